#!/bin/sh
# SPDX-License-Identifier: ISC
# Every linter over every file it is for; says all it finds, then fails.

cd "$(dirname "$0")/.." || exit 1
tests/deps.sh lint || exit 1
failed=0
make -s obj/gen/state_sql.h || exit 1

run() {
	echo "lint: $1"
	shift
	"$@" || failed=1
}

sources=$(git ls-files '*.c' '*.h')
scripts="$(git ls-files '*.sh' '*.t') .ci/run"

# shellcheck disable=SC2086 # lists of words
{
	run clang-format clang-format --dry-run -Werror $sources
	run cppcheck cppcheck --quiet --error-exitcode=1 --std=c11 \
	    --enable=warning,performance,portability --inline-suppr \
	    --suppress=varFuncNullUB --suppress=missingIncludeSystem \
	    -D_GNU_SOURCE -Iobj/gen -Ilibexec/libmx -Ilibexec/libmxdb bin libexec
	# functions of lib.sh take arguments or none, and wait_for calls by name
	run shellcheck shellcheck -x -P tests -e SC2119,SC2120,SC2317 $scripts
	run mandoc mandoc -Tlint -Wwarning man/*
}

# what no code of ours may call (STYLE)
run words sh -c '! git grep -nE \
    "\\<(strcpy|strcat|v?sprintf|strncpy|strtok|atoi|gets|s?scanf|system|popen|exec[lv]p)\(" \
    -- "bin/*.c" "libexec/*.c"'
exit $failed
