#!/bin/sh
# SPDX-License-Identifier: ISC
# A message of 1 GiB in, by DATA and by BDAT, and out; a thousand recipients;
# the receiver's memory all the while.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

octets=${BIG_OCTETS:-1073741824}
room=$(df -Pk "$scratch" | awk 'NR == 2 { print $4 }')
[ "$room" -gt $((4 * octets / 1024)) ] || skip_all 'no room in TMPDIR'
new_instance
add_domain b.test
listen

began=$(date +%s)
"$tests/peers/load.py" big "$port" "$listener" "$octets" 1000 >"$scratch/sent"
ok $? "$octets octets twice in $(($(date +%s) - began)) s"
is "$(grep -c '^[0-9a-f]\{64\}$' "$scratch/sent")" 2 'both are answered 250'
is "$(sed -n 3p "$scratch/sent")" 1002 'so are a thousand recipients'
peak=$(sed -n 4p "$scratch/sent")
most=16384
[ ! -d "$reports" ] || most=1048576 # a sanitizer's own
[ "${peak:-0}" -gt 0 ] && [ "$peak" -le $most ]
ok $? "mxrecv needed $peak KiB at most"

"$tests/peers/load.py" sink "$scratch/port" "$scratch/taken" &
will_stop $!
until_true 10 test -s "$scratch/port"
policy "UPDATE domain SET route = '[127.0.0.1]:$(cat "$scratch/port")'"
began=$(date +%s)
mxrun 2>"$scratch/log.run"
ok $? "mxrun ends well after $(($(date +%s) - began)) s"
is "$(count_queued)" 0 'nothing is left'
for n in 1 2; do
	grep -qxF "$(sed -n ${n}p "$scratch/sent")" "$scratch/taken"
	ok $? "message $n came octet by octet"
done

done_testing
