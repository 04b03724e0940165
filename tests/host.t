#!/bin/sh
# SPDX-License-Identifier: ISC
# What the DNS says of a host, asked of a real server: its name, the lists it is
# in; and what that means for the greeting's pause and the greylist.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
command -v knotd >/dev/null || skip_all 'no knotd'

dns=$(free_port)
zone 127.in-addr.arpa <<-END
	2.0.0 PTR two.host.test.
	3.0.0 PTR three.host.test.
	4.0.0 PTR four.host.test.
	5.0.0 PTR two.host.test.
END
zone host.test <<-END
	two A 127.0.0.2
	three A 127.0.0.3
	four A 127.0.0.4
END
zone list.test <<-END
	2.0.0.127 A 127.0.0.2
	4.0.0.127 A 127.0.0.9
END
zone more.test <<-END
	2.0.0.127 A 127.0.0.4
	4.0.0.127 A 127.0.0.2
END
zone world.test <<-END
	* A 127.0.0.2
END
zone refused.test <<-END
	* A 127.255.255.254
END
zone welcome.test <<-END
	2.0.0.127 A 127.0.5.1
	3.0.0.127 A 127.0.5.1
	6.0.0.127 A 127.0.5.1
END
zone six.test <<-END
	1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 A 127.0.0.2
END
start_knot "127.0.0.1@$dns" 127.in-addr.arpa host.test list.test more.test \
    world.test refused.test welcome.test six.test silent.test

new_instance
resolver "127.0.0.1:$dns"
add_domain example.com

# from SOURCE: the replies are in said, seconds of the greeting in pause
from() {
	"$tests/peers/client.py" "$1" a@sender.test b@example.com -- \
	    "$build/bin/mxrecv" -f "$conf" >"$scratch/said" 2>"$scratch/log"
	said=$(head -1 "$scratch/said")
	pause=$(tail -1 "$scratch/said")
}
# paused SECONDS NAME
paused() {
	[ "${pause%.*}" -ge "$1" ] && [ "${pause%.*}" -lt $(($1 + slow)) ]
	ok $? "$2 ($pause s)"
}

# ---- ptr
verdict ptr defer
from 127.0.0.2
like "$said" '^250' 'a name that leads back'
from 127.0.0.5
like "$said" '^450 4.7.25 127.0.0.5 has no name .* exchanger for example.com' \
    'a name of another host'
from 127.0.0.6
like "$said" '^450 4.7.25 ' 'no name'
verdict ptr deny
from 127.0.0.6
like "$said" '^550 5.7.25 ' 'denied, where the table says so'
verdict ptr off

# ---- dnsbl
verdict dnsbl defer
policy "INSERT INTO dnsbl VALUES('list.test', '127.0.0.[2-4]', 2)"
from 127.0.0.2
like "$said" '^451 4.7.1 127.0.0.2 is listed by list.test; use the primary' \
    'listed'
from 127.0.0.3
like "$said" '^250' 'not listed'
from 127.0.0.4
like "$said" '^250' 'listed for another reason'
setting dnsbl_threshold 3
from 127.0.0.2
like "$said" '^250' 'below the threshold'
policy "INSERT INTO dnsbl VALUES('more.test', '127.0.0.4 127.0.0.5', 1)"
from 127.0.0.2
like "$said" '^451 4.7.1 .* listed by list.test, more.test;' 'two lists reach it'
policy "INSERT INTO dnsbl VALUES('welcome.test', '127.0.6.*', -1)"
from 127.0.0.2
like "$said" '^451 4.7.1 .* listed by list.test, more.test;' \
    'a list of welcome hosts, which does not count for that'
policy "UPDATE dnsbl SET codes = '127.0.5.*' WHERE zone = 'welcome.test'"
from 127.0.0.2
like "$said" '^250' 'and one that does outweighs them'
policy "DELETE FROM dnsbl WHERE zone = 'welcome.test'"
if ip addr add 2001:db8::1 dev lo nodad 2>/dev/null; then
	policy "INSERT INTO dnsbl VALUES('six.test', '127.0.0.2', 3)"
	from 2001:db8::1
	like "$said" '^451 4.7.1 2001:db8::1 is listed by six.test' \
	    'an IPv6 address that is listed'
	from ::1
	like "$said" '^250' 'and one that is not'
	policy "DELETE FROM dnsbl WHERE zone = 'six.test'"
fi
policy "INSERT INTO client VALUES('127.0.0.2', 'off')"
from 127.0.0.2
like "$said" '^250' 'a welcome client'
policy 'DELETE FROM client' 'DELETE FROM dnsbl' \
    "INSERT INTO dnsbl VALUES('world.test', '127.0.0.*', 3)" \
    "INSERT INTO dnsbl VALUES('refused.test', '127.0.0.*', 3)"
from 127.0.0.3
like "$said" '^250' 'lists that list everybody'
is "$(grep -c 'dnsbl-broken' "$scratch/log")" 2 'are reported'
from 127.0.0.3
is "$(grep -c 'dnsbl-broken' "$scratch/log")" 0 'and not asked for an hour'
is "$(state 'SELECT count(*) FROM dnsbl_off')" 2 \
    'which state.db knows'
policy 'DELETE FROM dnsbl' "INSERT INTO dnsbl(zone) VALUES('nothere.test')"
verdict dnsbl defer defer
from 127.0.0.3
like "$said" '^451 4.3.0 No answer from nothere.test' 'a list that fails'
verdict dnsbl defer
from 127.0.0.3
like "$said" '^250' 'which passes as published'

# ---- the greylist, the pause
verdict greylist defer
echo 'greet_delay 2' >>"$conf"
sed -i '/^greet_delay 0/d' "$conf"
policy 'DELETE FROM dnsbl' \
    "INSERT INTO dnsbl VALUES('welcome.test', '127.0.5.*', -1)"
from 127.0.0.3
like "$said" '^250' 'a host on a list of welcome hosts is not asked to wait'
from 127.0.0.6
like "$said" '^451 4.7.1 Greylisted' 'unless it has no name'
paused 2 'a stranger hears the pause'
state 'UPDATE greylist SET first = first - 400'
from 127.0.0.4
like "$said" '^250' 'the network passes'
from 127.0.0.4
paused 0 'who passed is greeted at once'
from 127.0.0.6
paused 2 'unless it has no name'

# ---- a resolver that says nothing
stop "$knot"
sed -i '/^greet_delay/d' "$conf"
python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)' "$dns" &
will_stop $!
echo 'greet_delay 0' >>"$conf"
verdict greylist off
verdict ptr log log
state 'DELETE FROM decision'
from 127.0.0.2
like "$said" '^250' 'nothing is known: it passes'
waited=$(state "SELECT ms FROM decision
    WHERE test = 'ptr'")
[ "$waited" -le 6000 ]
ok $? "in good time: $waited ms"
grep -q 'test=ptr outcome=unavailable verdict=log' "$scratch/log"
ok $? 'and is noted'

done_testing
