# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The backend in a driver domain: an unprivileged guest serves another one,
# dom0 is only the toolstack.  With KERNEL=kasan both ends run under KASAN.

# shellcheck source=/dev/null
. /lab/dom0/driver.sh

client_create()
{
	driver_client 2 "$1"
	guest_run "$1" 60 'modprobe pvcalls-front'
	connected "$1"
}

title case_driver "a guest becomes a driver domain and loads the backend"
case_driver()
{
	driver_create
	guest driver 30 'modprobe pvcalls-back && lsmod | grep pvcalls_back'
	[ ! -d /sys/module/pvcalls_back ] || fail "dom0 has a backend, too"
}

title case_client "another guest's device connects to it"
case_client()
{
	client_create client
	dom0 "xenstore-read $(backend_node client)/state $(frontend_node client)/state"
}

title case_stream "4 MiB each way between guest and driver domain, unharmed"
case_stream()
{
	guest_run driver 30 "set -e; mkdir -p /srv/cgi-bin; head -c 4194304 /dev/urandom >/srv/page.bin
		printf '#!/bin/sh\necho; sha256sum\n' >/srv/cgi-bin/sum
		chmod 755 /srv/cgi-bin/sum
		$DRIVER_SRV busybox httpd -p 192.0.2.1:80 -h /srv"
	guest client 120 'pvcalls-run curl -sS --max-time 200 -o /tmp/page.bin http://192.0.2.1/page.bin'
	tell "down: $(guest_run client 60 'sha256sum </tmp/page.bin' | tee /run/lab/down)"
	tell "sent: $(guest_run driver 60 'sha256sum </srv/page.bin' | tee /run/lab/sent)"
	cmp /run/lab/down /run/lab/sent
	[ "$(guest_run client 20 'stat -c %s /tmp/page.bin')" = $((4 << 20)) ]
	guest_run client 120 'pvcalls-run curl -sS --max-time 200 --data-binary @/tmp/page.bin http://192.0.2.1/cgi-bin/sum' |
		tee /run/lab/up
	cmp /run/lab/up /run/lab/sent
}

# client_curl STATUS: 7 could not connect, 0 is fine.
client_curl()
{
	local st=0

	guest_run client 30 'pvcalls-run curl -s --max-time 10 -o /dev/null http://192.0.2.1/page.bin' ||
		st=$?
	[ "$st" = "$1" ]
}

# driver_ctl WORDS: pvcallsctl in the driver domain.
driver_ctl()
{
	guest driver 20 "pvcallsctl $1" | tee /run/lab/ctl
}

title case_ctl "pvcallsctl in the driver domain sees the guest and sets its rules"
case_ctl()
{
	local domid moved key
	domid=$(guest_domid client)
	key=$(backend_node client)/connect-policy

	driver_ctl list
	grep -E "^ *$domid +- +connected " /run/lab/ctl
	driver_ctl "stats $domid"
	moved=$(sed -n 's/^ *bytes_in  *//p' /run/lab/ctl)
	[ "$moved" -ge $((4 << 20)) ] || fail "$moved bytes moved"
	driver_ctl "policy set $domid connect '-any:80 +any'"
	[ "$(xenstore-read "$key")" = '-any:80 +any' ]
	wait_for 20 client_curl 7 || fail "the policy has no effect"
	! driver_ctl "policy set $domid connect any" || fail "a bad rule is taken"
	driver_ctl "limit set $domid max-sockets 0"
	driver_ctl "policy set $domid connect +any"
	wait_for 20 client_curl 7 || fail "the limit has no effect"
	driver_ctl "limit unset $domid max-sockets"
	wait_for 20 client_curl 0 || fail "it does not come back"
}

title case_sockets "sockets do what programs expect of them"
case_sockets()
{
	guest_start driver server "$DRIVER_SRV socktest server 192.0.2.1 5000 192.0.2.2"
	wait_for 20 guest_run driver 10 'socktest client 192.0.2.1 5000 0 stream_flags'
	guest client 300 "LAB_SLOW=$LAB_SLOW socktest client 192.0.2.1 5000 >/tmp/log; st=\$?
		grep -v '^ok' /tmp/log; exit \$st"
	no_warnings driver
	no_warnings client
}

# The driver domain has a connection that is not its own programs'.
driver_serves()
{
	guest_run driver 20 'netstat -tn | grep -q ":80 .*ESTABLISHED"'
}

driver_serves_none()
{
	! driver_serves
}

title case_destroy "a guest destroyed with an open connection leaves the driver domain clean"
case_destroy()
{
	driver_serves_none || fail "there was a connection before"
	guest_start client slow 'pvcalls-run curl -sS --limit-rate 200K -o /dev/null http://192.0.2.1/page.bin'
	wait_for 30 driver_serves || guest driver 20 'ps; netstat -tna' ||
		fail "no connection in the driver domain"
	guest_destroy client
	wait_for 30 driver_serves_none || fail "a connection outlives the guest"
	no_warnings driver
}

no_node()
{
	! xenstore-exists "$1"
}

# Without it xl destroy waits ten seconds, complains, and removes them itself.
title case_devd "xl devd in the driver domain removes the nodes of a guest that is destroyed"
case_devd()
{
	local node out=/run/lab/devd.out

	guest driver 30 'modprobe xen-privcmd && mkdir -p /var/log/xen /var/run/xen'
	guest_start driver devd 'exec xl -v devd -F'
	client_create devd
	node=$(backend_node devd)
	guest devd 60 'pvcalls-run curl -sS --max-time 50 -o /tmp/page.bin http://192.0.2.1/page.bin'
	xenstore-exists "$node/state"
	guest_destroy devd >"$out" 2>&1 || fail "$(<"$out")"
	cat "$out"
	! grep -q 'timed out' "$out" || fail "it does not"
	no_node "$node" || fail "its nodes are there: $(xenstore-ls "$node")"
	guest_job_kill driver devd
	no_warnings driver
}

title case_unload "the backend unloads under a guest, and both ends leave nothing behind"
case_unload()
{
	client_create again
	guest again 60 'pvcalls-run curl -sS --max-time 50 -o /tmp/page.bin http://192.0.2.1/page.bin'
	[ "$(guest_run again 20 'stat -c %s /tmp/page.bin')" = $((4 << 20)) ]
	guest_run driver 60 'rmmod pvcalls-back && rmmod xen-flexring'
	frontend_unload again
	no_warnings driver
	no_warnings again
	guest_destroy again
	guest_destroy driver
}

plan case_driver case_client case_stream case_ctl case_sockets case_destroy \
	case_devd case_unload
