#!/bin/sh
# SPDX-License-Identifier: ISC
# TLS to the primary: as the setting tls demands, and what becomes of mail when
# it is not to be had.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

# hand [CLIENT [FILE]]: a message to c@b.test
hand() {
	"$tests/peers/client.py" "${1-127.0.0.1}" a@a.test c@b.test ${2+"$2"} \
	    -- "$build/bin/mxrecv" -f "$conf" >"$scratch/out" 2>>"$scratch/log"
}
run() {
	mxrun b.test 2>"$scratch/log.run"
}
reason() {
	sed -n 's/.* reason="\(.*\)".*/\1/p' "$scratch/log.run" | tail -n 1
}
# ask RCPT: what it is answered, nothing being remembered
ask() {
	rm -f "$scratch"/state.db*
	policy "UPDATE policy SET verdict = 'defer'
	    WHERE test IN ('recipient', 'unknown')"
	"$tests/peers/client.py" 127.0.0.1 a@a.test "$1" \
	    -- "$build/bin/mxrecv" -f "$conf" 2>>"$scratch/log" | head -n 1
}
# heard: what the scripted primary was told since mark
mark() {
	lines=$(wc -l <"$scratch/mx/log")
}
heard() {
	tail -n "+$((lines + 1))" "$scratch/mx/log"
}
# fresh RULE=REPLY…: an instance whose b.test has a scripted primary
fresh() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	new_instance
	start_primary "$@"
	add_domain b.test "[127.0.0.1]:$primary_port"
	hand
}
offer='EHLO=250-mx.test|250-PIPELINING|250 STARTTLS'

# ---- a primary that does not, or not as it should
fresh
run
is "$(count_taken)" 1 'may: where STARTTLS is not offered, in clear'
is "$(grep -c tls "$scratch/log.run")" 0 'without a word'
fresh
setting tls encrypt b.test
run
is "$(count_taken):$(count_queued)" 0:1 'encrypt: the message waits'
like "$(reason)" '^451 4.7.4 TLS is required, but .*: it is not offered' \
    'and the log says why'
mxq show "$(basename "$(queued b.test)")" >"$scratch/out"
mxq stats >>"$scratch/out" 2>&1
like "$(cat "$scratch/out")" '4.7.4 TLS is required' 'and mxq'
fresh 'RCPT:bad@b.test=550 5.1.1 no such user'
setting tls encrypt b.test
mark
like "$(ask bad@b.test)" '^450 4.1.1 .*not known here' \
    'encrypt: nor is it asked about recipients'
is "$(heard | grep -c '^MAIL\|^RCPT')" 0 'in clear'
like "$(mxq stats 2>&1)" '4.7.4 TLS is required' 'what it lacks is TLS'
setting tls may b.test
like "$(ask bad@b.test)" '^450 4.1.1 .*550 5.1.1 no such user' 'with may it is'
fresh "$offer" 'STARTTLS=454 4.7.0 not now'
run
is "$(count_taken):$(grep -c '^EHLO' "$scratch/mx/log")" 1:1 \
    'may: refused, in clear over the same connection'
like "$(cat "$scratch/log.run")" 'tls-failed .*type=starttls-not-supported' \
    'which the log tells'
fresh "$offer" 'STARTTLS=454 4.7.0 not now'
setting tls verify b.test
run
is "$(count_taken)" 0 'verify: refused, it waits'
fresh "$offer" 'STARTTLS=!octets 220 go\r\n250-mx.test\r\n250 CHUNKING\r\n'
run
is "$(count_taken):$(grep -c '^EHLO' "$scratch/mx/log")" 1:2 \
    'may: octets behind the 220: in clear over a new connection'
fresh "$offer" 'STARTTLS=!octets 220 go\r\n250-mx.test\r\n250 CHUNKING\r\n'
setting tls encrypt b.test
run
is "$(count_taken)" 0 'encrypt: they are not taken for an answer'
is "$(grep -c '^MAIL' "$scratch/mx/log")" 0 'and no mail is begun'
fresh "$offer" 'STARTTLS=!drop'
run
is "$(count_taken):$(grep -c '^EHLO' "$scratch/mx/log")" 1:2 \
    'may: the connection lost: in clear over a new one'
fresh "$offer" 'STARTTLS=!drop'
setting tls none b.test
run
is "$(count_taken):$(grep -c '^STARTTLS' "$scratch/mx/log")" 1:0 'none: not asked for'

# ---- TLS that ends within the answer to the message
certificate mx DNS:mx.test
over() {
	fresh "$offer" "STARTTLS=!tls $scratch/mx.both" "DATAEND=$1"
	run
}
for how in cut bye; do
	over "!$how 250 2.0.0 tak"
	is "$(count_taken):$(count_queued)" 1:1 "$how: half of an answer is none"
	over "!$how 250 2.0.0 taken\\r\\n"
	is "$(count_taken):$(count_queued)" 1:0 "$how behind it does not matter"
	over "!$how 250-2.0.0 taken\\r\\n"
	is "$(count_taken):$(count_queued)" 1:1 "$how: nor is the first of its lines"
done

# ---- recipients
fresh "$offer" "STARTTLS=!tls $scratch/mx.both" \
    'RCPT:bad@b.test=550 5.1.1 no such user'
for wish in may encrypt; do
	setting tls $wish b.test
	mark
	like "$(ask bad@b.test)" '^450 4.1.1 .*550 5.1.1 no such user' \
	    "$wish: asked over TLS"
	is "$(heard | grep -o '^RCPT\|^STARTTLS' | tr '\n' ' ')" \
	    'STARTTLS RCPT ' 'and not before'
done
for wish in verify dane sts; do
	setting tls $wish b.test
	mark
	like "$(ask bad@b.test)" '^450 4.1.1 .*not known here' \
	    "$wish: not to be had, not asked"
	is "$(heard | grep -v '^-- \|^EHLO\|^STARTTLS\|^QUIT')" '' \
	    'nor told of anybody'
	like "$(mxq stats 2>&1)" '4.7.5 TLS with' 'which mxq tells'
done
setting tls none b.test
mark
like "$(ask bad@b.test)" '^450 4.1.1 .*550 5.1.1 no such user' 'none: asked'
is "$(heard | grep -c '^STARTTLS')" 0 'in clear'

# ---- Postfix
if [ "$(id -u)" -ne 0 ] || ! unpack_postfix; then
	echo '# no Postfix here'
	done_testing
fi
certificate mx.b.test DNS:mx.b.test,IP:127.0.0.1
certificate other.test DNS:other.test
postfix_settings="smtpd_tls_security_level = may
smtpd_tls_cert_file = $scratch/mx.b.test.pem
smtpd_tls_key_file = $scratch/mx.b.test.key
smtpd_tls_received_header = yes
smtpd_authorized_xclient_hosts = 127.0.0.0/8"
start_postfix b.test
new_instance
add_domain b.test "[127.0.0.1]:$postfix_port"

hand 127.0.0.9
run
until_true 20 have_arrived 1
is "$(grep -c 'using TLSv1.3' "$mailbox"/new/*)" 1 'may: over TLS'
like "$(cat "$scratch/log.run")" \
    '^tls domain=b.test .*protocol=TLSv1.3 cipher=[^ ]+ verified=no' \
    'and the log says with whom'
is "$(grep -c '^Received: from client.test (unknown \[127.0.0.9\])' \
    "$mailbox"/new/*)" 2 'XCLIENT inside it: the stamps, ours too, name the client'
setting tls encrypt b.test
hand
run
is "$(count_queued)" 0 'encrypt: with anybody'
setting tls verify b.test
hand
run
is "$(count_queued)" 1 'verify: nobody vouches for it, the message waits'
like "$(reason)" '^451 4.7.5 TLS with .*self-signed certificate' 'and says why'
like "$(cat "$scratch/log.run")" 'tls-failed .*type=certificate-not-trusted' \
    'in the words of RFC 8460'
echo "tls_authorities $scratch/mx.b.test.pem" >>"$conf"
run
is "$(count_queued)" 0 'verify: tls_authorities does'
like "$(cat "$scratch/log.run")" 'verified=pkix' 'and it is verified'
sed -i "s,^tls_authorities .*,tls_authorities $scratch/other.test.pem," "$conf"
hand
run
is "$(count_queued)" 1 'verify: somebody else does not'
setting tls may b.test
run
is "$(count_queued)" 0 'a change of the setting holds at once'

# ---- by hand: names
printf 'Subject: x\r\n\r\n' >"$scratch/message"
# open HOST: an attempt with that name, which has to be the certificate's
open() {
	"$build/libexec/mx-send" -t 20 <<-END
		op=open
		helo=backup.test
		libexec=$build/libexec
		authorities=$scratch/mx.b.test.pem
		target=127.0.0.1:$postfix_port
		host=$1
		tls=verify

		op=quit

	END
}
like "$(open mx.b.test)" '^verified=pkix$' 'the name in the certificate'
open mx.c.test >"$scratch/out"
like "$(cat "$scratch/out")" '^failure=certificate-host-mismatch$' 'another name'
like "$(cat "$scratch/out")" '^status=temporary$' 'is none that mail goes to'

# ---- octet by octet, the file straight into mx-tls
awk 'BEGIN {
	printf "From: a@a.test\r\nSubject: large\r\nDate: Tue, 24 Nov 2026 02:00:00 +0000\r\nMessage-ID: <w@a.test>\r\n\r\n"
	for (i = 0; i < 60000; i++) printf "%d a line of some text\r\n", i
}' >"$scratch/large"
for way in $postfix_port $postfix_data; do
	rm -f "$mailbox"/new/*
	policy "UPDATE domain SET route = '[127.0.0.1]:$way'"
	hand 127.0.0.1 "$scratch/large"
	run
	until_true 20 have_arrived 1
	sed -n '/^From: a@a.test$/,$p' "$mailbox"/new/* >"$scratch/got"
	tr -d '\r' <"$scratch/large" | cmp -s - "$scratch/got"
	ok $? 'a large message arrives as it was'
	is "$(grep -c 'using TLS' "$mailbox"/new/*)" 1 'over TLS'
done

# ---- one that says 530 to MAIL in clear
strict=$(free_port)
cat >>"$home/etc/master.cf" <<-END
	127.0.0.1:$strict inet n - n - - smtpd
	  -o smtpd_tls_security_level=encrypt
	  -o { virtual_mailbox_maps = inline:{ { c@b.test = box/ } } }
END
kill -HUP "$master"
until_true 20 listens "$strict"
ok $? 'Postfix that wants TLS serves'
policy "UPDATE domain SET route = '[127.0.0.1]:$strict'"
for wish in may encrypt; do
	setting tls $wish b.test
	like "$(ask nobody@b.test)" '^450 4.1.1 .*550 5.1.1 .*User unknown' \
	    "$wish: it is asked over TLS"
	like "$(ask c@b.test)" '^250 ' 'and knows some'
done
setting tls none b.test
like "$(ask nobody@b.test)" '^250 ' 'none: it says nothing of anybody'
setting tls verify b.test
like "$(ask c@b.test)" '^450 4.1.1 .*not known here' \
    'verify: nobody vouches for it, it is not asked'
sed -i "s,^tls_authorities .*,tls_authorities $scratch/mx.b.test.pem," "$conf"
like "$(ask nobody@b.test)" '^450 4.1.1 .*550 5.1.1 .*User unknown' \
    'tls_authorities does, it is'
done_testing
