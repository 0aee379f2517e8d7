# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that is a driver domain: it has the backend, dom0 is the toolstack.

# The driver domain's network is that of dom0, see net.sh, with busybox's tools:
# nsenter --net=/run/srv is in namespace srv.  What busybox can not name, the
# other end of a veth pair, is veth0.
DRIVER_NET='set -e; modprobe veth; touch /run/srv
	unshare -n sh -e -c "mount --bind /proc/self/ns/net /run/srv
		ip link add lab1 type veth; ip link set veth0 netns 1
		echo 0 >/proc/sys/net/ipv6/conf/lab1/accept_dad
		ip addr add 192.0.2.1/24 dev lab1; ip addr add 2001:db8::1/64 dev lab1
		ip link set lab1 up; ip link set lo up"
	ip link set veth0 name lab0
	echo 0 >/proc/sys/net/ipv6/conf/lab0/accept_dad
	ip addr add 192.0.2.2/24 dev lab0; ip addr add 2001:db8::2/64 dev lab0
	ip link set lab0 up'

# In its namespace srv, as a prefix of a command.
DRIVER_SRV='nsenter --net=/run/srv'

# The backend is not loaded yet.
driver_create()
{
	GUEST_BACKEND='' guest_create driver "${DRIVER_IMAGE:-pvcalls}" \
		'driver_domain = 1'
	guest_run driver 30 "$DRIVER_NET"
}

# driver_client CPU NAME [IMAGE]: a guest with a processor and a device there.
driver_client()
{
	GUEST_CPU=$1 GUEST_BACKEND="'backend=driver'" guest_create "$2" \
		"${3:-pvcalls}"
}

# The same web server as dom0/net.sh has, with FILE of a MiB.
driver_web()
{
	guest_run driver 60 "mkdir -p /srv/www/up /srv/tmp /run/nginx /var/log/nginx
		head -c 1048576 /dev/urandom >$1
		chmod -R a+rX /srv
		cat >/run/srv.conf <<'END'
$(web_config)
END
		$DRIVER_SRV nginx -c /run/srv.conf"
}
