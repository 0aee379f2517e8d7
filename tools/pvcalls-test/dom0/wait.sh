# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Waiting: polls with a deadline, scaled by LAB_SLOW.

deadline()
{
	awk -v t="$1" -v f="${LAB_SLOW:-1}" 'BEGIN { printf "%d", t * f + 0.5 }'
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for()
{
	local end=$((SECONDS + $(deadline "$1") + 1))
	shift

	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "deadline passed: $*"
			return 1
		fi
		sleep 0.1
	done
}

# limit SECONDS COMMAND...: the command, killed at its deadline.
limit()
{
	local t
	t=$(deadline "$1")
	shift
	timeout -k 5 "$t" "$@"
}

# The tcp port is listened on in this namespace.
listening()
{
	ss -Hltn "sport = :$1" | grep -q .
}
