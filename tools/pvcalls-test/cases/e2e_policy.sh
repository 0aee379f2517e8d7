# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What is closed to a guest by default, whatever address it tries.

# connect_ends ADDRESS:PORT STATUS: curl's, 7 could not connect, 0 is fine.
connect_ends()
{
	local st=0

	guest_run honest 30 "pvcalls-run curl -s --max-time 10 -o /dev/null http://$1/hello.txt" ||
		st=$?
	[ "$st" = "$2" ] || fail "curl to $1 ended with $st, not $2"
}

title policy_own "dom0's own addresses are closed, others are open"
policy_own()
{
	busybox httpd -p 0.0.0.0:88 -h /srv/www
	wait_for 10 listening 88
	connect_ends 192.0.2.2:88 7
	connect_ends 192.0.2.1:80 0
	xenstore-write "$(backend_node honest)/connect-policy" '+local:88 -any'
	wait_for 10 connect_ends 192.0.2.2:88 0
	connect_ends 192.0.2.1:80 7
	xenstore-rm "$(backend_node honest)/connect-policy"
	wait_for 10 connect_ends 192.0.2.1:80 0
	connect_ends 192.0.2.2:88 7
	pkill -f 'httpd -p 0.0.0.0:88'
}

plan policy_own
