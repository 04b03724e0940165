#!/bin/sh
# SPDX-License-Identifier: ISC
# A primary that is not what its domain's MTA-STS policy, or our setting, demands:
# which mail waits, and which does not because its sender does not care (RFC
# 8689); that it is not asked about recipients, nor handed mail at once.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/network.sh
. "$tests/peers/network.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

command -v knotd >/dev/null || skip_all 'no knotd'
lay_cable 53 10 11 12 13 || skip_all 'no second network'
cd "$scratch" || exit 1

certificate ca DNS:ca.invalid
certificate good DNS:good.hosts.test ca
certificate self DNS:self.hosts.test
certificate backup DNS:backup.test

zone test <<-END
	good.hosts A 192.0.2.10
	self.hosts A 192.0.2.11
	clear.hosts A 192.0.2.12
	nobody.hosts A 192.0.2.13
	a MX 10 good.hosts
	b MX 10 self.hosts
	c MX 10 clear.hosts
	d MX 10 nobody.hosts
	e MX 10 nobody.hosts
	e MX 20 self.hosts
	stranger MX 10 self.hosts
END
start_knot 192.0.2.53@53 test
offer='EHLO=250-mx.test|250-PIPELINING|250 STARTTLS'
export FAKEMX_AT_ONCE=20
exchanger 10 "$offer" "STARTTLS=!tls $scratch/good.both" \
    'RCPT:no@a.test=550 5.1.1 who'
exchanger 11 "$offer" "STARTTLS=!tls $scratch/self.both" \
    'RCPT:no@b.test=550 5.1.1 who' 'RCPT:no@stranger.test=550 5.1.1 who'
exchanger 12 'EHLO=250-mx.test|250 PIPELINING' 'RCPT:no@c.test=550 5.1.1 who'

new_instance
resolver 192.0.2.53
cat >>"$conf" <<-END
	tls_authorities $scratch/ca.pem
	tls_certificate $scratch/backup.both
END
verdict pregreet off
for domain in a b c d e; do
	add_domain $domain.test
done

run() { # DOMAIN: said is the log
	said=$(mxrun "$1" 2>&1)
}
# knows HOST…: of all domains their policy was fetched, and names those hosts
knows() {
	run a.test # makes state.db
	state 'DELETE FROM primary_mx' 'DELETE FROM sts'
	[ $# -gt 0 ] || return
	for domain in a b c d e stranger; do
		state "INSERT INTO sts VALUES('$domain.test', '1', unixepoch(),
		    unixepoch(), unixepoch() + 86400,
		    'version: STSv1' || char(10) || 'mode: enforce' ||
		    char(10) || 'max_age: 86400' || char(10) ||
		    'mx: $*' || char(10))"
	done
}
# put DOMAIN [LINE…]: a message that comes in
put() {
	domain=$1
	shift
	[ $# -gt 0 ] || set -- 'Subject: cares'
	printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<a@sender.test>' \
	    "RCPT TO:<r@$domain>" DATA "$@" '' . QUIT | mxrecv >out 2>>log
}
optional() {
	put "$1" 'TLS-Required: No' 'Subject: does not care'
}
fresh() {
	rm -rf "$spool/queue" mx*/message.*
	state 'DELETE FROM primary_mx'
}
# taken NUMBER: the subjects of what that host has, and how many of each
taken() {
	cat mx"$1"/message.* 2>/dev/null | tr -d '\r' | grep '^Subject:' |
	    sort | uniq -c | tr -s ' \n' ' ' | sed 's/Subject: //g; s/^ //; s/ $//'
}
logged() {
	printf '%s\n' "$said" | grep -c "^$1 "
}

# ---- a certificate that nobody vouches for
knows '*.hosts.test'
for order in 'put optional' 'optional put'; do
	fresh
	for how in $order; do
		$how b.test
	done
	run b.test
	is "$(taken 11):$(count_queued)" '1 does not care:1' \
	    "$order: TLS-Required: No goes, the other waits"
	like "$said" '^primary-down .*451 4.7.5 TLS with self.hosts.test' \
	    'for which the primary is down'
	like "$said" '^tls .*policy=no-policy-found .*verified=no' \
	    'it goes over TLS all the same, with anybody'
done
is "$(health state b.test)" 3 \
    'nor is the primary UP for that'
is "$(state "SELECT sum(sessions) FROM tlsrpt WHERE policy_domain = 'b.test'
    AND result = ''")" '' 'and such a session is not reported'
listen
fresh
"$tests/peers/tlsclient.py" "$port" requiretls REQUIRETLS 'TLS-Required: No' \
    >out 2>&1
run b.test
is "$(taken 11):$(count_queued)" ':1' \
    'REQUIRETLS waits, whatever the field says'

fresh
for _ in 1 2 3 4 5 6 7 8 9 10; do
	put b.test
	optional b.test
done
setting connections 1 b.test
before=$(grep -c '^STARTTLS' mx11/log)
run b.test
is "$(taken 11):$(count_queued)" '10 does not care:10' 'of many each other one'
is "$(($(grep -c '^STARTTLS' mx11/log) - before))" 2 \
    'over one session, behind the one that failed'
is "$(logged primary-down)" 1 'it is down once'

# ---- other demands
fresh
put c.test
optional c.test
run c.test
is "$(taken 12):$(count_queued)" '1 does not care:1' 'no STARTTLS: in clear'
like "$said" '^primary-down .*451 4.7.4 TLS is required' 'which is why it is down'
fresh
optional e.test
put e.test
run e.test
is "$(taken 11):$(count_queued)" '1 does not care:1' \
    'the first host is dead, the second is not what it has to be'
fresh
optional d.test
put d.test
run d.test
is "$(count_queued):$(logged primary-down)" 2:1 \
    'a host that is dead is asked once, whoever cares'
fresh
optional a.test
put a.test
run a.test
is "$(taken 10)" '1 cares 1 does not care' 'a host as it has to be: both go'
is "$(logged tls)" 1 'over one session'
like "$said" '^tls .*policy=sts .*verified=pkix' 'which is verified'
knows 'other.hosts.test'
fresh
put a.test
optional a.test
run a.test
is "$(taken 10):$(count_queued)" '1 does not care:1' \
    'a host that the policy does not name'

# ---- what we demand ourselves
knows '*.hosts.test'
setting tls encrypt
fresh
optional b.test
run b.test
is "$(taken 11)" '1 does not care' 'encrypt: TLS with anybody will do'
optional c.test
run c.test
is "$(taken 12):$(count_queued)" :1 'and it waits where there is none'
like "$said" '^primary-down .*451 4.7.4 TLS is required' 'which is told'
for how in verify sts; do
	setting tls "$how"
	fresh
	optional b.test
	run b.test
	is "$(taken 11):$(count_queued):$(logged primary-down)" :1:1 \
	    "$how: our own word holds"
done
setting tls may

# ---- is a recipient there?  Asked as mail would go, or not at all
verdict recipient defer
# comes FROM TO [LINE…]: a message, while we may speak to the primary
comes() {
	from=$1 to=$2
	shift 2
	[ $# -gt 0 ] || set -- 'Subject: cares'
	state 'DELETE FROM address' 'DELETE FROM primary_mx' 'DELETE FROM budget'
	rm -rf "$spool/queue" mx*/message.*
	for n in 10 11 12; do
		: >mx$n/log
	done
	printf '%s\r\n' 'EHLO c.test' "MAIL FROM:<$from>" "RCPT TO:<$to>" \
	    DATA "From: $from" "$@" '' . QUIT |
	    mxrecv 2>>log >out
	said=$(tr -d '\r' <out)
}
asked() { # NUMBER: the commands that this host was given, each once
	grep -aoE '^(STARTTLS|MAIL|RCPT|DATA|BDAT)' "mx$1/log" | uniq |
	    tr '\n' ' '
}
deferred='^450 4\.1\.1 '
taken='^250 2\.0\.0 Queued'
knows '*.hosts.test'
comes a@sender.test no@a.test
like "$said" "$deferred" 'a primary as it has to be is asked'
is "$(asked 10)" 'STARTTLS MAIL RCPT ' 'over TLS'
comes a@sender.test no@b.test
like "$said" "$taken" 'one that is not counts as not there'
is "$(asked 11)" 'STARTTLS ' 'and hears no address'
like "$(mxq stats b.test 2>&1)" '451 4.7.5 TLS with self.hosts.test' \
    'mxq stats tells why'
comes no@stranger.test r@c.test
is "$(asked 12):$(asked 11)" : 'nor one without STARTTLS'
verdict sender defer
comes no@stranger.test r@a.test
like "$said" '^450 4\.1\.7 ' 'a sender'\''s host is asked as it is'
is "$(asked 11)" 'STARTTLS MAIL RCPT ' 'over TLS where it has that'
verdict sender off
knows
comes a@sender.test no@b.test
like "$said" "$deferred" 'without a policy that one will do'
for how in 'encrypt no@c.test 12' 'verify no@b.test 11'; do
	# shellcheck disable=SC2086 # three words
	set -- $how
	setting tls "$1"
	comes a@sender.test "$2"
	like "$said" "$taken" "$1: one that is not so is not asked"
	is "$(asked "$3" | tr -d ' ')" "$([ "$1" = encrypt ] || echo STARTTLS)" \
	    'and hears no address'
done
setting tls encrypt
comes a@sender.test no@b.test
like "$said" "$deferred" 'encrypt: one that is so is'
setting tls may

# ---- straight through to it
verdict recipient off
verdict when_up defer
for domain in a b c; do
	setting when_up relay $domain.test
done
knows '*.hosts.test'
comes a@sender.test r@a.test
is "$(count_queued):$(taken 10)" '0:1 cares' 'relay: one as it has to be has it'
is "$(asked 10 | cut -c 1-8)" STARTTLS 'over TLS'
for case in 'b 11' 'c 12'; do
	comes a@sender.test "r@${case% *}.test" 'TLS-Required: No' \
	    'Subject: does not care'
	like "$said" "$taken" "relay: mail for ${case% *}.test is kept"
	is "$(asked "${case#* }" | grep -c MAIL)" 0 'its primary is told nothing'
	run "${case% *}.test"
	is "$(count_queued):$(taken "${case#* }")" '0:1 does not care' \
	    'the next run heeds that the sender does not care'
done
knows
comes a@sender.test r@b.test
is "$(count_queued):$(taken 11)" '0:1 cares' 'relay: without a policy it has it'

done_testing
