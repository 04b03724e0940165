#!/bin/sh
# SPDX-License-Identifier: ISC
# TLS: handshakes a second beside Postfix's smtpd with the same certificate, each
# a whole session up to QUIT, full and resumed; and the memory of one mx-tls.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

sessions=${BENCH_SESSIONS:-400}
if ! unpack_postfix || ! start_postfix c.test; then
	echo 'bench: no Postfix' >&2
	exit 1
fi
openssl req -x509 -nodes -days 30 -subj /CN=backup.test \
    -addext subjectAltName=DNS:backup.test -newkey ec \
    -pkeyopt ec_paramgen_curve:P-256 -keyout "$scratch/key" \
    -out "$scratch/certificate" 2>/dev/null
cat >>"$home/etc/main.cf" <<-END
	smtpd_tls_security_level = may
	smtpd_tls_cert_file = $scratch/certificate
	smtpd_tls_key_file = $scratch/key
	smtpd_client_connection_rate_limit = 0
END
cat >>"$home/etc/master.cf" <<-END
	tlsmgr unix - - n 1000? 1 tlsmgr
END
kill -HUP "$master"
new_instance
policy "UPDATE policy SET verdict = 'off' WHERE test = 'pregreet'"
cat >>"$conf" <<-END
	tls_certificate $scratch/certificate
	tls_key $scratch/key
END
port=$(free_port); "$build/libexec/mx-tls" -f "$conf" -l "$scratch/tls" 2>"$scratch/tls.log" & will_stop $!; tlspid=$!; echo tls_helper $scratch/tls >>$conf; until_true 10 test -S $scratch/tls; "$build/bin/mxrecv" -f "$conf" -l 127.0.0.1:$port 2>>"$scratch/log" &
listener=$!; will_stop $!; until_true 10 listens $port
sleep 2

for mode in clear full resumed; do
	for peer in "$port ours $listener,$tlspid" "$postfix_port Postfix $master" \
	    "$port ours $listener,$tlspid" "$postfix_port Postfix $master"; do
		# shellcheck disable=SC2086 # port, name and process
		"$tests/bench/tls2.py" "$mode" "$sessions" $peer
	done
done
"$tests/bench/tls2.py" memory 1 "$port" ours "$tlspid"
