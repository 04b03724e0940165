#!/bin/sh
# SPDX-License-Identifier: ISC
# What a long queue costs: a run with nothing due, mxq list and stats, stats when
# more has come since a run, and a new message, with more and more that waits, in
# ten domains, for tomorrow.
#
#	BENCH_QUEUE='1000 100000 1000000' tests/bench/queue.sh
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"

sizes=${BENCH_QUEUE:-1000 5000 20000}
domains=10
tomorrow=$(($(date +%s) + 86400))

# fill COUNT: as many more in each domain; without syncs, which take their time
fill() {
	for i in $(seq $domains); do
		printf 'Subject: wait\r\n\r\n%500s\r\n' x |
		    LD_PRELOAD=$build/tests/preload/nosync.so \
			"$build/tests/tools/mkspool" -m "$tomorrow" \
			-r "b@d$i.test" -n "$1" "$spool" "d$i.test" \
			>/dev/null || exit 1
	done
}
load=$build/tests/tools/smtpload

new_instance
for i in $(seq $domains); do
	add_domain "d$i.test" '[127.0.0.1]:9'
done
add_domain b.test '[127.0.0.1]:9'
echo 'client_names no' >>"$conf"
port=$(free_port)
within "$build/bin/mxrecv" -f "$conf" -l "127.0.0.1:$port"
until_true 10 listens "$port"
there=0
# measure: commands on stdin, each with a name
measure() {
	while read -r name command; do
		# shellcheck disable=SC2046,SC2086 # words
		set -- $("$build/tests/tools/cost" "$build"/bin/$command)
		result "$name,$size" ours "$1" "$2" "KiB=$3 load=$(loads)"
	done
}
for size in $sizes; do
	fill $(((size - there) / domains))
	there=$size
	sleep 3.1 # a directory that changed just now is looked at again
	# whose primary is known to be down is not looked at
	[ ! -e "$scratch/state.db" ] ||
	    sqlite3 "$scratch/state.db" 'DELETE FROM primary_mx'
	mxrun 2>>"$scratch/log" # the first looks at all that is new
	for _ in $(seq "$repetitions"); do
		measure <<-END
			run mxrun -f $conf
			list mxq -f $conf list
			stats mxq -f $conf stats
		END
	done
	fill 1
	there=$((there + domains))
	for _ in $(seq "$repetitions"); do
		echo "more mxq -f $conf stats" | measure
	done
	for _ in $(seq "$repetitions"); do
		used=$(cpu)
		# shellcheck disable=SC2046 # five figures
		set -- $("$load" 127.0.0.1 "$port" message 50 1)
		result "new,$size" ours "$(echo "$2" | awk '{ print $1 / 1000 }')" \
		    "$(echo "$used $(cpu)" | awk '{ print ($2 - $1) / 50000 }')" \
		    "load=$(loads)"
	done
done
table ours ms less
