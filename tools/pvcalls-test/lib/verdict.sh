# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# What a run says: its cases on the second serial port, its consoles.
#
# dom0 writes, among the lines for people, lines that begin with '@':
#	@plan N			N cases will run
#	@ok NUMBER TITLE
#	@fail NUMBER TITLE
#	@guest NAME		its console must be among those we have
#	@end			dom0 reached its end

BAD_LINES='BUG:|WARNING:|KASAN|UBSAN|Call Trace|Oops|\(XEN\).*Assertion|rcu.*stall|hung task|lockdep|general protection fault[,:]|Kernel panic|possible recursive locking|inconsistent lock state|suspicious RCU usage'
# What only the debug kernel says.
BAD_LINES+='|BUG [a-zA-Z]|INFO: task .* blocked|INFO: trying to register|ODEBUG|workqueue lockup|soft lockup|kmemleak: [0-9]+ new|kmemleak: .*disabled|unreferenced object|pagealloc: |list_(add|del) corruption|Redzone|Poison overwritten|ref_tracker: .*(leaked|has)|held lock freed|bad unlock balance'

# One file per console: Xen, dom0 and each guest.
lab_collect()
{
	local name

	sed -i -e 's/\r//g' "$RUN/console.log" "$RUN/result.log"
	# With a user at the second port, they come on the first.
	[ -z "${LAB_SHELL:-}" ] ||
		sed -n '/^@/p' "$RUN/console.log" >>"$RUN/result.log"
	grep -a '^(XEN)' "$RUN/console.log" >"$RUN/xen.log" || true
	grep -a -v -e '^(XEN)' -e '^(guest ' "$RUN/console.log" \
		>"$RUN/dom0.log" || true
	sed -n 's/^(guest \([^)]*\)).*/\1/p' "$RUN/console.log" | sort -u |
		while read -r name; do
			sed -n "s/^(guest $name) //p" "$RUN/console.log" \
				>"$RUN/guest-$name.log"
		done
}

# A banner of the kernel's that is no complaint.
GOOD_LINES='RCU lockdep checking is enabled'

# Lines that no console of a healthy run has.  Cases may name, by
# '@expect-console REGEX', what they provoke on purpose.
bad_lines()
{
	local expected

	expected=$(sed -n 's/^@expect-console //p' "$RUN/result.log" |
		paste -sd '|')
	grep -a -E -n "$BAD_LINES" "$RUN/console.log" |
		grep -a -v -E "$GOOD_LINES${expected:+|$expected}" || true
}

lab_where()
{
	local log

	printf '     consoles and transcript: %s\n' "$RUN"
	for log in "$RUN"/result.log "$RUN"/dom0.log "$RUN"/xen.log \
			"$RUN"/guest-*.log "$RUN"/qemu.log; do
		[ -s "$log" ] || continue
		printf '     last lines of %s:\n' "${log##*/}"
		tail -n "${LAB_TAIL:-12}" "$log" | sed 's/^/       | /'
	done
	printf '     try next: LAB_SLOW=3 make %s (a busy machine), make demo SHELL=1 (look around)\n' \
		"$VERB"
}

# Count the cases, then three of the lab's own: the plan was kept, the
# machine switched itself off, the consoles are clean.
lab_verdict()
{
	local plan seen word rest bad names failed=$FAILED

	plan=$(sed -n 's/^@plan //p' "$RUN/result.log" | head -n 1)
	seen=0
	while read -r word rest; do
		case $word in
		@ok)	count_pass "${rest#* }"; seen=$((seen + 1)) ;;
		@fail)	count_fail "${rest#* }"; seen=$((seen + 1)) ;;
		esac
	done <"$RUN/result.log"

	if [ -z "$plan" ]; then
		count_fail "dom0 did not get as far as its first case"
	elif [ "$plan" != "$seen" ]; then
		count_fail "$seen of $plan planned cases came to an end"
	fi
	if [ "$BOOT_STATUS" = 0 ] && grep -qx '@end' "$RUN/result.log"; then
		count_pass "Xen booted and switched itself off ($BOOT_SECONDS s)"
	elif [ "$BOOT_STATUS" = 124 ] || [ "$BOOT_STATUS" = 137 ]; then
		count_fail "the machine hung and was killed after $BOOT_SECONDS s"
	else
		count_fail "the machine ended early (QEMU status $BOOT_STATUS)"
	fi
	mapfile -t names < <(sed -n 's/^@guest //p' "$RUN/result.log" | sort -u)
	for rest in "${names[@]}"; do
		grep -q 'Linux version' "$RUN/guest-$rest.log" 2>/dev/null ||
			count_fail "the console of $rest was not collected"
	done
	bad=$(bad_lines)
	if ! grep -q 'Linux version' "$RUN/dom0.log"; then
		count_fail "the console of dom0 is empty"
	elif [ -n "$bad" ]; then
		count_fail "the consoles of Xen, dom0 and guests are clean:"
		printf '%s\n' "$bad" | head -n 20 | sed 's/^/     | /'
	else
		count_pass "the consoles of Xen, dom0 and guests are clean"
	fi
	[ "$FAILED" = "$failed" ] || lab_where
}
