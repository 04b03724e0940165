#!/bin/sh
# SPDX-License-Identifier: ISC
# mxrecv(8) that listens: all three ways to get the socket, who is too many,
# what is read again, how it ends.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

hold=$tests/peers/hold.py # by its path: stop() must reach it, not a shell
under_valgrind && crowd=50 || crowd=500 # where a child takes half a second

has_zombie() {
	pgrep -P "$1" -r Z >/dev/null
}
# rcpt ADDRESS: the reply's code
rcpt() {
	swaks --server "127.0.0.1:$port" --helo client.example.org \
	    --from a@example.org --to "$1" --quit-after RCPT \
	    --timeout $((30 * slow)) 2>&1 |
	    sed -n 's/^<[-*~]*[*~-]*  *\([245][0-9][0-9]\) .*/\1/p' | tail -n 2 |
	    head -n 1
}
# written COUNT: so many messages that were accepted
written() {
	[ "$(state "SELECT count(*) FROM decision
	    WHERE test = 'accepted'" 2>/dev/null)" = "$1" ]
}
# start_empty [COUNT]: who looked whether it listens has gone; so many children,
# the scribe among them, are left
start_empty() {
	: >"$scratch/log"
	start_listener
	until_true $((5 * slow)) grep -q '^session ' "$scratch/log"
	until_true $((5 * slow)) has_children "$parent" "${1:-1}"
}
# hold_many COUNT: what they heard is in held
hold_many() {
	rm -f "$scratch/held"
	"$hold" many "$port" "$1" 127.0.0.2 "$scratch/held" &
	many=$!
	will_stop $many
	until_true $((30 * slow)) test -s "$scratch/held"
}

new_instance
add_domain example.com

# ---- by hand
start_listener 127.0.0.1 '[::1]'
submit hand
like "$("$hold" hear ::1 "$port")" '^220 You are ::1' 'IPv6 beside IPv4'
until_true 5 has_children "$parent" 1
ok $? 'who has served is gone; the scribe stays'
has_zombie "$parent"
is $? 1 'no zombie'
until_true 5 grep -q accepted "$scratch/log"
until_true 5 written 1
ok $? 'the scribe has written what was decided'
is "$(state "SELECT messages FROM usage WHERE domain = 'example.com'")" 1 \
    'and what has come'

# ---- what is read again
is "$(rcpt b@new.test)" 550 'a domain that is not handled'
add_domain new.test
is "$(rcpt b@new.test)" 250 'the next connection knows what policy.db says'
is "$(rcpt b@new.test)" 250 'and the one behind it'
policy "DELETE FROM domain WHERE name = 'new.test'"
is "$(rcpt b@new.test)" 550 'and what it says no longer'
mv "$scratch/policy.db" "$scratch/away.db"
is "$(rcpt b@example.com)" 451 'no policy.db: nobody is sent away for good'
mv "$scratch/away.db" "$scratch/policy.db"
is "$(rcpt b@example.com)" 250 'and it is back'

sed -i 's/^hostname .*/hostname other.test/' "$conf"
kill -HUP "$parent"
until_true 5 grep -q reloaded "$scratch/log"
like "$("$hold" hear 127.0.0.1 "$port")" '^220-other.test' 'SIGHUP: mx.conf anew'
echo 'no such key' >>"$conf"
kill -HUP "$parent"
until_true 5 grep -q 'unknown key' "$scratch/log"
ok $? 'trouble in it is logged'
like "$("$hold" hear 127.0.0.1 "$port")" '^220-other.test' 'and the old one holds'
sed -i -e '$d' -e 's/^hostname .*/hostname backup.test/' "$conf"
stop "$parent"

# ---- a scribe that is killed
start_listener
until_true 10 has_children "$parent" 1
scribe=$(pgrep -P "$parent")
sleep 2 # it has lived
kill -KILL "$scribe"
replaced() {
	pgrep -P "$parent" | grep -qvxF "$scribe"
}
until_true 5 replaced
ok $? 'another takes its place'
submit 'another scribe'
until_true 5 written 2
ok $? 'and writes'
has_none() {
	# shellcheck disable=SC2046 # one that has not lived
	kill -KILL $(pgrep -P "$parent") 2>/dev/null
	grep -q '^no-scribe' "$scratch/log"
}
until_true 10 has_none
ok $? 'one that can not live is not tried again'
submit 'no scribe'
until_true 5 written 3
ok $? 'who serves writes'
stop "$parent"

# ---- too many
echo 'connections_per_network 40' >>"$conf"
start_empty
hold_many "$crowd"
is "$(cat "$scratch/held")" "40 $((crowd - 40))" \
    "$crowd from a network: 40 are served"
like "$("$hold" hear 127.0.0.1 "$port" 127.1.0.1)" '^220 You are 127.1.0.1' \
    'another network is'
like "$("$hold" hear 127.0.0.1 "$port" 127.0.0.9)" \
    '^421 4.7.0 .*Too many connections from \[127.0.0.9\]' 'its neighbour is not'
grep -q 'too-many client=127.0.0.2' "$scratch/log"
ok $? 'it is logged'
[ "$(grep -c too-many "$scratch/log")" -lt 20 ]
ok $? 'but not each of them'
stop $many
until_true $((20 * slow)) has_children "$parent" 1
like "$("$hold" hear 127.0.0.1 "$port" 127.0.0.9)" '^220 ' 'who goes makes room'
stop "$parent"
sed -i '$d' "$conf"
echo 'connections 3' >>"$conf"
start_empty
hold_many 5
is "$(cat "$scratch/held")" '3 2' 'three in all'
stop $many
stop "$parent"
sed -i '$d' "$conf"

# ---- who has just left
# just_left COUNT SEEN NAME: the parent, with so many children, is held where it
# has looked for news and is about to accept; the one that it serves leaves, which
# SEEN sees from outside
just_left() {
	start_empty "$1"
	hold_many 1
	is "$(cat "$scratch/held")" '1 0' "one is served, who $3"
	strace -o "$scratch/trace" -e trace=accept4 \
	    -e inject=accept4:delay_enter=60000000 -p "$parent" \
	    2>"$scratch/out" &
	tracer=$!
	will_stop $tracer
	if until_true 10 grep -q attached "$scratch/out"; then
		"$hold" hear 127.0.0.1 "$port" >"$scratch/said" &
		newcomer=$!
		until_true 20 grep -q accept4 "$scratch/trace"
		stop $many
		until_true $((20 * slow)) "$2"
		ok $? 'and is not missed yet'
		stop $tracer
		wait $newcomer
		like "$(cat "$scratch/said")" '^220 ' \
		    'does not keep another out'
	fi
	stop $many
	stop "$parent"
}
ended() {
	has_zombie "$parent"
}
waits() {
	[ "$(logged session)" -eq 2 ] && ! pgrep -P "$parent" -r R,D >/dev/null
}
echo 'connections 1' >>"$conf"
just_left 1 ended 'has ended'
echo 'child_connections 9' >>"$conf"
just_left 2 waits 'waits for another'
sed -i '$d' "$conf"
sed -i '$d' "$conf"

# ---- a crowd at rest, one at work
printf '%s\n' 'connections 1000' 'connections_per_network 600' >>"$conf"
start_listener
hold_many "$crowd"
is "$(cat "$scratch/held")" "$crowd 0" "$crowd sit there and say nothing"
like "$("$hold" soon 127.0.0.1 "$port" 127.1.0.1)" '^greeted' \
    'another is greeted within 5 s'
pss() {
	for pid in $(pgrep -P "$parent"); do
		cat "/proc/$pid/smaps_rollup" 2>/dev/null
	done | awk '$1 == "Pss:" { s += $2; n++ } END { printf "%d", s / n }'
}
each=$(pss)
[ -d "$reports" ] || [ "$each" -lt 300 ] # or a sanitizer's own
ok $? "one that sits costs $each KiB"
kill -TERM "$parent"
until_true $((10 * slow)) is_gone "$parent"
ok $? 'SIGTERM: those that sit are sent away'
wait "$parent"
is $? 0 'and it ends well'
grep -c 'end=closed' "$scratch/log" >"$scratch/out"
[ "$(cat "$scratch/out")" -ge "$crowd" ]
ok $? 'each of them with 421'
stop $many
sed -i '$d' "$conf"
sed -i '$d' "$conf"

# ---- the end
start_listener
"$hold" half "$port" "$scratch/go" >"$scratch/said" &
half=$!
until_true 10 test -e "$scratch/go.ready"
kill -TERM "$parent"
refused() {
	! listens "$port"
}
until_true 5 refused
ok $? 'SIGTERM: nobody else comes in'
is_gone "$parent"
is $? 1 'but a message does that was begun'
touch "$scratch/go"
wait $half
like "$(cat "$scratch/said")" '^250 2.0.0 Queued' 'it is taken'
like "$(cat "$scratch/said")" '^421 4.3.2 ' 'and the client sent away'
until_true 10 is_gone "$parent"
ok $? 'then the parent goes'

start_listener
rm -f "$scratch/go" "$scratch/go.ready"
"$hold" half "$port" "$scratch/go" >"$scratch/said" &
half=$!
until_true 10 test -e "$scratch/go.ready"
until_true 10 has_children "$parent" 2
ok $? 'one is served, beside the scribe'
all=$(pgrep -P "$parent")
kill -KILL "$parent"
wait "$parent" 2>/dev/null
touch "$scratch/go"
until_true 10 grep -q '^250 2.0.0' "$scratch/said"
ok $? 'a killed parent: who is served is served'
kill $half 2>/dev/null
wait $half 2>/dev/null
no_one() {
	for pid in $all; do
		is_gone "$pid" || return 1
	done
}
until_true 10 no_one
ok $? 'and nobody is left behind'

# ---- systemd
port=$(free_port)
systemd-socket-activate -l "127.0.0.1:$port" "$build/bin/mxrecv" -f "$conf" \
    >/dev/null 2>>"$scratch/log" &
parent=$!
will_stop $parent
until_true 10 listens "$port"
submit systemd
stop "$parent"

# ---- inetd
inetd=$(command -v openbsd-inetd || command -v inetd || echo /usr/sbin/inetd)
if [ "$(id -u)" -eq 0 ] && [ -x "$inetd" ]; then
	port=$(free_port)
	echo 'idle_timeout 1' >>"$conf"
	echo "127.0.0.1:$port stream tcp wait root $build/bin/mxrecv mxrecv -f $conf" \
	    >"$scratch/inetd.conf"
	"$inetd" -i "$scratch/inetd.conf" >/dev/null 2>&1 &
	parent=$!
	will_stop $parent
	until_true 10 listens "$port"
	submit inetd
	has_children "$parent" 1
	ok $? 'one mxrecv for all connections'
	until_true 10 has_children "$parent" 0
	ok $? 'which ends when nobody comes'
	submit 'inetd again'
	sed -i '$d' "$conf"
fi

# ---- trouble
"$build/bin/mxrecv" -f "$conf" -l nonsense 2>"$scratch/out"
is $? 71 'no address'
like "$(cat "$scratch/out")" 'not an address' 'and it says so'

done_testing
