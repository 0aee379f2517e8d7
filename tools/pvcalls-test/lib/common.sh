# shellcheck shell=bash disable=SC2034 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Paths, messages and counting, used by every other file of the lab.

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/xen-pvcalls
LAB_SLOW=${LAB_SLOW:-1}
PASSED=0
FAILED=0
FINISHED=

note()
{
	printf '%s\n' "-- $*" >&2
}

die()
{
	printf '%s\n' "pvcalls-test: $*" >&2
	exit 2
}

need_root()
{
	[ "$(id -u)" = 0 ] ||
		die "'$VERB' makes root file systems: run it as root (sudo make $VERB)"
}

# Scale a deadline in seconds by LAB_SLOW (a fraction is fine).
scaled()
{
	awk -v t="$1" -v f="$LAB_SLOW" 'BEGIN { printf "%d", t * f + 0.5 }'
}

# A short hash of the arguments and of standard input.
hash_of()
{
	{ printf '%s\n' "$@"; cat; } | sha256sum | cut -c1-16
}

count_pass()
{
	PASSED=$((PASSED + 1))
	printf 'ok   %s\n' "$*"
}

count_fail()
{
	FAILED=$((FAILED + 1))
	printf 'FAIL %s\n' "$*"
}

# Add the numbers of a "N passed, M failed" line in FILE; a missing line is
# a failure of its own.
count_from()
{
	local what=$1 file=$2 line

	line=$(grep -Eo '[0-9]+ passed, [0-9]+ failed' "$file" | tail -n 1) || true
	if [ -z "$line" ]; then
		count_fail "$what: no 'N passed, N failed' line in its output"
		return
	fi
	PASSED=$((PASSED + ${line%% *}))
	line=${line#*, }
	FAILED=$((FAILED + ${line%% *}))
}

# The last line of every verb, and its status.  A verb that ends without it
# has failed (on_exit).
finish()
{
	FINISHED=1
	printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
	[ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}

on_exit()
{
	live_stop
	[ -z "${BESIDE_PID:-}" ] || kill -- "-$BESIDE_PID" 2>/dev/null || true
	[ -n "$FINISHED" ] && return
	printf '%d passed, %d failed\n' "$PASSED" $((FAILED + 1))
}

# progress WHAT LOG COMMAND...: run a long command quietly, its output in LOG,
# a dot every few seconds for the user.  If it fails, show the tail of LOG and
# $HINT and end the run.  Never call this in a condition: that would switch
# off errexit inside COMMAND.
progress()
{
	local what=$1 log=$2 start=$SECONDS pid st=0 ticks=0
	shift 2

	mkdir -p "${log%/*}"
	printf -- '-- %s ' "$what" >&2
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		ticks=$((ticks + 1))
		[ $((ticks % 25)) != 0 ] || printf . >&2
	done
	wait "$pid" || st=$?
	if [ "$st" != 0 ]; then
		printf ' failed (status %d)\n' "$st" >&2
		tail -n 25 "$log" | sed 's/^/   /' >&2
		printf '   the whole log: %s\n' "$log" >&2
		[ -z "${HINT:-}" ] || printf '   %s\n' "$HINT" >&2
		exit 2
	fi
	printf ' %d s\n' $((SECONDS - start)) >&2
}

# lock_take DESCRIPTOR FILE: that it is open for.
lock_take()
{
	flock -n "$1" && return
	note "another run holds $2, waiting for it"
	flock "$1"
}

# One user of the lab at a time (one QEMU, one cache).
lab_lock()
{
	mkdir -p "$CACHE"
	[ -z "${LAB_LOCKED:-}" ] || return 0
	exec 9>"$CACHE/lock"
	lock_take 9 "$CACHE/lock"
	export LAB_LOCKED=1
}
