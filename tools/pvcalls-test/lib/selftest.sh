# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Does the lab notice failures?  Boots cases that must fail.

SELFTEST_PASS=(
	'a case that passes'
	'a warning on the guest.s console'
)
SELFTEST_FAIL=(
	'a command that fails in the middle'
	'a guest command that fails'
	'a guest command that outlasts'
	'a warning of our modules'
	'6 of 7 planned cases'
	'the machine ended early'
	'the consoles .* are clean'
)

verb_selftest()
{
	local log line

	lab_prepare
	lab_new selftest
	kernel_of dom0
	lab_dom0_modules
	kernel_of guest
	lab_guest pvcalls
	lab_boot 300 broken.sh
	log=$RUN/verdict.log
	(lab_verdict) >"$log"
	for line in "${SELFTEST_PASS[@]}"; do
		selftest_says ok "$line" "$log"
	done
	for line in "${SELFTEST_FAIL[@]}"; do
		selftest_says FAIL "$line" "$log"
	done
	line=$(grep -c -E '^(ok  |FAIL) ' "$log")
	if [ "$line" = $((${#SELFTEST_PASS[@]} + ${#SELFTEST_FAIL[@]})) ]; then
		count_pass "it says nothing else"
	else
		count_fail "$line lines in $log"
	fi
	finish
}

selftest_says()
{
	if grep -q -E "^$1 +.*$2" "$3"; then
		count_pass "the lab says '$1' of: $2"
	else
		count_fail "the lab does not say '$1' of: $2 ($3)"
	fi
}
