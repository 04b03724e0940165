#!/bin/sh
# SPDX-License-Identifier: ISC
# Reports on TLS (RFC 8460): what is counted, who gets them, what they say.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'Postfix wants root'
unpack_postfix || skip_all 'no Postfix'
command -v knotd >/dev/null || skip_all 'no knotd'
python3 -c 'import dkim' 2>/dev/null || skip_all 'no python3-dkim'

hand() {
	"$tests/peers/client.py" 127.0.0.1 a@a.test c@b.test \
	    -- "$build/bin/mxrecv" -f "$conf" >"$scratch/out" 2>>"$scratch/log"
}
run() {
	mxrun "$@" 2>"$scratch/log.run"
}
# record TEXT…: what b.test publishes
record() {
	for text in "$@"; do
		txt _smtp._tls.b.test. "$text"
	done | zone test
	zone_again test
}
# report FIELD…: of the report's JSON, in the newest message that has one
report() {
	python3 - "$mailbox/new" "$@" <<-'END'
		import email, glob, json, os, sys
		new = max(glob.glob(sys.argv[1] + "/*"), key=os.path.getmtime)
		m = email.message_from_binary_file(open(new, "rb"))
		if sys.argv[2] == "header":
		    print(m[sys.argv[3]].replace("\n", ""))
		    sys.exit()
		part = m.get_payload()[1]
		assert part.get_content_type() == "application/tlsrpt+json"
		value = json.loads(part.get_payload())
		for field in sys.argv[2:]:
		    value = value[int(field) if field.isdigit() else field]
		print(value if isinstance(value, str) else json.dumps(value))
	END
}
# signed: what python3-dkim says of the newest, as it is; by a key for reports
# alone; with a word of the body changed; with another From; whose key it is
signed() {
	python3 - "$mailbox/new" "$scratch/arc.pub" <<-'END'
		import base64, dkim, glob, os, sys
		new = max(glob.glob(sys.argv[1] + "/*"), key=os.path.getmtime)
		m, p = (open(name, "rb").read() for name in (new, sys.argv[2]))
		asked = set()
		def verify(message, service=b"", tlsrpt=True):
		    def txt(name, timeout=5):
		        asked.add(name.decode())
		        return b"v=DKIM1; " + service + b"p=" + base64.b64encode(p)
		    return dkim.verify(message, dnsfunc=txt, tlsrpt=tlsrpt)
		print(verify(m), verify(m, b"s=tlsrpt; ", "strict"),
		      verify(m.replace(b"How TLS went", b"How it went")),
		      verify(b"From: x@y.test\n" + m), *asked)
	END
}
yesterday() {
	state 'UPDATE tlsrpt SET day = day - 1'
}

dns=$(free_port)
zone test </dev/null
start_knot "127.0.0.1@$dns" test

certificate mx DNS:mx.b.test,IP:127.0.0.1
postfix_settings="smtpd_tls_security_level = may
smtpd_tls_cert_file = $scratch/mx.pem
smtpd_tls_key_file = $scratch/mx.key"
start_postfix b.test
new_instance
resolver "127.0.0.1:$dns"
add_domain b.test "[127.0.0.1]:$postfix_port"

# ---- what is counted
hand && run
hand && run
is "$(state 'SELECT domain, policy, policy_domain, host, ip, result, sessions
    FROM tlsrpt')" 'b.test|no-policy-found|b.test|127.0.0.1|127.0.0.1||2' \
    'two sessions over TLS'
setting tls verify b.test
hand && run
is "$(state "SELECT result, sessions FROM tlsrpt WHERE result <> ''")" \
    'certificate-not-trusted|1' 'one that failed'
echo "tls_authorities $scratch/mx.pem" >>"$conf"
run b.test
until_true 20 have_arrived 3
is "$(state "SELECT sessions FROM tlsrpt WHERE result = ''")" 3 'and one more'
setting tlsrpt 0
hand && run
is "$(state 'SELECT sum(sessions) FROM tlsrpt')" 4 \
    'none where the setting says so'
setting tlsrpt 1
until_true 20 have_arrived 4

# ---- who gets them
record 'v=TLSRPTv1; rua=mailto:tls@b.test'
run -r
is "$(count_queued):$(state 'SELECT count(*) FROM tlsrpt')" 0:2 \
    'no report of a day that is not over'
yesterday
state '.dump tlsrpt' >"$scratch/rows"
run -r
is $? 0 'a day that is'
is "$(count_queued):$(state 'SELECT count(*) FROM tlsrpt')" 1:0 \
    'is reported, and forgotten'
like "$(cat "$scratch/log.run")" '^tlsrpt domain=b.test to=tls@b.test' \
    'which the log tells'
like "$(cat "$scratch/log.run")" '^tlsrpt-unsigned .*no arc_key' \
    'and that there is no key'
run -r
is "$(count_queued)" 1 'once'
run b.test
until_true 20 have_arrived 5
ok $? 'it is handed over to Postfix'
grep -q '^DKIM-Signature' "$mailbox"/new/*
is $? 1 'without a signature'
is "$(state 'SELECT count(*) FROM tlsrpt')" 0 'which is not reported itself'

# ---- what they say
day=$(date -u -d yesterday +%F)
like "$(report header Content-Type)" \
    '^multipart/report; report-type="tlsrpt";' 'a report'
is "$(report header TLS-Report-Domain) $(report header TLS-Report-Submitter)" \
    'b.test backup.test' 'of whom, by whom'
like "$(report header Subject)" \
    "^Report Domain: b.test.Submitter: backup.test.Report-ID: <$day.b.test@backup.test>" \
    'the subject of RFC 8460'
is "$(report report-id)" "$day.b.test@backup.test" 'report-id'
is "$(report date-range)" "{\"start-datetime\": \"${day}T00:00:00Z\", \"end-datetime\": \"${day}T23:59:59Z\"}" \
    'date-range'
is "$(report policies 0 policy)" \
    '{"policy-type": "no-policy-found", "policy-domain": "b.test"}' 'policy'
is "$(report policies 0 summary)" \
    '{"total-successful-session-count": 3, "total-failure-session-count": 1}' \
    'summary'
like "$(report policies 0 failure-details)" \
    '^\[\{"result-type": "certificate-not-trusted", "sending-mta-ip": "127.0.0.1", "receiving-mx-hostname": "127.0.0.1", "receiving-ip": "127.0.0.1", "failed-session-count": 1, "failure-reason-code": "certificate: self-signed certificate"\}\]$' \
    'failure-details'

# ---- other policies
state "INSERT INTO tlsrpt VALUES
    (unixepoch() / 86400 - 1, 'b.test', 'sts', 'b.test',
	'version: STSv1' || char(10) || 'mode: \"testing\"' || char(10) ||
	'mx: *.b.test' || char(10) || 'mx: c.test', 'mx.b.test', '', '', '', 7),
    (unixepoch() / 86400 - 1, 'b.test', 'tlsa', 'mx.b.test', '3 1 1 aa',
	'mx.b.test', '2001:db8::1', 'dnssec-invalid', 'a\\b', 2),
    (unixepoch() / 86400 - 1, 'b.test', 'tlsa', 'mx.b.test', '3 1 1 aa',
	'mx.b.test', '', 'starttls-not-supported', '', 3)"
state '.dump tlsrpt' >"$scratch/others"
openssl genrsa -out "$scratch/arc.pem" 2048 2>/dev/null
openssl rsa -in "$scratch/arc.pem" -pubout -outform DER \
    -out "$scratch/arc.pub" 2>/dev/null
printf 'arc_selector s1\narc_key %s\n' "$scratch/arc.pem" >>"$conf"
run -r
grep -q tlsrpt-unsigned "$scratch/log.run"
is $? 1 'with a key nothing is unsigned'
run b.test
until_true 20 have_arrived 6
is "$(report policies 0 policy)" \
    '{"policy-type": "sts", "policy-string": ["version: STSv1", "mode: \"testing\"", "mx: *.b.test", "mx: c.test"], "policy-domain": "b.test", "mx-host": ["*.b.test", "c.test"]}' \
    'MTA-STS'
is "$(report policies 1 policy)" \
    '{"policy-type": "tlsa", "policy-string": ["3 1 1 aa"], "policy-domain": "mx.b.test"}' \
    'DANE'
is "$(report policies 1 failure-details 1 failure-reason-code)" 'a\b' \
    'whatever a reason has in it'
is "$(report policies 1 failure-details 0)" \
    '{"result-type": "starttls-not-supported", "receiving-mx-hostname": "mx.b.test", "failed-session-count": 3, "failure-reason-code": ""}' \
    'another failure under the same policy, of an address that is not known'

# ---- signed (RFC 8460 3)
is "$(signed)" 'True True False False s1._domainkey.backup.test.' \
    'its signature is good, and not of another message'
is "$(report header From)" 'Backup mail exchanger <mailer-daemon@backup.test>' \
    'in the name of the host'
# other LINE: one more report, with that in mx.conf
other() {
	echo "$1" >>"$conf"
	state 'DROP TABLE tlsrpt'
	state <"$scratch/others"
	run -r
}
other 'arc_domain mail.test'
run b.test
until_true 20 have_arrived 7
is "$(signed)" 'True True False False s1._domainkey.mail.test.' \
    'or of arc_domain'
like "$(report header From)" '<mailer-daemon@mail.test>$' \
    'which From is at, if the host is not below it'
other 'hostname mx.mail.test'
like "$(mxq cat -t "$(basename "$(queued b.test)")" | grep '^From')" \
    '<mailer-daemon@mx.mail.test>' 'and not if it is'
find "$spool/queue" -type f -delete
other "arc_key $scratch/none.pem"
is "$?:$(count_queued):$(state 'SELECT count(*) FROM tlsrpt')" 75:0:3 \
    'with a key that is not there it is kept'
like "$(cat "$scratch/log.run")" \
    '^not-signed .*reason="the key can not be read' 'which the log tells'
sed -i /^arc_/d "$conf"

# ---- who gets none
again() {
	state 'DROP TABLE tlsrpt'
	state <"$scratch/rows"
}
try() {
	record "$@"
	again
	run -r
	echo "$(count_queued):$(state 'SELECT count(*) FROM tlsrpt')"
}
is "$(try)" 0:0 'who publishes nothing'
is "$(try 'v=TLSRPTv1; rua=mailto:a@b.test' 'v=TLSRPTv1; rua=mailto:b@b.test')" \
    0:0 'or two things'
is "$(try 'v=TLSRPTv1; rua=tls@b.test')" 0:0 'or what is no record'
is "$(try 'v=TLSRPTv1; rua=https://b.test/')" 0:0 'or wants it by HTTPS'
like "$(cat "$scratch/log.run")" 'tlsrpt-not-by-mail domain=b.test' \
    'which the log tells'
is "$(try 'v=spf1 -all' 'v=TLSRPTv1; rua=mailto:a@b.test,mailto:b@c.test')" \
    2:0 'two addresses get one each'
find "$spool/queue" -type f -delete
again
resolver 127.0.0.1:9
run -r
is "$(count_queued):$(state 'SELECT count(*) FROM tlsrpt')" 0:2 \
    'while the DNS is silent they are kept'
state 'UPDATE tlsrpt SET day = day - 7'
run -r
is "$(state 'SELECT count(*) FROM tlsrpt')" 0 'for a week'

# ---- a state.db of before
state 'DROP TABLE tlsrpt; PRAGMA user_version = 3'
state "INSERT INTO etrn VALUES('kept.test', 1)"
hand
is "$(state 'SELECT domain FROM etrn; SELECT count(*) FROM tlsrpt')" \
    "kept.test
0" 'an older state.db gets its table, and loses nothing'

done_testing
