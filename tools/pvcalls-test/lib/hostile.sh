# shellcheck shell=bash disable=SC2034,SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0-only
# A hostile guest: rogue/front_*.c, cases/hostile.sh.

# Static: the guest has no such libraries.
rogue_front_make()
{
	mkdir -p "$CACHE/build"
	gcc -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -static \
		-I "$ROOT/tests/unit/include" -I "$ROOT/include" \
		-o "$CACHE/build/rogue-front" \
		"$LAB"/rogue/{front_*,peer,peer_main}.c \
		-lxengnttab -lxenevtchn -lxenstore -lxentoollog -lxentoolcore
}

rogue_programs()
{
	deps_install gcc libc6-dev libxen-dev
	progress "rogue-front" "$CACHE/logs/rogue-front.log" rogue_front_make
	progress "socktest" "$CACHE/logs/socktest.log" socktest_make
}

# The guest "rogue": no frontend in its kernel, but what lets a program be one.
rogue_install()
{
	local GUEST_MODULES=("${GUEST_MODULES[@]}" xen-gntalloc xen-evtchn
		xen-gntdev)

	lab_guest rogue
	lab_guest_file rogue "$CACHE/build/rogue-front" /usr/bin/rogue-front
	lab_dom0_file "$CACHE/build/rogue-front" /usr/bin/rogue-front
	# Wherever the backend is, and for the honest guest.
	lab_dom0_file "$CACHE/build/socktest" /usr/bin/socktest
	lab_guest_file pvcalls "$CACHE/build/socktest" /usr/bin/socktest
}

# The driver domain's kernel is what KERNEL says, its clients have dom0's: they
# are not what is tested here, and are fast.
driver_install()
{
	kernel_of guest
	modules_ours
	lab_guest driver "${OURS[@]}"
	lab_guest_file driver "$CACHE/build/socktest" /usr/bin/socktest
	lab_setting DRIVER_IMAGE driver
}

# LAB_SEED=n repeats a run; LAB_ONLY="case ..." runs only those; LAB_LONG=1
# runs all there are.
hostile_settings()
{
	lab_setting LAB_LONG "${LAB_LONG:-}"
	lab_setting LAB_ONLY "${LAB_ONLY:-}"
	lab_setting HOSTILE_DRIVER "${HOSTILE_DRIVER:-}"
	lab_setting LAB_SEED "${LAB_SEED:-$((RANDOM * 32768 + RANDOM + 1))}"
}

verb_hostile()
{
	local limit=2400

	# A PV dom0 can not boot a kernel with KASAN, a driver domain can.
	[ "$KERNEL" != kasan ] || HOSTILE_DRIVER=1
	[ -z "${HOSTILE_DRIVER:-}" ] || GUEST_ROLE=dom0
	our_lab
	rogue_programs
	rogue_install
	[ -z "${HOSTILE_DRIVER:-}" ] || driver_install
	hostile_settings
	[ -z "${LAB_LONG:-}" ] || limit=7200
	note "booting Xen; about six minutes, more with KERNEL or LAB_LONG"
	# Each slab by its own name, so that what is left has one.
	LAB_DOM0_ARGS="slab_nomerge ${LAB_DOM0_ARGS:-}" \
		LAB_CPUS=${HOSTILE_DRIVER:+4} lab_boot "$limit" hostile.sh
	lab_verdict
	finish
}

verb_e2e()
{
	local limit=2400

	our_lab
	rogue_programs
	rogue_install
	pvcallsctl_install
	hostile_settings
	[ -z "${LAB_LONG:-}" ] || limit=10800
	note "booting Xen; about five minutes, with LAB_LONG an hour"
	LAB_DOM0_ARGS="slab_nomerge ${LAB_DOM0_ARGS:-}" lab_boot "$limit" e2e.sh
	lab_verdict
	finish
}
