#!/bin/sh
# SPDX-License-Identifier: ISC
# Memory runs out once, at one allocation after another: nobody dies of it,
# nothing that was acknowledged is lost, and the client hears 4xx at worst.
# shellcheck source=tests/fail.sh
. "$(dirname "$0")/fail.sh"

step=${NOMEM_STEP:-97} # of the allocations, one in so many; the long form: 1
nomem=$build/tests/preload/nomem.so
[ -e "$nomem" ] || skip_all 'nomem.so is not built'
! grep -q __asan_init "$build/bin/mxrecv" ||
    skip_all 'a sanitizer has an allocator of its own'

# under COMMAND…: whether it asked for memory so often is whether $scratch/hit is
# there
under() {
	rm -f "$scratch/hit"
	env "LD_PRELOAD=$nomem" "NOMEM_AT=$n" "NOMEM_FILE=$scratch/hit" "$@"
}
# each FUNCTION
each() {
	wrong='' n=1
	while :; do
		trouble=$("$1")
		[ -z "$trouble" ] || wrong="$wrong
$n: $trouble"
		[ -e "$scratch/hit" ] || break
		n=$((n + step))
	done
}

set_up
policy "INSERT INTO dnsbl(zone) VALUES('list.test')"
policy "UPDATE policy SET verdict = 'log' WHERE test NOT IN
    ('helo', 'relay', 'size', 'pregreet')"
mxrecv </dev/null >/dev/null 2>&1 # makes state.db
each receive
is "$wrong" '' "mail comes in, one in $step of $n allocations fails"

put_ready
each deliver
is "$wrong" '' "mail goes out, one in $step of $n allocations fails"

done_testing
