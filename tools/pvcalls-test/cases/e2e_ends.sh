# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One end of a connection is gone, and does not say so: the peer vanishes, or
# the guest is destroyed with bytes that the peer has not read.

# In srv: a server that answers, and one that only reads.
ENDS_ECHO=5003
ENDS_READER=5011

ENDS_TIMEOUT=/sys/module/pvcalls_back/parameters/linger_timeout
ENDS_READ=/run/lab/ends.read
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

reader_done()
{
	! kill -0 "$READER"
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

rogue_lingers()
{
	local device
	device=pvcalls-$(guest_domid rogue)-0

	awk '$2 == "lingering" && $4 == "192.0.2.1:'"$ENDS_READER"'" { n++ }
		END { exit n != 1 }' "/sys/kernel/debug/pvcalls-back/$device/sockets" &&
		[ "$(<"/sys/bus/xen-backend/devices/$device/statistics/linger_bytes")" -gt 0 ]
}

# left_of DOMID: what there is of a domain that was destroyed.
left_of()
{
	wait_for 20 no_lost_domains >/dev/null || echo "the domain"
	wait_for 20 no_backend_node "$1" >/dev/null || echo "its nodes"
	[ ! -d "/sys/bus/xen-backend/devices/pvcalls-$1-0" ] ||
		echo "its device"
	no_ties "$1" || echo "what ties it: $(ties_of "$1")"
	! ends_none "$ENDS_READER" || echo "all but the connection"
}

# lingered_end TIMEOUT KEY: as it was.  The key goes with its guest.
lingered_end()
{
	kill -KILL "$READER" 2>/dev/null || :
	echo "$1" >"$ENDS_TIMEOUT"
	xenstore-rm "$2" 2>/dev/null || :
}

# lingered SECONDS: the rogue releases a connection full of bytes to a reader
# that sleeps, and is destroyed; the backend has that long a patience.  Sets
# BYTES, what the reader has to get.
lingered()
{
	local domid left
	domid=$(guest_domid rogue)

	dmesg -C
	RES_GUEST=honest resources >"$RES_BEFORE"
	READER=
	# shellcheck disable=SC2064 # as it is now
	trap "lingered_end $(<"$ENDS_TIMEOUT") $(backend_node rogue)/max-buffer" EXIT
	echo "$1" >"$ENDS_TIMEOUT"
	# Else TCP may have room for all of a full ring: it says that it has some
	# when a third of a buffer is free.
	xenstore-write "$(backend_node rogue)/max-buffer" 32768
	reader_up "$ENDS_READ"
	kill -STOP "$READER"
	rogue_hold "linger-192.0.2.1:$ENDS_READER"
	rogue_says "linger-192.0.2.1:$ENDS_READER [0-9]+"
	BYTES=$(rogue_said)
	BYTES=${BYTES##* }
	rogue_lingers || fail "$(cat /sys/kernel/debug/pvcalls-back/*/sockets)"
	guest_destroy rogue
	left=$(left_of "$domid")
	# For the cases that follow, whatever becomes of this one.
	rogue_create
	[ -z "$left" ] || fail "left of the guest: $left"
}

lingered_nothing()
{
	RES_GUEST=honest wait_for 60 resources_back ||
		fail "left in dom0: $(<"$RES_LEFT")"
	log_is_quiet || fail "the kernel log of dom0 has that"
}

title ends_read_late "a guest is gone, and a peer that reads late has every byte that it sent"
ends_read_late()
{
	lingered 600
	kill -CONT "$READER"
	wait_for 30 reader_done || fail "the reader is at byte $(stat -c %s "$ENDS_READ")"
	[ "$(stat -c %s "$ENDS_READ")" = "$BYTES" ] ||
		fail "$(stat -c %s "$ENDS_READ") bytes came, not $BYTES"
	seq -f %07.0f 0 $((BYTES / 8 - 1)) | cmp - "$ENDS_READ" ||
		fail "other bytes came"
	wait_for 10 ends_none "$ENDS_READER" ||
		fail "$(ends_sockets "$ENDS_READER")"
	lingered_nothing
}

title ends_never_read "a guest is gone, and a peer that never reads is reset after linger_timeout"
ends_never_read()
{
	local before
	before=$(aborts)

	lingered "$(deadline 20)"
	wait_for 25 ends_none "$ENDS_READER" ||
		fail "$(ends_sockets "$ENDS_READER")"
	[ "$(aborts)" -gt "$before" ] || fail "no connection was reset"
	# It has what TCP had taken, and hears of the end.
	kill -CONT "$READER"
	wait_for 10 reader_done || fail "the reader hears of no end"
	[ "$(stat -c %s "$ENDS_READ")" -lt "$BYTES" ] ||
		fail "it has all $BYTES bytes"
	lingered_nothing
}

plan ends_timed_out ends_read_late ends_never_read
