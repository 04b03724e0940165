#!/bin/sh
# SPDX-License-Identifier: ISC
# mx-dkim by hand: signatures by another implementation, keys made now, a real
# name server.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"

command -v knotd >/dev/null || skip_all 'no knotd'
sign=$tests/peers/dkimsign.py
cd "$scratch" || exit 1

# edwards NAME: the secret key NAME and its record NAME.p
edwards() {
	openssl genpkey -algorithm ed25519 -outform DER -out "$1.der"
	tail -c 32 "$1.der" | base64 >"$1"
	printf 'k=ed25519; p=%s' "$(openssl pkey -in "$1.der" -pubout \
	    -outform DER | tail -c 32 | base64 -w0)" >"$1.p"
}
dkim_key good
dkim_key other 1024
dkim_key short 512
dkim_key nearly 1017
edwards ed

dns=$(free_port)
{
	printf '%s\n' 'a.sub.reject A 192.0.2.1' 'bare A 192.0.2.1'
	for d in reject quiet strict evil bare; do
		txt "good._domainkey.$d" "v=DKIM1; $(cat good.p)"
		txt "ed._domainkey.$d" "v=DKIM1; $(cat ed.p)"
	done
	txt good._domainkey.mail.reject "v=DKIM1; $(cat good.p)"
	txt good._domainkey.mail.strict "v=DKIM1; $(cat good.p)"
	txt good._domainkey.xn--bcher-kva "$(cat good.p)"
	txt wrong._domainkey.reject "$(cat other.p)"
	txt short._domainkey.reject "$(cat short.p)"
	txt nearly._domainkey.reject "$(cat nearly.p)"
	txt twice._domainkey.reject "v=DKIM1; $(cat good.p); k=rsa"
	txt revoked._domainkey.reject 'v=DKIM1; p='
	txt testing._domainkey.reject "t=y; $(cat good.p)"
	txt two._domainkey.reject "$(cat good.p)"
	txt two._domainkey.reject "$(cat other.p)"
	txt long._domainkey.reject "n=$(printf '%01100d' 0); $(cat good.p)"
	txt _dmarc.reject 'v=DMARC1; p=reject; sp=quarantine; np=reject'
	txt _dmarc.quiet 'v=DMARC1; p=none'
	txt _dmarc.strict 'v=DMARC1; p=reject; adkim=s; aspf=s; t=y'
	txt _dmarc.xn--bcher-kva 'v=DMARC1; p=reject'
	txt _dmarc.evil 'v=DMARC1; p=none'
} | zone test
{
	txt 2026._domainkey.example "$(cat good.p)"
	txt _dmarc.example 'v=DMARC1; p=reject'
} | zone org
start_knot "127.0.0.1@$dns" test org broken.test

# message DOMAIN: one from there
message() {
	printf '%s\r\n' "From: Jo <jo@$1>" 'To: kim@example.test' \
	    'Subject: a  subject' 'Date: Tue, 24 Nov 2026 05:00:00 +0000' '' \
	    'first line' 'second line '
}

# ask [KEY=VALUE…]: what is said about the message on stdin, on one line; all
# three are kept as asked/N.request, .message and .said
mkdir asked
asked=0
ask() {
	cat >message
	ask_dns "127.0.0.1:$dns" "$@"
	asked=$((asked + 1))
	printf '%s\n' "resolver=127.0.0.1:$dns" "$@" '' >"asked/$asked.request"
	cp message "asked/$asked.message"
	cp said "asked/$asked.said"
}
ask_dns() {
	printf '%s\n' "resolver=$1" "$@" '' | sed 2d |
	    "$build/libexec/mx-dkim" 3<message | tr '\n' ' ' >said
}
# says REGEX NAME
says() {
	like "$(cat said)" "$@"
}
# signed DOMAIN SELECTOR KEY [OPTION…]: a message from reject.test
signed() {
	message reject.test | "$sign" "$@"
}

signed reject.test good good | ask
says '^signatures=1 result=pass d=reject.test s=good a=rsa-sha256' \
    'rsa-sha256 passes'
says 'dmarc=pass from_domain=reject.test policy=reject' 'and DMARC'
says 'dkim_aligned=1' 'by DKIM'
signed reject.test ed ed a=ed25519-sha256 | ask
says 'result=pass .*a=ed25519-sha256 .*dmarc=pass' 'ed25519 passes'
signed reject.test good good c=simple/simple | ask
says 'result=pass' 'simple canonicalisation passes'
{ printf 'x-before: 1\r\n' && signed reject.test good good; } >m
{ printf 'garbage' && cat m && printf 'garbage'; } >message
ask_dns "127.0.0.1:$dns" offset=7 "size=$(wc -c <m)"
says 'result=pass' 'a part of a file, by offset and size'

signed reject.test good good | sed 's/second line/third line/' | ask
says 'result=fail .*body%20was%20changed' 'the body was changed'
says 'dmarc=fail .*policy=reject' 'and DMARC fails'
signed reject.test good good | sed 's/a  subject/another/' | ask
says 'result=fail .*does%20not%20match' 'the header was changed'
signed reject.test good good | sed 's/a  subject/a subject/' | ask
says 'result=pass' 'white space was changed, which relaxed allows'
signed reject.test wrong good | ask
says 'result=fail .*does%20not%20match' 'another key'
signed reject.test good good a=rsa-sha1 | ask
says 'result=permerror .*a=rsa-sha1 .*rsa-sha1.*dmarc=fail' 'rsa-sha1'
signed reject.test short short | ask
says 'result=policy .*512%20bits.*dmarc=fail' 'a key of 512 bits'
signed reject.test nearly nearly | ask
says 'result=policy .*1017%20bits.*dmarc=fail' 'a key of 1017 bits'
signed reject.test good good tags=s=good | ask
says 'result=permerror .*duplicate' 'a signature with a tag twice'
signed reject.test twice good | ask
says 'result=permerror .*duplicate' 'a key with a tag twice'
signed reject.test two good | ask
says 'result=permerror .*more%20than%20one' 'two keys at one name'
signed reject.test long good | ask
says 'result=permerror .*too%20long' 'a key record that is too long'
signed reject.test revoked good | ask
says 'result=permerror .*revoked' 'a revoked key'
signed reject.test testing good | ask
says 'result=pass .*testing=1' 'a key in testing'
signed reject.test testing good | sed 's/second/2nd/' | ask
says 'result=neutral .*testing=1' 'whose failure is none'
signed reject.test none good | ask
says 'result=permerror .*no%20key%20record.*dmarc=fail' 'no such key'
signed reject.test good good tags=x=1000000000 | ask
says 'result=policy .*expired.*dmarc=fail' 'an expired signature'
signed reject.test good good l | ask
says 'result=pass .*l=25 unsigned=0 .*dmarc=pass' 'all of it under l='
{ signed reject.test good good l && printf 'buy\r\n'; } | ask
says 'result=policy .*l=25 unsigned=5 .*dmarc=fail' 'more than l='
signed reject.test good good h=from | sed 's/a  subject/another/' | ask
says 'result=pass' 'a field that is not signed'
signed reject.test good good | sed 's/d=reject.test/d=evil.test/' | ask
says 'result=(fail|permerror) .*dmarc=fail' 'd= was changed'

signed reject.test good good | "$sign" evil.test good good | ask
says 'signatures=2 result=pass d=evil.test .* result=pass d=reject' \
    'two signatures'
signed reject.test good good >m
n=0
while [ $((n += 1)) -le 19 ]; do
	"$sign" evil.test good good <m >m.new && mv m.new m
done
ask <m
says '^signatures=20 ' 'twenty signatures are counted'
is "$(grep -o 'result=pass' said | wc -l)" 8 'eight verified'
signed reject.test good good |
    sed '1s/^/DKIM-Signature: v=1; =;\r\nDKIM-Signature: l=2\r\n/' | ask
says 'signatures=3 result=permerror .*result=permerror .*result=pass' \
    'a good one behind two that are malformed'
{ signed reject.test good good l | sed '/^\r$/,$d' | sed -n '/^From/,$!p' &&
    signed reject.test good good && printf 'more\r\n'; } | ask
says 'result=fail .*body%20was.*dmarc=fail' \
    'l= of one signature is not lent to another'

signed reject.test good good | sed '/^From:/d' | ask
says 'dmarc=permerror reason=there%20is%20no%20From' 'no From'
signed reject.test good good | sed 's/^From:.*/&\nFrom: x@evil.test\r/' | ask
says 'dmarc=permerror reason=.*more%20than%20one%20From' 'two From'
{ printf 'From: x@evil.test\r\n' && signed reject.test good good; } | ask
says 'result=policy .*dmarc=permerror' 'also in front of one that is signed'
signed reject.test good good | sed 's/^From: .*/&no colon here\r/' | ask
says 'result=fail' 'From with more on it'
{ printf 'no colon\r\n'; signed reject.test good good; } | ask
says 'result=pass' 'a line that is no field harms nobody else'
ask </dev/null
says 'signatures=0 dmarc=permerror' 'an empty message'
head -c 300000 /dev/zero | tr '\0' 'x' | ask
says 'dmarc=permerror reason=.*too%20long' 'a header without an end'

# silence and failures of the DNS
message broken.test | "$sign" broken.test good good | ask
says 'result=temperror .*dmarc=temperror' 'SERVFAIL'
# a port that is bound yet never answers; one not bound yet answers at once
python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(600)' >silent &
will_stop $!
until_true 20 test -s silent
silent=$(cat silent)
signed reject.test good good >message
before=$(date +%s%3N)
ask_dns "127.0.0.1:$silent" deadline_ms=1500
took=$(($(date +%s%3N) - before))
says 'result=temperror .*dmarc=temperror' 'silence'
[ $took -ge 1400 ] && [ $took -le $((5000 * slow)) ]
ok $? "ends with the deadline ($took ms)"

# in the sandbox while it waits; nothing of it is left when it is killed
signed reject.test good good >message
printf '%s\n' "resolver=127.0.0.1:$silent" '' >request
"$build/libexec/mx-dkim" <request 3<message >said &
pid=$!
will_stop $pid
if confines mx-dkim; then
	until_true 5 grep -q '^NoNewPrivs:.1' "/proc/$pid/status"
	ok $? 'it can gain no privileges'
	until_true 5 grep -q '^Seccomp:.2' "/proc/$pid/status"
	ok $? 'nor use all system calls'
fi
kill -9 $pid
wait $pid 2>/dev/null
is "$(cat said)" '' 'killed, it has said nothing'

# DMARC
message reject.test | "$sign" evil.test good good | ask
says 'result=pass d=evil.test .*dmarc=fail .*policy=reject' \
    'a stranger vouches for nobody else'
message reject.test | ask spf=pass spf_domain=evil.test
says 'dmarc=fail' 'nor does his SPF'
message reject.test | ask spf=pass spf_domain=bounce.reject.test
says 'dmarc=pass .*spf_aligned=1' 'SPF of a subdomain'
message reject.test | ask spf=fail spf_domain=reject.test
says 'dmarc=fail' 'SPF that failed'
message reject.test | ask spf=temperror spf_domain=reject.test
says 'dmarc=temperror' 'SPF that could not be told'
message reject.test | "$sign" mail.reject.test good good | ask
says 'dmarc=pass .*org_domain=reject.test .*dkim_aligned=1' \
    'DKIM of a subdomain'
message a.sub.reject.test | ask
says 'dmarc=fail .*policy=quarantine policy_domain=reject.test' \
    'the policy for subdomains'
message no.such.reject.test | ask
says 'dmarc=fail .*policy=reject policy_domain=reject.test' \
    'the policy for those that do not exist'
message a.sub.reject.test | "$sign" reject.test good good | ask
says 'dmarc=pass .*org_domain=reject.test' 'by the tree walk'
message strict.test | "$sign" mail.strict.test good good | ask
says 'dmarc=fail .*policy=quarantine .*testing=1' \
    'strict alignment, in testing'
message strict.test | "$sign" strict.test good good | ask
says 'dmarc=pass' 'strict and the same'
message quiet.test | ask
says 'dmarc=fail .*policy=none' 'a policy of none'
message bare.test | "$sign" bare.test good good | ask
says 'result=pass .*dmarc=none' 'no policy'
message 'bücher.test' | "$sign" xn--bcher-kva.test good good | ask
says 'result=pass .*dmarc=pass from_domain=xn--bcher-kva.test' \
    'From with U-labels'
message 'evil.test>, <x@reject.test' | "$sign" evil.test good good | ask
says 'dmarc=fail from_domain=reject.test policy=reject' \
    'of two authors the worse'

# ---- one after the other
# shellcheck source=tests/peers/sequence.sh
. "$tests/peers/sequence.sh"
answers_in_turn mx-dkim "$asked"
cat asked/1.request asked/1.request | "$build/libexec/mx-dkim" \
    3<asked/1.message | tr '\n' ' ' >said
is "$(cat said)" "$(cat asked/1.said asked/1.said)" 'two from a shell, about fd 3'
# memory: what is not read before its answer is pressed through in pieces
{
	signed reject.test good good
	yes "$(printf 'a line\r')" | head -c 67108864
} >message
printf '%s\n' "resolver=127.0.0.1:$dns" '' >request
if ! under_valgrind; then # which uses fd 3, memory and the time for an answer
	"$build/libexec/mx-dkim" <asked/1.request >said 2>error 3<&-
	is "$? $(cat error)" '64 mx-dkim: no message came along' 'no message'
	/usr/bin/python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], pass_fds=[3])
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
sys.exit(used > 48 * 1024)' "$build/libexec/mx-dkim" 3<message <request >said
	ok $? '64 MiB in less than 48 MiB of memory'
	says 'body%20was%20changed' 'and all of it is looked at'
fi

{ signed reject.test good good && head -c 67108864 /dev/zero; } | ask
says 'result=neutral .*too%20long.*dmarc=fail' 'a line of 64 MiB'

# the page's example, with another name server
page=$top/man/mx-dkim.8
message example.org | "$sign" example.org 2026 good >m
mv m message
sed -n '/^\$ mx-dkim/,/^END/p' "$page" |
    sed "s,^\$ ,$build/libexec/,; s/^resolver=.*/&:$dns/" >example.sh
sh example.sh | sed '$d' >got
sed -n '/^signatures=/,/^\.Ed/p' "$page" | sed '$d' >want
is "$(cat got)" "$(cat want)" 'the example of the page'

done_testing
