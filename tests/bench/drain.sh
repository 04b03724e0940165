#!/bin/sh
# SPDX-License-Identifier: ISC
# How fast a queue of messages of 4 KB leaves for one domain, and for many with
# ten each, every one of them with a host of its own: ours, Postfix as it comes,
# Postfix with more connections from the start.  All hosts are one smtp-sink.
#
#	BENCH_DRAIN=10000 BENCH_DOMAINS=1000 tests/bench/drain.sh
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"

count=${BENCH_DRAIN:-200}
many=${BENCH_DOMAINS:-20}
sink=$(free_port)
start_sink -u nobody ":$sink" 1000
until_true 10 listens "$sink"

# host N: where dN.test has its primary
host() {
	echo "[127.1.$(($1 / 250)).$(($1 % 250 + 1))]:$sink"
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
	printf 'Subject: fill\r\n\r\n%4050s\r\n' x | tr ' ' x | sed 's/x\{78\}/&\r\n/g' \
	    >"$scratch/text"
	for i in $(seq "$2"); do
		echo "INSERT INTO domain(name, route) VALUES('d$i.test', '$(host "$i")');"
	done | policy
	for i in $(seq "$2"); do
		"$build/tests/tools/mkspool" -r "b@d$i.test" -n "$3" "$spool" \
		    "d$i.test" <"$scratch/text" >/dev/null || exit 1
	done
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

# drain_postfix ROW DOMAINS EACH VARIANT
drain_postfix() {
	for i in $(seq "$2"); do
		echo "d$i.test relay:$(host "$i")"
	done >"$scratch/transport"
	postfix_settings="relay_domains = texthash:$scratch/transport
transport_maps = texthash:$scratch/transport
disable_dns_lookups = yes
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access static:{HOLD}"
	[ "$4" = postfix ] || postfix_settings="$postfix_settings
default_process_limit = 200
default_destination_concurrency_limit = 50
initial_destination_concurrency = 50"
	postfix_services='relay unix - - n - - smtp'
	start_postfix away.test || exit 1
	"$tests/bench/fill.py" "$postfix_port" $(($2 * $3)) "$2" || exit 1
	stop "$master"
	until_true 10 has_ended
	mv "$home"/queue/hold/* "$home/queue/incoming"
	used=$(cpu)
	began=$(now)
	within env LD_LIBRARY_PATH="$postfix/usr/lib/postfix" \
	    "$postfix/usr/lib/postfix/sbin/master" -c "$home/etc" -d
	until_true 60 is_empty || {
		echo "bench: Postfix is not done after 60 s" >&2
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

for _ in $(seq "$repetitions"); do
	for shape in "one 1 $count" "many $many 10"; do
		# shellcheck disable=SC2086 # three words
		{
			drain_ours $shape
			drain_postfix $shape postfix
			drain_postfix $shape tuned
		}
	done
done
table ours 'a second'
