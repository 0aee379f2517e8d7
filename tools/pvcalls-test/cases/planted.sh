# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Bugs planted in the kernels with checks; `run detectors` looks whether the
# consoles tell of them.

# Lockdep switches itself off at its first report, and at others' too.
# shellcheck disable=SC2016 # for the shells that run it
PLANTED='for what in inversion atomic leak active freed; do
	modprobe planted what=$what || exit 1
	rmmod planted || exit 1
done'

title case_guest "bugs in the guest's kernel"
case_guest()
{
	guest_create guest
	guest_run guest 60 "$PLANTED"
	guest_destroy guest
}

title case_dom0 "bugs in dom0's kernel"
case_dom0()
{
	bash -c "$PLANTED"
}

plan case_guest
# With KERNEL=kasan it is Debian's.
[ ! -e /sys/kernel/debug/kmemleak ] || plan case_dom0
