#!/bin/sh
# SPDX-License-Identifier: ISC
# What a domain's row says of its mail: to go to a primary that is UP, no more
# than so much, and who may ask for it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

new_instance
policy "UPDATE policy SET verdict = 'defer' WHERE test IN ('quota', 'when_up')"
start_primary
add_domain example.com "[127.0.0.1]:$primary_port"
add_domain example.org "[127.0.0.1]:$primary_port"

# rcpt CODE ADDRESS NAME [FROM PARAMETERS]: what RCPT is answered
rcpt() {
	converse >"$scratch/out" <<-END
		< 220
		> EHLO client.example.org
		< 250
		> MAIL FROM:<a@example.net>${4-}
		< 250
		> RCPT TO:<$2>
		< $1
		> QUIT
		< 221
	END
	is "$(cat "$scratch/out")" '' "$3"
}

# ---- when_up
setting when_up defer example.com
rcpt '451 4\.3\.2 Primary exchanger for example\.com is reachable; deliver there' \
    b@example.com 'the primary is UP: to go there'
rcpt 250 b@example.org 'which is for that domain alone'
rcpt '451 4\.3\.2' b@example.com 'at once again: likewise'
is "$(state 'SELECT times FROM insist')" 1 'that is one try'
state 'UPDATE insist SET first = first - 1800, last = last - 1800'
rcpt '451 4\.3\.2' b@example.com 'half an hour later'
state 'UPDATE insist SET first = first - 1700, last = last - 1700'
rcpt '451 4\.3\.2' b@example.com 'three times in less than an hour'
state 'UPDATE insist SET first = first - 101, last = last - 101'
rcpt 250 b@example.com 'the next is taken: its way is broken'
rcpt 250 b@example.com 'as are those that follow'
rcpt '451 4\.3\.2' c@example.com 'to another recipient it counts anew'
stop "$primary_pid"
state 'UPDATE primary_mx SET last_attempt = last_attempt - 301'
rcpt 250 d@example.com 'what was UP five minutes ago is asked: taken'
is "$(health)" 3 \
    'it is SUSPECT now'
rcpt 250 e@example.com 'mail is taken while it is'
setting when_up accept example.com

# ---- quota
send a@example.net b@example.com >/dev/null
setting quota_messages 2 example.com
is "$(state 'SELECT messages FROM usage')" 1 'one message waits'
rcpt 250 b@example.com 'of two'
send a@example.net b@example.com >/dev/null
rcpt '452 4\.2\.2 Too much waits here for example\.com' b@example.com \
    'two of two'
rcpt 250 b@example.org 'the other domain has room'
state 'UPDATE usage SET messages = 99'
mxrun example.com 2>/dev/null
is "$(state 'SELECT messages FROM usage')" 2 'a walk puts it right'
setting quota_messages 0 example.com
setting quota_mb 1 example.com
rcpt 250 b@example.com 'in octets' ' SIZE=1000000'
rcpt '452 4\.2\.2' b@example.com 'that are declared' ' SIZE=1048576'
state 'UPDATE usage SET octets = 1048577'
rcpt '452 4\.2\.2' b@example.com 'or there'
policy 'DELETE FROM domain_setting'

# ---- ETRN
etrn() {
	converse >"$scratch/out" <<-END
		< 220
		> EHLO client.example.org
		< 250
		> ETRN example.com
		< $1
		> QUIT
		< 221
	END
	is "$(cat "$scratch/out")" '' "$2"
}
state 'DELETE FROM etrn'
etrn 253 'anyone may'
rm -f "$spool"/etrn/*
setting etrn listed example.com
etrn '459 4\.7\.1' 'who is not listed may not'
policy "INSERT INTO client VALUES('127.0.0.0/8', 'off')"
etrn 253 'who is may'
rm -f "$spool"/etrn/*
policy 'DELETE FROM client'
setting etrn mx example.com
etrn 253 'the primary itself may'
rm -f "$spool"/etrn/*
policy "UPDATE domain SET route = '[127.0.0.2]:25' WHERE name = 'example.com'"
etrn '459 4\.7\.1' 'others may not'
setting etrn tls example.com
etrn '459 4\.7\.1' 'nor without a certificate'

done_testing
