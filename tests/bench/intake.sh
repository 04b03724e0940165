#!/bin/sh
# SPDX-License-Identifier: ISC
# What comes in a second: one message of 4 KB, or one refused recipient, a
# connection.  Ours listening, ours started for each connection, Postfix, Exim,
# in turn within each repetition.  For root: the CPU is that of a control group.
#
# usage: intake.sh [SERVER…]: listen exec inetd floor postfix exim
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"

servers=${*:-listen floor postfix exec exim}
seconds=${BENCH_SECONDS:-1}
load=$build/tests/tools/smtpload

# measure SERVER: its rows
measure() {
	"$load" 127.0.0.1 "$port" message 50 10 1 >/dev/null
	while read -r row kind clients; do
		before=$(cpu)
		# shellcheck disable=SC2046 # five figures
		set -- "$1" $("$load" 127.0.0.1 "$port" "$kind" 100000 \
		    "$clients" "$seconds")
		sleep 0.2 # for who is not done yet
		result "$row" "$1" "$2" "$(echo "$before $(cpu) $6" |
		    awk '{ print ($2 - $1) / 1000 / $3 }')" \
		    "p50=$3us p99=$4us wrong=$5 load=$(loads)"
	done <<-END
		4K,1 message 1
		4K,10 message 10
		4K,50 message 50
		refused,10 refused 10
	END
}

for _ in $(seq "$repetitions"); do
	for name in $servers; do
		start_server "$name"
		measure "$name"
		stop_server
	done
done
table listen 'a second'
