#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Many clients, and a primary that only counts.

usage: load.py send PORT CLIENTS MESSAGES [DOMAINS]
       load.py big PORT PARENT OCTETS RECIPIENTS
       load.py sink PORTFILE CHECKSUMS [ADDRESS PORT]
       load.py dumps DIR

Each message is different, and for b.test, or for each of so many domains below
it in turn.  The sender prints the SHA-256 of each one that was answered 250; the sink writes one line each of what it took, without the first
header field, which is the trace.  Dumps prints the same of what smtp-sink -d has
left in DIR: it puts fields in front of a message, a line end behind it, and
writes LF for CR LF.
"""
import hashlib
import os
import random
import socketserver
import socket
import sys
import threading

PER_SESSION = 20


def body(n):
    r = random.Random(n)
    lines = [b"Subject: load %d" % n, b""]
    for _ in range(r.randrange(1, 60)):
        lines.append(r.choice((b"", b".", b"..", b"x")) +
                     b"%x" % r.getrandbits(8 * r.randrange(1, 30)))
    return b"\r\n".join(lines) + b"\r\n"


def reply(f):
    while True:
        line = f.readline()
        if line[3:4] != b"-":
            return line


def session(port, numbers, domains, out):
    with socket.create_connection(("127.0.0.1", port)) as s, \
            s.makefile("rb") as f:
        reply(f)
        s.sendall(b"EHLO client.test\r\n")
        reply(f)
        for n in numbers:
            text = body(n)
            to = b"r%d@d%d.b.test" % (n, n % domains) if domains \
                else b"r%d@b.test" % n
            s.sendall(b"MAIL FROM:<s%d@a.test>\r\nRCPT TO:<%s>\r\n"
                      b"BDAT %d LAST\r\n" % (n, to, len(text)) + text
                      if n % 2 else
                      b"MAIL FROM:<s%d@a.test>\r\nRCPT TO:<%s>\r\n"
                      b"DATA\r\n" % (n, to))
            replies = [reply(f) for _ in range(3)]
            if n % 2 == 0:
                s.sendall((b"\r\n" + text).replace(b"\r\n.", b"\r\n..")[2:] +
                          b".\r\n")
                replies.append(reply(f))
            if replies[-1].startswith(b"250 "):
                out.write(hashlib.sha256(text).hexdigest() + "\n")
            else:
                sys.stderr.write("%d: %r\n" % (n, replies))
        s.sendall(b"QUIT\r\n")
        reply(f)


def send(port, clients, messages, domains=0):
    shares = [list(range(i, messages, clients)) for i in range(clients)]

    def run(share):
        for i in range(0, len(share), PER_SESSION):
            session(port, share[i:i + PER_SESSION], domains, sys.stdout)

    threads = [threading.Thread(target=run, args=(s,)) for s in shares]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def peak(parent):
    """The largest VmHWM among the children of PARENT."""
    most = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/status" % pid) as f:
                status = dict(line.split(":", 1) for line in f)
        except OSError:
            continue
        if int(status["PPid"]) == parent:
            most = max(most, int(status["VmHWM"].split()[0]))
    return most


def blocks(octets):
    block = b"Subject: large\r\n\r\n"
    n = 0
    while octets > 0:
        n += 1
        block = (block + b"%015d\r\n" % n + b"x" * 78 + b"\r\n"
                 ) * 9000 if n > 1 else block
        block = block[:octets - 2] + b"\r\n" if len(block) >= octets else block
        yield block
        octets -= len(block)
        block = b""


def big(port, parent, octets, recipients):
    with socket.create_connection(("127.0.0.1", port)) as s, \
            s.makefile("rb") as f:
        reply(f)
        s.sendall(b"EHLO client.test\r\n")
        reply(f)
        for last in (b"DATA\r\n", b"BDAT %d LAST\r\n" % octets):
            s.sendall(b"MAIL FROM:<> SIZE=%d\r\nRCPT TO:<r@b.test>\r\n"
                      % octets + last)
            replies = [reply(f) for _ in range(2 + (last[0:1] == b"D"))]
            digest = hashlib.sha256()
            for block in blocks(octets):
                digest.update(block)
                s.sendall(block)
            if last[0:1] == b"D":
                s.sendall(b".\r\n")
            replies.append(reply(f))
            print(digest.hexdigest() if replies[-1].startswith(b"250 ")
                  else replies)
        s.sendall(b"MAIL FROM:<>\r\n" + b"".join(
            b"RCPT TO:<%s%d@b.test>\r\n" % (b"r" * 50, i)
            for i in range(recipients)))
        replies = [reply(f)[:3] for _ in range(recipients + 1)]
        s.sendall(b"BDAT 14 LAST\r\nSubject: x\r\n\r\n")
        replies.append(reply(f)[:3])
        print(replies.count(b"250"))
        print(peak(parent))
        s.sendall(b"QUIT\r\n")
        reply(f)


class Primary(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def say(self, text):
        self.wfile.write(text + b"\r\n")

    def keep(self, size):
        text = self.rfile.read(min(size, 65536))
        end = text.index(b"\r\n")
        while text[end + 2:end + 3] in (b" ", b"\t"):
            end = text.index(b"\r\n", end + 2)
        digest = hashlib.sha256(text[end + 2:])
        left = size - len(text)
        while left > 0:
            text = self.rfile.read(min(left, 1 << 20))
            digest.update(text)
            left -= len(text)
        os.write(self.server.out, digest.hexdigest().encode() + b"\n")
        self.say(b"250 2.0.0 taken")

    def handle(self):
        self.say(b"220 primary.test ESMTP")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.say(b"250-primary.test\r\n250-PIPELINING\r\n"
                         b"250 CHUNKING")
            elif verb == b"BDAT":
                self.keep(int(line.split()[1]))
            elif verb == b"QUIT":
                self.say(b"221 2.0.0 bye")
                return
            else:
                self.say(b"250 2.0.0 ok")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


def sink(portfile, checksums, address="127.0.0.1", port="0"):
    if ":" in address:
        Server.address_family = socket.AF_INET6
    with Server((address, int(port)), Primary) as server:
        server.out = os.open(checksums, os.O_WRONLY | os.O_CREAT |
                             os.O_APPEND, 0o600)
        with open(portfile + ".new", "w") as f:
            f.write("%d\n" % server.server_address[1])
        os.rename(portfile + ".new", portfile)
        server.serve_forever()


def dumps(directory):
    for name in os.listdir(directory):
        with open(os.path.join(directory, name), "rb") as f:
            text = f.read()
        text = text[text.index(b"\nSubject: load ") + 1:-1]
        print(hashlib.sha256(text.replace(b"\n", b"\r\n")).hexdigest())


if sys.argv[1] == "send":
    send(*map(int, sys.argv[2:]))
elif sys.argv[1] == "big":
    big(*map(int, sys.argv[2:6]))
elif sys.argv[1] == "dumps":
    dumps(sys.argv[2])
else:
    sink(*sys.argv[2:])
