# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Debian packages that the host needs, installed when they are missing.

apt_run()
{
	local sudo=()

	[ "$(id -u)" = 0 ] || sudo=(sudo)
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get \
		-o DPkg::Lock::Timeout=600 "$@"
}

apt_lists()
{
	apt-cache show bash >/dev/null 2>&1 &&
		compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && return
	progress "package lists" "$CACHE/logs/apt-update.log" apt_run update -q
}

deps_missing()
{
	local p

	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || printf '%s\n' "$p"
	done
}

# Lists that are too old name packages that are gone: update and try again.
apt_install()
{
	apt_run install -q -y --no-install-recommends "$@" && return
	apt_run update -q
	apt_run install -q -y --no-install-recommends "$@"
}

# One verb at a time: `check` runs two.
deps_install()
{
	local missing

	mapfile -t missing < <(deps_missing "$@")
	[ "${#missing[@]}" != 0 ] || return 0
	mkdir -p "$CACHE"
	exec 8>"$CACHE/apt.lock"
	flock 8
	mapfile -t missing < <(deps_missing "$@")
	if [ "${#missing[@]}" != 0 ]; then
		apt_lists
		HINT='is the network there?  dpkg in order?' \
			progress "installing ${missing[*]}" \
			"$CACHE/logs/apt-install.log" apt_install "${missing[@]}"
	fi
	exec 8>&-
}

deps_build()
{
	# kernel-doc, which W=1 runs, is a Perl script.
	deps_install make gcc libc6-dev rsync linux-headers-amd64 perl
}

deps_lab()
{
	deps_build
	deps_install qemu-system-x86 debootstrap cpio kmod xz-utils zstd \
		libxen-dev
}

deps_unit()
{
	deps_install make gcc libc6-dev libxen-dev
}

deps_own_kernel()
{
	deps_build
	deps_install kmod xz-utils linux-source-6.1 flex bison bc libelf-dev \
		libssl-dev
}

deps_kunit()
{
	deps_own_kernel
	deps_install qemu-system-x86 cpio busybox-static lcov
}

# The kernel release of the headers that linux-headers-amd64 stands for; the
# arguments are for dpkg-query.
debian_kver()
{
	local kver

	kver=$(dpkg-query "$@" -W -f '${Depends}\n' linux-headers-amd64 |
		grep -o 'linux-headers-[0-9][^ ,]*' | head -n 1)
	[ -n "$kver" ] || die "linux-headers-amd64 names no kernel version"
	printf '%s\n' "${kver#linux-headers-}"
}
