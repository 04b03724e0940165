#!/bin/sh
# SPDX-License-Identifier: ISC
# Everything that mxrecv asks, dead, silent, one octet a second, lying: the
# outcome of the policy table, in time, and nothing left behind.  All at once,
# each with an instance of its own.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/network.sh
. "$tests/peers/network.sh"

lay_cable || skip_all 'no network of our own'
network=$(readlink /proc/$$/ns/net)

# ---- the liars
manners='silent close cut drip nul garbage long endless'
dns_manners='silent cut drip nul garbage long short other forged servfail
    refused loop'
mkdir "$scratch/liars" "$scratch/there"
set -- dns-good dns-listed smtp-good clamd-good spamd-good spamd-nan
for manner in $manners; do
	set -- "$@" "clamd-$manner" "spamd-$manner" "smtp-$manner" \
	    "smtp-$manner@EHLO" "smtp-$manner@RCPT"
done
for manner in $dns_manners; do
	set -- "$@" "dns-$manner"
done
"$tests/peers/liar.py" "$scratch/liars" "$@" &
will_stop $!
set --
n=25
{
	printf '%s\n' 'dead MX 0 dead' 'dead A 192.0.2.24'
	for manner in $manners; do
		$there ip addr add 192.0.2.$n/24 dev v0
		set -- "$@" "192.0.2.$n/smtp-$manner@RCPT"
		printf '%s MX 0 %s\n%s A 192.0.2.%s\n' "$manner" "$manner" \
		    "$manner" "$n"
		n=$((n + 1))
	done
} >"$scratch/records"
$there "$tests/peers/liar.py" "$scratch/there" "$@" &
will_stop $!
dns=
if command -v knotd >/dev/null; then
	dns=$(free_port)
	zone target.test <"$scratch/records"
	start_knot "127.0.0.1@$dns" target.test
fi
until_true 10 test -e "$scratch/liars/ready"
until_true 10 test -e "$scratch/there/ready"
# at NAME: where that liar is
at() {
	echo "127.0.0.1:$(cat "$scratch/liars/$1")"
}
dead=127.0.0.1:$(free_port)

# ---- helpers that are none: all but one are real
# helper NAME MANNER TEXT: a libexec directory
helper() {
	mkdir -p "$scratch/libexec-$2/$1"
	ln -s "$build"/libexec/* "$scratch/libexec-$2/$1"
	rm "$scratch/libexec-$2/$1/$1"
	[ -z "$3" ] || {
		printf '#!/bin/sh\n%s\n' "$3" >"$scratch/libexec-$2/$1/$1"
		chmod +x "$scratch/libexec-$2/$1/$1"
	}
}
helpers='mx-scan mx-dkim mx-spf mx-send'
helper_manners='missing crash early hang nul garbage long endless half'
helper mx-spf slow "sleep 19; printf 'mailfrom=pass\ndomain=sender.test\nreason=ip4:127.0.0.1\nhelo=none\n\n'"
for name in $helpers; do
	helper "$name" missing ''
	helper "$name" crash "kill -SEGV \$\$"
	helper "$name" early 'exec true'
	helper "$name" hang 'exec sleep 600'
	helper "$name" nul 'head -c 300 /dev/zero; exec sleep 600'
	helper "$name" garbage 'head -c 30000 /dev/urandom; exec sleep 600'
	helper "$name" long 'head -c 1000000 /dev/zero | tr "\000" x; exec sleep 600'
	helper "$name" endless 'exec yes key=value'
	helper "$name" half "printf 'result=clean\nmailfrom=pass\nstatus=open\n'; exec sleep 600"
done

# ---- cases
new_instance
add_domain example.com
verdict pregreet off
echo 'confine no' >>"$conf" # to run scripts for helpers
sed '/^resolver/d; /^libexec/d; /^spool/d; /^state/d; /^policy/d' "$conf" \
    >"$scratch/base.conf"
ncases=0
# expect SECONDS REGEX NAME [CONF-LINE] [SQL] [FROM] [TO]: starts a case
expect() {
	ncases=$((ncases + 1))
	here=$scratch/case.$ncases
	mkdir "$here"
	printf '%s\n' "$1" "$2" "$3" >"$here/case"
	cp "$scratch/policy.db" "$here/policy.db"
	sqlite3 "$here/policy.db" "${5-SELECT 1}" >/dev/null
	{
		cat "$scratch/base.conf"
		printf 'spool %s/spool\nstate %s/state.db\npolicy %s/policy.db\n' \
		    "$here" "$here" "$here"
		printf '%s\n' "$4"
		case $4 in *libexec*) ;; *) echo "libexec $build/libexec" ;; esac
		case $4 in *resolver*) ;; *) echo "resolver $(at dns-good)" ;; esac
	} >"$here/mx.conf"
	(
		began=$(date +%s)
		setsid -w "$tests/peers/client.py" 127.0.0.1 \
		    "${6-a@sender.test}" "${7-b@example.com}" -- \
		    "$build/bin/mxrecv" -f "$here/mx.conf" \
		    >"$here/out" 2>"$here/log"
		echo $(($(date +%s) - began)) >"$here/took"
	) &
	pids="$pids $!"
	[ $((ncases % 8)) -ne 0 ] || sleep 0.4
}
pids=
# on TEST [VERDICT [ON_UNAVAILABLE]]: SQL
on() {
	echo "UPDATE policy SET verdict = '${2-defer}',
	    on_unavailable = '${3-off}' WHERE test = '$1';"
}
route() {
	echo "UPDATE domain SET route = '[127.0.0.1]:${1##*:}';"
}
taken='^250 2.0.0 Queued'

# clamd defers, spamd passes; the end of data in two minutes.  What takes
# longest begins first.
for manner in $manners; do
	expect 100 '^451 4.3.0 Content check unavailable' \
	    "clamd, $manner" "clamd $(at "clamd-$manner")" \
	    "$(on malware defer defer)"
	expect 100 "$taken" "spamd, $manner" "spamd $(at "spamd-$manner")" \
	    "$(on spam)"
done
expect 100 '^451 4.3.0 Content check unavailable' 'clamd and spamd, silent' \
    "clamd $(at clamd-silent)
spamd $(at spamd-silent)" "$(on malware defer defer) $(on spam)"
expect 100 '^451 4.3.0 Content check unavailable' \
    'clamd in the file system, drip' "clamd $scratch/liars/clamd-drip.sock" \
    "$(on malware defer defer)"
expect 10 '^451 4.3.0 Content check unavailable' 'clamd, dead' "clamd $dead" \
    "$(on malware defer defer)"
expect 10 "$taken" 'spamd, dead' "spamd $dead" "$(on spam)"
expect 10 "$taken" 'spamd, a score that is no number' \
    "spamd $(at spamd-nan)" "$(on spam)"
expect 10 "$taken" 'clamd and spamd, good' "clamd $(at clamd-good)
spamd $(at spamd-good)" "$(on malware defer defer) $(on spam)"

# helpers
for manner in $helper_manners; do
	lib="libexec $scratch/libexec-$manner"
	expect 110 '^451 4.3.0 Content check unavailable' "mx-scan, $manner" \
	    "$lib/mx-scan
clamd $(at clamd-good)
spamd $(at spamd-good)" "$(on malware defer defer) $(on spam)"
	expect 110 "$taken" "mx-dkim, $manner" "$lib/mx-dkim" \
	    "$(on dkim defer log) $(on dmarc)"
	expect 60 "$taken" "mx-spf, $manner" "$lib/mx-spf" "$(on spf defer log)"
	expect 60 "$taken" "mx-send, $manner" "$lib/mx-send" \
	    "$(on recipient) $(route "$(at smtp-good)")"
done

# the resolver: what depends on it passes; the whole of RCPT in a minute
dns_tests="$(on ptr log log) $(on dnsbl) $(on spf log) $(on dkim log)
    $(on dmarc log) $(on sender) $(on ownsender)
    INSERT INTO dnsbl(zone) VALUES('one.test'), ('two.test');"
for manner in $dns_manners; do
	expect 60 "$taken" "dns, $manner" "resolver $(at "dns-$manner")" \
	    "$dns_tests"
done
expect 60 "$taken" 'dns, dead' "resolver $dead" "$dns_tests"
expect 60 "$taken" 'a list that lists everybody' \
    "resolver $(at dns-listed)" "$(on dnsbl) INSERT INTO dnsbl(zone) VALUES('one.test')"
expect 20 '^451 4.3.0 No answer from one.test' \
    'dns, silent, where the table says defer' \
    "resolver $(at dns-silent)" \
    "$(on dnsbl defer defer) INSERT INTO dnsbl(zone) VALUES('one.test')"

# the primary: what it can not say is no refusal
for manner in $manners; do
	for when in '' @EHLO @RCPT; do
		expect 30 "$taken" "primary, $manner$when" '' \
		    "$(on recipient) $(route "$(at "smtp-$manner$when")")"
	done
done
expect 10 "$taken" 'primary, dead' '' "$(on recipient) $(route "$dead")"
expect 10 '^450 4.1.1 .*not known here' 'primary, dead, and nobody known' '' \
    "$(on recipient) $(on unknown) $(route "$dead")"

# where the sender's answers would be
for manner in ${dns:+dead $manners}; do
	expect 45 "$taken" "sender's exchanger, $manner" \
	    "resolver 127.0.0.1:$dns" "$(on sender)" "a@$manner.target.test"
done

# all at once
expect 60 "$taken" 'dns and primary and helper, silent' \
    "resolver $(at dns-silent)
libexec $scratch/libexec-hang/mx-spf" \
    "$dns_tests $(on spf log log) $(on dkim off) $(on dmarc off)
    $(on recipient) $(route "$(at smtp-silent@RCPT)")"

# SPF is slow and passes, so that the pool is looked for; one primary for ten
expect 60 "$taken" 'all that RCPT asks is slow, ten recipients' \
    "resolver $(at dns-silent)
libexec $scratch/libexec-slow/mx-spf" \
    "$dns_tests $(on spf log log) $(on greylist log log) $(on dkim off)
    $(on dmarc off) $(on ownsender off) $(on recipient)
    $(route "$(at smtp-drip@RCPT)")" a@sender.test \
    "$(printf '%s@example.com,' a b c d e f g h i)j@example.com"
[ -z "$dns" ] ||
    expect 119 "$taken" 'all that the end of data asks is slow' \
	"resolver 127.0.0.1:$dns
libexec $scratch/libexec-slow/mx-spf
clamd $(at clamd-drip)
spamd $(at spamd-silent)" \
	"$(on malware log log) $(on spam log log) $(on sender)" \
	a@silent.target.test

# ---- outcomes
# shellcheck disable=SC2086 # a list of words
wait $pids
i=0
while [ $((i += 1)) -le $ncases ]; do
	here=$scratch/case.$i
	{
		read -r most
		read -r regex
		read -r name
	} <"$here/case"
	took=$(cat "$here/took")
	like "$(tail -2 "$here/out" | head -1)" "$regex" "$name"
	[ "$took" -le "$most" ]
	ok $? "in $most s: $took"
done
left=
for pid in /proc/[0-9]*; do
	[ "$(readlink "$pid/ns/net")" = "$network" ] || continue
	case $(cat "$pid/comm") in
	mx*|sleep|yes) left="$left $(cat "$pid/comm")" ;;
	esac
done 2>/dev/null
is "$left" '' 'nothing is left behind'

done_testing
