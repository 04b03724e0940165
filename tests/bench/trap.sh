#!/bin/sh
# SPDX-License-Identifier: ISC
# A spool that drains while it fills: on ext4 files are slow to make beside many
# that were deleted lately.  Files a second, by themselves, and messages that we
# and Postfix take, before and right after a queue of so many is deleted.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"

seconds=${BENCH_SECONDS:-1}
waiting=${BENCH_TRAP:-3000}
load=$build/tests/tools/smtpload

# files: a second, from ten processes, in $scratch/files
files() {
	"$build/tests/tools/syncfloor" "$scratch/files" 10 "$seconds"
	rm -rf "$scratch/files"/*
}
# litter: as many files made and deleted beside the others
litter() {
	mkdir -p "$1/litter"
	seq "$waiting" | (cd "$1/litter" && xargs touch && rm -r "$1/litter")
}
# load_row ROW WHO
load_row() {
	used=$(cpu)
	# shellcheck disable=SC2046 # five figures
	set -- "$1" "$2" $("$load" 127.0.0.1 "$port" message 100000 10 "$seconds")
	result "$1" "$2" "$3" "$(echo "$used $(cpu) $7" |
	    awk '{ print ($2 - $1) / 1000 / $3 }')" "load=$(loads)"
}

mkdir "$scratch/files"
for _ in $(seq "$repetitions"); do
	result before files "$(files)" 0
	litter "$scratch"
	result behind files "$(files)" 0
	for name in listen postfix; do
		start_server "$name"
		"$load" 127.0.0.1 "$port" message 50 10 2 >/dev/null
		load_row before "$name"
		[ "$name" = listen ] && queue=$spool || queue=$home/queue
		litter "$queue"
		load_row behind "$name"
		stop_server
	done
done
table listen 'a second'
df -T "$scratch" | awk 'END { print "on " $2 }'
