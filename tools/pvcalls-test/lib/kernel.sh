# shellcheck shell=bash disable=SC2034 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# The kernels that dom0 and guests run, and own kernels, from Debian's kernel
# source and fragments of options.
#
#	KERNEL=debian	Debian's, everywhere
#	KERNEL=debug	with lockdep, kmemleak and more, in dom0 and PV guests
#	KERNEL=kasan	with KASAN, in PVH guests; Debian's in dom0
#	KERNEL=kcsan	with KCSAN, for kunit alone

KERNEL=${KERNEL:-debian}
# How much slower than Debian's they are, for deadlines.
DEBUG_SLOW=4
KASAN_SLOW=8

own_kernel_build()
{
	local dir=$1 name=$2
	local fragment=$dir/fragment.config edit=$LAB/kernel/$2.edit

	rm -rf "$dir"
	mkdir -p "$dir"
	echo "unpacking"
	tar -xf /usr/src/linux-source-6.1.tar.xz -C "$dir" --strip-components=1
	[ ! -e "$edit" ] || "$edit" "$dir"
	cat "$LAB/kernel/lab.config" "$LAB/kernel/$name.config" >"$fragment"
	make -C "$dir" KCONFIG_ALLCONFIG="$fragment" allnoconfig
	own_kernel_asked "$dir" "$fragment"
	nice make -C "$dir" -j"$(nproc)" bzImage modules
	touch "$dir/.done"
}

# Every option of the fragment must be in the configuration: one whose
# dependencies fail is dropped without a word.
own_kernel_asked()
{
	local line missing=0

	while read -r line; do
		case $line in
		CONFIG_*|'# CONFIG_'*' is not set')
			grep -qxF "$line" "$1/.config" ||
				{ echo "not in .config: $line"; missing=1; } ;;
		esac
	done <"$2"
	[ "$missing" = 0 ]
}

# own_kernel NAME: from kernel/lab.config and NAME.config, after NAME.edit;
# sets OWN_KDIR, OWN_BZIMAGE, OWN_ID.
own_kernel()
{
	local version

	deps_own_kernel
	version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
	OWN_ID=$1-$(find "$LAB"/kernel/{lab.config,"$1".*} -exec cat {} + |
		hash_of "$version")
	OWN_KDIR=$CACHE/own/$OWN_ID
	OWN_BZIMAGE=$OWN_KDIR/arch/x86/boot/bzImage
	[ ! -e "$OWN_KDIR/.done" ] || return 0
	# `check` builds it beside verbs that might want it, too.
	mkdir -p "$CACHE/own"
	exec 7>"$CACHE/own/lock"
	flock 7
	[ -e "$OWN_KDIR/.done" ] || own_kernel_new "$1" "$version"
	exec 7>&-
}

# Older ones of this name are of no more use.
own_kernel_new()
{
	rm -rf "$CACHE/own/$1"-*
	HINT="the fragments: $LAB/kernel" \
		progress "a kernel from linux-source-6.1 $2, once (10 to 15 minutes)" \
		"$CACHE/logs/own-$1.log" own_kernel_build "$OWN_KDIR" "$1"
}

# kernel_of dom0|guest: sets KVER, KDIR (to build modules against) and
# KERNEL_ID (to cache by).
kernel_of()
{
	case $KERNEL-$SUITE:$1 in
	debian-bookworm:*|kasan-bookworm:dom0)
		deps_build
		KVER=$(debian_kver)
		KDIR=/lib/modules/$KVER/build
		KERNEL_ID=$KVER
		return ;;
	debian-*)
		deps_build
		kit_kernel
		return ;;
	debug-bookworm:*)
		own_kernel debug ;;
	kasan-bookworm:guest)
		own_kernel kasan ;;
	*)
		die "KERNEL=$KERNEL: it is debian, debug or kasan, the latter two with SUITE=bookworm; kcsan is for kunit" ;;
	esac
	KVER=$(<"$OWN_KDIR/include/config/kernel.release")
	KDIR=$OWN_KDIR
	KERNEL_ID=$OWN_ID
}

# Sets VMLINUX and KERNEL_DIR (lib/modules/) of the kernel of kernel_of.
kernel_boots()
{
	if [ -n "${KERNEL_KIT:-}" ]; then
		KERNEL_DIR=$KERNEL_KIT/image
		VMLINUX=$KERNEL_DIR/vmlinux
		return
	fi
	if [ "$KERNEL_ID" = "$KVER" ]; then
		kernel_fetch
		return
	fi
	# What bzImage has inside: an ELF file without symbols.
	VMLINUX=$KDIR/arch/x86/boot/compressed/vmlinux.bin
	KERNEL_DIR=$KDIR/.root
	[ -e "$KERNEL_DIR/lib/modules/$KVER/modules.dep" ] ||
		progress "what the kernel has built in" \
		"$CACHE/logs/own-install.log" \
		make -C "$KDIR" INSTALL_MOD_PATH="$KERNEL_DIR" modules_install
}

# What a guest needs whose kernel is that of kernel_of: for dom0/guest.sh.
kernel_image()
{
	local type=$GUEST_TYPE memory=384 checks=

	case $KERNEL_ID in
	debug-*)
		memory=512 checks=1 ;;
	kasan-*)
		type=pvh memory=1024 checks=1 ;;
	esac
	printf '%s=%q\n' IMAGE_KERNEL "/lab/vmlinux-$KERNEL_ID" \
		IMAGE_TYPE "$type" IMAGE_MEMORY "$memory" IMAGE_CHECKS "$checks"
}

# What else a kernel with checks needs of the lab.
kernel_settings()
{
	local slow=1

	: "${LAB_SLOW_ASKED:=$LAB_SLOW}"
	case $KERNEL in
	debug)
		slow=$DEBUG_SLOW ;;
	kasan)
		slow=$KASAN_SLOW
		LAB_MEMORY=6G ;;
	esac
	LAB_SLOW=$(awk -v a="$LAB_SLOW_ASKED" -v b="$slow" 'BEGIN { print a * b }')
	[ "$KERNEL" = debian ] || lab_setting GUEST_CHECKS 1
	lab_setting LAB_SLOW "$LAB_SLOW"
}

# The kernel of `kunit`: with KCSAN, or else that of KERNEL=kasan.
kernel_kunit()
{
	case $KERNEL in
	kcsan)	own_kernel kcsan ;;
	*)	own_kernel kasan ;;
	esac
}

verb_kernel()
{
	case $KERNEL in
	debug)	own_kernel debug ;;
	*)	kernel_kunit ;;
	esac
	count_pass "the kernel is there: $OWN_ID"
	finish
}
