# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Do the kernels with checks notice bugs, and does the lab notice that?

# What the consoles have to say: of any of them, of KASAN, of SLUB's poison.
DETECTORS=(
	'possible circular locking dependency'
	'sleeping function called|scheduling while atomic'
	'unreferenced object'
	'ODEBUG: free active'
)
# shellcheck disable=SC2034 # detectors_said names them by KERNEL
DETECTORS_kasan=('KASAN: (slab-)?use-after-free')
# shellcheck disable=SC2034
DETECTORS_debug=('Poison overwritten')

planted_build()
{
	local dir=$CACHE/build/planted-$KERNEL_ID

	mkdir -p "$dir"
	rsync -rc "$LAB/planted/" "$dir/"
	make -C "$KDIR" M="$dir" modules
}

# planted_here dom0|guest COMMAND...: the module for that kernel, at the end
# of the command.
planted_here()
{
	kernel_of "$1"
	shift
	progress "planted bugs" "$CACHE/logs/planted.log" planted_build
	"$@" "$CACHE/build/planted-$KERNEL_ID/planted.ko"
}

# detectors_said CONSOLE: the lines that make a run fail have them all.
detectors_said()
{
	local pattern said
	local -n more=DETECTORS_$KERNEL

	said=$(grep -a -E "$BAD_LINES" "$RUN/$1.log" || true)
	for pattern in "${DETECTORS[@]}" "${more[@]}"; do
		if grep -qa -E "$pattern" <<<"$said"; then
			count_pass "$1: $pattern"
		else
			count_fail "$1: its console does not say '$pattern' ($RUN)"
		fi
	done
}

verb_detectors()
{
	case $KERNEL in
	debug|kasan)	;;
	*)		die "Debian's kernel has no detectors: KERNEL=debug or kasan" ;;
	esac
	lab_prepare
	lab_new detectors
	planted_here dom0 lab_dom0_modules
	planted_here guest lab_guest pvcalls
	note "booting Xen; some minutes"
	lab_boot 300 planted.sh
	(lab_verdict) >"$RUN/verdict.log"
	if grep -q '^FAIL the consoles .* are clean' "$RUN/verdict.log"; then
		count_pass "the lab says that the consoles are not clean"
	else
		count_fail "the lab says nothing of the consoles ($RUN)"
	fi
	detectors_said guest-guest
	[ "$KERNEL" != debug ] || detectors_said dom0
	finish
}
