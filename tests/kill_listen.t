#!/bin/sh
# SPDX-License-Identifier: ISC
# SIGKILL at the system calls of an mxrecv that listens, and of its children:
# what a client heard acknowledged is there, once and whole.
# shellcheck source=tests/kill.sh
. "$(dirname "$0")/kill.sh"
stride=${KILL_STRIDE:-3}

new_instance
add_domain b.test
verdict pregreet off
port=$(free_port)
before= # what another says, in a connection before
between=18 # parent and scribe make calls as well

pour() {
	"$tests/peers/pour.py" "$port" "$1" "$traced" 2>>"$scratch/log"
}
# by_socket N: all of them are killed, or the client is done and they are
# asked to end
by_socket() {
	"$ksyscall" -l -f -s "$spool" -t 60 "$1" "$build/bin/mxrecv" \
	    -f "$conf" -l "127.0.0.1:$port" 2>>"$scratch/log" &
	traced=$!
	: >"$scratch/out"
	if [ -z "$before" ] || pour "$before" >/dev/null; then
		pour "$scratch/dialogue" >"$scratch/out"
	fi
	pkill -TERM -P "$traced"
	wait "$traced"
}
# receive LINES RECIPIENTS
receive() {
	dialogue "$1" "$2" b.test
	receiving 1 "$stride" "$1 lines, $2 recipient(s), mxrecv -l" by_socket
}

receive $((64 * kilobyte)) 1

# the same in a child that has served another
echo 'child_connections 5' >>"$conf"
before=$scratch/before
printf '%s\r\n' 'EHLO other.test' 'MAIL FROM:<o@other.test>' QUIT >"$before"
stride=$((stride * 5))
receive $kilobyte 1
stride=$((stride / 5))

if [ -n "${KILL_FULL-}" ]; then
	receive $kilobyte 1
	receive $kilobyte 50
	receive $((64 * kilobyte)) 50
	between=40 # while a large one is synced they make more
	receive $((5120 * kilobyte)) 1
	receive $((5120 * kilobyte)) 50
fi

done_testing
