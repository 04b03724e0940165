# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# Postfix for tests, unpacked from its package and never installed: its
# smtp-source and smtp-sink, and an instance of its own as a primary.

# unpack_postfix: false when it is not there and can not be had (a test in a
# network of its own can not ask for it: `make obj/postfix` does); postfix is
# its root
unpack_postfix() {
	postfix=$build/postfix
	[ -d "$postfix" ] ||
	    "$tests/peers/unpack.sh" "$postfix" postfix 2>/dev/null
}

# from_postfix PROGRAM ARGUMENT...
from_postfix() {
	program=$1
	shift
	LD_LIBRARY_PATH=$postfix/usr/lib/postfix \
	    "$postfix/usr/sbin/$program" "$@"
}

# start_sink ARGUMENT...: an smtp-sink, until the end.  A function in the
# background would be a shell of its own, which does not stop what it has started
start_sink() {
	LD_LIBRARY_PATH=$postfix/usr/lib/postfix \
	    "$postfix/usr/sbin/smtp-sink" "$@" >/dev/null 2>&1 &
	will_stop $!
}

# start_postfix DOMAIN: takes mail for anyone at DOMAIN into $mailbox/new, at
# $postfix_port as it comes, at $postfix_data without CHUNKING, at
# $postfix_plain without any extension; lines of $postfix_settings are added to
# main.cf, of $postfix_services to master.cf; its log is $mail_log
start_postfix() {
	home=$scratch/postfix
	mailbox=$home/mail/box
	mail_log=$home/data/mail.log
	postfix_port=$(free_port)
	postfix_data=$(free_port)
	postfix_plain=$(free_port)
	# where ten may wait, the default, its processes wait for postlogd(8) to
	# start, and the one that would start it waits with them
	[ -z "${OWN_NETWORK-}" ] || echo 512 >/proc/sys/net/unix/max_dgram_qlen
	mkdir -p "$home/etc" "$home/data" "$home/mail" "$home/queue" &&
	    chmod 755 "$scratch" "$home" || return 1
	for directory in active bounce corrupt defer deferred flush hold \
	    incoming private public saved trace maildrop pid; do
		mkdir "$home/queue/$directory"
	done
	cat >"$home/etc/main.cf" <<-END
		compatibility_level = 3.6
		queue_directory = $home/queue
		data_directory = $home/data
		command_directory = $postfix/usr/sbin
		daemon_directory = $postfix/usr/lib/postfix/sbin
		shlib_directory = $postfix/usr/lib/postfix
		meta_directory = $home/etc
		import_environment = MAIL_CONFIG=$home/etc LD_LIBRARY_PATH=$postfix/usr/lib/postfix
		mail_owner = news
		setgid_group = uucp
		default_privs = nobody
		myhostname = primary.test
		mydestination =
		mynetworks =
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		alias_maps =
		alias_database =
		local_recipient_maps =
		virtual_mailbox_domains = $1
		virtual_mailbox_base = $home/mail
		virtual_mailbox_maps = static:box/
		virtual_uid_maps = static:$(id -u nobody)
		virtual_gid_maps = static:$(id -g nobody)
		virtual_mailbox_limit = 0
		virtual_minimum_uid = 1
		message_size_limit = 0
		smtpd_recipient_limit = 2000
		smtpd_peername_lookup = no
		maillog_file = $mail_log
		maillog_file_prefixes = $home
		${postfix_settings-}
	END
	master_cf >"$home/etc/master.cf"
	chown -R news "$home/queue" "$home/data"
	chgrp uucp "$home/queue/public" "$home/queue/maildrop"
	chown root "$home/queue" "$home/queue/pid"
	chown nobody "$home/mail"
	LD_LIBRARY_PATH=$postfix/usr/lib/postfix \
	    "$postfix/usr/lib/postfix/sbin/master" -c "$home/etc" -d \
	    >"$home/log" 2>&1 &
	master=$!
	will_stop "$master"
	until_true 10 listens "$postfix_plain"
}

# arrived: how many are in its mailbox
arrived() {
	find "$mailbox/new" -type f 2>/dev/null | wc -l
}
have_arrived() {
	[ "$(arrived)" -ge "$1" ]
}

master_cf() {
	cat <<-END
		127.0.0.1:$postfix_port inet n - n - - smtpd
		127.0.0.1:$postfix_data inet n - n - - smtpd
		  -o smtpd_discard_ehlo_keywords=chunking
		127.0.0.1:$postfix_plain inet n - n - - smtpd
		  -o smtpd_discard_ehlo_keywords=chunking,pipelining,8bitmime,smtputf8,dsn,size,enhancedstatuscodes
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		flush unix n - n 1000? 0 flush
		proxymap unix - - n - - proxymap
		virtual unix - n n - - virtual
		error unix - - n - - error
		retry unix - - n - - error
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		tlsmgr unix - - n 1000? 1 tlsmgr
		${postfix_services-}
		postlog unix-dgram n - n - 1 postlogd
	END
}
