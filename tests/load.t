#!/bin/sh
# SPDX-License-Identifier: ISC
# Ten thousand messages in from fifty clients, and out to smtp-sink: as many,
# each octet by octet, nothing left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

unpack_postfix || skip_all 'no Postfix package'

messages=${LOAD_MESSAGES:-10000}
new_instance
add_domain b.test
listen

began=$(date +%s)
"$tests/peers/load.py" send "$port" 50 "$messages" >"$scratch/sent"
ok $? "$messages messages from 50 clients in $(($(date +%s) - began)) s"
is "$(wc -l <"$scratch/sent")" "$messages" 'each was answered 250'
is "$(count_queued)" "$messages" 'and is in the queue'

chmod 755 "$scratch"
mkdir -m 777 "$scratch/sunk"
sink=$(free_port)
start_sink -u nobody -d "$scratch/sunk/m." "127.0.0.1:$sink" 100
until_true 10 listens "$sink"
policy "UPDATE domain SET route = '[127.0.0.1]:$sink'"
began=$(date +%s)
mxrun 2>"$scratch/log.run"
ok $? "mxrun ends well after $(($(date +%s) - began)) s"
is "$(count_queued)" 0 'nothing is left'
sort "$scratch/sent" >"$scratch/sent.sorted"
"$tests/peers/load.py" dumps "$scratch/sunk" | sort >"$scratch/taken.sorted"
cmp -s "$scratch/sent.sorted" "$scratch/taken.sorted"
ok $? 'each came once, octet by octet'
is "$(wc -l <"$scratch/taken.sorted")" "$messages" 'and no more'

done_testing
