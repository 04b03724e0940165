#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Handshakes with mx-tls in which one record of the client is damaged.

usage: tlsmutate.py MX-TLS CERTIFICATE KEY COUNT [SEED]

MX-TLS is the program, or the socket of one that listens.  Each time it must end
by itself, with status 0: no signal, no hanging.  Prints what came of them.
"""
import collections
import os
import random
import select
import socket
import ssl
import subprocess
import sys

PROGRAM, CERTIFICATE, KEY = sys.argv[1:4]
LISTENS = not os.path.isfile(PROGRAM)
COUNT = int(sys.argv[4])
SEED = int(sys.argv[5]) if len(sys.argv) > 5 else 1
REQUEST = (f"mode=server\ncertificate={CERTIFICATE}\nkey={KEY}\n"
           "name=backup.test\ndeadline_ms=3000\n\n").encode()


def context(version):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    c.maximum_version = version
    return c


CONTEXTS = [context(ssl.TLSVersion.TLSv1_3), context(ssl.TLSVersion.TLSv1_2)]


def records(octets):
    while len(octets) >= 5:
        n = 5 + int.from_bytes(octets[3:5], "big")
        yield octets[:n]
        octets = octets[n:]


def damage(r, record):
    """One of the ways in which a record goes wrong."""
    b = bytearray(record)
    way = r.randrange(8)
    if way == 0:
        for _ in range(r.randint(1, 8)):
            b[r.randrange(len(b))] = r.randrange(256)
    elif way == 1:
        b[r.randrange(len(b))] ^= 1 << r.randrange(8)
    elif way == 2:
        b = b[:r.randrange(len(b))]
    elif way == 3:
        b[3:5] = r.randrange(65536).to_bytes(2, "big")
    elif way == 4:
        at = r.randrange(5, len(b) + 1)
        b[at:at] = r.randbytes(r.randint(1, 300))
        b[3:5] = min(len(b) - 5, 65535).to_bytes(2, "big")
    elif way == 5:
        b = b + b
    elif way == 6:
        b[0] = r.choice([20, 21, 22, 23, 24, 0, 128])
        b[1:3] = r.choice([b"\3\1", b"\3\3", b"\3\4", b"\0\2", b"\xff\xff"])
    else:
        b = bytearray(r.randbytes(r.randint(1, 600)))
    return bytes(b)


def start():
    """The plain end, and the process, which a program that listens has itself."""
    if LISTENS:
        plain = socket.socket(socket.AF_UNIX)
        plain.connect(PROGRAM)
        return plain, None
    plain, theirs = socket.socketpair()
    p = subprocess.Popen([PROGRAM], stdin=theirs, stdout=theirs,
                         stderr=subprocess.DEVNULL, close_fds=True)
    theirs.close()
    return plain, p


def play(r):
    network, served = socket.socketpair()
    plain, p = start()
    socket.send_fds(plain, [REQUEST], [served.fileno()])
    served.close()
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = r.choice(CONTEXTS).wrap_bio(into, out, server_hostname="mx.test")
    victim, sent, hurt = r.randrange(6), 0, False
    plain.recv(100)
    network.settimeout(5)
    try:
        while not hurt:
            try:
                tls.do_handshake()
                tls.write(b"EHLO client.test\r\n")
            except ssl.SSLWantReadError:
                pass
            for record in records(out.read()):
                if sent == victim:
                    record, hurt = damage(r, record), True
                network.sendall(record)
                sent += 1
            if not hurt and select.select([network], [], [], 0)[0]:
                got = network.recv(65536)
                if not got:
                    break
                into.write(got)
            elif not hurt and sent > 2:
                select.select([network], [], [], 0.01)
        network.shutdown(socket.SHUT_WR)
    except (OSError, ssl.SSLError):
        pass
    plain.settimeout(5)
    said = b""
    try:
        while octets := plain.recv(65536):
            said += octets
    except OSError:
        pass
    plain.close()
    network.close()
    if LISTENS:
        return "up" if b"up=yes" in said else \
            "refused" if b"up=no" in said else "no answer"
    try:
        status = p.wait(10)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()
        return "hangs"
    if status != 0:
        return f"status {status}"
    return "up" if b"up=yes" in said else "refused"


random_source = random.Random(SEED)
count = collections.Counter()
for number in range(COUNT):
    state = random_source.getstate()
    result = play(random_source)
    count[result] += 1
    if result not in ("up", "refused"):
        print(f"# case {number} of seed {SEED}: {result}", file=sys.stderr)
bad = sum(n for what, n in count.items() if what not in ("up", "refused"))
print(f"{COUNT} damaged, {bad} bad")
print(dict(count), file=sys.stderr)
sys.exit(bad > 0)
