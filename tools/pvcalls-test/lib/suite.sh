# shellcheck shell=bash disable=SC2034 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# The Debian that the lab is made of, and what kind of guest it runs:
#
#	SUITE=bookworm		Linux 6.1, Xen 4.17 (Debian 12; the host's headers)
#	SUITE=trixie		Linux 6.12, Xen 4.20 (Debian 13)
#	SUITE=trixie-backports	Debian 13 with the newest kernel that it offers
#
#	GUEST_TYPE=pv|pvh
#
# What the host can not give comes from a kit: a Debian tree with the compiler
# and the kernel's headers, and in image/ the kernel and the hypervisor, which
# are not installed there.  It is made once, and stays as it is.

SUITE=${SUITE:-bookworm}
GUEST_TYPE=${GUEST_TYPE:-pv}

# Sets RELEASE and XEN_SERIES.
case $SUITE in
bookworm)
	RELEASE=bookworm XEN_SERIES=4.17 ;;
trixie|trixie-backports)
	RELEASE=trixie XEN_SERIES=4.20 ;;
*)
	die "SUITE=$SUITE: it is bookworm, trixie or trixie-backports" ;;
esac
case $GUEST_TYPE in
pv|pvh)	;;
*)	die "GUEST_TYPE=$GUEST_TYPE: it is pv or pvh" ;;
esac

# kernel-doc, which W=1 runs, is a Perl script, or a Python one.
KIT_PACKAGES=(make gcc libc6-dev perl python3)

# The kernel's image and the packages which that needs in the same version.
kit_kernel_packages()
{
	printf '%s\n' "linux-image-$2=$3"
	in_tree "$1" apt-cache show "linux-image-$2=$3" |
		sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed -n "s/^ *\(linux-[^ ]*\) (= \(.*\))\$/\1=\2/p"
}

# Kernel and hypervisor for KVER, in the tree's image/.
kit_packages()
{
	local tree=$1 kver=$2 version packages deb

	version=$(dpkg-query --admindir="$tree/var/lib/dpkg" -W \
		-f '${Version}' "linux-headers-$kver")
	mapfile -t packages < <(kit_kernel_packages "$tree" "$kver" "$version")
	mkdir -p "$tree/debs"
	# shellcheck disable=SC2016 # for the tree's shell
	in_tree "$tree" sh -c 'cd /debs && apt-get -q download "$@"' sh \
		"${packages[@]}" "xen-hypervisor-$XEN_SERIES-amd64"
	for deb in "$tree"/debs/*.deb; do
		dpkg-deb -x "$deb" "$tree/image"
	done
	rm -r "$tree/debs"
}

kit_image()
{
	local tree=$1 image=$1/image kver vmlinuz

	kver=$(debian_kver --admindir="$tree/var/lib/dpkg")
	kit_packages "$tree" "$kver"
	ln -s usr/lib "$image/lib"
	vmlinuz=$image/boot/vmlinuz-$kver
	# Newer packages have it beside the modules.
	[ -e "$vmlinuz" ] || vmlinuz=$image/lib/modules/$kver/vmlinuz
	vmlinux_extract "$vmlinuz" "$image/vmlinux"
	gzip -dc "$image/boot/xen-$XEN_SERIES-amd64.gz" >"$image/xen"
	printf '%s\n' "$kver" >"$image/kver"
}

kit_fill()
{
	local tree=$1 from=()

	debian_base "$tree"
	if [ "$SUITE" != "$RELEASE" ]; then
		# Backports are taken only when they are asked for.
		from=(-t "$SUITE")
		sed -n "s/ $RELEASE main/ $SUITE main/p" \
			"$tree/etc/apt/sources.list" >"$tree/etc/apt/more"
		mv "$tree/etc/apt/more" "$tree/etc/apt/sources.list.d/more.list"
		in_tree "$tree" apt-get -q update
	fi
	in_tree "$tree" apt-get -q -y --no-install-recommends install \
		"${KIT_PACKAGES[@]}"
	in_tree "$tree" apt-get -q -y --no-install-recommends "${from[@]}" \
		install linux-headers-amd64
	in_tree "$tree" apt-get -q clean
	kit_image "$tree"
}

# Sets KIT.
kit_make()
{
	need_root
	deps_install debootstrap xz-utils zstd
	KIT=$CACHE/kit/$SUITE/$(hash_of "$XEN_SERIES" "${KIT_PACKAGES[@]}" </dev/null)
	[ ! -e "$KIT/.done" ] || return 0
	# Not every verb that builds has it already.
	lab_lock
	[ ! -e "$KIT/.done" ] || return 0
	rm -rf "$CACHE/kit/$SUITE"
	mkdir -p "$CACHE/kit/$SUITE"
	HINT='needs the network, once; run this again' \
		progress "a kit of $SUITE: compiler, headers, kernel, Xen $XEN_SERIES" \
		"$CACHE/logs/kit-$SUITE.log" kit_fill "$KIT"
	touch "$KIT/.done"
}

# Sets KVER, KDIR and KERNEL_ID as kernel_of does, and KERNEL_KIT.
kit_kernel()
{
	kit_make
	KVER=$(<"$KIT/image/kver")
	KDIR=/lib/modules/$KVER/build
	KERNEL_ID=$KVER
	KERNEL_KIT=$KIT
}

# kernel_make ARGUMENT...: make, with what the chosen kernel was built with.
# In the kit the cache is where it is outside.  The mounts end with the
# process.
kernel_make()
{
	if [ -z "${KERNEL_KIT:-}" ]; then
		make "$@"
		return
	fi
	mkdir -p "$KERNEL_KIT$CACHE"
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -ec '
		mount -t proc proc "$1/proc"
		mount --bind "$2" "$1$2"
		root=$1
		shift 2
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
			chroot "$root" make "$@"' sh "$KERNEL_KIT" "$CACHE" "$@"
}
