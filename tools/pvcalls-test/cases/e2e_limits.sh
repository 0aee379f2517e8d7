# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest at each of its limits gets an error, the other guest notices nothing,
# and the admin moves the limit while they run.

PARAMETERS=/sys/module/pvcalls_back/parameters

# limit_by_key KEY WHAT VALUE COUNT ERROR MORE COUNT: with that value of the
# key the rogue gets so many, then the error; with more of it, more.
limit_by_key()
{
	local node
	node=$(backend_node rogue)

	xenstore-write "$node/$1" "$3"
	rogue_hold "reach-$2"
	rogue_says "reach-$2 $4 -$5"
	honest_moves || fail "meanwhile the honest guest can not move data"
	xenstore-write "$node/$1" "$6"
	rogue_says "reach-$2 $7 -$5"
	rogue_stop
	xenstore-rm "$node/$1"
}

title limits_objects "sockets, listeners, pages, and what waits: an error, by key"
limits_objects()
{
	limit_by_key max-sockets sockets 3 3 24 7 7
	limit_by_key max-listeners listeners 2 2 105 5 5
	limit_by_key max-parked parked 3 3 23 8 8
	limit_by_key max-connecting connecting 2 2 105 4 4
	# A ring of two pages, and its indexes.
	limit_by_key max-pages connections 9 3 105 16 5
}

title limits_rate "connects in a second: an error, by key, for that guest only"
limits_rate()
{
	local node
	node=$(backend_node rogue)

	xenstore-write "$node/connects-per-second" 1
	rogue_hold reach-attempts
	rogue_says 'reach-attempts [12] -105'
	# Half a minute's worth, at one a second.
	xenstore-write "$node/connects-per-second" 0
	rogue_says 'reach-attempts 30 0'
	rogue_stop
	# It goes on trying; the honest guest has no key.
	xenstore-write "$node/connects-per-second" 1
	rogue_hold reach-attempts
	rogue_says 'reach-attempts [0-9]+ -105'
	honest_moves || fail "meanwhile the honest guest can not move data"
	rogue_stop
	xenstore-rm "$node/connects-per-second"
}

title limits_parameter "the module's parameter is for guests without a key, at once"
limits_parameter()
{
	xenstore-write "$(backend_node honest)/max-sockets" 100
	echo 2 >"$PARAMETERS/max_sockets"
	rogue_hold reach-sockets
	rogue_says 'reach-sockets 2 -24'
	honest_moves || fail "the honest guest has a limit of its own"
	echo 6 >"$PARAMETERS/max_sockets"
	rogue_says 'reach-sockets 6 -24'
	rogue_stop
	echo 4096 >"$PARAMETERS/max_sockets"
	xenstore-rm "$(backend_node honest)/max-sockets"
	! echo 0 >"$PARAMETERS/turn_bytes" || fail "turns of no bytes"
	! echo 2000000 >"$PARAMETERS/max_sockets" || fail "two million sockets"
	[ "$(<"$PARAMETERS/max_sockets")" = 4096 ] || fail "not as before"
}

complaints()
{
	dmesg | grep -c "max-sockets of domain $(guest_domid rogue): not understood" || :
}

complained()
{
	[ "$(complaints)" = "$1" ]
}

title limits_bad "a value that is none is refused loudly, once, and the last one stays"
limits_bad()
{
	local node
	node=$(backend_node rogue)

	dmesg -C
	xenstore-write "$node/max-sockets" 3
	xenstore-write "$node/max-sockets" lots
	wait_for 10 complained 1 || fail "$(complaints) complaints, not 1"
	xenstore-write "$node/max-sockets" lots
	xenstore-write "$node/max-sockets" 4000000000
	wait_for 10 complained 2 || fail "$(complaints) complaints, not 2"
	rogue_hold reach-sockets
	rogue_says 'reach-sockets 3 -24'
	rogue_stop
	# The rogue's 3 sockets are gone, and the default is 4096.
	xenstore-rm "$node/max-sockets"
	rogue_hold reach-sockets
	rogue_says 'reach-sockets 30 0'
	rogue_stop
	complained 2 || fail "$(complaints) complaints, not 2"
	dmesg -C
}

# Of the rogue's connection: "rb16384,...,tb16384".
buffers_are()
{
	ss -Htmn state established 'dport = :5000' |
		has -E "skmem:\(r[0-9]+,rb$1,t[0-9]+,tb$1,"
}

title limits_bytes "bytes: buffers of a socket, those of a turn, those not sent"
limits_bytes()
{
	local node before
	node=$(backend_node rogue)

	xenstore-write "$node/max-buffer" 32768
	rogue_hold established
	rogue_says established
	buffers_are 16384 || fail "$(ss -Htmn 'dport = :5000')"
	rogue_stop
	xenstore-write "$(backend_node honest)/turn-bytes" 4096
	honest_moves || fail "no data in short turns"
	xenstore-rm "$(backend_node honest)/turn-bytes"
	# Nothing may be kept for a peer that does not read: it is reset at
	# once, not when its time is over.  With small buffers TCP does not
	# take all of it meanwhile.
	echo 60 >"$PARAMETERS/linger_timeout"
	xenstore-write "$node/max-linger-bytes" 0
	before=$(aborts)
	rogue_front 60 undrained
	[ "$(aborts)" -gt "$before" ] || fail "no connection was reset"
	wait_for 5 none_lingers || fail "$(ss -Htn 'dport = :5000')"
	xenstore-rm "$node/max-linger-bytes"
	xenstore-rm "$node/max-buffer"
	echo 5 >"$PARAMETERS/linger_timeout"
}

# Of the rogue: a socket that is only in the table for the bytes it has left.
one_lingers()
{
	local domid
	domid=$(guest_domid rogue)

	awk '$2 == "lingering" && $4 == "192.0.2.1:5000" && $5 == "-" && $11 > 0 { n++ }
		END { exit n != 1 }' \
		"/sys/kernel/debug/pvcalls-back/pvcalls-$domid-0/sockets" &&
		[ "$(cat "/sys/bus/xen-backend/devices/pvcalls-$domid-0/statistics/linger_bytes")" -gt 0 ]
}

title limits_linger "a socket with bytes left is seen until they are sent; an unload waits for none"
limits_linger()
{
	local node before
	node=$(backend_node rogue)

	echo 60 >"$PARAMETERS/linger_timeout"
	xenstore-write "$node/max-buffer" 32768
	rogue_front 60 undrained
	one_lingers || fail "$(cat /sys/kernel/debug/pvcalls-back/*/sockets)"
	before=$(aborts)
	wait_for 10 rmmod pvcalls-back
	[ "$(aborts)" -gt "$before" ] || fail "no connection was reset"
	none_lingers || fail "$(ss -Htn 'dport = :5000')"
	xenstore-rm "$node/max-buffer"
	modprobe pvcalls-back linger_timeout=5
	connected honest
	honest_moves
}

none_lingers()
{
	! ss -Htn 'dport = :5000' | grep .
}

# Connections that were reset with bytes to send.
aborts()
{
	awk '$1 == "TcpExt:" && !n { n = split($0, names) }
		$1 == "TcpExt:" { split($0, values) }
		END { for (i = 2; i <= n; i++)
			if (names[i] == "TCPAbortOnData") print values[i] }' \
		/proc/net/netstat
}

plan limits_objects limits_rate limits_parameter limits_bad limits_bytes \
	limits_linger
