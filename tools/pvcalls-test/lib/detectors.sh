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

# planted_in COMMAND...: the module for the kernel of KDIR, at the end of the
# command.
planted_in()
{
	progress "planted bugs" "$CACHE/logs/planted.log" planted_build
	"$@" "$CACHE/build/planted-$KERNEL_ID/planted.ko"
}

# planted_here dom0|guest COMMAND...: the same for that kernel.
planted_here()
{
	kernel_of "$1"
	shift
	planted_in "$@"
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

# detectors_verdict COMMAND PATTERN: the lab's own verdict says that it has seen
# something.
detectors_verdict()
{
	("$1") >"$RUN/verdict.log"
	if grep -q "^FAIL $2" "$RUN/verdict.log"; then
		count_pass "the lab says that the consoles are not clean"
	else
		count_fail "the lab says nothing of the consoles ($RUN)"
	fi
}

# The kernel with KCSAN is for bare QEMU.
detectors_kcsan()
{
	local race='KCSAN: data-race in racer [planted]'

	kunit_prepare
	KDIR=$OWN_KDIR KERNEL_ID=$OWN_ID
	planted_in kunit_new detectors-kcsan
	note "booting it; some minutes"
	kunit_boot
	if ! grep -qx '@planted' "$RUN/result.log"; then
		count_fail "the race was not run ($RUN)"
	elif bad_lines | grep -qF "$race"; then
		count_pass "its console says '$race'"
	else
		count_fail "its console does not say '$race' ($RUN)"
	fi
	detectors_verdict kunit_verdict 'the kernel booted'
}

detectors_lab()
{
	lab_prepare
	lab_new detectors
	planted_here dom0 lab_dom0_modules
	planted_here guest lab_guest pvcalls
	note "booting Xen; some minutes"
	lab_boot 300 planted.sh
	detectors_verdict lab_verdict 'the consoles .* are clean'
	detectors_said guest-guest
	[ "$KERNEL" != debug ] || detectors_said dom0
}

verb_detectors()
{
	case $KERNEL in
	debug|kasan)	detectors_lab ;;
	kcsan)		detectors_kcsan ;;
	*)		die "Debian's kernel has no detectors: KERNEL=debug, kasan or kcsan" ;;
	esac
	finish
}
