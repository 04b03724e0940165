#!/bin/sh
# SPDX-License-Identifier: ISC
# The recipes of mx-identity(7): filters of the primary judge the client that
# sent a message, though it came from us.
if [ -z "${OWN_MOUNTS-}" ] && unshare -m true 2>/dev/null; then
	export OWN_MOUNTS=1
	exec unshare -m "$0" "$@"
fi
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"
# shellcheck source=tests/peers/opendmarc.sh
. "$tests/peers/opendmarc.sh"

[ "${OWN_MOUNTS-}:${OWN_NETWORK:+1}" = 1:1 ] ||
    skip_all 'no network and mounts of its own'
if [ "$(id -u)" -ne 0 ] || ! unpack_postfix; then
	skip_all 'no Postfix'
fi

# ---- a network with a sender in it, whose SPF record names one address
for address in 192.0.2.9 192.0.2.8; do
	ip addr add $address/32 dev lo || skip_all 'no addresses'
done
zone a.test <<-'END'
	@ TXT "v=spf1 ip4:192.0.2.9 -all"
	@ MX 10 ns
	_dmarc TXT "v=DMARC1; p=reject"
	ns A 192.0.2.9
END
start_knot 127.0.0.1@53 a.test
echo 'nameserver 127.0.0.1' >"$scratch/resolv.conf"
mount --bind "$scratch/resolv.conf" /etc/resolv.conf ||
    skip_all 'no resolv.conf of its own'

cat >"$scratch/policyd-spf.conf" <<-'END'
	debugLevel = 1
	HELO_reject = False
	Mail_From_reject = False
	skip_addresses = ::1/128
END
# all that /usr/bin/policyd-spf is, from a package that wants Postfix installed
cat >"$scratch/policyd-spf" <<-'END'
	#!/usr/bin/python3
	from spf_engine.policyd_spf import main
	main()
END
chmod 755 "$scratch/policyd-spf"
postfix_services="policyd-spf unix - n n - 0 spawn
  user=nobody argv=$scratch/policyd-spf $scratch/policyd-spf.conf"
postfix_settings='smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service unix:private/policyd-spf'
# one goes by what we found, one by the client that Postfix shows it
if unpack_opendmarc &&
    start_opendmarc ours.test 'TrustedAuthservIDs backup.test' &&
    header_milter=$milter && start_opendmarc own.test \
	'SPFSelfValidate true' 'SPFIgnoreResults true'; then
	has_opendmarc=yes
	postfix_settings="$postfix_settings
milter_default_action = accept
smtpd_milters = $header_milter $milter"
fi
start_postfix b.test || skip_all 'Postfix does not start'
new_instance
add_domain b.test "[127.0.0.1]:$postfix_port"

printf '%s\r\n' 'From: x@a.test' 'Date: Tue, 24 Nov 2026 10:00:00 +0000' \
    'Message-ID: <x@a.test>' 'Subject: x' '' y >"$scratch/message"
# relay CLIENT: from it to us, from us to Postfix; got is what arrived there
relay() {
	rm -f "$mailbox"/new/*
	"$tests/peers/client.py" "$1" x@a.test c@b.test "$scratch/message" -- \
	    "$build/bin/mxrecv" -f "$conf" >"$scratch/out" 2>>"$scratch/log"
	mxrun b.test 2>"$scratch/log.run"
	until_true 20 have_arrived 1
	got=$(find "$mailbox/new" -type f)
}

# ---- Postfix: smtpd_authorized_xclient_hosts, policyd-spf behind it
if /usr/bin/python3 -c 'import spf_engine' 2>/dev/null; then
	relay 192.0.2.9
	like "$(grep -A2 '^Received-SPF' "$got")" '^Received-SPF: Pass' \
	    'XCLIENT: policyd-spf passes the sender'\''s own client'
	relay 192.0.2.8
	like "$(grep -A2 '^Received-SPF' "$got")" '^Received-SPF: Fail' \
	    'and fails another'
	setting identity headers b.test
	relay 192.0.2.9
	like "$(grep -A2 '^Received-SPF' "$got")" 'client-ip=127.0.0.1' \
	    'without XCLIENT it sees us'
fi

# ---- OpenDMARC: TrustedAuthservIDs; SPFSelfValidate behind XCLIENT
# dmarc WHO: the result of that OpenDMARC
dmarc() {
	sed -n "s/^Authentication-Results: $1; *dmarc=\([a-z]*\).*/\1/p" "$got"
}
if [ -n "${has_opendmarc-}" ]; then
	resolver 127.0.0.1
	# or its findings about us would be taken for ours
	echo 'skip_addresses = 127.0.0.0/8,::1/128' >>"$scratch/policyd-spf.conf"
	kill -HUP "$master"
	verdict spf log log
	for identity in headers xclient; do
		setting identity $identity b.test
		relay 192.0.2.9
		is "$(dmarc ours.test)" pass \
		    "$identity: OpenDMARC goes by what we found, a pass"
		[ $identity = headers ] || is "$(dmarc own.test)" pass \
		    'XCLIENT: it finds a pass of its own'
		relay 192.0.2.8
		is "$(dmarc ours.test)" fail "$identity: or a failure"
		[ $identity = headers ] || is "$(dmarc own.test)" fail \
		    'XCLIENT: or a failure'
	done
	verdict spf off
else
	echo '# no OpenDMARC here'
fi
setting identity headers b.test

# loopback is trusted by everybody: as if we had come from elsewhere
relay 192.0.2.9
sed 's/\[127\.0\.0\.1\]/[192.0.2.7]/' "$got" >"$scratch/good"
relay 192.0.2.8
sed 's/\[127\.0\.0\.1\]/[192.0.2.7]/' "$got" >"$scratch/bad"

# ---- SpamAssassin: trusted_networks, by the header section alone
if perl -MMail::SPF -e 1 2>/dev/null && command -v spamassassin >/dev/null; then
	mkdir "$scratch/sa"
	cat >"$scratch/sa/init.pre" <<-'END'
		loadplugin Mail::SpamAssassin::Plugin::Check
		loadplugin Mail::SpamAssassin::Plugin::SPF
	END
	cat >"$scratch/sa/local.cf" <<-'END'
		dns_server 127.0.0.1
		dns_available yes
		trusted_networks 192.0.2.7
		internal_networks 192.0.2.7
		always_trust_envelope_sender 1
		ignore_received_spf_header 1
		add_header all Tests _TESTS_
		header SPF_PASS eval:check_for_spf_pass()
		header SPF_FAIL eval:check_for_spf_fail()
		score SPF_PASS -0.1
		score SPF_FAIL 0.1
	END
	judged() {
		spamassassin --siteconfigpath="$scratch/sa" \
		    --configpath="$scratch/sa" --nocreate-prefs -t \
		    <"$1" 2>"$scratch/sa/log" | grep -oE 'SPF_(PASS|FAIL)' |
		    sort -u | tr '\n' ' '
	}
	is "$(judged "$scratch/good")" 'SPF_PASS ' \
	    'SpamAssassin: trusted_networks, the sender'\''s own client passes'
	is "$(judged "$scratch/bad")" 'SPF_FAIL ' 'another fails'
fi

# ---- rspamd: external_relay
if [ -x /usr/bin/rspamd ]; then
	mkdir -p "$scratch/rspamd/db"
	chmod 777 "$scratch/rspamd" "$scratch/rspamd/db"
	scan=$(free_port)
	cat >"$scratch/rspamd/rspamd.conf" <<-END
		options {
		    filters = "spf";
		    dns { nameserver = ["127.0.0.1:53"]; }
		    local_addrs = [];
		    pidfile = "$scratch/rspamd/pid";
		    cache_file = "$scratch/rspamd/db/cache";
		    map_watch_interval = 1min;
		}
		logging { type = "file"; filename = "$scratch/rspamd/log"; level = "info"; }
		worker "normal" { bind_socket = "127.0.0.1:$scan"; count = 1; }
		modules { path = "/usr/share/rspamd/plugins/"; }
		lua = "/usr/share/rspamd/rules/rspamd.lua";
		metric { name = "default"; actions { reject = 1000; } }
		group "policies" {
		    symbols {
			"R_SPF_ALLOW" { weight = -0.2; }
			"R_SPF_FAIL" { weight = 1.0; }
		    }
		}
		spf { enabled = true; }
		external_relay {
		    enabled = true;
		    rules { backup { strategy = "hostname_map"; hostname_map = ["backup.test"]; } }
		}
	END
	rspamd -f --insecure -c "$scratch/rspamd/rspamd.conf" \
	    >"$scratch/rspamd/out" 2>&1 &
	will_stop $!
	until_true 20 listens "$scan"
	judged() {
		rspamc -h "127.0.0.1:$scan" -i 192.0.2.7 \
		    --hostname backup.test -F x@a.test symbols <"$1" |
		    grep -oE 'R_SPF_(ALLOW|FAIL)' | sort -u | tr '\n' ' '
	}
	is "$(judged "$scratch/good")" 'R_SPF_ALLOW ' \
	    'rspamd: external_relay, the sender'\''s own client passes'
	is "$(judged "$scratch/bad")" 'R_SPF_FAIL ' 'another fails'
fi
done_testing
