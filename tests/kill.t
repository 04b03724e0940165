#!/bin/sh
# SPDX-License-Identifier: ISC
# SIGKILL at every system call of receiving and of delivering: what was
# acknowledged is there, once and whole; what a primary did not take is not
# lost; nothing is sent twice but what it had taken already.

# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
ksyscall=$build/tests/tools/ksyscall
[ -x "$ksyscall" ] || skip_all 'ksyscall is not built'
"$ksyscall" -c true 2>/dev/null || skip_all 'no ptrace here'
limit=1500
# it cannot look while another traces
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

# the file of message octets in a spool file, whatever its journal
octets() {
	length=$(head -c 24 "$1" | sed -n 's/^mx1 0*\([0-9][0-9]*\)$/\1/p')
	tail -c +26 "$1" | head -c "${length:-0}"
}

new_instance
add_domain b.test
add_domain c.test
policy "UPDATE policy SET verdict = 'off' WHERE test = 'pregreet'"
awk 'BEGIN {
	printf "Subject: kill\r\n\r\n..a line that begins with a dot\r\n"
	for (i = 0; i < 3000; i++) printf "line %d of the text\r\n", i
}' >"$scratch/stuffed"
sed 's/^\.\././' "$scratch/stuffed" >"$scratch/body"
# dialogue RCPT...
dialogue() {
	{
		printf '%s\r\n' 'EHLO client.test' 'MAIL FROM:<a@a.test>' \
		    "$@" DATA
		cat "$scratch/stuffed"
		printf '.\r\nQUIT\r\n'
	} >"$scratch/dialogue"
}

# judge DOMAINS: what a killed mxrecv left behind is right
judge() {
	files=$(find "$spool/queue" -type f 2>/dev/null)
	if grep -q '^250 2.0.0 .* for relay' "$scratch/out"; then
		acknowledged=$((acknowledged + 1))
		# shellcheck disable=SC2086 # a name each
		set -- "$1" $files
		[ $# -eq $(($1 + 1)) ] || return 1
	elif [ -n "$files" ]; then
		window=$((window + 1))
	fi
	for file in $files; do
		octets "$file" | cmp -s - "$scratch/body" || return 1
		[ "$(find "$(dirname "$file")" -type f | wc -l)" -eq 1 ] ||
		    return 1
		mxq show "$(basename "$file")" >"$scratch/shown" 2>&1 &&
		    grep -q a@a.test "$scratch/shown" || return 1
	done
	[ -z "$(find "$spool/tmp" "$spool/bad" -type f 2>/dev/null)" ]
}

# receive DOMAINS OPTION: killed at each call in turn
receive() {
	n=0
	wrong=
	acknowledged=0
	window=0
	while [ $((n += 1)) -le "$limit" ]; do
		rm -rf "$spool"
		"$ksyscall" -l -s "$spool" -t 20 "$2" "$n" \
		    "$build/bin/mxrecv" -f "$conf" <"$scratch/dialogue" \
		    >"$scratch/out" 2>>"$scratch/log"
		status=$?
		judge "$1" || wrong="$wrong $n"
		[ $status -eq 137 ] || break
	done
	is "$status" 0 "mxrecv $2, $1 domain(s): at each of its $n calls"
	is "$wrong" '' 'acknowledged means there, once, whole'
	[ "$acknowledged" -gt 1 ]
	ok $? "the 250 was heard $acknowledged times"
	# eight, and one more that is tried where the answer is a pipe
	[ "$1" -gt 1 ] || [ "$window" -le 9 ]
	ok $? "stored and not acknowledged yet: $window calls"
}

dialogue 'RCPT TO:<b@b.test>'
receive 1 -f
receive 1 -x
dialogue 'RCPT TO:<b@b.test>' 'RCPT TO:<c@c.test>'
receive 2 -f

# ---- delivering
# route PORT: the domain's primary
route() {
	policy "UPDATE domain SET route = '[127.0.0.1]:$1' WHERE name = 'b.test'"
}

primary() {
	rm -rf "$scratch/mx"
	mkdir "$scratch/mx"
	"$tests/peers/fakemx.py" "$scratch/mx" "$@" &
	primary=$!
	will_stop "$primary"
	until_true 10 test -s "$scratch/mx/port"
	route "$(cat "$scratch/mx/port")"
}

taken() {
	find "$scratch/mx" -name 'message.*' | wc -l
}

# fresh: one message waits, for a primary that took nothing yet
dialogue 'RCPT TO:<b@b.test>'
rm -rf "$spool"
mxrecv <"$scratch/dialogue" >"$scratch/out" 2>>"$scratch/log"
cp -a "$spool" "$scratch/spool.ready"
cp -a "$scratch/state.db" "$scratch/state.ready" 2>/dev/null
primary

fresh() {
	rm -rf "$spool" "$scratch"/state.db* "$scratch"/mx/message.*
	cp -a "$scratch/spool.ready" "$spool"
}

# drain STRIDE: killed at each call in turn, or each STRIDE-th, and run again
drain() {
	n=0
	wrong=
	window=0
	while [ $((n += $1)) -le "$limit" ]; do
		fresh
		"$ksyscall" -l -f -s mx.conf -t 20 "$n" \
		    "$build/bin/mxrun" -f "$conf" b.test \
		    >>"$scratch/log" 2>&1
		status=$?
		[ $status -eq 137 ] || break
		mxrun b.test >>"$scratch/log" 2>&1
		# a bounce goes out in the walk after the one that made it
		[ "$(count_queued)" -eq 0 ] ||
		    mxrun a.test >>"$scratch/log" 2>&1
		copies=$(taken)
		[ "$copies" -le 1 ] || window=$((window + 1))
		[ "$copies" -ge 1 ] && [ "$copies" -le 2 ] &&
		    [ "$(count_queued)" -eq 0 ] && [ "$(mails)" -eq 1 ] ||
		    wrong="$wrong $n:$copies"
	done
	is "$status" 0 "mxrun, $2: at every call of $n, in steps of $1"
	is "$wrong" '' 'not lost, and one message only'
	# the primary keeps a message before it answers
	[ "$window" -le $((8 / $1 + 1)) ]
	ok $? "sent twice where the primary had taken it: $window times"
}

# mails: how many different ones the primary took
mails() {
	grep -aihm1 '^\(Subject: kill\|Message-ID:\)' \
	    "$scratch"/mx/message.* 2>/dev/null | sort -u | wc -l
}

drain 1 'a delivery'
stop "$primary"
add_domain a.test
primary 'RCPT:b@b.test=550 5.1.1 nobody'
policy "UPDATE domain SET route =
    (SELECT route FROM domain WHERE name = 'b.test') WHERE name = 'a.test'"
drain 5 'a bounce'

done_testing
