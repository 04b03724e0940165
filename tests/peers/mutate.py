#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Plays written SMTP sessions against a server, each of them damaged.

usage: mutate.py PORT COUNT SEED SESSION...

What it sends comes from tests/sessions (see dialog.py), with octets and lines
lost, doubled, exchanged, made up or taken from another session, in pieces of
any size.  Every octet that comes back has to be of a reply (RFC 5321 4.2), and
the server has to close once nothing more comes.  Prints the names of messages
that it was told are queued; fails with the number of a session that went wrong.
"""
import concurrent.futures
import random
import re
import socket
import sys

LIMIT = 30  # seconds without an octet
AT_ONCE = 8
EHLO = b"EHLO client.example.org\r\n"
WORDS = [b"\r\n", b"\n", b"\r", b".\r\n", b"\r\n.\r\n", b"\0", b"\xff", b" ",
         b"<", b">", b"@", b":", b"BDAT 5\r\n", b"BDAT 0 LAST\r\n",
         b"BDAT 99999999999999999999\r\n", b"DATA\r\n", b"RSET\r\n",
         b"MAIL FROM:<>\r\n", b"RCPT TO:<b@example.com>\r\n", b"QUIT\r\n",
         b"STARTTLS\r\n", b"ETRN example.com\r\n", b"VRFY x\r\n", b"NOOP\r\n",
         EHLO, b"SIZE=18446744073709551616", b"x" * 600, b"NOTIFY=", b"+3D"]
REPLY = re.compile(rb"([2-5]\d\d)(?:-[\x20-\x7e]*\r\n\1)*"
                   rb"(?: [\x20-\x7e]*)?\r\n")
QUEUED = re.compile(rb"Queued as ([0-9a-f]{20})")


def steps(path):
    with open(path, "rb") as f:
        for line in f.read().split(b"\n"):
            if line.startswith(b"> "):
                yield line[2:] + b"\r\n"
            elif line.startswith(b">> "):
                yield line[3:].decode("latin-1").encode("latin-1").decode(
                    "unicode_escape").encode("latin-1")


def span(r, octets):
    start = r.randrange(len(octets) + 1)
    return start, min(len(octets), start + r.choice((1, 2, 8, 80)))


def damage(r, octets, others):
    start, end = span(r, octets)
    kind = r.randrange(5)
    if kind == 0:
        return octets[:start] + octets[end:]
    if kind == 1:
        return octets[:end] + octets[start:end] * r.choice((1, 2, 50))
    if kind == 2:
        return octets[:start] + r.choice(WORDS) + octets[start:]
    if kind == 3:
        other = r.choice(others)
        cut = r.randrange(len(other) + 1)
        return octets[:start] + other[cut:] + octets[end:]
    return octets[:start] + r.randbytes(end - start) + octets[end:]


def send(r, s, octets):
    at = 0
    while at < len(octets):
        n = r.choice((1, 7, 100, 5000))
        s.sendall(octets[at:at + n])
        at += n


def hear(s, heard):
    """All until the end, which has to come."""
    while more := s.recv(65536):
        heard += more
    return heard


def is_sound(heard):
    at = 0
    while at < len(heard):
        reply = REPLY.match(heard, at)
        if reply is None:
            return False
        at = reply.end()
    return True


def play(port, number, sessions):
    r = random.Random(number)
    octets = r.choice(sessions)
    for _ in range(r.choice((1, 2, 5))):
        octets = damage(r, octets, sessions)
    heard = b""
    with socket.create_connection(("127.0.0.1", port), LIMIT) as s:
        while b"220 " not in heard:
            heard += s.recv(4096)
        try:
            send(r, s, octets)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has hung up on us
        try:
            heard = hear(s, heard)
        except ConnectionResetError:
            return []  # what it said last is lost with what it did not read
    if not is_sound(heard):
        raise ValueError("%d: %r made it say %r" % (number, octets, heard))
    return QUEUED.findall(heard)


def main(port, count, seed, *paths):
    sessions = [b"".join(steps(path)) for path in paths]
    first = int(seed) * 1000000
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for queued in pool.map(
                lambda n: play(int(port), n, sessions),
                range(first, first + int(count))):
            for name in queued:
                print(name.decode())


main(*sys.argv[1:])
