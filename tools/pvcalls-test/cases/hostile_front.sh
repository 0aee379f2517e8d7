# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Our frontend against rogue-back, a backend that misbehaves as told.
#
#	guest "rogue"	a driver domain: rogue-back runs here, in user space
#	guest "victim"	our frontend, served by "rogue"
#	guest "honest"	our frontend, served by our pvcalls-back in dom0
#
# rogue-back is not in dom0, since pvcalls-back there would take its devices;
# and what it has mapped is gone for sure when it dies.
#
# A case is a row: which misbehaviour, what the victim does, what its calls
# return (a pattern), what becomes of the device, and what our driver says of
# it.  After each of them, in the same guest,
#
# - the frontend connects to an honest rogue-back and moves data, and unloads;
# - then the victim has as many grants, event channels and interrupts as before
#   the first case, and as much free memory, but for MEMORY_SLACK;
# - its kernel log has no line but those which the row expects;
# - the honest guest has moved 1 MiB each way.

MIB=1048576
MEMORY_SLACK=4096 # KiB
HONEST_PORT=5000

ROWS=()
declare -A STEPS SAYS AFTER SAID CHURN EXPECTED_FAILURES

# What any refusal may bring along: a page that the backend has not unmapped
# yet when the frontend lets go of it.
ALWAYS_SAID='the peer keeps [0-9]+ of [0-9]+ pages mapped'
# A driver that loads while the rogue gets ready.
ALWAYS_SAID+='|Waiting for devices to initialise'
BAD_SAID='BUG|WARNING|Oops|lockdep|RCU|rcu|hung|stall|Call Trace|fault|panic|refcount'

# row NAME AFTER STEPS SAYS [SAID]
#	kept	the device stays connected, honest connections work
#	lost	the device is closed
#	again	it was, and waits for the backend to connect again
#	refused	the device does not come up
#	wake	the steps end when an honest backend takes over
#	mute	the device stays connected, but answers nothing
#	any	none of these is looked at
row()
{
	local name=$1

	AFTER[$name]=$2
	STEPS[$name]=$3
	SAYS[$name]=$4
	SAID[$name]=${5:-}
	ROWS+=("hostile_$name")
	eval "hostile_$name() { hostile $name; }"
	title "hostile_$name" "$name${EXPECTED_FAILURES[$name]:+, expected to fail: ${EXPECTED_FAILURES[$name]}}"
}

#
# The two ends of the hostile pair.
#

rogue_path()
{
	echo "$(guest_path rogue)/backend/pvcalls/$(guest_domid victim)/0"
}

rogue_runs()
{
	[ "$(xenstore-read "$(rogue_path)/case" 2>/dev/null)" = "$1" ]
}

# rogue_start CASE [ARGUMENT...]: in place of the one that runs.
rogue_start()
{
	local before=/run/lab/guests/rogue.job.before

	xenstore-rm "$(rogue_path)/case" 2>/dev/null || true
	mv /run/lab/guests/rogue.job.back "$before" 2>/dev/null || true
	guest_start rogue back "while killall -KILL rogue-back; do sleep 0.1; done 2>/dev/null
		exec rogue-back $(guest_domid victim) $*"
	if ! wait_for 20 rogue_runs "$1"; then
		guest_job_wait rogue back 1 || true
		fail "rogue-back does not begin $1"
	fi
	[ ! -e "$before" ] || guest_job_wait rogue before 20 || true
	rm -f "$before"
}

front_state()
{
	xenstore-read "$(frontend_node victim)/state"
}

front_is()
{
	[[ "$(front_state)" == [$1] ]]
}

front_becomes()
{
	wait_for 20 front_is "$1" ||
		fail "the frontend's state is $(front_state), not one of $1"
}

victim_steps()
{
	echo "victim -t $(deadline 10) $1 2>&1"
}

#
# What the victim has.
#

# Unload, then count: interrupts, KiB of free memory.
# shellcheck disable=SC2016 # for the guest's shell
UNLOAD_AND_COUNT='n=0
	until rmmod pvcalls-front 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 200 ] || exit 1
		sleep 0.1
	done
	rmmod xen-flexring || exit 1
	echo 3 >/proc/sys/vm/drop_caches
	echo "$(grep -c pvcalls /proc/interrupts) $(sed -n "s/^MemFree: *\([0-9]*\).*/\1/p" /proc/meminfo)"'

# The kernel log since the last time.  dmesg may need a second try, as all
# processes here do, see lib/boot.sh.
# shellcheck disable=SC2016 # for the guest's shell
LOG='try() { "$@" || "$@" || "$@"; } 2>/dev/null
	try dmesg -c -t --level=emerg,alert,crit,err,warn >/tmp/log'

resources()
{
	/lab/ties "$(guest_domid victim)"
}

resources_are()
{
	[ "$(resources)" = "$1" ]
}

# resources_back INTERRUPTS MEMORY
resources_back()
{
	local before memory

	before=$(</run/lab/resources)
	# Linux looks once a second whether grants that were mapped are free.
	wait_for 20 resources_are "$before" ||
		fail "the victim has $(resources), before it had $before"
	[ "$1" = 0 ] || fail "the victim has $1 interrupts of ours"
	memory=$(($(</run/lab/memory) - $2))
	echo "$before; $memory KiB less free memory than at first"
	[ "$memory" -lt "$MEMORY_SLACK" ] || fail "memory is lost: $memory KiB"
}

#
# One case.
#

srv_listens()
{
	srv bash -c "ss -Hltn 'sport = :$1' | grep -q ."
}

honest_start()
{
	srv peer -t "$(deadline 30)" serve "$HONEST_PORT" "$MIB" &
	HONEST_PID=$!
	wait_for 20 srv_listens "$HONEST_PORT"
	guest_start honest peer "peer -p 260 -t $(deadline 30) connect 192.0.2.1 $HONEST_PORT $MIB"
}

honest_end()
{
	local st=0

	guest_job_wait honest peer 60 || st=$?
	wait "$HONEST_PID" || st="$st, $?"
	[ "$st" = 0 ] || fail "the honest pair: status $st"
}

case_said()
{
	local said=$1 want=$2

	echo "said:   $said"
	echo "wanted: $want"
	# shellcheck disable=SC2053 # a pattern
	[[ $said == $want ]] || fail "the victim's calls"
}

# It writes so before it dies, or stops.
rogue_struck()
{
	[ "$(xenstore-read "$(rogue_path)/struck")" = "$1" ]
}

# victim_to_mark COMMAND: in the background, as far as its step "mark".  The
# mark of another case must be gone before: the question may come before the
# command has begun.
victim_to_mark()
{
	guest_run victim 20 'rm -f /run/victim.mark'
	guest_start victim steps "$1"
	wait_for 60 guest_run victim 20 'test -e /run/victim.mark' ||
		fail "the victim did not come to its mark"
}

# The steps of a case, and what becomes of the device.
steps_of_case()
{
	local name=$1 steps=${STEPS[$1]} says=${SAYS[$1]} run said

	[ "${AFTER[$name]}" != kept ] || {
		steps+=' use:7 connect:7 echo:5000'
		says+=' 0 5000'
	}
	run="modprobe pvcalls-front; $(victim_steps "$steps")"
	if [ "${AFTER[$name]}" = wake ]; then
		victim_to_mark "$run"
		rogue_struck "$name" || fail "rogue-back did not strike"
		rogue_start honest
		said=$(guest_job_wait victim steps 60)
	else
		said=$(guest_run victim 120 "$run")
	fi
	case_said "$said" "$says"
	case ${AFTER[$name]} in
	kept|mute)	front_becomes 4 ;;
	lost|refused)	front_becomes 56 ;;
	again)		front_becomes 3 ;;
	wake|any)	;;
	*)		fail "no such end: ${AFTER[$name]}" ;;
	esac
}

# log_of_case NAME LOG
log_of_case()
{
	local log=$2 want=${SAID[$1]}

	echo "log:    $log"
	! grep -E "$BAD_SAID" <<<"$log" || fail "the victim's kernel log"
	[ -z "$want" ] || grep -q -E "$want" <<<"$log" ||
		fail "the kernel log does not say: $want"
	[ -n "${CHURN[$1]:-}" ] ||
		[ -z "$(sort <<<"$log" | uniq -d)" ] ||
		fail "the kernel log says something twice"
	log=$(grep -E 'pvcalls|flexring|xenbus|grant' <<<"$log" |
		grep -v -E "$ALWAYS_SAID${want:+|$want}") || true
	[ -z "$log" ] || fail "the kernel log has more: $log"
}

# An honest backend again: data, the kernel log, unloading, numbers.
end_of_case()
{
	local out

	rogue_runs honest || rogue_start honest
	front_becomes 4
	out=$(guest_run victim 120 "$(victim_steps 'connect:7 echo:5000')
		$UNLOAD_AND_COUNT
		$LOG
		grep -v -E '$TAINT' /tmp/log | tail -n 15")
	case_said "$(sed -n 1p <<<"$out")" '0 5000'
	log_of_case "$1" "$(sed 1,2d <<<"$out")"
	# shellcheck disable=SC2046 # two words
	resources_back $(sed -n 2p <<<"$out")
}

hostile_body()
{
	local name=$1

	# A random one has seconds before its seed.
	rogue_start "$name" ${CHURN[$name]:+"$(deadline 60)"} "$HOSTILE_SEED"
	steps_of_case "$name"
	honest_start
	end_of_case "$name"
	honest_end
}

hostile()
{
	local name=$1 st=0

	[ ! -e /run/lab/dirty ] || (pair_mends) || pair_renew
	touch /run/lab/dirty
	if [ -z "${EXPECTED_FAILURES[$name]:-}" ]; then
		hostile_body "$name"
		rm /run/lab/dirty
		return
	fi
	# In a condition errexit would be off.
	set +e
	(set -e; hostile_body "$name")
	st=$?
	set -e
	[ "$st" != 0 ] || fail "$name is expected to fail, and did not"
}

#
# The guests.
#

victim_create()
{
	local out

	guest_create victim pvcalls "pvcalls = ['backend=rogue']" 'cpus = "3"'
	# Once for what only the first load takes, then the numbers.
	rogue_start honest
	out=$(guest_run victim 120 "modprobe pvcalls-front
		$(victim_steps 'connect:7 echo:60000')
		$UNLOAD_AND_COUNT
		$LOG")
	case_said "$(sed -n 1p <<<"$out")" '0 60000'
	resources >/run/lab/resources
	sed -n '2s/.* //p' <<<"$out" >/run/lab/memory
	echo "at first: $(</run/lab/resources), $(</run/lab/memory) KiB free"
}

rogue_create()
{
	guest_create rogue rogue 'driver_domain = 1' 'pvcalls = []' 'cpus = "2"'
	guest_run rogue 30 'modprobe xen-evtchn && modprobe xen-gntdev && ls /dev/xen'
}

# After a case that failed, the same pair may still do; else there is a new one.
pair_mends()
{
	rogue_start honest &&
		guest_run victim 60 "killall -KILL victim 2>/dev/null; sleep 1
			$UNLOAD_AND_COUNT; $LOG" &&
		wait_for 10 resources_are "$(</run/lab/resources)"
}

pair_renew()
{
	guest_destroy victim
	guest_destroy rogue
	rm -f /run/lab/guests/rogue.job.*
	rogue_create
	victim_create
	rm -f /run/lab/dirty
}

title case_guests "a driver domain with rogue-back, its victim, and an honest pair"
case_guests()
{
	net_up
	modprobe pvcalls-back
	guest_create honest
	guest_run honest 60 'modprobe pvcalls-front'
	connected honest
	honest_start
	honest_end
	rogue_create
	victim_create
}

title case_domain_dies "the backend's domain is destroyed under a blocked reader"
case_domain_dies()
{
	[ ! -e /run/lab/dirty ] || (pair_mends) || pair_renew
	rogue_start honest
	victim_to_mark "modprobe pvcalls-front
		$(victim_steps 'connect:7 echo:100 bg:recv:10 mark join')"
	guest_destroy rogue
	case_said "$(guest_job_wait victim steps 60)" '0 100 ECONNRESET'
	front_becomes 6
	frontend_unload victim || fail "rmmod pvcalls-front"
	# All of them, with nobody left to have a page mapped.
	wait_for 20 resources_are "$(</run/lab/resources)" ||
		fail "the victim has $(resources), not $(</run/lab/resources)"
}

title case_end "everything unloads"
case_end()
{
	frontend_unload honest || fail "rmmod pvcalls-front in the honest guest"
	no_warnings honest
	guest_destroy honest
	guest_destroy victim
	backend_unload
	no_warnings dom0
}

plan case_guests
# shellcheck source=/dev/null
. /lab/cases/hostile_front_rows.sh
# One of each kind, unless there is LAB_LONG or names.
[ -n "$LAB_LONG$HOSTILE_CASES" ] ||
	HOSTILE_CASES='cmd-mismatch in-prod-overflow data-then-reset keep crash random'
# Some of them only, in that order, or all.
# shellcheck disable=SC2206 # names
some=($HOSTILE_CASES)
[ "${#some[@]}" = 0 ] || ROWS=("${some[@]/#/hostile_}")
plan "${ROWS[@]}" case_domain_dies case_end
