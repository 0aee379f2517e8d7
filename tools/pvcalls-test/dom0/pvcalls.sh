# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The PV Calls device of a guest: its states and its modules.

# Of the domain with the backend: guest "driver", or dom0 where there is none.
backend_node()
{
	local path back=/local/domain/0

	[ ! -f "$GUEST_NODES/driver" ] || guest_recall back driver
	guest_recall path "$1" || return
	echo "$back/backend/pvcalls/${path##*/}/0"
}

frontend_node()
{
	local path

	guest_recall path "$1" || return
	echo "$path/device/pvcalls/0"
}

# "BACKEND FRONTEND", as xenbus numbers (4 is Connected).
states()
{
	echo "$(xenstore-read "$(backend_node "$1")/state" 2>/dev/null || echo gone)" \
		"$(xenstore-read "$(frontend_node "$1")/state" 2>/dev/null || echo gone)"
}

states_are()
{
	[ "$(states "$1")" = "$2" ]
}

connected()
{
	if ! wait_for "${2:-20}" states_are "$1" '4 4'; then
		fail "backend and frontend states of $1 are '$(states "$1")', not '4 4'"
	fi
}

backend_unload()
{
	wait_for 20 rmmod pvcalls-back
	rmmod xen-flexring
}

# A closed connection in TIME_WAIT may hold the frontend module for a minute.
frontend_unload()
{
	# shellcheck disable=SC2016 # for the guest's shell
	guest_run "$1" 100 'end=$(($(date +%s) + 90))
		until rmmod pvcalls-front; do
			[ "$(date +%s)" -lt "$end" ] || { lsmod; exit 1; }
			sleep 1
		done 2>/dev/null'
}

# Kernel messages of level warning and above that are ours, but for the two
# that any module built outside the kernel causes.
TAINT='loading out-of-tree module taints kernel|module verification failed'

# Of dmesg; for a small shell, too.
OUR_WARNINGS="--level=emerg,alert,crit,err,warn | awk '/pvcalls|flexring/ && !/$TAINT/'"

# our_warnings dom0|GUEST
our_warnings()
{
	if [ "$1" = dom0 ]; then
		bash -c "dmesg $OUR_WARNINGS"
	else
		guest_run "$1" 20 "dmesg $OUR_WARNINGS"
	fi
}

no_warnings()
{
	local lines

	lines=$(our_warnings "$1")
	[ -z "$lines" ] || fail "the kernel log of $1 has: $lines"
}
