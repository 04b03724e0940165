#!/bin/sh
# SPDX-License-Identifier: ISC
# SIGKILL at the system calls of receiving, before each and at its end: what was
# acknowledged is there, once and whole.
# shellcheck source=tests/kill.sh
. "$(dirname "$0")/kill.sh"
stride=${KILL_STRIDE:-6}

new_instance
add_domain b.test
add_domain c.test
verdict pregreet off

# from_pipe OPTION N
from_pipe() {
	"$ksyscall" -l -s "$spool" -t 60 "$1" "$2" \
	    "$build/bin/mxrecv" -f "$conf" <"$scratch/dialogue" \
	    >"$scratch/out" 2>>"$scratch/log"
}
# receive LINES RECIPIENTS OPTION DOMAIN…
receive() {
	how="$1 lines, $2 recipient(s), mxrecv $3"
	option=$3
	lines=$1
	to=$2
	shift 3
	dialogue "$lines" "$to" "$@"
	receiving $# "$stride" "$how, $# domain(s)" from_pipe "$option"
}

receive $((64 * kilobyte)) 1 -f b.test
receive $kilobyte 1 -x b.test
receive $kilobyte 1 -f b.test c.test
if [ -n "${KILL_FULL-}" ]; then
	for size in 1 64 5120; do
		for recipients in 1 50; do
			for option in -f -x; do
				receive $((size * kilobyte)) "$recipients" \
				    $option b.test
			done
		done
	done
	receive $((64 * kilobyte)) 50 -f b.test c.test
fi

done_testing
