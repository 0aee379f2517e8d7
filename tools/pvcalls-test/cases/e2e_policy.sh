# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What is closed to a guest by default, whatever address it tries, and ports
# that others have.

# connect_ends ADDRESS:PORT STATUS [GUEST]: curl's, 7 could not connect, 0 is
# fine.
connect_ends()
{
	local st=0

	guest_run "${3:-honest}" 30 "pvcalls-run curl -s --max-time 10 -o /dev/null http://$1/hello.txt" ||
		st=$?
	[ "$st" = "$2" ] || fail "curl to $1 ended with $st, not $2"
}

title policy_own "dom0's own addresses are closed, others are open"
policy_own()
{
	busybox httpd -p 0.0.0.0:88 -h /srv/www
	wait_for 10 listening 88
	connect_ends 192.0.2.2:88 7
	dmesg | has -E "domain $(guest_domid honest): socket [0-9]+ may not connect to 192.0.2.2:88\$" ||
		fail "no line in the log: $(dmesg | tail -n 3)"
	# The same in the other family's words.
	connect_ends '[::ffff:192.0.2.2]:88' 7
	connect_ends '[::ffff:192.0.2.1]:80' 0
	connect_ends 192.0.2.1:80 0
	xenstore-write "$(backend_node honest)/connect-policy" '+local:88 -any'
	wait_for 10 connect_ends 192.0.2.2:88 0
	connect_ends 192.0.2.1:80 7
	xenstore-rm "$(backend_node honest)/connect-policy"
	wait_for 10 connect_ends 192.0.2.1:80 0
	connect_ends 192.0.2.2:88 7
	pkill -f 'httpd -p 0.0.0.0:88'
}

# rogue_gets REQUEST ERROR: in the rogue's own words, which no frontend checks.
rogue_gets()
{
	local said

	said=$(rogue_front 20 "get $1") || fail "$1: $said"
	[ "${said##*$'\n'}" = "$1 $2" ] || fail "the rogue says '$said', not '$1 $2'"
}

title policy_raw "addresses that no frontend would send: closed as well"
policy_raw()
{
	local node
	node=$(backend_node rogue)

	xenstore-rm "$node/connect-policy"
	busybox httpd -p 0.0.0.0:88 -h /srv/www
	wait_for 10 listening 88
	rogue_gets connect-192.0.2.1:80 0
	rogue_gets connect-192.0.2.2:88 -13
	rogue_gets connect-127.0.0.1:88 -13
	rogue_gets connect-127.1.2.3:88 -13
	rogue_gets connect-0.0.0.0:88 -13
	rogue_gets connect-0.1.2.3:88 -13
	rogue_gets connect-169.254.0.1:88 -13
	rogue_gets connect-224.0.0.1:88 -13
	rogue_gets connect-255.255.255.255:88 -13
	rogue_gets bind-127.0.0.1:8095 -13
	rogue_gets bind-0.0.0.0:88 -13
	rogue_gets bind-192.0.2.2:88 -13
	rogue_gets bind-0.0.0.0:8095 0
	xenstore-write "$node/connect-policy" +any
	rogue_gets connect-0.0.0.0:88 0
	pkill -f 'httpd -p 0.0.0.0:88'
}

title policy_inet6 "the same and rules of an admin, for IPv6 addresses"
policy_inet6()
{
	local node
	node=$(backend_node rogue)

	xenstore-rm "$node/connect-policy"
	rogue_gets 'connect-[2001:db8::1]:5000' 0
	rogue_gets 'connect-[2001:db8::2]:5000' -13
	rogue_gets 'connect-[::1]:5000' -13
	rogue_gets 'connect-[::]:5000' -13
	rogue_gets 'connect-[::ffff:127.0.0.1]:5000' -13
	rogue_gets 'connect-[::ffff:192.0.2.2]:5000' -13
	rogue_gets 'connect-[fe80::1]:5000' -13
	rogue_gets 'connect-[ff02::1]:5000' -13
	# What begins with a dash is no option.
	xenstore-write -- "$node/connect-policy" \
		'-[2001:db8::]/32:5000 -192.0.2.0/24 +any'
	rogue_gets 'connect-[2001:db8::1]:5000' -13
	rogue_gets 'connect-[2001:db8::1]:5001' 0
	rogue_gets 'connect-[::ffff:192.0.2.1]:5000' -13
	xenstore-write "$node/connect-policy" \
		'+[2001:db8::1]:5000-5001 +local -any'
	rogue_gets 'connect-[2001:db8::1]:5001' 0
	rogue_gets 'connect-[2001:db8::1]:80' -13
	# Past the rules, where nobody listens.
	rogue_gets 'connect-[2001:db8::2]:5000' -111
	rogue_gets connect-192.0.2.1:5000 -13
	rogue_gets 'bind-[::1]:8095' -13
	rogue_gets 'bind-[::]:88' -13
	rogue_gets 'bind-[::]:8095' 0
	xenstore-write "$node/connect-policy" +any
}

# no_load LINE PARAMETER: the module does not load, and says why.
no_load()
{
	! modprobe pvcalls-back "$2" || fail "it loads with $2"
	dmesg | has -F "$1" || fail "no complaint: $(dmesg | tail -n 3)"
}

title policy_parameters "the module's rules are those of guests without a key, and must make sense"
policy_parameters()
{
	wait_for 20 rmmod pvcalls-back
	no_load 'connect_policy: no rule begins at "nonsense"' \
		'connect_policy=+local nonsense'
	no_load 'bind_policy: no rule begins at "+any:8-7"' bind_policy=+any:8-7
	busybox httpd -p 0.0.0.0:88 -h /srv/www
	modprobe pvcalls-back linger_timeout=5 \
		'connect_policy=-192.0.2.1:80 +any' bind_policy=-any
	connected honest
	connect_ends 192.0.2.1:80 7
	connect_ends 192.0.2.2:88 0
	xenstore-write "$(backend_node honest)/connect-policy" +any
	wait_for 10 connect_ends 192.0.2.1:80 0
	xenstore-rm "$(backend_node honest)/connect-policy"
	wait_for 10 connect_ends 192.0.2.1:80 7
	rogue_gets bind-0.0.0.0:8095 -13
	wait_for 20 rmmod pvcalls-back
	modprobe pvcalls-back linger_timeout=5
	connected honest
	connect_ends 192.0.2.1:80 0
	connect_ends 192.0.2.2:88 7
	rogue_gets bind-0.0.0.0:8095 0
	pkill -f 'httpd -p 0.0.0.0:88'
	dmesg -C
}

# A daemon of dom0 that lets others of root listen on its port.
daemon_up()
{
	cat >/run/nginx/own.conf <<-'END'
	user root;
	worker_processes 1;
	pid /run/nginx-own.pid;
	error_log /var/log/nginx/own.log;
	events { worker_connections 64; }
	http {
		server { listen 0.0.0.0:8090 reuseport; }
	}
	END
	nginx -c /run/nginx/own.conf
	wait_for 10 listening 8090
}

title policy_ports "a port that dom0 or another guest has is in use"
policy_ports()
{
	daemon_up
	rogue_gets bind-0.0.0.0:8090 -98
	rogue_gets bind-192.0.2.2:8090 -98
	kill "$(</run/nginx-own.pid)"
	guest_start honest nc 'pvcalls-run busybox nc -l -p 8091'
	wait_for 10 listening 8091
	rogue_gets bind-0.0.0.0:8091 -98
	rogue_gets bind-192.0.2.2:8091 -98
	rogue_gets bind-0.0.0.0:8092 0
	guest_job_kill honest nc
}

# While it is paused: its device is there, and waits for it.
paused_rules()
{
	wait_for 20 states_are "$1" '2 1' || fail "states '$(states "$1")'"
	pvcallsctl policy set "$1" connect '+192.0.2.1:80'
}

# Both ports are open by default.
title policy_paused "a guest created paused obeys its rules from its first connect on"
policy_paused()
{
	GUEST_PAUSED=paused_rules guest_create late
	guest_run late 60 'modprobe pvcalls-front'
	connected late
	connect_ends 192.0.2.1:5000 7 late
	stat_is late connect_refused 1 ||
		fail "$(stat_of late connect_refused) were refused, not 1"
	stat_is late connects 0 || fail "it was connected"
	connect_ends 192.0.2.1:80 0 late
	stat_is late connects 1 || fail "$(stat_of late connects) connects, not 1"
	stat_is late connect_refused 1 || fail "an open address was refused"
	# The others have rules of their own.
	rogue_gets connect-192.0.2.1:5000 0
	guest_destroy late
}

other_says()
{
	[ "$(xenstore-read "$(guest_path other)/data/rogue")" = "$1" ]
}

# Unlike rogue_gets, to be tried again.
rogue_can()
{
	[ "$(rogue_front 20 "get $1")" = "$1 0" ]
}

title policy_share "SO_REUSEPORT shares a port with the guest's own sockets alone"
policy_share()
{
	daemon_up
	rogue_gets share-0.0.0.0:8090 -98
	rogue_gets share-192.0.2.2:8090 -98
	rogue_gets 'share-[::]:8090' -98
	kill "$(</run/nginx-own.pid)"
	rogue_gets twice-0.0.0.0:8093 0
	rogue_gets 'twice-[::]:8093' 0
	guest_create other rogue
	guest_run other 30 'modprobe xen-gntalloc && modprobe xen-evtchn &&
		echo 8192 >/sys/module/xen_gntalloc/parameters/limit'
	guest_start other hold "LAB_SLOW=$LAB_SLOW rogue-front hold share-0.0.0.0:8094"
	wait_for 15 other_says 'share-0.0.0.0:8094 0' ||
		fail "the other guest does not get a port to share"
	rogue_gets share-0.0.0.0:8094 -98
	rogue_gets share-192.0.2.2:8094 -98
	guest_destroy other
	wait_for 30 rogue_can share-0.0.0.0:8094 ||
		fail "the port outlives the guest that had it"
}

title policy_no_inet6 "without IPv6 in dom0 there is none for guests, and nothing breaks"
policy_no_inet6()
{
	rogue_gets 'connect-[2001:db8::1]:5000' -97
	rogue_gets 'connect-[::1]:5000' -97
	rogue_gets 'bind-[::]:8095' -97
	xenstore-write -- "$(backend_node rogue)/connect-policy" '-[::]/0 +any'
	rogue_gets 'connect-[2001:db8::1]:5000' -97
	rogue_gets connect-192.0.2.1:5000 0
	xenstore-write "$(backend_node rogue)/connect-policy" +any
}

plan policy_own policy_raw policy_ports policy_paused policy_parameters
if has_inet6; then
	plan policy_inet6 policy_share
else
	plan policy_no_inet6
fi
