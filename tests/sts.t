#!/bin/sh
# SPDX-License-Identifier: ISC
# MTA-STS: policies of every kind from a web server, and what mail does then.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'network namespaces want root'
command -v knotd >/dev/null || skip_all 'no knotd'
here=sts$$h there=sts$$t
ip netns add $here 2>/dev/null || skip_all 'no network namespaces'
ip netns add $there
# shellcheck disable=SC2317 # by the trap
leave() {
	clear_up
	ip netns del "$here"
	ip netns del "$there"
}
trap leave EXIT

ip -n $here link add v0 type veth peer name v0 netns $there
for side in "$here 1" "$there 2"; do
	# shellcheck disable=SC2086 # two words
	set -- $side
	ip -n "$1" link set lo up
	ip -n "$1" link set v0 up
	ip -n "$1" addr add "192.0.2.$2/24" dev v0
done
for n in 53 10 11 12 20; do
	ip -n $there addr add "192.0.2.$n/24" dev v0
done
cd "$scratch" || exit 1

made() { # NAME SUBJECT-ALTERNATIVE [ISSUER]
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 2 -subj "/CN=$1" -addext "subjectAltName=$2" \
	    ${3:+-CA "$3.pem" -CAkey "$3.key" -addext basicConstraints=CA:FALSE} \
	    -keyout "$1.key" -out "$1.pem" 2>/dev/null
	cat "$1.pem" "$1.key" >"$1.both"
}
made ca DNS:ca.invalid
made mx1 DNS:mx1.hosts.test ca
made mx2 DNS:mx2.hosts.test
made web DNS:mta-sts.a.test,DNS:mta-sts.b.test,DNS:mta-sts.c.test,DNS:mta-sts.d.test ca
made other DNS:www.a.test ca
made self DNS:mta-sts.a.test,DNS:mta-sts.b.test

mkdir knot web
cat >knot/test.zone <<-END
	\$ORIGIN test.
	\$TTL 60
	@ SOA ns hostmaster 1 60 60 60 60
	@ NS ns
	ns A 192.0.2.53
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
cat >knot/knot.conf <<-END
	server:
	    rundir: $scratch/knot
	    listen: 192.0.2.53@53
	database:
	    storage: $scratch/knot
	zone:
	  - domain: test
	    file: $scratch/knot/test.zone
END
ip netns exec $there knotd -c knot/knot.conf >knot/log 2>&1 &
will_stop $!
ip netns exec $there "$tests/peers/stsd.py" web 192.0.2.20 2>web.err &
will_stop $!
offer='EHLO=250-mx.test|250-PIPELINING|250 STARTTLS'
mx() { # NUMBER RULE…
	mkdir "mx$1"
	number=$1
	shift
	FAKEMX_LISTEN=192.0.2.$number:25 ip netns exec $there \
	    "$tests/peers/fakemx.py" "mx$number" "$@" 2>"mx$number.err" &
	will_stop $!
}
mx 10 "$offer" "STARTTLS=!tls $scratch/mx1.both"
mx 11 "$offer" "STARTTLS=!tls $scratch/mx2.both"
mx 12 'EHLO=250-mx.test|250 PIPELINING'
for file in mx10/port mx11/port mx12/port web/ready; do
	until_true 10 test -e $file
done
until_true 10 ip netns exec $here python3 -c 'import socket
socket.create_connection(("192.0.2.53", 53), 1)' 2>/dev/null

new_instance
sed 's/^resolver .*/resolver 192.0.2.53/' "$conf" >"$conf.new" &&
    mv "$conf.new" "$conf"
echo "tls_authorities $scratch/ca.pem" >>"$conf"
policy "UPDATE policy SET verdict = 'off' WHERE test = 'pregreet'"
for d in a b c d two without; do
	add_domain $d.test
done

tls() { # VALUE, of all domains
	policy "UPDATE setting SET value = '$1' WHERE name = 'tls'"
}
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
	[ ! -e state.db ] || sqlite3 state.db 'DELETE FROM primary_mx'
	printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<>' "RCPT TO:<r@$1>" \
	    DATA "Subject: $1" '' . QUIT |
	    mxrecv >"$scratch/out" 2>>"$scratch/log"
	said=$(ip netns exec $here "$build/bin/mxrun" -f "$conf" "$1" 2>&1)
}
goes() { # DOMAIN HOW WHAT: verified so, or "clear"
	try "$1"
	is "$(count_queued)" 0 "$3"
	if [ "$2" = clear ]; then
		is "$(printf '%s\n' "$said" | grep -c '^tls ')" 0 'in clear'
	else
		like "$said" "^tls .*verified=$2" "verified: $2"
	fi
	[ "$(count_queued)" = 0 ] || printf '%s\n' "$said" | sed 's/^/# /'
}
waits() { # DOMAIN WHY WHAT
	try "$1"
	is "$(count_queued)" 1 "$3"
	like "$said" "$2" 'and it is said'
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
	ip netns exec $here "$build/libexec/mx-sts" <<-END
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
until_true 10 sh -c "! ip netns exec $there ss -Htn state established sport 443 | grep -q ."

# ---- what is remembered
serve enforce '*.hosts.test'
waits b.test policy=sts 'a policy is fetched'
keep=yes
before=$(fetched)
printf 'oh\n' | answer '500 Oh' text/plain
waits b.test policy=sts 'it is remembered'
is "$(fetched)" "$before" 'and not asked for again'
sqlite3 state.db "UPDATE sts SET id = 'old', tried = 0"
waits b.test 'type=sts-policy-fetch-error' 'another id: it is asked for'
is "$(fetched)" $((before + 1)) 'once'
like "$said" 'type=certificate-not-trusted' 'the old one holds'
waits b.test 'type=certificate-not-trusted' 'it is not asked for twice within minutes'
is "$(fetched)" $((before + 1)) 'nor is it'
sqlite3 state.db 'UPDATE sts SET fetched = fetched - 604800, tried = 0'
goes b.test no 'its time is over, and the server fails: as without'
tls sts
waits b.test 'MTA-STS is demanded' 'sts: mail waits then'
serve enforce '*.hosts.test'
sqlite3 state.db 'UPDATE sts SET tried = 0'
waits b.test 'type=certificate-not-trusted' 'sts: until there is one again'
keep=

# ---- settings
goes a.test pkix 'sts: a policy that is kept to'
serve testing '*.hosts.test'
waits b.test 'type=certificate-not-trusted' 'sts: one that only tests is kept to'
serve none
waits a.test 'MTA-STS is demanded' 'sts: mode none is no policy'
waits without.test 'MTA-STS is demanded' 'sts: nor is none'
tls encrypt
serve testing '*.hosts.test'
waits d.test '451 4.7.4 TLS is required' 'encrypt: a test takes nothing away'
goes b.test no 'encrypt: nor does it add'
serve enforce '*.hosts.test'
waits b.test 'type=certificate-not-trusted' 'encrypt: a policy does'
tls may
policy "UPDATE domain SET route = '[mx2.hosts.test]:25' WHERE name = 'b.test'"
goes b.test no 'may: a route is not the domain'\''s, nor under its policy'
tls sts
waits b.test 'type=certificate-not-trusted' 'sts: unless that is wanted'
done_testing
