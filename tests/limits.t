#!/bin/sh
# SPDX-License-Identifier: ISC
# mxrecv(8)'s limits of time and space, and the pause of its greeting; a full
# disk on the way out.
if [ -z "${OWN_MOUNTS-}" ] && unshare -m true 2>/dev/null; then
	export OWN_MOUNTS=1
	exec unshare -m "$0" "$@"
fi
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# play SETTING… : the session on stdin, with these lines in mx.conf
play() {
	new_instance
	add_domain example.com
	for setting; do
		sed -i "/^${setting%% *} /d" "$conf"
		printf '%s\n' "$setting" >>"$conf"
	done
	cat >"$scratch/session"
	"$tests/peers/dialog.py" "$scratch/session" -- \
	    ${faster:+"$tests/peers/clock.sh" "+0 x$faster"} \
	    "$build/bin/mxrecv" -f "$conf" >"$scratch/out"
	status=$?
	grep '^#' "$scratch/out"
	ok $status "$(sed -n '1s/# //p' "$scratch/session")"
}

play 'idle_timeout 1' <<'END'
# an idle client is told so
< 220
wait 1.2
< 421 4\.4\.2 backup\.test Waited too long
close
END
play 'idle_timeout 1' <<'END'
# an idle client in the middle of data
< 220
> EHLO client.example.org
< 250
> MAIL FROM:<a@example.org>
< 250
> RCPT TO:<b@example.com>
< 250
> DATA
< 354
> half a message
wait 1.2
< 421 4\.4\.2
close
END
is "$(count_queued)" 0 'leaves nothing'
play "session_timeout $((2 * slow))" 'idle_timeout 100' <<END
# a session that never ends is ended
< 220
> NOOP
< 250
wait $slow
> NOOP
< 250
wait $slow.2
< 421 4\.4\.2 backup\.test The session took too long
close
END
nearly=$((slow - 1)).9 # half of it
play "session_timeout $((2 * slow))" <<END
# the session's time counts within data, too
< 220
> EHLO client.example.org
< 250
> MAIL FROM:<a@example.org>
< 250
> RCPT TO:<b@example.com>
< 250
> DATA
< 354
> x
wait $nearly
> x
wait $nearly
> x
wait $nearly
< 421 4\.4\.2
close
END
faster=100 play <<'END'
# a trickle of data is cut off after a minute of it
< 220
> EHLO client.example.org
< 250
> MAIL FROM:<a@example.org>
< 250
> RCPT TO:<b@example.com>
< 250
> DATA
< 354
> x
wait 0.4
> x
wait 0.4
> x
< 421 4\.4\.2
close
END
faster=

play 'greet_delay 1' <<'END'
# the greeting pauses
< 220
> EHLO client.example.org
< 250
> QUIT
< 221
END
play 'greet_delay 1' <<'END'
# who speaks in the pause is sent away at its next command
>> EHLO client.example.org\r\n
< 220-backup\.test .*\n220-.*\n220 You are
< 421 4\.5\.0
close
END

# free space: a small file system in a mount namespace of its own
small_disk() {
	unshare -m sh -e <<-END
		mount -t tmpfs -o $1 tmpfs '$spool'
		'$tests/peers/dialog.py' '$scratch/session' -- \
		    '$build/bin/mxrecv' -f '$conf' >'$scratch/out'
		find '$spool/queue' -type f | wc -l >'$scratch/files'
	END
}
new_instance
add_domain example.com
mkdir "$spool"
cat >"$scratch/session" <<'END'
# no room
< 220
> EHLO client.example.org
< 250
> MAIL FROM:<a@example.org> SIZE=3000000
< 452 4\.3\.1
> MAIL FROM:<a@example.org> SIZE=100
< 250
> RCPT TO:<b@example.com>
< 250
> DATA
< 354
>
repeat 3000
> 6789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789
> .
< 452 4\.3\.1
> MAIL FROM:<a@example.org> SIZE=100
< 250
> RCPT TO:<b@example.com>
< 250
> DATA
< 354
> x
> .
< 250
> QUIT
< 221
END
small_disk size=2m
ok $? 'a full disk is 452, and all is well when there is room again'
grep '^#' "$scratch/out"
is "$(cat "$scratch/files")" 1 'only what was acknowledged is there'
cat >"$scratch/session" <<'END'
# no inodes
< 220
> EHLO client.example.org
< 250
> MAIL FROM:<a@example.org>
< 452 4\.3\.1
> QUIT
< 221
END
small_disk size=2m,nr_inodes=3
ok $? 'no inodes are 452'
grep '^#' "$scratch/out"

# ---- on the way out: who was served is recorded, or nobody is asked
# fill_disk: to the last block; says what is left
fill_disk() {
	cat /dev/zero >>"$spool/filling" 2>/dev/null
	df --output=avail "$spool" | sed -n '2s/ *//p'
}
# put_message RCPT…: one for them whose last block is full
put_message() {
	for rcpt; do
		shift
		set -- "$@" -r "$rcpt"
	done
	rm -rf "$spool/queue"
	printf '\r\n' | "$build/tests/tools/mkspool" "$@" "$spool" b.test >/dev/null
	size=$(stat -c %s "$spool"/queue/b.test/*)
	rm -rf "$spool/queue"
	printf "%$((8192 - 20 - size))s\r\n" x |
	    "$build/tests/tools/mkspool" "$@" "$spool" b.test >/dev/null
	rm -f "$scratch"/mx/message.*
}
new_instance
mkdir "$spool"
mount -t tmpfs -o size=1m tmpfs "$spool"
start_primary 'RCPT:c@b.test=450 4.2.1 later;250 2.1.5 now' \
    'DATAEND=!slow 250;250 2.0.0 taken'
add_domain b.test "[127.0.0.1]:$primary_port"

put_message b@b.test c@b.test
"$build/bin/mxrun" -f "$conf" 2>"$scratch/out" &
pid=$!
until_true 20 test -e "$scratch/mx/message.1"
is "$(fill_disk)" 0 'the disk fills while the primary has a message'
wait $pid
is $? 0 'mxrun has no trouble'
like "$(cat "$scratch/out")" 'delivered .*to=b@b.test' 'that takes it for one'
like "$(cat "$scratch/out")" 'deferred .*to=c@b.test' 'of two recipients'
is "$(fill_disk)" 0 'it stays full'
mxrun b.test 2>"$scratch/out"
like "$(cat "$scratch/out")" 'delivered .*to=c@b.test' 'the next time, the other'
is "$(count_queued)" 0 'then it is gone'
is "$(grep -c '^RCPT TO:<b@b.test>' "$scratch/mx/log")" 1 \
    'the first was served once'

put_message b@b.test c@b.test
printf '\r\n' | "$build/tests/tools/mkspool" -r d@b.test "$spool" b.test \
    >/dev/null
is "$(fill_disk)" 0 'a disk that is full before'
mxrun b.test 2>"$scratch/out"
is $? 75 'is trouble'
like "$(cat "$scratch/out")" 'no-room .*error="No space left' 'which is said'
like "$(cat "$scratch/out")" 'delivered .*to=d@b.test' 'for one alone it is none'
is "$(count_queued)" 1 'what is for two waits'
rm "$spool/filling"
mxrun 2>"$scratch/out"
is "$(grep -c 'delivered .*to=[bc]@b.test' "$scratch/out")" 2 \
    'until there is room'
is "$(count_queued)" 0 'nothing is left'
is "$(find "$scratch/mx" -name 'message.*' | wc -l)" 2 'nothing was sent twice'
umount "$spool"

done_testing
