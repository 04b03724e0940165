#!/bin/sh
# SPDX-License-Identifier: ISC
# DANE: zones that knot signs, a resolver that validates, hosts that have TLSA
# records, right ones and wrong ones.
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

for program in knotd kzonesign unbound; do
	command -v $program >/dev/null || skip_all "no $program"
done
lay_cable 53 10 11 12 13 || skip_all 'no second network'

# ---- certificates: one that vouches for itself, two by an authority
cd "$scratch" || exit 1
certificate self DNS:nobody.invalid
certificate ca DNS:ca.invalid
certificate host DNS:mx2.good.test ca
certificate hop DNS:ta2.good.test ca
digest() { # of the public key, or with "whole" of all
	if [ "${2-}" ]; then
		openssl x509 -in "$1.pem" -outform DER
	else
		openssl x509 -in "$1.pem" -noout -pubkey |
		    openssl pkey -pubin -outform DER
	fi | sha256sum | cut -d ' ' -f 1
}
self=$(digest self)
ca=$(digest ca whole)

# ---- zones: one signed, one signed last year, one not at all
zone good.test <<-END
	mx1 A 192.0.2.10
	_25._tcp.mx1 TLSA 3 1 1 $self
	mx2 A 192.0.2.11
	_25._tcp.mx2 TLSA 2 0 1 $ca
	mx3 A 192.0.2.12
	_25._tcp.mx3 TLSA 2 0 1 $ca
	mx4 A 192.0.2.10
	_25._tcp.mx4 TLSA 3 1 1 $ca
	mx5 A 192.0.2.10
	_25._tcp.mx5 TLSA 1 1 1 $self
	mx6 A 192.0.2.10
	_25._tcp.mx6 CNAME tlsa.stale.test.
	mx7 A 192.0.2.10
	mx8 A 192.0.2.13
	_25._tcp.mx8 TLSA 3 1 1 $self
	mx9 CNAME mx1
	half CNAME host.plain.test.
	_25._tcp.half TLSA 3 1 1 $self
	none CNAME host.plain.test.
	ee MX 10 mx1
	_mta-sts.ee TXT "v=STSv1; id=1;"
	mta-sts.ee A 192.0.2.10
	ta MX 10 mx2
	ta2 MX 10 mx3
	tabad MX 10 mx3
	ta3 CNAME ta2
	ta4 CNAME ta3
	tabad2 CNAME tabad
	wrong MX 10 mx4
	pkix MX 10 mx5
	bogus MX 10 mx6
	without MX 10 mx7
	clear MX 10 mx8
	alias MX 10 mx9
	halfalias MX 10 half
	noalias MX 10 none
	two MX 10 mx4
	two MX 20 mx1
	three MX 10 mx6
	three MX 20 mx1
	implicit A 192.0.2.10
	_25._tcp.implicit TLSA 3 1 1 $ca
END
zone plain.test <<-END
	host A 192.0.2.10
	_25._tcp.host TLSA 3 1 1 $ca
	own MX 10 host
	foreign MX 10 mx4.good.test.
END
zone stale.test <<-END
	tlsa TLSA 3 1 1 $self
	late MX 10 mx1.good.test.
END
cat >knot/sign.conf <<-END
	database:
	    storage: $scratch/knot
	policy:
	  - id: one
	    algorithm: ecdsap256sha256
	    single-type-signing: on
	template:
	  - id: default
	    storage: $scratch/knot
	    dnssec-policy: one
	    dnssec-signing: on
	zone:
	  - domain: good.test
	  - domain: stale.test
END
mkdir knot/signed
kzonesign -c knot/sign.conf -o knot/signed good.test >knot/log 2>&1
kzonesign -c knot/sign.conf -o knot/signed -t $(($(date +%s) - 31536000)) \
    stale.test >>knot/log 2>&1
mv knot/signed/*.zone knot
start_knot 192.0.2.53@53 good.test stale.test plain.test
mkdir unbound
cat >unbound/conf <<-END
	server:
	    directory: $scratch/unbound
	    username: ""
	    chroot: ""
	    pidfile: ""
	    use-syslog: no
	    num-threads: 1
	    interface: 127.0.0.1
	    interface: 192.0.2.1
	    access-control: 192.0.2.0/24 allow
	    local-zone: test. nodefault
	    module-config: "validator iterator"
	    cache-max-negative-ttl: 0
	$(for zone in good stale; do
		keymgr -c knot/sign.conf $zone.test ds |
		    sed -n 's/.*/    trust-anchor: "&"/p;1q'
	done)
	remote-control:
	    control-enable: no
	$(for zone in good stale plain; do
		printf 'stub-zone:\n    name: %s.test\n    stub-addr: 192.0.2.53\n' \
		    $zone
	done)
END
unbound -d -c unbound/conf >unbound/log 2>&1 &
will_stop $!

# ---- hosts
offer='EHLO=250-mx.test|250-PIPELINING|250 STARTTLS'
exchanger 10 "$offer" "STARTTLS=!tls $scratch/self.both"
exchanger 11 "$offer" "STARTTLS=!tls $scratch/host.both"
exchanger 12 "$offer" "STARTTLS=!tls $scratch/hop.both"
exchanger 13 'EHLO=250-mx.test|250 PIPELINING'
# vouched: the resolver says so of an answer
vouched() {
	python3 -c 'import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.sendto(struct.pack(">6H", 1, 0x120, 1, 0, 0, 0) + b"\2ee\4good\4test\0\0\17\0\1",
         ("127.0.0.1", 53))
flags = struct.unpack(">6H", s.recv(512)[:12])[1]
sys.exit(flags & 0x20 == 0 or flags & 15 != 0)' 2>/dev/null
}
until_true 10 vouched
ok $? 'the zone is there, signed, and the resolver vouches for it'

new_instance
resolver 127.0.0.1
verdict pregreet off

try() { # DOMAIN: one message; the run's log in said
	rm -rf "$spool/queue" "$scratch"/state.db*
	policy "INSERT OR IGNORE INTO domain(name) VALUES('$1')"
	printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<>' "RCPT TO:<r@$1>" \
	    DATA "${field:-Subject: $1}" '' . QUIT |
	    mxrecv >"$scratch/out" 2>>"$scratch/log"
	said=$(mxrun "$1" 2>&1)
}

# ---- what the records say holds, though TLS is not demanded
goes ee.good.test dane '3 1 1: no name, no date, the key counts'
like "$said" 'policy=tlsa' 'it is DANE'
like "$(state 'SELECT * FROM tlsrpt')" \
    '\|ee.good.test\|tlsa\|mx1.good.test\|3 1 1 [0-9a-f]*' 'and is counted'
is "$(printf '%s\n' "$said" | grep -c sts)" 0 'and MTA-STS is not asked for'
goes ta.good.test dane '2 0 1: an authority of its own, and the host name'
goes ta2.good.test dane '2 0 1: the name of the domain itself will do'
goes ta3.good.test dane '2 0 1: or the name that the domain is an alias of'
goes ta4.good.test dane '2 0 1: by way of another alias'
waits tabad2.good.test 'tls-failed .*type=certificate-host-mismatch' \
    '2 0 1: an alias of another will not'
waits tabad.good.test 'tls-failed .*type=certificate-host-mismatch' \
    '2 0 1: another name will not'
waits wrong.good.test 'tls-failed .*policy=tlsa type=' 'a wrong digest'
like "$said" 'primary-down .*reason="?451 4.7.5 TLS with mx4' \
    'and that it is TLS'
waits clear.good.test '451 4.7.4 TLS is required' 'no STARTTLS where it is promised'
is "$(grep -c '^MAIL' mx13/log)" 0 'and no mail in clear'
waits bogus.good.test 'tls-failed .*type=dnssec-invalid' \
    'TLSA records with an expired signature: the host is not used'
like "$said" '451 4.7.5 TLS with mx6' 'and that is told'
waits late.stale.test 'the DNS does not answer' 'MX records likewise'
goes pkix.good.test no 'PKIX-EE alone: TLS, with anybody'
like "$said" 'type=tlsa-invalid' 'which is told'
goes two.good.test dane 'the next host, where one fails'
like "$said" 'tls-failed .*host="?mx4.good.test .*policy=tlsa' \
    'and the one that failed is told'
goes three.good.test dane 'the next host, where of one the DNS lies'
goes alias.good.test dane 'an alias: the records of where it leads'
goes halfalias.good.test dane \
    'an alias that leads out of DNSSEC: its own records'
waits implicit.good.test 'policy=tlsa type=' 'no MX: the records of the domain'

# ---- the sender does not care (RFC 8689)
field='TLS-Required: No'
goes wrong.good.test no 'TLS-Required: No: with a wrong digest'
like "$said" 'primary-down .*451 4.7.5 TLS with mx4' 'which is told'
goes clear.good.test clear 'TLS-Required: No: without STARTTLS'
goes bogus.good.test no 'TLS-Required: No: where the DNS lies'
goes ee.good.test dane 'TLS-Required: No: DANE, where it can be had'
setting tls dane
waits wrong.good.test 'primary-down .*451 4.7.5' 'but not where we want DANE'
setting tls may
field=

# ---- what DNSSEC does not vouch for does not count
goes without.good.test no 'no records: TLS where it works'
like "$said" 'policy=no-policy-found' 'and it is not DANE'
goes noalias.good.test no 'an alias without'
goes own.plain.test no 'an insecure zone: its records do not count'
goes foreign.plain.test no \
    'insecure MX records: those of the host they name do not count'

# ---- other settings
setting tls dane
goes ee.good.test dane 'dane: with them'
waits without.good.test 'type=dane-required' 'dane: not without'
waits pkix.good.test 'type=tlsa-invalid' 'dane: nor with those of no use'
waits own.plain.test 'type=dane-required' 'dane: nor in an insecure zone'
setting tls encrypt
goes ee.good.test dane 'encrypt: with them'
waits wrong.good.test 'policy=tlsa type=' 'encrypt: and not against them'
setting tls none
goes wrong.good.test clear 'none: they are not asked for'
setting tls verify
waits ee.good.test 'certificate-not-trusted' 'verify: nor here'

# ---- a route
setting tls may
policy "INSERT INTO domain(name, route)
    VALUES('routed.test', '[mx4.good.test]:25')"
waits routed.test 'tls-failed .*policy=tlsa type=' \
    'a route by name: its records hold'
policy "UPDATE domain SET route = '[mx1.good.test]' WHERE name = 'routed.test'"
goes routed.test dane 'and good ones are used'
policy "UPDATE domain SET route = '[192.0.2.10]' WHERE name = 'routed.test'"
goes routed.test no 'a route by address has none'

# ---- whose word counts
resolver 192.0.2.1
goes wrong.good.test no 'a resolver on the network is not believed'
like "$said" 'policy=no-policy-found' 'whatever it says'
setting tls dane
waits ee.good.test 'resolver is not trusted' 'dane: it is told that DANE needs one'
echo 'resolvers_trusted yes' >>"$conf"
goes ee.good.test dane 'unless mx.conf trusts it'
done_testing
