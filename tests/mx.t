#!/bin/sh
# SPDX-License-Identifier: ISC
# Where mail goes by MX records: two network namespaces, real DNS in the other
# one, primaries at port 25 of IPv4 and IPv6.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'network namespaces want root'
command -v knotd >/dev/null || skip_all 'no knotd'
here=mxt$$h there=mxt$$t
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
	ip -n "$1" addr add "2001:db8::$2/64" dev v0 nodad
done
for n in 53 10 11 12; do
	ip -n $there addr add "192.0.2.$n/24" dev v0
done
ip -n $there addr add 2001:db8::10/64 dev v0 nodad

mkdir "$scratch/knot"
cat >"$scratch/knot/knot.conf" <<-END
	server:
	    rundir: $scratch/knot
	    listen: 192.0.2.53@53
	database:
	    storage: $scratch/knot
	zone:
	  - domain: test
	    file: $scratch/knot/test.zone
END
cat >"$scratch/knot/test.zone" <<-END
	\$ORIGIN test.
	\$TTL 60
	@ SOA ns hostmaster 1 60 60 60 60
	@ NS ns
	ns A 192.0.2.53
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
	byalias MX 10 alias
	cname CNAME four
	implicit A 192.0.2.10
	picky MX 10 p12
	vouched MX 10 p12
	vouched TXT "v=spf1 ip4:127.0.0.1 ip6:::1 -all"
	p12 A 192.0.2.12
	nothing TXT x
END
ip netns exec $there knotd -c "$scratch/knot/knot.conf" \
    >"$scratch/knot/log" 2>&1 &
will_stop $!
ip netns exec $there "$tests/peers/load.py" sink "$scratch/port4" \
    "$scratch/taken4" 192.0.2.10 25 &
will_stop $!
ip netns exec $there "$tests/peers/load.py" sink "$scratch/port6" \
    "$scratch/taken6" 2001:db8::10 25 &
will_stop $!
until_true 10 test -s "$scratch/port4"
until_true 10 test -s "$scratch/port6"
until_true 10 ip netns exec $here python3 -c 'import socket
socket.create_connection(("192.0.2.53", 53), 1)' 2>/dev/null

new_instance
sed 's/^resolver .*/resolver 192.0.2.53/' "$conf" >"$conf.new" &&
    mv "$conf.new" "$conf"
policy "UPDATE policy SET verdict = 'off' WHERE test = 'pregreet'"

# try NAME: one message for NAME.test; the run's log in said
try() {
	add_domain "$1.test"
	printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<>' "RCPT TO:<r@$1.test>" \
	    DATA "Subject: $1" '' . QUIT |
	    mxrecv >"$scratch/out" 2>>"$scratch/log"
	said=$(ip netns exec $here "$build/bin/mxrun" -f "$conf" "$1.test" 2>&1)
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
mkdir "$scratch/mx"
FAKEMX_LISTEN=192.0.2.12:25 ip netns exec $there "$tests/peers/fakemx.py" \
    "$scratch/mx" 'RCPT:good@picky.test=250 2.1.5 known' \
    'RCPT:maybe@picky.test=451 4.2.0 later' 'RCPT=550 5.1.1 unknown' &
will_stop $!
until_true 10 test -s "$scratch/mx/port"
policy "UPDATE policy SET verdict = 'defer' WHERE test = 'sender'"
# from SENDER: all replies
from() {
	printf '%s\r\n' 'EHLO c.test' "MAIL FROM:<$1>" 'RCPT TO:<r@four.test>' \
	    DATA "From: $1" '' . QUIT | ip netns exec $here "$build/bin/mxrecv" -f "$conf" \
	    2>>"$scratch/log" >"$scratch/out"
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
is "$(grep -c 'bad@picky' "$scratch/mx/log")" 1 'and not asked for again'
is "$(grep -c 'MAIL FROM:<>' "$scratch/mx/log")" 3 'in the name of nobody'
from bad@vouched.test
like "$said" '^250 2.0.0 Queued' 'one whom SPF vouches for'
is "$(grep -c 'bad@vouched' "$scratch/mx/log")" 0 'is not asked for'
policy "UPDATE setting SET value = '1' WHERE name = 'callout_target'"
from one@picky.test
like "$said" '^250 2.0.0 Queued' 'no more than so many a minute'
policy "UPDATE policy SET verdict = 'off' WHERE test = 'sender'"

sed 's/^resolver .*/resolver 192.0.2.99/' "$conf" >"$conf.new" &&
    mv "$conf.new" "$conf"
waits four2 'DNS does not answer' 'DNS that does not answer'

done_testing
