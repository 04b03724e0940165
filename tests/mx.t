#!/bin/sh
# SPDX-License-Identifier: ISC
# Where mail goes by MX records: real DNS in another network, primaries at port
# 25 of IPv4 and IPv6.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/network.sh
. "$tests/peers/network.sh"

command -v knotd >/dev/null || skip_all 'no knotd'
lay_cable 53 10 11 12 || skip_all 'no second network'
ip addr add 2001:db8::1/64 dev v0 nodad
$there ip addr add 2001:db8::10/64 dev v0 nodad

zone test <<-END
	backup A 192.0.2.1
	p4 A 192.0.2.10
	p6 AAAA 2001:db8::10
	both A 192.0.2.11
	both AAAA 2001:db8::10
	dead A 192.0.2.11
	alias CNAME p4
	selfish A 192.0.2.1
	four MX 10 p4
	six MX 10 p6
	mixed MX 10 both
	next MX 10 dead
	next MX 20 p4
	next MX 30 backup
	us MX 10 backup
	us MX 20 p4
	usaddr MX 10 selfish
	usaddr MX 20 p4
	worse MX 10 dead
	worse MX 20 backup
	worse MX 30 p4
	null MX 0 .
	mute MX 0 .
	byalias MX 10 alias
	cname CNAME four
	implicit A 192.0.2.10
	picky MX 10 p12
	vouched MX 10 p12
	vouched TXT "v=spf1 ip4:127.0.0.1 ip6:::1 -all"
	p12 A 192.0.2.12
	nothing TXT x
END
start_knot 192.0.2.53@53 test
$there "$tests/peers/load.py" sink "$scratch/port4" \
    "$scratch/taken4" 192.0.2.10 25 &
will_stop $!
$there "$tests/peers/load.py" sink "$scratch/port6" \
    "$scratch/taken6" 2001:db8::10 25 &
will_stop $!
until_true 10 test -s "$scratch/port4"
until_true 10 test -s "$scratch/port6"

new_instance
resolver 192.0.2.53
verdict pregreet off

# try NAME: one message for NAME.test; the run's log in said
try() {
	add_domain "$1.test"
	printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<>' "RCPT TO:<r@$1.test>" \
	    DATA "Subject: $1" '' . QUIT |
	    mxrecv >"$scratch/out" 2>>"$scratch/log"
	said=$(mxrun "$1.test" 2>&1)
}

# goes NAME WHERE, waits NAME WHY
goes() {
	try "$1"
	like "$said" "^delivered .*host=\"?$2" "$3"
}
waits() {
	try "$1"
	is "$(queued "$1.test" | wc -l)" 1 "$3"
	like "$said" "$2" 'and it is said'
}

goes four 'p4.test .192.0.2.10' 'IPv4'
goes six 'p6.test .IPv6:2001:db8::10' 'IPv6'
goes mixed 'both.test .IPv6:2001:db8::10' 'the address that answers, of two'
goes next 'p4.test' 'the first is dead: the next'
goes byalias '(alias|p4).test' 'an MX that is an alias'
goes cname 'p4.test' 'a domain that is an alias'
goes implicit 'implicit.test' 'no MX: the address'
waits us 'itself the best MX' 'the best MX is us'
waits usaddr 'itself the best MX' 'by another name with our address'
waits worse 'dead.test .*Connection refused' 'who is worse than us is left out'
waits null 'takes no mail .null MX' 'null MX'
waits nothing 'neither MX nor address' 'neither MX nor address'
waits absent 'knows no domain' 'NXDOMAIN is temporary for a domain of ours'
is "$(wc -l <"$scratch/taken4" 2>/dev/null)" 5 'to IPv4 went five, and none to the worse'

# ---- a sender's own exchanger is asked whether the sender exists
exchanger 12 'RCPT:good@picky.test=250 2.1.5 known' \
    'RCPT:maybe@picky.test=451 4.2.0 later' 'RCPT=550 5.1.1 unknown'
verdict sender defer
# from SENDER: all replies
from() {
	printf '%s\r\n' 'EHLO c.test' "MAIL FROM:<$1>" 'RCPT TO:<r@four.test>' \
	    DATA "From: $1" '' . QUIT | mxrecv 2>>"$scratch/log" >"$scratch/out"
	said=$(cat "$scratch/out")
}
from good@picky.test
like "$said" '^250 2.0.0 Queued' 'a sender that exists'
from bad@picky.test
like "$said" '^450 4.1.7 .*could not be verified: 550 5.1.1 unknown' \
    'one that does not'
from maybe@picky.test
like "$said" '^250 2.0.0 Queued' 'one of whom nothing is said'
from bad@picky.test
like "$said" '^450 4.1.7 ' 'is remembered'
like "$said" '^554 5.5.1 No valid recipients' 'and told before the message comes'
is "$(grep -c 'bad@picky' "$scratch/mx12/log")" 1 'and not asked for again'
is "$(grep -c 'MAIL FROM:<>' "$scratch/mx12/log")" 3 'in the name of nobody'
from bad@vouched.test
like "$said" '^250 2.0.0 Queued' 'one whom SPF vouches for'
is "$(grep -c 'bad@vouched' "$scratch/mx12/log")" 0 'is not asked for'
setting callout_target 1
from one@picky.test
like "$said" '^250 2.0.0 Queued' 'no more than so many a minute'
verdict sender off

# ---- nobody can be told, and that is no reason to go on trying
add_domain picky.test
for name in mute gone; do
	printf '%s\r\n' 'EHLO c.test' "MAIL FROM:<s@$name.test>" \
	    'RCPT TO:<r@picky.test>' DATA 'Subject: x' '' . QUIT |
	    mxrecv 2>>"$scratch/log" >"$scratch/out"
	mxrun picky.test 2>"$scratch/log"
	is "$(queued "$name.test" | wc -l)" 1 "a bounce to $name.test"
	mxrun "$name.test" 2>"$scratch/log"
	is "$(queued "$name.test" | wc -l)" 0 'is given up at once'
done
like "$(cat "$scratch/log")" '^failed .*550 5.1.2' 'and that is said'

resolver 192.0.2.99
waits four2 'DNS does not answer' 'DNS that does not answer'

done_testing
