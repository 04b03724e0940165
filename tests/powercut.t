#!/bin/sh
# SPDX-License-Identifier: ISC
# The power fails while messages come in, and while they go out: whatever the
# disk has kept of what was not synced, nothing acknowledged is lost.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || skip_all 'no strace'
strace -o /dev/null true 2>/dev/null || skip_all 'no ptrace'
cut=$tests/tools/powercut.py
cuts=${CUTS:-500}

new_instance
add_domain b.test
add_domain c.test
mkdir "$scratch/cut" "$scratch/none"
# the instance after the power is back
sed "s,^spool .*,spool $scratch/cut/spool,; s,^state .*,state $scratch/cut.db," \
    "$conf" >"$scratch/cut.conf"

# trace COMMAND…
trace() {
	strace -f -y -xx -s 4194304 -e trace="$("$cut" calls)" \
	    -o "$scratch/trace" "$@"
}
# text SUBJECT LINES
text() {
	printf 'Subject: %s\r\n\r\n' "$1"
	awk -v n="$2" 'BEGIN { while (n-- > 0) print "line " n "\r" }'
}
# mail TEXT RCPT…
mail() {
	echo 'MAIL FROM:<a@a.test>'
	for rcpt in "$2" $3; do
		echo "RCPT TO:<$rcpt>"
	done
	echo DATA
	cat "$1"
	echo .
}

# ---- coming in
text small 1 >"$scratch/small"
text large 30000 >"$scratch/large"
text both 10 >"$scratch/both"
{
	echo 'EHLO client.test'
	mail "$scratch/small" b@b.test
	mail "$scratch/large" b@b.test
	mail "$scratch/both" b@b.test c@c.test
	echo QUIT
} | sed 's/\r*$/\r/' >"$scratch/dialogue"
verdict pregreet off
trace "$build/bin/mxrecv" -f "$conf" <"$scratch/dialogue" >"$scratch/out" \
    2>/dev/null
is "$(grep -c '^250 2.0.0 Queued' "$scratch/out")" 3 'three messages come in'

# a file in the queue is a message that was sent, whole; who was told so finds
# them all
cat >"$scratch/arrived" <<END
for file in $scratch/cut/spool/queue/*/*; do
	[ -e "\$file" ] || continue
	$build/bin/mxq -f $scratch/cut.conf cat "\${file##*/}" \
	    >$scratch/message 2>&1
	subject=\$(sed -n '1s/Subject: \\([a-z]*\\).*/\\1/p' $scratch/message)
	cmp -s $scratch/message "$scratch/\${subject:-absent}" ||
	    echo "\$file is not whole"
	echo "\${subject:-none}" >&9
done 9>$scratch/there
n=\$(grep -c . $scratch/cut/said)
[ "\$n" -lt 1 ] || grep -q small $scratch/there || echo 'small is lost'
[ "\$n" -lt 2 ] || grep -q large $scratch/there || echo 'large is lost'
[ "\$n" -lt 3 ] || [ "\$(grep -c both $scratch/there)" -eq 2 ] ||
    echo 'both is lost'
END
"$cut" "$scratch/trace" "$spool" "$scratch/none" "$scratch/cut" "$cuts" \
    sh "$scratch/arrived" >"$scratch/cuts"
ok $? "coming in: $(tail -n 1 "$scratch/cuts")"
head -n 20 "$scratch/cuts" | sed 's/^/# /'
grep -v fsync "$scratch/trace" >"$scratch/unsynced"
"$cut" "$scratch/unsynced" "$spool" "$scratch/none" "$scratch/cut" 50 \
    sh "$scratch/arrived" >"$scratch/cuts"
is $? 1 "if nothing were synced: $(tail -n 1 "$scratch/cuts")"

# ---- going out: one is taken, one refused, one has to wait for now
add_domain a.test
start_primary 'RCPT:no@b.test=550 5.1.1 nobody' \
    'RCPT:later@b.test=450 4.2.1 not now;250 2.1.5 now' \
    'DATAEND=250 2.0.0 taken'
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
rm -rf "$spool"
for rcpt in yes no later; do
	send a@a.test "$rcpt@b.test" "$rcpt"
done
cp -a "$spool" "$scratch/before"
trace "$build/bin/mxrun" -f "$conf" b.test 2>/dev/null
cp "$scratch/trace" "$scratch/trace.out"
trace "$build/bin/mxrun" -f "$conf" a.test b.test 2>/dev/null
cat "$scratch/trace" >>"$scratch/trace.out"
is "$(count_queued)" 0 'two walks bring all of it out'
# subjects N: of the first N messages that the primary took
subjects() {
	for file in $(seq 1 "$1"); do
		sed -n 's/^Subject: \([^\r]*\).*/\1/p' \
		    "$scratch/mx.traced/message.$file" | head -n 1
	done
}
stop "$primary_pid"
mv "$scratch/mx" "$scratch/mx.traced"
taken=$(find "$scratch/mx.traced" -name 'message.*' | wc -l)
is "$taken" 3 'to a primary that takes two and a bounce'
for n in $(seq 0 "$taken"); do
	subjects "$n" >"$scratch/taken.$n"
done

start_primary 'RCPT:no@b.test=550 5.1.1 nobody' 'DATAEND=250 2.0.0 taken'
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
# what was not taken before the cut is taken after it
cat >"$scratch/resumed" <<END
rm -f $scratch/cut.db* $scratch/mx/message.*
run='$build/bin/mxrun -f $scratch/cut.conf'
{ \$run b.test && \$run a.test b.test; } >$scratch/resumed.log 2>&1 ||
    cat $scratch/resumed.log
n=\$(grep -c '^250 2.0.0 taken' $scratch/cut/said)
for file in $scratch/mx/message.*; do
	[ -e "\$file" ] &&
	    sed -n 's/^Subject: \\([^\\r]*\\).*/\\1/p' "\$file" | head -n 1
done | cat - "$scratch/taken.\$n" | sort -u >$scratch/all
cmp -s $scratch/all $scratch/wanted || diff $scratch/wanted $scratch/all
find $scratch/cut/spool/queue $scratch/cut/spool/bad \
    $scratch/cut/spool/dsn -type f
END
sort -u "$scratch/taken.$taken" >"$scratch/wanted"
"$cut" "$scratch/trace.out" "$spool" "$scratch/before" "$scratch/cut" \
    "$cuts" sh "$scratch/resumed" >"$scratch/cuts"
ok $? "going out: $(tail -n 1 "$scratch/cuts")"
head -n 20 "$scratch/cuts" | sed 's/^/# /'
grep -v -e fsync -e fdatasync "$scratch/trace.out" >"$scratch/unsynced"
"$cut" "$scratch/unsynced" "$spool" "$scratch/before" "$scratch/cut" 100 \
    sh "$scratch/resumed" >"$scratch/cuts"
is $? 1 "if nothing were synced: $(tail -n 1 "$scratch/cuts")"

done_testing
