# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Our modules against other implementations: interop/, cases/interop.sh.

# shellcheck source=/dev/null
. "$LAB/interop/host.sh"

verb_interop()
{
	our_lab
	interop_peer_install
	kernel_of dom0
	interop_build
	lab_dom0_modules "$INTEROP_DIR/intree-pvcalls-back.ko"
	kernel_of guest
	interop_build
	lab_guest intree "$INTEROP_DIR/intree-pvcalls-front.ko"
	lab_guest_file intree "$CACHE/build/peer" /usr/bin/peer
	# Essential in Debian; the guest's busybox has none.
	lab_guest_file intree /usr/bin/chrt /usr/bin/chrt
	note "left out, since in-tree drivers can not: to unload the frontend, to unload"
	note "the backend under a guest, to end a stream to the guest right behind data"
	note "booting Xen; about two minutes"
	lab_boot 900 interop.sh
	lab_verdict
	finish
}
