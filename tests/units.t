#!/bin/sh
# SPDX-License-Identifier: ISC
# The systemd units: how little each leaves open, and that the programs live
# with it: every call, socket and file of a connection with TLS and of a walk
# of the queue is one that the unit allows.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

units=$scratch/units
mkdir "$units"
for unit in "$top"/etc/systemd/*.service; do
	sed -e 's,@PREFIX@,/usr,g; s,@SYSCONFDIR@,/etc,g' "$unit" \
	    >"$units/$(basename "$unit")"
	systemd-analyze security --offline=true --no-pager --threshold=15 \
	    "$units/$(basename "$unit")" >"$scratch/out" 2>&1
	ok $? "$(basename "$unit") is exposed 1.5 at most"
	grep 'Overall' "$scratch/out" | sed 's/.*level for/#/'
	like "$(grep '^User=' "$unit")" '^User=tertiary-mx' 'and not as root'
done

strace -o /dev/null true 2>/dev/null || {
	echo '# no strace here: what the programs do is not looked at'
	done_testing
}
# traced FILE COMMAND…: its pid is the command's own
traced() {
	file=$1
	shift
	exec strace -D -f -qq -s 512 -o "$scratch/$file" "$@"
}
# judge UNIT TRACE [WRITABLE…]
judge() {
	unit=$1
	trace=$2
	shift 2
	[ "$(wc -l <"$scratch/$trace")" -gt 100 ]
	ok $? "$trace is a trace"
	is "$("$tests/peers/unitcalls.py" "$units/$unit" "$scratch/$trace" \
	    "$@" || echo failed)" '' "$unit lets it do all it does"
}

new_instance
policy "UPDATE policy SET verdict = 'log'
    WHERE test IN ('dnsbl', 'spf', 'dkim', 'dmarc', 'malware', 'spam', 'ptr')"
add_domain b.test
certificate backup DNS:backup.test
cat >>"$conf" <<-END
	tls_certificate $scratch/backup.pem
	tls_key $scratch/backup.key
	clamd $scratch/clamd
	spamd 127.0.0.1:9
	child_connections 2
END
port=$(free_port)
(traced receiving "$build/bin/mxrecv" -f "$conf" -l "127.0.0.1:$port") \
    2>"$scratch/log" &
parent=$!
will_stop $parent
until_true 20 listens "$port"
python3 - "$port" >"$scratch/out" 2>&1 <<-'END'
	import smtplib, ssl, sys
	trusting = ssl.create_default_context()
	trusting.check_hostname = False
	trusting.verify_mode = ssl.CERT_NONE
	s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "client.test")
	s.starttls(context=trusting)
	s.sendmail("a@a.test", "b@b.test", "Subject: units\r\n\r\ntext\r\n")
	s.docmd("ETRN", "b.test")
	s.quit()
	s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "client.test")
	s.sendmail("a@a.test", ["b@b.test", "c@b.test"], "From: a@a.test\r\n\r\ntext\r\n")
	s.quit()
END
is "$(cat "$scratch/out")" '' 'mail comes in, with TLS and without'
is "$(count_queued)" 2 'and is there'
stop $parent
until_true 20 grep -q 'exited with' "$scratch/receiving"
for helper in mx-tls mx-spf mx-dkim mx-scan; do
	grep -q "execve(.*/$helper" "$scratch/receiving"
	ok $? "$helper was part of it"
done
for unit in tertiary-mx.service tertiary-mx-each@.service; do
	judge $unit receiving "$scratch"
done
pid=$(sed -n 's/^\([0-9]*\) .*execve(.*mx-tls.*/\1/p' "$scratch/receiving" |
    tail -n 1)
grep "^$pid " "$scratch/receiving" >"$scratch/encrypting"
judge tertiary-mx-tls.service encrypting
grep -q 'mincore(' "$scratch/receiving"
ok $? 'a child is wiped for another connection'

start_primary 'RCPT:b@b.test=550 5.1.1 nobody'
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
(traced delivering "$build/bin/mxrun" -f "$conf") >>"$scratch/log" 2>&1
grep -q 'execve(.*/mx-send' "$scratch/delivering"
ok $? 'mxrun asks a primary'
grep -q 'fallocate(' "$scratch/delivering"
ok $? 'keeps room for two recipients'
is "$(count_queued)" 2 'and writes bounces'
judge tertiary-mx-run.service delivering "$scratch"

done_testing
