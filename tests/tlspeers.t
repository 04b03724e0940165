#!/bin/sh
# SPDX-License-Identifier: ISC
# Others' clients over TLS: OpenSSL's, swaks, Postfix's; damaged handshakes; and
# mx-tls under a socket of its own.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

new_instance
verdict pregreet off
add_domain b.test
certificate backup DNS:backup.test
cat >>"$conf" <<-END
	tls_certificate $scratch/backup.pem
	tls_key $scratch/backup.key
END
listen
last_session() {
	grep ' *session ' "$scratch/log" | tail -1
}

# ---- OpenSSL
printf 'EHLO client.test\nQUIT\n' |
    timeout 60 openssl s_client -starttls smtp -connect "127.0.0.1:$port" -crlf -quiet \
	-CAfile "$scratch/backup.pem" -verify_return_error \
	-verify_hostname backup.test >"$scratch/said" 2>&1
like "$(cat "$scratch/said")" '^221 2.0.0' 'openssl s_client, verifying'
for choice in -tls1_2 -tls1_3; do
	printf 'QUIT\r\n' | timeout 60 openssl s_client -starttls smtp "$choice" -quiet \
	    -connect "127.0.0.1:$port" >"$scratch/said" 2>&1
	like "$(cat "$scratch/said")" '^221 ' "openssl s_client $choice"
done
timeout 60 openssl s_client -starttls smtp -tls1_1 -cipher ALL:@SECLEVEL=0 -quiet \
    -connect "127.0.0.1:$port" </dev/null >"$scratch/said" 2>&1
like "$(cat "$scratch/said")" 'alert protocol version' \
    'TLS 1.1 gets an alert that says why'

# ---- swaks
if command -v swaks >/dev/null; then
	swaks --server "127.0.0.1:$port" --tls --helo client.test \
	    --from a@client.test --to b@b.test >"$scratch/said" 2>&1
	is $? 0 'swaks --tls'
	like "$(cat "$scratch/said")" '~> QUIT' 'to its end over TLS'
fi

# ---- Postfix's smtp(8)
postfix_settings="mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:$port
smtp_tls_security_level = secure
smtp_tls_CAfile = $scratch/backup.pem
smtp_tls_secure_cert_match = backup.test
smtp_tls_session_cache_database =
smtp_tls_loglevel = 1"
postfix_services='smtp unix - - n - - smtp'
if [ "$(id -u)" -eq 0 ] && unpack_postfix && start_postfix c.test; then
	before=$(count_queued)
	has_more() {
		[ "$(count_queued)" -gt "$before" ]
	}
	from_postfix smtp-source -M client.test -f a@client.test -t b@b.test \
	    "127.0.0.1:$postfix_port"
	until_true 20 has_more
	ok $? 'Postfix hands a message on, verified'
	like "$(last_session)" 'tls=TLSv1.3 .*end=quit' 'over TLS'
fi

# ---- damage, of whole processes; unit/tlsdamage has more
damaged=$("$tests/peers/tlsmutate.py" "$build/libexec/mx-tls" \
    "$scratch/backup.pem" "$scratch/backup.key" 100 "${TLS_SEED:-$$}" \
    2>"$scratch/said")
like "$damaged" ', 0 bad$' "damaged handshakes: $damaged"
[ ! -s "$scratch/said" ] || sed 's/^/# /' "$scratch/said"

# ---- another user's mx-tls, which alone can read the key
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$scratch"
	chown nobody "$scratch/backup.key"
	chmod 600 "$scratch/backup.key"
	install -m 755 "$build/libexec/mx-tls" "$scratch/mx-tls"
	runuser -u nobody -- systemd-socket-activate --inetd --accept \
	    -l "/tmp/mx-tls.$$" "$scratch/mx-tls" >/dev/null 2>&1 &
	will_stop $!
	until_true 10 test -S "/tmp/mx-tls.$$"
	echo "tls_helper /tmp/mx-tls.$$" >>"$conf"
	like "$(mxrecv -n)" '^# STARTTLS is offered' \
	    'an mx-tls behind a socket: -n asks it'
	printf 'EHLO client.test\nQUIT\n' |
	    timeout 60 openssl s_client -starttls smtp -connect "127.0.0.1:$port" -crlf \
		-quiet >"$scratch/said" 2>&1
	like "$(cat "$scratch/said")" '^221 2.0.0' 'and it serves'
	rm -f "/tmp/mx-tls.$$"
	rm -f "$scratch/state.db-tls"
	printf 'EHLO client.test\r\nQUIT\r\n' | mxrecv >"$scratch/said" 2>&1
	is "$(grep -c STARTTLS "$scratch/said")" 0 'when it is gone: not offered'
fi

done_testing
