#!/bin/sh
# SPDX-License-Identifier: ISC
# Unit tests under valgrind(1): octets used before they are set, behind the end
# of what was allocated, or never freed.
#
#	O=obj tests/valgrind.sh [NAME ...]
#
# A test that has to be killed by seccomp(2), which valgrind can not be under
# (confine), one that runs for hours there (frame), and one that puts calls in
# the place of libc's (spoolfaults) are for AddressSanitizer alone.
cd "$(dirname "$0")/.." || exit 1
# shellcheck disable=SC2046 # a name each
[ $# -gt 0 ] || set -- $(find tests/unit -name '*.c' -exec basename {} .c \; |
    grep -vx 'confine\|frame\|spoolfaults' | sort)
for name; do
	set -- "$@" "${O:=obj}/tests/unit/$name"
	shift
done
exec prove --timer --exec 'valgrind -q --error-exitcode=99 --leak-check=full
    --errors-for-leak-kinds=definite --child-silent-after-fork=yes' "$@"
