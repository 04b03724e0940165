#!/bin/sh
# SPDX-License-Identifier: ISC
# The header test over a corpus: what the world writes is taken, what is broken
# is deferred with the field's name.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

new_instance
add_domain example.com
verdict header defer

# corpus WHAT: each message of it is a line of TAP, which counts as one test
corpus() {
	"$tests/corpus/corpus.py" "$1" -- "$build/bin/mxrecv" -f "$conf" \
	    >"$scratch/said" 2>"$scratch/log"
	status=$?
	grep '^not ok\|^#' "$scratch/said" | sed 's/^/# /'
	ok $status "${1##*/}: $(sed -n 's/^1\.\.//p' "$scratch/said") messages"
}
corpus "$tests/corpus/good.txt"
corpus shapes
corpus "$tests/corpus/bad.txt"
done_testing
