# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Our modules against other implementations: interop/, cases/interop.sh.

# shellcheck source=/dev/null
. "$LAB/interop/host.sh"

verb_interop()
{
	our_lab
	interop_build
	interop_install
	note "left out, since in-tree drivers can not: to unload the frontend, to unload"
	note "the backend under a guest, to end a stream to the guest right behind data"
	note "booting Xen; about two minutes"
	lab_boot 900 interop.sh
	lab_verdict
	finish
}
