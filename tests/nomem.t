#!/bin/sh
# SPDX-License-Identifier: ISC
# Memory runs out once, at one allocation after another: nobody dies of it,
# nothing that was acknowledged is lost, and the client hears 4xx at worst.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

step=${NOMEM_STEP:-97} # of the allocations, one in so many; the long form: 1
nomem=$build/tests/preload/nomem.so
[ -e "$nomem" ] || skip_all 'nomem.so is not built'
! grep -q __asan_init "$build/bin/mxrecv" ||
    skip_all 'a sanitizer has an allocator of its own'

# short AT COMMAND…: whether there were so many is whether $scratch/hit is there
short() {
	at=$1
	shift
	rm -f "$scratch/hit"
	env "LD_PRELOAD=$nomem" "NOMEM_AT=$at" "NOMEM_FILE=$scratch/hit" "$@"
}

# each FUNCTION
each() {
	wrong='' n=1
	while "$1" "$n" && [ -e "$scratch/hit" ]; do
		n=$((n + step))
	done
}
# is_wrong N WHAT
is_wrong() {
	wrong="$wrong
$1: $2"
}

new_instance
add_domain b.test
policy "UPDATE policy SET verdict = 'off' WHERE test = 'pregreet'"
policy "INSERT INTO dnsbl(zone) VALUES('list.test')"
policy "UPDATE policy SET verdict = 'log' WHERE test NOT IN
    ('helo', 'relay', 'size', 'pregreet')"
mxrecv </dev/null >/dev/null 2>&1 # makes state.db
printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<a@a.test>' 'RCPT TO:<b@b.test>' \
    'DATA' 'Subject: one' '' 'text' '.' 'QUIT' >"$scratch/dialogue"
printf 'Subject: one\r\n\r\ntext\r\n' >"$scratch/one"
receive() {
	rm -rf "$spool"
	short "$1" "$build/bin/mxrecv" -f "$conf" <"$scratch/dialogue" \
	    >"$scratch/out" 2>"$scratch/log"
	status=$?
	[ "$status" -lt 128 ] || is_wrong "$1" "died, $status"
	# 5.5.x: the lines that follow a 4xx are no commands then
	! grep -q '^5.. 5[.][^5]' "$scratch/out" || is_wrong "$1" '5xx'
	id=$(sed -n 's/^250 2.0.0 Queued as \([^ ]*\).*/\1/p' "$scratch/out")
	[ -z "$id" ] || mxq cat "$id" 2>&1 | cmp -s - "$scratch/one" ||
	    is_wrong "$1" lost
	[ "$(count_queued)" -le 1 ] || is_wrong "$1" doubled
}
each receive
is "$wrong" '' "mail comes in, one in $step of $n allocations fails"

rm -rf "$spool"
send a@a.test b@b.test out
cp -a "$spool" "$scratch/ready"
start_primary
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
deliver() {
	rm -rf "$spool" "$scratch"/state.db* "$scratch"/mx/message.*
	cp -a "$scratch/ready" "$spool"
	short "$1" "$build/bin/mxrun" -f "$conf" b.test >/dev/null \
	    2>"$scratch/log"
	status=$?
	[ "$status" -lt 128 ] || is_wrong "$1" "died, $status"
	mxrun b.test >/dev/null 2>&1
	[ "$(count_queued)" -eq 0 ] || is_wrong "$1" 'still there'
	taken=$(find "$scratch/mx" -name 'message.*' | wc -l)
	[ "$taken" -eq 1 ] || is_wrong "$1" "sent $taken times"
}
each deliver
is "$wrong" '' "mail goes out, one in $step of $n allocations fails"

done_testing
