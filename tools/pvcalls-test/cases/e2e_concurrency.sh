# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Much at a time: rings of many slots, connects that never end, parked
# requests, stalled connections, and a guest that floods beside another.

# A figure for the reader of the result, beside the log.
figure()
{
	echo "$*"
	emit "-- $*"
}

# many NAME SECONDS: a case of rogue/front_many.c; dom0 is left as it was.
many()
{
	local name=$1 seconds=$2 line

	dmesg -C
	resources >"$RES_BEFORE"
	rogue_front "$seconds" "$name $LAB_SEED" | tee /run/lab/many.out
	while read -r line; do
		figure "$line"
	done < <(grep ' ms\| at one listener' /run/lab/many.out || :)
	wait_for 20 resources_back || fail "left in dom0: $(<"$RES_LEFT")"
}

title conc_whole "rings of 1, 2, 4, 8 and 16 pages have 32 to 512 slots, each of them used"
conc_whole()
{
	many many-rings-whole 120
	MANY_REFUSALS=5 log_is_quiet || fail "the kernel log of dom0 has that"
}

title conc_bad_keys "bad keys of a ring of many pages are refused, loudly"
conc_bad_keys()
{
	local domid lines
	domid=$(guest_domid rogue)

	many many-bad-keys 60
	lines=$(our_warnings dom0)
	grep -F "command ring of domain $domid: order 5, at most 4" <<<"$lines" ||
		fail "no complaint about an order: $lines"
	grep -F "/local/domain/$domid/device/pvcalls/0/ring-ref4" <<<"$lines" ||
		fail "no complaint about a missing key: $lines"
	grep -F "command ring of domain $domid: 4 pages, grant" <<<"$lines" ||
		fail "no complaint about a grant: $lines"
	log_is_quiet || fail "the kernel log of dom0 has that"
}

title conc_frontend "our frontend takes a ring of four pages, and of one where it gets no more"
conc_frontend()
{
	local node
	node=$(frontend_node honest)

	[ "$(xenstore-read "$(backend_node honest)/max-ring-page-order")" = 4 ] ||
		fail "the backend does not offer 16 pages"
	[ "$(xenstore-read "$node/ring-page-order")" = 2 ] ||
		fail "the frontend did not take 4 pages"
	xenstore-exists "$node/ring-ref3" || fail "no fourth page"
	! xenstore-exists "$node/ring-ref4" || fail "a fifth page"
	honest_moves
	reload_backend max_ring_page_order=0
	[ "$(xenstore-read "$node/feature-multi-page-ring")" = 0 ] ||
		fail "the frontend took what was not offered"
	honest_moves
	reload_backend
	[ "$(xenstore-read "$node/feature-multi-page-ring")" = 1 ] ||
		fail "the frontend did not take what was offered"
	frontend_unload honest
	! xenstore-exists "$node/feature-multi-page-ring" ||
		fail "the frontend left its key behind"
	guest_run honest 60 'modprobe pvcalls-front command_ring_order=4'
	connected honest
	xenstore-exists "$node/ring-ref15" || fail "no sixteenth page"
	honest_moves
}

# reload_backend [PARAMETER...]: while both guests are connected.
reload_backend()
{
	wait_for 20 rmmod pvcalls-back
	modprobe pvcalls-back "$@"
	echo 5 >/sys/module/pvcalls_back/parameters/linger_timeout
	connected honest
}

title conc_holes "1,000 connects beside 20 black holes, on a ring of one page"
conc_holes()
{
	many many-holes 300
	log_is_quiet || fail "the kernel log of dom0 has that"
}

title conc_holes_pages "1,000 connects beside 300 black holes, on a ring of 16 pages"
conc_holes_pages()
{
	many many-holes-pages 300
	log_is_quiet || fail "the kernel log of dom0 has that"
}

title conc_parked "ACCEPTs and POLLs of one listener in every slot, of 1 and of 16 pages"
conc_parked()
{
	many many-parked 120
	many many-parked-pages 240
	log_is_quiet || fail "the kernel log of dom0 has that"
}

title conc_races "RELEASEs race with rings full of requests: each is answered once"
conc_races()
{
	many many-races 240
	log_is_quiet || fail "the kernel log of dom0 has that"
	honest_moves || fail "the honest guest can not move data"
}

# Hundredths of a second of CPU time that dom0 has used, interrupts included,
# and milliseconds of its kworkers.
cpu_used()
{
	awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 }' /proc/stat
}

kworkers_used()
{
	local dir

	for dir in /proc/[0-9]*; do
		if [[ $(cat "$dir/comm" 2>/dev/null) == kworker* ]]; then
			cat "$dir/schedstat" 2>/dev/null
		fi
	done | awk '{ ns += $1 } END { printf "%d\n", ns / 1000000 }'
}

# cpu_for SECONDS: sets CPU (hundredths of a second) and WORK (ms).
cpu_for()
{
	local cpu work

	work=$(kworkers_used)
	cpu=$(cpu_used)
	sleep "$1"
	CPU=$(($(cpu_used) - cpu))
	WORK=$(($(kworkers_used) - work))
}

rogue_is_at()
{
	[ "$(xenstore-read "$(guest_path rogue)/data/rogue")" = "$1" ]
}

# rogue_holds STATE SECONDS, and rogue_lets_go.
rogue_holds()
{
	xenstore-write "$(guest_path rogue)/data/rogue" ''
	guest_start rogue hold "LAB_SLOW=$LAB_SLOW rogue-front hold $1"
	wait_for "$2" rogue_is_at "$1" || {
		guest_job_wait rogue hold 1
		fail "the rogue is not at $1"
	}
}

rogue_lets_go()
{
	guest_job_kill rogue hold
	rogue_front 60 reset
}

# Buffers of TCP that are filled soon: net.ipv4.tcp_wmem and tcp_rmem.
small_buffers()
{
	local in

	for in in '' 'srv'; do
		$in sysctl -q -w net.ipv4.tcp_wmem="4096 16384 $1" \
			net.ipv4.tcp_rmem="4096 131072 $2"
	done
}

title conc_stalled "20 stalled connections take no CPU time of dom0"
conc_stalled()
{
	local idle idle_work

	resources >"$RES_BEFORE"
	rogue_front 60 reset
	cpu_for 10
	idle=$CPU idle_work=$WORK
	small_buffers 131072 131072
	rogue_holds stalled 90
	[ "$(ss -Htn state established dst 192.0.2.1:5000 | awk '$2 > 0' | wc -l)" -ge 20 ] ||
		fail "not 20 connections with bytes that are not taken"
	cpu_for 10
	figure "dom0 in 10 s: idle ${idle}0 ms, of which kworkers $idle_work ms; with 20 stalled connections ${CPU}0 ms, kworkers $WORK ms"
	[ "$CPU" -le $((idle + 30)) ] || fail "dom0 is busy"
	[ "$WORK" -le $((idle_work + 50)) ] || fail "its kworkers are busy"
	rogue_lets_go
	small_buffers 4194304 6291456
	# The server's processes that do not read: they would for minutes.
	pkill -P "$(pgrep -o -f '^socktest server')" || :
	if ! wait_for 60 resources_back; then
		ss -tnoie
		srv ss -tnoie
		fail "left in dom0: $(<"$RES_LEFT")"
	fi
}

# KiB that the honest guest fetches in ten seconds; the file is longer, so that
# curl ends with its 28, out of time.
# shellcheck disable=SC2016 # for the guest's shell
FETCH='pvcalls-run curl -sS --max-time 10 -w "%{size_download}\n" \
	-o /dev/null http://192.0.2.1/long.bin; [ "$?" = 28 ]'

fetched()
{
	guest_run honest 60 "$FETCH" |
		awk '/^[0-9]+$/ { printf "%d\n", $1 / 1024; next }
			{ print >"/dev/stderr" }'
}

# What a hundred connects of the honest guest took, one after another, in tenths
# of a ms: the median and the slowest.
connect_times()
{
	guest_run honest 120 "pvcalls-run curl -sS -H 'Connection: close' -o /dev/null -w '%{time_connect} %{http_code}\n' 'http://192.0.2.1/hello.txt?[1-100]'" |
		sort -n | awk '$2 == 200 { took[++n] = $1 * 10000 } END {
			if (n == 100)
				printf "%d %d\n", took[50], took[100] }'
}

# honest_weight N: dom0 has one processor, and both guests share another, which
# is not what is tested: with a large weight the honest one has that first.
honest_weight()
{
	limit 30 xl sched-credit2 -d honest -w "$1"
}

# What a guest of 256, as they all are, is nothing beside.
FIRST=65535

# These are asked in $(...), where errexit is off.
fetched_first()
{
	local st=0

	honest_weight "$FIRST" && fetched || st=$?
	honest_weight 256
	return "$st"
}

# Beside a guest that does nothing but use their processor up.
fetched_beside_spin()
{
	local st=0

	guest_start rogue spin 'while :; do :; done'
	fetched_first || st=$?
	guest_job_kill rogue spin
	return "$st"
}

# fair_share ALONE FLOOD: half would be its share of dom0, of which half may be
# lost in noise.
fair_share()
{
	[ "$1" -gt 1024 ] || fail "nothing moves"
	[ "$2" -ge $(($1 / 4)) ] || fail "less than a quarter"
}

title conc_fair "a guest that floods leaves another at least a quarter of what it has alone"
conc_fair()
{
	local alone spin flood

	truncate -s 4G /srv/www/long.bin
	alone=$(fetched)
	spin=$(fetched_beside_spin)
	rogue_holds flood 60
	flood=$(fetched_first)
	rogue_lets_go
	rm /srv/www/long.bin
	figure "KiB in 10 s: alone $alone, beside a guest that only computes $spin, beside one that floods $flood"
	fair_share "$alone" "$flood"
	log_is_quiet || fail "the kernel log of dom0 has that"
	wait_for 60 honest_moves || fail "the honest guest can not move data"
}

title conc_fair_wide "so does one that floods on 300 connections, and connects do not wait for it"
conc_fair_wide()
{
	local alone flood before during median

	truncate -s 4G /srv/www/long.bin
	alone=$(fetched)
	before=$(connect_times)
	rogue_holds flood-wide 120
	flood=$(fetched_first)
	during=$(connect_times)
	rogue_lets_go
	rm /srv/www/long.bin
	figure "KiB in 10 s: alone $alone, beside one that floods on 300 connections $flood"
	figure "a connect, median and slowest in tenths of a ms: alone $before, beside it $during"
	fair_share "$alone" "$flood"
	read -r median _ <<<"$during"
	[ "${median:-9999}" -le 1000 ] || fail "connects wait for the flood"
	log_is_quiet || fail "the kernel log of dom0 has that"
	wait_for 60 honest_moves || fail "the honest guest can not move data"
}

plan conc_whole conc_bad_keys conc_frontend conc_holes conc_holes_pages \
	conc_parked conc_races conc_stalled conc_fair conc_fair_wide
