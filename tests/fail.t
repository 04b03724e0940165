#!/bin/sh
# SPDX-License-Identifier: ISC
# System calls fail, one at a time, while mail comes in and goes out: nothing
# that was acknowledged is lost, nothing is sent twice, our own trouble is never
# a 5xx, and nobody dies of it.
# shellcheck source=tests/fail.sh
. "$(dirname "$0")/fail.sh"

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

# under COMMAND…: calls of the linker come before main, and are not ours
under() {
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
			trouble=$("$1")
			[ -z "$trouble" ] || wrong="$wrong
$injection: $trouble"
		done
	done
}

# ---- coming in
set_up
mxrecv </dev/null >/dev/null 2>&1 # makes state.db
each receive
is "$wrong" '' "mail comes in, $runs failing calls"

# ---- going out
put_ready
each deliver
is "$wrong" '' "mail goes out, $runs failing calls"

# ---- a bounce
stop "$primary_pid"
start_primary 'RCPT:b@b.test=550 5.1.1 nobody'
add_domain a.test
# its 550 is believed at once, also when it could not be reached before
policy "UPDATE domain SET route = '[127.0.0.1]:$primary_port'"
setting settle_wait 0
bounce() {
	hand_over b.test a.test
}
each bounce
is "$wrong" '' "a bounce, $runs failing calls"

done_testing
