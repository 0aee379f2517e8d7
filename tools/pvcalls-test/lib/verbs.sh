# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The verbs that boot the lab, and clean.

# One run with our modules on both sides; the guests have the kernel of
# GUEST_ROLE.
our_lab()
{
	lab_prepare
	lab_new "$VERB"
	kernel_of dom0
	modules_ours
	lab_dom0_modules "${OURS[@]}"
	kernel_of "${GUEST_ROLE:-guest}"
	modules_ours
	lab_guest pvcalls "${OURS[@]}"
	pvcalls_run_install "$RUN/guests/pvcalls"
}

# pvcalls-run into DIR; its Makefile builds in the cache.
pvcalls_run_install()
{
	[ -f "$ROOT/tools/pvcalls-run/Makefile" ] ||
		die "there is no tools/pvcalls-run/Makefile"
	progress "pvcalls-run" "$CACHE/logs/pvcalls-run.log" \
		make -C "$ROOT/tools/pvcalls-run"
	progress "pvcalls-run for the guest" "$CACHE/logs/pvcalls-run-install.log" \
		make -C "$ROOT/tools/pvcalls-run" install \
		DESTDIR="$1" PREFIX=/usr
}

verb_boot()
{
	lab_prepare
	lab_new boot
	kernel_of dom0
	lab_dom0_modules
	kernel_of guest
	lab_guest pvcalls
	lab_boot 300 boot.sh
	lab_verdict
	finish
}

verb_demo()
{
	our_lab
	[ -z "${LAB_SHELL:-}" ] || lab_setting LAB_SHELL 1
	note "booting Xen; the transcript follows"
	LAB_LIVE=1 lab_boot 600 demo.sh
	echo
	lab_verdict
	finish
}

verb_shell()
{
	LAB_SHELL=1 verb_demo
}

verb_smoke()
{
	our_lab
	socktest_install
	note "booting Xen; about two minutes"
	lab_boot 900 smoke.sh
	lab_verdict
	finish
}

# The driver domain with what its admin uses there; its clients have no need
# of that.
driver_admin_install()
{
	local GUEST_MODULES=("${GUEST_MODULES[@]}" xen-privcmd)

	driver_install
	pvcallsctl_guest_install driver
	xl_guest_install driver
}

verb_driver()
{
	our_lab
	socktest_install
	driver_admin_install
	note "booting Xen; about two minutes"
	# One processor for each domain, see LAB_PINNING.
	LAB_CPUS=3 lab_boot 900 driver.sh
	lab_verdict
	finish
}

verb_clean()
{
	rm -rf "$CACHE/build" "$CACHE/runs" "$CACHE/logs" "$CACHE/unit" \
		"$CACHE/pvcalls-run" "$CACHE/pvcallsctl"
}

verb_distclean()
{
	rm -rf "$CACHE"
}
