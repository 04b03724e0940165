#!/bin/sh
# SPDX-License-Identifier: ISC
# All checks on: a signed message of 4 KB, one a connection, for which SPF, DKIM
# and DMARC are asked and clamd looks.  Ours, and Postfix with policyd-spf,
# opendkim, opendmarc and clamav-milter; the DNS and clamd are the same for all.
# For root: CPU is of the server and its filters, without clamd's and the DNS's.
if [ -z "${OWN_MOUNTS-}" ]; then
	export OWN_MOUNTS=1
	exec unshare -m "$0" "$@"
fi
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$tests/bench/measure.sh"
# shellcheck source=tests/bench/servers.sh
. "$tests/bench/servers.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/scanners.sh
. "$tests/peers/scanners.sh"

servers=${*:-listen listen-100 postfix}
seconds=${BENCH_SECONDS:-3}
load=$build/tests/tools/smtpload
milters=$build/milters
[ -d "$milters" ] || {
	echo 'bench: no milters; make bench-checks fetches them' >&2
	exit 1
}

# ---- a sender
dkim_key "$scratch/key"
{
	cat <<-'END'
		ns A 127.0.0.1
		@ A 127.0.0.1
		@ MX 0 ns
		@ TXT "v=spf1 ip4:127.0.0.1 -all"
		_dmarc TXT "v=DMARC1; p=reject"
	END
	txt k._domainkey "$(cat "$scratch/key.p")"
} | zone client.test 3600
start_knot 127.0.0.1@53 client.test
echo 'nameserver 127.0.0.1' >"$scratch/resolv.conf"
mount --bind "$scratch/resolv.conf" /etc/resolv.conf || exit 1
{
	printf '%s\r\n' 'From: A <a@client.test>' 'To: b@b.test' \
	    'Date: Tue, 24 Nov 2026 10:00:00 +0000' 'Subject: hello' \
	    'Message-ID: <1@client.test>' ''
	for n in $(seq 80); do
		printf 'Line %d: shall we meet on Tuesday at noon?\r\n' "$n"
	done
} | "$tests/peers/dkimsign.py" client.test k "$scratch/key" \
    >"$scratch/message" || exit 1
start_clamd || exit 1

# ---- who checks it
# filter MILTER PORT ARGUMENT…: a milter in the group; they are stopped in the end
filters=
filter() {
	milter=$1
	milter_port=$2
	shift 2
	within env LD_LIBRARY_PATH="$milters/usr/lib/$(uname -m)-linux-gnu:$milters/usr/lib" \
	    "$milters/usr/sbin/$milter" "$@"
	filters="$filters $server"
	until_true 10 listens "$milter_port" && return
	echo "bench: $milter does not start" >&2
	tail -n 5 "$scratch/log" >&2
	exit 1
}
start_filters() {
	echo 192.0.2.250 >"$scratch/none"
	# its resolver is libunbound, to which test. is nowhere; so it need not
	# ask for the key
	echo "k._domainkey.client.test v=DKIM1; $(cat "$scratch/key.p")" \
	    >"$scratch/keys"
	dkim=$(free_port)
	printf '%s\n' "Socket inet:$dkim@127.0.0.1" 'Mode v' 'Background no' \
	    "TestPublicKeys $scratch/keys" "InternalHosts $scratch/none" \
	    'AuthservID primary.test' 'AlwaysAddARHeader yes' \
	    >"$scratch/opendkim.conf"
	filter opendkim "$dkim" -f -x "$scratch/opendkim.conf"
	dmarc=$(free_port)
	printf '%s\n' "Socket inet:$dmarc@127.0.0.1" 'Background false' \
	    'AutoRestart false' 'AuthservID primary.test' \
	    'TrustedAuthservIDs primary.test' "IgnoreHosts $scratch/none" \
	    "PidFile $scratch/opendmarc.pid" >"$scratch/opendmarc.conf"
	filter opendmarc "$dmarc" -f -c "$scratch/opendmarc.conf"
	clam=$(free_port)
	printf '%s\n' "MilterSocket inet:$clam@127.0.0.1" \
	    "ClamdSocket unix:$clamd" 'Foreground yes' 'OnInfected Reject' \
	    'AddHeader Replace' >"$scratch/clamav-milter.conf"
	filter clamav-milter "$clam" -c "$scratch/clamav-milter.conf"
}
start_checked_postfix() {
	start_filters
	printf '%s\n' 'debugLevel = 0' 'HELO_reject = False' \
	    'Mail_From_reject = False' 'skip_addresses = ::1/128' \
	    'Header_Type = AR' 'Authserv_Id = primary.test' \
	    >"$scratch/policyd-spf.conf"
	printf '%s\n' '#!/usr/bin/python3' \
	    'from spf_engine.policyd_spf import main' 'main()' \
	    >"$scratch/policyd-spf"
	chmod 755 "$scratch/policyd-spf"
	postfix_services="policyd-spf unix - n n - 0 spawn
  user=nobody argv=$scratch/policyd-spf $scratch/policyd-spf.conf"
	postfix_settings="policyd-spf_time_limit = 3600
milter_default_action = tempfail
smtpd_milters = inet:127.0.0.1:$dkim inet:127.0.0.1:$dmarc inet:127.0.0.1:$clam"
	start_server postfix
	cat >>"$home/etc/main.cf" <<-END
		smtpd_recipient_restrictions = reject_unauth_destination,
		    check_policy_service unix:private/policyd-spf,
		    check_recipient_access static:{HOLD}
	END
	kill -HUP "$master"
	sleep 1
}
start_checked() {
	case $1 in
	postfix) start_checked_postfix ;;
	*) start_server "$1" ;;
	esac
	case $1 in
	listen*)
		printf '%s\n' 'resolver 127.0.0.1' "clamd $clamd" >>"$conf"
		policy "UPDATE policy SET verdict = 'log', on_unavailable = 'log'
		    WHERE test IN ('spf', 'dkim', 'dmarc', 'malware')"
		sed -i '/^resolver 127.0.0.1:9$/d' "$conf"
		kill -HUP "$server"
		sleep 1
		;;
	esac
}
# was_checked: a message that is kept says so
was_checked() {
	case $1 in
	postfix) kept=$home/queue/hold ;;
	*) kept=$spool/queue ;;
	esac
	found=$(find "$kept" -type f | head -n 1)
	for word in spf=pass dkim=pass dmarc=pass; do
		grep -aqi "$word" "$found" && continue
		echo "bench: $1: no $word" >&2
		grep -ao 'dkim=[^;]*' "$found" >&2
		exit 1
	done
}

for _ in $(seq "$repetitions"); do
	for name in $servers; do
		filters=
		start_checked "$name"
		for clients in 1 10; do
			"$load" 127.0.0.1 "$port" "$scratch/message" \
			    $((2 * clients)) "$clients" 10 >/dev/null
			before=$(cpu)
			# shellcheck disable=SC2046 # five figures
			set -- $("$load" 127.0.0.1 "$port" "$scratch/message" \
			    100000 "$clients" "$seconds")
			sleep 0.2
			result "checked,$clients" "$name" "$1" \
			    "$(echo "$before $(cpu) $5" |
				awk '{ print ($2 - $1) / 1000 / $3 }')" \
			    "p50=$2us p99=$3us wrong=$4 load=$(loads)"
		done
		was_checked "$name"
		for pid in $filters; do
			stop "$pid"
		done
		stop_server
	done
done
for us in listen listen-100; do
	case " $servers " in
	*" $us "*) table $us 'a second' ;;
	esac
done
