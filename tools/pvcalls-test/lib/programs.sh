# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Programs of ours that run in the lab: programs/.

socktest_make()
{
	mkdir -p "$CACHE/build"
	gcc -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -static \
		-o "$CACHE/build/socktest" "$LAB"/programs/{client*,hold,hole,server,soak*,uring}.c
}

# What the lab itself needs.  Static: the guest has no such libraries.
lab_programs_make()
{
	local cc=(gcc -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -static)

	mkdir -p "$CACHE/build"
	"${cc[@]}" -o "$CACHE/build/agent" "$LAB"/programs/{agent,bus}.c
	"${cc[@]}" -o "$CACHE/build/job" "$LAB"/programs/{job,bus}.c
	"${cc[@]}" -o "$CACHE/build/ties" "$LAB/programs/ties.c" \
		-lxenforeignmemory -lxencall -lxentoolcore -lxentoollog
}

# pvcallsctl into dom0; its Makefile builds in the cache.
pvcallsctl_install()
{
	deps_install gcc libc6-dev libxen-dev
	progress "pvcallsctl" "$CACHE/logs/pvcallsctl.log" \
		make -C "$ROOT/tools/pvcallsctl"
	progress "pvcallsctl for dom0" "$CACHE/logs/pvcallsctl-install.log" \
		make -C "$ROOT/tools/pvcallsctl" install \
		DESTDIR="$RUN/dom0" PREFIX=/usr
}

# The same into a guest, which has no libraries for it.
pvcallsctl_guest_install()
{
	deps_install gcc libc6-dev libxen-dev
	progress "pvcallsctl for a driver domain" "$CACHE/logs/pvcallsctl-static.log" \
		make -C "$ROOT/tools/pvcallsctl" O="$CACHE/build/pvcallsctl" \
		LDFLAGS=-static LIBS='-lxenstore -lxentoolcore'
	lab_guest_file "$1" "$CACHE/build/pvcallsctl/pvcallsctl" \
		/usr/sbin/pvcallsctl
}

# xl into a guest that is a driver domain, for xl devd, with what it loads.  The
# guest's /lib is a link.
xl_guest_install()
{
	local xl=/usr/lib/xen-$XEN_SERIES/bin/xl lib

	lab_guest_file "$1" "$TREE$xl" /usr/sbin/xl
	for lib in $(libraries_of "$TREE" "$xl"); do
		lab_guest_file "$1" "$(readlink -f "$TREE$lib")" \
			"/usr${lib#/usr}"
	done
}

# Into dom0 and into the guests of our_lab.
socktest_install()
{
	progress "socktest" "$CACHE/logs/socktest.log" socktest_make
	lab_dom0_file "$CACHE/build/socktest" /usr/bin/socktest
	lab_guest_file pvcalls "$CACHE/build/socktest" /usr/bin/socktest
}
