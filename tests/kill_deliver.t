#!/bin/sh
# SPDX-License-Identifier: ISC
# SIGKILL at the system calls of delivering and bouncing: what a primary did not
# take is not lost; nothing is sent twice but what it had taken already.
# shellcheck source=tests/kill.sh
. "$(dirname "$0")/kill.sh"
stride=${KILL_STRIDE:-13}

new_instance
add_domain b.test
add_domain a.test
verdict pregreet off

# mails: how many different ones the primary took
mails() {
	grep -aihm1 '^\(Subject: kill\|Message-ID:\)' \
	    "$scratch"/mx/message.* 2>/dev/null | sort -u | wc -l
}
# waiting LINES RECIPIENTS RULE…: a message waits, for a primary with these
# rules that took nothing yet
waiting() {
	dialogue "$1" "$2" b.test
	shift 2
	rm -rf "$spool" "$scratch/spool.ready"
	mxrecv <"$scratch/dialogue" >"$scratch/out" 2>>"$scratch/log"
	mv "$spool" "$scratch/spool.ready"
	start_primary "$@"
	policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
}
fresh() {
	rm -rf "$spool" "$scratch"/state.db* "$scratch"/mx/message.*
	cp -a "$scratch/spool.ready" "$spool"
}

# drain NAME: killed at each call in turn, and run again
drain() {
	n=1
	wrong=
	window=0
	while [ $n -le "$limit" ]; do
		fresh
		"$ksyscall" -l -f -s mx.conf -t 60 "$n" \
		    "$build/bin/mxrun" -f "$conf" b.test \
		    >>"$scratch/log" 2>&1
		status=$?
		[ $status -eq 137 ] || break
		mxrun b.test >>"$scratch/log" 2>&1
		# a bounce goes out in the walk after the one that made it
		[ "$(count_queued)" -eq 0 ] ||
		    mxrun a.test >>"$scratch/log" 2>&1
		copies=$(count_taken)
		[ "$copies" -le 1 ] || window=$((window + 1))
		[ "$copies" -ge 1 ] && [ "$copies" -le 2 ] &&
		    [ "$(count_queued)" -eq 0 ] && [ "$(mails)" -eq 1 ] ||
		    wrong="$wrong $n:$copies"
		n=$((n + stride))
	done
	is "$status" 0 "$1: killed up to call $n, each ${stride}th"
	is "$wrong" '' 'not lost, and one message only'
	# the primary keeps a message before it answers
	[ "$window" -le $((8 / stride + 1)) ]
	ok $? "sent twice where the primary had taken it: $window times"
	stop "$primary_pid"
}

waiting $((64 * kilobyte)) 1
drain '64 KB, 1 recipient, a delivery'
waiting $kilobyte 1 "RCPT:r1@b.test=550 5.1.1 nobody"
drain '1 KB, 1 recipient, a bounce'
if [ -n "${KILL_FULL-}" ]; then
	for size in 1 64 5120; do
		for recipients in 1 50; do
			waiting $((size * kilobyte)) "$recipients"
			drain "$size KB, $recipients recipient(s), a delivery"
		done
	done
	waiting $((5120 * kilobyte)) 1 "RCPT:r1@b.test=550 5.1.1 nobody"
	drain '5120 KB, 1 recipient, a bounce'
fi

done_testing
