#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run suites and count over all of them: run.sh SUITE...
#
# A SUITE is a command that prints TAP.  One that ends before its plan is done,
# for whatever reason, has failed in the cases which it did not reach.

passed=0
failed=0
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT

for suite; do
	echo "# ${suite##*/}"
	# A suite may have arguments.
	# shellcheck disable=SC2086
	$suite >"$log" 2>&1
	status=$?
	grep -v '^[0-9]* passed, [0-9]* failed$' "$log"
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | head -n 1)
	ok=$(grep -c '^ok ' "$log")
	bad=$((${plan:-0} - ok))
	if [ "$bad" -lt 1 ] && [ "$status" != 0 ]; then
		echo "not ok - ${suite##*/} ended with status $status"
		bad=1
	elif [ "$ok" = 0 ]; then
		bad=1
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
