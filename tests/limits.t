#!/bin/sh
# SPDX-License-Identifier: ISC
# mxrecv(8)'s limits of time and space, and the pause of its greeting.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

faketime=$(find /usr/lib -name libfaketime.so.1 | head -n 1)

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
	    ${preload:+env "LD_PRELOAD=$faketime" "FAKETIME=+0 x$preload"} \
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
play 'session_timeout 2' 'idle_timeout 100' <<'END'
# a session that never ends is ended
< 220
> NOOP
< 250
wait 1
> NOOP
< 250
wait 1.2
< 421 4\.4\.2 backup\.test The session took too long
close
END
play 'session_timeout 2' <<'END'
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
wait 0.9
> x
wait 0.9
> x
wait 0.9
< 421 4\.4\.2
close
END
if [ -n "$faketime" ]; then
	preload=100 play <<'END'
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
fi
preload=

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

done_testing
