# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Unit tests; `check`, which runs every kind of test, and `check-full`, which
# runs all of them on all kernels.

# Each stage is VERB [VARIABLE=VALUE...].  Those that boot Xen come one after
# another.
CHECK_STAGES=(smoke interop driver hostile e2e hostile-front)
# Meanwhile, with what these leave of the processors: they measure nothing, and
# have no deadline that is near.
CHECK_BESIDE=(kernel lint unit fuzz kunit)

# Some hours.  What needs a kernel that is built beside comes late.
CHECK_FULL_STAGES=(
	smoke interop driver selftest
	'hostile LAB_LONG=1' 'hostile-front LAB_LONG=1'
	matrix 'interop SUITE=trixie' 'interop SUITE=trixie-backports'
	'detectors KERNEL=debug' 'detectors KERNEL=kasan'
	'smoke KERNEL=debug' 'interop KERNEL=debug' 'driver KERNEL=debug'
	'smoke KERNEL=kasan' 'driver KERNEL=kasan'
	'hostile KERNEL=debug' 'hostile KERNEL=kasan'
)
CHECK_FULL_BESIDE=(
	kernel 'kernel KERNEL=debug' 'kernel KERNEL=kcsan' lint unit kunit
	'kunit KERNEL=kcsan' 'detectors KERNEL=kcsan' 'fuzz FUZZ_SECONDS=600'
)
# What measures, or has no processor to spare.
CHECK_FULL_LAST=('e2e LAB_LONG=1' 'soak KERNEL=debug')

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

# stage NAME COMMAND...: a run of its own, what it says is shown and counted.
stage()
{
	local name=$1 log=$CACHE/logs/stage-${1// /-}.log st=0 failed=$FAILED
	shift

	mkdir -p "${log%/*}"
	printf '\n== %s\n' "$name"
	"$@" 2>&1 | tee "$log" || st=$?
	count_from "$name" "$log"
	if [ "$st" != 0 ] && [ "$FAILED" = "$failed" ]; then
		count_fail "$name: status $st"
	fi
}

check_stage()
{
	local stage=$1 start=$SECONDS passed=$PASSED failed=$FAILED words

	read -ra words <<<"$stage"
	stage "$stage" env "${words[@]:1}" "$LAB/run" "${words[0]}"
	TABLE+=$(printf '%-24s %5d s %8d %8d' "$stage" $((SECONDS - start)) \
		$((PASSED - passed)) $((FAILED - failed)))$'\n'
}

# check_table SECONDS: what ran, and how long all of it took.
check_table()
{
	printf '\n%-24s %7s %8s %8s\n%s' stage time passed failed "$TABLE"
	printf '%-24s %5d s\n' all "$1"
}

check_stages()
{
	local stage

	for stage; do
		check_stage "$stage"
	done
}

check_beside_run()
{
	renice -n 19 "$BASHPID" >/dev/null
	check_stages "$@"
	printf '%s' "$TABLE" >"$BESIDE.table"
	finish
}

# In a process group of its own, which on_exit ends: its output and its table
# go to files, and wait for check_beside_end.
check_beside()
{
	BESIDE=$CACHE/logs/beside
	mkdir -p "${BESIDE%/*}"
	rm -f "$BESIDE".*
	set -m
	(check_beside_run "$@") >"$BESIDE.log" 2>&1 </dev/null &
	BESIDE_PID=$!
	set +m
	note "meanwhile: $*; what they say follows, and is in $BESIDE.log"
}

check_beside_end()
{
	local start=$SECONDS

	note "waiting for what runs beside"
	wait "$BESIDE_PID" || :
	BESIDE_PID=
	# Its last line would be taken for the verdict of all.
	sed '${/^[0-9]* passed, /d}' "$BESIDE.log"
	count_from "what ran beside" "$BESIDE.log"
	TABLE+=$(printf '%-24s %5d s' '(waiting for these:)' \
		$((SECONDS - start)))$'\n'
	[ ! -e "$BESIDE.table" ] || TABLE+=$(<"$BESIDE.table")$'\n'
}

# check_begin STAGE...: these run beside what follows.
check_begin()
{
	CHECK_START=$SECONDS
	TABLE=
	check_beside "$@"
}

check_end()
{
	check_table $((SECONDS - CHECK_START))
	finish
}

verb_check()
{
	check_begin "${CHECK_BESIDE[@]}"
	check_stages "${CHECK_STAGES[@]}"
	check_beside_end
	check_end
}

verb_check-full()
{
	check_begin "${CHECK_FULL_BESIDE[@]}"
	check_stages "${CHECK_FULL_STAGES[@]}"
	check_beside_end
	check_stages "${CHECK_FULL_LAST[@]}"
	check_end
}
