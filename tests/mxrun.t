#!/bin/sh
# SPDX-License-Identifier: ISC
# mxrun(8): what is tried when, what becomes of it, and that it happens once.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# fresh RULE=REPLY…: an instance whose example.com has a scripted primary
fresh() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	new_instance
	start_primary "$@"
	add_domain example.com "[127.0.0.1]:$primary_port"
	add_domain example.org "[127.0.0.1]:$primary_port"
	setting delay_notice 0
}

run() {
	mxrun -v "$@" 2>"$scratch/log"
}
# run_at SECONDS-FROM-NOW
run_at() {
	"$tests/peers/clock.sh" "$1" "$build/bin/mxrun" -v -f "$conf" \
	    2>"$scratch/log"
}
connections() {
	grep -c '^EHLO' "$scratch/mx/log"
}

# delivery
fresh
send a@example.org b@example.com one
send a@example.org c@example.com two
send a@example.org d@example.com three
run
is $? 0 'a run'
is "$(count_taken)" 3 'all is delivered'
is "$(count_queued)" 0 'nothing is left'
is "$(find "$spool/queue" -mindepth 1 | wc -l)" 0 'not even a directory'
is "$(connections)" 1 'in one session'
like "$(head -n 1 "$scratch/mx/message.1")" \
    '^Received: from client.example.org \(unknown \[127.0.0.1\]\)' \
    'with one Received field on top'
is "$(grep -c '^Received' "$scratch/mx/message.1")" 1 'and no other'
is "$(logged delivered)" 3 'one line for each in the log'
is "$(health)" 1 'the primary is UP'

# a primary that takes little at once
fresh 'EHLO=250-mx.test|250-PIPELINING|250 LIMITS MAILMAX=1 RCPTMAX=2'
converse <<'END'
< 220
> EHLO client.example.org
< 250
> MAIL FROM:<a@example.org>
< 250
repeat 5
> RCPT TO:<b{i}@example.com>
repeat 5
< 250
> DATA
< 354
> x
> .
< 250
> QUIT
< 221
END
send a@example.org b@example.com
run
is "$(logged delivered)" 6 'MAILMAX and RCPTMAX: all are delivered in one run'
is "$(connections)" 4 'in as many sessions as it takes'
is "$(logged primary-down)" 0 'and nobody calls the primary down'

# a primary that is down
fresh
send a@example.org b@example.com
send a@example.org c@example.com
stop "$primary_pid"
before=$(queued example.com | xargs stat -c '%n %y %s')
run
is $? 0 'a primary that is down is no error of ours'
is "$(logged primary-down)" 1 'one probe for the whole domain'
is "$(queued example.com | xargs stat -c '%n %y %s')" "$before" \
    'its messages are not touched'
next=$(($(health next_attempt) - $(date +%s)))
[ "$next" -ge 850 ] && [ "$next" -le 950 ]
ok $? "the next probe is in 15 minutes, give or take ($next)"
run
is "$(logged primary-down)" 0 'no other probe before that'
run example.com
is "$(logged primary-down)" 1 'but when it is named'
run_at +40s
is "$(logged primary-down)" 1 'and, as it is SUSPECT, by the next walk'
is "$(health)" 3 'three failures in a minute'
run_at +3m
is "$(health)" 2 'in three are DOWN'
run_at +5m
is "$(logged primary-down)" 0 'that is not tried with each walk'
run_at +20m
is "$(logged primary-down)" 1 'but when the time has come'
run_at +30h
next=$(($(health next_attempt) - $(date +%s) - 30 * 3600))
[ "$next" -ge 6600 ] && [ "$next" -le 7800 ]
ok $? "after 30 hours it is 2 hours ($next)"
run_at +400h
next=$(($(health next_attempt) - $(date +%s) - 400 * 3600))
[ "$next" -ge 10200 ] && [ "$next" -le 10800 ]
ok $? "later 3 hours, never more ($next)"
rm -f "$scratch"/state.db*
run
is "$(logged primary-down)" 1 'without state.db it is tried'
is "$(count_queued)" 2 'and nothing is lost'

# 4xx: the message waits
fresh 'RCPT:b@example.com=451 4.2.0 not now'
send a@example.org b@example.com
send a@example.org c@example.com
run
is "$(count_taken)" 1 'the others are delivered'
is "$(logged deferred)" 1 'a 4xx waits'
next=$(($(stat -c %Y "$(queued example.com)") - $(date +%s)))
[ "$next" -ge 850 ] && [ "$next" -le 950 ]
ok $? "for its next attempt ($next)"
run
is "$(logged deferred)" 0 'which is not now'
run_at +16m
is "$(logged deferred)" 1 'but then'
like "$(mxq show "$(basename "$(queued example.com)")")" '451 4.2.0 not now' \
    'mxq shows the reply'

# 5xx: a bounce
fresh 'RCPT:b@example.com=550 5.1.1 who is that'
send 'a@example.org RET=HDRS ENVID=q+2B1;+3D' \
    'b@example.com ORCPT=rfc822;bb@example.com' 'a secret'
run
run
is "$(logged delivered)" 1 'the DSN is delivered to the sender'
is "$(count_queued)" 0 'nothing is left'
dsn=$scratch/mx/message.1
like "$(grep '^MAIL' "$scratch/mx/log" | tail -n 1)" '^MAIL FROM:<>' \
    'from the null sender'
python3 - "$dsn" >"$scratch/out" <<'END'
import email
import sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"))
print(m.get_content_type(), m.get_param("report-type"), m["To"],
      m["Auto-Submitted"])
text, status, original = m.get_payload()
print(text.get_content_type(), status.get_content_type(),
      original.get_content_type())
for part in status.get_payload():
    for field, value in part.items():
        print(field + ": " + " ".join(value.split()))
print(original.get_payload())
END
report=$(cat "$scratch/out")
like "$report" '^multipart/report delivery-status <a@example.org> auto-replied' \
    'it is a report'
like "$report" '^text/plain message/delivery-status text/rfc822-headers' \
    'of three parts'
like "$report" '^Reporting-MTA: dns; backup.test$' 'Reporting-MTA'
like "$report" '^Original-Envelope-Id: q\+1;=$' 'the envelope id, decoded'
like "$report" '^Arrival-Date: [A-Z][a-z]{2}, ' 'Arrival-Date'
like "$report" '^Original-Recipient: rfc822;bb@example.com$' \
    'Original-Recipient'
like "$report" '^Final-Recipient: rfc822; b@example.com$' 'Final-Recipient'
like "$report" '^Action: failed$' 'Action'
like "$report" '^Status: 5.1.1$' 'Status'
like "$report" '^Diagnostic-Code: smtp; 550 5.1.1 who is that$' \
    'the reply of the primary'
like "$report" '^Subject: a secret$' 'the header comes back'
is "$(grep -c '^a secret' "$dsn")" 0 'the body does not, with RET=HDRS'

fresh 'RCPT:b@example.com=550 5.1.1 who is that'
send 'a@example.org RET=FULL' b@example.com 'whole text'
run
run
is "$(grep -c '^whole text' "$scratch/mx/message.1")" 1 \
    'with RET=FULL the body comes back too'

# from and to addresses beyond ASCII
fresh 'EHLO=250-mx.test|250-8BITMIME|250 SMTPUTF8' \
    'RCPT:日é𝄞@example.com=550 5.1.1 nobody'
send 'jörg@example.org SMTPUTF8' '日é𝄞@example.com'
run
run
is "$(grep '^MAIL\|^RCPT' "$scratch/mx/log" | tail -n 2 | sed 's/ SIZE=[0-9]*//')" \
    'MAIL FROM:<> BODY=8BITMIME SMTPUTF8
RCPT TO:<jörg@example.org>' 'its sender is told, as only SMTPUTF8 allows'
like "$(tr -d '\r' <"$scratch/mx/message.1")" \
    '^Final-Recipient: utf-8; \\x\{65E5\}\\x\{E9\}\\x\{1D11E\}@example.com$' \
    'in ASCII, of a recipient beyond it'

fresh 'RCPT:b@example.com=550 5.1.1 who is that'
send a@example.org 'b@example.com NOTIFY=NEVER'
send '' b@example.com
run
run
is "$(count_taken)" 0 'no DSN with NOTIFY=NEVER, none to the null sender'
is "$(count_queued)" 0 'and nothing is left'

fresh 'RCPT:b@example.com=550 5.1.1 no;451 4.1.1 no;250 2.1.5 yes'
converse <<'END'
< 220
> EHLO client.example.org
< 250
> MAIL FROM:<a@example.org>
< 250
> RCPT TO:<b@example.com>
< 250
> RCPT TO:<c@example.com>
< 250
> DATA
< 354
> x
> .
< 250
> QUIT
< 221
END
run
is "$(count_taken)" 1 'one of two recipients is delivered'
run
is "$(logged delivered)" 1 'the DSN for the other goes out'

# a refusal, a deferral and two that are taken, however it is handed over
for extensions in '-mx.test|250-PIPELINING|250 CHUNKING' \
    '-mx.test|250 PIPELINING' '-mx.test|250 CHUNKING' ' mx.test'; do
	fresh "EHLO=250$extensions" 'RCPT:x@example.com=550 5.1.1 no' \
	    'RCPT:y@example.com=451 4.2.1 later'
	converse <<-'END'
		< 220
		> EHLO client.example.org
		< 250
		>> MAIL FROM:<a@example.org>\r\nRCPT TO:<x@example.com>\r\n
		>> RCPT TO:<v@example.com>\r\nRCPT TO:<y@example.com>\r\n
		>> RCPT TO:<w@example.com>\r\nDATA\r\n
		repeat 5
		< 250
		< 354
		>> Subject: x\r\n\r\n.\r\nQUIT\r\n
		< 250
		< 221
	END
	run
	is "$(mxq show "$(basename "$(queued example.com)")" |
	    sed -n 's/^to.[0-9] \([a-z]*\) <\(.\).*/\2 \1/p' | tr '\n' ';')" \
	    'x closed;v delivered;y waiting;w delivered;' "each for itself:${extensions#?mx.test}"
	is "$(count_taken) $(queued example.org | wc -l)" '1 1' \
	    'one message there, one DSN here'
done

# NOTIFY=SUCCESS where the primary knows no DSN
fresh 'EHLO=250-mx.test|250 PIPELINING'
send a@example.org 'b@example.com NOTIFY=SUCCESS,FAILURE'
run
run
like "$(cat "$scratch/mx/message.2")" '^Action: relayed' \
    'a relayed DSN where the primary knows none'
fresh 'EHLO=250-mx.test|250 PIPELINING' 'RCPT:no@example.com=550 5.1.1 nobody'
converse <<-END
	< 220
	> EHLO client.example.org
	< 250
	> MAIL FROM:<a@example.org>
	< 250
	> RCPT TO:<b@example.com> NOTIFY=SUCCESS,FAILURE
	< 250
	> RCPT TO:<no@example.com> NOTIFY=SUCCESS,FAILURE
	< 250
	> DATA
	< 354
	> Subject: x
	>
	> .
	< 250
	> QUIT
	< 221
END
run
run
is "$(grep -a '^Action' "$scratch/mx/message.2" | tr -d '\r' | tr '\n' ' ')" \
    'Action: relayed Action: failed ' 'beside one that failed: both in one'
fresh
send a@example.org 'b@example.com NOTIFY=SUCCESS,FAILURE'
run
run
is "$(count_taken)" 1 'and none where it does'

# a DSN that can not be delivered
fresh 'RCPT=550 5.1.1 nobody'
send a@example.org b@example.com
run
run
is "$(count_queued)" 0 'a refused DSN is dropped'
is "$(logged dropped)" 1 'and logged'

# expiry
fresh
send a@example.org b@example.com
stop "$primary_pid"
run_at +29d
is "$(logged expiring)" 0 'after 29 days it still waits'
run_at +719h
is "$(logged expiring)" 1 'a day before 31 are over it is noted'
run_at +743h
is "$(logged bounced)" 0 'and no more'
is "$(count_queued)" 1 'but it is there still'
run_at +746h
is "$(logged bounced)" 1 'the next probe bounces it'
like "$(cat "$spool"/queue/example.org/*)" '^Status: 4.4.7' \
    'a DSN says that time ran out'
run_at +790h
run_at +900h
is "$(count_queued)" 1 'the DSN waits'
run_at +1000h
is "$(count_queued)" 0 'for five days'

fresh 'RCPT:b@example.com=451 4.2.0 not now'
send a@example.org b@example.com
run_at +719h
is "$(logged expiring)" 1 'a primary that says 451 for a month'
run_at +746h
is "$(logged bounced)" 1 'has it bounced as well'
like "$(cat "$spool"/queue/example.org/*)" \
    '^ 451 4.2.0 not now' 'and the DSN says what it said'

fresh
send a@example.org b@example.com
stop "$primary_pid"
run_at -20y
run_at -20y
is "$(logged expiring)" 0 'a clock in the past bounces nothing'

# what does not parse
fresh
send a@example.org b@example.com
first=$(queued example.com)
cp "$first" "$(dirname "$first")/6740fe1a0c8f21b5d3e9"
printf 'junk' | dd of="$(dirname "$first")/6740fe1a0c8f21b5d3e9" bs=1 \
    conv=notrunc 2>/dev/null
run
is $? 75 'damage is trouble'
is "$(find "$spool/bad" -type f | wc -l)" 1 'what does not parse is set aside'
is "$(count_taken)" 1 'the rest is delivered'

# held
fresh
send a@example.org b@example.com
mxq hold "$(basename "$(queued example.com)")" >/dev/null
run example.com
is "$(count_taken)" 0 'a held message is not tried'
mxq release "$(basename "$(queued example.com)")" >/dev/null
run
is "$(count_taken)" 1 'a released one is'

# many runs at once
fresh
seq 40 | sed 's/.*/Subject: &/' >"$scratch/body"
"$build/tests/tools/mkspool" -n 200 -r b@example.com "$spool" example.com \
    <"$scratch/body" >/dev/null
pids=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	mxrun 2>>"$scratch/log" &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid"
done
run
is "$(count_taken)" 200 'twenty runs at once deliver 200 messages once each'
is "$(count_queued)" 0 'and leave none'

# ETRN
fresh
send a@example.org b@example.com
stop "$primary_pid"
run
converse <<'END'
< 220
> EHLO client.example.org
< 250
> ETRN example.com
< 253 2\.0\.0 OK, 1 pending
> ETRN example.com
< 252
> QUIT
< 221
END
run
is "$(logged primary-down)" 1 'ETRN makes a probe at once'
is "$(find "$spool/etrn" -type f | wc -l)" 0 'its flag is taken'
converse <<'END'
< 220
> EHLO client.example.org
< 250
> ETRN example.com
< 458
> QUIT
< 221
END

# with the domains below it, by ETRN and by name; others are not tried
fresh 'RCPT:b@sub.example.com=451 4.2.0 not now;250 2.1.5 yes' \
    'RCPT:c@a.sub.example.com=451 4.2.0 not now;250 2.1.5 yes' \
    'RCPT:b@example.org=451 4.2.0 not now;250 2.1.5 yes'
policy "UPDATE domain SET subdomains = 1 WHERE name = 'example.com'"
send a@example.org b@sub.example.com
send a@example.org b@example.org
run
is "$(logged deferred)" 2 'two wait'
converse <<'END'
< 220
> EHLO client.example.org
< 250
> ETRN @example.com
< 25
> QUIT
< 221
END
run
is "$(logged delivered):$(queued example.org | wc -l)" 1:1 \
    'ETRN of @domain: one below it goes out'
is "$(find "$spool/etrn" -type f | wc -l)" 0 'its flag is taken, too'
send a@example.org c@a.sub.example.com
run
is "$(logged deferred)" 1 'another waits'
run @example.com
is "$(logged delivered):$(count_queued)" 1:1 '@domain, by name'

# mistakes
mxrun -x 2>/dev/null
is $? 64 'a wrong option is 64'
mxrun 'no domain' 2>/dev/null
is $? 64 'a word that is no domain is 64'
printf 'what now\n' >>"$conf"
like "$(mxrun 2>&1)" "$conf:[0-9]+: " 'a wrong key is named with its line'
mxrun 2>/dev/null
is $? 78 'and is 78'

done_testing
