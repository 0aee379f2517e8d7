# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The demo's points as tests, then small ones.

# shellcheck source=/dev/null
. /lab/cases/points.sh

fetch_hello()
{
	[ "$(guest_run "$1" 30 'pvcalls-run curl -sS --max-time 20 http://192.0.2.1/hello.txt')" = 'hello from srv' ]
}

title case_reload "both modules load again, the frontend first"
case_reload()
{
	# Loading it waits for the backend, by xenbus's rules up to half a minute.
	guest_start guest front 'modprobe pvcalls-front'
	wait_for 20 guest_run guest 10 'test -d /sys/module/pvcalls_front'
	! states_are guest '4 4' || fail "connected without a backend"
	modprobe pvcalls-back
	guest_job_wait guest front 60
	connected guest
	fetch_hello guest
}

title case_wget "busybox wget in the guest fetches a small file"
case_wget()
{
	[ "$(guest_run guest 30 'pvcalls-run busybox wget -q -O - http://192.0.2.1/hello.txt')" = 'hello from srv' ]
}

title case_refused "a refused connection is an error at once"
case_refused()
{
	local st=0 start=$SECONDS

	guest_run guest 60 'pvcalls-run curl -sS --max-time 50 http://192.0.2.1:81/' || st=$?
	[ "$st" = 7 ] || fail "curl ended with $st, not 7 (could not connect)"
	[ $((SECONDS - start)) -lt "$(deadline 10)" ] ||
		fail "it took $((SECONDS - start)) s"
}

title case_httpd "busybox httpd in the guest serves dom0 ten times"
case_httpd()
{
	guest_run guest 20 'mkdir -p /srv && echo "hello from the guest" >/srv/index.html'
	guest_start guest httpd 'pvcalls-run busybox httpd -f -p 8081 -h /srv'
	wait_for 20 listening 8081 || fail "port 8081 is not open in dom0"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(curl -sS --max-time 20 http://127.0.0.1:8081/)" = 'hello from the guest' ]
	done
	guest_job_kill guest httpd
	wait_for 20 not_listening 8081 || fail "port 8081 outlives the server"
}

title case_sockets "sockets do what programs expect of them"
case_sockets()
{
	srv socktest server 192.0.2.1 5000 192.0.2.2 &
	# Itself, on a plain socket of dom0.
	wait_for 20 socktest client 192.0.2.1 5000 0 stream_flags
	# How long it takes to find out that nobody has an address: 3 of these.
	deadline 1000 >/proc/sys/net/ipv4/neigh/lab0/retrans_time_ms
	guest guest 300 "LAB_SLOW=$LAB_SLOW socktest client 192.0.2.1 5000"
	no_warnings dom0
	no_warnings guest
}

# All that curl in the guest says of a port of dom0 itself.
dom0_answers()
{
	guest_run guest 60 "pvcalls-run curl -sSv --max-time 50 http://192.0.2.2:8088/hello.txt 2>&1; true"
}

dom0_says()
{
	dom0_answers | has -i "$1"
}

guest_may_not_bind()
{
	guest_run guest 20 "pvcalls-run busybox nc -l -p $1 -w 1 2>&1; true" |
		has -i 'permission denied'
}

guest_binds()
{
	local st=0

	guest_start guest bind "pvcalls-run busybox nc -l -p $1"
	wait_for 3 listening "$1" || st=1
	guest_job_kill guest bind
	wait_for 10 not_listening "$1"
	return "$st"
}

title case_policy "the admin's rules say where the guest may go, while it runs"
case_policy()
{
	local node
	node=$(backend_node guest)

	no_warnings dom0
	busybox httpd -p 192.0.2.2:8088 -h /srv/www
	# dom0's own addresses and the ports below 1024 are closed at first.
	dom0_says 'permission denied' || fail "dom0 is open: $(dom0_answers)"
	guest_may_not_bind 80 || fail "port 80 is open"
	guest_binds 8082 || fail "port 8082 is closed"
	xenstore-write "$node/connect-policy" '+192.0.2.2:8088 -192.0.2.1 +any'
	wait_for 20 dom0_says 'hello from srv' || fail "still closed: $(dom0_answers)"
	! fetch_hello guest || fail "192.0.2.1 is still open"
	xenstore-write "$node/bind-policy" '+any:80'
	wait_for 20 guest_binds 80 || fail "port 80 is still closed"
	guest_may_not_bind 8082 || fail "port 8082 is still open"
	# Rules that are none change nothing, and the log tells.
	xenstore-write "$node/connect-policy" '+192.0.2.0/24 -nonsense'
	wait_for 20 bash -c 'dmesg | grep -q "connect-policy of domain .*nonsense"'
	dom0_says 'hello from srv' || fail "rules that are none are in force"
	xenstore-rm "$node/connect-policy"
	xenstore-rm "$node/bind-policy"
	wait_for 20 dom0_says 'permission denied' || fail "no default again"
	fetch_hello guest
	pkill -f 'httpd -p 192.0.2.2:8088'
	# That complaint was asked for.
	dmesg --clear
}

no_backend_nodes()
{
	! xenstore-exists "/local/domain/0/backend/pvcalls/$1"
}

title case_destroy "a guest destroyed with open connections leaves dom0 clean"
case_destroy()
{
	local domid

	domid=$(guest_domid guest)
	guest_start guest httpd 'pvcalls-run busybox httpd -f -p 8081 -h /srv'
	wait_for 20 listening 8081 || fail "port 8081 is not open in dom0"
	guest_start guest slow 'pvcalls-run curl -sS --limit-rate 200K -o /dev/null http://192.0.2.1/page.bin'
	wait_for 30 slow_connection || fail "no connection to 192.0.2.1:80 in dom0"
	guest_destroy guest
	wait_for 20 not_listening 8081 || fail "port 8081 outlives the guest"
	wait_for 20 no_slow_connection || fail "a connection outlives the guest"
	wait_for 20 no_backend_nodes "$domid" ||
		fail "its backend nodes are still in xenstore"
	no_warnings dom0
}

title case_second_guest "a new guest finds the backend loaded"
case_second_guest()
{
	[ -d /sys/module/pvcalls_back ] || fail "the backend is gone"
	guest_create second
	guest_run second 30 'modprobe pvcalls-front'
	connected second
	fetch_hello second
}

title case_last_unload "the backend unloads under a connected guest, then all is gone"
case_last_unload()
{
	backend_unload
	! lsmod | grep -E '^(pvcalls|xen_flexring)' || fail "modules are left in dom0"
	frontend_unload second || fail "rmmod pvcalls-front in the guest"
	no_warnings dom0
	no_warnings second
	guest_destroy second
}

plan case_versions case_connect case_download case_upload case_serve \
	case_visible case_unload \
	case_reload case_wget case_refused case_httpd case_sockets \
	case_policy \
	case_destroy \
	case_second_guest case_last_unload
