# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Waiting: polls with a deadline, scaled by LAB_SLOW.

# Here a process takes a tenth of a second, and a subshell, $(...) too, a
# quarter of that: what runs for every case has as few as can be.
SLOW_PERCENT=$(awk -v f="${LAB_SLOW:-1}" 'BEGIN { printf "%d", f * 100 + 0.5 }')

# deadline_of SECONDS: in DEADLINE.
deadline_of()
{
	DEADLINE=$((($1 * SLOW_PERCENT + 50) / 100))
}

deadline()
{
	deadline_of "$1"
	echo "$DEADLINE"
}

# A tenth of a second: nobody writes to that pipe.
NOTHING=/run/lab/nothing
mkfifo "$NOTHING"

nap()
{
	read -r -t 0.1 <>"$NOTHING" || :
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for()
{
	local end
	deadline_of "$1"
	end=$((SECONDS + DEADLINE + 1))
	shift

	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "deadline passed: $*"
			return 1
		fi
		nap
	done
}

# limit SECONDS COMMAND...: the command, killed at its deadline.
limit()
{
	deadline_of "$1"
	shift
	timeout -k 5 "$DEADLINE" "$@"
}

# has ARGUMENT...: grep -q for the end of a pipe.  That one is gone when it has
# found its line; whoever still writes dies of it, and so would the case, since
# pipefail is on.
has()
{
	grep "$@" >/dev/null
}

# The tcp port is listened on in this namespace.
listening()
{
	ss -Hltn "sport = :$1" | has .
}
