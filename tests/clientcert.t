#!/bin/sh
# SPDX-License-Identifier: ISC
# Certificates of clients: who is verified, where that is told, and whom ETRN
# believes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/knot.sh
. "$tests/peers/knot.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

command -v knotd >/dev/null || skip_all 'no knotd'

# issued FILE NAMES [OPTION…]: by our authority, for as many $days, which openssl
# req can not make fewer than one
issued() {
	file=$scratch/$1 names=$2
	shift 2
	openssl req -new -nodes -subj / -addext "subjectAltName=$names" \
	    -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout "$file.key" \
	    -out "$file.csr" "$@" 2>/dev/null
	openssl x509 -req -in "$file.csr" -CA "$scratch/ca.pem" \
	    -CAkey "$scratch/ca.key" -days "${days-30}" -copy_extensions copy \
	    -out "$file.pem" 2>/dev/null
}
# etrn [FILE [OPTION…]]: its answer, for a client with that certificate
etrn() {
	rm -f "$spool"/etrn/*
	with=
	[ -z "${1-}" ] || with="-cert $scratch/$1.pem -key $scratch/$1.key"
	[ $# -eq 0 ] || shift
	# shellcheck disable=SC2086 # words
	printf 'EHLO client.test\r\nETRN b.test\r\nQUIT\r\n' |
	    timeout 60 openssl s_client -starttls smtp -quiet $with "$@" \
		-connect "127.0.0.1:$port" 2>/dev/null | grep -E '^(25[123]|4)'
}
last_session() {
	until_true 5 ended
	seen=$(sessions)
	grep ' *session ' "$scratch/log" | tail -1
}
sessions() {
	grep -c ' *session ' "$scratch/log"
}
# shellcheck disable=SC2317 # by until_true
ended() {
	[ "$(sessions)" -gt "$seen" ]
}
seen=0

certificate ca 'DNS:Test Authority'
certificate backup DNS:backup.test
certificate home DNS:home.b.test
issued mx DNS:other.test,DNS:MX.B.test
issued domain DNS:b.test
issued wild 'DNS:*.b.test'
issued deep 'DNS:*.test'
issued foreign DNS:mx.b.test.evil.test,DNS:other.test
issued server DNS:mx.b.test -addext extendedKeyUsage=serverAuth
issued coder DNS:mx.b.test -addext extendedKeyUsage=codeSigning
issued address IP:127.0.0.1
days=-1 issued old DNS:mx.b.test

dns=$(free_port)
zone test <<-END
	b.test. MX 10 mx.b.test.
	b.test. MX 20 backup.test.
	mx.b.test. A 192.0.2.9
	backup.test. A 127.0.0.1
END
start_knot "127.0.0.1@$dns" test

new_instance
resolver "127.0.0.1:$dns"
verdict pregreet off
add_domain b.test
setting etrn tls b.test
cat >>"$conf" <<-END
	tls_certificate $scratch/backup.pem
	tls_key $scratch/backup.key
END
listen

like "$(etrn mx)" '^459 4.7.1' 'nobody is asked, and nobody believed'
like "$(last_session)" 'tls=TLSv1.3 cipher=[^ ]* octets' 'nor told of'
cat "$scratch/ca.pem" "$scratch/home.pem" >"$scratch/authorities"
echo "tls_client_authorities $scratch/authorities" >>"$conf"
is "$(mxrecv -n | tail -1)" '# STARTTLS is offered' '-n'
like "$(mxrecv -n)" "^tls_client_authorities $scratch/authorities" 'the key'

# ---- whom ETRN believes
like "$(etrn)" '^459 4.7.1' 'a client without a certificate'
like "$(last_session)" 'tls=TLSv1.3 cipher=[^ ]* octets' 'comes in all the same'
like "$(etrn mx)" '^251 ' "one of the domain's exchanger"
like "$(last_session)" 'certificate-for=" other.test mx.b.test"' 'is in the log'
like "$(etrn mx -tls1_2)" '^251 ' 'over TLS 1.2'
like "$(etrn domain)" '^251 ' "one of the domain's own name"
like "$(etrn wild)" '^251 ' 'a wildcard'
like "$(etrn deep)" '^251 ' 'of one label, for the domain itself'
like "$(etrn server)" '^251 ' 'one for servers only, as authorities give them'
like "$(etrn home)" '^459' 'one that is trusted, but of another host'
like "$(last_session)" 'certificate-for=" home.b.test"' 'verified though'
policy "UPDATE domain SET route = '[home.b.test]:25'"
like "$(etrn home)" '^459' 'a route that leads nowhere'
echo 'home.b.test. A 192.0.2.9' >>"$scratch/knot/test.zone"
zone_again test
like "$(etrn home)" '^251 ' 'the host of a route, self-signed'
policy 'UPDATE domain SET route = NULL'
while read -r file failure name; do
	like "$(etrn "$file")" '^459 4.7.1' "$name"
	like "$(last_session)" "certificate-failure=$failure " 'and why'
done <<-END
	old certificate-expired one that has expired
	backup certificate-not-trusted one that nobody vouches for
	coder validation-failure one for other purposes
END
like "$(etrn foreign)" '^459 4.7.1' 'one of other names'
like "$(etrn address)" '^459 4.7.1' 'one of no name'

# ---- mail
if command -v swaks >/dev/null; then
	for file in mx backup; do
		swaks --server "127.0.0.1:$port" --tls --helo client.test \
		    --tls-cert "$scratch/$file.pem" \
		    --tls-key "$scratch/$file.key" --from "$file@client.test" \
		    --to b@b.test >"$scratch/said" 2>&1
		is $? 0 "swaks --tls-cert: $file"
		text=$(queued b.test | xargs grep -l "$file@client" | xargs cat)
		case $file in
		mx) like "$text" 'client%20certificate%20verified:%20other.test\)' \
		    'a verified one is in Received' ;;
		*) is "$(printf %s "$text" | grep -c 'certificate')" 0 \
		    'another is not' ;;
		esac
	done
fi

# ---- resumed: what was verified stays so
like "$(etrn mx -sess_out "$scratch/session")" '^25[13] ' 'a session begun'
like "$(etrn '' -sess_in "$scratch/session")" '^25[13] ' 'and resumed'

# ---- by an mx-tls that listens
cp "$conf" "$conf.alone"
echo "tls_helper $scratch/tls" >>"$conf"
"$build/libexec/mx-tls" -f "$conf" -l "$scratch/tls" 2>"$scratch/tls.log" &
will_stop $!
until_true 10 test -S "$scratch/tls"
like "$(etrn mx)" '^25[13] ' 'a listening mx-tls verifies as well'
like "$(etrn backup)" '^459 4.7.1' 'and as strictly'
cp "$conf.alone" "$conf"

# ---- a file that is of no use
echo nonsense >"$scratch/authorities"
like "$(mxrecv -n)" "^# STARTTLS is offered, but $scratch/authorities: " \
    '-n tells of a file with no certificate'
rm "$scratch/authorities"
like "$(mxrecv -n)" "^# STARTTLS is offered, but $scratch/authorities: No such" \
    'and of one that is not there'
like "$(etrn mx)" '^459' 'nobody is verified then'
like "$(last_session)" 'tls=TLSv1.3' 'but TLS it is'

done_testing
