#!/bin/sh
# SPDX-License-Identifier: ISC
# Forty days of a dead primary, by a clock under control: attempts at the
# published intervals, one bounce at day 31.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

new_instance
add_domain example.com "[127.0.0.1]:$(free_port)"
start_primary
add_domain example.org "[127.0.0.1]:$primary_port"
send a@example.org b@example.com >/dev/null

began=$(date +%s)
# run_at SECONDS-FROM-NOW
run_at() {
	offset=$(($1 - ($(date +%s) - began)))
	[ "$offset" -ge 0 ] && offset=+$offset
	"$tests/peers/clock.sh" "${offset}s" "$build/bin/mxrun" -v -f "$conf" \
	    2>>"$scratch/log"
}
next_attempt() {
	health "next_attempt - $began"
}
# every AGE: the published interval
every() {
	if [ "$1" -lt 14400 ]; then echo 900
	elif [ "$1" -lt 28800 ]; then echo 1800
	elif [ "$1" -lt 57600 ]; then echo 3600
	elif [ "$1" -lt 100800 ]; then echo 5400
	elif [ "$1" -lt 144000 ]; then echo 7200
	else echo 10800; fi
}

at=0 attempts=0 wrong='' bounced=''
while [ "$at" -lt $((40 * 86400)) ]; do
	run_at "$at"
	attempts=$((attempts + 1))
	[ -z "$bounced" ] && grep -q '^bounced ' "$scratch/log" && bounced=$at
	[ -n "$bounced" ] && break
	next=$(next_attempt)
	wait=$((next - at))
	want=$(every "$at")
	[ "$wait" -ge $((want * 9 / 10)) ] && [ "$wait" -le $((want * 11 / 10)) ] &&
	    [ "$wait" -le $((10800 + 10)) ] || wrong="$wrong $at:$wait"
	at=$((next + 1))
done
is "$wrong" '' 'every interval is the published one, give or take 10 %'
[ "$attempts" -ge 280 ] && [ "$attempts" -le 320 ]
ok $? "about 300 attempts ($attempts)"
[ "${bounced:-0}" -ge $((31 * 86400)) ] &&
    [ "${bounced:-0}" -le $((31 * 86400 + 3 * 3600)) ]
ok $? "it is bounced at day 31 ($((${bounced:-0} / 3600)) hours)"
run_at $((40 * 86400))
is "$(grep -c '^bounced ' "$scratch/log")" 1 'once'
is "$(cat "$scratch"/mx/message.* | grep -c '^Status: 4.4.7')" 1 \
    'which the sender gets, and with it why'
is "$(cat "$scratch"/mx/message.* | grep -c '^Action: delayed')" 3 \
    'and was told three times of the delay'
is "$(count_queued)" 0 'then nothing is left'

done_testing
