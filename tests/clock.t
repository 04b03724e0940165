#!/bin/sh
# SPDX-License-Identifier: ISC
# The clock jumps, ten years back and ahead, an hour, beyond 2038, to 1970, and
# for most of a day by two months, while a primary is dead: nothing is bounced
# before its time, nor waits for more than three hours, and is bounced once when
# its time is really over.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

year=31557600
new_instance
add_domain example.com "[127.0.0.1]:$(free_port)"
start_primary
add_domain example.org "[127.0.0.1]:$primary_port"
setting delay_notice 0
send a@example.org b@example.com >/dev/null
began=$(date +%s)

# run_at SECONDS: a run when so many have passed since the beginning, by a clock
# that stands where they say
run_at() {
	offset=$(($1 - ($(date +%s) - began)))
	[ "$offset" -ge 0 ] && offset=+$offset
	"$tests/peers/clock.sh" "${offset}s" "$build/bin/mxrun" -v -f "$conf" \
	    2>>"$scratch/log"
}
# waits_at SECONDS: how long from then until the next attempt
waits_at() {
	echo $(($(health next_attempt) - began - $1))
}
bounces() {
	grep -c '^bounced ' "$scratch/log"
}
# jump NAME SECONDS: there, an instant and three hours behind it, and back
jump() {
	run_at "$2"
	first=$(waits_at "$2")
	[ "$first" -gt 0 ] && [ "$first" -le 10810 ]
	ok $? "$1: the next attempt is not far ($first s)"
	run_at $(($2 + 1))
	is "$(bounces):$(count_queued)" 0:1 "$1: nothing is bounced"
	run_at "$now"
	back=$(waits_at "$now")
	[ "$back" -gt 0 ] && [ "$back" -le 10810 ]
	ok $? "and back: nor then ($back s)"
	now=$((now + 3600))
	run_at "$now"
	is "$(bounces):$(count_queued)" 0:1 'nor is anything bounced'
}

now=0
run_at $now
jump 'ten years back' $((-10 * year))
jump 'ten years ahead' $((10 * year))
jump 'an hour back' $((now - 3600))
jump 'an hour ahead' $((now + 3600))
jump 'beyond 2038' $((2147483648 - began + 60))
jump '1970' $((60 - began))
for hour in 0 3 6 9 12 15 18 21; do
	run_at $((60 * 86400 + hour * 3600))
done
is "$(bounces):$(count_queued)" 0:1 'two months ahead for 21 hours: nor then'

run_at $((30 * 86400))
is "$(bounces)" 0 'after thirty days it waits'
for hour in 742 743 744 745 746 747 748 749; do
	run_at $((hour * 3600))
	[ "$(bounces)" -eq 0 ] || break
done
is "$(bounces)" 1 'after 31 it is bounced, whatever the clock said before'
[ "$hour" -ge 744 ] && [ "$hour" -le 747 ]
ok $? "in time ($hour hours)"
run_at $((40 * 86400))
is "$(bounces):$(count_queued)" 1:0 'once'
is "$(cat "$scratch"/mx/message.* | grep -c '^Status: 4.4.7')" 1 \
    'and its sender is told'

done_testing
