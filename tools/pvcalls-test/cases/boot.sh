# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The lab itself, without our modules: guest, agent, web server.

title case_agent "a guest boots, runs commands and reports their status"
case_agent()
{
	local st=0

	guest_create guest
	guest guest 20 'uname -r'
	[ "$(guest_run guest 20 'echo a; echo "b \\ c"')" = $'a\nb \\ c' ] ||
		fail "output is mangled"
	guest_run guest 20 'exit 7' || st=$?
	[ "$st" = 7 ] || fail "status $st instead of 7"
	guest_start guest slow 'sleep 1000'
	st=0
	guest_job_wait guest slow 1 || st=$?
	[ "$st" = 124 ] || fail "status $st instead of 124 at the deadline"
	! guest_run guest 20 'pidof sleep' || fail "the job outlived its deadline"
}

title case_web "nginx in namespace srv takes and gives 64 MiB"
case_web()
{
	net_up
	web_up 64
	dom0 'curl -sS -o /dev/null -w "%{http_code} %{size_download} %{speed_download}\n" http://192.0.2.1/page.bin'
	dom0 'curl -sS -T /srv/www/page.bin -w "%{http_code} %{size_upload} %{speed_upload}\n" http://192.0.2.1/up/page.bin'
	[ "$(sum /srv/www/page.bin)" = "$(sum /srv/www/up/page.bin)" ] ||
		fail "the checksums differ"
	rm /srv/www/up/page.bin
}

title case_two_guests "a second guest beside the first, then both are gone"
case_two_guests()
{
	guest_create other
	[ "$(guest_run other 20 hostname) $(guest_run guest 20 hostname)" = 'other guest' ] ||
		fail "the guests are mixed up"
	guest_destroy other
	guest_destroy guest
}

plan case_agent case_web case_two_guests
