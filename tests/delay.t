#!/bin/sh
# SPDX-License-Identifier: ISC
# Senders are told that their mail waits: at 4 hours, a day, a week, once each.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

run_at() {
	"$tests/peers/clock.sh" "$1" "$build/bin/mxrun" -v -f "$conf" \
	    2>"$scratch/log"
}
new_instance
start_primary
add_domain example.com "[127.0.0.1]:$(free_port)"
add_domain example.org "[127.0.0.1]:$primary_port"
put() {
	printf 'Subject: test\r\n\r\nbody\r\n' |
	    "$build/tests/tools/mkspool" -r b@example.com "$@" "$spool" \
	    example.com >/dev/null
}

send a@example.org b@example.com >/dev/null
send 'a@example.org' 'b@example.com NOTIFY=FAILURE' >/dev/null
send 'a@example.org' 'b@example.com NOTIFY=NEVER' >/dev/null
send '' b@example.com >/dev/null
put -f a@example.org -v spf=fail:example.org
run_at +3h
is "$(logged delayed)" 0 'three hours: nobody is told'
run_at +5h
is "$(logged delayed)" 1 'four: who did not ask for failures only'
run_at +5h
is "$(count_taken)" 1 'it is delivered'
run_at +8h
is "$(logged delayed)" 0 'once'
report=$(cat "$scratch/mx/message.1")
like "$report" '^Subject: Your message is delayed' 'what it says'
like "$report" '^Action: delayed' 'Action: delayed'
like "$report" '^Status: 4\.' 'a status of class 4'
like "$report" '^    451 .*connect to 127\.0\.0\.1.*refused' 'the reason'
like "$report" '^Will-Retry-Until: ' 'and until when it is tried'
is "$(printf '%s\n' "$report" | grep -c '^body')" 0 'without the body'
run_at +26h
is "$(logged delayed)" 1 'a day: again'
rm "$scratch"/state.db*
run_at +30h
is "$(logged delayed)" 0 'the journal knows, without state.db too'
run_at +200h
is "$(logged delayed)" 1 'a week: for the last time'
run_at +300h
is "$(logged delayed)" 0 'no more'
like "$(mxq show "$(basename "$(queued example.com | head -n 1)")")" \
    'history.*delayed' 'mxq shows them'

# asked for, or not wanted by the domain
new_instance
add_domain example.com "[127.0.0.1]:$(free_port)"
add_domain example.org "[127.0.0.1]:$primary_port"
send a@example.org 'b@example.com NOTIFY=DELAY' >/dev/null
run_at +5h
is "$(logged delayed)" 1 'NOTIFY=DELAY'
setting delay_notice 0 example.com
run_at +30h
is "$(logged delayed)" 0 'delay_notice 0: none'

done_testing
