#!/bin/sh
# SPDX-License-Identifier: ISC
# Postfix's smtp-source in, a real Postfix as the primary: over BDAT, over
# DATA, and with no extension at all, bodies come as they were.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

[ "$(id -u)" -eq 0 ] || skip_all "Postfix's master wants root"
unpack_postfix || skip_all 'no Postfix package'
start_postfix b.test || skip_all 'Postfix does not start'
new_instance
add_domain b.test
listen

# ---- many small ones
from_postfix smtp-source -M client.test -s 5 -m 40 -l 4000 -f a@a.test -t b@b.test \
    "127.0.0.1:$port" >"$scratch/source" 2>&1
ok $? 'smtp-source hands over 40 messages'
is "$(count_queued)" 40 'they wait'
policy "UPDATE domain SET route = '[127.0.0.1]:$postfix_port'"
mxrun 2>"$scratch/log.run"
is "$(count_queued)" 0 'Postfix takes them'
until_true 20 have_arrived 40
is "$(arrived)" 40 'and has them'

# ---- three ways, one body
awk 'BEGIN {
	printf "From: a@a.test\r\nSubject: way\r\nDate: Tue, 24 Nov 2026 02:00:00 +0000\r\nMessage-ID: <w@a.test>\r\n\r\n"
	printf ".\r\n..\r\n.x\r\n\303\251\r\n\r\n"
	for (i = 0; i < 5000; i++) printf ".%d a line of text\r\n", i
}' >"$scratch/message"
for way in $postfix_port $postfix_data $postfix_plain; do
	rm -f "$mailbox"/new/*
	printf 'EHLO c.test\r\nMAIL FROM:<a@a.test> BODY=8BITMIME\r\nRCPT TO:<b@b.test>\r\nBDAT %d LAST\r\n' \
	    "$(wc -c <"$scratch/message")" |
	    cat - "$scratch/message" >"$scratch/dialogue"
	verdict pregreet off
	printf 'QUIT\r\n' >>"$scratch/dialogue"
	mxrecv <"$scratch/dialogue" >"$scratch/out" 2>>"$scratch/log"
	policy "UPDATE domain SET route = '[127.0.0.1]:$way'"
	mxrun b.test 2>"$scratch/log.run"
	is "$(count_queued)" 0 "delivered $(grep -c delivered "$scratch/log.run")"
	until_true 10 have_arrived 1
	sed -n '/^From: a@a.test$/,$p' "$mailbox"/new/* >"$scratch/got"
	tr -d '\r' <"$scratch/message" | cmp -s - "$scratch/got"
	ok $? 'octet by octet'
	is "$(grep -c 'by backup.test' "$mailbox"/new/*)" \
	    1 'with one Received field of ours'
done

# ---- smtp-sink as the primary
mkdir -m 777 "$scratch/sunk"
sink=$(free_port)
start_sink -u nobody -d "$scratch/sunk/m." "127.0.0.1:$sink" 100
until_true 10 listens "$sink"
policy "UPDATE domain SET route = '[127.0.0.1]:$sink'"
from_postfix smtp-source -M client.test -s 3 -m 30 -l 2000 -f a@a.test \
    -t b@b.test "127.0.0.1:$port" >"$scratch/source" 2>&1
queued b.test | while read -r file; do
	tail -c +26 "$file" | head -c "$(head -c 24 "$file" | tail -c 20 |
	    sed 's/^0*//')" | tr -d '\r' | sed '1,/^$/d' | cksum
done | sort >"$scratch/there"
mxrun b.test 2>"$scratch/log.run"
is "$(count_queued)" 0 'smtp-sink takes all'
for file in "$scratch"/sunk/m.*; do
	tr -d '\r' <"$file" | sed '1,/^$/d' | sed '$d' | cksum
done | sort >"$scratch/here"
is "$(wc -l <"$scratch/here")" 30 'in thirty files'
cmp -s "$scratch/here" "$scratch/there"
ok $? 'with the bodies that waited'

# ---- what it refuses
policy "UPDATE domain SET route = '[127.0.0.1]:$postfix_port'"
add_domain c.test "[127.0.0.1]:$postfix_port"
sed 's/b@b\.test/c@c.test/' "$scratch/dialogue" |
    mxrecv >"$scratch/out" 2>>"$scratch/log"
mxrun c.test 2>"$scratch/log.run"
like "$(cat "$scratch/log.run")" 'c@c.test.*(554|454) ' \
    'a domain Postfix does not know: relay access denied'

done_testing
