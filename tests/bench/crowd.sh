#!/bin/sh
# SPDX-License-Identifier: ISC
# A crowd at the door: many senders at once, who all get their mail in; then
# sessions that send an octet now and then, half of them within a message, beside
# whom others get theirs in; then more than may come, of a network and in all.
# Fails where mail is lost or somebody hears what was not to be.  For root, who
# can have all processes in a control group; two minutes at most.
#
#	BENCH_MESSAGES=10000 tests/bench/crowd.sh [listen listen-100]
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

servers=${*:-listen listen-100}
senders=${BENCH_SENDERS:-200}
messages=${BENCH_MESSAGES:-2000}
load=$build/tests/tools/smtpload
failed=0
if [ -z "$group" ] || ! unpack_postfix; then
	echo 'bench: no control group, or no package of Postfix' >&2
	exit 1
fi

# start_crowd SERVER MOST: 800 connections may come, so many of a network
start_crowd() {
	port=$(free_port)
	new_instance
	add_domain b.test
	printf '%s\n' 'client_names no' 'connections 800' \
	    "connections_per_network $2" >>"$conf"
	[ "$1" = listen ] || echo 'child_connections 100' >>"$conf"
	within "$build/bin/mxrecv" -f "$conf" -l "127.0.0.1:$port"
	until_true 10 listens "$port"
}
stop_crowd() {
	stop "$server"
	group_ends
	want "$(members)" 0 'processes that do not end'
	mv "$spool" "$(mktemp -d "$scratch/away.XXXXXX")"
}
# want GOT WANTED WHAT
want() {
	[ "$1" = "$2" ] && return
	echo "bench: $3: $1, not $2" >&2
	failed=1
}
# in_use: processes and their memory, shared pages counted once
in_use() {
	echo "$(members) processes with $(($(pss) / 1024)) MiB, load $(loads)"
}
# loaded WHO: smtpload's figures, and what is in the spool
loaded() {
	# shellcheck disable=SC2046 # five figures
	set -- "$1" $(cat "$scratch/load")
	echo "$1: $(($6 - $5)) of $6 accepted, $(count_queued) in the spool," \
	    "$2 a second, p50 $(($3 / 1000)) ms, p99 $(($4 / 1000)) ms"
	want "$5 $(count_queued)" "0 $6" "$1: wrong, in the spool"
}
# slow COUNT PREFIX NETWORKS WANTED: that many stay, and hear that
slow() {
	held=$scratch/held.$2.$3
	"$tests/peers/hold.py" loris "$port" "$1" "$2" "$3" "$held" &
	will_stop $!
	slow_ones="$slow_ones $!"
	until_true 60 test -s "$held"
	said=$(paste -sd, "$held")
	echo "$1 slow ones, networks of $2: $3; said to them: $said"
	want "$said" "$4" 'what they hear'
}
all_left() {
	[ "$(members)" -le 2 ] # the parent and its scribe
}

# ---- many senders
for name in $servers; do
	# who has left counts until his process has ended
	start_crowd "$name" $((2 * senders))
	"$load" 127.0.0.1 "$port" message "$messages" "$senders" 30 \
	    >"$scratch/load" &
	loading=$!
	will_stop $loading
	most=0
	while kill -0 $loading 2>/dev/null; do
		sleep 0.5
		used=$(pss)
		[ "$used" -lt "$most" ] || most=$used
	done
	wait $loading
	loaded "$name, $senders at once"
	echo "    with $((most / 1024)) MiB at most, load $(loads)"
	stop_crowd
done

# ---- slow ones, and others who are not
slow_ones=
start_crowd listen 200
slow 500 127.1 5 '250 220,250 354'
began=$(now)
"$tests/peers/hold.py" hear 127.0.0.1 "$port" >"$scratch/heard"
echo "another network is greeted after $(since "$began") s"
"$load" 127.0.0.1 "$port" message $((messages / 10)) 40 20 >"$scratch/load"
loaded 'and 40 at once'
before=$(count_queued)
program=$postfix/usr/sbin/smtp-source
LD_LIBRARY_PATH=$postfix/usr/lib/postfix timeout 20 "$program" -s 20 -m 100 \
    -l 4096 -M client.test -f a@client.test -t b@b.test "127.0.0.1:$port"
want $? 0 'smtp-source'
echo "smtp-source, 20 at once: $(($(count_queued) - before)) of 100 in the spool"
want $(($(count_queued) - before)) 100 'of smtp-source, in the spool'
echo "    $(in_use)"

# ---- too many: of a network, then in all
slow 150 127.1 1 '50 220,50 354,50 421 4.7.0'
slow 300 127.2 4 '100 220,100 354,100 421 4.3.2'
echo "    $(in_use)"
before=$(count_queued)
for pid in $slow_ones; do
	stop "$pid"
done
until_true 20 all_left
want $? 0 'who has served one that left, ends'
want "$(count_queued)" "$before" 'half a message in the spool'
stop_crowd
exit $failed
