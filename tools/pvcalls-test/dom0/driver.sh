# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that is a driver domain: it has the backend, dom0 is the toolstack.

# The driver domain's network: its own addresses, on an interface that leads
# nowhere.  Who connects to the first of them does so from the second, as from
# dom0 to its namespace srv.
DRIVER_NET='set -e; modprobe dummy; ip link add net0 type dummy
	echo 0 >/proc/sys/net/ipv6/conf/net0/accept_dad; ip link set net0 up
	ip addr add 192.0.2.1/24 dev net0; ip addr add 192.0.2.2/32 dev net0
	ip addr add 2001:db8::1/64 dev net0; ip addr add 2001:db8::2/64 dev net0
	ip route replace local 192.0.2.1 dev net0 table local src 192.0.2.2
	ip -6 route del 2001:db8::1 dev net0 table local
	ip -6 route add local 2001:db8::1 dev net0 table local src 2001:db8::2'

# The backend is not loaded yet.
driver_create()
{
	GUEST_BACKEND='' guest_create driver "${DRIVER_IMAGE:-pvcalls}" \
		'driver_domain = 1'
	guest_run driver 30 "$DRIVER_NET"
}

# driver_client CPU NAME [IMAGE]: a guest with a processor and a device there.
# The addresses to connect to are the driver domain's own, so they are open.
driver_client()
{
	GUEST_CPU=$1 GUEST_BACKEND="'backend=driver'" guest_create "$2" \
		"${3:-pvcalls}"
	xenstore-write "$(backend_node "$2")/connect-policy" +any
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
		nginx -c /run/srv.conf"
}
