#!/bin/sh
# SPDX-License-Identifier: ISC
# mxrecv -n: what keeps a configuration from working, said before mail comes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

comments() {
	mxrecv -n | grep '^#'
}

new_instance
like "$(comments)" '^# policy: no domain is handled yet' 'an empty table domain'
add_domain b.test
is "$(comments)" '# STARTTLS is not offered: no tls_certificate' \
    'a bare host: nothing but that'

# ---- the seal
openssl genrsa -out "$scratch/arc.pem" 2048 2>/dev/null
openssl genpkey -algorithm ed25519 -out "$scratch/ed.pem" 2>/dev/null
cp "$conf" "$conf.plain"
key() {
	cp "$conf.plain" "$conf"
	printf 'arc_key %s\narc_selector s1\n' "$1" >>"$conf"
}
key "$scratch/arc.pem"
like "$(comments)" "^# Mail is sealed; .* s1._domainkey.backup.test\$" \
    'a good arc_key, and where its public half belongs'
while read -r file why name; do
	key "$scratch/$file"
	like "$(comments)" "^# Mail is not sealed: $scratch/$file: .*$why" "$name"
done <<-END
	gone.pem No.such.file an arc_key that is not there
	mx.conf . a file that is no key
	ed.pem RSA a key of another kind
END
cp "$conf.plain" "$conf"

# ---- places
mkdir "$scratch/libexec"
sed "s,^libexec.*,libexec $scratch/libexec," "$conf.plain" >"$conf"
like "$(comments)" "^# libexec: $scratch/libexec/mx-spf can not be run: No such" \
    'a helper that is missing'
sed "s,^policy.*,policy $scratch/none.db," "$conf.plain" >"$conf"
like "$(comments)" '^# policy: all mail is deferred, .*none.db' \
    'a policy.db that is not there'
sed "s,^spool.*,spool $scratch/no/spool," "$conf.plain" >"$conf"
like "$(comments)" "^# spool: no mail can be taken, $scratch/no can not" \
    'a spool that can not be made'
sed "s,^state.*,state $scratch/no/state.db," "$conf.plain" >"$conf"
like "$(comments)" "^# state: nothing is remembered, $scratch/no can not" \
    'no place for state.db'
cp "$conf.plain" "$conf"
printf 'clamd %s\nspamd 127.0.0.1:9\n' "$scratch/clamd.sock" >>"$conf"
like "$(comments)" "^# clamd: nobody answers at $scratch/clamd.sock: No such" \
    'clamd is not there'
like "$(comments)" '^# spamd: nobody answers at 127.0.0.1:9: Connection refused' \
    'nor is spamd'

# ---- certificates
cp "$conf.plain" "$conf"
printf 'tls_certificate %s\n' "$scratch/gone.pem" >>"$conf"
like "$(comments)" '^# STARTTLS is not offered: .*gone.pem: No such file' \
    'a certificate that is not there'
printf 'nonsense\n' >"$scratch/gone.pem"
like "$(comments)" '^# STARTTLS is not offered: .*gone.pem' 'one that is none'

done_testing
