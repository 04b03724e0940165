#!/bin/sh
# SPDX-License-Identifier: ISC
# Memory of a connection that says EHLO and no more: what 100 of them add to
# the proportional set size of a server, in KiB each.  "listen-all" is ours with
# every test on, names looked up and state.db asked.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
: "${REPS:=1}" # memory hardly varies
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"

servers=${*:-listen listen-all postfix exim}
connections=100
[ -n "$group" ] || {
	echo 'bench: no control group' >&2
	exit 1
}

measure() {
	before=$(pss)
	used=$(cpu)
	rm -f "$scratch/held"
	"$tests/peers/hold.py" rest "$port" $connections "$scratch/held" &
	holder=$!
	will_stop $holder
	until_true 60 test -s "$scratch/held"
	until_true 5 is_at_rest
	result idle "$1" "$((($(pss) - before) / connections))" 0 \
	    "of $(cat "$scratch/held") at rest before: $before KiB"
	stop $holder
}
# nobody in the group has worked since the last look
is_at_rest() {
	was=$used
	used=$(cpu)
	[ $((used - was)) -lt 1000 ]
}

for _ in $(seq "$repetitions"); do
	for name in $servers; do
		start_server "$name"
		measure "$name"
		stop_server
	done
done
table listen-all KiB less
