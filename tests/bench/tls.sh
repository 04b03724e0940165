#!/bin/sh
# SPDX-License-Identifier: ISC
# TLS: handshakes a second beside Postfix's smtpd with the same certificate, each
# a whole session up to QUIT, full and resumed, with keys of both kinds; and the
# memory of one mx-tls.  All servers run at once and are asked in turn.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

sessions=${BENCH_SESSIONS:-400}
kinds=${*:-EC RSA}

# serve NAME: an mxrecv that listens; port and process into $peers
serve() {
	port=$(free_port)
	"$build/bin/mxrecv" -f "$conf" -l "127.0.0.1:$port" 2>>"$scratch/log" &
	will_stop $!
	peers="$peers $1:$port:$!${2+,$2}"
	until_true 10 listens "$port"
}
# renew KIND: of key
renew() {
	case $1 in
	EC) certificate backup DNS:backup.test ;;
	RSA) certificate backup DNS:backup.test '' -newkey rsa:2048 ;;
	esac
}

renew EC
postfix_settings="smtpd_tls_security_level = may
smtpd_tls_cert_file = $scratch/backup.pem
smtpd_tls_key_file = $scratch/backup.key
smtpd_client_connection_rate_limit = 0"
if ! unpack_postfix || ! start_postfix c.test; then
	echo 'bench: no Postfix' >&2
	exit 1
fi
new_instance
verdict pregreet off
cat >>"$conf" <<-END
	tls_certificate $scratch/backup.pem
	tls_key $scratch/backup.key
END
peers="Postfix:$postfix_port:$master"
serve ours,each
cp "$conf" "$scratch/listening.conf"
conf=$scratch/listening.conf
echo "tls_helper $scratch/tls" >>"$conf"
"$build/libexec/mx-tls" -f "$conf" -l "$scratch/tls" &
helper=$!
will_stop $helper
serve ours,listening $helper

for kind in $kinds; do
	renew "$kind"
	kill -HUP "$master"
	sleep 2
	echo "$kind"
	for mode in clear full resumed; do
		for peer in $peers $peers; do
			rest=${peer#*:}
			"$tests/bench/tls.py" "$mode" "$sessions" "${rest%:*}" \
			    "${peer%%:*}" "${rest#*:}"
		done
	done
done
"$tests/bench/tls.py" memory 1 "$port" ours "$helper"
