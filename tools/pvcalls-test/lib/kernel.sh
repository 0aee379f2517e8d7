# shellcheck shell=bash disable=SC2034 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Own kernels, from Debian's kernel source and a fragment of options.

own_kernel_build()
{
	local dir=$1 fragment=$2

	rm -rf "$dir"
	mkdir -p "$dir"
	echo "unpacking"
	tar -xf /usr/src/linux-source-6.1.tar.xz -C "$dir" --strip-components=1
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

# own_kernel NAME: from kernel/NAME.config; sets OWN_KDIR, OWN_BZIMAGE, OWN_ID.
own_kernel()
{
	local fragment=$LAB/kernel/$1.config version

	version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
	OWN_ID=$1-$(hash_of "$version" <"$fragment")
	OWN_KDIR=$CACHE/own/$OWN_ID
	OWN_BZIMAGE=$OWN_KDIR/arch/x86/boot/bzImage
	[ ! -e "$OWN_KDIR/.done" ] || return 0
	# Older ones of this name are of no more use.
	rm -rf "$CACHE/own/$1"-*
	HINT="the fragment: $fragment" \
		progress "a kernel from linux-source-6.1 $version, once (5 to 10 minutes)" \
		"$CACHE/logs/own-$1.log" own_kernel_build "$OWN_KDIR" "$fragment"
}
