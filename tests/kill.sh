# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2034 # tests use what is set here
# For tests/kill_*.t: a program is killed at one system call after another, or
# at each KILL_STRIDE-th.  KILL_FULL=1 is all of each test's sizes of a message and
# numbers of recipients, at every call where KILL_STRIDE is not given.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
ksyscall=$build/tests/tools/ksyscall
[ -x "$ksyscall" ] || skip_all 'ksyscall is not built'
"$ksyscall" -c true 2>/dev/null || skip_all 'no ptrace here'
limit=20000
kilobyte=45 # lines of a body
# calls from where a message is stored until that is acknowledged: eight, and one
# more that is tried where the answer is a pipe
between=9
[ -z "${KILL_FULL-}" ] || KILL_STRIDE=${KILL_STRIDE-1}

# the file of message octets in a spool file, whatever its journal
octets() {
	length=$(head -c 24 "$1" | sed -n 's/^mx1 0*\([0-9][0-9]*\)$/\1/p')
	tail -c +26 "$1" | head -c "${length:-0}"
}

# dialogue LINES RECIPIENTS DOMAIN…: in $scratch/dialogue, and in $scratch/body
# what has to be stored of it
dialogue() {
	recipients=$2
	awk -v n="$1" 'BEGIN {
		printf "Subject: kill\r\n\r\n..a line that begins with a dot\r\n"
		for (i = 0; i < n; i++) printf "line %d of the text\r\n", i
	}' >"$scratch/stuffed"
	sed 's/^\.\././' "$scratch/stuffed" >"$scratch/body"
	shift 2
	{
		printf '%s\r\n' 'EHLO client.test' 'MAIL FROM:<a@a.test>'
		for domain; do
			for i in $(seq "$recipients"); do
				printf 'RCPT TO:<r%d@%s>\r\n' "$i" "$domain"
			done
		done
		printf 'DATA\r\n'
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
		[ "$(grep -o 'r[0-9]*@[bc].test' "$scratch/shown" |
		    sort -u | wc -l)" -eq "$recipients" ] || return 1
	done
	[ -z "$(find "$spool/tmp" "$spool/bad" -type f 2>/dev/null)" ]
}

# recover: what was killed has left a state.db that is well.  Its log is emptied,
# since to read it back costs the next one more calls each time: without this
# the last call is never reached
recover() {
	[ ! -e "$scratch/state.db" ] || {
		well=$(state 'PRAGMA quick_check' \
		    'PRAGMA wal_checkpoint(TRUNCATE)')
		[ "${well%%|*}" = "ok
0" ]
	}
}

# receiving DOMAINS STRIDE NAME COMMAND…: COMMAND N plays the dialogue with an
# mxrecv that is killed at its call N, and ends with 137, or with 0 where there
# are not so many
receiving() {
	domains=$1
	stride=$2
	name=$3
	shift 3
	n=1
	wrong=
	acknowledged=0
	window=0
	while [ $n -le "$limit" ]; do
		rm -rf "$spool"
		recover || wrong="$wrong state:$n"
		"$@" "$n"
		status=$?
		judge "$domains" || wrong="$wrong $n"
		[ $status -eq 137 ] || break
		n=$((n + stride))
	done
	is "$status" 0 "$name: killed up to call $n, each ${stride}th"
	is "$wrong" '' 'acknowledged means there, once, whole'
	[ "$acknowledged" -ge 1 ]
	ok $? "the 250 was heard $acknowledged times"
	[ "$domains" -gt 1 ] || [ "$window" -le $((between / stride + 1)) ]
	ok $? "stored and not acknowledged yet: $window calls"
}
