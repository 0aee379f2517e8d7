# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Guests, and commands in them.
#
#	guest_create NAME [IMAGE [CONFIG LINE...]]	with GUEST_PAUSED=COMMAND
#				it stays paused until COMMAND NAME has succeeded
#	guest_run NAME SECONDS COMMAND	output on stdout, the command's status
#	guest NAME SECONDS COMMAND	the same, narrated
#	guest_start NAME JOB COMMAND	in the background
#	guest_job_wait NAME JOB SECONDS	its output and status
#	guest_job_kill NAME JOB
#	guest_destroy NAME
#
# The guest has no network: commands go through xenstore, see programs/agent.c
# and job.c.

GUEST_NODES=/run/lab/guests
mkdir -p "$GUEST_NODES"

guest_config()
{
	local name=$1 image=$2
	# shellcheck disable=SC2034 # guest_checks() reads the last one elsewhere
	local IMAGE_KERNEL IMAGE_TYPE IMAGE_MEMORY IMAGE_CHECKS
	shift 2

	# shellcheck disable=SC1090 # lib/kernel.sh makes it
	. "/lab/guests/$image.env"
	cat <<-END
	name = '$name'
	type = '$IMAGE_TYPE'
	kernel = '$IMAGE_KERNEL'
	ramdisk = '/lab/guests/$image.cpio'
	extra = 'console=hvc0 loglevel=7 panic=1 dummy.numdummies=0 hostname=$name'
	memory = ${GUEST_MEMORY:-$IMAGE_MEMORY}
	vcpus = 1
	cpus = "${GUEST_CPU:-1}"
	max_event_channels = 4095
	pvcalls = [${GUEST_BACKEND-'backend=0'}]
	on_poweroff = 'destroy'
	on_reboot = 'destroy'
	on_crash = 'destroy'
	END
	# QEMU does not tell Xen when a PVH guest sets XCR0: its extended
	# registers would not be kept, and Xen 4.20 reports a wrong size.
	[ "$IMAGE_TYPE" = pv ] || echo "cpuid = 'host,xsave=0'"
	[ $# = 0 ] || printf '%s\n' "$@"
}

# guest_recall VARIABLE FILE: what is known of a guest: in NAME its path,
# /local/domain/ID.  No process, unlike those that follow.
guest_recall()
{
	[ -f "$GUEST_NODES/$2" ] || { echo "no guest $2" >&2; return 1; }
	read -r "$1" <"$GUEST_NODES/$2"
}

guest_path()
{
	local path

	guest_recall path "$1" || return
	echo "$path"
}

guest_domid()
{
	local path

	guest_recall path "$1" || return
	echo "${path##*/}"
}

guest_create()
{
	local name=$1 image=${2:-pvcalls} log=/var/log/xen/console/guest-$1.log
	shift $(($# < 2 ? $# : 2))

	guest_config "$name" "$image" "$@" >"/run/lab/$name.cfg"
	: >>"$log"
	tail -n 0 -F "$log" 2>/dev/null \
		> >(sed -u "s/\r//; s/^/(guest $name) /" >/dev/hvc0) &
	echo "$!" >"$GUEST_NODES/$name.tail"
	emit "@guest $name"
	cp "/lab/guests/$image.env" "$GUEST_NODES/$name.env"
	guest_boot "$name" && return
	# Once in some hundred boots, emulation stops one in its first second.
	# Nothing of ours is loaded then.
	emit "-- guest $name does not boot; once more"
	limit 30 xl destroy "$name"
	wait_for 20 guest_gone "$name"
	guest_boot "$name"
}

# guest_boot NAME: until its agent is there.
guest_boot()
{
	limit 60 xl create ${GUEST_PAUSED:+-p} "/run/lab/$1.cfg" || return
	echo "/local/domain/$(xl domid "$1")" >"$GUEST_NODES/$1"
	echo 0 >"$GUEST_NODES/$1.jobs"
	if [ -n "${GUEST_PAUSED:-}" ]; then
		"$GUEST_PAUSED" "$1" || return
		limit 30 xl unpause "$1" || return
	fi
	wait_for 60 xenstore-exists "$(guest_path "$1")/data/ready"
}

guest_gone()
{
	! xl domid "$1"
}

# What a kernel with checks has to say in the end; one that can not say it is
# a finding, too.
guest_checks()
{
	grep -qx 'IMAGE_CHECKS=1' "$GUEST_NODES/$1.env" || return 0
	guest_run "$1" 60 "$LATE_CHECKS" ||
		echo "WARNING: no late checks in guest $1" >/dev/hvc0
}

# Of the guests that are still there.
guests_checks()
{
	local jobs

	for jobs in "$GUEST_NODES"/*.jobs; do
		[ ! -e "$jobs" ] || guest_checks "$(basename "$jobs" .jobs)"
	done
}

guest_destroy()
{
	guest_checks "$1"
	limit 30 xl destroy "$1"
	wait_for 20 guest_gone "$1"
	kill "$(<"$GUEST_NODES/$1.tail")" 2>/dev/null || true
	rm -f "$GUEST_NODES/$1" "$GUEST_NODES/$1".{env,jobs,tail}
}

# guest_job_new VARIABLE NAME JOB: the number of a new job.
guest_job_new()
{
	local last

	guest_recall last "$2.jobs" || return
	printf -v "$1" %d $((last + 1))
	echo "$((last + 1))" >"$GUEST_NODES/$2.jobs"
	echo "$((last + 1))" >"$GUEST_NODES/$2.job.$3"
}

# Hand a command to the guest's agent.
guest_start()
{
	local path number

	guest_recall path "$1" || return
	guest_job_new number "$1" "$2" || return
	/lab/job start "$path" "$number" "$3"
}

# guest_job_wait NAME JOB SECONDS
guest_job_wait()
{
	local path number st=0

	guest_recall path "$1" || return
	guest_recall number "$1.job.$2" || return
	deadline_of "$3"
	/lab/job wait "$path" "$number" "$DEADLINE" || st=$?
	guest_job_late "$st" "$path/data/job/$number" "$@"
}

# guest_job_late STATUS NODE NAME JOB SECONDS: returns the status.  That of a
# command may be what `job` says of one that has not ended, which leaves its
# node.
guest_job_late()
{
	local st=$1 node=$2
	shift 2

	if [ "$st" = 124 ] && xenstore-exists "$node"; then
		echo "guest $1: no answer within $3 s to: $(xenstore-read -R "$node/cmd")"
		[ "$2" = kill ] || guest_job_kill "$1" "$2"
	fi
	return "$st"
}

# One that has ended can not be killed, which is well.
guest_job_kill()
{
	local number

	guest_recall number "$1.job.$2" || return
	guest_run "$1" 10 "kill -KILL -\$(cat /run/jobs/$number.pid)" kill ||
		[ "$?" != 124 ]
}

# guest_run NAME SECONDS COMMAND [JOB]
guest_run()
{
	local path number st=0

	guest_recall path "$1" || return
	guest_job_new number "$1" "${4:-run}" || return
	deadline_of "$2"
	/lab/job run "$path" "$number" "$DEADLINE" "$3" || st=$?
	guest_job_late "$st" "$path/data/job/$number" "$1" "${4:-run}" "$2"
}

# Show the command, run it in the guest, show its output.
guest()
{
	local out st=0

	out=$(mktemp /run/lab/out.XXXXXX)
	tell "$1#  $3"
	guest_run "$@" >"$out" 2>&1 || st=$?
	tell_file "$out" '       '
	rm -f "$out"
	[ "$st" = 0 ] || tell "       (status $st)"
	return "$st"
}
