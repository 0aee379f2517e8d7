# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0-only
# What `run interop` builds on the host: the in-tree drivers, from Debian's
# source package for the kernel of SUITE, and the program at both ends of the
# connections.
#
# Nothing of the in-tree sources is in our repository: they are unpacked into
# the cache when this runs.

INTEROP_FILES=(pvcalls-back.c pvcalls-front.c pvcalls-front.h)

# Sets INTEROP_SOURCE and INTEROP_VERSION: the package of the kernel's source.
interop_source()
{
	if [ -z "${KERNEL_KIT:-}" ]; then
		INTEROP_SOURCE=linux-source-6.1
		deps_install "$INTEROP_SOURCE"
		INTEROP_VERSION=$(dpkg-query -W -f '${Version}' "$INTEROP_SOURCE")
		return
	fi
	INTEROP_SOURCE=linux-source-$(grep -Eo '^[0-9]+\.[0-9]+' <<<"$KVER")
	INTEROP_VERSION=$(dpkg-query --admindir="$KERNEL_KIT/var/lib/dpkg" -W \
		-f '${Version}' "linux-headers-$KVER")
}

# The tarball, on standard output.  A kit does not keep it: it is large.
interop_tarball()
{
	local name=$INTEROP_SOURCE=$INTEROP_VERSION deb

	if [ -z "${KERNEL_KIT:-}" ]; then
		cat "/usr/src/$INTEROP_SOURCE.tar.xz"
		return
	fi
	rm -rf "$KERNEL_KIT/debs"
	mkdir -p "$KERNEL_KIT/debs"
	# shellcheck disable=SC2016 # for the tree's shell
	in_tree "$KERNEL_KIT" sh -c 'cd /debs && apt-get -q download "$1"' sh \
		"$name" >&2
	for deb in "$KERNEL_KIT"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -xO "./usr/src/$INTEROP_SOURCE.tar.xz"
	done
	rm -r "$KERNEL_KIT/debs"
}

interop_unpack()
{
	local tmp=$INTEROP_DIR.new file

	rm -rf "$tmp" "$INTEROP_DIR"
	mkdir -p "$tmp"
	interop_tarball >"$tmp/source.tar.xz"
	# With --occurrence, tar stops at the last of them.
	tar -xJf "$tmp/source.tar.xz" -C "$tmp" --strip-components=3 \
		--occurrence=1 "${INTEROP_FILES[@]/#/$INTEROP_SOURCE/drivers/xen/}"
	rm "$tmp/source.tar.xz"
	for file in "${INTEROP_FILES[@]}"; do
		[ -s "$tmp/$file" ]
	done
	"$LAB/interop/fix-back" "$tmp/pvcalls-back.c" >"$tmp/fix.said"
	cat "$tmp/fix.said"
	mv "$tmp" "$INTEROP_DIR"
}

interop_modules()
{
	local file

	for file in "$LAB"/interop/{Kbuild,front_shim.c} "$ROOT/drivers/xen/compat.h"; do
		cmp -s "$file" "$INTEROP_DIR/${file##*/}" ||
			cp "$file" "$INTEROP_DIR/"
	done
	kernel_make -j"$(nproc)" -C "$KDIR" M="$INTEROP_DIR" modules
	[ -f "$INTEROP_DIR/intree-pvcalls-back.ko" ]
	[ -f "$INTEROP_DIR/intree-pvcalls-front.ko" ]
}

interop_peer()
{
	mkdir -p "$CACHE/build"
	gcc -O2 -g -Wall -Wextra -Werror -static \
		-o "$CACHE/build/peer" "$LAB/interop/peer.c"
}

# Sets INTEROP_DIR, with intree-pvcalls-{back,front}.ko in it, for the kernel
# of kernel_of.
interop_build()
{
	local recipe

	deps_install gcc libc6-dev xz-utils
	interop_source
	recipe=$(hash_of "$INTEROP_VERSION" "$KERNEL_ID" <"$LAB/interop/fix-back")
	INTEROP_DIR=$CACHE/build/intree-$recipe
	[ -d "$INTEROP_DIR" ] || HINT="the fix is made by interop/fix-back" \
		progress "the in-tree drivers of $INTEROP_SOURCE $INTEROP_VERSION" \
		"$CACHE/logs/interop-unpack.log" interop_unpack
	note "in-tree backend of $INTEROP_VERSION: $(<"$INTEROP_DIR/fix.said")"
	HINT="their sources: $INTEROP_DIR" \
		progress "the in-tree drivers for $KVER" \
		"$CACHE/logs/interop-build.log" interop_modules
}

# The program of both ends, everywhere.
interop_peer_install()
{
	progress "the program of both ends" "$CACHE/logs/interop-peer.log" \
		interop_peer
	lab_dom0_file "$CACHE/build/peer" /usr/bin/peer
	lab_guest_file pvcalls "$CACHE/build/peer" /usr/bin/peer
}
