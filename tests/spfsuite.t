#!/bin/sh
# SPDX-License-Identifier: ISC
# mx-spf by the test suite of RFC 7208, which lies beside this tree or is named
# by SPF_SUITE; those that fail must be those that mx-spf(8) lists.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

suite=${SPF_SUITE:-$top/../shared/vectors/rfc7208-tests.yml}
[ -r "$suite" ] || skip_all 'no rfc7208-tests.yml'
python3 -c 'import yaml' 2>/dev/null || skip_all 'no python3-yaml'

SPF_DEADLINE_MS=$((2000 * slow)) "$tests/peers/spfsuite.py" "$suite" \
    "$build/libexec/mx-spf" >"$scratch/said" 2>&1
sed 's/^/# /' "$scratch/said"
is "$(grep -c '^ok' "$scratch/said")" 201 'so many pass'
is "$(sed -n 's/^not ok [0-9]* - \([^:]*\):.*/\1/p' "$scratch/said" | sort)" \
    'mx-colon-domain
mx-colon-domain-ip4mapped' 'those that fail are known'
done_testing
