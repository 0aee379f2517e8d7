# shellcheck shell=bash disable=SC2034 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# The demo: the points, narrated.

LAB_NARRATE=1
# shellcheck source=/dev/null
. /lab/cases/points.sh

if [ -n "${LAB_SHELL:-}" ]; then
	# The user wants the guest with everything loaded.
	plan case_versions case_connect case_download case_upload case_serve \
		case_visible case_prompt
else
	plan case_versions case_connect case_download case_upload case_serve \
		case_visible case_unload
fi

title case_prompt "the guest's prompt (Ctrl-] leaves and switches off)"
case_prompt()
{
	local saved

	emit ""
	emit "You are in the guest.  Try: pvcalls-run curl http://192.0.2.1/hello.txt"
	saved=$(stty -F "$RESULT" -g)
	stty -F "$RESULT" raw -echo
	# shellcheck disable=SC2094 # a terminal
	xenconsole "$(guest_domid guest)" --type pv <"$RESULT" >"$RESULT" 2>&1 || true
	stty -F "$RESULT" "$saved"
	emit ""
}
