# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of the test, whose try() is one message for DOMAIN
# What becomes of a message over TLS: its queue is empty before, said is the log.

# goes DOMAIN HOW NAME: verified so, or "clear"
goes() {
	try "$1"
	is "$(count_queued)" 0 "$3"
	if [ "$2" = clear ]; then
		is "$(printf '%s\n' "$said" | grep -c '^tls ')" 0 'in clear'
	else
		like "$said" "^tls .*verified=$2" "verified: $2"
	fi
	[ "$(count_queued)" = 0 ] || printf '%s\n' "$said" | sed 's/^/# /'
}
# waits DOMAIN WHY NAME
waits() {
	try "$1"
	is "$(count_queued)" 1 "$3"
	like "$said" "$2" 'and it is said'
}
