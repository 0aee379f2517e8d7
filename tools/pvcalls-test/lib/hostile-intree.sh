# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0-only
# The hostile guest against the in-tree backend of Linux 6.1, one boot after
# another, and a table of how each case ended.
#
# The backend has its one-line fix (interop/fix-back): without it the honest
# guest stalls by itself, and says nothing of the cases.

# Known to end a boot, as far as one can read it in the source: last, so that
# the others share boots.  Grants, orders and ports that it can not take end
# in a list_del() of what never was in a list; ACCEPT without LISTEN uses a
# socket that is none; a connection that nobody answers holds up the device.
INTREE_LAST=(bad-index-refs state-bound black-hole order-5 bad-ports order-huge
	grants-read-only bad-data-refs second-connect state-connecting same-port
	same-page)
# No boot begins after so many minutes; what is left then, is said.
INTREE_MINUTES=${INTREE_MINUTES:-40}

intree_cases()
{
	local name speed rest
	local -A last=()

	for name in "${INTREE_LAST[@]}"; do
		last[$name]=1
	done
	while read -r name speed rest; do
		[ "$speed" = short ] || continue
		[ -n "${last[$name]:-}" ] || printf '%s\n' "$name"
	done < <("$CACHE/build/rogue-front" list)
	printf '%s\n' "${INTREE_LAST[@]}"
}

intree_boot()
{
	lab_new "$VERB"
	kernel_of dom0
	lab_dom0_modules "$INTREE_KO"
	kernel_of guest
	modules_ours
	lab_guest pvcalls "$MODULES_DIR"/{xen-flexring,pvcalls-front}.ko
	pvcalls_run_install "$RUN/guests/pvcalls"
	rogue_install
	lab_setting INTREE_CASES "$*"
	# A broken kernel shall end the boot, not go on in some other way.
	LAB_DOM0_ARGS='slab_nomerge oops=panic softlockup_panic=1' \
		lab_boot $((120 + 30 * $#)) hostile-intree.sh
}

# How the case ended at which the machine did.
intree_end()
{
	if grep -a -q -e 'soft lockup' -e 'hung task' "$RUN/dom0.log"; then
		echo "hang: dom0 does nothing else any more"
	elif grep -a -q -e 'Kernel panic' -e 'Oops' "$RUN/dom0.log"; then
		echo "dom0 oops: $(grep -a -o -m 1 -e 'kernel BUG at .*' \
			-e 'BUG: .*' -e 'general protection.*' \
			"$RUN/dom0.log" | head -c 60)"
	else
		echo "hang: the machine was killed after $BOOT_SECONDS s"
	fi
}

# Sets INTREE_DONE[case], from the log of a boot.
intree_read()
{
	local word name rest trying=

	while read -r word name rest; do
		case $word in
		@try)		trying=$name ;;
		@verdict)	INTREE_DONE[$name]=$rest; trying= ;;
		esac
	done <"$RUN/result.log"
	[ -z "$trying" ] || INTREE_DONE[$trying]=$(intree_end)
}

bar()
{
	printf '%*s' "$1" '' | tr ' ' =
}

# In reST, with columns as wide as they must be.
intree_table()
{
	local name line width=4 wide=7

	for name in "$@"; do
		[ "${#name}" -le "$width" ] || width=${#name}
		[ "${#INTREE_DONE[$name]}" -le "$wide" ] ||
			wide=${#INTREE_DONE[$name]}
	done
	line="$(bar "$width")  $(bar "$wide")"
	printf '%s\n%-*s  in-tree\n%s\n' "$line" "$width" case "$line"
	for name in "$@"; do
		printf '%-*s  %s\n' "$width" "$name" "${INTREE_DONE[$name]}"
	done
	printf '%s\n' "$line"
}

# Boot after boot, until every case has an end; sets INTREE_LEFT.
intree_boots()
{
	local before name end=$((SECONDS + INTREE_MINUTES * 60))

	INTREE_LEFT=("$@")
	while [ "${#INTREE_LEFT[@]}" != 0 ] && [ "$SECONDS" -lt "$end" ]; do
		before=${#INTREE_DONE[@]}
		note "booting Xen for ${#INTREE_LEFT[@]} cases"
		intree_boot "${INTREE_LEFT[@]}"
		intree_read
		if [ "${#INTREE_DONE[@]}" = "$before" ]; then
			lab_where
			count_fail "a boot got no case further"
			return
		fi
		INTREE_LEFT=()
		for name in "$@"; do
			[ -n "${INTREE_DONE[$name]:-}" ] || INTREE_LEFT+=("$name")
		done
	done
}

verb_hostile-intree()
{
	local all name

	lab_prepare
	kernel_of dom0
	interop_build
	INTREE_KO=$INTEROP_DIR/intree-pvcalls-back.ko
	rogue_programs
	declare -gA INTREE_DONE=()
	mapfile -t all < <(intree_cases)
	[ -z "${LAB_ONLY:-}" ] || read -ra all <<<"$LAB_ONLY"
	intree_boots "${all[@]}"
	for name in "${INTREE_LEFT[@]}"; do
		INTREE_DONE[$name]='not run'
	done
	if [ "${#INTREE_LEFT[@]}" = 0 ]; then
		count_pass "each of ${#all[@]} cases has an end"
	else
		count_fail "${#INTREE_LEFT[@]} of ${#all[@]} cases were not run"
	fi
	intree_table "${all[@]}" | tee "$RUN/in-tree.rst"
	note "the table: $RUN/in-tree.rst"
	finish
}
