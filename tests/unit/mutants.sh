#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Show that a suite can fail: mutants.sh SOURCE LIST DIRECTORY BUILD...
#
# Every line of LIST is a sed expression that breaks SOURCE.  The broken copy
# is compiled by the command BUILD FILE -o PROGRAM, and the program has to fail.

source=$1 list=$2 dir=$3
shift 3
killed=0
survived=0

mkdir -p "$dir" || exit 2
# Without this a suite that always fails would look like a good one.
if ! "$@" "$source" -o "$dir/program" || ! "$dir/program" >"$dir/log"; then
	echo "the suite fails on $source itself"
	echo '0 passed, 1 failed'
	exit 1
fi
while IFS= read -r mutant; do
	case $mutant in '' | '#'*) continue ;; esac
	copy=$dir/${source##*/}
	sed -e "$mutant" "$source" >"$copy" || exit 2
	if cmp -s "$source" "$copy"; then
		why='changes nothing'
	elif ! "$@" "$copy" -o "$dir/program" >"$dir/log" 2>&1; then
		why='does not compile'
	elif timeout 20 "$dir/program" >"$dir/log" 2>&1; then
		why='survives'
	else
		killed=$((killed + 1))
		printf 'ok %s\n' "$mutant"
		continue
	fi
	survived=$((survived + 1))
	printf 'not ok %s # %s\n' "$mutant" "$why"
done <"$list"
echo "$killed passed, $survived failed"
[ "$survived" = 0 ] && [ "$killed" != 0 ]
