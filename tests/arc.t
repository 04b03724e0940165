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
"$tests/peers/arcpeer.py" "$build/libexec" "$scratch" >"$scratch/said" 2>&1
is $? 0 'chains of another implementation'
grep -Ev '^ok|^1\.\.' "$scratch/said" | sed 's/^/# /'
tap_lines=$(grep -c '^ok' "$scratch/said")
ok "$((tap_lines < 90))" "in $tap_lines cases"

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
