# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest's sockets live in a network namespace of its own, or carry a mark:
#
#	namespace tenant, 198.51.100.2/24 --- veth pair --- namespace srv,
#	id 77					198.51.100.1/24

tenant()
{
	ip netns exec tenant "$@"
}

tenant_up()
{
	ip netns add tenant
	# Before the link: it would give the namespace an id of its own choice.
	ip netns set tenant 77
	ip -n srv link add ten0 type veth peer name ten1 netns tenant
	srv ip addr add 198.51.100.1/24 dev ten0
	srv ip link set ten0 up
	tenant ip addr add 198.51.100.2/24 dev ten1
	tenant ip link set ten1 up
	tenant ip link set lo up
}

# fetch ADDRESS: the honest guest gets a page from there.
fetch()
{
	guest_run honest 30 "pvcalls-run curl -sS --max-time $(deadline 5) http://$1/hello.txt"
}

no_fetch()
{
	! fetch "$1"
}

in_tenant()
{
	fetch 198.51.100.1 || fail "not in the namespace"
	no_fetch 192.0.2.1 || fail "not only in the namespace"
}

in_dom0()
{
	fetch 192.0.2.1 || fail "not in dom0's namespace"
	no_fetch 198.51.100.1 || fail "in the other namespace, too"
}

title netns_change "new sockets live where the key says, while the guest runs"
netns_change()
{
	tenant_up
	in_dom0
	xenstore-write "$(backend_node honest)/netns" 77
	wait_for 10 fetch 198.51.100.1
	in_tenant
	# The other guest has no key.
	rogue_hold connect-192.0.2.1:80
	rogue_says 'connect-192.0.2.1:80 0'
	rogue_stop
}

title netns_before "a key that is there before the device is, is obeyed"
netns_before()
{
	wait_for 20 rmmod pvcalls-back
	modprobe pvcalls-back linger_timeout=5
	connected honest
	in_tenant
}

title netns_bad "an id that leads nowhere is refused loudly, the last one stays"
netns_bad()
{
	dmesg -C
	xenstore-write "$(backend_node honest)/netns" 9999
	wait_for 10 bash -c 'dmesg | grep -q "netns of domain .*\"9999\""' ||
		fail "no complaint: $(dmesg | tail -n 3)"
	in_tenant
	xenstore-write "$(backend_node honest)/netns" /run/netns/srv
	wait_for 10 bash -c 'dmesg | grep -q "netns of domain .*/run/netns/srv"'
	in_tenant
	dmesg -C
	xenstore-write "$(backend_node honest)/netns" 77
}

title netns_bad_before "a key that is bad from the start leads nowhere, not to dom0's namespace"
netns_bad_before()
{
	xenstore-write "$(backend_node honest)/netns" 9999
	wait_for 20 rmmod pvcalls-back
	modprobe pvcalls-back linger_timeout=5
	connected honest
	no_fetch 192.0.2.1 || fail "in dom0's namespace"
	no_fetch 198.51.100.1 || fail "in the namespace of the last key"
	dmesg | has -F 'no network namespace has its id (9999)' || fail "no complaint"
	xenstore-write "$(backend_node honest)/netns" 77
	wait_for 10 fetch 198.51.100.1
	in_tenant
	dmesg -C
}

title netns_nft "the namespace's firewall is that guest's, and ss shows its sockets"
netns_nft()
{
	local uid

	guest_start honest slow "pvcalls-run curl -sS --limit-rate 100k -o /dev/null http://198.51.100.1/mib.bin"
	wait_for 10 bash -c 'ip netns exec tenant ss -Htn state established "dport = :80" | grep -q .'
	uid=$((0x7f000000 + $(guest_domid honest)))
	tenant ss -Htne state established 'dport = :80' | has "uid:$uid " ||
		fail "not uid $uid: $(tenant ss -Htne)"
	! ss -Htn 'dport = :80' | grep . || fail "in dom0's namespace, too"
	guest_job_kill honest slow
	tenant nft add table inet t
	tenant nft add chain inet t out '{ type filter hook output priority 0; }'
	tenant nft add rule inet t out tcp dport 80 counter reject with tcp reset
	no_fetch 198.51.100.1 || fail "not rejected"
	tenant nft list table inet t | has -E 'counter packets [1-9]' ||
		fail "not by the rule: $(tenant nft list table inet t)"
	rogue_hold connect-192.0.2.1:80
	rogue_says 'connect-192.0.2.1:80 0'
	rogue_stop
	tenant nft delete table inet t
	in_tenant
}

title netns_local "local are the addresses of the guest's namespace, not dom0's"
netns_local()
{
	local node
	node=$(backend_node honest)

	tenant busybox httpd -p 198.51.100.2:88 -h /srv/www
	no_fetch 198.51.100.2:88 || fail "an address of its own namespace is open"
	xenstore-write "$node/connect-policy" '+local -any'
	wait_for 10 fetch 198.51.100.2:88
	no_fetch 198.51.100.1 || fail "an address of another namespace is local"
	xenstore-rm "$node/connect-policy"
	wait_for 10 fetch 198.51.100.1
	no_fetch 198.51.100.2:88 || fail "still open without the key"
	pkill -f 'httpd -p 198.51.100.2:88'
}

tc_drops()
{
	tenant tc -s filter show dev ten1 egress | has -E 'dropped [1-9]'
}

# Two guests in the namespace; one of them has the mark that is shut out.
title netns_tc "the namespace's traffic control has its guests' packets, and their marks"
netns_tc()
{
	local node
	node=$(backend_node honest)

	[ -e /run/netns/tenant ] || tenant_up
	xenstore-write "$node/netns" 77
	xenstore-write "$(backend_node rogue)/netns" 77
	tenant tc qdisc add dev ten1 clsact
	tenant tc filter add dev ten1 egress protocol ip handle 0x2a fw action drop
	wait_for 10 fetch 198.51.100.1 || fail "dropped without a mark"
	! tc_drops || fail "counted without a mark"
	xenstore-write "$node/mark" 0x2a
	wait_for 10 no_fetch 198.51.100.1 || fail "not dropped with a mark"
	tc_drops ||
		fail "not by the filter: $(tenant tc -s filter show dev ten1 egress)"
	rogue_hold connect-198.51.100.1:80
	rogue_says 'connect-198.51.100.1:80 0'
	rogue_stop
	xenstore-rm "$node/mark"
	xenstore-rm "$(backend_node rogue)/netns"
	wait_for 10 fetch 198.51.100.1 || fail "dropped for good"
	tenant tc qdisc del dev ten1 clsact
}

tenant_gone()
{
	! srv ip link show ten0
}

tenant_is_busy()
{
	[ -n "$(tenant ss -Htn state established 'dport = :80')" ]
}

tenant_is_idle()
{
	! tenant_is_busy
}

# The name goes, the namespace stays while there are sockets in it: the
# connection works on until its end.  That comes when the case says so: the
# pipe behind curl is full until then.
title netns_deleted "a namespace that is deleted under its sockets"
netns_deleted()
{
	# One of the case before must not be taken for it.
	wait_for 20 tenant_is_idle
	guest_start honest slow 'pvcalls-run curl -sS http://198.51.100.1/mib.bin | {
		until [ -e /tmp/go ]; do sleep 1; done; sha256sum; }'
	wait_for 20 tenant_is_busy || fail "no connection in the namespace"
	ip netns del tenant
	sleep 1
	! tenant_gone || fail "the namespace did not wait for its socket"
	guest_run honest 20 'touch /tmp/go'
	guest_job_wait honest slow 60 >/run/lab/slow.sum ||
		fail "the connection died: $(</run/lab/slow.sum)"
	grep -q "$(sum "$MIB")" /run/lab/slow.sum ||
		fail "other bytes came: $(</run/lab/slow.sum)"
	wait_for 30 tenant_gone || fail "the namespace is still there"
	dmesg -C
	no_fetch 198.51.100.1 || fail "a connection from nowhere"
	no_fetch 192.0.2.1 || fail "a connection from dom0's namespace"
	dmesg | has -F 'no network namespace has its id (77)' || fail "no complaint"
	dmesg -C
	xenstore-rm "$(backend_node honest)/netns"
	wait_for 10 fetch 192.0.2.1 || fail "no new sockets without the key"
}

counted()
{
	nft list chain inet m out | has -E 'counter packets [1-9]'
}

title netns_mark "a mark tells the guest's packets apart in dom0's firewall"
netns_mark()
{
	local node
	node=$(backend_node honest)

	nft add table inet m
	nft add chain inet m out '{ type filter hook output priority 0; }'
	nft add rule inet m out meta mark 0x2a tcp dport 80 counter reject with tcp reset
	fetch 192.0.2.1 || fail "rejected without a mark"
	! counted || fail "counted without a mark"
	xenstore-write "$node/mark" 0x2a
	wait_for 10 no_fetch 192.0.2.1 || fail "not rejected with a mark"
	counted || fail "not by the rule: $(nft list table inet m)"
	rogue_hold connect-192.0.2.1:80
	rogue_says 'connect-192.0.2.1:80 0'
	rogue_stop
	xenstore-write "$node/mark" 43
	wait_for 10 fetch 192.0.2.1 || fail "rejected with another mark"
	xenstore-rm "$node/mark"
	nft delete table inet m
	fetch 192.0.2.1 || fail "rejected for good"
}

plan netns_change netns_before netns_bad netns_bad_before netns_nft netns_tc \
	netns_local netns_deleted netns_mark
