# shellcheck shell=bash disable=SC2034,SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Our frontend against a hostile backend: rogue/back_*.c, programs/victim.c,
# cases/hostile_front.sh.

# What a backend in user space needs in a guest; the debug kernel has them.
ROGUE_MODULES=(xen-evtchn xen-gntdev)

hostile_front_make()
{
	local out=$CACHE/build/hostile-front
	local cc=(gcc -O2 -g -Wall -Wextra -Werror -std=gnu11 -D_GNU_SOURCE -static)

	mkdir -p "$out"
	# The header of the wire, with what programs have in place of the kernel's.
	"${cc[@]}" -I"$ROOT/include" -I"$ROOT/tests/unit/include" \
		-o "$out/rogue-back" "$LAB"/rogue/{back_*,peer}.c \
		-lxenstore -lxengnttab -lxenevtchn -lxentoolcore -lxentoollog
	"${cc[@]}" -o "$out/victim" "$LAB"/programs/victim*.c
}

# The guests "victim" and "honest" have the image of our_lab, "rogue" one
# without any driver of ours.
hostile_front_install()
{
	local out=$CACHE/build/hostile-front

	lab_guest rogue
	modroot "$RUN/guests/rogue" ROGUE_MODULES
	lab_guest_file rogue "$out/rogue-back" /usr/bin/rogue-back
	lab_guest_file pvcalls "$out/victim" /usr/bin/victim
}

# HOSTILE_CASES="NAME..." runs those, LAB_LONG=1 all there are.
verb_hostile-front()
{
	local limit=1200

	[ -z "${LAB_LONG:-}" ] || limit=5400
	our_lab
	deps_install libxen-dev
	progress "the hostile backend" "$CACHE/logs/hostile-front.log" \
		hostile_front_make
	hostile_front_install
	interop_peer_install
	lab_setting LAB_LONG "${LAB_LONG:-}"
	lab_setting HOSTILE_CASES "${HOSTILE_CASES:-}"
	lab_setting HOSTILE_SEED "${HOSTILE_SEED:-1}"
	note "seed: HOSTILE_SEED=${HOSTILE_SEED:-1}"
	note "booting Xen; a minute, and twenty seconds a case"
	# One processor for each domain, see LAB_PINNING: with guests that take
	# turns on one, processes die all the time.
	LAB_CPUS=4 lab_boot "$limit" hostile_front.sh
	lab_verdict
	finish
}
