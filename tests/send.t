#!/bin/sh
# SPDX-License-Identifier: ISC
# mx-send(8) against a primary that plays scripts (tests/peers/fakemx.py).

here=$(cd "$(dirname "$0")" && pwd)
send=$(cd "${O:-obj}" && pwd)/libexec/mx-send
work=$(mktemp -d) || exit 1
trap 'stop; rm -rf "$work"' EXIT
run=0
failed=0
pid=

stop() {
	[ -z "$pid" ] || { kill "$pid" && wait "$pid"; } 2>/dev/null
	pid=
}

# primary RULE=REPLY...: a fresh one
primary() {
	stop
	rm -rf "$work/mx"
	mkdir "$work/mx"
	"$here/peers/fakemx.py" "$work/mx" "$@" &
	pid=$!
	tries=0
	until [ -s "$work/mx/port" ] || [ $((tries += 1)) -gt 100 ]; do
		sleep 0.05
	done
	port=$(cat "$work/mx/port")
}

# converse [-t LIMIT]: requests on stdin, @PORT@ is the primary's; answers,
# decoded, in $work/out
converse() {
	[ $# -gt 0 ] || set -- -t 10
	sed "s/@PORT@/$port/" | "$send" "$@" 3<"$work/message" |
	    sed 's/%20/ /g; s/%22/"/g; s/%0D%0A/\\r\\n/g' >"$work/out"
}

open='op=open
helo=backup.test
target=127.0.0.1:@PORT@
host=mx.test
'
mail='op=mail
from=a@x.test
rcpt=b@y.test
'
two="${mail}rcpt=c@y.test
"

# ok RESULT NAME, says LINE NAME, matches REGEX NAME, heard LINE NAME
ok() {
	run=$((run + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' $run "$2"
	else
		printf 'not ok %d - %s\n' $run "$2"
		failed=1
		sed 's/^/# out: /' "$work/out"
		sed 's/^/# log: /' "$work/mx/log"
	fi
}

says() {
	grep -qxF -e "$1" "$work/out"
	ok $? "$2"
}

matches() {
	grep -q -e "$1" "$work/out"
	ok $? "$2"
}

heard() {
	grep -qxF -e "$1" "$work/mx/log"
	ok $? "$2"
}

# delivered N NAME: the Nth message came as it is, behind its trace field
delivered() {
	printf 'Received: by backup.test\r\n' | cat - "$work/message" |
	    cmp -s - "$work/mx/message.$1"
	ok $? "$2"
}

delivered_as_is() {
	cmp -s "$work/message" "$work/mx/message.$1"
	ok $? "$2"
}

printf 'Subject: x\r\n\r\n.a\r\n..\r\ntext\r\n' >"$work/message"
traced="${mail}trace=Received: by backup.test%0D%0A
"

# ---- the ways of a message
primary
printf '%s\n%s\n%s\n' "$open" "$traced" "$two" | converse
matches '^ext=.*PIPELINING.*CHUNKING' 'open tells what is offered'
says 'host=mx.test [127.0.0.1]' 'open tells who it is'
says 'reply=250 2.0.0 taken' 'a message is handed over'
delivered 1 'with BDAT, octet by octet, trace first'
[ "$(grep -c -e '-- flight' "$work/mx/log")" -le 4 ]
ok $? 'two messages: EHLO, two flights, QUIT'
heard "MAIL FROM:<a@x.test> SIZE=54" 'SIZE counts the trace fields'
says 'rcpt=1' 'every recipient is answered'

primary 'EHLO=250-mx.test|250 PIPELINING'
printf '%s\n%s\n' "$open" "$traced" | converse
says 'reply=250 2.0.0 taken' 'without CHUNKING'
delivered 1 'dots are stuffed'
[ "$(grep -c -e '-- flight' "$work/mx/log")" -eq 4 ]
ok $? 'MAIL, RCPT and DATA are one flight'

primary 'EHLO=250 mx.test'
printf '%s\n%s\n' "$open" "$traced" | converse
says 'reply=250 2.0.0 taken' 'without PIPELINING'
delivered 1 'one by one'

primary 'EHLO=250-mx.test|250 CHUNKING'
printf '%s\n%s\n' "$open" "$traced" | converse
delivered 1 'CHUNKING without PIPELINING'

primary 'EHLO=502 5.5.1 what'
printf '%s\n%s\n' "$open" "$traced" | converse
heard 'HELO backup.test' 'HELO when EHLO is unknown'
delivered 1 'and the message comes'

printf 'no line end' >"$work/message"
primary 'EHLO=250 mx.test'
printf '%s\n%s\n' "$open" "$mail" | converse
[ "$(od -An -c "$work/mx/message.1" | tr -d ' \n')" = 'nolineend\r\n' ]
ok $? 'DATA adds the last line end'
: >"$work/message"
printf '%s\n%s\n' "$open" "$mail" | converse
says 'reply=250 2.0.0 taken' 'an empty message, DATA'
primary
printf '%s\n%s\n' "$open" "$mail" | converse
says 'reply=250 2.0.0 taken' 'an empty message, BDAT'

# ---- large ones
awk 'BEGIN { for (i = 0; i < 20000; i++) printf ".%d and some text\r\n", i }' \
    >"$work/message"
for ehlo in '250-mx.test|250-PIPELINING|250 CHUNKING' \
    '250-mx.test|250 PIPELINING' '250 mx.test'; do
	primary "EHLO=$ehlo"
	printf '%s\n%s\n' "$open" "$traced" | converse
	delivered 1 "400 KB over $ehlo"
done
primary RCPT='550 5.1.1 nobody'
printf '%s\n%s\n' "$open" "$traced" | converse
! grep -q BDAT "$work/mx/log"
ok $? 'a large body is not sent in vain'
says 'reply=550 5.1.1 nobody' 'the refusal is told'
awk 'BEGIN { for (i = 0; i < 400000; i++) print "so much text\r" }' \
    >"$work/message"
primary BODY='70000 552 5.3.4 too much'
printf '%s\n%s\n' "$open" "$traced" | converse
says 'reply=552 5.3.4 too much' 'a refusal in the middle counts'
says 'status=closed' 'and ends the session'
primary 'EHLO=250 mx.test' BODY='70000 552 5.3.4 too much'
printf '%s\n%s\n' "$open" "$traced" | converse
says 'reply=552 5.3.4 too much' 'in DATA too'
primary 'EHLO=250 mx.test' BODY='70000 !refuse 554 5.7.1 no'
printf '%s\n%s\n' "$open" "$traced" | converse
says 'reply=554 5.7.1 no' 'even when the server stops reading'
primary BODY='70000 250 2.0.0 taken'
printf '%s\n%s\n' "$open" "$traced" | converse
matches '^reply=0 "250 2.0.0 taken" came from' \
    'a 250 in the middle does not'
for ehlo in '250-mx.test|250-PIPELINING|250 CHUNKING' '250 mx.test'; do
	primary BODY='70000 !reset' "EHLO=$ehlo"
	printf '%s\n%s\n' "$open" "$traced" | converse
	matches '^reply=0 lost connection with mx.test' \
	    "dropped in the middle: $ehlo"
done
primary BODY='70000 !hang'
printf '%s\n%s\n' "$open" "$traced" | converse -t 1
matches '^reply=0 timed out with' 'a server that stops reading'

# ---- parameters
printf 'Subject: x\r\n\r\n\r\n' >"$work/message"
full="${mail}notify=SUCCESS,DELAY
orcpt=rfc822;b@y.test
body=8BITMIME
smtputf8=1
ret=HDRS
envid=e1
"
primary
printf '%s\n%s\n' "$open" "$full" | converse
heard 'MAIL FROM:<a@x.test> SIZE=16 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=e1' \
    'parameters of MAIL'
heard 'RCPT TO:<b@y.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b@y.test' \
    'parameters of RCPT'
primary 'EHLO=250-mx.test|250 SMTPUTF8'
printf '%s\n%s\n' "$open" "$full" | converse
heard 'MAIL FROM:<a@x.test> SMTPUTF8' 'none that is not offered'
heard 'RCPT TO:<b@y.test>' 'nor of RCPT'
primary 'EHLO=250 mx.test'
printf '%s\n%s\n' "$open" "$full" | converse
says 'reply=250 2.0.0 taken' 'SMTPUTF8 declared without need'
for mixed in '' '250-PIPELINING|' '250-PIPELINING|250-CHUNKING|'; do
	primary "EHLO=250-mx.test|${mixed}250 DSN"
	printf '%s\n%s%s\n\n' "$open" 'op=mail
smtputf8=1
rcpt=b@y.test
' 'rcpt=d%C3%A9@y.test
rcpt=c@y.test' | converse
	[ "$(grep -c 'reply=250 2.0.0 taken' "$work/out")" -eq 2 ] &&
	    [ "$(grep -c 'reply=550 5.6.7' "$work/out")" -eq 1 ]
	ok $? "an address that needs SMTPUTF8, among others: $mixed"
done
printf 'Subject: \303\251\r\n\r\n\r\n' >"$work/message"
primary 'EHLO=250 mx.test'
printf '%s\n%s\n' "$open" "$full" | converse
matches '^reply=550 5.6.7 ' 'SMTPUTF8 needed and not offered'
printf 'Subject: x\r\n\r\n\303\251\r\n' >"$work/message"
primary 'EHLO=250 mx.test'
printf '%s\n%s\n' "$open" "$full" | converse
heard 'MAIL FROM:<a@x.test>' 'an 8-bit body passes unchanged without 8BITMIME'
delivered_as_is 1 'octet by octet'
printf 'Subject: x\r\n\r\n\r\n' >"$work/message"
primary 'EHLO=250-mx.test|250 SIZE 10'
printf '%s\n%s\n' "$open" "$mail" | converse
matches '^reply=552 5.3.4 ' 'over the SIZE offered'
! grep -q MAIL "$work/mx/log"
ok $? 'is not even tried'

# ---- refusals
primary 'RCPT:c@y.test=550 5.1.1 no c'
printf '%s\n%s\n%s\n' "$open" "$two" "$mail" | converse
[ "$(grep -c 'reply=250 2.0.0 taken' "$work/out")" -eq 2 ] &&
    grep -q 'reply=550 5.1.1 no c' "$work/out"
ok $? 'one recipient refused, the other served, the session goes on'
for ehlo in '250-mx.test|250-PIPELINING|250 CHUNKING' \
    '250-mx.test|250 PIPELINING' '250 mx.test'; do
	primary 'RCPT=450 4.2.0 later;250 2.1.5 ok' "EHLO=$ehlo"
	printf '%s\n%s\n%s\n' "$open" "$mail" "$mail" | converse
	says 'reply=450 4.2.0 later' "all refused: $ehlo"
	heard RSET 'the next begins with RSET'
	says 'reply=250 2.0.0 taken' 'and is taken'
	primary 'MAIL=550-5.1.8 no|550 5.1.8 more;250 2.1.0 ok' "EHLO=$ehlo"
	printf '%s\n%s\n%s\n' "$open" "$two" "$mail" | converse
	[ "$(grep -c 'reply=550 5.1.8 no' "$work/out")" -eq 2 ]
	ok $? "sender refused: $ehlo"
	says 'reply=250 2.0.0 taken' 'the next is taken'
	primary 'DATAEND=554 5.7.1 spam;250 2.0.0 taken' "EHLO=$ehlo"
	printf '%s\n%s\n%s\n' "$open" "$two" "$mail" | converse
	[ "$(grep -c 'reply=554 5.7.1 spam' "$work/out")" -eq 2 ]
	ok $? "message refused: $ehlo"
	says 'reply=250 2.0.0 taken' 'the next is taken'
done
primary MAIL='550 5.1.8 no;250 2.1.0 ok' RCPT='503 a;503 b;250 2.1.5 ok'
printf '%s\n%s\n%s\n' "$open" "$two" "$mail" | converse
[ "$(grep -c 'reply=550 5.1.8 no' "$work/out")" -eq 2 ]
ok $? 'the sender refused, and so the recipients: the first is the answer'
says 'reply=250 2.0.0 taken' 'the next is taken'
primary 'EHLO=250-mx.test|250 PIPELINING' 'DATA=451 4.3.0 busy'
printf '%s\n%s\n' "$open" "$mail" | converse
says 'reply=451 4.3.0 busy' 'DATA refused'
primary 'EHLO=250-mx.test|250 PIPELINING' 'RCPT=550 5.1.1 no'
printf '%s\n%s\n%s\n' "$open" "$mail" "$mail" | converse
[ "$(grep -c 'reply=550 5.1.1 no' "$work/out")" -eq 2 ]
ok $? '354 though no recipient was taken'
says 'status=open' 'keeps the session'

# ---- fewer recipients at once
primary 'EHLO=250-mx.test|250-PIPELINING|250 LIMITS MAILMAX=2 RCPTMAX=1'
printf '%s\n%s\n%s\n' "$open" "$two" "$mail" | converse
[ "$(grep -c '^rcpt=' "$work/out")" -eq 2 ] && ! grep -q '^rcpt=1' "$work/out"
ok $? 'RCPTMAX: the second is left for another request'
[ "$(grep '^status=' "$work/out" | tail -1)" = 'status=closed' ]
ok $? 'MAILMAX closes the session'
primary 'RCPT:c@y.test=452 4.5.3 too many'
printf '%s\n%s\n' "$open" "$two" | converse
! grep -q '^rcpt=1' "$work/out"
ok $? 'too many recipients: the rest is left'
primary 'RCPT:c@y.test=552 Too many recipients'
printf '%s\n%s\n' "$open" "$two" | converse
! grep -q '^rcpt=1' "$work/out"
ok $? 'in the words of an older server, too'
primary 'RCPT:c@y.test=452 4.2.2 full'
printf '%s\n%s\n' "$open" "$two" | converse
says 'reply=452 4.2.2 full' 'a full mailbox is an answer'

# ---- trouble with the session
for rule in MAIL=!drop RCPT=!drop DATAEND=!drop MAIL=!reset DATAEND=!reset; do
	primary $rule
	printf '%s\n%s\n' "$open" "$mail" | converse
	matches '^reply=0 lost connection with mx.test \[127.0.0.1\] while' \
	    "$rule"
	says 'status=closed' 'closed'
done
primary 'MAIL=421 4.3.2 shutting down'
printf '%s\n%s\n' "$open" "$two" | converse
[ "$(grep -c '^reply=0 "421 4.3.2 shutting down" came from' "$work/out")" -eq 2 ]
ok $? '421 to MAIL'
primary 'RCPT:b@y.test=550 5.1.1 no' 'RCPT=421 4.3.2 bye'
printf '%s\n%s\n' "$open" "$two" | converse
says 'reply=550 5.1.1 no' '421 later leaves what was said'
primary 'DATAEND=421 4.3.2 not now'
printf '%s\n%s\n' "$open" "$mail" | converse
says 'reply=421 4.3.2 not now' '421 to the message is its answer'
says 'status=closed' 'and the end'
for rule in 'RCPT=!big' 'RCPT=!endless' 'DATAEND=!octets 2x0 ok\r\n' \
    'MAIL=354 go on' 'DATAEND=354 go on' 'RCPT=!octets 250-a\r\n550 b\r\n' \
    'DATAEND=!twice 250 2.0.0 taken'; do
	primary "$rule"
	printf '%s\n%s\n' "$open" "$mail" | converse
	matches '^reply=0 ' "nonsense ends the session: $rule"
done
primary 'DATAEND=!nul'
printf '%s\n%s\n' "$open" "$mail" | converse
matches '^reply=' 'NUL in a reply'
primary 'EHLO=250-mx.test|250 PIPELINING' 'MAIL=!twice 250 2.1.0 ok'
printf '%s\n%s\n' "$open" "$mail" | converse
matches '^reply=0 ' 'an answer too many is never the outcome'
primary 'DATAEND=!octets 250 2.0.0 taken\r\n421 4.7.0 no more\r\n'
printf '%s\n%s\n' "$open" "$mail" | converse
says 'reply=250 2.0.0 taken' '421 right behind the outcome'
primary 'DATAEND=!octets 550 5.7.1 \x1b[1\x3b31mred\xe9\r\n'
printf '%s\n%s\n' "$open" "$mail" | converse
! LC_ALL=C grep -q '[^ -~]' "$work/out"
ok $? 'hostile octets do not pass'
for rule in 'DATAEND=!slow 250 2.0.0 taken' 'DATAEND=!hang' 'MAIL=!hang'; do
	primary "$rule"
	printf '%s\n%s\n' "$open" "$mail" | converse -t 1
	matches '^reply=0 timed out with' "$rule"
done

# ---- opening
for rule in 'GREETING=554 5.7.1 go away' 'GREETING=!drop' 'GREETING=!big' \
    'GREETING=421 4.3.2 busy' 'EHLO=421 4.3.2 busy' 'EHLO=!drop' \
    'EHLO=451 4.3.0 no' 'GREETING=!twice 220 mx.test' \
    'GREETING=!octets 220 a\r\n250 b\r\n'; do
	primary "$rule"
	printf '%s\n%s\n' "$open" "$mail" | converse
	says 'status=temporary' "temporary: $rule"
	matches '^reply=0 ' 'and no message is sent'
done
primary 'EHLO=500 what' 'HELO=550 no'
printf '%s\n' "$open" | converse
says 'reply=550 no' 'HELO refused too'
says 'status=temporary' 'is temporary'
primary 'GREETING=!hang'
printf '%s\n' "$open" | converse -t 1
matches '^reply=451 4.4.2 timed out' 'no greeting'
primary 'EHLO=250-backup.test|250 PIPELINING'
printf '%s\n' "$open" | converse
matches '^reply=451 4.4.6 ' 'our own name is a loop'
primary
first=$port
primary 2>/dev/null
printf '%s\n' "op=open
helo=backup.test
target=127.0.0.1:$first
host=dead.test
target=127.0.0.1:@PORT@
host=mx.test
" | converse
says 'status=open' 'the next address, when one refuses'
says 'host=mx.test [127.0.0.1]' 'is the one'
printf 'op=open\nhelo=a.test\ntarget=127.0.0.1:%s\nhost=dead.test\n\n' "$first" |
    converse
says "reply=451 4.4.1 connect to dead.test [127.0.0.1]:$first: Connection refused" \
    'why not'
printf '%s\n' "$mail" | converse
says 'reply=0 no session is open' 'mail without open'

# ---- one server after another
primary
printf '%s\n%s\nop=close\n\n%s\n%s\n%s\nop=close\n\nop=close\n\n' "$open" \
    "$mail" "$mail" "$open" "$mail" | converse
[ "$(grep -c 'reply=250 2.0.0 taken' "$work/out")" -eq 2 ] &&
    [ "$(grep -c QUIT "$work/mx/log")" -eq 2 ]
ok $? 'a session that is closed, and another'
says 'reply=0 no session is open' 'none between them'
is_closed=$(grep -c '^status=closed' "$work/out")
[ "$is_closed" -eq 4 ]
ok $? "what is closed is said to be, also twice: $is_closed"

# ---- the page's example
printf 'Subject: x\r\n\r\n' >"$work/message"
primary
sed -n '/^op=open$/,/^END$/p' "$here/../man/mx-send.8" | sed '/^END$/d
s/:2525$/:@PORT@/' | converse
says 'reply=250 2.0.0 taken' 'the example of mx-send(8)'

# ---- requests that are none
for request in 'op=fly' 'helo=x' 'op=open' 'op=mail
rcpt=a@b>%0D%0ARSET' 'op=mail
rcpt=a> SIZE=1' 'op=mail
from=a%0Ab' 'op=mail
rcpt=' 'op=mail
trace=x
rcpt=b@y.test' 'op=open
helo=a
target=host:25' 'op=mail
rcpt=b@y.test
size=999' 'nonsense'; do
	printf '%s\n\n' "$request" |
	    "$send" 3<"$work/message" >"$work/out" 2>/dev/null
	[ $? -eq 64 ]
	ok $? "exit 64: $(echo "$request" | tr '\n' ' ')"
done

echo "1..$run"
exit $failed
