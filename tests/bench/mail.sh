#!/bin/sh
# SPDX-License-Identifier: ISC
# Messages of 4 KB and one of 256 MiB, in and out, beside Postfix's smtpd with
# the same client, beside smtp-source straight into smtp-sink, and beside a
# plain copy with a sync.  Seconds of wall clock; CPU is that of the children.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/peers/postfix.sh
. "$tests/peers/postfix.sh"

messages=${BENCH_MESSAGES:-300}
large=${BENCH_LARGE:-268435456}
unpack_postfix || {
	echo 'bench: no Postfix package' >&2
	exit 1
}

now() {
	date +%s.%N
}

# took COMMAND...: seconds into $took, the command's status is kept
took() {
	began=$(now)
	"$@" >"$scratch/said" 2>&1
	status=$?
	took=$(echo "$(now) $began" | awk '{ printf "%.3f", $1 - $2 }')
	[ $status -eq 0 ] || {
		echo "bench: $* failed:" >&2
		tail -5 "$scratch/said" >&2
		exit 1
	}
}

# row NAME OURS THEIRS PEER
row() {
	echo "$2 $3" | awk -v name="$1" -v peer="$4" -v n="${5-1}" '{
		if (n > 1) printf "%-34s %8.0f/s %8.0f/s  x%.2f  %s\n",
		    name, n / $1, n / $2, $2 / $1, peer
		else printf "%-34s %8.2f s %8.2f s  x%.2f  %s\n",
		    name, $1, $2, $2 / $1, peer
	}'
}

# source_to PORT SESSIONS SIZE COUNT
source_to() {
	from_postfix smtp-source -M client.test -s "$2" -l "$3" -m "$4" \
	    -f a@a.test -t b@b.test "127.0.0.1:$1"
}

sink_at() {
	start_sink -u nobody "127.0.0.1:$1" 200
	until_true 10 listens "$1"
}

echo "                                       ours      peer  ratio"
new_instance
add_domain b.test
listen
if start_postfix b.test; then
	echo 'defer_transports = virtual' >>"$home/etc/main.cf"
	for sessions in 1 20; do
		took source_to "$port" $sessions 4096 "$messages"
		ours=$took
		took source_to "$postfix_port" $sessions 4096 "$messages"
		row "4 KB in, $sessions session(s)" "$ours" "$took" \
		    'Postfix smtpd' "$messages"
	done
else
	echo 'bench: Postfix does not start; its rows are left out' >&2
	took source_to "$port" 20 4096 "$messages"
fi

waiting=$(count_queued)
sink=$(free_port)
sink_at "$sink"
policy "UPDATE domain SET route = '[127.0.0.1]:$sink'"
took mxrun
ours=$took
[ "$(count_queued)" -eq 0 ] || { tail -3 "$scratch/said" >&2; mxq stats >&2; exit 1; }
took source_to "$sink" 1 4096 "$waiting"
row "4 KB out, one domain" "$ours" "$took" 'smtp-source to smtp-sink' \
    "$waiting"

took source_to "$port" 1 "$large" 1
ours=$took
file=$(find "$spool/queue" -type f)
took dd if="$file" of="$scratch/copy" bs=1M conv=fsync
row "$((large >> 20)) MiB in" "$ours" "$took" 'dd conv=fsync'
rm "$scratch/copy"
took mxrun
ours=$took
took source_to "$sink" 1 "$large" 1
row "$((large >> 20)) MiB out" "$ours" "$took" 'smtp-source to smtp-sink'
