#!/bin/sh
# SPDX-License-Identifier: ISC
# One call after another fails in each program, those of memory among them:
# nobody dies of it, a check that could not be made is no pass, what was
# acknowledged is there, and our own trouble is never a 5xx.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

step=${NOCALL_STEP:-5} # of the calls, one in so many; the long form: 1
nocall=$build/tests/preload/nocall.so
[ -e "$nocall" ] || skip_all 'nocall.so is not built'
command -v knotd >/dev/null || skip_all 'no knotd'
! grep -q __asan_init "$build/bin/mxrecv" ||
    skip_all 'a sanitizer has an allocator of its own'
cd "$scratch" || exit 1

# short COMMAND…: call $at of it fails; 0 or what is wrong with its end
short() {
	echo 0 >hit
	env "LD_PRELOAD=$nocall" "NOCALL_AT=$at" "NOCALL_FILE=$scratch/hit" \
	    "$@" 2>error
	status=$?
	[ "$status" -lt 128 ]
}
# each NAME FUNCTION: which says what is wrong, or nothing
each() {
	wrong='' at=1 hit=1
	while [ "$hit" -eq 1 ]; do
		trouble=$("$2") || trouble="$trouble died"
		[ -z "$trouble" ] || wrong="$wrong
$at: $trouble"
		hit=$(cat hit)
		at=$((at + step))
	done
	is "$wrong" '' "$1, one in $step of $at calls fails"
}

# ---- a name server
dkim_key key
{
	cat <<-'END'
		a MX 10 mx.a
		mx.a A 127.0.0.1
		a TXT "v=spf1 include:b.test mx exists:%{i}.c.test -all"
		b TXT "v=spf1 ip4:192.0.2.0/24 a:none.test ?all"
		_dmarc.a TXT "v=DMARC1; p=reject; adkim=s"
	END
	txt s._domainkey.a "$(cat key.p)"
} | zone test
echo '1 PTR mx.a.test.' | zone 0.0.127.in-addr.arpa
dns=$(free_port)
start_knot "127.0.0.1@$dns" test 0.0.127.in-addr.arpa

# ---- helpers
# helper NAME: the request on stdin is kept, the message is fd 3
helper() {
	short "$build/libexec/$1" <request 3<message >said
}
# says REGEX: it must not
says() {
	! grep -E "$1" said
}

printf '%s\n' ip=203.0.113.1 sender=a@a.test helo=b.test \
    "resolver=127.0.0.1:$dns" deadline_ms=1000 '' >request
: >message
spf() {
	helper mx-spf && says '^(mailfrom|helo)=pass'
}
each 'mx-spf' spf

printf '%s\r\n' 'From: a@a.test' 'Subject: x' '' 'text' >plain
"$tests/peers/dkimsign.py" a.test s key <plain | sed 's/text/other/' >message
printf '%s\n' "resolver=127.0.0.1:$dns" "size=$(wc -c <message)" \
    deadline_ms=1000 spf_domain=a.test spf=fail '' >request
dkim() {
	helper mx-dkim && says '=pass'
}
each 'mx-dkim' dkim

printf '%s\n' "key=$scratch/key" domain=a.test selector=s offset=0 \
    "size=$(wc -c <plain)" cv=none 'results=backup.test;%20spf=fail' '' >request
cp plain message
seal() {
	helper mx-arc
}
each 'mx-arc' seal

printf '%s\n' domain=a.test address=127.0.0.1:9 "libexec=$build/libexec" \
    deadline_ms=1000 '' >request
sts() {
	helper mx-sts && says '^line='
}
each 'mx-sts' sts

# a clamd that finds all, a spamd that says nothing
python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(100)
while True:
    c, _ = s.accept()
    seen = b""
    while not seen.endswith(b"\0\0\0\0"):
        got = c.recv(65536)
        if not got:
            break
        seen += got
    try:
        c.sendall(b"stream: Bad.Thing FOUND\0")
    except OSError:
        pass
    c.close()' clamd &
will_stop $!
until_true 10 test -S clamd
printf '%s\n' what=malware "socket=$scratch/clamd" "size=$(wc -c <plain)" \
    deadline_ms=1000 'trace=X:%20y' '' >request
malware() {
	helper mx-scan && says '^result=clean'
}
each 'mx-scan, clamd' malware
printf '%s\n' what=spam "socket=$scratch/clamd" "size=$(wc -c <plain)" \
    deadline_ms=1000 '' >request
spam() {
	helper mx-scan && says '^result=clean'
}
each 'mx-scan, spamd' spam

certificate tls DNS:backup.test
printf '%s\n' mode=check "certificate=$scratch/tls.pem" \
    "key=$scratch/tls.key" '' >request
tls() {
	helper mx-tls
}
each 'mx-tls' tls

printf '%s\n' op=open helo=a.test target=127.0.0.1:9 '' \
    op=probe from= rcpt=b@b.test '' op=mail from= rcpt=b@b.test '' \
    op=close '' op=quit '' >request
sending() {
	helper mx-send && says '^(reply|mail)=2'
}
each 'mx-send' sending

# ---- mail comes in
new_instance
printf 'arc_key %s\narc_selector s\n' "$scratch/key" >>"$conf"
add_domain b.test
add_domain c.test
policy "INSERT INTO dnsbl(zone) VALUES('list.test');
    UPDATE policy SET verdict = 'off' WHERE test = 'pregreet';
    UPDATE policy SET verdict = 'log' WHERE test NOT IN
    ('helo', 'relay', 'size', 'pregreet', 'malware', 'spam')"
mxrecv </dev/null >/dev/null 2>&1 # makes state.db
printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<a@a.test>' 'RCPT TO:<b@b.test>' \
    'RCPT TO:<c@c.test>' 'DATA' 'From: a@a.test' 'Subject: x' '' 'text' '.' \
    'ETRN b.test' 'QUIT' >dialogue
printf '%s\r\n' 'From: a@a.test' 'Subject: x' '' 'text' >mail
receive() {
	rm -rf "$spool"
	short "$build/bin/mxrecv" -f "$conf" <dialogue >out || return
	# 5.5.x: the lines that follow a 4xx are no commands then
	! grep '^5.. 5[.][^5]' out || return
	id=$(sed -n 's/^250 2.0.0 Queued as \([^ ]*\).*/\1/p' out)
	taken=$(grep -c '^250 2[.]1[.]5' out) # a recipient may hear 4xx alone
	if [ -n "$id" ]; then
		[ "$(count_queued)" -eq "$taken" ] || echo lost
		mxq cat "$id" 2>&1 | cmp -s - mail || echo other
	else
		[ "$(count_queued)" -eq 0 ] || [ "$(count_queued)" -eq "$taken" ] ||
		    echo half
	fi
}
each 'mxrecv' receive

# ---- it is looked at
rm -rf "$spool"
send a@a.test b@b.test one >/dev/null
id=$(basename "$(queued b.test)")
look() {
	# shellcheck disable=SC2086 # words
	short "$build/bin/mxq" -f "$conf" $what >out || return
	[ -e "$(queued b.test)" ] || echo gone
}
for what in list '--json list' bad "show $id" "--json show $id" "cat $id" \
    "why $id" stats 'primary b.test' "hold $id" "release $id"; do
	each "mxq $what" look
done

# ---- and tried
cp -a "$spool" ready
try() {
	rm -rf "$spool"
	cp -a ready "$spool"
	short "$build/bin/mxrun" -f "$conf" "$1" >out || return
	[ "$(count_queued)" -eq 1 ] || echo lost
}
walk() {
	try b.test
}
each 'mxrun' walk
report() {
	try -r
}
each 'mxrun -r' report

done_testing
