#!/bin/sh
# SPDX-License-Identifier: ISC
# malware, toobig, spam, repeat: what a real clamd and a real spamd find, and
# what becomes of the message.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/scanners.sh
. "$tests/peers/scanners.sh"

command -v clamd >/dev/null || skip_all 'no clamd'
command -v spamd >/dev/null || skip_all 'no spamd'
start_clamd || skip_all 'clamd does not start'
start_spamd || skip_all 'spamd does not start'
new_instance
add_domain example.com
add_domain strict.example
{
	echo "clamd $clamd"
	echo "spamd $spamd"
} >>"$conf"

# message NAME LINE...: a message in $scratch/NAME
message() {
	name=$1
	shift
	{
		printf 'From: a@sender.test\r\nTo: b@example.com\r\n'
		printf 'Date: %s\r\n' "$(date -R)"
		printf 'Message-ID: <%s@sender.test>\r\nSubject: %s\r\n\r\n' \
		    "$name" "$name"
		printf '%s\n' "$@" | sed 's/$/\r/'
	} >"$scratch/$name"
}
# hand NAME [RCPT] [FROM]: the last reply is said
hand() {
	"$tests/peers/client.py" 127.0.0.1 "${3-a@sender.test}" \
	    "${2-b@example.com}" "$scratch/$1" -- "$build/bin/mxrecv" \
	    -f "$conf" >"$scratch/out" 2>"$scratch/log"
	said=$(tail -2 "$scratch/out" | head -1)
}

message fine 'Shall we meet on Tuesday?'
message gtube \
    'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
message phish 'please verify your account at evil.test'
message large "$(head -c 9000000 /dev/zero | tr '\0' 'x' | fold -w 70)"

verdict malware defer defer
verdict spam defer
hand fine
like "$said" '^250 ' 'a message with nothing in it is taken'
mxq cat -t "$(basename "$(queued example.com)")" |
    grep -q '^X-Spam-Status: No, score='
ok $? 'and says how it scored'
hand gtube
like "$said" '^451 4.7.1 Message scored [0-9.]+ \(limit 6.0: .*GTUBE.*exchanger for example.com' \
    'spam is deferred'
hand phish
like "$said" '^451 4.7.1 Message content matched signature Phish.Test' \
    'phish is deferred'

# ---- verdicts
verdict spam deny
hand gtube
like "$said" '^550 5.7.1 Message scored' 'denied'
verdict spam log
hand gtube
like "$said" '^250 ' 'noted only'
like "$(cat "$scratch/log")" 'test=spam outcome=fail verdict=log' 'in the log'
verdict spam off
hand gtube
like "$said" '^250 ' 'not looked at'
is "$(grep -c 'test=spam' "$scratch/log")" 0 'nor logged'
verdict spam defer
setting spam_threshold 5000 strict.example
hand gtube b@strict.example
like "$said" '^250 ' 'a domain with a threshold of its own'
hand fine b@example.com,b@strict.example
is "$(sed -n 2p "$scratch/out" | cut -c1-9)" '452 4.5.3' \
    'which can not share a message with others'

# ---- header
verdict header defer
{
	printf 'From: a@sender.test\r\nFrom: c@sender.test\r\n'
	printf 'Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\ntext\r\n'
} >"$scratch/twice"
hand twice
like "$said" '^451 4.6.0 Message header is malformed: .*From.*exchanger for example.com' \
    'a header section that is none is deferred, and the field is named'
hand fine
like "$said" '^250 ' 'one that is passes'
verdict header deny
hand twice
like "$said" '^550 5.6.0 Message header is malformed' 'or denied'
verdict header off

# ---- too large to scan
verdict toobig log
hand large
like "$said" '^250 ' 'too large to be scanned: noted'
like "$(cat "$scratch/log")" 'test=toobig outcome=fail' 'as what it is'
verdict toobig defer
hand large
like "$said" '^451 4.3.4 Message is too large to be scanned' 'or deferred'
verdict toobig off

# ---- repeats
state 'DELETE FROM repeat'
verdict repeat defer
hand gtube
like "$said" '^451 4.7.1 Message scored' 'deferred once'
stop "$spamd_pid"
hand gtube
like "$said" '^451 4.7.1 Deferred lately: Message scored' \
    'the next try is answered before DATA'
is "$(grep -c . "$scratch/out")" 2 'at RCPT'
hand gtube b@example.com other@sender.test
like "$said" '^451 4.7.1 Deferred lately: Message scored' \
    'the same body from elsewhere, without asking'
hand fine b@example.com other@sender.test
like "$said" '^250 ' 'another body is taken'
setting repeat_memory 0
state 'UPDATE repeat SET at = at - 10'
hand gtube
like "$said" '^250 ' 'forgotten in time; and without spamd it passes'
like "$(mxq why a@sender.test)" 'repeat failed: deferred' 'mxq why knows'

# ---- signatures
dns=$(free_port)
dkim_key "$scratch/key" 1024
txt k._domainkey "$(cat "$scratch/key.p")" | zone sender.test
if command -v knotd >/dev/null; then
	start_knot "127.0.0.1@$dns" sender.test
	resolver "127.0.0.1:$dns"
	verdict dkim defer defer
	verdict repeat off
	"$tests/peers/dkimsign.py" sender.test k "$scratch/key" \
	    <"$scratch/fine" >"$scratch/signed"
	sed 's/Tuesday/Friday/' "$scratch/signed" >"$scratch/changed"
	hand signed
	like "$said" '^250 ' 'a signature that is valid'
	id=$(echo "$said" | sed 's/.*Queued as \([^ ]*\).*/\1/')
	like "$(mxq why "$id")" 'dkim passed, signed by sender.test' \
	    'which mxq why tells'
	hand changed
	like "$said" '^451 4.7.20 No valid DKIM signature, fail of sender.test' \
	    'one that is not'
	hand fine
	like "$said" '^250 ' 'none at all'
	verdict repeat defer
	setting repeat_memory 600
	state 'DELETE FROM repeat'
	sed 's/^Subject: fine/Subject: forged/' "$scratch/signed" \
	    >"$scratch/forged"
	hand forged
	like "$said" '^451 4.7.20 ' 'a forged copy'
	hand forged b@example.com other@sender.test
	like "$said" '^451 4.7.1 Deferred lately: No valid DKIM' \
	    'is known again from elsewhere'
	hand signed b@example.com other@sender.test
	like "$said" '^250 ' 'and is not in the way of the genuine one'
	verdict repeat off
	resolver 127.0.0.1:9
	hand signed
	like "$said" '^451 4.3.0 The key of sender.test could not be looked up' \
	    'a key that can not be had'
	verdict dkim off
fi

# ---- scanners that are away
stop "$clamd_pid"
hand fine
like "$said" '^451 4.3.0 Content check unavailable .*clamd' \
    'without clamd it is deferred'
verdict malware defer off
hand fine
like "$said" '^250 ' 'unless the table says otherwise'
verdict malware defer defer
sed '/^clamd/d; /^spamd/d' "$conf" >"$conf.new" && mv "$conf.new" "$conf"
hand fine
like "$said" '^250 ' 'where there is no scanner none is asked'
pgrep -P $$ mx-scan >/dev/null
is $? 1 'and none is left behind'

done_testing
