#!/bin/sh
# SPDX-License-Identifier: ISC
# System calls fail, one at a time, while mail comes in and goes out: nothing
# that was acknowledged is lost, nothing is sent twice, our own trouble is never
# a 5xx, and nobody dies of it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || skip_all 'no strace'
strace -o /dev/null true 2>/dev/null || skip_all 'no ptrace'
most=${FAIL_MOST:-1} # of each call, the first so many; the long form has 10

calls='openat:EMFILE openat:EACCES openat:ENOSPC read:EIO read:EINTR
    pread64:EIO recvfrom:ECONNRESET write:EIO write:ENOSPC write:EINTR
    pwrite64:ENOSPC pwrite64:EIO sendto:EPIPE sendto:ECONNRESET fsync:EIO
    fdatasync:EIO linkat:EIO linkat:ENOSPC unlinkat:EIO unlinkat:EACCES
    renameat:EIO fchmod:EPERM ftruncate:EIO utimensat:EIO mkdirat:ENOSPC
    fstatfs:EIO newfstatat:EACCES flock:EINTR fcntl:EACCES close:EIO
    socket:EMFILE connect:EADDRNOTAVAIL poll:EINTR
    getrandom:ENOSYS clone:EAGAIN clone3:EAGAIN vfork:EAGAIN pipe2:EMFILE
    socketpair:EMFILE sendmsg:EMSGSIZE recvmsg:ECONNRESET sendfile:EIO
    pidfd_open:EMFILE getdents64:EIO ioctl:ENOTTY lseek:EIO'

# with INJECTION COMMAND…: calls of the linker come before main, and are not ours
with() {
	injection=$1
	shift
	strace -f -o /dev/null -e trace="${injection%%:*}" \
	    -e inject="$injection" "$@"
}
# each FUNCTION: with every failure there is
each() {
	wrong='' runs=0
	for call in $calls; do
		n=0
		while [ $((n += 1)) -le "$most" ]; do
			injection="${call%:*}:error=${call#*:}:when=$n"
			runs=$((runs + 1))
			trouble=$("$1") || wrong="$wrong
$injection: $trouble"
		done
	done
}
# died STATUS: by a signal
died() {
	[ "$1" -ge 128 ]
}

# ---- coming in
new_instance
add_domain b.test
policy "UPDATE policy SET verdict = 'off' WHERE test = 'pregreet'"
mxrecv </dev/null >/dev/null 2>&1 # makes state.db
printf '%s\r\n' 'EHLO c.test' 'MAIL FROM:<a@a.test>' 'RCPT TO:<b@b.test>' \
    'DATA' 'Subject: one' '' 'text' '.' 'QUIT' >"$scratch/dialogue"
printf 'Subject: one\r\n\r\ntext\r\n' >"$scratch/one"
receive() {
	rm -rf "$spool"
	with "$injection" "$build/bin/mxrecv" -f "$conf" <"$scratch/dialogue" \
	    >"$scratch/out" 2>"$scratch/log"
	status=$?
	! died "$status" || { echo "died, $status"; return 1; }
	# 5.5.x: the lines that follow a 4xx are no commands then
	if grep -a '^5.. 5[.][^5]' "$scratch/out"; then
		return 1
	fi
	id=$(sed -n 's/^250 2.0.0 Queued as \([^ ]*\).*/\1/p' "$scratch/out")
	if [ -n "$id" ]; then
		mxq cat "$id" 2>&1 | cmp -s - "$scratch/one" || {
			echo 'lost'
			return 1
		}
	fi
	[ "$(count_queued)" -le 1 ] || { echo 'doubled'; return 1; }
}
each receive
is "$wrong" '' "mail comes in, $runs failing calls"

# ---- going out
rm -rf "$spool"
send a@a.test b@b.test out
cp -a "$spool" "$scratch/ready"
start_primary
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
deliver() {
	rm -rf "$spool" "$scratch"/state.db* "$scratch"/mx/message.*
	cp -a "$scratch/ready" "$spool"
	with "$injection" "$build/bin/mxrun" -f "$conf" b.test \
	    >/dev/null 2>"$scratch/log"
	status=$?
	! died "$status" || { echo "died, $status"; return 1; }
	mxrun b.test >/dev/null 2>&1
	[ "$(count_queued)" -eq 0 ] || { echo 'still there'; return 1; }
	taken=$(find "$scratch/mx" -name 'message.*' | wc -l)
	[ "$taken" -eq 1 ] || { echo "sent $taken times"; return 1; }
}
each deliver
is "$wrong" '' "mail goes out, $runs failing calls"

# ---- a bounce
stop "$primary_pid"
start_primary 'RCPT:b@b.test=550 5.1.1 nobody'
add_domain a.test
# its 550 is believed at once, also when it could not be reached before
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port';
    UPDATE setting SET value = '0' WHERE name = 'settle_wait'"
bounce() {
	rm -rf "$spool" "$scratch"/state.db* "$scratch"/mx/message.*
	cp -a "$scratch/ready" "$spool"
	with "$injection" "$build/bin/mxrun" -f "$conf" b.test \
	    >/dev/null 2>"$scratch/log"
	status=$?
	! died "$status" || { echo "died, $status"; return 1; }
	mxrun b.test >/dev/null 2>&1
	mxrun a.test >/dev/null 2>&1
	[ "$(count_queued)" -eq 0 ] || { echo 'still there'; return 1; }
	taken=$(find "$scratch/mx" -name 'message.*' | wc -l)
	[ "$taken" -eq 1 ] || { echo "sent $taken times"; return 1; }
}
each bounce
is "$wrong" '' "a bounce, $runs failing calls"

done_testing
