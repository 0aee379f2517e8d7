# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One end of a connection is gone, and does not say so.

# In srv: a server that answers, and one that only reads.
ENDS_ECHO=5003
ENDS_READER=5011

# Of dom0's tcp: how often to send once more what is not acknowledged.
ENDS_RETRIES=/proc/sys/net/ipv4/tcp_retries2

srv_listens()
{
	srv ss -Hltn "sport = :$1" | has .
}

# ends_sockets PORT: those of dom0 that lead there.
ends_sockets()
{
	ss -Htn "dport = :$1"
}

ends_connected()
{
	ss -Htn state established "dport = :$1" | has .
}

ends_none()
{
	[ -z "$(ends_sockets "$1")" ]
}

# reader_up FILE: one that takes a connection, whose bytes go there.  Nobody
# writes to the pipe that it would send from.
reader_up()
{
	ip netns exec srv busybox nc -l -p "$ENDS_READER" <>"$NOTHING" >"$1" &
	READER=$!
	wait_for 10 srv_listens "$ENDS_READER"
}

# Whatever became of the case.
vanished_end()
{
	kill -KILL "$KEEPER" "$READER" 2>/dev/null || :
	srv nft delete table inet vanished 2>/dev/null || :
	echo "$1" >"$ENDS_RETRIES"
}

# Whoever is at these ports of srv is neither heard nor hears anything.
vanish()
{
	srv nft -f - <<-END
	table inet vanished {
		chain hears {
			type filter hook input priority 0;
			tcp dport { $ENDS_ECHO, $ENDS_READER } counter drop
		}
		chain says {
			type filter hook output priority 0;
			tcp sport { $ENDS_ECHO, $ENDS_READER } drop
		}
	}
	END
}

# ends_with JOB REGEX: that program of the honest guest, within a while.
ends_with()
{
	local out st=0

	out=$(guest_job_wait honest "$1" 20) || st=$?
	if [ "$st" != 1 ] || [[ ! "$out" =~ ^$2$ ]]; then
		fail "$1 ended with $st: $out"
	fi
}

title ends_timed_out "a peer vanishes: ETIMEDOUT for who waits for an answer, and for who writes"
ends_timed_out()
{
	KEEPER=
	READER=
	# shellcheck disable=SC2064 # as it is now
	trap "vanished_end $(<"$ENDS_RETRIES")" EXIT
	ip netns exec srv socktest keep 192.0.2.1 "$ENDS_ECHO" &
	KEEPER=$!
	wait_for 10 srv_listens "$ENDS_ECHO"
	reader_up /dev/null
	guest_run honest 10 'rm -f /run/socktest.have'
	guest_start honest asks "socktest hold 192.0.2.1 $ENDS_ECHO 260 1 1"
	wait_for 20 guest_run honest 10 'cat /run/socktest.have'
	guest_start honest gushes "socktest gush 192.0.2.1 $ENDS_READER 260"
	wait_for 20 ends_connected "$ENDS_READER"
	echo 2 >"$ENDS_RETRIES"
	vanish
	# A byte more, to which the answer does not come.
	guest_run honest 10 'echo 1 >/run/socktest.may'
	ends_with asks 'connection 0: a byte: Connection timed out'
	ends_with gushes 'after [1-9][0-9]* bytes: Connection timed out'
	ends_none "$ENDS_ECHO" || fail "$(ends_sockets "$ENDS_ECHO")"
	ends_none "$ENDS_READER" || fail "$(ends_sockets "$ENDS_READER")"
	srv nft list table inet vanished | has -E 'counter packets [1-9]' ||
		fail "the peer has not vanished"
	guest_run honest 10 'rm -f /run/socktest.have /run/socktest.may'
	honest_moves || fail "the guest can not move data"
}

plan ends_timed_out
