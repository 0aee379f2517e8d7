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

# queues_of GUEST: what the queues of its listeners may hold, in the order of
# their ports, which is that in which the rogue has made them.
queues_of()
{
	local uid=$((0x7f000000 + $(guest_domid "$1")))

	ss -Hltne | awk -v uid="uid:$uid" 'index($0 " ", uid " ") {
			n = split($4, part, ":"); print part[n], $3 }' |
		sort -n | cut -d ' ' -f 2 | paste -s -d ' '
}

# queues STEPS HOLD REFUSED: after these steps, see rogue/front_reach.c, the
# rogue's queues hold so many, and so many times it got less than it asked for.
queues()
{
	local before now
	before=$(stat_of rogue limit_refused)

	rogue_hold "queues-$1"
	rogue_says "queues-$1 0"
	now=$(queues_of rogue)
	[ "$now" = "$2" ] || fail "after $1 the queues hold '$now', not '$2'"
	stat_is rogue limit_refused $((before + $3)) ||
		fail "limit_refused $before, then $(stat_of rogue limit_refused), with $1"
}

title limits_backlog "listeners' queues: shorter than asked for, together within the limit"
limits_backlog()
{
	local node before
	node=$(backend_node rogue)

	wait_for 20 stat_is honest listeners 0
	xenstore-write "$node/max-backlog" 10
	queues 8,8,8 '8 2 0' 2
	# What the one guest has used up, the other one does not miss.
	before=$(stat_of honest limit_refused)
	guest_start honest httpd 'pvcalls-run busybox httpd -f -p 8081 -h /srv'
	wait_for 20 listening 8081
	[ "$(queues_of honest)" -ge 1 ] ||
		fail "the queue of the honest guest holds '$(queues_of honest)'"
	stat_is honest limit_refused "$before" ||
		fail "the honest guest is refused something"
	guest_job_kill honest httpd
	rogue_stop
	# A shorter queue, or none, leaves more for the others.
	queues 8,8,1=3,2=8 '3 7' 2
	rogue_stop
	queues 8,8,-1,2=9 9 1
	rogue_stop
	# Who has a queue can have it once more.
	queues 8,2,1=8,2=2 '8 2' 0
	rogue_stop
	xenstore-rm "$node/max-backlog"
	queues 30,20 '30 20' 0
	rogue_stop
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

title limits_bytes "bytes: buffers of a socket, those not sent"
limits_bytes()
{
	local node before
	node=$(backend_node rogue)

	xenstore-write "$node/max-buffer" 32768
	rogue_hold established
	rogue_says established
	buffers_are 16384 || fail "$(ss -Htmn 'dport = :5000')"
	rogue_stop
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

# The honest guest moves a MiB each way.  MOST_IN and MOST_OUT are of one turn.
turns_traced()
{
	local moved_in moved_out

	TRACE_ONLY=pvback_turn trace_begin
	honest_moves || fail "no data"
	trace_end
	read -r MOST_IN MOST_OUT moved_in moved_out < <(
		awk -v who="domid=$(guest_domid honest)" '
			index($0 " ", who " ") {
				in_ = out = $0
				sub(/.* moved_in=/, "", in_)
				sub(/.* moved_out=/, "", out)
				if (in_ + 0 > most_in) most_in = in_ + 0
				if (out + 0 > most_out) most_out = out + 0
				sum_in += in_
				sum_out += out
			}
			END { print most_in + 0, most_out + 0, sum_in + 0,
				sum_out + 0 }' "$TRACED")
	echo "at most $MOST_IN in, $MOST_OUT out; $moved_in and $moved_out in all"
	# Or those that were not seen may have moved more.
	[[ $moved_in -ge 1048576 && $moved_out -ge 1048576 ]] ||
		fail "not all turns are traced: $(tail -n 20 "$TRACED")"
}

title limits_turn "bytes of a turn: no more than the limit, either way"
limits_turn()
{
	local node MOST_IN MOST_OUT
	node=$(backend_node honest)

	xenstore-write "$node/turn-bytes" 4096
	turns_traced
	[[ $MOST_IN -le 4096 && $MOST_OUT -le 4096 ]] ||
		fail "$MOST_IN bytes in and $MOST_OUT out in a turn of 4096"
	xenstore-rm "$node/turn-bytes"
	# It is the key that held them back.
	turns_traced
	[[ $MOST_IN -gt 4096 && $MOST_OUT -gt 4096 ]] ||
		fail "no turn moves more than $MOST_IN bytes in, $MOST_OUT out"
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

plan limits_objects limits_backlog limits_rate limits_parameter limits_bad \
	limits_bytes limits_turn limits_linger
