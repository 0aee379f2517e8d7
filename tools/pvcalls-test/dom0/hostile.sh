# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A hostile guest beside an honest one, and what dom0 is left with.
#
# Guest "rogue" has no PV Calls frontend in its kernel: rogue-front speaks the
# protocol, case by case.  Guest "honest" uses pvcalls-front.  The backend is
# in dom0, or with HOSTILE_DRIVER in guest "driver".

# shellcheck source=/dev/null
. /lab/dom0/driver.sh

# wanted NAME: everything is, unless LAB_ONLY names what is.
wanted()
{
	[ -z "${LAB_ONLY:-}" ] || [[ " $LAB_ONLY " == *" $1 "* ]]
}

MIB=/srv/www/mib.bin

# Where the backend is: a domain as our_warnings() and the like want it.
BACKEND_DOMAIN=${HOSTILE_DRIVER:+driver}
BACKEND_DOMAIN=${BACKEND_DOMAIN:-dom0}

# backend_run SECONDS COMMAND, for a small shell.
backend_run()
{
	if [ "$BACKEND_DOMAIN" = dom0 ]; then
		limit "$1" bash -c "$2"
	else
		guest_run "$BACKEND_DOMAIN" "$@"
	fi
}

# backend_ask COMMAND: the same for a question that has its answer at once.
backend_ask()
{
	if [ "$BACKEND_DOMAIN" = dom0 ]; then
		(eval "$1")
	else
		guest_run "$BACKEND_DOMAIN" 20 "$1"
	fi
}

backend_domid()
{
	if [ "$BACKEND_DOMAIN" = dom0 ]; then
		echo 0
	else
		guest_domid "$BACKEND_DOMAIN"
	fi
}

# Connections to port 5009 of srv get no answer at all.
dom0_up()
{
	local any=::

	net_up
	web_up 1
	head -c 1M /dev/urandom >"$MIB"
	has_inet6 || any=0.0.0.0
	srv socktest server "$any" 5000 192.0.2.2 >/dev/null 2>&1 &
	srv socktest hole "$any" 5009 >/dev/null 2>&1 &
	# shellcheck disable=SC2016 # for that shell
	wait_for 20 srv bash -c 'ss -Hltn "sport = :5000" | grep -q .'
	# shellcheck disable=SC2016 # for that shell
	wait_for 20 srv bash -c 'ss -Hltn "sport = :5009" | grep -q .'
}

driver_up()
{
	driver_create
	driver_web "$MIB"
	guest_start driver server "$DRIVER_SRV socktest server :: 5000 192.0.2.2"
	guest_start driver hole "$DRIVER_SRV socktest hole :: 5009"
	wait_for 20 guest_run driver 10 'socktest client 192.0.2.1 5000 0 stream_flags'
}

# hostile_up BACKEND: everything that the cases need.
hostile_up()
{
	"${BACKEND_DOMAIN}_up"
	backend_run 60 "modprobe $1"
	# What a released socket has not sent is kept for a while; a short one.
	[ "$1" != pvcalls-back ] ||
		backend_run 10 'echo 5 >/sys/module/pvcalls_back/parameters/linger_timeout'
	client_create 3 honest
	guest_run honest 60 'modprobe pvcalls-front'
	connected honest
	rogue_create
}

# client_create CPU NAME [IMAGE]
client_create()
{
	if [ "$BACKEND_DOMAIN" = dom0 ]; then
		guest_create "$2" "${3:-pvcalls}"
	else
		driver_client "$@"
	fi
}

# It also calls itself by the backend's own address, which is closed otherwise.
rogue_create()
{
	client_create 2 rogue rogue
	xenstore-write "$(backend_node rogue)/connect-policy" +any
	guest_run rogue 30 'modprobe xen-gntalloc && modprobe xen-evtchn &&
		echo 8192 >/sys/module/xen_gntalloc/parameters/limit'
}

# The honest guest fetches a MiB and sends one, both checked.
HONEST_CASE=stream_mib_each_way
honest_moves()
{
	guest_run honest 20 "LAB_SLOW=$LAB_SLOW exec \
		socktest client 192.0.2.1 5000 260 $HONEST_CASE"
}

rogue_front()
{
	guest_run rogue "$1" "LAB_SLOW=$LAB_SLOW exec rogue-front $2"
}

# rogue_hold NAME: go there and stay; see rogue/front_hold.c and front_reach.c.
rogue_hold()
{
	xenstore-rm "$(guest_path rogue)/data/rogue" 2>/dev/null || true
	guest_start rogue hold "LAB_SLOW=$LAB_SLOW rogue-front hold $1"
}

rogue_said()
{
	xenstore-read "$(guest_path rogue)/data/rogue" 2>/dev/null || echo nothing
}

rogue_said_it()
{
	[[ "$(rogue_said)" =~ ^($1)$ ]]
}

# rogue_says TEXT: within a while; a regular expression.
rogue_says()
{
	wait_for 15 rogue_said_it "$1" ||
		fail "the rogue says '$(rogue_said)', not '$1'"
}

rogue_stop()
{
	guest_job_kill rogue hold
	rogue_front 60 reset
}

# The directory of the device is gone: only the toolstack can make a new one.
rogue_frontend_node()
{
	local front=$1 back=$2 domid=$3 key

	xenstore-write "$front/backend" "$back" \
		"$front/backend-id" "$(backend_domid)" \
		"$front/state" 1
	for key in '' /backend /backend-id /state; do
		xenstore-chmod "$front$key" "n$domid" "r$(backend_domid)"
	done
}

rogue_device()
{
	local path

	guest_recall path rogue || return
	backend_ask "test -d /sys/bus/xen-backend/devices/pvcalls-${path##*/}-0"
}

# rogue_back_is STATE, as xenbus numbers.
rogue_back_is()
{
	[ "$(xenstore-read "$(backend_node rogue)/state")" = "$1" ]
}

# Bring back a device that lost its nodes, as the toolstack would.  One that
# goes away leaves the bus first and says Closed then: that must not come after
# what we say.
rogue_revive()
{
	local front back domid
	domid=$(guest_domid rogue)
	front=$(frontend_node rogue)
	back=$(backend_node rogue)

	if ! xenstore-exists "$front/state"; then
		rogue_frontend_node "$front" "$back" "$domid"
	fi
	rogue_device && return
	wait_for 20 rogue_back_is 6
	xenstore-write "$front/state" 1
	xenstore-write "$back/state" 1
	wait_for 20 rogue_device
}

# ties_of DOMID: the event channels that the backend's domain has with it, and
# those of its grants that somebody has mapped; see programs/ties.c.
ties_of()
{
	/lab/ties "$1" "$(backend_domid)"
}

# no_ties DOMID: of one that has gone.
no_ties()
{
	[ "$(ties_of "$1")" = $'grants 0\nevents 0' ]
}

events_of()
{
	ties_of "$1" | sed -n 's/^events //p'
}

# Asked in the backend's kernel; a kernel that does not count slab objects by
# name has no workqueues to show.
# shellcheck disable=SC2016 # for its shell
KERNEL_RESOURCES='awk '\''
	$1 == "TCP:" { print "sockets", $9 }
	$1 == "pool_workqueue" { workqueues = $2 }
	$1 == "SUnreclaim:" { print "slab", $2 }
	$1 == "MemTotal:" { total = $2 }
	$1 == "MemAvailable:" { print "used", total - $2 }
	END { print "workqueues", workqueues + 0 }
	'\'' /proc/net/sockstat /proc/meminfo \
	$([ ! -e /proc/slabinfo ] || echo /proc/slabinfo)'

# What the backend's domain holds that might be the rogue's, or that of guest
# $RES_GUEST: one "NAME NUMBER" a line.
resources()
{
	local domid
	domid=$(guest_domid "${RES_GUEST:-rogue}")

	ties_of "$domid" || return
	backend_ask "$KERNEL_RESOURCES"
}

# How much more than before is no leak: other things of dom0 come and go too.
# Memory is in KiB; a kernel with checks keeps more of it for itself.
CHECKS=$((1${GUEST_CHECKS:+ * 8}))
declare -A SLACK=([events]=0 [grants]=0 [sockets]=0 [workqueues]=64 \
	[slab]=$((6144 * CHECKS)) [used]=$((32768 * CHECKS)))

RES_BEFORE=/run/lab/resources
RES_LEFT=/run/lab/resources.left

# What the case before has left is not that of the next.
resources_forget()
{
	local lines

	mapfile -t lines <"$RES_LEFT.now"
	printf '%s\n' "${lines[@]}" >"$RES_BEFORE"
}

resources_back()
{
	local name number
	local -A before

	while read -r name number; do
		before[$name]=$number
	done <"$RES_BEFORE"
	if ! resources >"$RES_LEFT.now"; then
		echo "what is left can not be told" >"$RES_LEFT"
		return 1
	fi
	: >"$RES_LEFT"
	while read -r name number; do
		[ "$number" -le $((before[$name] + SLACK[$name])) ] ||
			echo "$name: ${before[$name]} before, $number now" >>"$RES_LEFT"
	done <"$RES_LEFT.now"
	[ ! -s "$RES_LEFT" ]
}

# A domain that has a page mapped somewhere stays, without a name.
no_lost_domains()
{
	! xl list | has -F '(null)'
}

# no_backend_node DOMID
no_backend_node()
{
	! xenstore-exists "/local/domain/0/backend/pvcalls/$1"
}

# A guest that breaks rules may be complained about, a few times each case;
# how often at all is limited in the driver.
REFUSALS='requests at once, device disabled|(ring order|grant|one of the grants from|event channel) [0-9]+ refused'
REFUSALS+='|bad ring index|wants version|command ring of domain'
REFUSALS+='|reading /local/domain/|error/backend|xenbus_dev_error'
MANY_REFUSALS=16

# What our_warnings() says, and then it is gone.
WARNINGS_ONCE="dmesg -c $OUR_WARNINGS"

log_is_quiet()
{
	local lines

	lines=$(backend_ask "$WARNINGS_ONCE")
	[ -n "$lines" ] || return 0
	if grep -v -E "$REFUSALS" <<<"$lines" | grep .; then
		return 1
	fi
	[ "$(grep -c . <<<"$lines")" -le "$MANY_REFUSALS" ] && return
	echo "more than $MANY_REFUSALS complaints:"
	echo "$lines"
	return 1
}

# While these run, the honest guest moves its data too.
DURING=' prod-for-ever storm-command storm-data black-hole undrained '

# hostile_try CASE SECONDS ARGUMENTS: sets WRONG, what the rogue or the honest
# guest complain of; empty if nothing.
hostile_try()
{
	local name=$1 seconds=$2 command out st=0
	out=/run/lab/rogue.out

	WRONG=
	# Its time begins here, also if others are waited for first.
	deadline_of "$seconds"
	command="LAB_SLOW=$LAB_SLOW exec timeout $DEADLINE rogue-front $3"
	if [[ $DURING != *" $name "* ]]; then
		guest_run rogue $((seconds + 10)) "$command" case >"$out" 2>&1 || st=$?
	else
		guest_start rogue case "$command"
		honest_moves || WRONG="meanwhile the honest guest can not move data"
		guest_job_wait rogue case $((seconds + 10)) >"$out" 2>&1 || st=$?
	fi
	echo "$(<"$out")"
	[ "$st" = 0 ] || WRONG+="${WRONG:+; }$(tail -n 1 "$out") (status $st)"
}
