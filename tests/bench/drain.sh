#!/bin/sh
# SPDX-License-Identifier: ISC
# How fast a queue of messages of 4 KB leaves for one domain, and for many with
# ten each, every one of them with a host of its own: ours, Postfix as it comes,
# Postfix with more connections from the start.  All hosts are one smtp-sink.
# Then few that are large, by DATA and, which Postfix does not do, by BDAT.
#
#	BENCH_DRAIN=10000 BENCH_DOMAINS=1000 tests/bench/drain.sh [ours postfix tuned beside large]
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"

count=${BENCH_DRAIN:-200}
many=${BENCH_DOMAINS:-20}
dead=${BENCH_DEAD:-200}
large=${BENCH_LARGE:-104857600}
sink=$(free_port)
start_sink -u nobody ":$sink" 1000
until_true 10 listens "$sink"

printf 'Subject: fill\r\n\r\n%4050s\r\n' x | tr ' ' x | sed 's/x\{78\}/&\r\n/g' \
    >"$scratch/text"
hang=$(free_port)
python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=0)
time.sleep(86400)' "$hang" &
will_stop $!

# host N: where dN.test has its primary
host() {
	echo "[127.1.$(($1 / 250)).$(($1 % 250 + 1))]:$sink"
}
# rows PREFIX COUNT TABLE VALUES: a row for each domain, of its number n
rows() {
	echo "WITH RECURSIVE number(n) AS (VALUES(1) UNION ALL
	    SELECT n + 1 FROM number WHERE n < $2)
	    INSERT INTO $3 SELECT '$1'||n||'.test', $4 FROM number WHERE $2 > 0;"
}
# drained ROW WHO COUNT BEGAN CPU
drained() {
	echo "$(since "$4") $5 $(cpu) $3" | awk '{ print $4 / $1, ($3 - $2) / 1000 / $4 }' \
	    >"$scratch/row"
	result "$1" "$2" "$(cat "$scratch/row")" "load=$(loads)"
}

# drain_ours ROW DOMAINS EACH
drain_ours() {
	new_instance
	rows d "$2" 'domain(name, route)' "'[127.1.'||(n/250)||'.'||(n%250+1)||']:$sink'" |
	    policy
	for i in $(seq "$2"); do
		LD_PRELOAD=$build/tests/preload/nosync.so \
		    "$build/tests/tools/mkspool" -r "b@d$i.test" -n "$3" "$spool" \
		    "d$i.test" <"$text" >/dev/null || exit 1
	done
	sync -f "$spool"
	used=$(cpu)
	began=$(now)
	within "$build/bin/mxrun" -f "$conf"
	wait "$server"
	drained "$1" ours $(($2 * $3)) "$began" "$used"
	[ "$(count_queued)" -eq 0 ] || {
		echo "bench: $(count_queued) are left" >&2
		tail -n 3 "$scratch/log" >&2
	}
	mv "$spool" "$(mktemp -d "$scratch/away.XXXXXX")"
}

# drain_beside WHO DEAD: one domain beside as many whose primaries hang; the clock
# runs from the first message that is gone until the last
drain_beside() {
	new_instance
	add_domain d1.test "$(host 1)"
	rows dead "$2" 'domain(name, route)' "'[127.0.0.1]:$hang'" | policy
	sqlite3 "$scratch/state.db" 'PRAGMA journal_mode = WAL' \
	    ".read $top/share/state.sql" >/dev/null
	rows dead "$2" primary_mx "2, 1, 1, 9, 1, 1, 0, '', 'gone', 0, '', 0" |
	    sqlite3 "$scratch/state.db"
	"$build/tests/tools/mkspool" -r b@d1.test -n "$count" "$spool" d1.test \
	    <"$scratch/text" >/dev/null || exit 1
	"$build/tests/tools/mkspool" -r b@dead.test "$spool" dead1.test \
	    <"$scratch/text" >/dev/null || exit 1
	python3 -c 'import shutil, sys
for i in range(2, int(sys.argv[2]) + 1):
    shutil.copytree(sys.argv[1] + "/dead1.test", sys.argv[1] + "/dead%d.test" % i)' \
	    "$spool/queue" "$2"
	[ "$2" -gt 0 ] || rm -r "$spool/queue/dead1.test"
	"$tests/bench/emptied.py" "$spool/queue/d1.test" 120 >"$scratch/took" &
	watch=$!
	used=$(cpu)
	within "$build/bin/mxrun" -f "$conf"
	wait $watch || {
		echo "bench: nothing leaves beside $2 dead ones" >&2
		tail -n 3 "$scratch/log" >&2
	}
	echo "$(cat "$scratch/took") $used $(cpu) $count" |
	    awk '{ print $4 / $1, ($3 - $2) / 1000 / $4 }' >"$scratch/row"
	result beside "$1" "$(cat "$scratch/row")" "load=$(loads)"
	stop "$server"
	mv "$spool" "$(mktemp -d "$scratch/away.XXXXXX")"
}

# drain_postfix ROW DOMAINS EACH VARIANT
drain_postfix() {
	for i in $(seq "$2"); do
		echo "d$i.test relay:$(host "$i")"
	done >"$scratch/transport"
	postfix_settings="relay_domains = texthash:$scratch/transport
transport_maps = texthash:$scratch/transport
disable_dns_lookups = yes
message_size_limit = 0
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access static:{HOLD}"
	[ "$4" = postfix ] || postfix_settings="$postfix_settings
default_process_limit = 200
default_destination_concurrency_limit = 50
initial_destination_concurrency = 50"
	postfix_services='relay unix - - n - - smtp'
	start_postfix away.test || exit 1
	"$tests/bench/fill.py" "$postfix_port" $(($2 * $3)) "$2" \
	    "$(wc -c <"$text")" || exit 1
	stop "$master"
	until_true 10 has_ended
	mv "$home"/queue/hold/* "$home/queue/incoming"
	used=$(cpu)
	began=$(now)
	within env LD_LIBRARY_PATH="$postfix/usr/lib/postfix" \
	    "$postfix/usr/lib/postfix/sbin/master" -c "$home/etc" -d
	until_true 300 is_empty || {
		echo "bench: Postfix is not done after 300 s" >&2
		tail -n 3 "$mail_log" >&2
	}
	drained "$1" "$4" $(($2 * $3)) "$began" "$used"
	stop_server
}
has_ended() {
	! listens "$postfix_port"
}
is_empty() {
	[ "$(find "$home/queue/incoming" "$home/queue/active" \
	    "$home/queue/deferred" -type f | wc -l)" -eq 0 ]
}

text=$scratch/text
# drain_large NAME WHO [CHUNKING]: three, to a sink of its own
drain_large() {
	sink=$(free_port)
	"$tests/bench/sink.py" "$sink" "${3-}" &
	taker=$!
	will_stop $taker
	until_true 10 listens "$sink"
	case $2 in
	ours) drain_ours "$1" 1 3 ;;
	*) drain_postfix "$1" 1 3 "$2" ;;
	esac
	stop $taker
}
for _ in $(seq "$repetitions"); do
	for shape in "one 1 $count" "many $many 10"; do
		case $shape in
		*' 0'*) continue ;; # this row is not wanted
		esac
		# shellcheck disable=SC2068,SC2086 # words
		for who in ${@:-ours postfix tuned}; do
			case $who in
			ours) drain_ours $shape ;;
			beside | large) ;;
			*) drain_postfix $shape "$who" ;;
			esac
		done
	done
	case " $* " in # not unasked: it takes its time
	*' large '*)
		yes "$(tail -n +3 "$text")" | head -c "$large" >"$scratch/large"
		text=$scratch/large
		drain_large large-DATA ours
		drain_large large-DATA postfix
		drain_large large-BDAT ours chunking
		text=$scratch/text
		;;
	esac
	case " ${*:-beside} " in
	*' beside '*)
		drain_beside alone 0
		drain_beside ours "$dead"
		;;
	esac
done
table ours 'a second'
