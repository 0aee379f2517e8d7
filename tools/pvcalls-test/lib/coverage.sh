# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# How much of drivers/xen/ the KUnit suites ran: what gcov counted in the
# kernel, as a table and as an lcov report.

COVERAGE_RC=(--rc lcov_branch_coverage=1)
# Of the branches of these files, at least so many in a hundred.
COVERAGE_PURE='flexring/index.c pvcalls-back/request.c pvcalls-back/policy.c
	pvcalls-back/limits.c pvcalls-back/options.c pvcalls-front/reqtab.c
	pvcalls-front/addr.c'
COVERAGE_LEAST=95

# The counts next to the graphs that the compiler left, as lcov wants them.
coverage_collect()
{
	local counts=$RUN/gcov file graph

	mkdir -p "$counts"
	sed -n '/^@gcov$/,/^@end$/p' "$RUN/result.log" | grep -v '^@' |
		base64 -d | tar -xz -C "$counts"
	find "$counts" -name '*.gcda' | while read -r file; do
		graph=${file#"$counts"}
		cp "${graph%.gcda}.gcno" "${file%.gcda}.gcno"
	done
	lcov -q "${COVERAGE_RC[@]}" -c -d "$counts" -o "$RUN/all.info"
	lcov -q "${COVERAGE_RC[@]}" -e "$RUN/all.info" "$MODULES_DIR/drivers/xen/*" \
		-o "$RUN/coverage.info"
	rm -rf "$CACHE/coverage"
	genhtml -q "${COVERAGE_RC[@]}" -p "$MODULES_DIR" -o "$CACHE/coverage" \
		"$RUN/coverage.info"
}

# FILE LINES-HIT LINES BRANCHES-HIT BRANCHES
coverage_files()
{
	awk -F: -v root="$MODULES_DIR/drivers/xen/" '
		$1 == "SF" { file = substr($2, length(root) + 1) }
		$1 == "LF" || $1 == "LH" || $1 == "BRF" || $1 == "BRH" { n[$1] = $2 }
		/^end_of_record/ {
			print file, n["LH"] + 0, n["LF"] + 0, n["BRH"] + 0, n["BRF"] + 0
			delete n
		}' "$RUN/coverage.info" | sort
}

coverage_percent()
{
	[ "$2" != 0 ] || { echo 100; return; }
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%d", 100 * a / b }'
}

coverage_report()
{
	local file lh lf bh bf percent pure

	progress "coverage" "$CACHE/logs/coverage.log" coverage_collect
	printf '%-28s %15s %17s\n' 'of drivers/xen/' lines branches
	while read -r file lh lf bh bf; do
		printf '%-28s %4d/%4d %3d %% %5d/%5d %3d %%\n' "$file" \
			"$lh" "$lf" "$(coverage_percent "$lh" "$lf")" \
			"$bh" "$bf" "$(coverage_percent "$bh" "$bf")"
	done < <(coverage_files)
	for pure in $COVERAGE_PURE; do
		read -r file lh lf bh bf < <(coverage_files | grep "^$pure ") || bf=
		percent=$([ -z "$bf" ] || coverage_percent "$bh" "$bf")
		if [ "${percent:-0}" -ge "$COVERAGE_LEAST" ]; then
			count_pass "$pure: $percent % of its branches"
		else
			count_fail "$pure: ${percent:-0} % of its branches, not $COVERAGE_LEAST"
		fi
	done
	note "the lcov report: $CACHE/coverage/index.html"
}
