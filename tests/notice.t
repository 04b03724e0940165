#!/bin/sh
# SPDX-License-Identifier: ISC
# Nobody is left in the dark: the contact of a domain whose primary goes and
# comes back.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

new_instance
start_primary
contact_port=$primary_port
contact=$scratch/contact
mv "$scratch/mx" "$contact"
"$tests/peers/fakemx.py" "$contact" &
will_stop $!
stop "$primary_pid"
until_true 10 sh -c "[ \"\$(cat '$contact/port')\" != $contact_port ]"
contact_port=$(cat "$contact/port")
down_port=$(free_port)
add_domain example.com "[127.0.0.1]:$down_port"
add_domain example.net "[127.0.0.1]:$contact_port"
setting contact owner@example.net example.com

run() {
	mxrun -v "$@" 2>"$scratch/log"
}
# ago SECONDS: all that has happened did so that much earlier
ago() {
	state "UPDATE primary_mx SET since = since - $1, outage = outage - $1,
	    last_attempt = last_attempt - $1, next_attempt = 0, next_ask = 0
	    WHERE domain = 'example.com'" \
	    "UPDATE notice SET at = at - $1"
}
last() {
	cat "$contact/message.$(count_taken "$contact")"
}

send a@example.org b@example.com >/dev/null
run
run example.com
run
is "$(count_taken "$contact")" 0 'a failure or two: nobody is troubled'
ago 900
run example.com
run
is "$(count_taken "$contact")" 1 'DOWN for 15 minutes: the contact is told'
like "$(last)" '^Subject: example.com: the primary mail server is down' \
    'in the words of the template'
like "$(last)" '1 messages, 1 KiB' 'how much waits'
like "$(last)" '^    .*refused' 'and why'
is "$(last | grep -c '[{}]')" 0 'every word is filled in'
like "$(grep '^MAIL' "$contact/log" | tail -n 1)" 'MAIL FROM:<>' \
    'from the null sender'
like "$(last)" '^Auto-Submitted: auto-generated' 'by a machine'
run
run
is "$(count_taken "$contact")" 1 'once'
ago 86400
run
run
like "$(last)" '^Subject: example.com: 1 messages wait' 'a day later, again'

FAKEMX_LISTEN=127.0.0.1:$down_port
export FAKEMX_LISTEN
start_primary
ago 1
run
run
run
is "$(count_taken "$contact")" 4 'it is back: two letters'
like "$(cat "$contact/message.3")" \
    '^Subject: example.com: the primary mail server is back' 'that it is'
like "$(last)" '^Subject: example.com: all that waited was handed over' \
    'and that all was delivered'
run
run
is "$(count_taken "$contact")" 4 'no more than that'

# a contact that can not be reached
stop "$primary_pid"
policy "UPDATE domain SET route = '[127.0.0.1]:9' WHERE name = 'example.net'"
send a@example.org b@example.com >/dev/null
run
state "UPDATE primary_mx SET state = 2, outage = unixepoch() - 1000,
    next_attempt = 0 WHERE domain = 'example.com'" 'DELETE FROM notice'
run
run
run
is "$(find "$spool/queue/example.net" -type f | wc -l)" 1 \
    'one letter waits, and makes no other'

# ---- what waits may not wait for ever, nor be any amount
run_at() {
	"$tests/peers/clock.sh" "$1" "$build/bin/mxrun" -v -f "$conf" \
	    2>"$scratch/log"
}
noticed() {
	sed -n 's/^notice .*notice=\([a-z]*\).*/\1/p' "$scratch/log" | paste -sd ' '
}
rm -rf "$spool" "$scratch"/state.db*
setting quota_messages 5 example.com
for _ in 1 2 3; do
	send a@example.org b@example.com >/dev/null
done
run
is "$(noticed)" '' 'three of five: no alarm'
send a@example.org b@example.com >/dev/null
run
is "$(noticed)" quota 'four of five: the contact is told'
run
is "$(noticed)" '' 'once a day'
policy "DELETE FROM domain_setting WHERE name = 'quota_messages'"
rm -rf "$scratch"/state.db*
run_at +27d
is "$(noticed)" '' 'four days are left'
rm -rf "$scratch"/state.db*
run_at +29d
is "$(noticed)" expiry 'two days before the first bounce it is told'

done_testing
