# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# For fail.t and nomem.t: a message comes in, or goes out, while something
# fails.  Who reads this has under COMMAND…, and something fails in that; each
# says what is wrong then, or nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# set_up: an instance for b.test, and what a client says to it
set_up() {
	new_instance
	add_domain b.test
	verdict pregreet off
	printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<a@a.test>' \
	    'RCPT TO:<b@b.test>' 'DATA' 'Subject: one' '' 'text' '.' 'QUIT' \
	    >"$scratch/dialogue"
	printf 'Subject: one\r\n\r\ntext\r\n' >"$scratch/one"
}

receive() {
	rm -rf "$spool"
	under "$build/bin/mxrecv" -f "$conf" <"$scratch/dialogue" \
	    >"$scratch/out" 2>"$scratch/log"
	status=$?
	[ "$status" -lt 128 ] || echo "died, $status"
	# 5.5.x: the lines that follow a 4xx are no commands then
	grep -a '^5.. 5[.][^5]' "$scratch/out"
	id=$(sed -n 's/^250 2.0.0 Queued as \([^ ]*\).*/\1/p' "$scratch/out")
	[ -z "$id" ] || mxq cat "$id" 2>&1 | cmp -s - "$scratch/one" ||
	    echo lost
	[ "$(count_queued)" -le 1 ] || echo doubled
}

# put_ready: a message that waits, and its primary
put_ready() {
	rm -rf "$spool"
	send a@a.test b@b.test out
	cp -a "$spool" "$scratch/ready"
	start_primary
	policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
}
# hand_over DOMAIN…: it, once, when those are tried again behind the failure
hand_over() {
	rm -rf "$spool" "$scratch"/state.db* "$scratch"/mx/message.*
	cp -a "$scratch/ready" "$spool"
	under "$build/bin/mxrun" -f "$conf" b.test >/dev/null 2>"$scratch/log"
	status=$?
	[ "$status" -lt 128 ] || echo "died, $status"
	for domain in "$@"; do
		mxrun "$domain" >/dev/null 2>&1
	done
	[ "$(count_queued)" -eq 0 ] || echo 'still there'
	taken=$(find "$scratch/mx" -name 'message.*' | wc -l)
	[ "$taken" -eq 1 ] || echo "sent $taken times"
}
deliver() {
	hand_over b.test
}
