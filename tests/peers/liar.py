#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Services that are dead, silent, slow, or say anything but the truth.

usage: liar.py DIR [ADDRESS/]PROTOCOL-MANNER[@VERB] ...

Each service is one of its own: DNS on UDP and TCP, others on TCP; its port is
written to DIR/PROTOCOL-MANNER[@VERB], its socket in the file system is the same
with .sock behind.  PROTOCOL is dns, clamd, spamd or smtp (at ADDRESS, port 25,
if there is one); MANNER is how it answers:

  good     as it should
  silent   not at all        close    by closing, the request unread
  cut      half of it        drip     one octet a second, without end
  nul      NUL octets        garbage  64 KB of anything
  long     a line of 1 MB    endless  lines without end
  nan      a score that is none
and of DNS moreover
  short, other, forged       3 octets; another question; another number
  servfail, refused          those
  loop                       a name that is made of itself
  cut                        truncated, and TCP says nothing
  listed                     every address exists, and is 127.0.0.2
of SMTP, VERB is the first command that it is answered so; the greeting if there
is none.
"""
import os
import random
import socket
import struct
import sys
import threading
import time

GOOD = {"clamd": b"stream: OK\0",
        "spamd": b"SPAMD/1.1 0 EX_OK\r\nContent-length: 2\r\n"
                 b"Spam: False ; 1.0 / 5.0\r\n\r\nA\n",
        "smtp": b"250 2.0.0 fine\r\n"}
DRIP = {"clamd": b"stream: ", "spamd": b"SPAMD/1.1 0 EX_OK\r\nX: ",
        "smtp": b"250-"}
LINE = {"clamd": b"stream: ", "spamd": b"SPAMD/1.1 0 EX_OK\r\nSpam: ",
        "smtp": b"250 "}
random.seed(1)
GARBAGE = bytes(random.randrange(256) for _ in range(65536))


def wait_for_end(peer):
    """Until the other side has had enough."""
    peer.settimeout(None)
    while peer.recv(65536):
        pass


def answer(peer, protocol, manner):
    if manner == "good":
        peer.sendall(GOOD[protocol])
    elif manner == "silent":
        wait_for_end(peer)
    elif manner == "cut":
        peer.sendall(GOOD[protocol][:len(GOOD[protocol]) // 2])
    elif manner == "drip":
        octets = DRIP[protocol]
        while True:
            peer.sendall(octets[:1] or b"x")
            octets = octets[1:]
            time.sleep(1)
    elif manner == "nul":
        peer.sendall(b"\0" * 100 + GOOD[protocol])
        wait_for_end(peer)
    elif manner == "garbage":
        peer.sendall(GARBAGE)
        wait_for_end(peer)
    elif manner == "long":
        peer.sendall(LINE[protocol] + b"x" * 1000000 + b"\r\n")
        wait_for_end(peer)
    elif manner == "endless":
        while True:
            peer.sendall(b"250-more\r\n" * 100)
            time.sleep(0.01)
    elif manner == "nan":
        peer.sendall(GOOD[protocol].replace(b"1.0", b"nan"))


def drain(peer):
    """What is asked of a scanner, up to where it waits for an answer."""
    peer.settimeout(0.5)
    try:
        while peer.recv(65536):
            pass
    except socket.timeout:
        pass
    peer.settimeout(None)


def smtp(peer, manner, when):
    if not when:
        return answer(peer, "smtp", manner)
    peer.sendall(b"220 mx.test\r\n")
    for line in peer.makefile("rb"):
        if line.upper().startswith(when.encode()):
            return answer(peer, "smtp", manner)
        if line.upper().startswith(b"QUIT"):
            return peer.sendall(b"221 2.0.0 bye\r\n")
        peer.sendall(GOOD["smtp"])


def serve(peer, protocol, manner, when):
    try:
        if manner == "close":
            pass
        elif protocol == "smtp":
            smtp(peer, manner, when)
        else:
            if manner != "silent":
                drain(peer)
            answer(peer, protocol, manner)
        peer.close()
    except OSError:
        peer.close()


def accept(listener, *service):
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=serve, args=(peer, *service),
                         daemon=True).start()


def reply(query, manner):
    """The answer to a question by UDP, None for none."""
    number, flags = query[:2], 0x8180
    question = query[12:query.index(b"\0", 12) + 5]
    kind = struct.unpack(">H", question[-4:-2])[0]
    counts = struct.pack(">4H", 1, 0, 0, 0)
    if manner in ("silent", "close"):
        return None
    if manner in ("garbage", "endless"):
        return GARBAGE[:400]
    if manner == "short":
        return number + b"\x81"
    if manner == "long":
        return number + b"\x81\x80" + struct.pack(">4H", 1, 65535, 65535, 0) \
            + question + b"\xff" * 60000
    if manner == "nul":
        return number + b"\x81\x80" + bytes(500)
    if manner == "other":
        question = b"\5other\4test\0" + question[-4:]
        return number + struct.pack(">H", flags) + counts + question
    if manner == "forged":
        return bytes([number[0] ^ 1, number[1]]) + \
            struct.pack(">H", flags) + counts + question
    if manner == "servfail":
        return number + b"\x81\x82" + counts + question
    if manner == "refused":
        return number + b"\x81\x85" + counts + question
    if manner in ("cut", "drip"):
        return number + b"\x83\x80" + counts + question
    if manner == "loop":
        return number + b"\x81\x80" + struct.pack(">4H", 1, 1, 0, 0) + \
            question + b"\xc0" + bytes([12 + len(question)]) + \
            question[-4:] + struct.pack(">IH", 60, 2) + b"\xc0" + \
            bytes([12 + len(question)])
    if manner == "listed" and kind == 1:
        return number + b"\x81\x80" + struct.pack(">4H", 1, 1, 0, 0) + \
            question + b"\xc0\x0c" + question[-4:] + \
            struct.pack(">IH", 60, 4) + b"\x7f\0\0\2"
    return number + b"\x81\x83" + counts + question


def dns(udp, manner):
    while True:
        query, peer = udp.recvfrom(4096)
        try:
            octets = reply(query, manner)
            if octets is not None:
                udp.sendto(octets, peer)
        except (OSError, ValueError, struct.error):
            pass


def dns_tcp(peer, manner):
    try:
        while manner == "drip":
            peer.sendall(b"\1")
            time.sleep(1)
        wait_for_end(peer)
    except OSError:
        pass
    peer.close()


def accept_dns(listener, manner):
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=dns_tcp, args=(peer, manner),
                         daemon=True).start()


def start(target, *args):
    threading.Thread(target=target, args=args, daemon=True).start()


def service(where, spec):
    address, _, name = spec.rpartition("/")
    protocol, _, manner = name.partition("-")
    manner, _, when = manner.partition("@")
    tcp = socket.create_server((address or "127.0.0.1", 25 if address else 0))
    port = tcp.getsockname()[1]
    if protocol == "dns":
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", port))
        start(dns, udp, manner)
        start(accept_dns, tcp, manner)
    else:
        start(accept, tcp, protocol, manner, when)
        if not address:
            unix = socket.socket(socket.AF_UNIX)
            unix.bind(os.path.join(where, name + ".sock"))
            unix.listen()
            start(accept, unix, protocol, manner, when)
    with open(os.path.join(where, name), "w") as f:
        f.write("%d\n" % port)


def main(where, specs):
    for spec in specs:
        service(where, spec)
    open(os.path.join(where, "ready"), "w").close()
    threading.Event().wait()


main(sys.argv[1], sys.argv[2:])
