#!/bin/sh
# SPDX-License-Identifier: ISC
# What comes in a second: one message of 4 KB, or one refused recipient, a
# connection.  Ours listening, with a child for each connection and for 100 one
# after the other as in Postfix; ours started for each; Postfix, Exim; in turn
# within each repetition.  For root: the CPU is that of a control group.
#
# usage: intake.sh [SERVER…]: listen listen-100 exec inetd floor postfix exim
# exim-inetd
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"

servers=${*:-listen listen-100 floor postfix exec inetd exim}
seconds=${BENCH_SECONDS:-1}
load=$build/tests/tools/smtpload

# measure SERVER: its rows
measure() {
	while read -r row kind clients; do
		# until as many processes are there as are needed
		"$load" 127.0.0.1 "$port" "$kind" $((4 * clients)) "$clients" \
		    5 >/dev/null
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
		refused,50 refused 50
	END
}

for _ in $(seq "$repetitions"); do
	for name in $servers; do
		start_server "$name"
		measure "$name"
		stop_server
	done
done
for us in listen listen-100 inetd; do
	case " $servers " in
	*" $us "*) table $us 'a second' ;;
	esac
done
