#!/bin/sh
# SPDX-License-Identifier: ISC
# The tests of the published policy: each outcome, each verdict, and the story
# that mxq why tells of them.

. "${0%/*}/lib.sh"
new_instance
add_domain example.com
add_domain other.example
verdict pregreet off

# try [RCPT ...]: a transaction; $scratch/out has the replies
try() {
	{
		printf 'EHLO client.test\r\nMAIL FROM:<a@sender.test>\r\n'
		for to in "${@:-b@example.com}"; do
			printf 'RCPT TO:<%s>\r\n' "$to"
		done
		printf 'DATA\r\nFrom: a@sender.test\r\nSubject: x\r\n\r\ny\r\n.\r\nQUIT\r\n'
	} >"$scratch/in"
	mxrecv <"$scratch/in" >"$scratch/out" 2>"$scratch/log"
}

# rcpt_codes: the codes that RCPT was answered with
rcpt_codes() {
	sed -n '1,/^250.2.1.0/d; /^354\|^554 5.5.1\|^503/q; p' "$scratch/out" |
	    tr -d '\r' | cut -d' ' -f1,2 | tr '\n' ' '
}

# ---- greylist
verdict greylist defer
try
is "$(rcpt_codes)" '451 4.7.1 ' 'an unknown host waits'
grep -q 'retry in 300 seconds or use the primary exchanger for example.com' \
    "$scratch/out"
ok $? 'and is told how long, and where to go'
state 'UPDATE greylist SET first = first - 100'
try
grep -Eq 'retry in (200|1[5-9][0-9]) seconds' "$scratch/out"
ok $? 'coming early does not begin the time anew'
state 'UPDATE greylist SET first = first - 300'
try
is "$(rcpt_codes)" '250 2.1.5 ' 'then it passes'
try
is "$(rcpt_codes)" '250 2.1.5 ' 'and is known'
state 'UPDATE greylist SET passed = passed - 37 * 86400'
try
is "$(rcpt_codes)" '451 4.7.1 ' 'until it was away for too long'
state 'UPDATE greylist SET first = first - 3 * 86400, passed = 0'
try
grep -q 'retry in 300 seconds' "$scratch/out"
ok $? 'who comes after the window begins anew'
state 'UPDATE greylist SET first = first + 1000000'
try
grep -q 'retry in 300 seconds' "$scratch/out"
ok $? 'a time to come does not keep anybody waiting'

# ---- verdicts
verdict greylist deny
try
is "$(rcpt_codes)" '450 4.7.1 ' 'who may come later is never told 5xx'
verdict greylist log
try
is "$(rcpt_codes)" '250 2.1.5 ' 'log: it passes'
grep -q 'check .*test=greylist outcome=fail verdict=log' "$scratch/log"
ok $? 'and is logged'
policy "INSERT INTO domain_policy VALUES('other.example', 'greylist', 'defer', 'off')"
try b@example.com b@other.example
is "$(rcpt_codes)" '250 2.1.5 451 4.7.1 ' 'a domain with a verdict of its own'
verdict greylist off
try
is "$(rcpt_codes)" '250 2.1.5 ' 'off: it is not looked at'
grep -q 'test=greylist' "$scratch/log"
ok $((! $?)) 'nor logged'
setting greylist_delay 0
verdict greylist defer
try
is "$(rcpt_codes)" '250 2.1.5 ' 'a delay of 0 asks nobody to wait'
setting greylist_delay 300

# ---- state.db away: greylist passes
mkdir "$scratch/kept"
mv "$scratch"/state.db* "$scratch/kept"
mkdir "$scratch/state.db"
try
is "$(rcpt_codes)" '250 2.1.5 ' 'without state.db nobody waits'
verdict greylist defer defer
try
is "$(rcpt_codes)" '451 4.3.0 ' 'unless the table says so'
rmdir "$scratch/state.db"
mv "$scratch"/kept/* "$scratch"
verdict greylist off

# ---- ptr: resolver 127.0.0.1:9 answers nothing
verdict ptr defer defer
try
is "$(rcpt_codes)" '451 4.3.0 ' 'a name that can not be looked up'
verdict ptr off

# ---- client
policy "INSERT INTO client VALUES('127.0.0.1/8', 'defer')"
try
is "$(rcpt_codes)" '450 4.7.1 ' 'a network that is not wanted'
policy "INSERT INTO client VALUES('127.0.0.1', 'off')"
verdict greylist defer
state 'DELETE FROM greylist'
try
is "$(rcpt_codes)" '250 2.1.5 ' 'the smaller network counts, and is welcome'
try b@foreign.example
is "$(rcpt_codes)" '550 5.7.1 ' 'but not for relay'
policy 'DELETE FROM client'

# ---- one message for domains that judge its content differently
verdict greylist off
policy "DELETE FROM domain_policy" \
    "INSERT INTO domain_policy VALUES('other.example', 'size', 'defer', 'off')"
try b@example.com b@other.example c@example.com
is "$(rcpt_codes)" '250 2.1.5 452 4.5.3 250 2.1.5 ' 'they do not share one'
policy "DELETE FROM domain_policy"
try b@example.com b@other.example
is "$(rcpt_codes)" '250 2.1.5 250 2.1.5 ' 'equal ones do'

# ---- decisions: one transaction a connection, no row for what floods are of
# commits: transactions in the write-ahead log
commits() {
	python3 -c 'import sys
d = open(sys.argv[1], "rb").read()
page = int.from_bytes(d[8:12], "big")
at = n = 0
for at in range(32, len(d) - page - 23, 24 + page):
    if d[at + 8:at + 16] != d[16:24]:
        break
    n += d[at + 4:at + 8] != bytes(4)
print(n)' "$scratch/state.db-wal"
}
rows() {
	state 'SELECT count(*) FROM decision'
}
verdict ptr defer defer
were=$(rows) # the shell takes the log away when it ends
try b@example.com
before=$(commits)
try b@example.com b@other.example c@example.com c@other.example
is $(($(commits) - before)) 1 'what was decided is written at once'
before=$(commits)
printf 'EHLO nodots\r\nEHLO client.test\r\nMAIL FROM:<a@sender.test>\r\nRCPT TO:<b@foreign.example>\r\nQUIT\r\n' |
    mxrecv >/dev/null 2>"$scratch/log"
is "$(commits)" "$before" 'a flood writes nothing'
is "$(grep -c 'test=helo outcome=fail\|test=relay outcome=fail' \
    "$scratch/log")" 2 'but is logged'
[ $(($(rows) - were)) -ge 8 ]
ok $? "each outcome is a row: $(($(rows) - were))"
verdict ptr off
try b@example.com b@other.example

# ---- why
id=$(sed -n 's/.*Queued as \([0-9a-f]*\) .*/\1/p' "$scratch/out")
mxq why "$id" >"$scratch/why"
grep -q "accepted as $id for relay to example.com" "$scratch/why"
ok $? 'mxq why tells of a message'
mxq why b@other.example | grep -q 'greylist failed: deferred <b@other.example>'
ok $? 'of a recipient'
mxq why 127.0.0.1 | grep -q 'client failed: deferred'
ok $? 'of a client'
mxq why a@sender.test | grep -q 'greylist failed: noted only'
ok $? 'and of a sender'
mxq --json why "$id" | python3 -c 'import json, sys
for line in sys.stdin: json.loads(line)'
ok $? 'as JSON too'
mxq why nobody@example.com >/dev/null 2>&1
is $? 1 'nothing is known: exit code 1'
is "$(state 'SELECT count(*) FROM decision WHERE recipient LIKE "%foreign%"')" \
    0 'refusals to relay are not written row by row'

# ---- pruned
state 'UPDATE decision SET at = at - 31 * 86400; DELETE FROM budget'
mxrun 2>/dev/null
is "$(state 'SELECT count(*) FROM decision')" 0 'mxrun prunes'

done_testing
