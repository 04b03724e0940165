#!/bin/sh
# SPDX-License-Identifier: ISC
# STARTTLS in: who may ask and when, what comes through, what does not.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

client() {
	"$tests/peers/tlsclient.py" "$port" "$@" 2>&1 | tail -1
}
# helpers: the mx-tls that run here
helpers() {
	pgrep -f "^mx-tls" --ns $$ --nslist net | wc -l
}
no_helper() {
	[ "$(helpers)" -eq 0 ]
}

new_instance
verdict pregreet off
add_domain b.test
certificate rsa DNS:backup.test '' -newkey rsa:2048
certificate ec DNS:backup.test
certificate other DNS:other.test '' -newkey rsa:2048
listen

# ---- offered or not
is "$(client ehlo)" False 'without a certificate it is not offered'
is "$(client verb)" '502 250' 'and not known'
cat >>"$conf" <<-END
	tls_certificate $scratch/rsa.pem
	tls_key $scratch/other.key
END
is "$(client ehlo)" False 'with the wrong key it is not offered'
like "$(cat "$scratch/log")" 'no-starttls error=.*not the key' \
    'and the log says why'
like "$(mxrecv -n)" '^# STARTTLS is not offered: .*not the key' 'so does -n'
is "$(client ehlo)" False 'and not again'
is "$(grep -c no-starttls "$scratch/log")" 1 'which is not asked anew'
sed -i 's,other.key,rsa.key,' "$conf"
is "$(client ehlo)" True 'with the right key it is'
is "$(mxrecv -n | tail -1)" '# STARTTLS is offered' 'says -n'
mv "$scratch/rsa.key" "$scratch/rsa.away"
is "$(client ehlo)" False 'a key that is gone is seen at once'
like "$(mxrecv -n)" 'rsa.key: No such file' '-n names it'
mv "$scratch/rsa.away" "$scratch/rsa.key"
is "$(client ehlo)" True 'and so is one that is back'
cp "$scratch/rsa.key" "$scratch/rsa.good"
is "$(cd "$scratch" && echo state.db-t*)" state.db-tls 'one file remembers that'
sed "s,$scratch/rsa.pem,$scratch/other.pem,; s,$scratch/rsa.key,$scratch/other.key," \
    "$conf" >"$scratch/doubtful.conf"
like "$("$build/bin/mxrecv" -f "$scratch/doubtful.conf" -n)" \
    'offered, but no certificate is for the name backup.test' \
    '-n sees a certificate for another name'

# ---- the dialogue
is "$(client order)" 'True False 503 501 250 503 250 503 503 221' \
    'where STARTTLS may be, and that all is forgotten behind it'
like "$(client mail)" '^TLSv1.3 250 ' 'a message over TLS 1.3'
file=$(queued b.test | head -1)
like "$(tr -d '\n' <"$file")" \
    'Received:%20from%20client.test[^ ]*%0D%0A%09\(using%20TLSv1.3%20with%20cipher%20TLS_[A-Z0-9_]*%20\(256/256%20bits\)\)%0D%0A%09by%20backup.test%20with%20ESMTPS%20' \
    'Received says so'
like "$(grep 'session ' "$scratch/log")" \
    'tls=TLSv1.3 cipher=TLS_[A-Z0-9_]* .*end=quit' 'so does the log'
like "$(client mail 1.2)" '^TLSv1.2 250 ' 'over TLS 1.2'
like "$(client refused 1.1)" 'ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL' \
    'TLS 1.1 is refused'
is "$(client big 5000000)" '250 221' 'five megabytes'
before=$(count_queued)
is "$(client pipelined)" '554 True' 'a command behind STARTTLS is the end'
is "$(client injected)" refused 'so is one that comes later'
is "$(client cut notify)" closed 'close_notify within a chunk is the end'
is "$(client cut tcp)" closed 'so is the end of TCP'
for how in notify tcp; do
	for end in '' '\r\n' '\r\n.' '\r\n.\r' '\n.\n'; do
		is "$(client truncated $how "$end")" closed \
		    "$how behind 'text$end' is the end of the connection"
	done
done
is "$(count_queued)" "$before" 'not of the data: nothing of it is kept'
is "$(client resume)" 'False True True' \
    'a session is resumed, by another process'
is "$(client resume 1.2)" 'False False False' 'but not under TLS 1.2'
until_true 10 no_helper
ok $? 'no helper is left'

# ---- several certificates
cat >>"$conf" <<-END
	tls_certificate $scratch/ec.pem
	tls_key $scratch/ec.key
	tls_certificate $scratch/other.pem
	tls_key $scratch/other.key
END
is "$(client certificate backup.test ECDHE-ECDSA-AES256-GCM-SHA384)" \
    'CN=backup.test EllipticCurve' 'ECDSA for whom it suits'
is "$(client certificate backup.test ECDHE-RSA-AES256-GCM-SHA384)" \
    'CN=backup.test RSA' 'RSA for others'
is "$(client certificate other.test)" 'CN=other.test RSA' 'by SNI'
is "$(client certificate third.test ECDHE-RSA-AES256-GCM-SHA384)" \
    'CN=backup.test RSA' 'our own for a name that is not ours'
is "$(client certificate - ECDHE-RSA-AES256-GCM-SHA384)" 'CN=backup.test RSA' \
    'and without a name'
certificate other DNS:new.test '' -newkey rsa:2048
is "$(client certificate new.test)" 'CN=new.test RSA' \
    'a new certificate is there for the next connection'
certificate other DNS:other.test '' -newkey rsa:2048
sed -i "/^tls_/d" "$conf"
echo "tls_certificate $scratch/ec.both" >>"$conf"
is "$(client certificate backup.test)" 'CN=backup.test EllipticCurve' \
    'certificate and key in one file'

# ---- the helper in trouble
sed "s,^libexec.*,libexec $scratch/libexec," "$conf" >"$conf.new"
mkdir "$scratch/libexec"
mv "$conf.new" "$conf"
is "$(client ehlo)" False 'without mx-tls it is not offered'
cp "$build/libexec/mx-tls" "$scratch/libexec"
rm -f "$scratch/state.db-tls"
is "$(client ehlo)" True 'with it, it is'
rm "$scratch/libexec/mx-tls"
is "$(client verb)" '454 250' 'when it is suddenly gone: 454'
is "$(client ehlo)" False 'and then not offered'
cat >"$scratch/libexec/mx-tls" <<'END'
#!/bin/sh
while read -r l && test -n "$l"; do :; done
printf "ready=yes\n\n"
kill -9 $$
END
chmod +x "$scratch/libexec/mx-tls"
rm -f "$scratch/state.db-tls"
like "$(client mail)" 'Error' 'a helper that dies is the end of the connection'
like "$(grep tls-failed "$scratch/log" | tail -1)" 'error=' 'and is in the log'

done_testing
