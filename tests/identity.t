#!/bin/sh
# SPDX-License-Identifier: ISC
# spf, dmarc, ownsender, sender: who vouches for a message, what becomes of one
# that nobody vouches for, and what the primary is told of it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"

new_instance
add_domain example.com
add_domain strict.example

# hand CLIENT [FROM] [TO] [FILE]: the reply to the last RCPT, or to the message,
# is in said
hand() {
	"$tests/peers/client.py" "$1" "${2-a@sender.test}" \
	    "${3-b@example.com}" ${4+"$scratch/$4"} -- "$build/bin/mxrecv" \
	    -f "$conf" >"$scratch/out" 2>"$scratch/log"
	said=$(tail -2 "$scratch/out" | head -1)
}

# ---- mx-spf played by a script: what each answer leads to
mkdir "$scratch/libexec"
ln -s "$build"/libexec/* "$scratch/libexec"
rm -f "$scratch/libexec/mx-spf"
cat >"$scratch/libexec/mx-spf" <<-END
	#!/bin/sh
	sed '/^\$/q' >$scratch/request
	cat $scratch/request >>$scratch/asked
	[ ! -f $scratch/answer ] || exec cat $scratch/answer
	exec $build/libexec/mx-spf <$scratch/request
END
chmod +x "$scratch/libexec/mx-spf"
# spf MAILFROM HELO: what it says from now on
spf() {
	printf 'mailfrom=%s\ndomain=sender.test\nreason=by%%20ip4\n' "$1"
	printf 'helo=%s\ndomain=client.test\n\n' "$2"
} >"$scratch/answer"
sed -i "s,^libexec .*,libexec $scratch/libexec," "$conf"
echo 'confine no' >>"$conf" # the stand-in is a script

verdict spf defer defer
spf pass none
hand 127.0.0.2
like "$said" '^250 ' 'SPF passes'
is "$(grep -c '^ip=127.0.0.2$' "$scratch/asked")" 1 'asked about the client once'
grep -q '^sender=a@sender.test$' "$scratch/asked" &&
    grep -q '^helo=client.test$' "$scratch/asked" &&
    grep -q '^receiver=backup.test$' "$scratch/asked"
ok $? 'its sender, its HELO name, and who we are'
like "$(mxq why 127.0.0.2)" 'spf passed, pass of sender.test: by ip4' \
    'which mxq why tells'
spf fail none
hand 127.0.0.2
like "$said" '^451 4.7.23 127.0.0.2 may not send mail of sender.test, .*; use the primary exchanger for example.com' \
    'SPF fails: deferred'
like "$(mxq why a@sender.test)" 'spf failed: deferred <b@example.com>, "127.0.0.2 may not' \
    'which mxq why tells'
: >"$scratch/asked"
hand 127.0.0.2 a@sender.test b@example.com,c@example.com
is "$(grep -c '^ip=' "$scratch/asked")" 1 'asked once for two recipients'
hand 127.0.0.2 a@sender.test x@nowhere.test
is "$(grep -c '^ip=' "$scratch/asked")" 1 'not for one who is not ours'
verdict spf deny
hand 127.0.0.2
like "$said" '^550 5.7.23 127.0.0.2 may not send mail of sender.test' 'denied'
policy "INSERT INTO domain_policy VALUES('strict.example', 'spf', 'log', 'off')"
hand 127.0.0.2 a@sender.test b@strict.example
like "$said" '^250 ' 'a domain may have a verdict of its own'
verdict spf log
hand 127.0.0.2
like "$said" '^250 ' 'noted only'
grep -q 'test=spf outcome=fail verdict=log' "$scratch/log"
ok $? 'in the log'
policy "INSERT INTO client VALUES('127.0.0.2', 'off')"
: >"$scratch/asked"
hand 127.0.0.2
is "$(cat "$scratch/asked")" '' 'a welcome client is not asked about'
policy 'DELETE FROM client'
verdict spf defer defer
for result in softfail neutral none permerror; do
	spf $result none
	hand 127.0.0.2
	like "$said" '^250 ' "$result is no fail"
done
spf none fail
hand 127.0.0.2
like "$said" '^451 4.7.23 127.0.0.2 may not send mail of client.test' \
    'the HELO name fails'
spf pass fail
hand 127.0.0.2
like "$said" '^250 ' 'unless the sender passes'
spf temperror none
hand 127.0.0.2
like "$said" '^451 4.7.24 SPF of sender.test could not be looked up' \
    'a look-up that fails'
echo nonsense >"$scratch/answer"
hand 127.0.0.2
like "$said" '^451 4.7.24 SPF of the sender could not be' 'an answer that is none'
verdict spf defer
hand 127.0.0.2
like "$said" '^250 ' 'which passes as published'
verdict spf off
: >"$scratch/asked"
hand 127.0.0.2
is "$(cat "$scratch/asked")" '' 'off: not asked'

# ---- what the primary is told
rm -rf "$spool"
verdict spf log
spf pass none
hand 127.0.0.2
name=$(basename "$(queued example.com)")
is "$(mxq cat -t "$name" | tr -d '\r' | sed '/^Received: /,$d')" \
    "$(printf '%s\n' 'Authentication-Results: backup.test;' \
	'	spf=pass smtp.mailfrom=a@sender.test' \
	'Received-SPF: pass (backup.test: by ip4) identity=mailfrom;' \
	'	client-ip=127.0.0.2; helo=client.test;' \
	'	envelope-from="a@sender.test"; receiver=backup.test')" 'the fields of SPF, above Received'
is "$(mxq cat -t "$name" | grep -c '^Received:')" 1 'of which there is one'
like "$(mxq show "$name")" '^verified.spf=pass:sender.test$' \
    'the envelope has it too'
rm -rf "$spool"
verdict dkim log
hand 127.0.0.2
mxq cat -t "$(basename "$(queued example.com)")" | tr -d '\r' >"$scratch/taken"
grep -q '	dkim=none;' "$scratch/taken" &&
    grep -q '	dmarc=temperror reason="no answer .*"$' "$scratch/taken" &&
    grep -q '^	header.from=sender.test' "$scratch/taken"
ok $? 'and those of DKIM and DMARC'
rm -rf "$spool"
verdict dkim off
verdict spf off
hand 127.0.0.2
mxq cat -t "$(basename "$(queued example.com)")" | grep -qi 'spf\|^auth'
is $? 1 'none, where nothing was asked'

# ---- results in our name that are not ours
printf '%s\r\n' 'Authentication-Results: backup.test; spf=pass' 'From: a@b.test' \
    'Authentication-Results: other.test; spf=pass' \
    'Date: Tue, 24 Nov 2026 10:00:00 +0000' \
    'authentication-results: (c)' '	"Backup.Test"; dkim=pass' \
    'Subject: x' 'Authentication-Results: backup.test' '' '.y' \
    'Authentication-Results: backup.test' >"$scratch/m"
grep -vi '^auth.*backup\|^auth.*(c)\|"Backup' "$scratch/m" >"$scratch/less"
printf 'Authentication-Results: backup.test\r\n' >>"$scratch/less"
taken() {
	tr -d '\r' <"$scratch/mx/message.1" | sed '1,/^	for /d'
}
for ehlo in '250-mx.test|250 CHUNKING' '250-mx.test|250 PIPELINING'; do
	rm -rf "$spool"
	start_primary "EHLO=$ehlo"
	policy 'DELETE FROM domain' \
	    "INSERT INTO domain(name, route)
	    VALUES('example.com', '[127.0.0.1]:$primary_port')"
	hand 127.0.0.2 a@sender.test b@example.com m
	name=$(basename "$(queued example.com)")
	mxq cat "$name" | cmp -s - "$scratch/m"
	ok $? "the spool has it as it came, $ehlo"
	mxq cat -t "$name" | sed '1,/^	for /d' | cmp -s - "$scratch/less"
	ok $? 'mxq cat -t tells what is handed over'
	mxrun >/dev/null 2>&1
	is "$(taken)" "$(tr -d '\r' <"$scratch/less")" 'and so it is'
	stop "$primary_pid"
done
policy 'DELETE FROM domain'
add_domain example.com
add_domain strict.example
for _ in $(seq 33); do
	printf '%s\r\n' 'Authentication-Results: backup.test; x' 'X: y'
done | cat - "$scratch/less" >"$scratch/m"
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^554 5.6.0 Too many Authentication-Results fields' \
    'more of them than can be cut'

# ---- DKIM and DMARC, by a real name server
if ! command -v knotd >/dev/null; then
	done_testing
fi
dkim_key "$scratch/key"
key=$(cat "$scratch/key.p")
{
	cat <<-END
		_dmarc.sender TXT "v=DMARC1; p=reject"
		_dmarc.quarantine TXT "v=DMARC1; p=quarantine"
		_dmarc.lax TXT "v=DMARC1; p=none"
		pool TXT "v=spf1 ip4:127.0.1.0/24 include:_more.pool.test -all"
		_more.pool TXT "v=spf1 ip4:127.0.2.0/24 ip4:127.0.4.0/23 ~all"
		_dmarc.pool TXT "v=DMARC1; p=none"
		news.pool TXT "v=spf1 ip4:127.0.3.0/24 -all"
		wide TXT "v=spf1 +all"
		client TXT "v=spf1 ip4:127.0.8.0/24 ip4:127.0.9.0/24 -all"
	END
	txt k._domainkey.sender "$key"
} | zone test
{
	txt k._domainkey.example "$key"
	txt k._domainkey.sub.example "$key"
} | zone com
dns=$(free_port)
start_knot "127.0.0.1@$dns" test com
resolver "127.0.0.1:$dns"

# from DOMAIN [DOMAIN]: the file m, From there, signed by the second
from() {
	printf '%s\r\n' "From: a@$1" 'Date: Tue, 24 Nov 2026 10:00:00 +0000' \
	    'Subject: x' '' "$1" >"$scratch/m"
	[ $# -eq 1 ] && return
	"$tests/peers/dkimsign.py" "$2" k "$scratch/key" <"$scratch/m" \
	    >"$scratch/signed"
	mv "$scratch/signed" "$scratch/m"
}

verdict dmarc defer defer
spf none none
from sender.test sender.test
hand 127.0.0.2 a@other.test b@example.com m
like "$said" '^250 ' 'DMARC passes by DKIM'
like "$(mxq why 127.0.0.2)" 'dmarc passed, pass of sender.test, policy reject' \
    'which mxq why tells'
spf pass none
from sender.test
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^250 ' 'DMARC passes by SPF'
spf fail none
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^451 4.7.1 Neither SPF nor DKIM vouches for mail from sender.test, whose DMARC policy is reject; use the primary exchanger for example.com' \
    'it fails'
verdict dmarc deny
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^550 5.7.1 .* policy is reject' 'denied'
policy "INSERT INTO domain_policy VALUES('strict.example', 'dmarc', 'log', 'off')"
hand 127.0.0.2 a@sender.test b@strict.example m
like "$said" '^250 ' 'a domain may have a verdict of its own'
from quarantine.test
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^451 4.7.1 .* policy is quarantine' \
    'quarantine is never refused for good'
from lax.test
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^250 ' 'nor is what is to be left alone'
spf temperror none
from sender.test
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^250 ' 'without an answer it passes'
verdict dmarc defer defer
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^451 4.3.0 DMARC of sender.test could not be looked up' \
    'unless the table says otherwise'
verdict dmarc log
spf fail none
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^250 ' 'noted only'
grep -q 'test=dmarc outcome=fail verdict=log' "$scratch/log"
ok $? 'in the log'
like "$(mxq show "$(basename "$(queued example.com | tail -1)")")" \
    'verified.spf=fail:sender.test dkim=none dmarc=fail:sender.test$' \
    'and in the envelope'
verdict dmarc off

# ---- a sender of ours from outside
verdict ownsender defer defer
spf none none
from sender.test
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^451 4.7.1 Neither SPF nor DKIM vouches for mail from example.com; use the primary exchanger for example.com' \
    'a sender of ours that nobody vouches for'
from example.com
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^451 4.7.1 Neither .* mail from example.com' 'an author'
hand 127.0.0.2 '' b@example.com m
like "$said" '^451 4.7.1 Neither .* mail from example.com' \
    'an author, with the null sender'
from sender.test
hand 127.0.0.2 a@sender.test b@example.com m
like "$said" '^250 ' 'a stranger is none of ours'
from example.com example.com
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^250 ' 'DKIM vouches for it'
from example.com sub.example.com
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^250 ' 'or that of a subdomain'
from example.com sender.test
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^451 4.7.1 ' 'but no stranger'
from example.com example.com
printf 'more of it\r\n' >>"$scratch/m"
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^451 4.7.1 Neither ' 'nor a signature that does not match'
from example.com example.com
resolver 127.0.0.1:9
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^451 4.3.0 Whether mail from example.com is genuine' \
    'whose key is not to be had: not known'
resolver "127.0.0.1:$dns"
printf 'mailfrom=pass\ndomain=example.com\nhelo=none\n\n' >"$scratch/answer"
from example.com
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^250 ' 'SPF vouches for it'
printf 'mailfrom=temperror\ndomain=example.com\nhelo=none\n\n' \
    >"$scratch/answer"
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^451 4.3.0 Whether mail from example.com is genuine' 'not known'
spf none none
verdict ownsender deny
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^550 5.7.1 Neither ' 'denied'
policy "INSERT INTO domain_policy
    VALUES('strict.example', 'ownsender', 'off', 'off')"
hand 127.0.0.2 a@example.com b@strict.example m
like "$said" '^250 ' 'a domain may have a verdict of its own'
policy "INSERT INTO client VALUES('127.0.0.2', 'off')"
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^250 ' 'a welcome client'
policy 'DELETE FROM client'
verdict ownsender log
hand 127.0.0.2 a@example.com b@example.com m
like "$said" '^250 ' 'noted only'
grep -q 'test=ownsender outcome=fail verdict=log' "$scratch/log"
ok $? 'in the log'
verdict ownsender off

# ---- SPF in earnest: a pool of hosts is one for the greylist
rm "$scratch/answer"
verdict spf deny
hand 127.0.3.1 a@pool.test
like "$said" '^550 5.7.23 127.0.3.1 may not send mail of pool.test' 'SPF fails'
hand 127.0.4.1 a@pool.test
like "$said" '^250 ' 'or passes'
like "$(mxq why a@pool.test)" \
    'spf passed, pass of pool.test: ip4:127.0.4.0/23 \(_more.pool.test\)' \
    'which mxq why tells'
verdict spf off
verdict greylist defer
hand 127.0.1.1 a@pool.test
like "$said" '^451 4.7.1 Greylisted: .* 300 seconds' 'a host of a pool waits'
state 'UPDATE greylist SET first = first - 200'
hand 127.0.2.1 a@pool.test
like "$said" '^451 4.7.1 Greylisted: .* (100|99|98|9.) seconds' \
    'so does another, for the rest of the time'
state 'UPDATE greylist SET first = first - 200'
hand 127.0.4.1 a@pool.test
like "$said" '^250 ' 'then any of them may come'
: >"$scratch/asked"
hand 127.0.4.2 b@pool.test
like "$said" '^250 ' 'and its network is known'
is "$(cat "$scratch/asked")" '' 'without SPF'
hand 127.0.3.1 a@news.pool.test
like "$said" '^250 ' 'hosts of the same organization too'
hand 127.0.10.1 a@pool.test
like "$said" '^451 4.7.1 Greylisted' 'but none that is not of the pool'
setting greylist_pool 2
hand 127.0.5.1 a@pool.test
like "$said" '^451 4.7.1 Greylisted' 'no more networks a day than the table says'
hand 127.0.6.1 a@wide.test
state 'UPDATE greylist SET first = first - 400'
hand 127.0.7.1 a@wide.test
like "$said" '^451 4.7.1 Greylisted' 'who vouches for all is no pool'
hand 127.0.6.1 a@wide.test
like "$said" '^250 ' 'there a network is known by itself'
hand 127.0.8.1 ''
state 'UPDATE greylist SET first = first - 400'
hand 127.0.9.1 ''
like "$said" '^250 ' 'the null sender has the pool of its HELO name'
verdict greylist off

done_testing
