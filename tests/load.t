#!/bin/sh
# SPDX-License-Identifier: ISC
# Ten thousand messages in from fifty clients, and out to a primary: as many,
# each octet by octet, nothing left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

messages=${LOAD_MESSAGES:-10000}
new_instance
add_domain b.test
listen

began=$(date +%s)
"$tests/peers/load.py" send "$port" 50 "$messages" >"$scratch/sent"
ok $? "$messages messages from 50 clients in $(($(date +%s) - began)) s"
is "$(wc -l <"$scratch/sent")" "$messages" 'each was answered 250'
is "$(count_queued)" "$messages" 'and is in the queue'

"$tests/peers/load.py" sink "$scratch/port" "$scratch/taken" &
will_stop $!
until_true 10 test -s "$scratch/port"
policy "UPDATE domain SET route = '[127.0.0.1]:$(cat "$scratch/port")'"
began=$(date +%s)
mxrun 2>"$scratch/log.run"
ok $? "mxrun ends well after $(($(date +%s) - began)) s"
is "$(count_queued)" 0 'nothing is left'
sort "$scratch/sent" >"$scratch/sent.sorted"
sort "$scratch/taken" >"$scratch/taken.sorted"
cmp -s "$scratch/sent.sorted" "$scratch/taken.sorted"
ok $? 'each came once, octet by octet'
is "$(wc -l <"$scratch/taken")" "$messages" 'and no more'

done_testing
