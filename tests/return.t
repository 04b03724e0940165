#!/bin/sh
# SPDX-License-Identifier: ISC
# A real Postfix that is stopped and started again; then primaries that
# greylist and that are slow.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

[ "$(id -u)" -eq 0 ] || skip_all "Postfix's master wants root"
unpack_postfix || skip_all 'no Postfix package'
new_instance
postfix_settings='smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_recipient_restrictions = check_recipient_access inline:{no@example.com=REJECT}, permit_auth_destination, reject'
start_postfix example.com || skip_all 'Postfix does not start'
add_domain example.com "[127.0.0.1]:$postfix_port"

run() {
	mxrun -v "$@" 2>"$scratch/log"
}
put() {
	printf 'Subject: %s\r\n\r\ntext\r\n' "$1" |
	    "$build/tests/tools/mkspool" -n "$1" -r "${2-b@example.com}" \
	    "$spool" example.com >/dev/null
}
has_mail() {
	[ "$(arrived)" -eq "$1" ]
}

put 30
run
until_true 30 has_mail 30
ok $? 'Postfix takes thirty'
is "$(health)" 1 'and is UP'

stop "$master"
until_true 10 sh -c "! nc -z 127.0.0.1 $postfix_port 2>/dev/null"
put 60
run
is "$(health):$(find "$spool/queue/example.com" -type f | wc -l)" 3:60 \
    'it is stopped: SUSPECT, sixty wait'
state 'UPDATE primary_mx SET outage = outage - 120, since = since - 120'
run example.com
is "$(health)" 3 'two failures'
run example.com
is "$(health)" 2 'and a third, two minutes later: it is DOWN'

LD_LIBRARY_PATH=$postfix/usr/lib/postfix \
    "$postfix/usr/lib/postfix/sbin/master" -c "$home/etc" -d \
    >>"$home/log" 2>&1 &
will_stop $!
until_true 20 listens "$postfix_port"
state 'UPDATE primary_mx SET next_attempt = 0'
run
until_true 30 has_mail 90
ok $? 'it is started: all sixty are there, each once'
is "$(grep -c '^primary-up .*state=RETURNING' "$scratch/log")" 1 \
    'it was RETURNING'
is "$(health):$(count_queued)" 1:0 'and is UP'

# ---- while it is UP, its own answers are the client's
setting when_up relay example.com
verdict when_up defer
"$tests/peers/client.py" 127.0.0.3 a@example.org \
    no@example.com,b@example.com,c@example.com -- \
    "$build/bin/mxrecv" -f "$conf" >"$scratch/out" 2>"$scratch/log"
like "$(sed -n 1p "$scratch/out")" \
    '^554 5.7.1 <no@example.com>: Recipient address rejected' \
    'relay: one that Postfix refuses'
like "$(sed -n 4p "$scratch/out")" '^250 2.0.0 Ok: .*queued as' \
    'a message that it takes'
until_true 30 has_mail 92
ok $? 'for two'
is "$(count_queued)" 0 'nothing is kept here'
like "$(grep 'client=' "$mail_log" | tail -n 1)" '\[127.0.0.3\]' \
    'it knows whose message it is'
policy 'DELETE FROM domain_setting'

# ---- a primary that greylists
start_primary 'RCPT=450 4.2.0 greylisted;450 4.2.0 greylisted;250 2.1.5 ok'
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
put 2
run
is "$(count_taken):$(health)" 0:1 \
    'greylisted: they wait, and it is UP'
run example.com
is "$(count_taken)" 2 'then it takes them'

# ---- one that is slow
stop "$primary_pid"
start_primary 'MAIL=!slow 250 ok'
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
put 1
run
is "$(count_taken):$(health)" 1:1 \
    'slow is not down'

done_testing
