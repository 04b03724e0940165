#!/bin/sh
# SPDX-License-Identifier: ISC
# What the policy costs: connections refused at RCPT for a domain that is not
# handled; messages with every test on, and what each test adds in CPU time.
# Caches are warm; the DNS, clamd, spamd and the primary are real or a script,
# on this host.  REPS runs of each, the median counts.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/scanners.sh
. "$tests/peers/scanners.sh"

reps=${REPS:-3}
refusals=${BENCH_REFUSALS:-100}
messages=${BENCH_POLICY:-15}

# median COUNT SESSIONS TO MESSAGE: rate and cpu
median() {
	for _ in $(seq "$reps"); do
		"$tests/bench/policy.py" "$@" "$build/bin/mxrecv" -f "$conf" ||
		    exit 1
	done >"$scratch/runs" || exit 1
	rate=$(cut -d' ' -f1 "$scratch/runs" | sort -n | sed -n "$(((reps + 1) / 2))p")
	cpu=$(cut -d' ' -f2 "$scratch/runs" | sort -n | sed -n "$(((reps + 1) / 2))p")
}
row() {
	printf '%-34s %8.1f/s %8.2f ms CPU each%s\n' "$1" "$rate" "$cpu" "${2-}"
}
# cpu_of PID: milliseconds of a daemon and its children so far
cpu_of() {
	for pid in $1 $(pgrep -P "$1"); do
		sed 's/.*) //' "/proc/$pid/stat"
	done | awk -v hz="$(getconf CLK_TCK)" \
	    '{ n += $12 + $13 } END { print n * 1000 / hz }'
}

# ---- a world of our own
new_instance
add_domain example.com
dns=$(free_port)
dkim_key "$scratch/key"
{
	cat <<-'END'
		@ MX 0 far
		far A 192.0.2.9
		@ TXT "v=spf1 ip4:127.0.0.0/8 -all"
		client A 127.0.0.2
		_dmarc TXT "v=DMARC1; p=reject"
	END
	txt k._domainkey "$(cat "$scratch/key.p")"
} | zone sender.test
echo 'nobody A 127.0.0.2' | zone list.test
echo '2.0.0 PTR client.sender.test.' | zone 127.in-addr.arpa
start_knot "127.0.0.1@$dns" sender.test list.test 127.in-addr.arpa
start_clamd && start_spamd || exit 1
start_primary 'RCPT:b@example.com=250 2.1.5 fine' \
    'RCPT:later@example.com=450 4.2.1 not now' 'RCPT=550 5.1.1 who?'
resolver "127.0.0.1:$dns"
printf '%s\n' "clamd $clamd" "spamd $spamd" >>"$conf"
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port';
    UPDATE setting SET value = '0' WHERE name = 'greylist_delay';
    INSERT INTO dnsbl(zone) VALUES('list.test')"
{
	printf 'From: A <a@sender.test>\r\nTo: b@example.com\r\n'
	printf 'Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nSubject: hello\r\n'
	printf 'Message-ID: <1@sender.test>\r\n\r\n'
	for n in $(seq 80); do
		printf 'Line %d: shall we meet on Tuesday at noon?\r\n' "$n"
	done
} >"$scratch/text"
"$tests/peers/dkimsign.py" sender.test k "$scratch/key" <"$scratch/text" \
    >"$scratch/signed" || exit 1

# ---- refusals
median "$refusals" 1 nobody@foreign.test -
row 'refused at RCPT, 1 session'
median "$refusals" 4 nobody@foreign.test -
row 'refused at RCPT, 4 sessions'

# ---- messages
everything="'ptr', 'dnsbl', 'spf', 'greylist', 'recipient', 'sender', 'repeat', 'header', 'dkim', 'dmarc', 'ownsender', 'malware', 'toobig', 'spam'"
median 5 1 b@example.com "$scratch/signed"
median "$messages" 1 b@example.com "$scratch/signed"
row '4 KB in, no test'
base=$cpu
for test in ptr dnsbl spf greylist recipient header dkim malware spam; do
	policy "UPDATE policy SET verdict = 'log' WHERE test = '$test'"
	"$tests/bench/policy.py" 2 1 b@example.com "$scratch/signed" \
	    "$build/bin/mxrecv" -f "$conf" >/dev/null || exit 1
	daemon=
	case $test in malware) daemon=$clamd_pid ;; spam) daemon=$spamd_pid ;; esac
	[ -z "$daemon" ] || was=$(cpu_of "$daemon")
	median "$messages" 1 b@example.com "$scratch/signed"
	more=$(echo "$cpu $base" | awk '{ printf ", %+.2f", $1 - $2 }')
	[ -z "$daemon" ] || more="$more, and $(echo "$(cpu_of "$daemon") $was" |
	    awk -v n=$((messages * reps)) \
		'{ printf "%.1f", ($1 - $2) / n }') of the daemon"
	row "4 KB in, $test" "$more"
	policy "UPDATE policy SET verdict = 'off' WHERE test = '$test'"
done
# an answer that is none is not remembered, and stops nobody
policy "UPDATE policy SET verdict = 'log' WHERE test = 'recipient'"
median "$messages" 1 later@example.com "$scratch/signed"
row '4 KB in, recipient, asked each time' \
    "$(echo "$cpu $base" | awk '{ printf ", %+.2f", $1 - $2 }')"
policy "UPDATE policy SET verdict = 'defer' WHERE test IN ($everything)"
"$tests/bench/policy.py" 2 1 b@example.com "$scratch/signed" \
    "$build/bin/mxrecv" -f "$conf" >/dev/null || exit 1
for sessions in 1 4; do
	median "$messages" $sessions b@example.com "$scratch/signed"
	row "4 KB in, every test, $sessions session(s)"
done
