#!/bin/sh
# SPDX-License-Identifier: ISC
# Exim (GnuTLS) and OpenSMTPD (OpenSSL) over TLS: as clients that
# verify our certificate, and as primaries whose certificate we verify.  Debian
# 12's OpenSMTPD 6.8.0p2 can not sign with OpenSSL 3, with any kind of key: it
# offers STARTTLS, and then each handshake ends with "io-error:
# error:0A080006:SSL routines::EVP lib" in its log and alert 80 to the client.
# No setting helps: its process that speaks has the key's public half alone, asks
# the one that has all of it by hooks in the key, and OpenSSL 3 signs with a copy
# that has no hooks (its issues 1171 and 1239, mended by its pull request 1208,
# which is in no package of bookworm).
if [ -z "${OWN_MOUNTS-}" ] && unshare -m true ; then
	export OWN_MOUNTS=1
	exec unshare -m "$0" "$@"
fi
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/rooms.sh
. "$tests/peers/rooms.sh"
# shellcheck source=tests/peers/exim.sh
. "$tests/peers/exim.sh"
# shellcheck source=tests/peers/opensmtpd.sh
. "$tests/peers/opensmtpd.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

[ "${OWN_MOUNTS-}:${OWN_NETWORK:+1}:$(id -u)" = 1:1:0 ] ||
    skip_all 'no network and mounts of its own'

arrived() {
	find "$mailbox" -type f 2>/dev/null | grep -q .
}
has_queued() {
	# shellcheck disable=SC2317 # until_true calls it
	[ -n "$(queued "$1")" ]
}
# is_over: so is the session of a message, which the peer may keep for a while
is_over() {
	until_true 20 grep -q 'session .* messages=1 ' "$scratch/log"
	like "$(grep 'session .* messages=1 ' "$scratch/log")" \
	    'tls=TLSv1.3 .*end=quit' "$1"
	: >"$scratch/log"
}
# through_peer FROM TO: a message in clear to the peer
through_peer() {
	swaks --server "127.0.0.1:$peer_port" --helo client.test --from "$1" \
	    --to "$2" --body 'by way of a peer' --hide-all >"$scratch/out" 2>&1
}

chmod 755 "$scratch"
certificate backup DNS:backup.test,IP:127.0.0.1
certificate primary DNS:primary.test,IP:127.0.0.1 '' -newkey rsa:2048
furnish Debian-exim opensmtpd opensmtpq || skip_all 'no mounts'
chgrp Debian-exim "$scratch/primary.key" && chmod 640 "$scratch/primary.key"
new_instance
verdict pregreet off
cat >>"$conf" <<-END
	tls_certificate $scratch/backup.pem
	tls_key $scratch/backup.key
	tls_authorities $scratch/primary.pem
END
add_domain c.test '[127.0.0.1]:9'
add_domain d.test '[127.0.0.1]:9'
add_domain b.test
setting tls verify b.test
listen

# ---- Exim
if unpack_exim && start_exim "$port"; then
	through_peer a@client.test u@c.test
	until_true 20 has_queued c.test
	ok $? 'Exim hands a message on, verified'
	is_over 'over TLS'
	like "$(cat "$mail_log")" '=> u@c.test .* X=TLS1.3:[^ ]* CV=yes' \
	    'as its log says'
	policy "UPDATE domain SET route = '[127.0.0.1]:$peer_port'
	    WHERE name = 'b.test'"
	send a@client.test u@b.test exim
	mxrun b.test 2>"$scratch/log.run"
	like "$(cat "$scratch/log.run")" \
	    '^tls domain=b.test .*protocol=TLSv1.3 .*verified=pkix' \
	    'Exim as the primary, verified'
	until_true 20 arrived
	like "$(cat "$mailbox"/*)" '^Subject: exim' 'has the message'
	like "$(cat "$mailbox"/*)" 'esmtps  *\(TLS1.3\)' 'over TLS'
	stop "$peer_pid"
else
	echo '# no Exim here'
fi

# ---- OpenSMTPD
if unpack_opensmtpd && start_opensmtpd "$port"; then
	through_peer a@client.test u@d.test
	until_true 20 has_queued d.test
	ok $? 'OpenSMTPD hands a message on, verified'
	is_over 'over TLS'
	like "$(cat "$mail_log")" 'server-cert-check result="success"' \
	    'as its log says'
	policy "UPDATE domain SET route = '[127.0.0.1]:$peer_port'
	    WHERE name = 'b.test'"
	send a@client.test u@b.test opensmtpd
	mxrun b.test 2>"$scratch/log.run"
	is "$(arrived; echo $?):$(queued b.test | wc -l)" 1:1 \
	    'OpenSMTPD as the primary: its TLS fails, verify waits'
	like "$(cat "$scratch/log.run")" 'tls-failed .*alert internal error' \
	    'and says why'
	setting tls may b.test
	mxrun b.test 2>"$scratch/log.run"
	until_true 20 arrived
	like "$(cat "$mailbox"/*)" '^Subject: opensmtpd' 'may hands it over in clear'
	like "$(cat "$scratch/log.run")" 'tls-failed .*alert internal error' \
	    'and says that it did'
	like "$(cat "$mail_log")" \
	    'io-error: error:0A080006:SSL routines::EVP lib' \
	    'which its own log calls trouble with its library'
	stop "$peer_pid"
else
	echo '# no OpenSMTPD here'
fi
done_testing
