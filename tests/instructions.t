#!/bin/sh
# SPDX-License-Identifier: ISC
# What is done for a message, counted in instructions by callgrind(1), does not
# grow unseen.  tests/instructions has the counts; who makes one grow by more
# than 5 % changes it, and says in the commit what for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

command -v valgrind >/dev/null || skip_all 'no valgrind'
readelf -p .comment "$build/bin/mxrecv" | grep -q 'GCC: (Debian 12' ||
    skip_all 'another compiler'
! readelf -Ws "$build/bin/mxrecv" | grep -q '__asan_init\|__gcov_init' ||
    skip_all 'counts are of a plain build'

# counted COMMAND…: instructions of it and its children into $counted
counted() {
	rm -f "$scratch"/count.*
	"$@" >"$scratch/said" 2>&1 || sed 's/^/# /' "$scratch/said"
	counted=$(sed -n 's/^summary: //p' "$scratch"/count.* |
	    awk '{ n += $1 } END { print n + 0 }')
}
# grows NAME: against its line
grows() {
	kept=$(sed -n "s/^$1 //p" "$tests/instructions")
	echo "$counted $kept" | awk '{ exit !($1 > 0 && $1 < $2 * 1.05) }'
	ok $? "$1: $counted instructions, $kept are kept"
	[ "$counted" -gt $((kept * 95 / 100)) ] ||
	    echo "# tests/instructions can be lowered: $1 $counted"
}
converse_counted() {
	cat >"$scratch/session"
	"$tests/peers/dialog.py" "$scratch/session" -- \
	    valgrind -q --tool=callgrind \
	    --callgrind-out-file="$scratch/count.%p" \
	    "$build/bin/mxrecv" -f "$conf"
}
accepted() {
	converse_counted <<-END
		< 220
		> EHLO client.example.org
		< 250
		> MAIL FROM:<a@example.org>
		< 250
		> RCPT TO:<b@example.com>
		< 250
		> DATA
		< 354
		$(for _ in $(seq 64); do printf '> %063d\n' 0; done)
		> .
		< 250
		> QUIT
		< 221
	END
}
refused() {
	converse_counted <<-END
		< 220
		> EHLO client.example.org
		< 250
		> MAIL FROM:<a@example.org>
		< 250
		> RCPT TO:<b@foreign.test>
		< 550
		> QUIT
		< 221
	END
}
delivered() {
	valgrind -q --tool=callgrind \
	    --callgrind-out-file="$scratch/count.%p" \
	    "$build/bin/mxrun" -f "$conf"
}

new_instance
printf '%s\n' 'confine no' 'client_names no' >>"$conf"
start_primary
add_domain example.com "[127.0.0.1]:$primary_port"
send a@example.org b@example.com >/dev/null # both databases are there
mxrun 2>/dev/null
counted accepted
is "$(count_queued)" 1 'a message is accepted'
grows accepted
counted delivered
is "$(count_queued)" 0 'and delivered'
grows delivered
counted refused
grows refused

done_testing
