#!/bin/sh
# SPDX-License-Identifier: ISC
# What safety costs: how often a server syncs for a message that it accepts; and
# how much of what the file system takes at best, from as many processes at
# once, becomes messages.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"

seconds=${BENCH_SECONDS:-1}
load=$build/tests/tools/smtpload
messages=40

# count_syncs SERVER
count_syncs() {
	"$load" 127.0.0.1 "$port" message 20 4 >/dev/null
	pids=$(sed 's/^/-p /' "$group/cgroup.procs")
	# shellcheck disable=SC2086 # words
	strace -f -qq -e trace=fsync,fdatasync,syncfs,sync_file_range,msync \
	    -o "$scratch/syncs" $pids 2>/dev/null &
	tracer=$!
	will_stop $tracer
	sleep 1
	"$load" 127.0.0.1 "$port" message $messages 4 >/dev/null
	sleep 1
	stop $tracer
	echo "$1: $(grep -c 'sync.*= 0$' "$scratch/syncs") syncs for $messages" \
	    "messages of 4 KB, 4 at once"
}
for name in listen postfix exim; do
	start_server "$name"
	count_syncs "$name"
	stop_server
done

for _ in $(seq "$repetitions"); do
	for clients in 10 50; do
		floor=$(mktemp -d "$scratch/away.XXXXXX")
		result "sync,$clients" floor "$("$build/tests/tools/syncfloor" \
		    "$floor" $clients "$seconds")" 0
		start_server listen
		"$load" 127.0.0.1 "$port" message 20 10 >/dev/null
		result "sync,$clients" listen "$("$load" 127.0.0.1 "$port" \
		    message 100000 $clients "$seconds" | cut -d' ' -f1)" 0
		stop_server
	done
done
table listen 'a second'
