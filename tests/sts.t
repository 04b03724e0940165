#!/bin/sh
# SPDX-License-Identifier: ISC
# MTA-STS: policies of every kind from a web server, and what mail does then.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/network.sh
. "$tests/peers/network.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"
# shellcheck source=tests/peers/outcome.sh
. "$tests/peers/outcome.sh"

command -v knotd >/dev/null || skip_all 'no knotd'
lay_cable 53 10 11 12 20 || skip_all 'no second network'
cd "$scratch" || exit 1

certificate ca DNS:ca.invalid
certificate mx1 DNS:mx1.hosts.test ca
certificate mx2 DNS:mx2.hosts.test
certificate web DNS:mta-sts.a.test,DNS:mta-sts.b.test,DNS:mta-sts.c.test,DNS:mta-sts.d.test ca
certificate other DNS:www.a.test ca
certificate self DNS:mta-sts.a.test,DNS:mta-sts.b.test

zone test <<-END
	mx1.hosts A 192.0.2.10
	mx2.hosts A 192.0.2.11
	mx3.hosts A 192.0.2.12
	a MX 10 mx1.hosts
	b MX 10 mx2.hosts
	c MX 10 mx2.hosts
	c MX 20 mx1.hosts
	d MX 10 mx3.hosts
	two MX 10 mx2.hosts
	_mta-sts.two TXT "v=STSv1; id=1;"
	_mta-sts.two TXT "v=STSv1; id=2;"
	mta-sts.two A 192.0.2.20
	without MX 10 mx1.hosts
	$(for d in a b c d; do
		printf '_mta-sts.%s TXT "v=STSv1; id=now;"\n' $d
		printf '_mta-sts.%s TXT "something else"\n' $d
		printf 'mta-sts.%s A 192.0.2.20\n' $d
	done)
END
start_knot 192.0.2.53@53 test
mkdir web
$there "$tests/peers/stsd.py" web 192.0.2.20 2>web.err &
will_stop $!
offer='EHLO=250-mx.test|250-PIPELINING|250 STARTTLS'
exchanger 10 "$offer" "STARTTLS=!tls $scratch/mx1.both"
exchanger 11 "$offer" "STARTTLS=!tls $scratch/mx2.both"
exchanger 12 'EHLO=250-mx.test|250 PIPELINING'
until_true 10 test -e web/ready

new_instance
resolver 192.0.2.53
echo "tls_authorities $scratch/ca.pem" >>"$conf"
verdict pregreet off
for d in a b c d two without; do
	add_domain $d.test
done

# text MODE MX…: a policy; serve HEADER: it, behind that header
text() {
	printf 'version: STSv1\r\nmode: %s\r\nmax_age: 604800\r\n' "$1"
	shift
	for host; do
		printf 'mx: %s\r\n' "$host"
	done
}
answer() { # STATUS TYPE: what is on stdin
	cat >body
	printf 'HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n' \
	    "$1" "$2" "$(wc -c <body)" | cat - body >web/answer
}
serve() {
	text "$@" | answer '200 OK' 'text/plain; charset=utf-8'
}
forget() {
	rm -rf "$scratch"/state.db*
}
fetched() { # how often
	grep -c '^GET /.well-known/mta-sts.txt HTTP/1.1' web/log
}
try() { # DOMAIN: one message; the run's log in said
	rm -rf "$spool/queue"
	[ "${keep-}" ] || forget
	[ ! -e state.db ] || state 'DELETE FROM primary_mx'
	printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<>' "RCPT TO:<r@$1>" \
	    DATA "Subject: $1" '' . QUIT |
	    mxrecv >"$scratch/out" 2>>"$scratch/log"
	said=$(mxrun "$1" 2>&1)
}
cp web.both web/cert

# ---- modes
serve enforce mx1.hosts.test
goes a.test pkix 'enforce: a host that is what its name says'
like "$said" 'policy=sts' 'because of the policy'
is "$(tr -d '\r' <web/log | sed -n '/^Host/p')" 'Host: mta-sts.a.test' \
    'which was asked for'
serve enforce '*.hosts.test'
waits b.test 'tls-failed .*policy=sts type=certificate-not-trusted' \
    'enforce: one that is not'
like "$said" 'primary-down .*reason="?451 4.7.5 TLS with mx2' \
    'as a matter of TLS'
mxq stats b.test >"$scratch/out" 2>&1
like "$(cat "$scratch/out")" '451 4.7.5 TLS with mx2.hosts.test' 'mxq stats too'
goes c.test pkix 'enforce: the next host'
like "$said" 'tls-failed .*host="?mx2.hosts.test' 'and the first is told'
waits d.test '451 4.7.4 TLS is required' 'enforce: one without STARTTLS'
serve enforce mx9.hosts.test
waits a.test 'tls-failed .*mx1.hosts.test policy=sts type=validation-failure' \
    'enforce: one that the policy does not name'
like "$said" 'reason="?451 4.7.5 TLS with mx1.* does not name it' 'and that is why'
serve testing '*.hosts.test'
goes b.test no 'testing: mail goes where it would fail'
like "$said" 'tls-failed .*policy=sts type=certificate-not-trusted' \
    'but that is told'
goes d.test clear 'testing: also without STARTTLS'
like "$said" 'tls-failed .*policy=sts type=starttls-not-supported' 'which is told'
goes a.test pkix 'testing: where it would not fail'
serve testing mx9.hosts.test
goes a.test no 'testing: a host that is not named'
like "$said" 'policy=sts type=validation-failure' 'which is told'
serve none
goes b.test no 'none: as without'
like "$said" 'policy=no-policy-found' 'there is no policy'
goes two.test no 'two records are none'
is "$(printf '%s\n' "$said" | grep -c sts-)" 0 'and no failure'

# ---- fetches that fail
fails() { # TYPE WHAT
	goes b.test no "$2: as without"
	like "$said" "tls-failed .*mta-sts.b.test policy=sts type=$1" \
	    'and that is told'
}
serve enforce '*.hosts.test'
cp other.both web/cert
fails sts-webpki-invalid 'the certificate is for another name'
cp self.both web/cert
fails sts-webpki-invalid 'nobody vouches for the certificate'
cp web.both web/cert
text enforce '*.hosts.test' | answer '301 Moved' text/plain
fails sts-policy-fetch-error 'a redirect'
text enforce '*.hosts.test' | answer '200 OK' text/html
fails sts-policy-fetch-error 'a page of HTML'
(text enforce '*.hosts.test' && head -c 65536 /dev/zero | tr '\0' x) |
    answer '200 OK' text/plain
fails sts-policy-fetch-error 'more than 64 KiB'
like "$said" '64 KiB' 'which is why'
printf 'not here\n' | answer '200 OK' text/plain
fails sts-policy-invalid 'no policy'
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n' >web/answer
fails sts-policy-fetch-error 'an answer that ends early'

# ---- by hand: time
hand() { # DEADLINE-MS
	"$build/libexec/mx-sts" <<-END
		domain=a.test
		address=192.0.2.20:443
		libexec=$build/libexec
		authorities=$scratch/ca.pem
		deadline_ms=$1

	END
}
serve enforce mx1.hosts.test
is "$(hand 20000 | tr '\n' ' ')" \
    'line=version:%20STSv1 line=mode:%20enforce line=max_age:%20604800 line=mx:%20mx1.hosts.test  ' \
    'a policy in lines'
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n' \
    >web/answer
text none >body
printf '%x\r\n' "$(wc -c <body)" | cat - body >>web/answer
printf '\r\n0\r\n\r\n' >>web/answer
like "$(hand 20000)" '^line=mode:%20none' 'in chunks'
serve enforce mx1.hosts.test
touch web/slow
began=$(date +%s)
like "$(hand 3000)" '^failure=sts-policy-fetch-error' 'a slow one'
[ $(($(date +%s) - began)) -le 12 ]
ok $? 'is not waited for'
rm web/slow
until_true 10 sh -c "! $there ss -Htn state established sport 443 | grep -q ."

# ---- what is remembered
serve enforce '*.hosts.test'
waits b.test policy=sts 'a policy is fetched'
keep=yes
before=$(fetched)
printf 'oh\n' | answer '500 Oh' text/plain
waits b.test policy=sts 'it is remembered'
is "$(fetched)" "$before" 'and not asked for again'
state "UPDATE sts SET id = 'old', tried = 0"
waits b.test 'type=sts-policy-fetch-error' 'another id: it is asked for'
is "$(fetched)" $((before + 1)) 'once'
like "$said" 'type=certificate-not-trusted' 'the old one holds'
waits b.test 'type=certificate-not-trusted' 'it is not asked for twice within minutes'
is "$(fetched)" $((before + 1)) 'nor is it'
state 'UPDATE sts SET fetched = fetched - 604800, tried = 0'
goes b.test no 'its time is over, and the server fails: as without'
setting tls sts
waits b.test 'MTA-STS is demanded' 'sts: mail waits then'
serve enforce '*.hosts.test'
state 'UPDATE sts SET tried = 0'
waits b.test 'type=certificate-not-trusted' 'sts: until there is one again'
keep=

# ---- settings
goes a.test pkix 'sts: a policy that is kept to'
serve testing '*.hosts.test'
waits b.test 'type=certificate-not-trusted' 'sts: one that only tests is kept to'
serve none
waits a.test 'MTA-STS is demanded' 'sts: mode none is no policy'
waits without.test 'MTA-STS is demanded' 'sts: nor is none'
setting tls encrypt
serve testing '*.hosts.test'
waits d.test '451 4.7.4 TLS is required' 'encrypt: a test takes nothing away'
goes b.test no 'encrypt: nor does it add'
serve enforce '*.hosts.test'
waits b.test 'type=certificate-not-trusted' 'encrypt: a policy does'
setting tls may
policy "UPDATE domain SET route = '[mx2.hosts.test]:25' WHERE name = 'b.test'"
goes b.test no 'may: a route is not the domain'\''s, nor under its policy'
setting tls sts
waits b.test 'type=certificate-not-trusted' 'sts: unless that is wanted'
done_testing
