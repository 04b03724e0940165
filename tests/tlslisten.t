#!/bin/sh
# SPDX-License-Identifier: ISC
# mx-tls that listens: one program for all connections, a child for each; what
# is renewed is used at once; a child that is killed, and an end, harm nobody
# else.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

client() {
	"$tests/peers/tlsclient.py" "$port" "$@" 2>&1 | tail -1
}
has_said() {
	grep -q "$1" "$scratch/tls.log"
}
# hold N: a connection that stays in the middle of its session
hold() {
	mkfifo "$scratch/fifo.$1"
	openssl s_client -starttls smtp -connect "127.0.0.1:$port" -quiet \
	    -crlf <"$scratch/fifo.$1" >"$scratch/held.$1" 2>/dev/null &
	held=$!
	will_stop $held
}

new_instance
verdict pregreet off
add_domain b.test
certificate one DNS:backup.test
certificate two DNS:xn--bcher-kva.test
cat >>"$conf" <<-END
	tls_certificate $scratch/one.pem
	tls_key $scratch/one.key
	tls_helper $scratch/tls
END
"$build/libexec/mx-tls" -f "$conf" -l "$scratch/tls" 2>"$scratch/tls.log" &
parent=$!
will_stop $parent
until_true 10 test -S "$scratch/tls"
listen

is "$(stat -c %a "$scratch/tls")" 660 'the socket is for its group'
is "$(mxrecv -n | tail -1)" '# STARTTLS is offered' '-n asks it'
like "$(client mail)" '^TLSv1.3 250 ' 'a message over TLS 1.3'
like "$(client mail 1.2)" '^TLSv1.2 250 ' 'over TLS 1.2'
like "$(client refused 1.1)" 'ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL' \
    'TLS 1.1 is refused'
is "$(client big 3000000)" '250 221' 'three megabytes'
is "$(client resume)" 'False True True' 'a session is resumed, in another child'
before=$(count_queued)
is "$(client cut tcp)" closed 'the end of TCP within a chunk is the end'
is "$(count_queued)" "$before" 'and nothing of it is kept'
damaged=$("$tests/peers/tlsmutate.py" "$scratch/tls" "$scratch/one.pem" \
    "$scratch/one.key" "${TLS_DAMAGED_LISTENING:-60}" "${TLS_SEED:-$$}" \
    2>"$scratch/said")
like "$damaged" ', 0 bad$' "damaged handshakes: $damaged"
sed 's/^/# /' "$scratch/said"
is "$(cat "$scratch/tls.log")" '' 'and no child was killed'
until_true 10 has_children "$parent" 0
ok $? 'no child is left'

# ---- renewed
certificate new DNS:backup.test
old=$(openssl x509 -in "$scratch/one.pem" -noout -fingerprint)
serial() {
	openssl s_client -starttls smtp -connect "127.0.0.1:$port" \
	    -servername backup.test </dev/null 2>/dev/null |
	    openssl x509 -noout -fingerprint
}
is "$(serial)" "$old" 'a certificate'
mv "$scratch/new.key" "$scratch/one.key"
mv "$scratch/new.pem" "$scratch/one.pem"
new=$(openssl x509 -in "$scratch/one.pem" -noout -fingerprint)
is "$(serial)" "$new" 'one that was renewed is there for the next connection'
like "$(client resume)" '^False True' 'tickets, too'
printf '%s\n' "tls_certificate $scratch/two.pem" \
    "tls_key $scratch/two.key" >>"$conf"
is "$(client certificate xn--bcher-kva.test)" \
    'CN=xn--bcher-kva.test EllipticCurve' \
    'so is one that mx.conf names now, for an internationalized name'
certificate two DNS:three.test
is "$(client certificate three.test)" 'CN=three.test EllipticCurve' \
    'and one in its place'
mv "$scratch/one.key" "$scratch/away"
is "$(client ehlo)" False 'a key that is gone is seen at once'
mv "$scratch/away" "$scratch/one.key"
is "$(client ehlo)" True 'and so is one that is back'
sed -i "/two/d" "$conf"
is "$(client certificate three.test)" 'CN=backup.test EllipticCurve' \
    'another mx.conf holds at once'
kill -0 "$parent"
ok $? 'all by the same process'

# ---- a child that is killed
hold 1
exec 9>"$scratch/fifo.1"
until_true 10 has_children "$parent" 1
until_true 10 grep -q '^250' "$scratch/held.1"
kill -SYS "$(pgrep -P "$parent")" # as its sandbox would
until_true 10 has_said 'child-killed signal=31'
ok $? 'a child that was killed is told of'
exec 9>&-
like "$(client mail)" '^TLSv1.3 250 ' 'and others are served'
is "$(grep -c child-killed "$scratch/tls.log")" 1 'once'

# ---- the end
hold 2
exec 9>"$scratch/fifo.2"
until_true 10 has_children "$parent" 1
until_true 10 grep -q '^250' "$scratch/held.2"
kill "$parent"
until_true 10 test ! -e "$scratch/tls"
ok $? 'SIGTERM: the socket is gone'
echo 'NOOP' >&9
until_true 10 grep -q '^250 2.0.0' "$scratch/held.2"
ok $? 'the connection in hand goes on'
is "$(client verb)" '454 250' 'nobody new is served'
echo QUIT >&9
exec 9>&-
until_true 10 is_gone "$parent"
ok $? 'and with it the program ends'

# ---- under a socket of systemd's, as another user, who alone can read the key
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$scratch"
	chown nobody "$scratch/one.key"
	chmod 600 "$scratch/one.key"
	install -m 755 "$build/libexec/mx-tls" "$scratch/mx-tls"
	mkdir "$scratch/run"
	chown nobody "$scratch/run"
	runuser -u nobody -- systemd-socket-activate -l "$scratch/run/tls" \
	    "$scratch/mx-tls" -f "$conf" 2>"$scratch/tls.log" &
	will_stop $!
	until_true 10 test -S "$scratch/run/tls"
	sed -i "s,^tls_helper.*,tls_helper $scratch/run/tls," "$conf"
	like "$(client mail)" '^TLSv1.3 250 ' 'with a socket of systemd'
	like "$(client mail)" '^TLSv1.3 250 ' 'which stays'
	chown root "$scratch/one.key"
	is "$(client ehlo)" False 'a key that can no longer be read is seen'
fi
done_testing
