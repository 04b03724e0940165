#!/bin/sh
# SPDX-License-Identifier: ISC
# REQUIRETLS and TLS-Required (RFC 8689): what is offered and kept, where such
# mail goes, where it does not, and what its sender hears.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/certificates.sh
. "$tests/peers/certificates.sh"

client() {
	"$tests/peers/tlsclient.py" "$port" requiretls "$@" 2>&1 | tail -1
}
offer='EHLO=250-mx.test|250-PIPELINING|250-CHUNKING|250 STARTTLS'
behind='TLS:EHLO=250-mx.test|250-PIPELINING|250-DSN|250 CHUNKING'
go='STARTTLS=220 go'
# primary CERTIFICATE RULE…: of b.test, named by its row
primary() {
	[ -z "${primary_pid-}" ] || stop "$primary_pid"
	export FAKEMX_TLS="$scratch/$1.both"
	shift
	start_primary "$@"
	policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
}
run() {
	mxrun "${1-b.test}" 2>"$scratch/log.run"
}
only() {
	find "$spool/queue" -type f -delete
	client "$@" >/dev/null
}

certificate good IP:127.0.0.1
certificate other DNS:other.test
certificate backup DNS:backup.test
new_instance
verdict pregreet off
add_domain b.test
cat >>"$conf" <<-END
	tls_certificate $scratch/backup.both
	tls_authorities $scratch/good.pem
END
listen

# ---- in
is "$(client REQUIRETLS)" 'False True 530 5.7.10 250 250 354 250' \
    'it is offered, and taken, over TLS only'
id=$(basename "$(queued b.test)")
like "$(mxq show "$id")" 'REQUIRETLS' 'and is kept'
like "$(mxq --json show "$id")" '"tls":"required"' 'in JSON too'
like "$(client REQUIRETLS=1)" ' 501 ' 'it has no value'
only '' 'TLS-Required: No'
like "$(mxq --json show "$(basename "$(queued b.test)")")" '"tls":"optional"' \
    'TLS-Required: No is kept'
only '' 'TLS-Required: Yes'
like "$(mxq --json show "$(basename "$(queued b.test)")")" '"tls":""' \
    'another word is not'
only REQUIRETLS 'TLS-Required: No'
like "$(mxq --json show "$(basename "$(queued b.test)")")" '"tls":"required"' \
    'nor is the field where REQUIRETLS is'

# ---- out, where all is as it should be
primary good "$offer" "$go" \
    'TLS:EHLO=250-mx.test|250-REQUIRETLS|250-PIPELINING|250 CHUNKING'
run
is "$(count_taken):$(count_queued)" 1:0 'it goes to a primary that has it'
like "$(grep '^MAIL' "$scratch/mx/log")" ' REQUIRETLS$' 'which hears of it'
like "$(cat "$scratch/log.run")" 'verified=pkix' 'over a verified session'

# ---- out, where it is not
primary good "$offer" "$go" "$behind"
only 'REQUIRETLS RET=FULL'
client >/dev/null
run
is "$(count_taken)" 1 'a primary without it gets the other message alone'
is "$(grep -c '^MAIL.*REQUIRETLS' "$scratch/mx/log")" 0 'and no REQUIRETLS'
like "$(cat "$scratch/log.run")" \
    'failed .*550 5.7.30 REQUIRETLS support required' 'this one is bounced'
bounce=$(queued client.test)
like "$(cat "$bounce")" '^Status: 5.7.30' 'with the code that says why'
is "$(grep -c secret "$bounce")" 0 'and without the text, RET=FULL or not'
like "$(mxq --json show "$(basename "$bounce")")" '"tls":"required"' \
    'the bounce is to be kept secret as well'
for case in 'other|a certificate of another' 'good|no STARTTLS'; do
	rules=$offer
	[ "${case%%|*}" = other ] || rules='EHLO=250-mx.test|250 REQUIRETLS'
	primary "${case%%|*}" "$rules" "$go" \
	    'TLS:EHLO=250-mx.test|250-REQUIRETLS|250-PIPELINING|250 CHUNKING'
	only REQUIRETLS
	client >/dev/null
	run
	is "$(count_taken):$(count_queued)" 1:1 "${case#*|}: it waits, others do not"
	like "$(cat "$scratch/log.run")" \
	    'deferred .*450 4.7.10 Encryption needed' 'and the log says why'
	is "$(grep -c primary-down "$scratch/log.run")" 0 \
	    'the primary is not down'
done
policy 'UPDATE domain SET route = NULL'
only REQUIRETLS
run
is "$(count_queued)" 1 'no route: it waits'
primary good
stop "$primary_pid"
primary_pid=
only REQUIRETLS
run
like "$(cat "$scratch/log.run")" 'primary-down .*4.4.1' \
    'a primary that is down is just that'
is "$(count_queued)" 1 'and it waits as all do'

# ---- a bounce
primary good "$offer" "$go" "$behind"
only REQUIRETLS '' ''
run
is "$(count_taken)" 1 'a bounce goes where there is no REQUIRETLS'
primary other "$offer" "$go" \
    'TLS:EHLO=250-mx.test|250-REQUIRETLS|250-PIPELINING|250 CHUNKING'
only REQUIRETLS '' ''
run
like "$(grep '^MAIL' "$scratch/mx/log")" '<>.* REQUIRETLS' \
    'and has it where it is, whoever that is'

done_testing
