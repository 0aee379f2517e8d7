# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# KUnit: the kernel with KASAN, in bare QEMU, loads every *_test.ko; the same
# with KCSAN, which looks for data races: KERNEL=kcsan.

# kunit_new NAME FILE.ko...: a directory for this run, $RUN, with an initramfs
# that has these modules.
kunit_new()
{
	local dir module

	RUN=$CACHE/runs/$(date +%Y%m%d-%H%M%S)-$1
	dir=$RUN/initramfs
	shift
	mkdir -p "$dir"/{bin,dev,proc,sys,modules}
	cp /bin/busybox "$dir/bin/busybox"
	chroot "$dir" /bin/busybox --install -s /bin
	cp "$LAB/kernel/init" "$dir/init"
	chmod 755 "$dir/init"
	cp -t "$dir/modules" "$@"
	for module in "$dir"/modules/*; do
		strip --strip-debug "$module"
	done
	(cd "$dir" && find . -mindepth 1 -print0 | pack) >"$RUN/initramfs.cpio"
	rm -rf "$dir"
}

kunit_boot()
{
	local panic='panic_on_warn=1'

	# A race in the kernel's own code is no reason to stop.
	[ "$KERNEL" != kcsan ] || panic=
	BOOT_STATUS=0
	: >"$RUN/console.log"
	: >"$RUN/result.log"
	timeout --foreground -k 5 "$(scaled 900)" \
		qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max -smp 2 \
		-m 1G -display none -no-reboot -net none -monitor none \
		-serial "file:$RUN/console.log" -serial "file:$RUN/result.log" \
		-kernel "$OWN_BZIMAGE" -initrd "$RUN/initramfs.cpio" \
		-append "console=ttyS0 panic=1 oops=panic $panic loglevel=7" \
		2>"$RUN/qemu.log" || BOOT_STATUS=$?
	rm "$RUN/initramfs.cpio"
	sed -i 's/\r//g' "$RUN/console.log" "$RUN/result.log"
	[ "$KERNEL" != kcsan ] || kunit_races
}

# Move reports of races between functions of the kernel's own to
# kcsan-kernel.log: they are not what is tested here.  Functions of modules
# have the module's name behind them.
kunit_races()
{
	local own=$RUN/kcsan-kernel.log

	: >"$own"
	awk -v own="$own" '
		function flush() {
			if (title ~ /BUG: KCSAN/ && title !~ /\[/)
				printf "%s", block >own
			else
				printf "%s", block
			block = title = ""
		}
		{ block = block $0 "\n" }
		/==============================/ { if (inside) flush(); inside = !inside; next }
		/BUG: KCSAN/ { title = $0; sub(/^\[[ 0-9.]*\]/, "", title) }
		!inside { flush() }
		END { flush() }' "$RUN/console.log" >"$RUN/console.new"
	mv "$RUN/console.new" "$RUN/console.log"
	note "races in the kernel's own code, not counted: $(grep -c 'BUG: KCSAN' "$own" || :) ($own)"
}

# The cases of one suite's results: lines of the first level of nesting.
kunit_suite()
{
	local suite=$1 file=$2 line ok=0 bad=0 lost

	while IFS= read -r line; do
		case $line in
		*'# SKIP'*)	bad=$((bad + 1))
				printf '     skipped, which counts as failed: %s\n' "$line" ;;
		*'not ok '*)	bad=$((bad + 1))
				printf '     %s\n' "$line" ;;
		*)		ok=$((ok + 1)) ;;
		esac
	done < <(grep -E '^    (not )?ok [0-9]+' "$file")
	# KUnit keeps 512 bytes of what a case says, and drops its end.
	lost=$(($(sed -n 's/^    1\.\.//p' "$file" | head -n 1) - ok - bad))
	[ "$lost" -le 0 ] ||
		printf '     without a result, which counts as failed: %d\n' "$lost"
	bad=$((bad + (lost > 0 ? lost : 0)))
	PASSED=$((PASSED + ok))
	FAILED=$((FAILED + bad))
	if [ $((ok + bad)) = 0 ]; then
		count_fail "suite $suite ran no case"
	elif [ "$bad" = 0 ]; then
		printf 'ok   suite %s: %d cases\n' "$suite" "$ok"
	else
		printf 'FAIL suite %s: %d of %d cases\n' "$suite" "$bad" $((ok + bad))
	fi
}

kunit_verdict()
{
	local word rest bad suites=0 loaded=0 failed=$FAILED

	rm -f "$RUN"/suite-*
	awk -v run="$RUN" '/^@suite / { f = run "/suite-" $2; next } /^@/ { f = "" }
		f { print >f }' "$RUN/result.log"
	while read -r word rest; do
		case $word in
		@loaded)	loaded=$((loaded + 1)) ;;
		@refused)	count_fail "$rest.ko does not load" ;;
		@stuck)		count_fail "$rest does not unload" ;;
		@suite)		suites=$((suites + 1))
				touch "$RUN/suite-$rest"
				kunit_suite "$rest" "$RUN/suite-$rest" ;;
		esac
	done <"$RUN/result.log"
	[ "$loaded" -gt 0 ] || count_fail "no *_test.ko was loaded"
	[ "$suites" -ge "$loaded" ] ||
		count_fail "$loaded test modules, but results of $suites suites"
	bad=$(bad_lines)
	if [ "$BOOT_STATUS" = 0 ] && grep -q '^@boot' "$RUN/result.log" &&
			grep -qx '@end' "$RUN/result.log" && [ -z "$bad" ]; then
		count_pass "the kernel booted, ran them and has a clean console"
	else
		count_fail "the kernel booted, ran them and has a clean console (QEMU status $BOOT_STATUS)"
		printf '%s\n' "$bad" | head -n 20 | sed 's/^/     | /'
	fi
	[ "$FAILED" = "$failed" ] || kunit_where
}

kunit_where()
{
	printf '     console and results: %s\n' "$RUN"
	tail -n 20 "$RUN/console.log" | sed 's/^/       | /'
	printf '     try next: LAB_SLOW=3 make kunit (a busy machine)\n'
}

# Sets OWN_* as own_kernel does.  It needs nothing of the lab, so that it has a
# lock of its own: `check` runs it beside.
kunit_prepare()
{
	need_root
	mkdir -p "$CACHE"
	exec 6>"$CACHE/kunit.lock"
	lock_take 6 "$CACHE/kunit.lock"
	deps_kunit
	kernel_kunit
}

verb_kunit()
{
	local suites

	kunit_prepare
	if [ "$KERNEL" = kcsan ]; then
		modules_build "$OWN_ID" "$OWN_KDIR"
	else
		# Apart from the modules for guests, which count no coverage.
		modules_build "$OWN_ID-gcov" "$OWN_KDIR" GCOV_PROFILE=y
	fi
	mapfile -t suites < <(find "$MODULES_DIR" -name '*_test.ko')
	[ "${#suites[@]}" != 0 ] || die "the build made no *_test.ko"
	kunit_new kunit "$MODULES_DIR/xen-flexring.ko" "${suites[@]}"
	kunit_boot
	kunit_verdict
	[ "$KERNEL" = kcsan ] || coverage_report
	finish
}
