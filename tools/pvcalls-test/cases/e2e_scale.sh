# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# How much a connection costs, and how many there can be.  With LAB_LONG=1.

SCALE_STEPS='100 200 500 1000'

# KiB in use, and of that what the kernel's own objects take.
# shellcheck disable=SC2016 # for a shell of its own
USED_KIB='awk '\''/^MemTotal|^MemAvailable|^SUnreclaim/ { m[$1] = $2 }
	END { print m["MemTotal:"] - m["MemAvailable:"], m["SUnreclaim:"] }'\'' /proc/meminfo'

# holds GUEST|dom0 NUMBER: socktest has so many connections.
holds()
{
	local have='cat /run/socktest.have'

	if [ "$1" = dom0 ]; then
		[ "$($have)" = "$2" ]
	else
		[ "$(guest_run "$1" 20 "$have")" = "$2" ]
	fi
}

# A server with one process, whatever the number of its connections.
keeper_up()
{
	! srv ss -Hltn 'sport = :5002' | has . || return 0
	srv socktest keep 192.0.2.1 5002 >/dev/null 2>&1 &
	# shellcheck disable=SC2016 # for that shell
	wait_for 20 srv bash -c 'ss -Hltn "sport = :5002" | grep -q .'
}

# scale_point CONNECTIONS: a line of the table.
scale_point()
{
	local dom0 guest

	sync
	echo 3 >/proc/sys/vm/drop_caches
	dom0=$(bash -c "$USED_KIB")
	guest=$(guest_run honest 20 "echo 3 >/proc/sys/vm/drop_caches; $USED_KIB")
	echo "$1 $dom0 $guest" >>/run/lab/scale
	emit "-- $1 connections: dom0 uses ${dom0% *} KiB (slab ${dom0#* }), the guest ${guest% *} KiB (slab ${guest#* })"
}

# What a connection costs since the row before, in each row.
scale_summary()
{
	awk '
		NR == 1 { split($0, last); next }
		{
			n = $1 - last[1]
			printf "connections %d to %d: each %.1f KiB in dom0 (slab %.1f), %.1f in the guest (slab %.1f)\n",
				last[1] + 1, $1, ($2 - last[2]) / n,
				($3 - last[3]) / n, ($4 - last[4]) / n,
				($5 - last[5]) / n
			split($0, last)
		}' /run/lab/scale
}

# The server's end of each connection is dom0's memory, too: so much of it.
scale_plain()
{
	local before after

	before=$(bash -c "$USED_KIB")
	socktest hold 192.0.2.1 5002 0 1000 >/run/lab/plain.out 2>&1 &
	wait_for 60 holds dom0 1000
	after=$(bash -c "$USED_KIB")
	echo 1000 >/run/socktest.may
	wait "$!"
	rm -f /run/socktest.have /run/socktest.may
	echo "$before $after" | awk '{
		printf "without PV Calls a connection costs dom0 %.1f KiB for both its ends (slab %.1f)\n",
			($3 - $1) / 1000, ($4 - $2) / 1000 }'
}

title scale_many "1,000 connections of one guest at a time, and what each costs"
scale_many()
{
	local step

	keeper_up
	RES_GUEST=honest resources >"$RES_BEFORE"
	emit "-- $(scale_plain)"
	: >/run/lab/scale
	scale_point 0
	guest_start honest scale "rm -f /run/socktest.have; socktest hold 192.0.2.1 5002 260 $SCALE_STEPS"
	for step in $SCALE_STEPS; do
		if ! wait_for 120 holds honest "$step"; then
			guest_job_wait honest scale 1
			fail "no $step connections"
		fi
		scale_point "$step"
		guest_run honest 20 "echo $step >/run/socktest.may"
	done
	guest_job_wait honest scale 120
	while read -r step; do
		emit "-- $step"
	done < <(scale_summary)
	RES_GUEST=honest wait_for 60 resources_back ||
		fail "left in dom0: $(<"$RES_LEFT")"
	no_warnings dom0
	no_warnings honest
}

title scale_row "10,000 connections, one after another"
scale_row()
{
	local start=$SECONDS

	keeper_up
	RES_GUEST=honest resources >"$RES_BEFORE"
	scale_point 0
	guest_run honest 3600 'socktest churn 192.0.2.1 5002 260 10000'
	emit "-- 10,000 connections in $((SECONDS - start)) s; afterwards:"
	scale_point 0
	RES_GUEST=honest wait_for 60 resources_back ||
		fail "left in dom0: $(<"$RES_LEFT")"
	no_warnings dom0
	no_warnings honest
}

[ -z "${LAB_LONG:-}" ] || plan scale_many scale_row
