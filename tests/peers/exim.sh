# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# Exim for tests, unpacked from its packages and never installed.  Debian's
# speaks TLS through GnuTLS.

# unpack_exim: false when it is not there and can not be had
unpack_exim() {
	[ -d "$build/exim" ] || "$tests/peers/unpack.sh" "$build/exim" \
	    exim4-daemon-light exim4-base libidn12 2>/dev/null
}

# start_exim PORT: takes mail for anyone at b.test into $mailbox, over TLS with
# $scratch/primary.pem; hands other mail on to backup.test at PORT, over TLS with
# whom $scratch/backup.pem vouches for; listens at $peer_port; its log is $mail_log
start_exim() {
	home=$scratch/exim
	mailbox=$home/mail/new
	mail_log=$home/log/mainlog
	peer_port=$(free_port)
	mkdir -p "$home/spool" "$home/log" "$home/mail" || return 1
	exim_conf "$1" >"$home/exim.conf"
	chown Debian-exim:Debian-exim "$home"/*/
	LD_LIBRARY_PATH=$build/exim/usr/lib/$(uname -m)-linux-gnu \
	    "$build/exim/usr/sbin/exim4" -C "$home/exim.conf" -bdf \
	    >"$home/said" 2>&1 &
	peer_pid=$!
	will_stop "$peer_pid"
	until_true 10 listens "$peer_port"
}

exim_conf() {
	cat <<-END
		exim_path = $build/exim/usr/sbin/exim4
		spool_directory = $home/spool
		log_file_path = $home/log/%slog
		log_selector = +tls_peerdn +tls_cipher +tls_certificate_verified
		pid_file_path = $home/exim.pid
		primary_hostname = primary.test
		keep_environment = LD_LIBRARY_PATH
		local_interfaces = 127.0.0.1
		daemon_smtp_ports = $peer_port
		host_lookup =
		acl_smtp_rcpt = accept
		acl_smtp_data = accept
		tls_advertise_hosts = *
		tls_certificate = $scratch/primary.pem
		tls_privatekey = $scratch/primary.key
		begin routers
		here:
		  driver = accept
		  domains = b.test
		  transport = box
		on:
		  driver = manualroute
		  route_list = * backup.test::$1 byname
		  self = send
		  transport = smtp
		begin transports
		box:
		  driver = appendfile
		  directory = $home/mail
		  maildir_format
		  user = Debian-exim
		smtp:
		  driver = smtp
		  hosts_require_tls = *
		  tls_verify_certificates = $scratch/backup.pem
		  tls_verify_hosts = *
		  tls_verify_cert_hostnames = *
	END
}
