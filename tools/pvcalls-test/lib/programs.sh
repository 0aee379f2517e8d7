# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Programs of ours that run in the lab: programs/.

socktest_make()
{
	mkdir -p "$CACHE/build"
	gcc -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -static \
		-o "$CACHE/build/socktest" "$LAB"/programs/{client,hold,hole,server,uring}.c
}

# Into dom0 and into the guests of our_lab.
socktest_install()
{
	progress "socktest" "$CACHE/logs/socktest.log" socktest_make
	lab_dom0_file "$CACHE/build/socktest" /usr/bin/socktest
	lab_guest_file pvcalls "$CACHE/build/socktest" /usr/bin/socktest
}
