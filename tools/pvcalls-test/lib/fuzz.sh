# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Fuzzing of the pure files: tests/fuzz/.

FUZZ_SECONDS=${FUZZ_SECONDS:-30}
# A target that does less than this has not run.
FUZZ_MIN_RUNS=1000

deps_fuzz()
{
	deps_install make libc6-dev clang libclang-rt-14-dev llvm
}

fuzz_number()
{
	sed -n "s/^stat::$1: *//p" "$2"
}

fuzz_crash()
{
	local target=$1 log=$2 file

	grep -E -m 1 -e 'not so:' -e 'ERROR: ' -e 'runtime error:' "$log" |
		sed 's/^/     | /' || :
	file=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
	if [ -n "$file" ]; then
		printf '     the input: %s\n' "$file"
		printf '     again: %s %s\n' "$CACHE/build/fuzz/$target" "$file"
		printf '     with the mistake mended, make it a case of tests/kunit/\n'
	fi
	printf '     the log: %s\n' "$log"
}

# What is in git comes second: libFuzzer adds to the first directory.
fuzz_target()
{
	local target=$1 dir=$CACHE/fuzz/$1 log=$CACHE/logs/fuzz-$1.log st=0
	local runs speed edges

	mkdir -p "$dir/corpus" "$dir/crashes"
	note "$target, $FUZZ_SECONDS s"
	"$CACHE/build/fuzz/$target" -max_total_time="$FUZZ_SECONDS" \
		-max_len=512 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$dir/crashes/" \
		"$dir/corpus" "$ROOT/tests/fuzz/corpus/$target" \
		>"$log" 2>&1 </dev/null || st=$?
	runs=$(fuzz_number number_of_executed_units "$log")
	speed=$(fuzz_number average_exec_per_sec "$log")
	edges=$(grep -Eo 'cov: [0-9]+' "$log" | tail -n 1) || :
	if [ "$st" != 0 ]; then
		count_fail "$target: status $st after ${runs:-no} runs"
		fuzz_crash "$target" "$log"
	elif [ "${runs:-0}" -lt "$FUZZ_MIN_RUNS" ]; then
		count_fail "$target: only ${runs:-0} runs ($log)"
	else
		count_pass "$target: $runs runs, $speed a second, ${edges#cov: } edges"
	fi
}

verb_fuzz()
{
	local target targets

	[[ $FUZZ_SECONDS =~ ^[1-9][0-9]*$ ]] ||
		die "'$FUZZ_SECONDS' is no number of seconds"
	deps_fuzz
	progress "the fuzz targets" "$CACHE/logs/fuzz-build.log" \
		make -C "$ROOT/tests/fuzz" O="$CACHE/build/fuzz"
	read -r -a targets < <(make -s -C "$ROOT/tests/fuzz" list)
	for target in "${targets[@]}"; do
		fuzz_target "$target"
	done
	finish
}
