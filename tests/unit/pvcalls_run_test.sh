#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The command pvcalls-run, with its real library: pvcalls_run_test.sh COMMAND
#
# No kernel in sight is expected to have protocol 259, so that what is checked
# here does not depend on whether PV Calls is loaded.
# shellcheck disable=SC2016

run=$1
here=$(dirname "$run")
library=$(readlink -f "$here")/libpvcalls-preload.so
number=0
failed=0
unset LD_PRELOAD PVCALLS_LIB PVCALLS_PROTOCOL PVCALLS_STRICT PVCALLS_DEBUG

# check NAME STATUS PATTERN COMMAND...: its status, and its output (both
# streams in one line) as a shell pattern.
check()
{
	name=$1 status=$2 pattern=$3
	shift 3
	number=$((number + 1))
	output=$("$@" 2>&1)
	got=$?
	output=$(printf '%s' "$output" | tr '\n' ' ')
	# The pattern is one on purpose.
	# shellcheck disable=SC2254
	case $got:$output in
	$status:$pattern)
		printf 'ok %d pvcalls_run.%s\n' "$number" "$name" ;;
	*)
		failed=$((failed + 1))
		printf '# expected %s:%s\n# got %s:%s\n' \
			"$status" "$pattern" "$got" "$output"
		printf 'not ok %d pvcalls_run.%s\n' "$number" "$name" ;;
	esac
}

# A program that makes one TCP socket and fails if it can not.
cat >"$here/tcp-probe.c" <<'EOF'
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
	if (socket(AF_INET, SOCK_STREAM, 0) < 0) {
		puts("no socket");
		return 3;
	}
	puts("a socket");
	return 0;
}
EOF
${CC:-cc} -o "$here/tcp-probe" "$here/tcp-probe.c" || exit 1
probe=$here/tcp-probe

echo 1..15
check status_is_the_programs 7 '' \
	"$run" sh -c 'exit 7'
check arguments_are_the_programs 0 'a  b|-s|' \
	"$run" sh -c 'printf "%s|" "$@"' sh 'a  b' -s
check library_is_preloaded 0 "$library " \
	"$run" sh -c 'echo "$LD_PRELOAD "'
check library_is_added_to_others 0 "$library:$library " \
	env LD_PRELOAD="$library" "$run" sh -c 'echo "$LD_PRELOAD "'
check library_is_found_through_a_link 0 "$library" \
	sh -c 'ln -sf "$1" "$2/link" && "$2/link" sh -c "echo \$LD_PRELOAD"' \
	sh "$(readlink -f "$run")" "$here"
check library_that_is_missing_fails 125 'pvcalls-run: PVCALLS_LIB *' \
	env PVCALLS_LIB=/nonexistent "$run" true
check unknown_protocol_falls_back 0 'a socket' \
	"$run" -p 259 "$probe"
check unknown_protocol_fails_if_strict 3 'no socket' \
	"$run" -s -p 259 "$probe"
check debug_tells_of_the_rewrite 0 \
	'pvcalls-run: socket(AF_INET, SOCK_STREAM, 0): protocol 259: errno *, native socket a socket' \
	"$run" -d -p 259 "$probe"
check program_that_is_missing 127 '*not found*' \
	"$run" /nonexistent/program
check program_that_is_no_program 126 '*' \
	"$run" /etc/passwd
check no_program_is_bad_usage 125 'pvcalls-run: no program given usage: *' \
	"$run" -s
check bad_option_is_bad_usage 125 'pvcalls-run: there is no option -x usage: *' \
	"$run" -x true
check bad_number_is_bad_usage 125 'pvcalls-run: *usage: *' \
	"$run" -p 263 true
check help_goes_to_standard_output 0 'usage: pvcalls-run *' \
	sh -c '"$1" -h 2>/dev/null' sh "$run"

rm -f "$here/link"
echo "$((number - failed)) passed, $failed failed"
[ "$failed" = 0 ]
