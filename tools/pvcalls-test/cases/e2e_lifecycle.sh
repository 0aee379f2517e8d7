# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Ends and beginnings: of frontends, of guests, of the backend.  Whatever ends
# how, nothing of it is left in dom0.

# LIFE_TIMES: how often the frontend's module comes back, for three seconds
# each; the thousand times are those of a frontend in a program.
LIFE_TIMES=50
[ -z "${LAB_LONG:-}" ] || LIFE_TIMES=200

nothing_left()
{
	wait_for 60 resources_back || fail "left in dom0: $(<"$RES_LEFT")"
	wait_for 20 no_lost_domains || fail "a domain is not gone: $(xl list)"
}

# Of guest $1; the address is open.
hello()
{
	[ "$(guest_run "$1" 30 'pvcalls-run curl -sS --max-time 20 http://192.0.2.1/hello.txt')" = 'hello from srv' ]
}

# A guest "mortal" with open connections: a listener, one that flows.
mortal_create()
{
	GUEST_MEMORY=256 guest_create mortal pvcalls "$@"
	mortal_begin
}

mortal_begin()
{
	guest_run mortal 60 'modprobe pvcalls-front'
	connected mortal
	mortal_connect
}

mortal_connect()
{
	guest_start mortal httpd 'pvcalls-run busybox httpd -f -p 8090 -h /srv'
	wait_for 20 listening 8090 || fail "port 8090 is not open in dom0"
	# Without end.
	truncate -s 1G /srv/www/slow.bin
	guest_start mortal slow 'pvcalls-run curl -sS --limit-rate 100K -o /dev/null http://192.0.2.1/slow.bin'
	wait_for 30 mortal_flows || fail "no connection of the guest"
}

# It is the only one that fetches something at that time.
mortal_flows()
{
	ss -Htn state established dst 192.0.2.1:80 | has .
}

mortal_silent()
{
	! mortal_flows && ! listening 8090
}

# What is in dom0 besides a guest that is there for this case only.
life_before()
{
	dmesg -C
	resources >"$RES_BEFORE"
}

# life_after DOMID: nothing of that domain.
life_after()
{
	wait_for 60 mortal_silent || fail "sockets outlive the guest"
	wait_for 20 no_backend_node "$1" || fail "its backend nodes are there"
	[ ! -d "/sys/bus/xen-backend/devices/pvcalls-$1-0" ] ||
		fail "its device is there"
	no_ties "$1" || fail "its event channels or grants are there"
	nothing_left
	log_is_quiet || fail "the kernel log of dom0 has that"
}

# The toolstack destroyed the guest, or made a new domain of it.
mortal_forget()
{
	kill "$(<"$GUEST_NODES/mortal.tail")" 2>/dev/null || true
	rm -f "$GUEST_NODES"/mortal "$GUEST_NODES"/mortal.jobs \
		"$GUEST_NODES"/mortal.tail
}

# It has another number now, and its agent begins anew if "new" says so.
mortal_is_back()
{
	local id
	id=$(xl domid mortal 2>/dev/null) || return
	[ "$id" != "$1" ] && xenstore-exists "/local/domain/$id/$2" || return
	echo "/local/domain/$id" >"$GUEST_NODES/mortal"
}

title life_reload "a frontend reloads $LIFE_TIMES times, with data each time"
life_reload()
{
	life_before
	RES_GUEST=honest resources >"$RES_BEFORE"
	# shellcheck disable=SC2016 # for the guest's shell
	guest_run honest $((60 + LIFE_TIMES * 10)) 'i=0
		while [ $i -lt '"$LIFE_TIMES"' ]; do
			n=0
			until rmmod pvcalls-front; do
				n=$((n + 1)); [ $n -lt 100 ] || exit 1
				usleep 100000
			done
			modprobe pvcalls-front || exit 2
			n=0
			until [ "$(xenstore-read device/pvcalls/0/state)" = 4 ]; do
				n=$((n + 1)); [ $n -lt 100 ] || exit 3
				usleep 100000
			done
			pvcalls-run curl -sS --max-time 20 -o /tmp/hello \
				http://192.0.2.1/hello.txt || exit 4
			grep -q "hello from srv" /tmp/hello || exit 5
			i=$((i + 1))
		done; echo $i times'
	connected honest
	honest_moves || fail "the guest can not move data"
	RES_GUEST=honest wait_for 60 resources_back ||
		fail "left in dom0: $(<"$RES_LEFT")"
	no_warnings dom0
	no_warnings honest
}

title life_reconnect "a scripted frontend reconnects, with connections left open"
life_reconnect()
{
	life_before
	if [ -n "${LAB_LONG:-}" ]; then
		rogue_front 2400 reconnect-long
	else
		rogue_front 240 reconnect
	fi
	nothing_left
	log_is_quiet || fail "the kernel log of dom0 has that"
}

title life_crash "a guest crashes with open connections"
life_crash()
{
	local domid

	expect_console '\(guest mortal\).*(Kernel panic|Call Trace)'
	life_before
	mortal_create
	domid=$(guest_domid mortal)
	guest_start mortal crash 'echo c >/proc/sysrq-trigger'
	wait_for 60 guest_gone mortal || fail "it lives"
	mortal_forget
	life_after "$domid"
}

title life_reboot "a guest reboots with open connections, and connects again"
life_reboot()
{
	local domid

	life_before
	mortal_create "on_reboot = 'restart'"
	domid=$(guest_domid mortal)
	guest_start mortal reboot 'reboot -f'
	wait_for 120 mortal_is_back "$domid" data/ready || fail "it is not back"
	echo 0 >"$GUEST_NODES/mortal.jobs"
	wait_for 60 mortal_silent || fail "sockets outlive the reboot"
	mortal_begin
	hello mortal || fail "no new connections"
	no_backend_node "$domid" || fail "nodes of the first life are there"
	domid=$(guest_domid mortal)
	guest_destroy mortal
	life_after "$domid"
}

title life_save "a guest is saved and restored: its sockets are reset, and it connects again"
life_save()
{
	local domid out st=0

	life_before
	mortal_create
	domid=$(guest_domid mortal)
	limit 180 xl save mortal /tmp/mortal.save
	wait_for 20 guest_gone mortal || fail "the saved guest is there"
	wait_for 60 mortal_silent || fail "sockets outlive the save"
	limit 180 xl restore /tmp/mortal.save
	rm /tmp/mortal.save
	wait_for 60 mortal_is_back "$domid" device/pvcalls/0/state ||
		fail "it is not back"
	connected mortal 60
	# 56: failure in receiving; and what curl says of the errno.
	out=$(guest_job_wait mortal slow 60) || st=$?
	if [ "$st" != 56 ] || ! grep -q 'reset by peer' <<<"$out"; then
		fail "curl ended with $st: $out"
	fi
	wait_for 60 hello mortal || fail "no new connections"
	guest_job_kill mortal httpd
	mortal_connect
	no_warnings mortal
	domid=$(guest_domid mortal)
	guest_destroy mortal
	life_after "$domid"
}

title life_backend "the backend reloads while data of two guests flows"
life_backend()
{
	local domid st=0

	life_before
	rogue_front 60 reset
	mortal_create
	domid=$(guest_domid mortal)
	guest_start rogue hold "LAB_SLOW=$LAB_SLOW rogue-front hold flowing"
	wait_for 30 rogue_flows || fail "the rogue is not flowing"
	wait_for 20 rmmod pvcalls-back
	guest_job_wait mortal slow 60 || st=$?
	[ "$st" = 56 ] || fail "curl ended with $st, not 56"
	guest_job_kill rogue hold
	wait_for 60 mortal_silent || fail "sockets outlive the backend"
	[ "$(events_of "$domid")" -le "$LIFE_EVENTS" ] ||
		fail "event channels outlive the backend"
	modprobe pvcalls-back
	echo 5 >/sys/module/pvcalls_back/parameters/linger_timeout
	connected mortal
	connected honest
	hello mortal || fail "no new connections"
	honest_moves || fail "the honest guest can not move data"
	rogue_front 60 'valid'
	no_warnings mortal
	guest_destroy mortal
	life_after "$domid"
}

# Of a guest without a device of ours: its xenstore and its console.
LIFE_EVENTS=2

rogue_flows()
{
	[ "$(xenstore-read "$(guest_path rogue)/data/rogue")" = flowing ]
}

plan life_reload life_reconnect life_crash life_reboot life_save life_backend
