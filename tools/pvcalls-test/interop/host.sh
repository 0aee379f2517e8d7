# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0-only
# What `run interop` builds on the host: the in-tree drivers, from Debian's
# source package, and the program at both ends of the connections.
#
# Nothing of the in-tree sources is in our repository: they are unpacked into
# the cache when this runs.

INTEROP_TARBALL=/usr/src/linux-source-6.1.tar.xz
INTEROP_FILES=(pvcalls-back.c pvcalls-front.c pvcalls-front.h)

interop_unpack()
{
	local tmp=$INTEROP_DIR.new file

	rm -rf "$tmp" "$INTEROP_DIR"
	mkdir -p "$tmp"
	# With --occurrence, tar stops at the last of them.
	tar -xJf "$INTEROP_TARBALL" -C "$tmp" --strip-components=3 --occurrence=1 \
		"${INTEROP_FILES[@]/#/linux-source-6.1/drivers/xen/}"
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

	for file in Kbuild front_shim.c; do
		cmp -s "$LAB/interop/$file" "$INTEROP_DIR/$file" ||
			cp "$LAB/interop/$file" "$INTEROP_DIR/$file"
	done
	make -j"$(nproc)" -C "$KDIR" M="$INTEROP_DIR" modules
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
	local version recipe

	deps_install gcc libc6-dev xz-utils linux-source-6.1
	version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
	recipe=$(hash_of "$version" "$KERNEL_ID" <"$LAB/interop/fix-back")
	INTEROP_DIR=$CACHE/build/intree-$recipe
	[ -d "$INTEROP_DIR" ] || HINT="the fix is made by interop/fix-back" \
		progress "the in-tree drivers of linux-source-6.1 $version" \
		"$CACHE/logs/interop-unpack.log" interop_unpack
	note "in-tree backend of $version: $(<"$INTEROP_DIR/fix.said")"
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
