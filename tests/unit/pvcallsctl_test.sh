#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What pvcallsctl makes of its command line: pvcallsctl_test.sh COMMAND
#
# There is no xenstore here.  A command line that makes sense ends with status
# 1 for want of it, and one that makes none with 2, before it is looked for.

ctl=$1
number=0
failed=0
PATH=/usr/sbin:/usr/bin:/sbin:/bin
# Were there one, nothing of it would be touched.
XENSTORED_PATH=/nonexistent
export XENSTORED_PATH

# check NAME STATUS PATTERN WORD...: its status, and its output (both streams
# in one line) as a shell pattern.
check()
{
	name=$1 status=$2 pattern=$3
	shift 3
	number=$((number + 1))
	output=$("$ctl" "$@" 2>&1)
	got=$?
	output=$(printf '%s' "$output" | tr '\n' ' ')
	# The pattern is one on purpose.
	# shellcheck disable=SC2254
	case $got:$output in
	$status:$pattern)
		printf 'ok %d pvcallsctl.%s\n' "$number" "$name" ;;
	*)
		failed=$((failed + 1))
		printf '# expected %s:%s\n# got %s:%s\n' \
			"$status" "$pattern" "$got" "$output"
		printf 'not ok %d pvcallsctl.%s\n' "$number" "$name" ;;
	esac
}

offline='pvcallsctl: no connection to xenstore: *; run this as root*'
many=$(awk 'BEGIN { for (i = 0; i < 129; i++) printf "+any " }')
long=$(awk 'BEGIN { for (i = 0; i < 4000; i++) printf " " }')

echo 1..50
check help_goes_to_standard_output 0 'usage: pvcallsctl list *' -h
check version 0 'pvcallsctl 0.1' -V
check no_command 2 'pvcallsctl: no command given usage: *'
check unknown_command 2 'pvcallsctl: there is no command "lost" usage: *' lost
check half_a_command 2 'pvcallsctl: there is no command "policy" usage: *' \
	policy
check too_few_words 2 '*too few words*usage: *' show
check too_many_words 2 '*too many words*usage: *' list all
check list_without_xenstore 1 "$offline" list
check show_without_xenstore 1 "$offline" show web
check stats_without_xenstore 1 "$offline" stats 3
check watch_without_xenstore 1 "$offline" watch

check domain_with_a_device 1 "$offline" stats 3/1
check domain_that_is_empty 2 '*"" is no domain*' stats ''
check domain_without_a_name 2 '*"/1" is no domain*' stats /1
check device_that_is_no_number 2 '*"web/x" is no domain*' stats web/x
check device_that_is_empty 2 '*"web/" is no domain*' stats web/
check name_that_is_too_long 2 '*is no domain*' stats "$long"

check rules_none 0 '' policy check ''
check rules_good 0 '' policy check '-local +192.0.2.0/24:80-81 +[2001:db8::]/32:443 -any'
check rules_by_name 1 "$offline" policy set web connect '+any'
check rules_to_bind 1 "$offline" policy set web bind '+any'
check policy_unset 1 "$offline" policy unset web bind
check policy_unknown 2 '*no policy "listen": it is connect or bind' \
	policy set web listen '+any'
check policy_unset_unknown 2 '*no policy "listen"*' policy unset web listen
check rule_without_a_sign 2 '*rule 1, "any", is wrong: a rule begins with + or -*' \
	policy set web connect 'any'
check rule_is_counted 2 '*rule 3, "-x", is wrong: behind the sign goes any*' \
	policy set web connect '+any  +local -x +any'
check rule_with_many_bits 2 '*rule 1, "+10.0.0.0/33", is wrong: a prefix has at most 32 bits*' \
	policy check '+10.0.0.0/33'
check rule_with_many_bits_v6 2 '*a prefix has at most 32 bits, or 128*' \
	policy check '+[2001:db8::]/129'
check rule_with_no_bits 2 '*a prefix has at most 32 bits*' \
	policy check '+10.0.0.0/'
check rule_with_bits_behind 2 '*"-10.0.0.1/8", is wrong: the address has bits set behind*' \
	policy check '+any -10.0.0.1/8'
check rule_with_bits_behind_v6 2 '*the address has bits set behind*' \
	policy check '+[2001:db8::1]/64'
check rule_with_bits_and_port 2 '*the address has bits set behind*' \
	policy check '+10.0.0.1/8:80'
check rule_with_a_big_port 2 '*"+any:65536", is wrong: behind the colon*' \
	policy check '+any:65536'
check rule_with_ports_reversed 2 '*behind the colon*lower one first*' \
	policy check '+[::1]:9-8'
check rule_with_a_bad_address 2 '*behind the sign goes any*' \
	policy check '+10.0.0'
check rule_with_v6_unbracketed 2 '*IPv6 address in brackets*' \
	policy check '+2001:db8::1'
check rules_too_many 2 '*rule 129, "+any", is wrong: a policy has no more rules than 128*' \
	policy check "$many"
check rules_too_long 2 '*too long for xenstore*' policy check "$long"

check limit_good 1 "$offline" limit set web max-sockets 0
check limit_unknown 2 '*no limit "max-fun"; these are: *max-pages*' \
	limit set web max-fun 1
check limit_not_decimal 2 '*"0x10" is no decimal number*' \
	limit set web max-pages 0x10
check limit_too_big 2 '*"4294967295" is no decimal number*' \
	limit set web max-pages 4294967295
check limit_too_small 2 '*does not take 4095 for turn-bytes*' \
	limit set web turn-bytes 4095
check limit_least 1 "$offline" limit set web turn-bytes 4096
check limit_beyond_bounds 2 '*does not take 1048577 for max-sockets*' \
	limit set web max-sockets 1048577
check limit_most 1 "$offline" limit set web max-sockets 1048576
check limit_unset_unknown 2 '*no limit "pages"*' limit unset web pages
check mark_negative 2 '*"-1" is no decimal number*' mark set web -1
check netns_unknown 2 '*no network namespace "no-such-name"*ip netns add*' \
	netns set web no-such-name
check netns_is_no_path 2 '*no network namespace "../x"*' netns set web ../x

echo "$((number - failed)) passed, $failed failed"
[ "$failed" = 0 ]
