#!/bin/sh
# SPDX-License-Identifier: ISC
# Children of a listening mxrecv(8) that serve several connections, one after
# the other (child_connections): nothing of one is seen in the next, no limit
# and no change is missed, and they end.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

hold=$tests/peers/hold.py
load=$build/tests/tools/smtpload

talk() {
	"$hold" talk "$port" "$@"
}
# served_by: the pids of those that serve, or wait
served_by() {
	pgrep -P "$parent" | grep -vxF "$scribe"
}
# serve_each CONNECTIONS: who served the one that looked whether it listens may
# have begun before policy.db was read, and would be let go then
serve_each() {
	sed -i '/^child_connections /d' "$conf"
	echo "child_connections $1" >>"$conf"
	: >"$scratch/log"
	start_listener
	until_true $((5 * slow)) sessions 1
	until_true $((5 * slow)) has_children "$parent" 2
	kill -HUP "$parent"
	until_true $((5 * slow)) has_children "$parent" 1
	scribe=$(pgrep -P "$parent")
	: >"$scratch/log"
}
sessions() {
	[ "$(grep -c '^session ' "$scratch/log")" -eq "$1" ]
}
last_session() {
	grep '^session ' "$scratch/log" | tail -n 1
}

new_instance
add_domain example.com
add_domain b.test
printf '%s\n' 'client_names no' 'connections 3' >>"$conf"

# ---- one after the other
serve_each 3
talk 127.0.0.1 'EHLO one.test' 'XYZZY' 'XYZZY' 'XYZZY' \
    'MAIL FROM:<a@one.test>' 'RCPT TO:<b@example.com>' 'NOOP' >"$scratch/said"
like "$(cat "$scratch/said")" '^250 2.1.5 ' 'the first leaves amid a message'
until_true $((5 * slow)) sessions 1
first=$(served_by)
like "$(last_session)" 'helo=one.test .*errors=3' 'and is logged'
talk 127.1.0.1 'MAIL FROM:<a@two.test>' 'EHLO two.test' \
    'RCPT TO:<b@example.com>' 'DATA' 'MAIL FROM:<>' 'RCPT TO:<c@example.com>' \
    'QUIT' >"$scratch/said"
until_true $((5 * slow)) sessions 2
is "$(served_by)" "$first" 'the second is served by the same child'
like "$(sed -n 3p "$scratch/said")" '^220 You are 127.1.0.1' \
    'which sees who it is'
like "$(sed -n 4p "$scratch/said")" '^503 5.5.1 Send EHLO first' 'no HELO is left'
is "$(grep -c '^503 5.5.1 Send MAIL' "$scratch/said")" 2 'no sender, no recipient'
like "$(last_session)" \
    'client=127.1.0.1 .*helo=two.test messages=0 recipients=0 refused=0 errors=3' \
    'no errors are counted but its own'
is "$(sed -n 's/^session id=\([^ ]*\).*/\1/p' "$scratch/log" | uniq | wc -l)" 2 \
    'it has a name of its own'
swaks --server "127.0.0.1:$port" --helo three.test --from c@three.test \
    --to d@example.com --hide-all >/dev/null
ok $? 'the third hands in a message'
until_true $((5 * slow)) has_children "$parent" 1
ok $? 'then the child ends, as it was told'
file=$(queued example.com)
is "$(echo "$file" | wc -l)" 1 'one message is there'
! grep -q 'one.test\|two.test' "$file"
ok $? 'with nothing of who came before'

# ---- TLS
certificate backup DNS:backup.test
stop "$parent"
echo "tls_certificate $scratch/backup.both" >>"$conf"
serve_each 10
swaks --server "127.0.0.1:$port" --helo four.test --from c@four.test \
    --to d@example.com --tls --hide-all >/dev/null
ok $? 'a message over TLS'
until_true $((5 * slow)) sessions 1
first=$(served_by)
like "$(last_session)" 'tls=TLSv1.3' 'is logged as one'
has_no_helper() {
	! pgrep -P "$first" >/dev/null
}
until_true $((5 * slow)) has_no_helper # before that it takes nobody else
talk 127.0.0.1 'EHLO five.test' 'QUIT' >"$scratch/said"
until_true $((5 * slow)) sessions 2
is "$(served_by)" "$first" 'the same child speaks in the clear'
like "$(cat "$scratch/said")" '^250-STARTTLS' 'and offers TLS anew'
! last_session | grep -q 'tls='
ok $? 'and nothing of it is left'
has_no_helper
ok $? 'nor a helper'

# ---- what has changed
talk 127.0.0.1 'EHLO a.test' 'MAIL FROM:<>' 'RCPT TO:<b@new.test>' \
    >"$scratch/said"
like "$(tail -n 1 "$scratch/said")" '^550' 'a domain that is not handled'
add_domain new.test
for _ in 1 2; do
	talk 127.0.0.1 'EHLO a.test' 'MAIL FROM:<>' 'RCPT TO:<b@new.test>' \
	    >"$scratch/said"
	like "$(tail -n 1 "$scratch/said")" '^250' 'policy.db as it is now'
done
until_true $((5 * slow)) is_gone "$first"
ok $? 'who knew another has gone'
sed -i 's/^hostname .*/hostname other.test/' "$conf"
kill -HUP "$parent"
until_true $((5 * slow)) grep -q reloaded "$scratch/log"
like "$(talk 127.0.0.1)" '^220-other.test' 'mx.conf too'

# ---- how many at once
three() {
	rm -f "$scratch/held"
	"$hold" many "$port" 5 127.0.0.2 "$scratch/held" &
	many=$!
	will_stop $many
	until_true 20 test -s "$scratch/held"
	is "$(cat "$scratch/held")" '3 2' "three in all, $1"
}
let_go() {
	: >"$scratch/log"
	stop $many
	until_true 10 sessions 3
}
three 'at first'
let_go
three 'by the same'
victim=$(served_by | head -n 1)
kill -KILL "$victim"
until_true $((5 * slow)) grep -q child-killed "$scratch/log"
like "$(talk 127.0.0.1)" '^220 ' 'a child that is killed makes room for one'
until_true $((5 * slow)) has_children "$parent" 4
: >"$scratch/log"
stop $many
until_true 10 sessions 2
# shellcheck disable=SC2046 # all that wait
kill -KILL $(served_by)
until_true $((5 * slow)) has_children "$parent" 1
three 'when those that waited were killed'
let_go

# ---- the end
waiting=$(served_by)
is "$(echo "$waiting" | wc -l)" 3 'three wait'
kill -KILL "$parent"
wait "$parent" 2>/dev/null
all_gone() {
	for pid in $waiting $scribe; do
		is_gone "$pid" || return 1
	done
}
until_true $((5 * slow)) all_gone
ok $? 'a killed parent leaves nobody behind'
serve_each 10
talk 127.0.0.1 QUIT >/dev/null
until_true $((5 * slow)) has_children "$parent" 2
kill -TERM "$parent"
wait "$parent"
is $? 0 'SIGTERM: it ends at once, though one waits'

# ---- a thousand; who has left counts until the child says so
sed -i '/^tls_/d; s/^connections .*/connections 50/' "$conf"
serve_each 1000
# KiB of the largest
resident() {
	for pid in $(served_by); do
		sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"
	done | sort -n | tail -n 1
}
"$load" 127.0.0.1 "$port" message 50 1 20 >/dev/null
"$load" 127.0.0.1 "$port" refused 50 1 20 >/dev/null
before=$(resident)
"$load" 127.0.0.1 "$port" message 50 1 20 >/dev/null
"$load" 127.0.0.1 "$port" refused 850 1 60 >"$scratch/rate"
like "$(cat "$scratch/rate")" ' 0 850$' 'a thousand come'
few=$(served_by | wc -l)
[ "$few" -le 20 ] # the next may be here before one is done
ok $? "$few children serve them"
after=$(resident)
[ -d "$reports" ] || [ $((after - before)) -lt 100 ] # or a sanitizer's own
ok $? "of $after KiB at most, $before KiB after the first hundred"
stop "$parent"

done_testing
