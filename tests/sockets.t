#!/bin/sh
# SPDX-License-Identifier: ISC
# mxrecv(8) as inetd(8) and as a systemd socket start it, a real client at the
# other end: mail comes in, and nothing but replies goes out.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# what a client hears when mx.conf is broken
hear() {
	python3 -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
print(s.makefile().read())' "$port"
}

new_instance
add_domain example.com
listen
submit systemd

inetd=$(command -v openbsd-inetd || command -v inetd || echo /usr/sbin/inetd)
if [ "$(id -u)" -eq 0 ] && [ -x "$inetd" ]; then
	port=$(free_port)
	sed -e "s|@PREFIX@/bin|$build/bin|" \
	    -e "s|@SYSCONFDIR@/tertiary-mx/mx.conf|$conf|" \
	    -e '/^smtp/d' -e "s|^#smtp|127.0.0.1:$port|" -e 's|	tertiary-mx	|	root	|' \
	    -e '/tcp6/d' "$top/etc/inetd.conf" >"$scratch/inetd.conf"
	"$inetd" -i "$scratch/inetd.conf" >/dev/null 2>&1 &
	will_stop $!
	until_true 10 listens "$port"
	submit inetd
	echo 'no such key' >>"$conf"
	is "$(hear)" '' 'trouble goes to the log, never to the client'
	sed -i '$d' "$conf"
fi

done_testing
