#!/bin/sh
# SPDX-License-Identifier: ISC
# make demo: a message comes in while its primary is down, waits, and is
# delivered when the primary is back.  Loopback and a scratch directory only.
#
#	share/demo.sh BUILD-DIRECTORY

cd "$(dirname "$0")/.." || exit 1
tests/deps.sh demo && make -s O="$1" all || exit 1
bin=$(cd "$1" && pwd)/bin
work=$(mktemp -d) || exit 1
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() {
	printf '$ %s\n' "$*" | sed "s|$work/||g; s|$bin/||g"
	"$@" 2>&1 | sed "s|$work/||g; s|^|    |"
}
python() { python3 -c "$@"; }
free_port() {
	python 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

mx=$(free_port)
primary=$(free_port)

say 'A backup exchanger of its own, for example.com:'
cat >"$work/mx.conf" <<END
hostname backup.example.net
spool $work/spool
policy $work/policy.db
state $work/state.db
libexec ${bin%/bin}/libexec
resolver 127.0.0.1:9
greet_delay 1
tls_certificate $work/cert.pem
tls_key $work/key.pem
END
sed "s|$work/||; s/^/    /" "$work/mx.conf"
echo 'A certificate that it signs itself:'
run openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -days 3650 -subj /CN=backup.example.net \
    -addext subjectAltName=DNS:backup.example.net \
    -keyout "$work/key.pem" -out "$work/cert.pem" || exit 1
run "$bin/mxrecv" -f "$work/mx.conf" -n | grep STARTTLS
sqlite3 "$work/policy.db" <share/schema.sql >/dev/null || exit 1
run sqlite3 "$work/policy.db" \
    "INSERT INTO domain(name, route) VALUES('example.com', '[127.0.0.1]:$primary')"

echo 'An unknown host would have to wait five minutes; this one is welcome:'
run sqlite3 "$work/policy.db" "INSERT INTO client VALUES('127.0.0.1', 'off')"

say 'mxrecv behind a socket, as systemd starts it:'
echo "\$ systemd-socket-activate --inetd --accept -l 127.0.0.1:$mx mxrecv -f mx.conf"
systemd-socket-activate --inetd --accept -l "127.0.0.1:$mx" \
    "$bin/mxrecv" -f "$work/mx.conf" >/dev/null 2>"$work/log" &
pids="$pids $!"

say 'A message comes in, over TLS:'
python '
import socket, ssl, sys, time
context = ssl.create_default_context(cafile=sys.argv[2])
for attempt in range(50):
    try:
        s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
        break
    except OSError:
        time.sleep(0.1)
f = s.makefile("rb")
def reply():
    while True:
        line = f.readline().decode()
        print("    S:", line.rstrip())
        if line[3:4] != "-":
            return
reply()
for line in ("EHLO mail.example.org", "STARTTLS", "EHLO mail.example.org", "MAIL FROM:<alice@example.org>",
             "RCPT TO:<bob@example.com>", "DATA",
             "Subject: hello\r\n\r\nWill this arrive?\r\n.", "QUIT"):
    print("    C:", line.replace("\r\n", "\n       "))
    s.sendall(line.encode() + b"\r\n")
    reply()
    if line == "STARTTLS":
        s = context.wrap_socket(s, server_hostname="backup.example.net")
        f = s.makefile("rb")
        print("       ", *s.cipher())
' "$mx" "$work/cert.pem" || exit 1

say 'The primary is down, so it waits:'
run "$bin/mxrun" -f "$work/mx.conf"
run "$bin/mxq" -f "$work/mx.conf" list
run "$bin/mxq" -f "$work/mx.conf" stats

say 'The primary comes back, and asks with ETRN:'
python '
import socket, sys
l = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open(sys.argv[2] + "/up", "w").close()
c, _ = l.accept()
f = c.makefile("rb")
say = lambda text: c.sendall(text.encode() + b"\r\n")
say("220 primary.example.com")
for line in f:
    verb = line[:4].upper()
    if verb == b"DATA":
        say("354 go on")
        with open(sys.argv[2] + "/delivered", "wb") as message:
            for line in f:
                if line == b".\r\n":
                    break
                message.write(line)
    say("221 bye" if verb == b"QUIT" else "250 fine")
    if verb == b"QUIT":
        break
' "$primary" "$work" &
pids="$pids $!"
until [ -e "$work/up" ]; do sleep 0.1; done
python '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
f = s.makefile("rb")
def reply():
    while True:
        line = f.readline().decode()
        if line[3:4] != "-":
            return line.rstrip()
reply()
for line in ("EHLO primary.example.com", "ETRN example.com", "QUIT"):
    s.sendall(line.encode() + b"\r\n")
    answer = reply()
    if "ETRN" in line:
        print("    C:", line)
        print("    S:", answer)
' "$mx"
run "$bin/mxrun" -f "$work/mx.conf"

say 'What the primary has:'
sed 's/^/    /' "$work/delivered"
grep -q '^Will this arrive?' "$work/delivered" || exit 1
left=$("$bin/mxq" -f "$work/mx.conf" list | wc -l)
say "Left in the queue: $left"
[ "$left" -eq 0 ]
