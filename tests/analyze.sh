#!/bin/sh
# SPDX-License-Identifier: ISC
# gcc -fanalyzer and clang-tidy (.clang-tidy) over the programs; says all that
# is found, then fails.
#
#	tests/analyze.sh [FILE ...]
cd "$(dirname "$0")/.." || exit 1
tests/deps.sh analyze || exit 1
make -s obj/gen/state_sql.h || exit 1
[ $# -gt 0 ] || {
	# shellcheck disable=SC2046 # a name each
	set -- $(git ls-files 'bin/*.c' 'libexec/*.c')
}
for name in CONF_DEFAULT LIBEXECDIR DATADIR; do
	echo "#define $name \"\""
done >obj/gen/analyze.h
flags='-std=c11 -D_GNU_SOURCE -DLIBBSD_OVERLAY -isystem /usr/include/bsd'
flags="$flags -Ilibexec/libmx -Ilibexec/libmxdb -Iobj/gen"
flags="$flags -include obj/gen/analyze.h"
found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT

# shellcheck disable=SC2086 # lists of words
{
	printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 \
	    gcc $flags -O2 -fanalyzer -c -o /dev/null
	printf '%s\n' "$@" | xargs -P "$(nproc)" -n 8 sh -c \
	    'clang-tidy --quiet "$@" -- '"$flags" clang-tidy
} >"$found" 2>&1
grep -v '^[0-9]* warnings\? generated\.$\|^Suppressed \|^Use -header-filter' \
    "$found"
! grep -q 'warning:\|error:' "$found"
