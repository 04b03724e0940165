#!/bin/sh
# SPDX-License-Identifier: ISC
# The primary that returns: who goes first, how many at once, and what a half
# repaired one may not do.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# fresh RULE=REPLY…: an instance whose example.com has a scripted primary
fresh() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	new_instance
	start_primary "$@"
	add_domain example.com "[127.0.0.1]:$primary_port"
	add_domain example.org "[127.0.0.1]:$primary_port"
	: >"$scratch/log"
}
run() {
	mxrun -v "$@" 2>"$scratch/log"
}
# put N RCPT [FROM]: messages that wait
put() {
	printf 'Subject: %s\r\n\r\ntext\r\n' "$2" |
	    "$build/tests/tools/mkspool" -n "$1" -f "${3-a@example.org}" \
	    -r "$2" "$spool" example.com >/dev/null
}
# was_down: as if it had been for an hour, and its time has come
was_down() {
	run # makes state.db
	state "REPLACE INTO primary_mx VALUES('example.com', 2,
	    unixepoch() - 3600, unixepoch() - 3600, 9, unixepoch() - 900,
	    unixepoch() - 1, 0, 'mx.test', 'gone', 0, '', 0)" \
	    'DELETE FROM walk'
}
first_rcpt() {
	grep '^RCPT' "$scratch/mx/log" | head -n 1
}

# ---- how many at once
FAKEMX_AT_ONCE=100
export FAKEMX_AT_ONCE
fresh
put 400 b@example.com
run
is "$(count_taken)" 400 'many are delivered'
most=$(cat "$scratch/mx/most")
[ "$most" -gt 4 ] && [ "$most" -le 20 ]
ok $? "over several connections, no more than the setting says ($most)"
is "$(count_queued)" 0 'and nothing is left'
is "$(cat "$scratch"/mx/message.* | grep -c '^text')" 400 'as they were'

fresh
setting connections 2 example.com
put $((100 * slow)) b@example.com # until the second is there
run
is "$(count_taken):$(cat "$scratch/mx/most")" $((100 * slow)):2 \
    'or than the setting of its own'

FAKEMX_AT_ONCE=2
fresh
put 200 b@example.com
run
is "$(count_taken)" 200 'a primary that lets in two at once gets all'
is "$(logged primary-down)" 0 'and is not down for that'

FAKEMX_AT_ONCE=0
fresh
put 60 b@example.com
run
is "$(count_taken)" 60 'so does one that serves one after another'
is "$(logged primary-down)" 0 'which keeps the second waiting'

FAKEMX_AT_ONCE=20
fresh 'EHLO=250-mx.test|250-PIPELINING|250 LIMITS MAILMAX=3'
setting connections 1 example.com
put 30 b@example.com
run
is "$(count_taken)" 30 'MAILMAX=3: thirty'
is "$(awk '/^EHLO/ { n = 0 } /^MAIL/ { if (++n > 3) print }' \
    "$scratch/mx/log" | wc -l)" 0 'three a session'
is "$(logged primary-down)" 0 'and no session is lost by that'

fresh "MAIL=$(seq 30 | sed 's/.*/250 2.1.0 ok/' | paste -sd ';');421 4.7.0 slow down;250 2.1.0 ok"
put 200 b@example.com
run
run
[ "$(count_taken)" -ge 199 ]
ok $? "one 421 does not stop a drain ($(count_taken))"

# ---- the order
fresh
{
	printf 'Subject: large\r\n\r\n'
	seq 300000
} >"$scratch/large"
"$build/tests/tools/mkspool" -r large@example.com "$spool" example.com \
    <"$scratch/large" >/dev/null
"$build/tests/tools/mkspool" -r large@example.com "$spool" example.com \
    <"$scratch/large" >/dev/null
put 2 b@example.com
FAKEMX_AT_ONCE=0
run
is "$(grep '^RCPT' "$scratch/mx/log" | tail -n 2 | sort -u)" \
    'RCPT TO:<large@example.com>' 'large ones come last'

fresh
was_down
put 1 stranger@example.com
put 1 known@example.com
state "INSERT INTO address VALUES('r', 'known@example.com', 1, 1, 1, 0, '', 1)"
run
is "$(first_rcpt)" 'RCPT TO:<known@example.com>' \
    'the canary is for one who is known'
is "$(count_taken)" 2 'the others follow'
is "$(health)" 1 'and the primary is UP'

fresh
put 1 a1@example.com
put 1 a2@example.com
setting rate 60 example.com
before=$(date +%s)
run
is "$(count_taken)" 2 'so many a minute'
[ $(($(date +%s) - before)) -ge 1 ]
ok $? 'take their time'

# ---- half repaired
fresh 'RCPT:known@example.com=550 5.1.1 who' 'RCPT:x@example.com=550 5.1.1 no'
put 1 known@example.com
run
is "$(count_queued)" 1 'nobody has heard of the recipient: a bounce'
run
fresh 'RCPT:known@example.com=250 2.1.5 yes;550 5.1.1 who'
put 1 known@example.com
run
put 1 known@example.com
run
is "$(logged primary-doubtful)" 1 'one who was taken before is refused: alarm'
is "$(count_queued):$(logged bounced)" 1:0 'nothing is bounced'
like "$(mxq show "$(basename "$(queued example.com)")")" 'try.*550 5.1.1 who' \
    'it was a try'
like "$(mxq stats)" 'refused: <known@example.com>, who was taken before' \
    'mxq stats tells'
put 1 new@example.com
run example.com
is "$(count_queued):$(count_taken)" 1:2 'who is taken is taken'
mxq bounce "$(basename "$(queued example.com)")" >/dev/null 2>&1
run
is "$(logged bounced)" 1 'mxq bounce bounces it'

fresh 'RCPT:known@example.com=250 2.1.5 yes;550 5.1.1 who'
put 1 known@example.com
run
put 1 known@example.com
run
state "UPDATE primary_mx SET doubt = doubt - 86401"
run example.com
is "$(logged bounced)" 1 'after a day it is believed'

fresh 'RCPT=550 5.7.1 relaying denied'
was_down
put 40 b@example.com
run
is "$(count_taken):$(logged bounced)" 0:0 'all are refused: none is bounced'
is "$(logged primary-doubtful)" 1 'but the alarm is raised'
is "$(find "$spool/queue/example.com" -type f | wc -l)" 40 'all are here'
is "$(health)" 4 'and it is not UP'
stop "$primary_pid"
start_primary
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
run example.com
is "$(count_taken)" 40 'it is repaired: all are delivered'
is "$(logged primary-believed)" 1 'and it is believed again'
is "$(health)" 1 'and UP'

fresh 'RCPT:x@example.com=550 5.1.1 no'
was_down
put 1 x@example.com
put 30 b@example.com
run
is "$(count_taken):$(logged bounced)" 30:0 'one of many is refused'
run
is "$(logged bounced)" 1 'and bounced once the others were seen'

fresh 'RCPT:x@example.com=550 5.1.1 no'
was_down
state 'UPDATE primary_mx SET state = 3, failures = 1'
put 1 x@example.com
run
is "$(logged primary-doubtful):$(logged bounced)" 0:1 \
    'one that only stumbled is believed at once'

fresh 'DATAEND=554 5.3.0 can not write'
was_down
put 40 b@example.com
run
is "$(logged bounced):$(logged primary-doubtful)" 0:1 \
    'one that refuses what it is sent'

# ---- who finds out that it is back
fresh
verdict recipient defer
put 1 b@example.com
stop "$primary_pid"
run
run example.com
state 'UPDATE primary_mx SET state = 2, next_ask = 0'
FAKEMX_LISTEN=127.0.0.1:$primary_port
export FAKEMX_LISTEN
start_primary
unset FAKEMX_LISTEN
sleep 3 # or the directory is too new for the walk to be remembered
run
is "$(count_taken)" 0 'its next attempt is not due'
send a@example.org c@example.com >/dev/null
is "$(health)" 4 'a callout finds that it is RETURNING'
run
is "$(count_taken)" 2 'and the next run drains it'

# ---- it goes in the midst of it
fresh 'DATAEND=250 2.0.0 taken;250 2.0.0 taken;!drop'
put 30 b@example.com
run
is "$(logged primary-down)" 1 'two sessions lost: it is down'
is "$(find "$spool/queue/example.com" -type f | wc -l)" 28 \
    'what it did not confirm is here'
# those that were under way come to their end; how many, is chance
is "$(logged primary-up)" 1 'and a session that was still being opened is no news'

# ---- it falls silent in the midst of it, and mx-send waits for ever: mxrun's
# clock goes 600 times as fast, or as mx-send can follow
fresh 'DATAEND=250 2.0.0 taken;250 2.0.0 taken;!hang'
put 30 b@example.com
before=$(date +%s)
"$tests/peers/clock.sh" "+0 x$((600 / slow))" \
    "$build/bin/mxrun" -v -f "$conf" 2>"$scratch/log"
took=$(($(date +%s) - before))
is "$(logged primary-down)" 1 'one that says nothing any more is down'
[ "$(find "$spool/queue/example.com" -type f | wc -l)" -eq 28 ]
ok $? 'what it did not confirm is here, too'
[ "$took" -le $((60 * slow)) ]
ok $? "in bounded time ($took s of $((60 * slow)))"

done_testing
