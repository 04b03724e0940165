#!/bin/sh
# SPDX-License-Identifier: ISC
# mx-spf and mx-dkim are kept by a child of mxrecv(8), from message to message
# and from connection to connection; whatever becomes of them, each message is
# verified.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"

command -v knotd >/dev/null || skip_all 'no knotd'
cd "$scratch" || exit 1

# ---- a sender
dkim_key key
{
	printf '%s\n' '@ TXT "v=spf1 ip4:127.0.0.1 -all"' \
	    '_dmarc TXT "v=DMARC1; p=reject"'
	txt k._domainkey "$(cat key.p)"
} | zone client.test
dns=$(free_port)
start_knot "127.0.0.1@$dns" client.test
# message NAME: one that is signed
message() {
	printf '%s\r\n' 'From: A <a@client.test>' 'To: b@b.test' \
	    'Date: Tue, 24 Nov 2026 10:00:00 +0000' "Subject: $1" \
	    "Message-ID: <$1@client.test>" '' "text of $1" |
	    "$tests/peers/dkimsign.py" client.test k key >"$1"
}
message one
message two

# ---- whose helpers say when they are started: a shell, so not confined by us
mkdir libexec
for helper in "$build"/libexec/*; do
	ln -s "$helper" libexec
done
for helper in mx-spf mx-dkim; do
	rm "libexec/$helper"
	cat >"libexec/$helper" <<-END
		#!/bin/sh
		echo \$\$ >>$scratch/$helper
		exec $build/libexec/$helper
	END
	chmod 755 "libexec/$helper"
done
new_instance
add_domain b.test
policy "UPDATE policy SET verdict = 'log', on_unavailable = 'log'
    WHERE test IN ('spf', 'dkim', 'dmarc')"
sed -i -e '/^resolver /d' -e '/^libexec /d' "$conf"
printf '%s\n' "resolver 127.0.0.1:$dns" "libexec $scratch/libexec" \
    'client_names no' 'confine no' >>"$conf"

# serve_each CONNECTIONS: who looked whether it listens was the first
serve_each() {
	sed -i '/^child_connections /d' "$conf"
	echo "child_connections $1" >>"$conf"
	: >log
	start_listener
	until_true 5 grep -q '^session ' log
	: >mx-spf
	: >mx-dkim
}
# hand MESSAGE…: in one connection
hand() {
	/usr/bin/python3 -c 'import smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "client.test") as smtp:
    for name in sys.argv[2:]:
        with open(name, "rb") as f:
            smtp.sendmail("a@client.test", ["b@b.test"], f.read())' \
	    "$port" "$@"
}
# verified N: so many messages came since, all of them verified
verified() {
	until_true 5 no_connection
	n=0
	for file in $(queued b.test); do
		[ "$(grep -aoE '(spf|dkim|dmarc)=pass:client.test' "$file" |
		    wc -l)" -eq 3 ] && n=$((n + 1))
		rm "$file"
	done
	[ "$n" -eq "$1" ]
}
no_connection() {
	[ "$(grep -c '^session ' log)" -ge "$sessions" ]
}
begun() {
	echo "$(wc -l <mx-spf) $(wc -l <mx-dkim)"
}
pid_of() {
	tail -n 1 "$1"
}

serve_each 50
sessions=2
hand one two one
verified 3
ok $? 'three messages in a connection are verified'
is "$(begun)" '1 1' 'by one process of each helper'
sessions=3
hand two
verified 1
ok $? 'and one in the next'
is "$(begun)" '1 1' 'by the same'

kill -9 "$(pid_of mx-spf)" "$(pid_of mx-dkim)"
sessions=4
hand one two
verified 2
ok $? 'they are killed between two connections: no message suffers'
is "$(begun)" '2 2' 'and others are there'

# ended MX-HELPER: killed when it was asked, and before it has answered
ended() {
	victim=$(pid_of "$1")
	kill -STOP "$victim"
	sessions=$((sessions + 1))
	hand one &
	handing=$!
	sleep 1
	kill -9 "$victim"
	wait $handing
	verified 1
}
ended mx-dkim
ok $? 'mx-dkim is killed with a message in hand, which is verified all the same'
is "$(begun)" '2 3' 'by another'
ended mx-spf
ok $? 'so with mx-spf'
is "$(begun)" '3 3' 'by another'

have_left() {
	is_gone "$(pid_of mx-spf)" && is_gone "$(pid_of mx-dkim)"
}
until_true 20 have_left
ok $? 'who is not asked for five seconds leaves'
sessions=$((sessions + 1))
hand one
verified 1
ok $? 'and is replaced when the next message comes'
is "$(begun)" '4 4' 'in the child that was there'
kill -KILL "$parent"
wait "$parent" 2>/dev/null
until_true 5 have_left
ok $? 'when the child ends, they end'

serve_each 1
sessions=2
hand one two
sessions=3
hand one
verified 3
ok $? 'with a child for each connection all are verified too'
is "$(begun)" '2 2' 'by helpers for each connection'
until_true 5 have_left
ok $? 'of which none is left'
stop "$parent"

done_testing
