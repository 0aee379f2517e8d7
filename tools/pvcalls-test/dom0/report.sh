# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Cases and what they say.
#
# A file of cases defines functions and calls `plan FUNCTION...`.  A case is
# a function; the comment-like string that `title` gives it is its name in the
# result.  It runs in a subshell with errexit: any command that fails, fails
# the case.  Its standard output goes to a log that is shown only when it
# fails; `tell`, `dom0` and `guest` also narrate it for the demo's transcript.

RESULT=/dev/ttyS1
CASES=()
declare -A TITLES
CASE_LOG=/dev/null

stty -F "$RESULT" raw -echo 115200 2>/dev/null || true

# A line on the second port; with a user there, the '@' lines go to the first.
emit()
{
	case ${LAB_SHELL:-}$* in
	1@*)	printf '%s\n' "$*" >/dev/hvc0 ;;
	*)	printf '%s\n' "$*" >"$RESULT" ;;
	esac
}

# title FUNCTION TEXT
title()
{
	TITLES[$1]=$2
}

plan()
{
	CASES+=("$@")
}

# Words for the reader of the transcript.
tell()
{
	printf '%s\n' "$*"
	[ -z "${LAB_NARRATE:-}" ] || emit "    $*"
}

# tell_file FILE PREFIX: the same for what a command printed.
tell_file()
{
	local line

	while IFS= read -r line || [ -n "$line" ]; do
		tell "$2$line"
	done <"$1"
}

fail()
{
	printf 'failed: %s\n' "$*"
	exit 1
}

# dom0 COMMAND: show the command, run it in dom0, show its output.
dom0()
{
	local out st=0

	out=$(mktemp /run/lab/out.XXXXXX)
	tell "dom0#  $1"
	bash -o pipefail -c "$1" >"$out" 2>&1 </dev/null || st=$?
	tell_file "$out" '       '
	rm -f "$out"
	[ "$st" = 0 ] || tell "       (status $st)"
	return "$st"
}

# expect_console REGEX: this run provokes such lines on a console.
expect_console()
{
	emit "@expect-console $1"
}

run_case()
{
	local number=$1 fn=$2 start=$SECONDS st text

	text=${TITLES[$fn]:-$fn}
	CASE_LOG=/run/lab/case-$number.log
	[ -z "${LAB_NARRATE:-}" ] || emit $'\n'"[$number/${#CASES[@]}] $text"
	(
		set -eEu -o pipefail
		trap 'echo "failed: line $LINENO of ${BASH_SOURCE[0]}: $BASH_COMMAND (status $?)"' ERR
		"$fn"
	) >"$CASE_LOG" 2>&1 </dev/null
	st=$?
	if [ "$st" = 0 ]; then
		emit "@ok $number $text ($((SECONDS - start)) s)"
		[ -z "${LAB_NARRATE:-}" ] || emit "    => ok, $((SECONDS - start)) s"
	else
		emit "@fail $number $text ($((SECONDS - start)) s)"
		emit "    => FAILED (status $st), the end of its log:"
		tail -n 25 "$CASE_LOG" | while IFS= read -r line; do
			emit "    | $line"
		done
	fi
}

run_cases()
{
	local i=0 fn

	emit "@plan ${#CASES[@]}"
	for fn in "${CASES[@]}"; do
		i=$((i + 1))
		run_case "$i" "$fn"
	done
}

# In a kernel with checks: did lockdep switch itself off, without a word that
# anybody saw?  Look for leaks, twice, for kmemleak wants an object to be of
# some age and the same in two scans.  For dom0's and a guest's shell.
# shellcheck disable=SC2016,SC2034 # for those shells
LATE_CHECKS='! grep -q "debug_locks: *0" /proc/lockdep_stats ||
		echo "lockdep is off" >/dev/hvc0
	f=/sys/kernel/debug/kmemleak
	sleep 6; echo scan >$f; echo scan >$f; cat $f >/dev/hvc0'

# The state of everything, on the console, whatever happened.
leave_evidence()
{
	{
		echo "--- xl list"
		timeout 10 xl list
		echo "--- xenstore-ls -f"
		timeout 10 xenstore-ls -f
		echo "--- lsmod"
		lsmod
	} >/dev/hvc0 2>&1
}
