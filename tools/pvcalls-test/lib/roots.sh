# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# One Debian tree, made by debootstrap; dom0's and the guest's initramfs are
# taken from it.  Everything is cached under the hash of its recipe.

# Installed in the tree, beside xen-utils: first dom0's, then what only the
# guest runs.
ROOT_PACKAGES=(
	xenstore-utils iproute2 kmod procps
	curl nginx-light busybox openssl ca-certificates
	nftables conntrack iputils-ping
)

# Left out of dom0's initramfs: nothing there runs perl, python or apt.
DOM0_PRUNE=(
	./boot ./dev ./proc ./sys ./tmp ./run ./var/cache ./var/lib/apt
	./var/lib/dpkg ./var/log ./etc/apt
	./usr/share/doc ./usr/share/man ./usr/share/locale ./usr/share/info
	./usr/share/lintian ./usr/share/perl ./usr/share/perl5
	./usr/share/zoneinfo ./usr/share/i18n ./usr/share/bash-completion
	./usr/share/python3 ./usr/share/pixmaps ./usr/share/common-licenses
	./usr/share/debconf ./usr/share/bug ./usr/share/gcc
	./usr/share/keyrings ./usr/share/iptables ./usr/share/xml
	./usr/lib/python3 './usr/lib/python3.*' ./usr/lib/apt ./usr/lib/dpkg
	./usr/lib/udev ./usr/lib/systemd ./usr/lib/locale ./usr/lib/debug
	./usr/lib/x86_64-linux-gnu/perl ./usr/lib/x86_64-linux-gnu/perl5
	./usr/lib/x86_64-linux-gnu/perl-base ./usr/lib/x86_64-linux-gnu/gconv
	./usr/lib/x86_64-linux-gnu/dri ./usr/lib/x86_64-linux-gnu/samba
	'./usr/lib/xen-*/boot'
)
DOM0_PRUNE_NAMES=('perl*' 'python3*' 'libpython3*' 'apt*' 'libapt*' 'dpkg*'
	'libicu*' 'libLLVM*' 'libgallium*')

# The guest gets these programs with the libraries they ask for.
GUEST_PROGRAMS=(
	/usr/bin/busybox /usr/bin/kmod /usr/bin/curl /usr/bin/openssl
	/usr/sbin/nginx /usr/bin/sha256sum /usr/bin/timeout /usr/bin/dmesg
	/usr/bin/setsid /usr/bin/stat /usr/bin/tail
)

# Where the machine's own apt gets SUITE from.  A mirror has other releases in
# the same place as the machine's own, Debian 12.
apt_uri()
{
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(REPO_URI)|$(CODENAME)' \
		'Identifier: Packages' |
		awk -F'|' -v s="$1" -v own="bookworm${1#"$RELEASE"}" '
			$2 == s && !uri { uri = $1 }
			$2 == own && !other { other = $1 }
			END { print uri ? uri : other }'
}

# in_tree TREE COMMAND...
in_tree()
{
	local tree=$1
	shift

	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive chroot "$tree" "$@"
}

# A tree of RELEASE with its updates, in which apt-get works.
debian_base()
{
	local tmp=$1 uri security file

	rm -rf "$tmp"
	mkdir -p "$tmp"
	uri=$(apt_uri "$RELEASE")
	security=$(apt_uri "$RELEASE-security")
	# shellcheck disable=SC2086 # an empty URI leaves debootstrap its default
	debootstrap --variant=minbase "$RELEASE" "$tmp" $uri
	if [ -n "$security" ]; then
		printf 'deb %s %s-security main\n' "$security" "$RELEASE" \
			>>"$tmp/etc/apt/sources.list"
	fi
	printf '#!/bin/sh\nexit 101\n' >"$tmp/usr/sbin/policy-rc.d"
	chmod 755 "$tmp/usr/sbin/policy-rc.d"
	for file in /etc/resolv.conf /etc/hosts; do
		[ ! -e "$file" ] || cp -L "$file" "$tmp$file"
	done
	grep -hs -i '^Acquire::.*Proxy' /etc/apt/apt.conf /etc/apt/apt.conf.d/* \
		>"$tmp/etc/apt/apt.conf.d/90proxy" || true
	in_tree "$tmp" apt-get -q update
}

debian_tree()
{
	debian_base "$1"
	in_tree "$1" apt-get -q -y --no-install-recommends install \
		"xen-utils-$XEN_SERIES" "${ROOT_PACKAGES[@]}"
	in_tree "$1" apt-get -q clean
}

# The arguments of find that leave out what DOM0_PRUNE names.
dom0_files()
{
	local args=() p

	for p in "${DOM0_PRUNE[@]}"; do
		args+=(-path "$p" -prune -o)
	done
	for p in "${DOM0_PRUNE_NAMES[@]}"; do
		args+=(-name "$p" -prune -o)
	done
	find . -xdev "${args[@]}" -print0
}

pack()
{
	cpio --null --create --quiet --format=newc --owner=+0:+0
}

dom0_image()
{
	(cd "$1" && dom0_files | pack) >"$2.new"
	mv "$2.new" "$2"
}

# Libraries that PROGRAM loads, by the tree's own ld.so.
libraries_of()
{
	chroot "$1" ldd "$2" 2>/dev/null |
		awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }'
}

guest_copy()
{
	local tree=$1 dir=$2 file=$3

	[ -e "$tree$file" ] || die "the Debian tree has no $file"
	[ -e "$dir$file" ] && return
	mkdir -p "$dir${file%/*}"
	cp -L --preserve=mode "$tree$file" "$dir$file"
}

guest_image()
{
	local tree=$1 out=$2 dir=$2.d prog lib
	local nss=/lib/x86_64-linux-gnu

	rm -rf "$dir"
	mkdir -p "$dir"/usr/{bin,sbin,lib,lib64} "$dir"/{dev,proc,sys,tmp,run,etc,root} \
		"$dir"/var/{log/nginx,lib/nginx,tmp}
	for prog in bin sbin lib lib64; do
		ln -s "usr/$prog" "$dir/$prog"
	done
	for prog in "${GUEST_PROGRAMS[@]}" /usr/bin/xenstore "$nss/libnss_files.so.2"; do
		guest_copy "$tree" "$dir" "$prog"
		for lib in $(libraries_of "$tree" "$prog"); do
			guest_copy "$tree" "$dir" "$lib"
		done
	done
	for prog in read write rm exists list ls watch; do
		ln -s xenstore "$dir/usr/bin/xenstore-$prog"
	done
	for prog in modprobe insmod rmmod lsmod; do
		ln -s ../bin/kmod "$dir/usr/sbin/$prog"
	done
	for prog in $(chroot "$tree" busybox --list); do
		[ -e "$dir/usr/bin/$prog" ] || [ -e "$dir/usr/sbin/$prog" ] ||
			ln -s busybox "$dir/usr/bin/$prog"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var:/bin/false\n' \
		>"$dir/etc/passwd"
	printf 'root:x:0:\nwww-data:x:33:\n' >"$dir/etc/group"
	printf '127.0.0.1 localhost\n192.0.2.1 srv\n' >"$dir/etc/hosts"
	printf 'hosts: files\n' >"$dir/etc/nsswitch.conf"
	mkdir -p "$dir/etc/nginx" "$dir/etc/ssl"
	cp "$tree/etc/nginx/mime.types" "$dir/etc/nginx/"
	cp "$tree/etc/ssl/openssl.cnf" "$dir/etc/ssl/"
	(cd "$dir" && find . -print0 | pack) >"$out.new"
	rm -rf "$dir"
	mv "$out.new" "$out"
}

# Sets TREE, DOM0_BASE and GUEST_BASE, making them when the recipe changed.
roots_make()
{
	local recipe dir=$CACHE/roots/$RELEASE

	recipe=$(hash_of "xen-utils-$XEN_SERIES" "${ROOT_PACKAGES[@]}" </dev/null)
	TREE=$dir/tree-$recipe
	DOM0_BASE=$dir/dom0-$recipe-$(hash_of "${DOM0_PRUNE[@]}" \
		"${DOM0_PRUNE_NAMES[@]}" </dev/null).cpio
	GUEST_BASE=$dir/guest-$recipe-$(hash_of "${GUEST_PROGRAMS[@]}" \
		<<<"$(declare -f guest_image)").cpio
	mkdir -p "$dir"
	if [ ! -e "$TREE/.done" ]; then
		find "$dir" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
		HINT='needs the network, once; run this again' \
			progress "a Debian tree for dom0 and guest" \
			"$CACHE/logs/debootstrap.log" debian_tree "$TREE"
		touch "$TREE/.done"
	fi
	[ -e "$DOM0_BASE" ] ||
		progress "dom0's initramfs" "$CACHE/logs/dom0-image.log" \
			dom0_image "$TREE" "$DOM0_BASE"
	[ -e "$GUEST_BASE" ] ||
		progress "the guest's initramfs" "$CACHE/logs/guest-image.log" \
			guest_image "$TREE" "$GUEST_BASE"
}
