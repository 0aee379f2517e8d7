# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What an admin sees of a guest: tracepoints, statistics, the table of sockets.

TRACING=/sys/kernel/tracing
TRACED=/run/lab/traced

# stat_of GUEST NAME
stat_of()
{
	cat "/sys/bus/xen-backend/devices/pvcalls-$(guest_domid "$1")-0/statistics/$2"
}

stat_is()
{
	[ "$(stat_of "$1" "$2")" = "$3" ]
}

stat_at_least()
{
	[ "$(stat_of "$1" "$2")" -ge "$3" ]
}

socket_table()
{
	cat "/sys/kernel/debug/pvcalls-back/pvcalls-$(guest_domid "$1")-0/sockets"
}

# traced NUMBER REGEX: so many lines of what was traced of the guest fit.
traced()
{
	local n

	n=$(grep -c -E "domid=$(guest_domid honest) .*$2" "$TRACED") || :
	[ "$n" = "$1" ] || fail "$n lines, not $1, are like $2: $(tail -n 40 "$TRACED")"
}

# trace_begin: from here on, of $TRACE_ONLY if that is set; trace_end: up to
# here, in $TRACED.
trace_begin()
{
	[ -d "$TRACING/events" ] || mount -t tracefs tracefs "$TRACING"
	wait_for 10 stat_is honest sockets 0
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/events/pvcalls_back/${TRACE_ONLY:+$TRACE_ONLY/}enable"
}

trace_end()
{
	wait_for 10 stat_is honest sockets 0
	echo 0 >"$TRACING/events/pvcalls_back/enable"
	# A file of tracefs has no size, and grep -c wants all of it.
	cat "$TRACING/trace" >"$TRACED"
}

# fetch_bytes ADDRESS:PORT/FILE: by the honest guest; prints bytes in and out.
fetch_bytes()
{
	guest_run honest 30 "pvcalls-run curl -s --max-time 20 -o /dev/null -w '%{size_header} %{size_download} %{size_request}' http://$1"
}

title seeing_session "tracepoints tell of a session from socket to release"
seeing_session()
{
	trace_begin
	fetch_bytes 192.0.2.1:80/mib.bin
	trace_end
	traced 1 'cmd=0 \(socket\) id=[^ ]*$'
	traced 1 'cmd=1 \(connect\) id=[^ ]*$'
	traced 1 'cmd=2 \(release\) id=[^ ]*$'
	traced 3 'cmd=[012] .* ret=0$'
	traced 1 'created -> connecting'
	traced 1 'connecting -> connected'
	# It lingers if the peer has not acknowledged the end at once.
	traced 1 'connected -> (closed|lingering)$'
	traced 1 ' -> closed$'
	traced 1 'ref=.* pages=[0-9]+ ret=0$'
	traced 1 'id=[^ ]+ pages=[0-9]+$'
	# The bytes that the connection had moved at its end.
	traced 1 'how=closed error=0 bytes_in=10[0-9]{5} bytes_out=[1-9][0-9]+$'
	# Once off, nothing more is told.
	echo >"$TRACING/trace"
	fetch_bytes 192.0.2.1:80/hello.txt
	cat "$TRACING/trace" >"$TRACED"
	traced 0 ''
}

title seeing_refusals "tracepoints and statistics tell of refusals, and why"
seeing_refusals()
{
	local limit=/sys/module/pvcalls_back/parameters/max_sockets before
	local policy failed limited

	policy=$(stat_of honest connect_refused)
	failed=$(stat_of honest connects_failed)
	limited=$(stat_of honest limit_refused)
	trace_begin
	! fetch_bytes 192.0.2.2:99/ || fail "dom0's own address is open"
	! fetch_bytes 192.0.2.1:9/ || fail "nobody listens there"
	before=$(<"$limit")
	echo 0 >"$limit"
	! fetch_bytes 192.0.2.1:80/hello.txt || fail "there is no limit"
	echo "$before" >"$limit"
	trace_end
	traced 1 'why=connect-policy value=192.0.2.2:99$'
	traced 1 'why=max-sockets value=[^ ]+ ret=-24$'
	traced 1 'cmd=1 \(connect\) .* ret=-13$'
	traced 1 'cmd=1 \(connect\) .* ret=-111$'
	traced 1 'connecting -> created'
	[ "$(stat_of honest connect_refused)" = $((policy + 1)) ]
	[ "$(stat_of honest connects_failed)" = $((failed + 1)) ]
	[ "$(stat_of honest limit_refused)" = $((limited + 1)) ]
}

title seeing_nonsense "what a rogue sends is counted as errors of its own"
seeing_nonsense()
{
	local honest rogue

	honest=$(stat_of honest protocol_errors)
	rogue=$(stat_of rogue protocol_errors)
	rogue_front 60 unknown-commands
	wait_for 10 stat_at_least rogue protocol_errors $((rogue + 1))
	stat_is honest protocol_errors "$honest" ||
		fail "an honest guest gets the blame"
}

no_fetch_bytes()
{
	! fetch_bytes "$1"
}

# no_netns ID: there is no namespace of that id any more.
no_netns()
{
	! ip netns list-id | grep -q "nsid $1 "
}

title seeing_admin "tracepoints tell of keys refused, and of sockets without a place"
seeing_admin()
{
	local node

	node=$(backend_node honest)
	ip netns add gone
	ip netns set gone 55
	trace_begin
	xenstore-write "$node/mark" nonsense
	xenstore-write "$node/netns" 55
	wait_for 10 no_fetch_bytes 192.0.2.1:80/hello.txt
	ip netns del gone
	wait_for 10 no_netns 55
	! fetch_bytes 192.0.2.1:80/hello.txt || fail "the namespace is gone"
	xenstore-rm "$node/mark"
	xenstore-rm "$node/netns"
	wait_for 10 fetch_bytes 192.0.2.1:80/hello.txt
	trace_end
	traced 1 'key=mark ret=-22$'
	traced 1 'why=netns value=0x37 ret=-100$'
}

title seeing_rogue "tracepoints tell of a device's states, bad grants and ports"
seeing_rogue()
{
	local like

	trace_begin
	rogue_front 60 bad-data-refs
	rogue_front 60 bad-ports
	trace_end
	for like in 'initwait -> connected$' 'connected -> closing$' \
		'closing -> closed$' 'why=grant value=[^ ]+ ret=-[0-9]+$' \
		'why=port value=[^ ]+ ret=-[0-9]+$'; do
		grep -q -E "domid=$(guest_domid rogue) .*$like" "$TRACED" ||
			fail "nothing is like $like: $(tail -n 40 "$TRACED")"
	done
}

title seeing_statistics "statistics add up with what was moved, to the byte"
seeing_statistics()
{
	local in out connects moved header body request

	wait_for 10 stat_is honest sockets 0
	in=$(stat_of honest bytes_in)
	out=$(stat_of honest bytes_out)
	connects=$(stat_of honest connects)
	moved=$(fetch_bytes 192.0.2.1:80/mib.bin)
	read -r header body request <<<"$moved"
	[ "$body" = 1048576 ] || fail "curl got $body bytes"
	wait_for 10 stat_is honest sockets 0
	stat_is honest bytes_in $((in + header + body)) ||
		fail "bytes_in $in, then $(stat_of honest bytes_in); curl has $header and $body"
	stat_is honest bytes_out $((out + request)) ||
		fail "bytes_out $out, then $(stat_of honest bytes_out); curl has $request"
	stat_is honest connects $((connects + 1))
	stat_is honest requests "$(stat_of honest answers)"
	stat_is honest ring_pages 0
	stat_is honest linger_bytes 0
	stat_is honest listeners 0
	stat_at_least honest sockets_max 1
	stat_at_least honest notifications 4
}

title seeing_listener "listeners and accepted connections are traced and counted"
seeing_listener()
{
	local accepts

	trace_begin
	wait_for 10 stat_is honest listeners 0
	accepts=$(stat_of honest accepts)
	guest_run honest 20 'mkdir -p /srv && echo "hello from the guest" >/srv/index.html'
	guest_start honest httpd 'pvcalls-run busybox httpd -f -p 8081 -h /srv'
	wait_for 20 stat_is honest listeners 1
	for _ in 1 2 3; do
		curl -sS --max-time 20 -o /dev/null http://192.0.2.2:8081/
	done
	stat_is honest accepts $((accepts + 3)) ||
		fail "$(stat_of honest accepts) accepts, $accepts before three"
	socket_table honest >/run/lab/table
	grep -q -E '^[^ ]+ listening 0\.0\.0\.0:8081 - ' /run/lab/table ||
		fail "no such listener: $(</run/lab/table)"
	guest_job_kill honest httpd
	wait_for 20 stat_is honest listeners 0
	trace_end
	# Each request, and its one answer.
	traced 2 'cmd=3 \(bind\) id=.*'
	traced 2 'cmd=4 \(listen\) id=.*'
	traced 1 'created -> listening$'
	traced 1 'listening -> closed$'
	traced 3 'cmd=5 \(accept\) .* ret=0$'
	traced 3 'parked -> connected$'
}

# The guest has a connection to socktest, and has sent nothing on it.
idle_connection()
{
	socket_table honest >/run/lab/table
	awk '$2 == "connected" && $4 == "192.0.2.1:5000" &&
		$3 ~ /^192\.0\.2\.2:[0-9]+$/ && $5 >= 1 && $13 == 0 { n++ }
		END { exit n != 1 }' /run/lab/table
}

title seeing_table "the table lists open sockets while others come and go"
seeing_table()
{
	local reader

	guest_start honest idle 'sleep 600 | pvcalls-run busybox nc 192.0.2.1 5000'
	wait_for 20 idle_connection || fail "not in the table: $(</run/lab/table)"
	(
		set +e
		while :; do
			socket_table honest
			socket_table rogue
		done >/dev/null 2>/run/lab/table.errors
	) &
	reader=$!
	guest_run honest 90 'for i in 1 2 3 4; do
		for j in 1 2 3 4 5 6; do
			pvcalls-run curl -s -o /dev/null http://192.0.2.1/hello.txt &
		done; wait; done'
	kill -0 "$reader" || fail "the reader has gone"
	kill "$reader"
	wait "$reader" || :
	[ ! -s /run/lab/table.errors ] || fail "$(</run/lab/table.errors)"
	idle_connection || fail "not in the table: $(</run/lab/table)"
	guest_job_kill honest idle
	wait_for 20 stat_is honest sockets 0
	[ "$(socket_table honest | wc -l)" = 1 ]
}

title seeing_parked "the table lists sockets that wait in an ACCEPT, with their rings"
seeing_parked()
{
	rogue_hold parked
	rogue_says parked
	socket_table rogue >/run/lab/table
	# The listener, five that wait at it, and one that does nothing.
	awk 'NR > 1 { n[$2 " " $4 " " $5]++ }
		END { exit n["parked - 2"] != 5 || n["listening - -"] != 1 ||
			n["created - -"] != 1 || NR != 8 }' /run/lab/table ||
		fail "$(</run/lab/table)"
	rogue_stop
	wait_for 10 stat_is rogue sockets 0
}

plan seeing_session seeing_refusals seeing_nonsense seeing_admin \
	seeing_rogue seeing_statistics seeing_listener seeing_table \
	seeing_parked
