#!/bin/sh
# SPDX-License-Identifier: ISC
# mx-spf by hand: a real name server, name servers that are none, its sandbox.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"

command -v knotd >/dev/null || skip_all 'no knotd'
cd "$scratch" || exit 1

dns=$(free_port)
{
	cat <<-'END'
		addr A 192.0.2.7
		addr A 198.51.100.7
		addr AAAA 2001:db8::7
		six AAAA 2001:db8:1::7
		alias CNAME addr
		chain CNAME good
		mx MX 10 addr
		mx MX 20 six
		nullmx MX 0 .
		four MX 10 f
		f A 198.51.100.9
		jo.192.0.2.1.macro A 127.0.0.2
		host.h A 192.0.2.4
		host.h AAAA 2001:db8::4
	END
	txt good 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 -all'
	txt soft 'v=spf1 ip4:198.51.100.0/24 ~all'
	txt neutral 'v=spf1 ip4:198.51.100.0/24'
	txt bad 'v=spf1 +all ip4:192.0.2.1/33'
	txt twice 'v=spf1 -all'
	txt twice 'v=spf1 +all'
	txt other 'v=spf10 +all'
	txt many 'verification=1'
	txt many 'v=spf1 a:addr.test -all'
	txt usesa 'v=spf1 a:alias.test/24//64 -all'
	txt usesmx 'v=spf1 mx:mx.test -all'
	txt usesnull 'v=spf1 mx:nullmx.test -all'
	txt wide 'v=spf1 ?mx:four.test/0 -all'
	txt macro 'v=spf1 exists:%{l1+}.%{i}.%{d} -all'
	txt ptr 'v=spf1 ptr:h.test -all'
	txt p 'v=spf1 redirect=%{p}'
	txt incl 'v=spf1 include:soft.test ?include:good.test -all'
	txt deep 'v=spf1 include:incl2.test -all'
	txt incl2 'v=spf1 include:good.test'
	txt none 'v=spf1 include:addr.test +all'
	txt redir 'v=spf1 redirect=soft.test'
	txt first 'v=spf1 redirect=good.test ip4:192.0.2.9 -ip4:192.0.2.8'
	txt loop 'v=spf1 include:loop.test'
	txt self 'v=spf1 redirect=self.test'
	txt terms "v=spf1 $(printf 'a:addr.test %.0s' 1 2 3 4 5 6 7 8 9 10) +all"
	txt terms11 "v=spf1 $(printf 'a:addr.test %.0s' 1 2 3 4 5 6 7 8 9 10 11) +all"
	txt voids2 'v=spf1 a:n1.test exists:n2.test +all'
	txt voids3 'v=spf1 a:n1.test exists:n2.test mx:n3.test +all'
	txt servfail 'v=spf1 a:x.broken.test +all'
	txt late 'v=spf1 ip4:192.0.2.1 a:x.broken.test -all'
	txt exp 'v=spf1 exp=x.broken.test -all'
	# more than libspf2's 511 octets for mechanisms, and its 255 of them
	txt long "v=spf1 $(seq -f 'ip4:198.51.100.%.0f' -s ' ' 1 250) $(
	    seq -f 'ip4:203.0.113.%.0f' -s ' ' 1 250) -all"
	txt helo 'v=spf1 exists:%{h}.known.test -all'
	echo 'xn--bcher-kva.test.known A 127.0.0.2'
	txt odd 'v=spf1 exists:%{l}.odd.test -all'
	txt underflow 'v=spf1 exists:%{d1r-}.%{l99r-+,}%{s0} -all'
	txt xn--bcher-kva 'v=spf1 +all'
	i=0
	while [ $((i += 1)) -le 11 ]; do
		printf 'eleven MX %d h%d\nh%d A 198.51.100.%d\n' $i $i $i $i
		[ $i -eq 11 ] || printf 'ten MX %d h%d\n' $i $i
	done
	txt usesten 'v=spf1 mx:ten.test +all'
	txt useseleven 'v=spf1 mx:eleven.test +all'
} | zone test
{
	txt example 'v=spf1 include:_spf.example.org ~all'
	txt _spf.example 'v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24'
	txt mail.example 'v=spf1 ip4:198.51.100.25 ~all'
} | zone org
printf '4 PTR x.broken.test.\n4 PTR host.h.test.\n6 PTR addr.test.\n' |
    zone 2.0.192.in-addr.arpa
echo '4.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR host.h.test.' |
    zone 8.b.d.0.1.0.0.2.ip6.arpa
start_knot "127.0.0.1@$dns" test org 2.0.192.in-addr.arpa \
    8.b.d.0.1.0.0.2.ip6.arpa broken.test

# ask IP SENDER [KEY=VALUE…]: what is said, on one line; request and answer are
# kept as asked/N.request and asked/N.said
mkdir asked
asked=0
ask() {
	ip=$1 sender=$2
	shift 2
	asked=$((asked + 1))
	printf '%s\n' "ip=$ip" "sender=$sender" "resolver=127.0.0.1:$dns" "$@" '' \
	    >"asked/$asked.request"
	sed '$d' "asked/$asked.request" | ask_line
	cp said "asked/$asked.said"
}
ask_line() {
	{ cat && echo; } | "$build/libexec/mx-spf" 2>error | tr '\n' ' ' >said
}
# says REGEX NAME: the space is what ends a line of the answer
says() {
	like "$(sed 's/%20/_/g' said)" "$@"
}

ask 192.0.2.1 a@good.test helo=soft.test
says '^mailfrom=pass domain=good.test reason=ip4:192.0.2.0/24 helo=softfail domain=soft.test reason=~all ' \
    'both identities, and why'
ask ::ffff:192.0.2.1 a@good.test
says '^mailfrom=pass .*reason=ip4' 'a mapped address is IPv4'
ask 2001:db8::5 a@good.test
says '^mailfrom=pass .*reason=ip6:2001:db8::/64' 'IPv6'
ask 203.0.113.1 a@good.test
says '^mailfrom=fail .*reason=-all' 'fail'
ask 203.0.113.1 a@neutral.test
says '^mailfrom=neutral .*reason=no_mechanism_matched' 'neutral'
ask 192.0.2.1 a@addr.test
says '^mailfrom=none domain=addr.test reason=addr.test_has_no_record' 'none'
ask 192.0.2.1 a@no.such.test
says '^mailfrom=none domain=no.such.test' 'no such domain'
ask 192.0.2.1 a@other.test
says '^mailfrom=none' 'a record of another version'
ask 192.0.2.7 a@many.test
says '^mailfrom=pass .*reason=a:addr.test' 'a record among others'
ask 192.0.2.1 a@bad.test
says '^mailfrom=permerror .*reason=ip4:192.0.2.1/33:_no_such_prefix_length_\(bad.test\)' \
    'malformed behind what would match'
ask 192.0.2.1 a@twice.test
says '^mailfrom=permerror .*more_than_one_record' 'two records'
ask 127.0.0.1 a@soft.test
says '^mailfrom=softfail' 'nothing is free for 127.0.0.1'
ask 192.0.2.1 a@chain.test
says '^mailfrom=pass domain=chain.test' 'a domain that is an alias'

# identities
ask 192.0.2.1 '' helo=good.test
says '^mailfrom=pass domain=good.test .*helo=pass domain=good.test' \
    'a null sender is postmaster at HELO'
ask 192.0.2.1 a@good.test 'helo=[192.0.2.1]'
says 'helo=none reason=HELO_is_not_a_domain_name' 'HELO is a literal'
ask 192.0.2.1 'a@[192.0.2.1]' helo=good.test
says '^mailfrom=none reason=the_sender_has_no_domain_name helo=pass' \
    'the sender has a literal'
ask 192.0.2.1 a@localhost helo=localhost
says '^mailfrom=none reason=.* helo=none' 'names of one label'
ask 192.0.2.1 'a@b"@good.test'
says '^mailfrom=pass' 'an at sign in the local part'
ask 192.0.2.1 'a@bücher.test'
says '^mailfrom=pass domain=xn--bcher-kva.test' 'a domain of U-labels'
ask 192.0.2.1 ''
says '^mailfrom=none .*helo=none' 'an address alone'

# mechanisms
ask 198.51.100.99 a@usesa.test
says '^mailfrom=pass .*reason=a:alias.test/24//64' 'a, by an alias, a network'
ask 2001:db8::ffff a@usesa.test
says '^mailfrom=pass' 'and of IPv6'
ask 192.0.2.7 a@usesmx.test
says '^mailfrom=pass .*reason=mx:mx.test' 'mx'
ask 2001:db8:1::7 a@usesmx.test
says '^mailfrom=pass .*reason=mx:mx.test' 'and of IPv6'
ask 192.0.2.1 a@usesnull.test
says '^mailfrom=fail' 'a null MX'
ask 192.0.2.1 a@wide.test
says '^mailfrom=neutral .*reason=\?mx:four.test/0' 'a prefix of 0'
ask 2001:db8::1 a@wide.test
says '^mailfrom=fail' 'of the other family'
ask 192.0.2.1 jo+x@macro.test
says '^mailfrom=fail' 'a macro'
ask 192.0.2.1 x+jo@macro.test
says '^mailfrom=pass .*reason=exists:%25\{l1\+\}' 'that leads to an address'
ask 192.0.2.4 a@ptr.test
says '^mailfrom=pass .*reason=ptr:h.test' 'ptr'
ask 2001:db8::4 a@ptr.test
says '^mailfrom=pass .*reason=ptr:h.test' 'of IPv6'
ask 192.0.2.6 a@ptr.test
says '^mailfrom=fail' 'that does not lead back'
ask 192.0.2.4 a@p.test
says '^mailfrom=permerror .*reason=host.h.test_has_no_record' '%{p}'
ask 192.0.2.1 a@exp.test
says '^mailfrom=fail .*reason=-all' 'exp= is not asked for'

ask 192.0.2.1 a@helo.test helo=bücher.test
says '^mailfrom=pass .*exists:%25\{h\}' '%{h} is in A-labels'
ask 192.0.2.1 a@helo.test helo=ns.test
says '^mailfrom=fail ' 'of another name'
ask 192.0.2.1 jö@odd.test
says '^mailfrom=fail ' 'a local part that is not ASCII matches nothing'

# records through others
ask 192.0.2.1 a@incl.test
says '^mailfrom=neutral .*reason=ip4:192.0.2.0/24_\(good.test\)_by_\?include:good.test' \
    'the qualifier of an include counts'
ask 203.0.113.1 a@incl.test
says '^mailfrom=fail .*reason=-all helo' 'a fail inside does not'
ask 192.0.2.1 a@deep.test
says '^mailfrom=pass .*reason=ip4:192.0.2.0/24_\(good.test\)_by_include:incl2.test' \
    'an include in another'
ask 192.0.2.1 a@none.test
says '^mailfrom=permerror .*reason=addr.test_has_no_record' \
    'an include that leads nowhere'
ask 192.0.2.1 a@redir.test
says '^mailfrom=softfail domain=redir.test reason=~all_\(soft.test\) ' \
    'a redirect'
ask 192.0.2.8 a@first.test
says '^mailfrom=fail .*reason=-ip4:192.0.2.8' \
    'what is behind a redirect comes first'
ask 192.0.2.1 a@first.test
says '^mailfrom=pass .*reason=ip4:192.0.2.0/24_\(good.test\)' 'and then it'

# limits
ask 192.0.2.1 a@loop.test helo=self.test
says '^mailfrom=permerror .*more_than_10_terms.*helo=permerror .*more_than_10_terms' \
    'includes and redirects in a circle'
ask 192.0.2.1 a@terms.test
says '^mailfrom=pass' 'ten terms that ask the DNS'
ask 192.0.2.1 a@terms11.test
says '^mailfrom=permerror .*more_than_10_terms' 'eleven'
ask 192.0.2.1 a@voids2.test
says '^mailfrom=pass' 'two that find nothing'
ask 192.0.2.1 a@voids3.test
says '^mailfrom=permerror .*more_than_2_terms' 'three'
ask 192.0.2.1 a@usesten.test
says '^mailfrom=pass' 'ten exchangers'
ask 192.0.2.1 a@useseleven.test
says '^mailfrom=permerror .*more_than_10_exchangers' 'eleven'
ask 203.0.113.250 a@long.test
says '^mailfrom=pass .*reason=ip4:203.0.113.250' \
    'a record of 500 mechanisms, by TCP'
ask 192.0.2.1 a@long.test
says '^mailfrom=fail .*reason=-all' 'to its end'

# macros that libspf2 writes out of bounds with never come to it
ask 192.0.2.1 a@underflow.test
says '^mailfrom=permerror .*malformed_macro' 'a macro of zero parts'
long=$(printf 'a-%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
for local in "$long" "$long$long$long" "\\\\" 'a\b' '"a b"' '%25{d}' "a'b/24" \
    '.' 'a..b' '%0A'; do
	ask 192.0.2.1 "$local@odd.test"
	says '^mailfrom=fail .*reason=-all' "a local part: $local"
done

# the DNS fails
ask 192.0.2.1 a@x.broken.test
says '^mailfrom=temperror .*no_answer_from_the_DNS' 'SERVFAIL for a record'
ask 192.0.2.1 a@servfail.test
says '^mailfrom=temperror .*address_of_x.broken.test' 'for an address'
ask 192.0.2.1 a@late.test
says '^mailfrom=pass' 'where it is not asked for any more'
# bad HOW NAME: a name server of that kind; both identities by the deadline
bad() {
	at=$(free_port)
	"$tests/peers/baddns.py" "$at" "$1" &
	will_stop $!
	until_true 5 listens "$at"
	before=$(date +%s)
	printf '%s\n' ip=192.0.2.1 sender=a@good.test helo=good.test \
	    "resolver=127.0.0.1:$at" deadline_ms=1500 | ask_line
	says '^mailfrom=temperror .*no_answer.* helo=temperror .*no_answer' "$2"
	[ $(($(date +%s) - before)) -le $((3 * slow)) ]
	ok $? '... by the deadline'
}
bad silent 'a name server that is silent'
silent=$at
bad garbage 'one that says what is no answer'
bad empty 'one that promises records'
bad huge 'one with 56 kB of records'
bad slow 'one that says an octet a second'
printf '%s\n' ip=192.0.2.1 sender=a@good.test "resolver=127.0.0.1:9" |
    ask_line
says '^mailfrom=temperror' 'nobody there'

# in the sandbox while it waits; nothing of it is left when it is killed
printf '%s\n' ip=192.0.2.1 sender=a@good.test "resolver=127.0.0.1:$silent" '' \
    >request
"$build/libexec/mx-spf" <request >said &
pid=$!
will_stop $pid
if confines mx-spf; then
	until_true 5 grep -q '^NoNewPrivs:.1' "/proc/$pid/status"
	ok $? 'it can gain no privileges'
	until_true 5 grep -q '^Seccomp:.2' "/proc/$pid/status"
	ok $? 'nor use all system calls'
	like "$(cat "/proc/$pid/limits")" 'Max address space +268435456 ' \
	    'nor more than 256 MiB'
	like "$(cat "/proc/$pid/limits")" 'Max cpu time +20 ' \
	    'nor more than 10 seconds of CPU, and as many for the next'
	like "$(cat "/proc/$pid/limits")" 'Max core file size +0 ' \
	    'nor leave a core'
fi
kill -9 $pid
wait $pid 2>/dev/null
is "$(cat said)" '' 'killed, it has said nothing'

printf 'helo=a.test\n' | ask_line
like "$(cat error)" 'request' 'a request without an address'
"$build/libexec/mx-spf" x 2>/dev/null
is $? 64 'an argument'

# ---- one after the other
# shellcheck source=tests/peers/sequence.sh
. "$tests/peers/sequence.sh"
answers_in_turn mx-spf "$asked"
cat asked/1.request asked/2.request | "$build/libexec/mx-spf" |
    tr '\n' ' ' >said
is "$(cat said)" "$(cat asked/1.said asked/2.said)" 'two from a shell'
printf 'ip=192.0.2.1\n\nx=y\n\n' | "$build/libexec/mx-spf" >said 2>error
is $? 64 'the second is malformed'

# the page's example, with another name server
page=$top/man/mx-spf.8
sed -n '/^\$ mx-spf/,/^END/p' "$page" |
    sed "s,^\$ ,$build/libexec/,; s/^resolver=.*/&:$dns/" >example.sh
sh example.sh | sed '$d' >got
sed -n '/^mailfrom=/,/^\.Ed/p' "$page" | sed '$d' >want
is "$(cat got)" "$(cat want)" 'the example of the page'

done_testing
