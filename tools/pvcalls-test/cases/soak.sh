# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Many guests with many connections for a long time, which are opened, closed
# and broken off at random; each byte of them is checked by its receiver, and
# nothing is left of them in the end.  See programs/soak.h.

# shellcheck source=/dev/null
. /lab/dom0/hostile.sh

SOAK_SECONDS=$((SOAK_MINUTES * 60))
# Of four sockets of a guest it connects three; one is of its listener.
SOAK_IN=$((SOAK_SOCKETS / 4))
SOAK_OUT=$((SOAK_SOCKETS - SOAK_IN))
mapfile -t SOAKERS < <(seq -f 'soak%g' "$SOAK_GUESTS")

soak_port()
{
	echo $((6000 + ${1#soak}))
}

# What is in use, in a guest's own kernel and for it in dom0.
soak_resources()
{
	guest_run "$1" 30 "$KERNEL_RESOURCES" | awk '{ print "guest-" $0 }'
	RES_GUEST=$1 resources
}

# The scan that kmemleak begins by itself, at the lowest priority and with
# RCU's lock, does not come to its end on so busy a processor.
# shellcheck disable=SC2016 # for guests' shells, too
SCAN_LATE='f=/sys/kernel/debug/kmemleak; [ ! -e $f ] || echo scan=off >$f'

# An ARP that has no answer within three seconds fails, and takes all packets
# along that wait for it: SYNs, which are sent again, and resets, which are not.
# On a processor as busy as this one that is no failure of anything tested here.
soak_neighbours()
{
	ip neigh replace 192.0.2.1 dev lab0 nud permanent \
		lladdr "$(srv cat /sys/class/net/lab1/address)"
	srv ip neigh replace 192.0.2.2 dev lab1 nud permanent \
		lladdr "$(</sys/class/net/lab0/address)"
}

title soak_begin "$SOAK_GUESTS guests, each with a server of its own"
soak_begin()
{
	local name

	net_up
	soak_neighbours
	ip netns exec srv socktest soak-serve 192.0.2.1 5003 0 >/run/lab/soak.srv 2>&1 &
	echo "$!" >/run/lab/soak.pid
	modprobe pvcalls-back linger_timeout="$(deadline 120)"
	bash -c "$SCAN_LATE"
	for name in "${SOAKERS[@]}"; do
		GUEST_CPU=${name#soak} guest_create "$name"
		guest_run "$name" 60 "$SCAN_LATE; modprobe pvcalls-front"
		connected "$name"
		guest_start "$name" serve \
			"socktest soak-serve 0.0.0.0 $(soak_port "$name") 260"
		wait_for 20 listening "$(soak_port "$name")"
	done
	for name in "${SOAKERS[@]}"; do
		soak_resources "$name" >"/run/lab/before.$name"
	done
	dmesg -C
}

# soak_sum FILE: of all guests, a file of the backend's statistics.
soak_sum()
{
	cat /sys/bus/xen-backend/devices/pvcalls-*/statistics/"$1" |
		awk '{ n += $1 } END { print n + 0 }'
}

# What dom0 has most of.
soak_slabs()
{
	awk 'NR > 2 { printf "%s %d KiB\n", $1, $3 * $4 / 1024 }' /proc/slabinfo |
		sort -k 2nr | head -n 4 | paste -sd ' '
}

soak_tell()
{
	local there

	there=$(soak_sum sockets)
	echo "$there" >>/run/lab/soak.there
	emit "-- minute $1: $(soak_sum connects) connected, $(soak_sum accepts) accepted, $there there, $(($(soak_sum bytes_out) >> 20)) MiB out of the guests, $(($(soak_sum bytes_in) >> 20)) MiB in, $(soak_sum linger_resets) cut off, slab of dom0 $(awk '/^SUnreclaim/ { print $2 }' /proc/meminfo) KiB: $(soak_slabs)"
	emit "--   CPU of dom0: $(soak_cpu)"
	soak_stuck || emit "-- what is stuck is not known"
}

# soak_row PORT OUT IN: what the backend knows of the connection with that port
# or, if it is 0, of those from which so many bytes have gone out and come in.
soak_row()
{
	awk -v port="$1" -v out="$2" -v in_="$3" '
		port && index($3 " " $4 " ", ":" port " ")
		!port && $2 == "connected" && $13 <= out &&
			$13 + $11 >= out && $12 >= in_
		' /sys/kernel/debug/pvcalls-back/*/sockets
}

# And what TCP knows of it.
soak_port_state()
{
	local row port

	soak_row "$@" | head -n 3 | while read -r row; do
		echo "$row"
		port=$1
		if [ "$port" = 0 ]; then
			port=$(cut -d ' ' -f 3 <<<"$row")
			port=${port##*:}
		fi
		ss -Htnoim "sport = :$port or dport = :$port"
		srv ss -Htnoim "sport = :$port or dport = :$port"
	done
}

# Connections in which clients have seen nothing happen for long, of which
# nothing has been told yet: while they are still there.  A few are enough.
soak_stuck()
{
	local line port out in

	touch /run/lab/soak.told
	cat /var/log/xen/console/guest-soak*.log /run/lab/soak.stuck.* |
		sed -n 's/\r$//; /^soak: nothing moves/p' |
		{ grep -v -x -F -f /run/lab/soak.told || :; } >/run/lab/soak.new
	cat /run/lab/soak.new >>/run/lab/soak.told
	head -n 3 /run/lab/soak.new | while read -r line; do
		emit "-- $line"
		read -r port out in <<<"${line##*: }"
		soak_port_state "$port" "$out" "$in" | while read -r line; do
			emit "--   $line"
		done
	done
}

# In the second half of the time most sockets are open: what is closed at once
# lets a backend rest.
soak_full()
{
	awk -v all="$((SOAK_GUESTS * SOAK_SOCKETS))" '
		{ n[NR] = $1 }
		END {
			first = int(NR / 2) + 1
			for (i = first; i <= NR; i++)
				sum += n[i] / (NR - first + 1)
			printf "%d of %d sockets were open\n", sum, all
			exit sum < all / 2
		}' /run/lab/soak.there
}

soak_start()
{
	local name seed=$LAB_SEED
	local client="LAB_SLOW=$LAB_SLOW socktest soak" out


	for name in "${SOAKERS[@]}"; do
		seed=$((seed + 7919))
		out="192.0.2.1 5003 260 $SOAK_OUT $SOAK_SECONDS $seed"
		guest_start "$name" soak "$client $out 2>/dev/console"
		bash -c "$client 192.0.2.2 $(soak_port "$name") 0 $SOAK_IN $SOAK_SECONDS $((seed + 1))" \
			>"/run/lab/soak.in.$name" 2>"/run/lab/soak.stuck.$name" &
		echo "$!" >"/run/lab/soak.in.$name.pid"
	done
}

soak_in_ended()
{
	! kill -0 "$(<"/run/lab/soak.in.$1.pid")" 2>/dev/null
}

# A connection may take its time to end, or to be given up as stalled.
soak_wait()
{
	local name st=0

	for name in "${SOAKERS[@]}"; do
		guest_job_wait "$name" soak 300 >"/run/lab/soak.out.$name" 2>&1 ||
			st=1
		wait_for 300 soak_in_ended "$name" || st=1
	done
	return "$st"
}

# soak_compare WHAT CLIENT... SERVER: files; each job of these clients has come
# to its end at their server, and nothing was wrong at either end.
soak_compare()
{
	local what=$1 said st=0
	shift

	said=$(soak_sums "$@") || st=1
	emit "-- $what: $said"
	return "$st"
}

soak_sums()
{
	awk '
		$1 == "done" || $1 == "served" {
			lines++
			for (i = 2; i < NF; i += 2)
				n[$1 " " $i] += $(i + 1)
		}
		{ last = $0 }
		END {
			split("echo send fetch leave drop", jobs, " ")
			for (i in jobs) {
				all += n["done " jobs[i]]
				if (n["done " jobs[i]] != n["served " jobs[i]])
					bad = bad " " jobs[i] ": " n["done " jobs[i]] \
						" done, " n["served " jobs[i]] " served;"
			}
			if (n["done wrong"] + n["served wrong"] + n["served open"])
				bad = bad " wrong or open ones;"
			if (lines != ARGC - 1)
				bad = bad " " lines " of " ARGC - 1 " have ended;"
			if (!all)
				bad = bad " no connection at all;"
			printf "%d connections, %d bytes received by clients%s\n",
				all, n["done received"], bad
			exit bad != ""
		}' "$@"
}

# soak_complaints FILE...: how often each end said what, without its numbers;
# and the first ones whole.
soak_complaints()
{
	emit "-- complaints, and connections cut off: $(soak_sum linger_resets)"
	{
		sed -n 's/, seed [0-9]*, .*: /: /p' "$@" | sort | uniq -c |
			sort -rn
		awk '/, seed / && n++ < 8 { print FILENAME ": " $0 }' "$@"
	} | while read -r line; do emit "--   $line"; done
}

# What has had the CPU for how long, and how long ksoftirqd waited for it, if
# the kernel knows.
soak_cpu()
{
	ps -eo times,comm | awk '
		NR > 1 { sub("[:/-].*", "", $2); n[$2] += $1 }
		END { for (i in n) if (n[i]) printf "%s %d s, ", i, n[i] }'
	awk '{ printf "ksoftirqd ran %d ms, waited %d ms", $1 / 1e6, $2 / 1e6 }' \
		"/proc/$(pgrep -o ksoftirqd)/schedstat" 2>/dev/null || :
}

# What TCP has had to do again, or has thrown away; and packets that did not get
# that far: no room for them in the queue of the CPU, or no answer to an ARP.
soak_tcp()
{
	nstat -as | awk '
		/Drop|Abort|Challenge|Full|InErrs|Overflow|PAWS|Resets|Retrans|Rsts|Skipped|Timeouts/ {
			printf "%s %s ", $1, $2
		}'
}

soak_unresolved()
{
	local failed discards

	{
		read -r _
		read -r _ _ _ _ _ _ failed _ _ _ _ discards _
	} </proc/net/stat/arp_cache
	echo "$((16#$failed)) not found, $((16#$discards)) packets discarded"
}

soak_network()
{
	local packets dropped

	read -r packets dropped _ </proc/net/softnet_stat
	emit "-- packets of dom0: $((16#$packets)), dropped: $((16#$dropped)); neighbours: $(soak_unresolved)"
	emit "-- TCP of dom0: $(soak_tcp)"
	emit "-- TCP of srv: $(srv bash -c "$(declare -f soak_tcp); soak_tcp")"
}

# soak_none PORT [COMMAND...]: no connection of a server's is left, accepted
# or not, as COMMAND's network namespace sees it.
soak_none()
{
	local port=$1
	shift

	[ -z "$("$@" ss -Htn state established state close-wait "sport = :$port")" ]
}

title soak_run "$SOAK_SOCKETS sockets each for $SOAK_MINUTES minutes, closed at random: all bytes are right"
soak_run()
{
	local name full start few='' st=0

	start=$SECONDS
	soak_start
	# What tells takes its time, too, on a busy machine.
	while ((SECONDS - start < SOAK_SECONDS)); do
		sleep 55
		soak_tell "$(((SECONDS - start) / 60))"
	done
	full=$(soak_full) || few=1
	emit "-- $full"
	soak_wait || st=1
	emit "-- CPUs of dom0: $(</sys/devices/system/cpu/possible) possible, $(soak_cpu)"
	soak_network
	# What was sent and closed may not have been accepted yet.
	wait_for 60 soak_none 5003 ip netns exec srv || st=1
	kill -TERM "$(</run/lab/soak.pid)"
	wait_for 20 grep -q served /run/lab/soak.srv || st=1
	soak_compare "out of the guests" /run/lab/soak.out.* /run/lab/soak.srv ||
		st=1
	for name in "${SOAKERS[@]}"; do
		wait_for 60 soak_none "$(soak_port "$name")" || st=1
		# shellcheck disable=SC2016 # for the guest's shell
		guest_run "$name" 20 'kill -TERM $(pidof socktest)'
		guest_job_wait "$name" serve 60 >"/run/lab/serve.$name" 2>&1 ||
			st=1
		soak_compare "into $name" "/run/lab/soak.in.$name" \
			"/run/lab/serve.$name" || st=1
	done
	if [ "$st" = 0 ]; then
		[ -z "$few" ] || fail "only $full"
		return
	fi
	soak_complaints /run/lab/soak.srv /run/lab/soak.{in,out}.soak? \
		/run/lab/serve.*
	head -n 12 /run/lab/soak.srv /run/lab/soak.{in,stuck,out}.soak? \
		/run/lab/serve.* >/run/lab/soak.all
	tell_file /run/lab/soak.all '   '
	fail "bytes or connections were lost"
}

# soak_back NAME: there is no more than before.
soak_back()
{
	soak_resources "$1" >"$RES_LEFT.now"
	awk -v checks="$CHECKS" '
		BEGIN {
			slack["slab"] = 6144 * checks
			slack["used"] = 32768 * checks
			slack["workqueues"] = 64
		}
		FNR == NR { before[$1] = $2; next }
		{
			name = $1
			sub("guest-", "", name)
			if ($2 > before[$1] + slack[name]) {
				print $1 ": " before[$1] " before, " $2 " now"
				bad = 1
			}
		}
		END { exit bad }' "/run/lab/before.$1" "$RES_LEFT.now" >"$RES_LEFT"
}

title soak_left "nothing of it is left, in dom0 and in the guests"
soak_left()
{
	local name

	for name in "${SOAKERS[@]}"; do
		wait_for 90 soak_back "$name" ||
			fail "left of $name: $(<"$RES_LEFT")"
		emit "-- $name: before $(paste -sd ' ' "/run/lab/before.$name"); after $(paste -sd ' ' "$RES_LEFT.now")"
		no_warnings "$name"
	done
	no_warnings dom0
}

title soak_end "guests and backend end, and no module is left"
soak_end()
{
	local name

	for name in "${SOAKERS[@]}"; do
		frontend_unload "$name"
		guest_destroy "$name"
	done
	backend_unload
	! lsmod | grep -E '^(pvcalls|xen_flexring)' || fail "modules are left in dom0"
}

plan soak_begin soak_run soak_left soak_end
