# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The network that guests reach through dom0:
#
#	dom0 192.0.2.2/24 --- veth pair --- namespace srv, 192.0.2.1/24
#	2001:db8::2/64				      2001:db8::1/64
#
# with nginx on port 80 of srv: files below /srv/www, PUT below /up/.

srv()
{
	ip netns exec srv "$@"
}

# LAB_DOM0_ARGS=ipv6.disable=1 is a dom0 without it.
has_inet6()
{
	[ -e /proc/sys/net/ipv6/conf ]
}

net_inet6()
{
	has_inet6 || return 0
	ip addr add 2001:db8::2/64 dev lab0 nodad
	srv ip addr add 2001:db8::1/64 dev lab1 nodad
}

net_up()
{
	[ ! -e /run/netns/srv ] || return 0
	modprobe veth
	ip netns add srv
	ip link add lab0 type veth peer name lab1 netns srv
	ip addr add 192.0.2.2/24 dev lab0
	srv ip addr add 192.0.2.1/24 dev lab1
	net_inet6
	ip link set lab0 up
	srv ip link set lab1 up
	srv ip link set lo up
}

web_config()
{
	cat <<-'END'
	user root;
	worker_processes 1;
	pid /run/nginx.pid;
	error_log /var/log/nginx/error.log;
	events { worker_connections 4096; }
	http {
		access_log off;
		sendfile on;
		default_type application/octet-stream;
		client_max_body_size 0;
		client_body_temp_path /srv/tmp;
		keepalive_timeout 30;
		server {
			listen 80;
			root /srv/www;
			location /up/ {
				dav_methods PUT DELETE;
			}
		}
	}
	END
}

web_up()
{
	local mb=${1:-64}

	[ ! -e /run/nginx.pid ] || return 0
	mkdir -p /srv /run/nginx
	mount -t tmpfs -o size=600m tmpfs /srv
	mkdir -p /srv/www/up /srv/tmp
	head -c "${mb}M" /dev/urandom >/srv/www/page.bin
	echo "hello from srv" >/srv/www/hello.txt
	chmod -R a+rX /srv
	web_config >/run/nginx/srv.conf
	srv nginx -c /run/nginx/srv.conf
	wait_for 20 srv bash -c 'ss -Hltn "sport = :80" | grep -q .'
}

# sum FILE: its SHA-256.
sum()
{
	sha256sum "$1" | cut -d ' ' -f 1
}
