#!/bin/sh
# SPDX-License-Identifier: ISC
# when_up is relay: the primary's own answers are the client's, nothing is kept
# here unless it fails on the way, and then nothing is lost.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

{
	printf 'From: a@sender.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n'
	printf 'Message-ID: <x@sender.test>\r\nSubject: through\r\n\r\n'
	awk 'BEGIN { for (i = 0; i < 3000; i++) printf ".line %d\r\n", i }'
} >"$scratch/text"

# fresh RULE=REPLY…: an instance whose example.com is asked itself
fresh() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	new_instance
	policy "UPDATE policy SET verdict = 'defer'
	    WHERE test IN ('recipient', 'when_up')"
	start_primary "$@"
	add_domain example.com "[127.0.0.1]:$primary_port"
	add_domain example.org "[127.0.0.1]:$primary_port"
	setting when_up relay example.com
}
# send TO[,TO...] [COMMAND...]: what RCPT and the message are answered
send() {
	to=$1
	shift
	[ $# -gt 0 ] || set -- "$build/bin/mxrecv" -f "$conf"
	"$tests/peers/client.py" 127.0.0.1 a@sender.test "$to" "$scratch/text" \
	    -- "$@" 2>"$scratch/log" | sed '$d'
}
# there QUEUED TAKEN NAME
there() {
	is "$(count_queued):$(count_taken)" "$1:$2" "$3"
}

# ---- its own answers
fresh 'RCPT:no@example.com=550 5.1.1 who is that' \
    'RCPT:later@example.com=451 4.2.1 not now' \
    'DATAEND=250 2.0.0 safe with me as 4711'
is "$(send no@example.com,later@example.com,b@example.com)" \
    '550 5.1.1 who is that
451 4.2.1 not now
250 2.1.5 recipient
250 2.0.0 safe with me as 4711' 'to RCPT and to the message'
there 0 1 'it has it, and nothing is here'
sed '1,/^	for/d' "$scratch/mx/message.1" | cmp -s - "$scratch/text"
ok $? 'as it came'
is "$(grep -c '^Received: ' "$scratch/mx/message.1")" 1 'with our Received'
is "$(health)" 1 'it is UP'
is "$(grep -c '^EHLO' "$scratch/mx/log"):$(grep -c '^MAIL' "$scratch/mx/log")" \
    1:1 'asked once, in one transaction'
like "$(grep '^relayed' "$scratch/log")" 'domain=example.com .*safe with me' \
    'which the log tells'
like "$(mxq why b@example.com)" \
    'when_up passed, 127.0.0.1 \[127.0.0.1\] said 250 2.1.5 recipient' 'mxq why'
like "$(mxq why no@example.com)" \
    'when_up failed: refused <no@example.com>, .*said 550 5.1.1 who is that' \
    'of whom it refused'
like "$(mxq why a@sender.test)" \
    'relayed as .* to 127.0.0.1 \[127.0.0.1\], which said 250 2.0.0 safe' \
    'and of the message'
is "$(state "SELECT good FROM address WHERE address = 'b@example.com'"):$(
    state "SELECT good FROM address WHERE address = 'no@example.com'")" 1:0 \
    'who is there is learned'

for reply in '554 5.7.1 spam' '451 4.7.1 try later' '552 no enhanced code'; do
	fresh "DATAEND=$reply"
	case $reply in *no*) want="552 5.0.0 no enhanced code" ;; *) want=$reply ;; esac
	is "$(send b@example.com | tail -n 1)" "$want" "to the message: $reply"
	there 0 1 'and nothing is kept'
	is "$(health)" 1 'it is UP all the same'
done
like "$(mxq why b@example.com; mxq why a@sender.test)" \
    'when_up failed: refused, .*said 552' 'mxq why tells'

fresh 'MAIL=550 5.7.1 not from you'
is "$(send b@example.com)" '550 5.7.1 not from you' 'a sender that it refuses'
fresh 'RCPT=250 2.1.5 \001\033[2J ok' 'DATAEND=250-2.0.0 one|250 2.0.0 two'
send b@example.com >"$scratch/out"
is "$(LC_ALL=C grep -c '[^ -~]' "$scratch/out")" 0 'its words are cleaned'

# ---- our own checks go first
fresh
verdict malware defer defer
printf 'clamd 127.0.0.1:9\n' >>"$conf"
like "$(send b@example.com | tail -n 1)" '^451' 'the scanner can not be asked'
there 0 0 'it gets nothing that was not checked'
verdict malware defer
verdict when_up off
like "$(send b@example.com | tail -n 1)" '^250 2.0.0 Queued as' \
    'with the test when_up off it is kept'

fresh 'RCPT=550 5.1.1 who is that'
send "$(printf '%s@example.com,' u v w x y)z@example.com" >"$scratch/out"
like "$(tail -n 1 "$scratch/out")" '^450 4.7.1 Too many unknown' 'guessing ends'

# ---- one answer for all
fresh
is "$(send b@example.com,c@example.com,b@example.org | cut -c 1-9)" \
    '250 2.1.5
250 2.1.5
452 4.5.3
250 2.0.0' 'a domain that goes another way is for another message'
there 0 1 'this one goes through'
is "$(send b@example.org,b@example.com | cut -c 1-9)" \
    '250 2.1.5
452 4.5.3
250 2.0.0' 'and the other way round'
there 1 1 'that one is kept'

# ---- it fails on the way
for rules in 'GREETING=!drop' 'EHLO=421 4.3.2 bye' 'MAIL=!drop' 'MAIL=!reset' \
    'MAIL=421 4.3.2 bye' 'RCPT=!drop' 'RCPT=421 4.7.0 bye' 'BODY=0 !drop' \
    'BODY=9000 !reset' 'DATAEND=421 4.3.2 bye' 'RCPT=!big'; do
	fresh "$rules"
	like "$(send b@example.com | tail -n 1)" '^250 2.0.0 Queued as' \
	    "$rules: the client has its 250"
	is "$(count_queued):$(health)" 1:3 'and we the message'
done
fresh 'DATAEND=!drop'
like "$(send b@example.com | tail -n 1)" '^250 2.0.0 Queued as' \
    'its last word is lost: kept'
there 1 1 'and it may have it, too'
like "$(mxq why a@sender.test)" 'when_up could not be told.*lost connection' \
    'which mxq why tells'
fresh 'RCPT=250 2.1.5 ok;!drop'
is "$(send b@example.com,c@example.com,b@example.org | cut -c 1-9)" \
    '250 2.1.5
250 2.1.5
250 2.1.5
250 2.0.0' 'lost between two recipients: all are kept'
there 2 0 'for both domains'
fresh 'EHLO=250-mx.test|250 PIPELINING' 'DATA=!drop'
like "$(send b@example.com | tail -n 1)" '^250 2.0.0 Queued as' 'at DATA'
fresh 'EHLO=250-mx.test|250 PIPELINING' 'DATA=451 4.3.0 no room'
is "$(send b@example.com | tail -n 1)" '451 4.3.0 no room' 'refused at DATA'
fresh 'EHLO=500 what' 'DATAEND=250 ok'
is "$(send b@example.com | tail -n 1)" '250 2.0.0 ok' 'one without extensions'
sed '1,/^	for/d' "$scratch/mx/message.1" | cmp -s - "$scratch/text"
ok $? 'gets it as it came'
fresh 'DATAEND=!slow 250 2.0.0'
is "$(send b@example.com | tail -n 1)" '250 2.0.0 ' 'one that is slow'

fresh
stop "$primary_pid"
like "$(send b@example.com | tail -n 1)" '^250 2.0.0 Queued as' \
    'it can not be reached'
is "$(health)" 3 'it is SUSPECT'
send b@example.com >/dev/null
is "$(state 'SELECT failures FROM primary_mx')" 1 'and not asked at once'
for now in 2 4; do
	fresh
	send c@example.com >/dev/null
	state "UPDATE primary_mx SET state = $now, next_ask = 0"
	like "$(send b@example.com | tail -n 1)" '^250 2.0.0 Queued as' \
	    "one that is not UP ($now) is not asked"
done

# ---- silent: the clock goes twenty times as fast
hasten() {
	send b@example.com "$tests/peers/clock.sh" '+0 x20' \
	    "$build/bin/mxrecv" -f "$conf"
}
fresh 'RCPT=!hang'
before=$(date +%s)
like "$(hasten | tail -n 1)" '^250 2.0.0 Queued as' 'silent at RCPT'
there 1 0 'it is kept'
fresh 'DATAEND=!hang'
like "$(hasten | tail -n 1)" '^250 2.0.0 Queued as' \
    'silent after the message'
there 1 1 'it is kept, too'
took=$(($(date +%s) - before))
[ "$took" -le 40 ]
ok $? "in bounded time ($took s of 20)"

# ---- several messages in one session
fresh 'MAIL=250 ok;250 ok;!drop;250 ok'
mail() {
	cat <<-END
		> MAIL FROM:<a@sender.test>
		< 250
		> RCPT TO:<b@example.com>
		< 250 2.1.5 recipient
		> DATA
		< 354
		> Subject: $1
		>
		> .
		< 250 2.0.0 taken
	END
}
{
	printf '< 220\n> EHLO client.example.org\n< 250\n'
	mail 1
	mail 2
	mail 3
	cat <<-END
		> MAIL FROM:<a@sender.test>
		< 250
		> RCPT TO:<b@example.com>
		< 250 2.1.5 recipient
		> RSET
		< 250
	END
	mail 4
	printf '> QUIT\n< 221\n'
} | converse >"$scratch/out"
is "$(cat "$scratch/out")" '' 'four in one session'
there 0 4 'go through'
is "$(grep -c '^EHLO' "$scratch/mx/log")" 2 \
    'over one to the primary, and another when that was lost'
is "$(grep -c '^RSET' "$scratch/mx/log")" 1 'RSET is passed on when it must be'

done_testing
