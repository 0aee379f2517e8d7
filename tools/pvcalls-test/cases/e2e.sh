# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What an admin and his guests can do with the backend, a file of cases for
# each subject: e2e_*.sh.  LAB_ONLY="SUBJECT..." runs some of them, and
# LAB_ONLY="CASE..." some cases, by the names of their functions.  Without it
# all run but those of LONG_SUBJECTS, which need LAB_LONG.
#
# There is the network of dom0/net.sh, a guest "honest" with our frontend, and
# one "rogue" in which rogue-front is the frontend.

# shellcheck source=/dev/null
. /lab/dom0/hostile.sh

title e2e_begin "a network, our backend, a guest with a frontend and one without"
e2e_begin()
{
	hostile_up pvcalls-back
	honest_moves || fail "the guest can not move data"
	dmesg -C
}

title e2e_end "the backend unloads, and no module is left"
e2e_end()
{
	no_warnings honest
	backend_unload
	! lsmod | grep -E '^(pvcalls|xen_flexring)' || fail "modules are left in dom0"
	guest_destroy rogue
	guest_destroy honest
}

# subject NAME: the cases of that file, or those of them that LAB_ONLY names.
subject()
{
	local cases=("${CASES[@]}") one

	CASES=()
	# shellcheck source=/dev/null
	. "/lab/cases/e2e_$1.sh"
	for one in "${CASES[@]}"; do
		if wanted "$1" || wanted "$one"; then
			cases+=("$one")
		fi
	done
	CASES=("${cases[@]}")
}

LONG_SUBJECTS=' concurrency lifecycle scale '

plan e2e_begin
for file in /lab/cases/e2e_*.sh; do
	name=${file##*/e2e_}
	name=${name%.sh}
	[ -n "$LAB_LONG$LAB_ONLY" ] || [[ $LONG_SUBJECTS != *" $name "* ]] ||
		continue
	subject "$name"
done
plan e2e_end
