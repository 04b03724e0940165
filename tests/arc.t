#!/bin/sh
# SPDX-License-Identifier: ISC
# ARC against python3-dkim, and by the ARC test suite, which lies beside this
# tree or is named by ARC_SUITE.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

python3 -c 'import dkim, authres, yaml' 2>/dev/null ||
    skip_all 'no python3-dkim, python3-authres, python3-yaml'
export PYTHONDONTWRITEBYTECODE=1
for key in good:2048 other:1024 short:512; do
	openssl genrsa -traditional -out "$scratch/${key%:*}" "${key#*:}" \
	    2>/dev/null
done
openssl genpkey -algorithm ed25519 -out "$scratch/edwards" 2>/dev/null
openssl rsa -in "$scratch/good" -pubout -out "$scratch/good.pub" 2>/dev/null
"$tests/peers/arcpeer.py" "$build/libexec" "$scratch" >"$scratch/said" 2>&1
is $? 0 'chains of another implementation'
grep -Ev '^ok|^1\.\.' "$scratch/said" | sed 's/^/# /'
tap_lines=$(grep -c '^ok' "$scratch/said")
ok "$((tap_lines < 130))" "in $tap_lines cases"

# ---- as mxrecv seals
# take NAME: a message in; $scratch/taken is what is handed over
take() {
	rm -rf "$spool"
	: >"$scratch/log"
	cat >"$scratch/session" <<-END
		< 220
		> EHLO client.example.org
		< 250
		> MAIL FROM:<a@sender.test>
		< 250
		> RCPT TO:<b@example.com>
		< 250
		> DATA
		< 354
		> From: a@sender.test
		> Subject: $1
		>
		> text
		> .
		< 250
		> QUIT
		< 221
	END
	# shellcheck disable=SC2016 # the inner shell's
	"$tests/peers/dialog.py" "$scratch/session" -- \
	    sh -c 'exec "$0" -f "$1" 2>>"$2"' "$build/bin/mxrecv" "$conf" \
	    "$scratch/log" | grep '^#'
	mxq cat -t "$(basename "$(queued example.com)")" >"$scratch/taken"
}
new_instance
add_domain example.com
take unsealed
grep -qi '^arc-' "$scratch/taken"
is $? 1 'without a key there is no seal'
cat >>"$conf" <<-END
	arc_key $scratch/good
	arc_selector good
END
take sealed
is "$(sed -n 's/^\(A[^:]*\):.*/\1/p' "$scratch/taken" | tr '\n' ' ')" \
    'ARC-Seal ARC-Message-Signature ARC-Authentication-Results Authentication-Results ' \
    'with one it stands before all else'
like "$("$tests/peers/arcpeer.py" "$build/libexec" "$scratch" say \
    <"$scratch/taken")" "b'pass' b'backup.test'" 'and is good'
is "$(sed -n '/^ARC-Auth/,/^Auth/p' "$scratch/taken" | sed '1d;$d')" \
    "$(sed -n '/^Authentication/,/^Received/p' "$scratch/taken" |
	sed '1d;$d' | sed '/^Received/,$d')" \
    'its results are those of Authentication-Results'
echo 'arc_domain mail.test' >>"$conf"
take sealed
grep -q '^	d=mail.test; s=good;' "$scratch/taken"
ok $? 'in the name of arc_domain'
sed -i "s,^arc_key .*,arc_key $scratch/none," "$conf"
take unsealed
grep -qi '^arc-' "$scratch/taken"
is $? 1 'a key that is not there: the message goes on without'
grep -q 'not-sealed .*reason="the key can not be read' "$scratch/log"
ok $? 'which is logged'
cp -r "$build/libexec" "$scratch/libexec"
printf '#!/bin/sh\nkill -9 $$\n' >"$scratch/libexec/mx-arc"
sed -i "s,^libexec .*,libexec $scratch/libexec," "$conf"
echo 'confine no' >>"$conf"
take unsealed
grep -q '^Subject: unsealed' "$scratch/taken" &&
    grep -q 'not-sealed .*mx-arc gave no answer' "$scratch/log"
ok $? 'so does one whose helper dies'

suite=${ARC_SUITE:-$top/../shared/vectors/arc-draft-validation-tests.yml}
if [ -r "$suite" ]; then
	"$tests/peers/arcsuite.py" "$suite" "$build/libexec/mx-dkim" \
	    >"$scratch/said" 2>&1
	grep -v '^ok' "$scratch/said" | sed 's/^/# /'
	is "$(grep -c '^ok' "$scratch/said")" 170 'so many of the suite pass'
	is "$(sed -n 's/^not ok [0-9]* - \([^:]*\):.*/\1/p' "$scratch/said")" \
	    ams_fields_c_na 'the one that does not is known'
fi
done_testing
