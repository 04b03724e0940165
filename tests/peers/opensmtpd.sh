# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# OpenSMTPD for tests, unpacked from its package and never installed, in a place
# that tests/peers/rooms.sh made.

# unpack_opensmtpd: false when it is not there and can not be had
unpack_opensmtpd() {
	[ -d "$build/opensmtpd" ] || "$tests/peers/unpack.sh" \
	    "$build/opensmtpd" opensmtpd libevent-2.1-7 2>/dev/null
}

# start_opensmtpd PORT: as start_exim
start_opensmtpd() {
	home=$scratch/opensmtpd
	mailbox=$home/mail/new
	mail_log=$home/log
	peer_port=$(free_port)
	mkdir -p "$home/mail" /var/lib/opensmtpd/empty /var/spool/smtpd &&
	    chmod 711 /var/lib/opensmtpd/empty /var/spool/smtpd || return 1
	ln -s "$build/opensmtpd/usr/libexec/opensmtpd" /usr/libexec/opensmtpd
	chown nobody "$home/mail"
	cat >"$home/smtpd.conf" <<-END
		pki primary.test cert "$scratch/primary.pem"
		pki primary.test key "$scratch/primary.key"
		listen on 127.0.0.1 port $peer_port tls pki primary.test hostname primary.test
		action boxes maildir "$home/mail" virtual { "@" = nobody }
		action onward relay helo primary.test host "smtp+tls://backup.test:$1"
		match from any for domain b.test action boxes
		match from any for any action onward
	END
	mount --bind "$scratch/backup.pem" /etc/ssl/certs/ca-certificates.crt
	LD_LIBRARY_PATH=$build/opensmtpd/usr/lib/$(uname -m)-linux-gnu \
	    "$build/opensmtpd/usr/sbin/smtpd" -d -f "$home/smtpd.conf" \
	    >"$home/log" 2>&1 &
	peer_pid=$!
	will_stop "$peer_pid"
	until_true 10 listens "$peer_port"
}
