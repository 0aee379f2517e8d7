# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Our modules against the in-tree ones of the kernel that runs, two pairings in
# one boot:
#
#	guest "intree"	in-tree frontend (with a user of ours), our backend
#	guest "ours"	our frontend, in-tree backend (with its one-line fix)
#
# Both ends of each connection are interop/peer.c, which checks every byte.
#
# What in-tree drivers can not do is not asked for:
# - the in-tree frontend has no module_exit: its guest is destroyed with it;
# - the in-tree backend can not unload under a guest: the guest goes first;
# - the in-tree backend loses an end of stream that it reads together with
#   data: nobody but the guest closes to it without waiting for a receipt;
# - it answers ACCEPT beside its command ring's lock: nothing else is going on
#   when a connection comes in (the client's -w);
# - after a reset by the peer it spins, and may never answer the RELEASE: no
#   connection here is reset, unless a case fails.

MIB=1048576
# Ports of each pairing: an in-tree backend can not bind one in TIME_WAIT.
declare -A PORTS=([intree]=7000 [ours]=7100)
# Of both frontends, ours and the one in interop/front_shim.c.
PROTOCOL=260

declare -A TEXTS

port_free()
{
	! listening "$1"
}

srv_listens()
{
	srv bash -c "ss -Hltn 'sport = :$1' | grep -q ."
}

still_connected()
{
	states_are "$1" '4 4' ||
		fail "backend and frontend states are '$(states "$1")', not '4 4'"
}

# to_dom0 GUEST NUMBER BYTES OPTIONS: the guest connects to namespace srv.
to_dom0()
{
	local guest=$1 port=$((PORTS[$1] + $2)) bytes=$3 options log pid st=0
	options="-t $(deadline 60) ${4:-}"
	still_connected "$guest"
	log=/run/lab/peer-$port.log

	tell "srv#  peer $options serve $port $bytes"
	# shellcheck disable=SC2086 # options are words
	limit 150 ip netns exec srv peer $options serve "$port" "$bytes" \
		>"$log" 2>&1 &
	pid=$!
	wait_for 20 srv_listens "$port"
	guest "$guest" 150 "peer -p $PROTOCOL $options connect 192.0.2.1 $port $bytes" || st=$?
	wait "$pid" || st="$st, $?"
	tell_file "$log" '       '
	[ "$st" = 0 ] || fail "the ends' status: $st"
}

# to_guest GUEST NUMBER BYTES OPTIONS: the guest listens, dom0 connects.
to_guest()
{
	local guest=$1 port=$((PORTS[$1] + $2)) bytes=$3 options st=0
	options="-t $(deadline 60) ${4:-}"
	still_connected "$guest"

	tell "$guest#  peer -p $PROTOCOL $options serve $port $bytes"
	guest_start "$guest" serve "peer -p $PROTOCOL $options serve $port $bytes"
	if ! wait_for 20 listening "$port"; then
		guest_job_wait "$guest" serve 5
		fail "the guest's listener did not appear in dom0"
	fi
	dom0 "timeout $(deadline 150) peer $options connect 127.0.0.1 $port $bytes" || st=$?
	guest_job_wait "$guest" serve 70 || st="$st, $?"
	[ "$st" = 0 ] || fail "the ends' status: $st"
	wait_for 20 port_free "$port" ||
		fail "port $port is still open in dom0"
}

# The in-tree frontend binds an event channel inside its spinlock, where no one
# may sleep, and sometimes does: a kernel with checks says so at each connection,
# and lockdep is off in that guest.  Other reports have a headline of their own.
INTREE_SAYS='BUG: sleeping function called from invalid context at kernel/locking/mutex'
INTREE_SAYS+='|BUG: scheduling while atomic: peer|BUG: Invalid wait context|Call Trace:|lockdep is (turned )?off'

# xenbus of 7.x reads the device's state from xenstore, then compares it with
# the kernel's: a driver that moves on in between, as one that modprobe probes,
# is taken for one that was reset.  Its frontend can not be removed.
xenwatch_first()
{
	# shellcheck disable=SC2016 # for the guest's shell
	guest_run "$1" 20 'chrt -f -p 50 $(pidof xenwatch)'
}

TEXTS[connect]="both ends reach Connected"
connect()
{
	local guest=$1 image back front before=:

	case $guest in
	intree)	image=intree back=pvcalls-back front=intree-pvcalls-front
		before=xenwatch_first
		[ -z "${GUEST_CHECKS:-}" ] ||
			expect_console "\\(guest intree\\).*($INTREE_SAYS)" ;;
	ours)	image=pvcalls back=intree-pvcalls-back front=pvcalls-front ;;
	esac
	net_up
	guest_create "$guest" "$image"
	dom0 "modprobe $back && lsmod | grep pvcalls"
	"$before" "$guest"
	guest "$guest" 30 "modprobe $front && lsmod | grep pvcalls"
	connected "$guest"
}

TEXTS[outbound]="the guest connects, 1 MiB each way, byte for byte"
outbound()
{
	to_dom0 "$1" 1 "$MIB"
}

TEXTS[inbound]="the guest listens and accepts, 1 MiB each way, byte for byte"
inbound()
{
	to_guest "$1" 2 "$MIB"
}

TEXTS[both]="1 MiB both ways at once, from the guest and to it"
both()
{
	to_dom0 "$1" 3 "$MIB" -d
	to_guest "$1" 4 "$MIB" -d
}

TEXTS[ten_out]="ten connections in a row from the guest, 64 KiB each way"
ten_out()
{
	to_dom0 "$1" 5 65536 '-n 10'
}

TEXTS[ten_in]="ten connections in a row to the guest, which polls, 64 KiB each way"
ten_in()
{
	to_guest "$1" 6 65536 '-n 10 -P -w 100'
}

TEXTS[guest_closes]="the guest sends and closes at once: dom0 counts every byte, then the end"
guest_closes()
{
	to_dom0 "$1" 7 300001 '-o -n 5'
	to_guest "$1" 8 65536 '-e'
}

TEXTS[dom0_closes]="dom0 closes: the guest sees the end"
dom0_closes()
{
	to_dom0 "$1" 9 65536 '-e -n 3'
}

TEXTS[dom0_closes_at_once]="dom0 sends and closes at once: the guest counts every byte, then the end"
dom0_closes_at_once()
{
	to_guest "$1" 10 300001 '-o -n 5 -w 100'
}

TEXTS[unload_ours_back]="our backend unloads under it, its guest is destroyed (it can not unload)"
unload_ours_back()
{
	backend_unload
	wait_for 20 states_are "$1" '6 6' ||
		fail "the states are '$(states "$1")', not '6 6'"
	no_warnings dom0
	guest_destroy "$1"
	rmmod xen-flexring 2>/dev/null || true
	! lsmod | grep -E 'flexring|pvcalls' || fail "modules are left in dom0"
}

TEXTS[reload]="our frontend unloads, loads again and works"
reload()
{
	frontend_unload "$1" || fail "rmmod pvcalls-front in the guest"
	states_are "$1" '6 6' || fail "the states are '$(states "$1")', not '6 6'"
	guest_run "$1" 30 'modprobe pvcalls-front'
	connected "$1"
	to_dom0 "$1" 11 65536
	to_guest "$1" 12 65536
}

TEXTS[unload_both]="ours unloads, then, without its guest, the other"
unload_both()
{
	frontend_unload "$1" || fail "rmmod pvcalls-front in the guest"
	no_warnings "$1"
	guest_destroy "$1"
	wait_for 20 modprobe -r intree-pvcalls-back
	! lsmod | grep pvcalls || fail "modules are left in dom0"
}

# pairing GUEST TITLE FUNCTION...
pairing()
{
	local guest=$1 pair=$2 fn
	shift 2

	for fn in "$@"; do
		eval "${guest}_$fn() { $fn $guest; }"
		title "${guest}_$fn" "$pair: ${TEXTS[$fn]}"
		plan "${guest}_$fn"
	done
}

pairing intree "in-tree front, our back" connect outbound inbound both ten_out ten_in \
	guest_closes dom0_closes dom0_closes_at_once unload_ours_back
pairing ours "our front, in-tree back" connect outbound inbound both ten_out ten_in \
	guest_closes dom0_closes reload unload_both
