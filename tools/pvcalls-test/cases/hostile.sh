# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that breaks the protocol: our backend answers as it must, serves an
# honest guest meanwhile and afterwards, and is left with nothing.

# shellcheck source=/dev/null
. /lab/dom0/hostile.sh

# Cases that our backend does not take well yet: [NAME]=REASON.  They run, and
# fail if they pass.
declare -A EXPECTED_FAILURES=()

title hostile_begin "a rogue guest, an honest one, and our backend"
hostile_begin()
{
	hostile_up pvcalls-back
	honest_moves || fail "the honest guest can not move data"
	backend_run 20 'dmesg -C'
	resources >"$RES_LEFT.now"
	cp "$RES_LEFT.now" /run/lab/resources.first
}

# What is wrong after a case, each on a line of its own.
hostile_problems()
{
	[ -z "$WRONG" ] || echo "$WRONG"
	if ! honest_moves >/run/lab/honest.out 2>&1; then
		echo "the honest guest can not move data:"
		cat /run/lab/honest.out
	fi
	if ! wait_for 20 resources_back; then
		echo "left where the backend is:"
		cat "$RES_LEFT"
	fi
	log_is_quiet || echo "the kernel log there has that"
}

# judge NAME: fail, unless there is nothing, or it was expected.
judge()
{
	local name=$1 problems reason=${EXPECTED_FAILURES[$1]:-}

	problems=$(hostile_problems)
	[ -z "$problems" ] || echo "$problems"
	if [ -n "$reason" ]; then
		[ -n "$problems" ] ||
			fail "expected to fail ($reason), and passes"
		echo "expected: $reason"
	elif [ -n "$problems" ]; then
		fail "$name"
	fi
}

# Cases that find dom0 closed, as it is where the admin has written no rules.
CLOSED=' inet6-connect-closed '

# hostile_policy NAME: where the case may connect to.  The one before may have
# removed everything.
hostile_policy()
{
	local key
	key=$(backend_node rogue)/connect-policy

	if [[ $CLOSED != *" $1 "* ]]; then
		xenstore-write "$key" +any
	elif xenstore-exists "$key"; then
		xenstore-rm "$key"
	fi
}

# hostile_case NAME SECONDS ARGUMENTS
hostile_case()
{
	hostile_policy "$1"
	resources_forget
	hostile_try "$@"
	rogue_revive
	if [ -n "$WRONG" ]; then
		rogue_front 60 reset || WRONG+="; the device does not close"
	fi
	judge "$1"
}

rogue_is_there()
{
	[ "$(xenstore-read "$(guest_path rogue)/data/rogue")" = "$1" ]
}

# destroyed STATE: the domain goes while its device is there.
destroyed()
{
	local domid
	domid=$(guest_domid rogue)

	resources_forget
	WRONG=
	guest_start rogue case "LAB_SLOW=$LAB_SLOW rogue-front hold $1"
	if ! wait_for 30 rogue_is_there "$1"; then
		guest_job_wait rogue case 1 || true
		fail "the rogue is not at $1"
	fi
	guest_destroy rogue
	wait_for 20 no_lost_domains || WRONG="the domain is still there"
	backend_run 20 "test ! -d /sys/bus/xen-backend/devices/pvcalls-$domid-0" ||
		WRONG+="${WRONG:+; }its device is still there"
	rogue_create
	judge "$1"
}

title hostile_memory "the backend's domain has the memory that it had at the beginning"
hostile_memory()
{
	cp /run/lab/resources.first "$RES_BEFORE"
	wait_for 30 resources_back || :
	cat /run/lab/resources.first "$RES_LEFT.now"
	[ ! -s "$RES_LEFT" ] || fail "$(<"$RES_LEFT")"
}

title hostile_end "the backend unloads, and no module is left"
hostile_end()
{
	backend_run 60 'until rmmod pvcalls-back; do sleep 1; done; rmmod xen-flexring'
	backend_run 20 '! lsmod | grep -E "^(pvcalls|xen_flexring)"' ||
		fail "modules are left"
	guest_destroy rogue
	guest_destroy honest
	[ "$BACKEND_DOMAIN" = dom0 ] || guest_destroy "$BACKEND_DOMAIN"
}

hostile_add()
{
	local name=$1 speed=$2 text=$3 seconds=60

	wanted "$name" || return 0
	[ "$speed" = short ] || [ -n "$LAB_LONG$LAB_ONLY" ] || return 0
	[ "$speed" = short ] || seconds=900
	# A hundred devices and a thousand, one after another.
	case $name in
	reconnect)	seconds=120 ;;
	reconnect-long)	seconds=2400 ;;
	esac
	eval "hostile_$name() { hostile_case $name $seconds '$name $LAB_SEED'; }"
	title "hostile_$name" "$name: $text"
	plan "hostile_$name"
}

hostile_add_random()
{
	local seconds=$1

	wanted random || return 0
	# Six places complain, each ten times in five seconds.
	eval "hostile_random() { MANY_REFUSALS=$((seconds * 12)); hostile_case random $((seconds + 60)) 'random $seconds $LAB_SEED'; }"
	title hostile_random "random: everything, $seconds s, seed $LAB_SEED"
	plan hostile_random
}

hostile_add_destroyed()
{
	local state

	for state in "$@"; do
		wanted "destroyed-$state" || continue
		eval "destroyed_$state() { destroyed $state; }"
		title "destroyed_$state" "destroyed-$state: the guest goes in that state"
		plan "destroyed_$state"
	done
}

plan hostile_begin
while read -r name speed text; do
	hostile_add "$name" "$speed" "$text"
done < <(rogue-front list)
if [ -n "$LAB_LONG" ]; then
	hostile_add_random 300
	hostile_add_destroyed init-wait connected socket connecting \
		established flowing parked broken closing
else
	hostile_add_random 20
	hostile_add_destroyed connecting flowing parked
fi
plan hostile_memory hostile_end
