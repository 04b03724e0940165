#!/bin/sh
# SPDX-License-Identifier: ISC
# Whose mail it is, told to the primary: XCLIENT, XFORWARD (mx-send(8)).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

# fresh RULE=REPLY…: an instance whose example.com has a scripted primary
fresh() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	new_instance
	start_primary "$@"
	add_domain example.com "[127.0.0.1]:$primary_port"
}
# from CLIENT...: a message of each to b@example.com, in this order
from() {
	for client in "$@"; do
		"$tests/peers/client.py" "$client" a@a.test \
		    "${to-b@example.com}" -- "$build/bin/mxrecv" -f "$conf" \
		    >"$scratch/out" 2>>"$scratch/log"
	done
}
heard() {
	grep -c "^$1" "$scratch/mx/log"
}
order() {
	grep -E "^$1" "$scratch/mx/log" | sed 's/ .*//' | tr '\n' ' '
}
offer() {
	printf '250-mx.test|250-PIPELINING|%s|250 CHUNKING' "$1"
}
xclient=$(offer '250-XCLIENT NAME ADDR PROTO HELO PORT LOGIN')
xforward=$(offer '250-XFORWARD NAME ADDR PROTO HELO IDENT SOURCE PORT')
both=$(offer '250-XFORWARD NAME ADDR PROTO HELO|250-XCLIENT NAME ADDR PROTO HELO')

# ---- XCLIENT
fresh "EHLO=$xclient" 'XCLIENT=220 mx.test again'
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 1 'XCLIENT is offered, and the message delivered'
like "$(cat "$scratch/mx/log")" \
    '^XCLIENT NAME=\[UNAVAILABLE\] ADDR=127.0.0.2 PROTO=ESMTP HELO=client.test$' \
    'the client is told; what is not known is unavailable'
is "$(order 'EHLO|XCLIENT|MAIL')" 'EHLO XCLIENT EHLO MAIL ' 'and EHLO said again'
is "$(heard 'EHLO client.test')" 1 'in the name of the client'
is "$(grep -cE 'LOGIN|PORT' "$scratch/mx/log")" 0 'no LOGIN, no PORT'

fresh "EHLO=$xclient" 'XCLIENT=220 mx.test again'
from 127.0.0.2 127.0.0.3 127.0.0.2 127.0.0.4 127.0.0.3 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 6 'six messages of three clients'
is "$(heard 'EHLO backup.test')" 1 'in one session'
is "$(heard XCLIENT)" 3 'each client told once'

fresh "EHLO=$xclient" 'XCLIENT=550 5.7.0 not you'
from 127.0.0.2 127.0.0.3
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 2 'XCLIENT is refused: mail goes without'
is "$(heard XCLIENT)" 1 'and it is not tried again'

fresh "EHLO=$both" 'XCLIENT=550 5.7.0 not you' 'XFORWARD=250 2.0.0 Ok'
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(count_taken):$(heard XFORWARD)" 1:1 'or with XFORWARD'

fresh "EHLO=$xclient" \
    'XCLIENT=450 4.7.25 who is that;220 mx.test again;554 5.7.1 go away'
from 127.0.0.2 127.0.0.3 127.0.0.4
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 1 'a word about one client is none about the next'
like "$(cat "$scratch/log.run")" 'deferred .*reply="450 4.7.25 who is that"' \
    '4yz: the message waits'
like "$(cat "$scratch/log.run")" 'failed .*reply="554 5.7.1 go away"' \
    '554: it is refused'
is "$(heard 'EHLO backup.test')" 2 'which is in another session'

fresh "EHLO=$xclient" 'XCLIENT=220 mx.test again;421 4.7.0 too many of those'
from 127.0.0.2 127.0.0.3
mxrun 2>"$scratch/log.run"
is "$(count_taken):$(count_queued)" 1:1 '421: the message waits'
fresh "EHLO=$xclient" 'XCLIENT=!drop'
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(count_taken):$(count_queued)" 0:1 'a connection lost: it waits'
like "$(cat "$scratch/log.run")" 'lost connection with .* while sending XCLIENT' \
    'and the log says where'
fresh "EHLO=$xclient;250 mx.test" 'XCLIENT=220 mx.test again'
from 127.0.0.2 127.0.0.3
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 2 'what is offered once only is begun anew'
fresh "EHLO=$xclient" 'XCLIENT=!twice 220 mx.test again'
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(count_taken):$(count_queued)" 0:1 'an answer too many ends the session'

# ---- a report of our own among them
fresh "EHLO=$xclient" 'XCLIENT=220 mx.test again' 'RCPT:x@example.com=550 no'
add_domain a.test "[127.0.0.1]:$primary_port"
to=x@example.com from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(count_queued)" 1 'a report waits'
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 1 'and goes'
is "$(heard XCLIENT)" 1 'but nobody is told to have sent it'

# ---- XFORWARD
fresh "EHLO=$xforward" 'XFORWARD=250 2.0.0 Ok'
from 127.0.0.2 127.0.0.3
id=$(basename "$(queued example.com | head -n 1)")
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 2 'XFORWARD is offered, and the messages delivered'
like "$(cat "$scratch/mx/log")" \
    "^XFORWARD NAME=\\[UNAVAILABLE\\] ADDR=127.0.0.2 PROTO=ESMTP IDENT=$id SOURCE=REMOTE HELO=client.test\$" \
    'the client is told, and our name of the message'
is "$(order 'EHLO|XFORWARD|MAIL')" 'EHLO XFORWARD MAIL XFORWARD MAIL ' \
    'before each MAIL'
is "$(grep -A1 '^XFORWARD' "$scratch/mx/log" | grep -c flight)" 0 \
    'in the same flight'
fresh "EHLO=$xforward" 'XFORWARD=501 5.5.4 what'
from 127.0.0.2 127.0.0.3
mxrun 2>"$scratch/log.run"
is "$(count_taken):$(heard XFORWARD)" 2:1 'refused: it is left out'
fresh 'EHLO=250-mx.test|250 XFORWARD NAME ADDR' 'XFORWARD=250 2.0.0 Ok'
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(count_taken)" 1 'without PIPELINING'
is "$(heard 'XFORWARD NAME=\[UNAVAILABLE\] ADDR=127.0.0.2.$')" 0 'one by one'
like "$(cat "$scratch/mx/log")" '^XFORWARD NAME=\[UNAVAILABLE\] ADDR=127.0.0.2$' \
    'only what is offered'
fresh "EHLO=$both" 'XCLIENT=220 mx.test again' 'XFORWARD=250 2.0.0 Ok'
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(heard XCLIENT):$(heard XFORWARD)" 1:0 'XCLIENT goes before XFORWARD'

# ---- the setting
for row in xclient:1:0 xforward:0:1 headers:0:0; do
	fresh "EHLO=$both" 'XCLIENT=220 mx.test again' 'XFORWARD=250 2.0.0 Ok'
	setting identity "${row%%:*}" example.com
	from 127.0.0.2
	mxrun 2>"$scratch/log.run"
	is "$(heard XCLIENT):$(heard XFORWARD)" "${row#*:}" "identity ${row%%:*}"
done
policy "DELETE FROM domain_setting"
setting identity xforward
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(heard XFORWARD)" 1 'the general one, for a domain without its own'
fresh 'EHLO=250-mx.test|250-XCLIENT|250 XFORWARD NAME'
from 127.0.0.2
mxrun 2>"$scratch/log.run"
is "$(heard XCLIENT):$(heard XFORWARD):$(count_taken)" 0:0:1 \
    'an offer without ADDR is none'

# ---- values that want to be more, handed to mx-send by hand
# tell CLIENT NAME HELO: what the server hears of it is in said
tell() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	start_primary "EHLO=$xclient" 'XCLIENT=220 mx.test again'
	printf 'Subject: x\r\n\r\n' >"$scratch/message"
	"$build/libexec/mx-send" -t 10 3<"$scratch/message" >"$scratch/out" <<-END
		op=open
		helo=backup.test
		identity=auto
		target=127.0.0.1:$primary_port

		op=mail
		from=a@a.test
		client=$1
		name=$2
		helo=$3
		proto=UTF8SMTPS
		rcpt=b@example.com

	END
	said=$(sed -n 's/^XCLIENT //p' "$scratch/mx/log")
}
tell 2001:db8::1 a.test a.test
is "$said" \
    'NAME=a.test ADDR=IPV6:2001:db8::1 PROTO=ESMTP HELO=a.test' 'IPv6'
tell 192.0.2.1 a+b=c '[192.0.2.1]'
is "$said" \
    'NAME=a+2Bb+3Dc ADDR=192.0.2.1 PROTO=ESMTP HELO=[192.0.2.1]' 'xtext'
is "$(heard 'EHLO \[192.0.2.1\]')" 1 'an address literal is a HELO name too'
tell 192.0.2.1 a%0D%0AQUIT a%20ADDR=192.0.2.9
is "$said" \
    'NAME=[UNAVAILABLE] ADDR=192.0.2.1 PROTO=ESMTP HELO=[UNAVAILABLE]' \
    'a line end, a blank: unknown'
is "$(heard 'EHLO backup.test')" 2 'EHLO with our name then'
tell 192.0.2.1 a%C3%A4.test x
is "$said" \
    'NAME=[UNAVAILABLE] ADDR=192.0.2.1 PROTO=ESMTP HELO=x' 'no ASCII: unknown'
long=$(printf '%0.250d' 0)
tell 192.0.2.1 "$long" "$long"
is "$said" \
    "NAME=$long ADDR=192.0.2.1 PROTO=ESMTP" 'within the length of a command'
tell 192.0.2.1.%0D%0A x x 2>/dev/null
is "$(count_taken)" 0 'an address that is none is the caller'\''s mistake'

# ---- Postfix
if [ "$(id -u)" -ne 0 ] || ! unpack_postfix; then
	echo '# no Postfix here'
	done_testing
fi
has_logged() {
	grep -qE "$1" "$mail_log"
}
postfix_settings='smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_authorized_xforward_hosts = 127.0.0.0/8'
start_postfix b.test
new_instance
add_domain b.test "[127.0.0.1]:$postfix_port"
to=c@b.test from 127.0.0.2 127.0.0.3 127.0.0.2 127.0.0.3
mxrun 2>"$scratch/log.run"
is "$(count_queued)" 0 'Postfix takes four messages'
until_true 20 have_arrived 4
is "$(grep -lE '^Received: from client.test \(unknown \[127.0.0.2\]\)' \
    "$mailbox"/new/* | wc -l)" 2 'and stamps them as of the one client'
is "$(grep -l 'by primary.test' "$mailbox"/new/* | xargs grep -hA1 \
    '^Received: from client.test (unknown \[127.0.0.3\])' |
    grep -c 'by primary.test')" 2 'and of the other'
until_true 10 has_logged 'disconnect from .* mail=4 '
like "$(grep 'disconnect from' "$mail_log")" 'ehlo=3 .* mail=4 ' \
    'in one connection'
setting identity xforward b.test
to=c@b.test from 127.0.0.9
mxrun 2>"$scratch/log.run"
until_true 20 has_logged 'orig_client=.*127\.0\.0\.9'
ok $? 'XFORWARD: the client is in its log'
like "$(grep orig_client "$mail_log" | tail -n 1)" \
    'client=.*127\.0\.0\.1\].*orig_queue_id=.*orig_client=.*\[127\.0\.0\.9\]' \
    'beside us, and our name of the message'

done_testing
