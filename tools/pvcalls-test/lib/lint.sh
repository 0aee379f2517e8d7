# shellcheck shell=bash disable=SC2153 # shared with other files
# SPDX-License-Identifier: GPL-2.0
# Static checks of everything that git knows of, or would with `git add`.

LINT_TARBALL=/usr/src/linux-source-6.1.tar.xz
LINT_SCRIPTS=(checkpatch.pl spelling.txt const_structs.checkpatch kernel-doc)

deps_lint()
{
	deps_build
	deps_install git perl xz-utils linux-source-6.1 sparse shellcheck \
		codespell cppcheck libxen-dev python3-docutils
}

lint_unpack()
{
	local tmp=$LINT_KERNEL.new

	rm -rf "$tmp"
	mkdir -p "$tmp"
	# With --occurrence, tar stops at the last of them.
	tar -xJf "$LINT_TARBALL" -C "$tmp" --strip-components=2 --occurrence=1 \
		"${LINT_SCRIPTS[@]/#/linux-source-6.1/scripts/}"
	mv "$tmp" "$LINT_KERNEL"
}

# The kernel's own checkers; sets LINT_KERNEL.
lint_kernel()
{
	local version

	version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
	LINT_KERNEL=$CACHE/lint/$version
	[ -d "$LINT_KERNEL" ] ||
		progress "checkpatch and kernel-doc of linux-source-6.1 $version" \
		"$CACHE/logs/lint-unpack.log" lint_unpack
}

# Whoever owns the checkout: with sudo it is somebody else's.
lint_git()
{
	git -c safe.directory="$ROOT" -C "$ROOT" "$@"
}

lint_is_script()
{
	local line=

	case $1 in
	*.sh)	return 0 ;;
	esac
	IFS= read -r line <"$1" 2>/dev/null || :
	[[ $line =~ ^#!.*[/\ ](ba|da)?sh( |$) ]]
}

# Sets LINT_FILES, and LINT_C, LINT_PROGRAMS and LINT_SHELL, parts of it.
lint_files()
{
	local file

	LINT_FILES=()
	LINT_C=()
	LINT_PROGRAMS=()
	LINT_SHELL=()
	lint_git rev-parse >/dev/null || die "$ROOT is no git repository"
	while IFS= read -r -d '' file; do
		# One that was removed, but not from the index, is no file.
		[ -f "$file" ] || continue
		LINT_FILES+=("$file")
		case $file in
		*.[ch])	LINT_C+=("$file") ;;
		*)	! lint_is_script "$file" || LINT_SHELL+=("$file") ;;
		esac
		case $file in
		*front_shim.c)	;; # a module
		tools/*.c|tests/unit/*.c|tests/fuzz/*.c)
			LINT_PROGRAMS+=("$file") ;;
		esac
	done < <(lint_git ls-files -z --cached --others --exclude-standard)
}

# lint_case NAME WHAT COMMAND...: one that says nothing and succeeds, passes.
lint_case()
{
	local log=$CACHE/logs/lint-$1.log what="$1: $2" st=0
	shift 2

	("$@") >"$log" 2>&1 </dev/null || st=$?
	if [ "$st" = 0 ] && [ ! -s "$log" ]; then
		count_pass "$what"
		return
	fi
	count_fail "$what"
	[ -s "$log" ] || printf '     status %d\n' "$st"
	head -n 100 "$log" | sed 's/^/     | /'
	printf '     all of it: %s\n' "$log"
}

# Drop the lines of standard input that LIST allows, and name those lines of
# LIST which allow nothing.
lint_allow()
{
	local list=$1 said pattern patterns

	said=$(cat)
	patterns=$(grep -v -e '^#' -e '^$' "$list")
	grep -v -E -e "$patterns" <<<"$said" | grep . || :
	while IFS= read -r pattern; do
		grep -q -E -e "$pattern" <<<"$said" ||
			printf '%s: allows what nobody says: %s\n' "${list#"$ROOT/"}" \
				"$pattern"
	done <<<"$patterns"
}

# In the copy, since checkpatch leaves a file in the directory where it runs.
lint_checkpatch()
{
	cd "$LINT_DIR" || return
	# Its status says that there is something, allowed or not.
	{ perl "$LINT_KERNEL/checkpatch.pl" --strict --no-tree --root="$PWD" \
		--terse --show-types --no-summary -f "${LINT_C[@]}" 2>&1 || :; } |
		lint_allow "$LAB/lint/checkpatch"
}

lint_kernel_doc()
{
	perl "$LINT_KERNEL/kernel-doc" -none "${LINT_C[@]}"
}

# The modules and the suites from new objects, by Debian's headers.  Its kernel
# has no KUnit: modpost misses symbols, which is not what is tested here.
lint_make()
{
	make -j"$(nproc)" -C "/lib/modules/$KVER/build" M="$LINT_DIR" \
		CONFIG_KUNIT=m KBUILD_MODPOST_WARN=1 W=1 "$@" modules
}

# What LOG says of our files.
lint_ours()
{
	! grep -E "^$LINT_DIR/[^ ]*:[0-9]+:.*(warning|error):" "$1"
}

# The log of a make that fails goes on, the findings in it come first.
lint_built()
{
	local log=$CACHE/logs/$1.log st=0
	shift

	lint_make "$@" >"$log" 2>&1 || st=$?
	if [ "$st" != 0 ]; then
		lint_ours "$log" || :
		tail -n 20 "$log"
		return 1
	fi
	lint_ours "$log"
}

lint_warnings()
{
	lint_built build-lint
}

# On the objects of lint_warnings: nothing is compiled again.
lint_sparse()
{
	local checked sources

	lint_built sparse C=2 CHECK=sparse CF=-D__CHECK_ENDIAN__ || return
	checked=$(grep -c '^  CHECK ' "$CACHE/logs/sparse.log")
	sources=$(find "$LINT_DIR/drivers" "$LINT_DIR/tests/kunit" -name '*.o' \
		-printf x | wc -c)
	[ "$checked" = "$sources" ] ||
		printf 'sparse saw %s of %s files\n' "$checked" "$sources"
}

# No variableScope: as in the kernel, declarations begin a function.
lint_cppcheck()
{
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
		--enable=warning,style,performance,portability \
		--suppress=variableScope -I tests/unit/include -I drivers/xen \
		-I include "${LINT_PROGRAMS[@]}"
}

lint_shellcheck()
{
	shellcheck -x "${LINT_SHELL[@]}"
}

# An sring is Xen's shared ring, and \(bu what roff calls a bullet.
lint_codespell()
{
	local file files=()

	for file in "${LINT_FILES[@]}"; do
		case $file in
		LICENSES/*)		;; # kept as they were published
		tests/fuzz/corpus/*)	;; # bytes
		*)			files+=("$file") ;;
		esac
	done
	codespell --ignore-words-list sring --ignore-regex '\\\(bu' "${files[@]}"
}

# A table that lost its end is a paragraph for docutils: look for its rule.
lint_rst()
{
	local file

	for file in "${LINT_FILES[@]}"; do
		[[ $file == *.rst ]] || continue
		rst2pseudoxml --strict "$file" /dev/null || return
		! grep -n '^==[= ]*=[^= ]' "$file" || return
	done
}

verb_lint()
{
	local c shell

	deps_lint
	lint_kernel
	KVER=$(debian_kver)
	LINT_DIR=$CACHE/build/lint
	mkdir -p "$CACHE/logs"
	cd "$ROOT" || die "there is no $ROOT"
	lint_files
	rm -rf "$LINT_DIR"
	sources_sync "$LINT_DIR"
	c="${#LINT_C[@]} files"
	shell="${#LINT_SHELL[@]} scripts"
	lint_case checkpatch "--strict, $c" lint_checkpatch
	lint_case kernel-doc "$c" lint_kernel_doc
	lint_case gcc "W=1, modules and suites for $KVER" lint_warnings
	lint_case sparse "with endian checks, the same" lint_sparse
	lint_case cppcheck "${#LINT_PROGRAMS[@]} files of programs" lint_cppcheck
	lint_case shellcheck "$shell" lint_shellcheck
	lint_case docutils "README.rst" lint_rst
	lint_case codespell "${#LINT_FILES[@]} files" lint_codespell
	finish
}
