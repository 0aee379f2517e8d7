# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# `matrix`: the modules built for every kernel, then the cases of `smoke` on
# every combination of kernel, Xen and guest type that we support.

MATRIX_BUILDS=(bookworm trixie trixie-backports)

# SUITE, GUEST_TYPE, and patterns of what its consoles have to say of the
# versions of the kernel and of Xen.
MATRIX=(
	'bookworm		pv	6.1.*	4.17.*'
	'bookworm		pvh	6.1.*	4.17.*'
	'trixie			pv	6.12.*	4.20.*'
	'trixie			pvh	6.12.*	4.20.*'
	'trixie-backports	pv	[7-9].*	4.20.*'
	'trixie-backports	pvh	[7-9].*	4.20.*'
)

# The first match of a sed expression's group in a console of the last run, or
# nothing.
matrix_said()
{
	local console=$CACHE/runs/last/$2

	[ ! -e "$console" ] || sed -n "s/.*$1.*/\\1/p" "$console" | sed q
}

# What the last run was, by its consoles: sets KERNEL_RAN, XEN_RAN, TYPE_RAN.
matrix_ran()
{
	local guest

	KERNEL_RAN=$(matrix_said 'Linux version \([^ ]*\)' dom0.log)
	XEN_RAN=$(matrix_said 'Xen version: \([^ ]*\)' dom0.log)
	# Linux takes PVH for a way to boot, and HVM for what it is then.
	case $(matrix_said 'Hypervisor detected: Xen \(.*\)' guest-guest.log) in
	PV)	TYPE_RAN=pv ;;
	HVM*)	TYPE_RAN=pvh ;;
	*)	TYPE_RAN= ;;
	esac
	guest=$(matrix_said 'Linux version \([^ ]*\)' guest-guest.log)
	[ "$guest" = "$KERNEL_RAN" ] || KERNEL_RAN+=" and ${guest:-no guest}"
}

# A row that ran something else than its name says is worth nothing.
matrix_check()
{
	local name=$1 type=$2 kernel=$3 xen=$4

	# shellcheck disable=SC2254 # they are patterns
	case $KERNEL_RAN/$XEN_RAN/$TYPE_RAN in
	*' and '*)	;;
	$kernel/$xen/"$type")
		count_pass "$name: these were Linux $KERNEL_RAN, Xen $XEN_RAN, $TYPE_RAN"
		return ;;
	esac
	count_fail "$name: these were Linux ${KERNEL_RAN:--}, Xen ${XEN_RAN:--}, ${TYPE_RAN:--}"
}

matrix_row()
{
	local suite=$1 type=$2 kernel=$3 xen=$4
	local start=$SECONDS passed=$PASSED failed=$FAILED

	# Not that of the row before, if this one does not get as far as a run.
	rm -f "$CACHE/runs/last"
	stage "smoke $suite $type" env SUITE="$suite" GUEST_TYPE="$type" \
		"$LAB/run" smoke
	matrix_ran
	matrix_check "$suite $type" "$type" "$kernel" "$xen"
	TABLE+=$(printf '%-24s %-12s %-10s %8d %8d %5d s' \
		"${KERNEL_RAN:-($kernel)}" "${XEN_RAN:-($xen)}" "$type" \
		$((PASSED - passed)) $((FAILED - failed)) \
		$((SECONDS - start)))$'\n'
}

matrix_rows()
{
	local wanted=" $* " line row known=' '

	for line in "${MATRIX[@]}"; do
		# In words, and with patterns that stay patterns.
		read -r -a row <<<"$line"
		known+="${row[0]}/${row[1]} "
		case $wanted in
		'  '|*" ${row[0]}/${row[1]} "*)
			matrix_row "${row[@]}" ;;
		esac
	done
	for row in "$@"; do
		[[ $known == *" $row "* ]] || count_fail "there is no row $row"
	done
}

# matrix [SUITE/GUEST_TYPE...]: these rows, or all of them
verb_matrix()
{
	local name start

	[ "$KERNEL" = debian ] || die "matrix has its own kernels: KERNEL=$KERNEL"
	# For all of it: a run of somebody else's would be taken for our last.
	lab_lock
	start=$SECONDS
	TABLE=
	for name in "${MATRIX_BUILDS[@]}"; do
		stage "build $name" env SUITE="$name" "$LAB/run" build
	done
	matrix_rows "$@"
	printf '\n%-24s %-12s %-10s %8s %8s %7s\n%s' kernel Xen 'guest type' \
		passed failed time "$TABLE"
	printf '%-66s %5d s\n' 'builds and all' $((SECONDS - start))
	finish
}
