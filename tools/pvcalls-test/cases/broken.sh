# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Cases that must fail: `run selftest` checks that the lab says so.

title case_good "a case that passes"
case_good()
{
	guest_create guest
}

title case_middle "a command that fails in the middle of a case"
case_middle()
{
	false
	true
}

title case_status "a guest command that fails"
case_status()
{
	guest guest 20 'curl -sS --max-time 5 http://192.0.2.1/'
	true
}

title case_deadline "a guest command that outlasts its deadline"
case_deadline()
{
	guest_run guest 1 'sleep 100'
}

title case_warning "a warning on the guest's console, noticed by the host alone"
case_warning()
{
	guest_run guest 20 'echo "<4>WARNING: planted by the self-test" >/dev/kmsg'
}

title case_ours "a warning of our modules in dom0's log"
case_ours()
{
	echo '<4>pvcalls_back: planted by the self-test' >/dev/kmsg
	no_warnings dom0
}

title case_crash "dom0 crashes"
case_crash()
{
	echo c >/proc/sysrq-trigger
	sleep 60
}

plan case_good case_middle case_status case_deadline case_warning case_ours \
	case_crash
