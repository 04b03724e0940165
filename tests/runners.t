#!/bin/sh
# SPDX-License-Identifier: ISC
# Two, four and eight mxrun at once, and a storm of ETRN meanwhile, each of which
# that leaves a flag starts another: each message once, octet by octet, and few
# runs for however many ask.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

messages=${RUNNERS_MESSAGES:-400}
rounds=${RUNNERS_ROUNDS:-1}
domains='d0.b.test d1.b.test d2.b.test d3.b.test d4.b.test down.test'
"$tests/peers/load.py" sink "$scratch/sink" "$scratch/taken" 2>"$scratch/trouble" &
will_stop $!
until_true 10 test -s "$scratch/sink"

# fill: an instance with as many messages, in five domains, and one that stays:
# who asks for it again is told that he did
fill() {
	new_instance
	: >"$scratch/taken"
	add_domain b.test "[127.0.0.1]:$(cat "$scratch/sink")" 1
	echo 'child_connections 100' >>"$conf"
	add_domain down.test '[127.0.0.1]:9'
	send a@a.test b@down.test stays >/dev/null
	start_listener
	"$tests/peers/load.py" send "$port" 10 "$messages" 5 | sort \
	    >"$scratch/sent"
}
# runs COUNT: at once, and one more for each flag, as by systemd's path unit
runs() {
	rm -f "$scratch/over"
	# shellcheck disable=SC2086 # words
	"$tests/peers/hold.py" storm "$port" "$scratch/over" $domains \
	    >"$scratch/heard" &
	storm=$!
	will_stop $storm
	until_true 10 flagged
	pids=
	for _ in $(seq "$1"); do
		"$build/bin/mxrun" -f "$conf" 2>>"$scratch/log.run" &
		pids="$pids $!"
	done
	asked=0
	for pid in $pids; do
		until is_gone "$pid"; do
			if flagged; then
				mxrun 2>>"$scratch/log.run"
				asked=$((asked + 1))
			else
				sleep 0.05
			fi
		done
		wait "$pid" || ends="$ends $?"
	done
	touch "$scratch/over"
	wait $storm
}
flagged() {
	[ -n "$(ls "$spool/etrn" 2>/dev/null)" ]
}

for count in 2 4 8; do
	wrong='' ends=''
	for _ in $(seq "$rounds"); do
		fill
		runs $count
		mxrun 2>>"$scratch/log.run"
		sort "$scratch/taken" | cmp - "$scratch/sent" ||
		    wrong="$wrong other"
		[ "$(wc -l <"$scratch/sent"):$(count_queued)" = "$messages:1" ] ||
		    wrong="$wrong left"
		[ "$asked" -le 10 ] || wrong="$wrong asked=$asked"
		stop "$parent"
	done
	is "$wrong" '' "$count runs at once: each message once, octet by octet"
	is "$ends" '' 'and all end well'
	like "$(cat "$scratch/heard")" '^([0-9]+ 25[0-3] )*[0-9]+ 458$' \
	    "ETRN was answered as published: $(cat "$scratch/heard")"
done
is "$(cat "$scratch/trouble")" '' 'the primary saw nothing odd'

done_testing
