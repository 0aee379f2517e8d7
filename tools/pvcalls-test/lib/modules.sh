# shellcheck shell=bash disable=SC2034,SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Our modules, and the kernel's own modules that the lab loads.

# The kernel's modules for dom0 and its helpers; what they depend on comes
# along.  The debug kernel has them built in.
DOM0_MODULES=(
	xenfs xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-netback
	veth bridge nf_tables nft_ct nft_nat nft_masq nft_reject_inet
	nf_conntrack sch_netem sch_tbf sch_ingress cls_fw act_gact
	tcp_bbr inet_diag tcp_diag
)
GUEST_MODULES=(xen-netfront inet_diag tcp_diag veth)

OUR_MODULES=(xen-flexring pvcalls-back pvcalls-front)

# Copy what the build needs from the checkout to DIR.  By checksum and without
# times: an unchanged file keeps its date, a changed one gets today's, so that
# make rebuilds what changed whatever git did to the dates.
sources_sync()
{
	local dir=$1

	mkdir -p "$dir"
	rsync -rlpc --delete \
		--filter='P *.o' --filter='P *.ko' --filter='P *.mod' \
		--filter='P *.mod.c' --filter='P .*.cmd' --filter='P *.order' \
		--filter='P *.symvers' --filter='P *.gcno' --filter='P .tmp*' --filter='P *.a' \
		--exclude='*.o' --exclude='*.ko' --exclude='*.mod' \
		--exclude='*.mod.c' --exclude='*.gcno' --exclude='.*.cmd' --exclude='modules.order' \
		--exclude='Module.symvers' --exclude='.git' \
		"$ROOT/" "$dir/"
}

# modules_build KVER KDIR [MAKE ARGUMENT...]: sets MODULES_DIR.
modules_build()
{
	local kver=$1 kdir=$2 log=$CACHE/logs/build-$1.log
	shift 2

	MODULES_DIR=$CACHE/build/$kver
	[ -f "$ROOT/Kbuild" ] ||
		die "there is no Kbuild file in $ROOT: no modules to build"
	sources_sync "$MODULES_DIR"
	HINT="the copy that was built: $MODULES_DIR" \
		progress "modules for $kver" "$log" \
		kernel_make -j"$(nproc)" -C "$kdir" M="$MODULES_DIR" W=1 \
		"$@" modules
	if grep -E '(warning|WARNING):' "$log" |
			grep -v 'the compiler differs from'; then
		# So that the next run sees them again.
		find "$MODULES_DIR" -name '*.o' -delete
		die "the build has warnings (see $log)"
	fi
}

# Ours, for the kernel of kernel_of; sets OURS.
modules_ours()
{
	local m

	modules_build "$KERNEL_ID" "$KDIR"
	OURS=()
	for m in "${OUR_MODULES[@]}"; do
		[ -f "$MODULES_DIR/$m.ko" ] ||
			die "the build made no $m.ko in $MODULES_DIR"
		OURS+=("$MODULES_DIR/$m.ko")
	done
}

# modroot DIR NAMES-ARRAY FILE.ko...: /lib/modules in DIR with the kernel's
# modules of that list and the given ones, and modules.dep for them all.
modroot()
{
	local dir=$1/usr/lib/modules/$KVER src=$KERNEL_DIR/lib/modules/$KVER
	local -n names=$2
	local root=$1 name file
	shift 2

	mkdir -p "$dir/updates"
	[ -f "$src/modules.dep" ] || depmod -b "$KERNEL_DIR" "$KVER"
	for name in "${names[@]}"; do
		modprobe -d "$KERNEL_DIR" -S "$KVER" --show-depends "$name" |
			awk '$1 == "insmod" { print $2 }' |
			while read -r file; do
				file=${file#"$src/"}
				install -D -m 644 "$src/$file" "$dir/$file"
			done
	done
	cp "$src"/modules.{order,builtin,builtin.modinfo} "$dir/"
	for file in "$@"; do
		cp "$file" "$dir/updates/"
	done
	ln -sfn usr/lib "$root/lib"
	depmod -b "$root" "$KVER"
	rm "$root/lib"
}

verb_build()
{
	local m

	kernel_of guest
	modules_ours
	for m in "${OUR_MODULES[@]}"; do
		count_pass "$m.ko for $KVER"
	done
	note "the modules are in $MODULES_DIR"
	finish
}
