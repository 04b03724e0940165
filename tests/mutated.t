#!/bin/sh
# SPDX-License-Identifier: ISC
# Sessions damaged at random, over sockets: whatever comes, each octet that
# mxrecv(8) says is of a reply, none of its processes is killed or stays, and
# what it said is queued is there and sound.
#
#	MUTATED_SESSIONS=50000 tests/mutated.t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

count=${MUTATED_SESSIONS:-2000}
seed=${MUTATED_SEED:-$(date +%s)}

is_over() {
	! pgrep -f "bin/mxrecv -f $conf " >/dev/null
}
# listed: the names of messages in the queue
listed() {
	find "$spool/queue" -type f -printf '%f\n' | sort -u
}

new_instance
add_domain example.com
verdict pregreet log
printf '%s\n' 'connections 100' 'connections_per_network 100' >>"$conf"
for reuse in 1 100; do
	echo "child_connections $reuse" >>"$conf"
	start_listener
	"$tests/peers/mutate.py" "$port" "$count" "$seed" \
	    "$tests"/sessions/*.session >"$scratch/queued" 2>"$scratch/trouble"
	ok $? "$count damaged sessions, $reuse a process, hear replies only"
	tail -n 1 "$scratch/trouble" | cut -c 1-2000 | sed 's/^/# /'
	echo "# MUTATED_SEED=$seed; $(grep -c . "$scratch/queued") were queued"
	stop "$parent"
	until_true 10 is_over
	ok $? 'no process is left'
	! grep -q child-killed "$scratch/log"
	ok $? 'none was killed'
	sed -i '$d' "$conf"
done
listed >"$scratch/there"
sort -u "$scratch/queued" | comm -23 - "$scratch/there" >"$scratch/missing"
is "$(cat "$scratch/missing")" '' 'what was queued is there'
is "$(mxq list | awk -F'\t' '$3 != "waiting"')" '' 'and sound'
is "$(mxq bad)" '' 'all of it'

done_testing
