# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The hostile guest against the in-tree backend, until dom0 is of no more use;
# the host boots again for what is left of INTREE_CASES.  Nothing fails here:
#
#	@try NAME		the case begins
#	@verdict NAME WORDS	how it ended, if dom0 lived to tell

# shellcheck source=/dev/null
. /lab/dom0/hostile.sh

STOP=/run/lab/stop
# The in-tree backend loses an end of stream that comes with data.
# shellcheck disable=SC2034 # for honest_moves
HONEST_CASE=stream_mib_no_end

title intree_begin "a rogue guest, an honest one, and the in-tree backend"
intree_begin()
{
	touch "$STOP"
	hostile_up intree-pvcalls-back
	honest_moves || fail "the honest guest can not move data"
	resources >"$RES_LEFT.now"
	rm "$STOP"
}

verdict()
{
	emit "@verdict $*"
}

# A case that ended well has closed its device.
intree_closes()
{
	rogue_revive || return
	[ -z "$WRONG" ] || rogue_front 60 reset
}

# What there is to say of a case; the worst thing comes first.
intree_judge()
{
	if ! honest_moves; then
		touch "$STOP"
		verdict "$1" "hang: the honest guest can not move data"
	elif ! intree_closes; then
		touch "$STOP"
		verdict "$1" "hang: its own device does not close"
	elif ! wait_for 10 resources_back; then
		verdict "$1" "leak: $(paste -sd ';' "$RES_LEFT")${WRONG:+; $WRONG}"
	elif [ -n "$WRONG" ]; then
		verdict "$1" "wrong answer: $WRONG"
	else
		verdict "$1" survived
	fi
}

intree_case()
{
	[ ! -e "$STOP" ] || return 0
	resources_forget
	emit "@try $1"
	hostile_try "$1" 60 "$1 1"
	intree_judge "$1"
}

plan intree_begin
for name in $INTREE_CASES; do
	eval "intree_$name() { intree_case $name; }"
	plan "intree_$name"
done
