# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0-only
# `soak`: many guests with many connections for a long time; cases/soak.sh.

verb_soak()
{
	local minutes=${SOAK_MINUTES:-30} guests=${SOAK_GUESTS:-8}

	our_lab
	socktest_install
	hostile_settings
	lab_setting SOAK_MINUTES "$minutes"
	lab_setting SOAK_GUESTS "$guests"
	lab_setting SOAK_SOCKETS "${SOAK_SOCKETS:-100}"
	note "booting Xen; $minutes minutes and about $((5 + guests)) more"
	# Each slab by its own name, so that what is left has one.  One
	# processor for each domain, as in hostile_front.sh.
	LAB_CPUS=$((guests + 1)) LAB_DOM0_ARGS="slab_nomerge ${LAB_DOM0_ARGS:-}" \
		LAB_MEMORY=$((3 + guests))G LAB_LIVE=1 LAB_DOM0_FIRST=1 \
		lab_boot $((1800 + minutes * 60)) soak.sh
	lab_verdict
	finish
}
