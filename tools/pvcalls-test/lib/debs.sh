# shellcheck shell=bash disable=SC2034 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Kernel and hypervisor, taken out of their Debian packages.  Nothing is
# installed on the host.

# deb_extract PACKAGE VERSION DIR: the package's files in DIR.
deb_extract()
{
	local pkg=$1 version=$2 dir=$3 tmp=$3.new

	[ ! -e "$dir/.done" ] || return 0
	rm -rf "$tmp" "$dir"
	mkdir -p "$tmp/deb"
	apt_lists
	(cd "$tmp/deb" && apt-get download -q "$pkg=$version")
	dpkg-deb -x "$tmp"/deb/*.deb "$tmp"
	rm -r "$tmp/deb"
	touch "$tmp/.done"
	mv "$tmp" "$dir"
}

deb_version()
{
	apt-cache policy "$1" | awk '/Candidate:/ { print $2 }'
}

# vmlinux_extract BZIMAGE OUT: the ELF kernel inside.  Xen and libxl take it
# as it is; decompressing twice per run would cost TCG half a minute.
vmlinux_extract()
{
	local image=$1 out=$2 sects offset length unpack=xz

	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$image")
	offset=$(od -An -tu4 -j $((0x248)) -N 4 "$image")
	length=$(od -An -tu4 -j $((0x24c)) -N 4 "$image")
	offset=$((offset + (sects + 1) * 512))
	[ "$(od -An -tx4 -j "$offset" -N 4 "$image")" != ' fd2fb528' ] || unpack=zstd
	# The last four bytes are the size, not part of the stream.
	dd status=none bs=1M iflag=skip_bytes,count_bytes if="$image" of="$out.z" \
		skip="$offset" count=$((length - 4))
	"$unpack" -dc <"$out.z" >"$out.new"
	rm "$out.z"
	mv "$out.new" "$out"
}

# Sets KERNEL_DIR (boot/, lib/modules/) and VMLINUX of Debian's kernel.
kernel_fetch()
{
	local version

	version=$(dpkg-query -W -f '${Version}' "linux-headers-$KVER")
	KERNEL_DIR=$CACHE/kernel/$KVER-$version
	[ -e "$KERNEL_DIR/.done" ] ||
		HINT='try apt-get update and apt-get install linux-headers-amd64' \
		progress "Debian's kernel $KVER" "$CACHE/logs/kernel.log" \
			deb_extract "linux-image-$KVER" "$version" "$KERNEL_DIR"
	VMLINUX=$KERNEL_DIR/boot/vmlinux-$KVER
	[ -f "$VMLINUX" ] || HINT='try make distclean' \
		progress "the kernel, uncompressed" "$CACHE/logs/vmlinux.log" \
			vmlinux_extract "$KERNEL_DIR/boot/vmlinuz-$KVER" "$VMLINUX"
}

# Sets XEN_BIN, the hypervisor, uncompressed.
xen_fetch()
{
	local dir

	if [ "$RELEASE" != bookworm ]; then
		kit_make
		XEN_BIN=$KIT/image/xen
		return
	fi
	apt_lists
	XEN_VERSION=$(deb_version "xen-hypervisor-$XEN_SERIES-amd64")
	dir=$CACHE/xen/$XEN_VERSION
	[ -e "$dir/.done" ] || HINT='try apt-get update' \
		progress "Xen $XEN_VERSION" "$CACHE/logs/xen.log" \
			deb_extract "xen-hypervisor-$XEN_SERIES-amd64" "$XEN_VERSION" "$dir"
	XEN_BIN=$dir/xen
	[ -f "$XEN_BIN" ] || gzip -dc "$dir/boot/xen-$XEN_SERIES-amd64.gz" >"$XEN_BIN"
}
