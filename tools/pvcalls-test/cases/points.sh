# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What `make demo` shows, one case per point.  smoke.sh runs them too.
# The cases build on each other: they use one guest, called "guest".

title case_versions "Xen, dom0 and a guest without any network interface"
case_versions()
{
	net_up
	web_up 64
	dom0 "xl info | grep -E '^(release|xen_version|xen_caps)'"
	guest_create guest
	dom0 'xl list'
	guest guest 20 'uname -r'
	guest guest 20 'ip link'
	[ "$(guest_run guest 20 'ls /sys/class/net')" = lo ] ||
		fail "the guest has an interface other than lo"
	guest guest 20 'lsmod'
}

title case_connect "pvcalls-back in dom0 and pvcalls-front in the guest connect"
case_connect()
{
	dom0 'modprobe pvcalls-back && lsmod | grep -E "flexring|pvcalls"'
	lsmod | has '^xen_flexring' || fail "xen-flexring did not come along"
	guest guest 30 'modprobe pvcalls-front && lsmod | grep -E "flexring|pvcalls"'
	connected guest
	dom0 "xenstore-read $(backend_node guest)/state $(frontend_node guest)/state"
}

# The checksum of FILE in dom0, or in the guest; both are slow enough in
# emulation to take each only once.
dom0_sum()
{
	SUM=$(sha256sum "$1")
	tell "dom0#  sha256sum $1"
	tell "       $SUM"
	SUM=${SUM%% *}
}

guest_sum()
{
	SUM=$(guest_run guest 60 "sha256sum $1")
	tell "guest#  sha256sum $1"
	tell "       $SUM"
	SUM=${SUM%% *}
}

# What the guest has in /tmp/page.bin, by its own account in case_download.
PAGE_SUM=/run/lab/page.sum

page_sum_is()
{
	[ "$(<"$PAGE_SUM")" = "$1" ] || fail "the checksums differ"
	tell "the checksums agree"
}

title case_download "curl in the guest fetches 64 MiB from dom0's namespace srv"
case_download()
{
	guest guest 240 'pvcalls-run curl -sS --max-time 200 -w "%{http_code}, %{size_download} bytes, %{speed_download} bytes/s\n" -o /tmp/page.bin http://192.0.2.1/page.bin'
	guest_sum /tmp/page.bin
	echo "$SUM" >"$PAGE_SUM"
	dom0_sum /srv/www/page.bin
	page_sum_is "$SUM"
}

title case_upload "curl in the guest uploads 64 MiB"
case_upload()
{
	guest guest 240 'pvcalls-run curl -sS --max-time 200 -w "%{http_code}, %{size_upload} bytes, %{speed_upload} bytes/s\n" -T /tmp/page.bin http://192.0.2.1/up/page.bin'
	dom0_sum /srv/www/up/page.bin
	page_sum_is "$SUM"
	rm /srv/www/up/page.bin
}

title case_serve "a web server in the guest, its port opened in dom0"
case_serve()
{
	guest_nginx guest 8080
	dom0 'ss -Hltn "sport = :8080"'
	dom0 'curl -sS --max-time 200 -w "%{http_code}, %{size_download} bytes, %{speed_download} bytes/s\n" -o /srv/served.bin http://127.0.0.1:8080/page.bin'
	dom0_sum /srv/served.bin
	page_sum_is "$SUM"
	rm /srv/served.bin
	# shellcheck disable=SC2016 # for the guest's shell
	guest guest 20 'kill "$(cat /run/nginx.pid)"'
	wait_for 20 not_listening 8080 || fail "port 8080 is still open in dom0"
}

not_listening()
{
	! listening "$1"
}

# guest_nginx NAME PORT: nginx, unmodified, serves the guest's /tmp.
guest_nginx()
{
	guest_run "$1" 20 "cat >/run/nginx/guest.conf <<END
user root;
worker_processes 1;
pid /run/nginx.pid;
error_log /run/nginx/error.log;
events { worker_connections 512; }
http {
	access_log off;
	sendfile on;
	server { listen $2; root /tmp; }
}
END"
	tell "(nginx.conf: listen $2, root /tmp)"
	guest "$1" 30 'pvcalls-run nginx -c /run/nginx/guest.conf'
	if ! wait_for 20 listening "$2"; then
		guest_run "$1" 20 'cat /run/nginx/error.log'
		fail "the guest's listener did not appear in dom0"
	fi
}

slow_connection()
{
	ss -Htn state established dst 192.0.2.1 | has ':80 *$'
}

title case_visible "the guest's connection is one of dom0's own"
case_visible()
{
	slow_connection && fail "dom0 had such a connection before"
	tell 'guest#  pvcalls-run curl --limit-rate 200K http://192.0.2.1/page.bin &'
	guest_start guest slow 'pvcalls-run curl -sS --limit-rate 200K -o /dev/null http://192.0.2.1/page.bin'
	wait_for 30 slow_connection || fail "no connection to 192.0.2.1:80 in dom0"
	dom0 'ss -tn state established dst 192.0.2.1'
	guest_job_kill guest slow
	wait_for 30 no_slow_connection || fail "the connection outlives its process"
}

no_slow_connection()
{
	! slow_connection
}

title case_unload "everything unloads and neither kernel log has a warning of ours"
case_unload()
{
	tell 'guest#  rmmod pvcalls-front'
	frontend_unload guest || fail "rmmod pvcalls-front in the guest"
	guest guest 20 '! lsmod | grep pvcalls && rmmod xen-flexring'
	tell 'dom0#  rmmod pvcalls-back xen-flexring'
	backend_unload
	! lsmod | grep -E '^(pvcalls|xen_flexring)' || fail "modules are left in dom0"
	no_warnings dom0
	no_warnings guest
	tell "no line of level warning or above from our modules in either kernel log"
}
