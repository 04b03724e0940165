#!/bin/sh
# SPDX-License-Identifier: ISC
# recipient, unknown, sender: addresses asked for, remembered, and not asked
# for too often; primaries that refuse, are slow, lie, are down.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"

new_instance
verdict pregreet off

# ask RCPT [FROM]: what RCPT was answered is in said
ask() {
	"$tests/peers/client.py" 127.0.0.1 "${2-a@sender.test}" "$1" -- \
	    "$build/bin/mxrecv" -f "$conf" >"$scratch/out" 2>"$scratch/log"
	said=$(head -1 "$scratch/out")
}
# primary RULE...: a new one for example.com
primary() {
	start_primary "$@"
	policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
}
heard() {
	grep -c "$1" "$scratch/mx/log"
}

# ---- recipient
add_domain example.com
verdict recipient defer
primary 'RCPT:no@example.com=550 5.1.1 no such user' \
    'RCPT:slow@example.com=450 4.2.0 greylisted' \
    'RCPT:policy@example.com=550 5.7.1 we do not like you' \
    'RCPT:system@example.com=550 5.3.2 not accepting messages' \
    'RCPT:route@example.com=550 5.4.4 unable to route' \
    'RCPT:access@example.com=550 5.4.1 access denied' \
    'RCPT:good@example.com=250 2.1.5 fine' 'RCPT=550 5.1.1 who is that'
ask no@example.com
like "$said" '^450 4.1.1 <no@example.com>: recipient refused by the primary exchanger: 550 5.1.1 no such user$' \
    'refused by the primary'
ask no@example.com
like "$said" '^450 4.1.1' 'and remembered'
is "$(heard no@example.com)" 1 'without asking again'
like "$(grep -c 'MAIL FROM:<>' "$scratch/mx/log")" '^1$' 'asked from nobody'
ask good@example.com
like "$said" '^250' 'one that exists'
ask good@example.com
is "$(heard good@example.com)" 1 'is remembered too'
is "$(state "SELECT good FROM address WHERE kind = 'c'")" 0 'no catch-all'
ask slow@example.com
like "$said" '^250' 'who says 4xx has said nothing'
ask policy@example.com
like "$said" '^250' 'nor who speaks of policy'
for who in system route; do
	ask $who@example.com
	like "$said" '^250' "or of its own trouble: $who"
done
ask access@example.com
like "$said" '^450 4.1.1 .*550 5.4.1 access denied' \
    'but 5.4.1 is what Exchange says of a mailbox that is not there'
verdict recipient defer defer
ask slow@example.com
like "$said" '^451 4.3.0 .*verification in progress' \
    'which defers where the table says so'
verdict recipient deny
ask no@example.com
like "$said" '^550 5.1.1' 'denied, where the table says so'
verdict recipient defer
is "$(state 'SELECT state FROM primary_mx')" 1 'the primary is known to be up'

# ---- aged: asked again, after the client has gone
state "UPDATE address SET asked = asked - 8 * 86400 WHERE address LIKE 'good%'"
ask good@example.com
like "$said" '^250' 'known for long'
until_true 5 test "$(heard good@example.com)" -ge 2
is "$(heard good@example.com)" 2 'is asked again'
is "$(state "SELECT times FROM address WHERE address LIKE 'good%'")" 2 \
    'in the background'

# ---- dictionary attacks
for n in 1 2 3 4 5; do
	ask "guess$n@example.com"
done
ask guess6@example.com
like "$said" '^450 4.7.1 Too many unknown recipients' 'guessing ends'
is "$(heard guess6)" 0 'before it reaches the primary'
ask good@example.com
like "$said" '^250' 'who is known gets mail all the same'
state 'DELETE FROM budget'

# ---- down
stop "$primary_pid"
ask new@example.com
like "$said" '^250' 'the primary is down: a recipient nobody knows is taken'
is "$(state 'SELECT state FROM primary_mx')" 3 'once is a suspicion'
like "$(cat "$scratch/log")" '^primary .*state=SUSPECT' 'which is logged'
ask new@example.com
is "$(state 'SELECT failures FROM primary_mx')" 1 'it is not asked at once'
for _ in 1 2; do
	state 'UPDATE primary_mx SET next_ask = 0, outage = outage - 61'
	ask new@example.com
done
is "$(state 'SELECT state FROM primary_mx')" 2 \
    'three times in two minutes, and it is down'
is "$(state 'SELECT since = outage FROM primary_mx')" 1 'since the first'
verdict unknown defer
ask new@example.com
like "$said" '^450 4.1.1 .*not known here' 'or deferred, as the row says'
ask good@example.com
like "$said" '^250' 'one that was learned is taken'
ask no@example.com
like "$said" '^450 4.1.1 .*refused by the primary' 'one refused is refused'
state "UPDATE address SET asked = asked - 40 * 86400"
state "UPDATE primary_mx SET since = since - 39 * 86400,
    outage = outage - 39 * 86400"
ask good@example.com
like "$said" '^250' 'its memory stands still'
verdict unknown deny
ask new@example.com
like "$said" '^550 5.1.1' 'denied'
verdict unknown off

# ---- given by SQL
policy "INSERT INTO recipient VALUES('listed@example.com')"
verdict unknown deny
ask Listed@example.com
like "$said" '^250' 'a recipient in the table'
setting recipients only example.com
ask good@example.com
like "$said" '^450 4.1.1 .*not in the list' 'only those'
policy 'DELETE FROM domain_setting' 'DELETE FROM recipient'
verdict unknown off

# ---- a catch-all
rm -f "$scratch"/state.db*
primary
ask any@example.com
is "$(state "SELECT good FROM address WHERE kind = 'c'")" 1 'a catch-all'
is "$(state "SELECT count(*) FROM address WHERE kind = 'r'")" 0 \
    'teaches nothing of addresses'
ask other@example.com
is "$(heard other)" 0 'and is not asked'

# ---- primaries that do not answer well: bounded, and taken
for rule in 'GREETING=!hang' 'MAIL=!hang' 'RCPT=!drop' 'RCPT=!slow 250 ok' \
    'EHLO=!endless' 'RCPT=!big' 'MAIL=550 5.7.1 no bounces here' \
    'GREETING=554 go away'; do
	rm -f "$scratch"/state.db*
	stop "$primary_pid"
	primary "$rule"
	began=$(date +%s)
	ask any@example.com
	like "$said" '^250' "$rule: taken"
	[ $(($(date +%s) - began)) -le $((25 * slow)) ]
	ok $? "after $(($(date +%s) - began)) s"
done
stop "$primary_pid"
verdict recipient off

# ---- senders, by a real DNS
command -v knotd >/dev/null || done_testing
dns=$(free_port)
zone test <<-END
	null MX 0 .
	loop MX 0 here
	here A 127.0.0.1
	bare TXT x
	far MX 0 faraway
	faraway A 192.0.2.1
END
start_knot "127.0.0.1@$dns" test
resolver "127.0.0.1:$dns"
verdict sender defer
ask b@example.com a@nothere.test
like "$said" '^450 4.1.8 <a@nothere.test>: sender.s domain takes no mail' \
    'a domain that does not exist'
ask b@example.com a@null.test
like "$said" '^450 4.1.8 .*null MX' 'one that takes no mail'
ask b@example.com a@bare.test
like "$said" '^450 4.1.8 ' 'one without any host'
ask b@example.com a@loop.test
like "$said" '^450 4.1.8 ' 'one that leads to ourselves'
ask b@example.com ''
like "$said" '^250' 'the null sender is never asked for'
ask b@example.com c@example.com
like "$said" '^250' 'nor is a handled domain'
policy "INSERT INTO no_callout VALUES('far.test')"
ask b@example.com a@far.test
like "$said" '^250' 'nor one that does not want it'
policy 'DELETE FROM no_callout'
setting callout_target 0
ask b@example.com a@far.test
like "$said" '^250' 'nor one that was asked too often'
verdict sender deny
ask b@example.com a@nothere.test
like "$said" '^550 5.1.8' 'denied, where the table says so'

done_testing
