# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The admin's command.

# ends STATUS COMMAND...: with that status; its output is in $SAID.
SAID=/run/lab/said
ends()
{
	local status=$1 st=0
	shift

	"$@" >"$SAID" 2>&1 || st=$?
	cat "$SAID"
	[ "$st" = "$status" ] || fail "$* ended with $st, not $status"
}

said()
{
	grep -q -E -- "$1" "$SAID" || fail "it did not say $1"
}

# The honest guest's key is as given, or with no value not there.
key_is()
{
	local node
	node=$(backend_node honest)/$1

	if [ $# = 1 ]; then
		! xenstore-exists "$node"
	else
		[ "$(xenstore-read "$node")" = "$2" ]
	fi
}

# curl_ends STATUS: of the honest guest; 7 could not connect, 0 is fine.
curl_ends()
{
	local st=0

	guest_run honest 30 "pvcalls-run curl -s --max-time 10 -o /dev/null http://192.0.2.1/hello.txt" ||
		st=$?
	[ "$st" = "$1" ]
}

title ctl_looks "pvcallsctl lists and shows, by name and by number"
ctl_looks()
{
	local domid
	domid=$(guest_domid honest)

	ends 0 pvcallsctl list
	said "^$domid +honest +connected +- +[0-9]+ +[1-9][0-9]* +[1-9][0-9]*\$"
	said "^$(guest_domid rogue) +rogue +"
	ends 0 pvcallsctl show "$domid"
	said "^domain $domid honest, device 0: connected\$"
	said '^  connect-policy +default: -loopback -local '
	said '^  feature-release-answers +on$'
	said '^  max-sockets +default$'
	said '^  id state local remote '
	ends 0 pvcallsctl stats honest
	said "^  bytes_in +$(stat_of_honest bytes_in)\$"
	ends 3 pvcallsctl show nobody
	said 'no domain "nobody" has a PV Calls device here'
	ends 2 pvcallsctl show
}

stat_of_honest()
{
	cat "/sys/bus/xen-backend/devices/pvcalls-$(guest_domid honest)-0/statistics/$1"
}

title ctl_policy "a policy takes effect, a bad rule is named and nothing written"
ctl_policy()
{
	wait_for 10 curl_ends 0
	ends 2 pvcallsctl policy set honest connect '+192.0.2.0/24 -any:99999'
	said 'rule 2, "-any:99999", is wrong: behind the colon'
	key_is connect-policy || fail "a bad policy was written"
	ends 0 pvcallsctl policy set honest connect '-192.0.2.0/24 +any'
	key_is connect-policy '-192.0.2.0/24 +any'
	wait_for 20 curl_ends 7 || fail "the policy has no effect"
	ends 0 pvcallsctl policy show honest
	said '^  connect-policy +-192\.0\.2\.0/24 \+any$'
	# The one that holds stays, if another one is bad.
	ends 2 pvcallsctl policy set honest connect 'any'
	key_is connect-policy '-192.0.2.0/24 +any'
	ends 0 pvcallsctl policy unset honest connect
	key_is connect-policy
	wait_for 20 curl_ends 0 || fail "the default does not come back"
	# There is nothing to remove any more, and that is fine.
	ends 0 pvcallsctl policy unset honest connect
}

title ctl_keys "limits, mark and namespace reach xenstore, and leave it"
ctl_keys()
{
	local id

	ends 0 pvcallsctl limit set honest max-sockets 4000
	key_is max-sockets 4000
	ends 2 pvcallsctl limit set honest max-sockets many
	key_is max-sockets 4000
	ends 0 pvcallsctl limit unset honest max-sockets
	key_is max-sockets
	ends 0 pvcallsctl mark set honest 7
	key_is mark 7
	ends 0 pvcallsctl mark set honest none
	key_is mark
	ends 2 pvcallsctl netns set honest nowhere
	ends 0 ip netns add quiet
	ends 0 pvcallsctl netns set honest quiet
	id=$(ip netns | sed -n 's/^quiet (id: \([0-9]*\))$/\1/p')
	[ -n "$id" ] || fail "the namespace has no id: $(ip netns)"
	key_is netns "$id"
	ends 0 pvcallsctl list
	said ' connected +quiet '
	# It has a number now, and keeps it.
	ends 0 pvcallsctl netns set honest quiet
	key_is netns "$id"
	ends 0 pvcallsctl netns set honest none
	key_is netns
	ip netns del quiet
	wait_for 20 curl_ends 0
}

title ctl_watch "pvcallsctl watch tells of a change within a second or so"
ctl_watch()
{
	local watcher tables

	pvcallsctl watch >"$SAID" &
	watcher=$!
	sleep 3.5
	tables=$(grep -c '^DOM ' "$SAID")
	[ "$tables" -ge 3 ] || fail "$tables tables in three seconds"
	xenstore-write "$(backend_node honest)/netns" 4711
	wait_for 3 grep -q 'connected  *#4711 ' "$SAID" || fail "$(<"$SAID")"
	xenstore-rm "$(backend_node honest)/netns"
	kill "$watcher"
	# Where nobody reads any more, it ends.
	ends 0 bash -c 'pvcallsctl watch | head -n 1'
	wait_for 20 curl_ends 0
}

plan ctl_looks ctl_policy ctl_keys ctl_watch
