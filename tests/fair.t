#!/bin/sh
# SPDX-License-Identifier: ISC
# No domain is in another's way: a thousand primaries that are dead, and hang,
# and one that is back.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

dead=1000
new_instance
printf 'workers 3\n' >>"$conf"
mkdir "$scratch/hang"
"$tests/peers/fakemx.py" "$scratch/hang" 'GREETING=!hang' &
will_stop $!
until_true 10 test -s "$scratch/hang/port"
start_primary
hang_port=$(cat "$scratch/hang/port")
for i in $(seq $dead); do
	echo "INSERT INTO domain(name, route)
	    VALUES('d$i.example', '[127.0.0.1]:$hang_port');"
done | policy
add_domain z.example "[127.0.0.1]:$primary_port"
state 'PRAGMA journal_mode = WAL' \
    ".read $top/share/state.sql" >/dev/null
for i in $(seq $dead); do
	echo "INSERT INTO primary_mx VALUES('d$i.example', 2, 1, 1, 9, 1, 1, 0,
	    '', 'gone', 0, '', 0);"
done | state
"$build/tests/tools/mkspool" -r b@d1.example "$spool" d1.example \
    </dev/null >/dev/null
python3 - "$spool/queue" "$dead" <<-'END'
	import os, shutil, sys
	queue, n = sys.argv[1], int(sys.argv[2])
	first = os.path.join(queue, "d1.example")
	for i in range(2, n + 1):
	    shutil.copytree(first, os.path.join(queue, "d%d.example" % i))
END
"$build/tests/tools/mkspool" -n 100 -r b@z.example "$spool" z.example \
    </dev/null >/dev/null

all_taken() {
	[ "$(find "$scratch/mx" -name 'message.*' | wc -l)" -eq 100 ]
}
# mx-send processes below the run
probes() {
	pgrep -P "$(pgrep -d , -P "$1")" 2>/dev/null | wc -l
}

"$build/bin/mxrun" -f "$conf" -v 2>"$scratch/log" &
run=$!
will_stop $run
until_true 20 all_taken
ok $? 'the one that is back is drained before the dead ones answer'
probing() {
	[ "$(probes "$run")" -ge 10 ]
}
until_true 20 probing
ok $? "many more than the workers wait for a connection ($(probes "$run"))"
[ "$(probes "$run")" -le 15 ]
ok $? 'but not all at once'

# another run, while the first hangs
"$build/tests/tools/mkspool" -n 100 -r b@z.example "$spool" z.example \
    </dev/null >/dev/null
twice_taken() {
	[ "$(find "$scratch/mx" -name 'message.*' | wc -l)" -eq 200 ]
}
"$build/bin/mxrun" -f "$conf" -v 2>>"$scratch/log" &
again=$!
will_stop $again
until_true 20 twice_taken
ok $? 'and the next run is not held up by the first'
kill $run $again
until_true 10 sh -c "! kill -0 $run 2>/dev/null"
ok $? 'asked to stop, a run does not wait for the dead'
is "$(count_queued)" $dead 'their mail is here'

done_testing
