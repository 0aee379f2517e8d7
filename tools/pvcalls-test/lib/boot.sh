# shellcheck shell=bash disable=SC2034 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# One run of the lab: Xen in QEMU, a dom0, guests made by dom0's scripts.
#
#	lab_prepare			hypervisor, Debian tree
#	lab_new NAME			a directory for this run: $RUN
#	kernel_of dom0|guest		before the two that follow
#	lab_dom0_modules FILE.ko...	modules that dom0 can modprobe
#	lab_guest IMAGE FILE.ko...	a guest image with such modules and the
#					kernel of kernel_of
#	lab_guest_file IMAGE SRC DEST	one more file in it
#	lab_dom0_file SRC DEST		one more file in dom0
#	lab_setting NAME VALUE		a variable for dom0's scripts
#	lab_boot SECONDS CASES.sh	boot, run those cases, collect
#	lab_verdict			count the cases and read the consoles

lab_prepare()
{
	need_root
	lab_lock
	deps_lab
	xen_fetch
	roots_make
	progress "the lab's programs" "$CACHE/logs/programs.log" lab_programs_make
}

lab_new()
{
	RUN=$CACHE/runs/$(date +%Y%m%d-%H%M%S)-$1
	mkdir -p "$RUN/dom0/lab/guests" "$RUN/guests"
	ln -sfn "$RUN" "$CACHE/runs/last"
	# The logs of the last twenty runs are kept.
	find "$CACHE/runs" -mindepth 1 -maxdepth 1 -type d | sort | head -n -20 |
		xargs -r rm -rf
	: >"$RUN/dom0/lab/env"
	kernel_settings
}

lab_setting()
{
	printf '%s=%q\n' "$1" "$2" >>"$RUN/dom0/lab/env"
}

lab_dom0_file()
{
	mkdir -p "$(dirname "$RUN/dom0$2")"
	cp -r "$1" "$RUN/dom0$2"
}

lab_guest_file()
{
	mkdir -p "$(dirname "$RUN/guests/$1$3")"
	cp -r "$2" "$RUN/guests/$1$3"
}

lab_dom0_modules()
{
	kernel_boots
	DOM0_VMLINUX=$VMLINUX
	modroot "$RUN/dom0" DOM0_MODULES "$@"
}

lab_guest()
{
	local image=$1
	shift

	kernel_boots
	# Once for all images that boot it: dom0 has them in its memory.
	cp -n "$VMLINUX" "$RUN/dom0/lab/vmlinux-$KERNEL_ID"
	kernel_image >"$RUN/dom0/lab/guests/$image.env"
	mkdir -p "$RUN/guests/$image/lab"
	cp "$LAB/guest/init" "$RUN/guests/$image/init"
	cp "$CACHE/build/agent" "$RUN/guests/$image/lab/agent"
	chmod 755 "$RUN/guests/$image/init"
	modroot "$RUN/guests/$image" GUEST_MODULES "$@"
}

overlay()
{
	(cd "$1" && find . -mindepth 1 -print0 | pack)
}

lab_images()
{
	local image

	for image in "$RUN"/guests/*/; do
		image=$(basename "$image")
		{ cat "$GUEST_BASE"; overlay "$RUN/guests/$image"; } \
			>"$RUN/dom0/lab/guests/$image.cpio"
	done
	cp -r "$LAB/dom0" "$RUN/dom0/lab/"
	cp "$CACHE"/build/{job,ties} "$RUN/dom0/lab/"
	cp "$LAB/dom0/init" "$RUN/dom0/init"
	chmod 755 "$RUN/dom0/init" "$RUN"/dom0/lab/dom0/*
	{ cat "$DOM0_BASE"; overlay "$RUN/dom0"; } >"$RUN/dom0.cpio"
}

# One processor for dom0 and one for the guests, each staying where it is: a
# domain that moves between emulated processors sees stale translations once
# in a few thousand processes (QEMU 7.2), and a program of it dies.
LAB_PINNING='dom0_max_vcpus=1 dom0_vcpus_pin'

# lab_boot SECONDS CASES.sh: leaves console.log and result.log in $RUN and
# QEMU's status in BOOT_STATUS.
lab_boot()
{
	local limit cases=$2 result start=$SECONDS

	limit=$(scaled "$1")
	mkdir -p "$RUN/dom0/lab/cases"
	cp "$LAB"/cases/*.sh "$RUN/dom0/lab/cases/"
	lab_setting LAB_CASES "$cases"
	lab_images
	result=file,id=result,path=$RUN/result.log
	if [ -n "${LAB_SHELL:-}" ]; then
		result=stdio,id=result,signal=off,logfile=$RUN/result.log
		limit=86400
	fi
	: >"$RUN/result.log"
	: >"$RUN/console.log"
	BOOT_STATUS=0
	lab_qemu "$limit" "$result" || BOOT_STATUS=$?
	rm -rf "$RUN/dom0.cpio" "$RUN/dom0" "$RUN/guests"
	BOOT_SECONDS=$((SECONDS - start))
	lab_collect
}

# Show the transcript while it is written; '@' lines are for lab_verdict.
live_start()
{
	tail -n +1 -F "$RUN/result.log" 2>/dev/null \
		> >(sed -u -e 's/\r$//' -e '/^@/d') 9>&- &
	LIVE_PID=$!
}

live_stop()
{
	[ -n "${LIVE_PID:-}" ] || return 0
	kill "$LIVE_PID" 2>/dev/null || true
	LIVE_PID=
}

# Where the processors of guests are many more than the host has, dom0, which
# serves all of them, would get no more of these than any guest.
dom0_first()
{
	local task

	for _ in {1..20}; do
		[ ! -s "$RUN/qemu.pid" ] || break
		sleep 0.5
	done
	for _ in {1..20}; do
		[ "$(grep -c '^CPU ' /proc/"$(<"$RUN/qemu.pid")"/task/*/comm |
			grep -c ':1$')" != "${LAB_CPUS:-2}" ] || break
		sleep 0.5
	done
	for task in /proc/"$(<"$RUN/qemu.pid")"/task/*; do
		case $(<"$task/comm") in
		'CPU 0/'*) ;;
		'CPU '*) renice -n 10 -p "${task##*/}" >/dev/null ;;
		esac
	done
}

lab_qemu()
{
	local limit=$1 result=$2 st=0

	[ -z "${LAB_DOM0_FIRST:-}" ] || dom0_first 9>&- &
	[ -z "${LAB_LIVE:-}" ] || [ -n "${LAB_SHELL:-}" ] || live_start
	timeout --foreground -k 5 "$limit" \
		qemu-system-x86_64 -name lab,debug-threads=on \
		-pidfile "$RUN/qemu.pid" -M q35 -accel tcg,thread=multi \
		-cpu max,-smap,-smep,-rdtscp -smp "${LAB_CPUS:-2}" -m "${LAB_MEMORY:-4G}" \
		-display none -no-reboot -net none -monitor none \
		-chardev "file,id=console,path=$RUN/console.log" \
		-serial chardev:console -chardev "$result" -serial chardev:result \
		-kernel "$XEN_BIN" \
		-append "console=com1 com1=115200,8n1 dom0_mem=1536M,max:1536M loglvl=warning guest_loglvl=warning smap=0 smep=0 dom0=pv $LAB_PINNING ${LAB_XEN_ARGS:-}" \
		-initrd "$DOM0_VMLINUX console=hvc0 loglevel=7 panic=1 ${LAB_DOM0_ARGS:-},$RUN/dom0.cpio" \
		2>"$RUN/qemu.log" || st=$?
	# tail looks once a second.
	[ -z "${LIVE_PID:-}" ] || sleep 1.2
	live_stop
	return "$st"
}
