# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Unit tests, and `check`, which runs everything.

CHECK_STAGES=(lint unit kunit smoke interop fuzz)

verb_unit()
{
	local log=$CACHE/logs/unit.log st=0 failed

	deps_unit
	[ -f "$ROOT/tests/unit/Makefile" ] ||
		die "there is no tests/unit/Makefile: no unit tests to run"
	mkdir -p "${log%/*}"
	make -C "$ROOT/tests/unit" check 2>&1 | tee "$log" || st=$?
	count_from "make -C tests/unit check" "$log"
	failed=$FAILED
	if [ "$st" != 0 ] && [ "$failed" = 0 ]; then
		count_fail "make -C tests/unit check: status $st"
	fi
	finish
}

# One stage: a run of its own, what it says is shown and counted.
check_stage()
{
	local stage=$1 log=$CACHE/logs/check-$1.log st=0 start=$SECONDS
	local passed=$PASSED failed=$FAILED

	printf '\n== %s\n' "$stage"
	"$LAB/run" "$stage" 2>&1 | tee "$log" || st=$?
	count_from "$stage" "$log"
	if [ "$st" != 0 ] && [ "$FAILED" = "$failed" ]; then
		count_fail "$stage: status $st"
	fi
	TABLE+=$(printf '%-10s %5d s %8d %8d' "$stage" $((SECONDS - start)) \
		$((PASSED - passed)) $((FAILED - failed)))$'\n'
}

verb_check()
{
	local stage start=$SECONDS

	mkdir -p "$CACHE/logs"
	TABLE=
	for stage in "${CHECK_STAGES[@]}"; do
		check_stage "$stage"
	done
	printf '\n%-10s %7s %8s %8s\n%s' stage time passed failed "$TABLE"
	printf '%-10s %5d s\n' all $((SECONDS - start))
	finish
}
