#!/bin/sh
# SPDX-License-Identifier: ISC
# mxrecv(8) on a socket: written sessions, and what they leave in the spool.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

new_instance
add_domain example.com
add_domain example.net '' 1
add_domain empty.example
add_domain etrn.example '' 1

dialog() {
	"$tests/peers/dialog.py" "$@" -- "$build/bin/mxrecv" -f "$conf" \
	    >"$scratch/out"
	status=$?
	grep '^#' "$scratch/out"
	return $status
}

for session in "$tests"/sessions/*.session; do
	dialog "$session"
	ok $? "$(sed -n '1s/# //p' "$session")"
done

rm -rf "$spool"
dialog "$tests/sessions/deliver.session"
is "$(queued example.com | wc -l)" 2 'a file for each message'
first=$(queued example.com | head -n 1)
is "$(head -c 24 "$first")" 'mx1 00000000000000000039' 'its length in the head'
printf 'Subject: one\r\n\r\n.leading dot\r\n8-bit \351\r\n' >"$scratch/want"
tail -c +26 "$first" | head -c 39 | cmp -s - "$scratch/want"
ok $? 'the message as it came'
like "$(cat "$first")" ' end rcpts=1$' 'its journal is whole'
is "$(stat -c %a "$first")" 600 'only its owner may read it'

rm -rf "$spool"
dialog "$tests/sessions/several-domains.session"
is "$(cd "$spool/queue" && find . -type f | cut -d/ -f2 | sort | tr '\n' ' ')" \
    'example.com example.net host.example.net ' 'a file for each domain'
is "$(find "$spool/queue" -type f -exec basename {} \; | sort -u | wc -l)" 3 \
    'each under a name of its own'

rm -rf "$spool"
for session in smuggling bdat-refused header loop; do
	dialog "$tests/sessions/$session.session"
done
is "$(count_queued)" 0 'what is refused leaves nothing'

# the trace field
rm -rf "$spool"
dialog "$tests/sessions/deliver.session"
field=$(sed -n 's/^[0-9a-f]* trace text=//p' "$(queued example.com | head -n 1)" |
    sed 's/%20/ /g; s/%0D%0A%09/ /g; s/%0D%0A//')
like "$field" '^Received: from client\.example\.org \(unknown \[127\.0\.0\.1\]\) by backup\.test with ESMTP id [0-9a-f]{20} for <b@example\.com>; [A-Z][a-z]{2}, .* [+-][0-9]{4}$' \
    'a Received field that filters can parse'

done_testing
