#!/bin/sh
# SPDX-License-Identifier: ISC
# SIGKILL in the midst of a message that goes through to the primary, at calls
# of mxrecv or of all it started: what was acknowledged is at the primary or in
# the queue, whole; and in both only where the primary's last word was lost.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
ksyscall=$build/tests/tools/ksyscall
[ -x "$ksyscall" ] || skip_all 'ksyscall is not built'
"$ksyscall" -c true 2>/dev/null || skip_all 'no ptrace here'

new_instance
start_primary "$@"
add_domain b.test "[127.0.0.1]:$primary_port"
verdict pregreet off
verdict when_up defer
setting when_up relay b.test
{
	printf 'Subject: kill\r\n\r\n'
	awk 'BEGIN { for (i = 0; i < 3000; i++) printf "line %d\r\n", i }'
} >"$scratch/body"
{
	printf '%s\r\n' 'EHLO client.test' 'MAIL FROM:<a@a.test>' \
	    'RCPT TO:<b@b.test>' DATA
	cat "$scratch/body"
	printf '.\r\nQUIT\r\n'
} >"$scratch/dialogue"

# whole FILE: the message is in it, behind what was put before it
whole() {
	sed '1,/^	for/d' "$1" | cmp -s - "$scratch/body"
}
# in_queue: the message of a spool file; its fields stand in the journal
in_queue() {
	tail -c +26 "$1" | head -c "$(wc -c <"$scratch/body")" |
	    cmp -s - "$scratch/body"
}

# receive STRIDE OPTION...: killed at each STRIDE-th call
receive() {
	stride=$1
	shift
	n=0
	wrong='' acknowledged=0 at_primary=0 twice=0 kept=0
	while [ $((n += stride)) -le 3000 ]; do
		rm -rf "$spool" "$scratch"/mx/message.* "$scratch"/state.db*
		"$ksyscall" -l -s mx.conf -t 20 "$@" "$n" \
		    "$build/bin/mxrecv" -f "$conf" <"$scratch/dialogue" \
		    >"$scratch/out" 2>>"$scratch/log"
		status=$?
		judge || wrong="$wrong $n"
		[ $status -eq 137 ] || break
	done
	is "$status" 0 "mxrecv $*: killed at $((n / stride)) of its calls"
	is "$wrong" '' 'acknowledged means there, whole'
	[ "$acknowledged" -ge 1 ] && [ "$at_primary" -ge 1 ]
	ok $? "heard $acknowledged times; the primary had it $at_primary times"
}
judge() {
	# what the primary was told to forget is not in
	sleep 0.05
	set -- "$scratch"/mx/message.*
	[ -e "$1" ] || shift
	files=$(find "$spool/queue" -type f 2>/dev/null)
	at_primary=$((at_primary + $#))
	[ $# -eq 0 ] || whole "$1" || return 1
	[ -z "$files" ] || in_queue "$files" || return 1
	[ -z "$files" ] || kept=$((kept + 1))
	[ $# -eq 0 ] || [ -z "$files" ] || twice=$((twice + 1))
	grep -q '^250 2.0.0 \(taken\|Queued\)' "$scratch/out" || return 0
	acknowledged=$((acknowledged + 1))
	[ $# -gt 0 ] || [ -n "$files" ]
}

receive 9
is "$twice" 0 'it is nowhere twice'
receive 23 -f
is "$twice" 0 'nor where all die at once'
receive 17 -f -1
[ "$twice" -le 2 ]
ok $? "one process dies: kept $kept times, twice $twice"
[ "$kept" -gt 0 ]
ok $? 'where it was the helper, the message is kept'
done_testing
