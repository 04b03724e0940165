#!/bin/sh
# SPDX-License-Identifier: ISC
# The spool when system calls fail, and when the writer is killed at any of
# them: what was acknowledged (its id printed) is there, and whole; nothing is
# there in part.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || skip_all 'no strace'
new_instance
make=$build/tests/tools/mkspool
LC_ALL=C
export LC_ALL

strace -o /dev/null true 2>/dev/null || skip_all 'no ptrace'
head -c 200000 /dev/urandom >"$scratch/large"
printf 'Subject: small\r\n\r\n' >"$scratch/small"

# attempt INJECT BODY: one message, its id in acknowledged
attempt() {
	rm -rf "$spool"
	strace -o /dev/null -e trace="${1%%:*}" -e inject="$1" "$make" \
	    -j 'try at=1 host=h reply=later' "$spool" example.com \
	    <"$scratch/$2" >"$scratch/id" 2>/dev/null
	code=$?
	attempts=$((attempts + 1))
}

# judge BODY: counts what was lost or is there in part
judge() {
	id=$(cat "$scratch/id")
	[ "$code" -ne 0 ] || [ -n "$id" ] || lost=$((lost + 1))
	if [ -n "$id" ] && [ ! -e "$spool/queue/example.com/$id" ]; then
		lost=$((lost + 1))
	fi
	for there in "$spool"/queue/*/*; do
		[ -e "$there" ] || continue
		mxq cat "${there##*/}" 2>/dev/null |
		    cmp -s - "$scratch/$1" || part=$((part + 1))
	done
	if [ -d "$spool/tmp" ] && [ -n "$(ls -A "$spool/tmp")" ]; then
		part=$((part + 1))
	fi
}

for body in small large; do
	lost=0 part=0 attempts=0 failed=0
	for call in mkdir:EROFS mkdirat:ENOSPC openat:EMFILE openat:EACCES \
	    pwrite64:ENOSPC pwrite64:EIO fsync:EIO linkat:ENOSPC \
	    linkat:EEXIST fchmod:EPERM syncfs:EIO flock:EINTR \
	    getrandom:ENOSYS; do
		for nth in 1 2 3 4 6; do
			attempt "${call%:*}:error=${call#*:}:when=$nth" $body
			judge $body
			failed=$((failed + (code != 0)))
		done
	done
	is "$lost" 0 "$body: nothing is lost in $attempts failing calls"
	is "$part" 0 "$body: nothing is there in part"
	ok "$((failed < 15))" "$body: $failed were said"

	lost=0 part=0 attempts=0 nth=0 codes=
	for call in openat mkdirat pwrite64 fsync linkat fchmod ftruncate \
	    flock utimensat close write; do
		nth=0
		while :; do
			nth=$((nth + 1))
			attempt "$call:signal=KILL:when=$nth" $body
			judge $body
			if [ "$code" -eq 0 ] || [ "$nth" -ge 30 ]; then
				break
			fi
		done
		codes="$codes$nth "
	done
	is "$lost" 0 "$body: nothing is lost in $attempts kills"
	is "$part" 0 "$body: nothing is there in part ($codes)"
done

# a full file system, where we may mount one
if unshare -rm true 2>/dev/null; then
	mkdir "$scratch/full"
	cat >"$scratch/fill" <<-'END'
		mount -t tmpfs -o size=512k tmpfs "$1" || exit 77
		acknowledged=0
		while "$2" "$1/spool" example.com <"$3" >"$1/../id" 2>/dev/null
		do
			acknowledged=$((acknowledged + 1))
		done
		[ -s "$1/../id" ] && echo 'acknowledged and failed'
		ls "$1/spool/queue/example.com" | wc -l
		echo $acknowledged
	END
	out=$(unshare -rm sh "$scratch/fill" "$scratch/full" "$make" \
	    "$scratch/large")
	is "$(printf '%s\n' "$out" | sort -u | grep -c .)" 1 \
	    "a full file system keeps what it took ($(echo "$out" |
	        tail -1))"
fi
done_testing
