#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A primary that plays a script, for what no real server does on demand.

usage: fakemx.py DIR [RULE=REPLY[;REPLY...] ...]

Listens on a free port of 127.0.0.1, or at FAKEMX_LISTEN=ADDRESS:PORT, writes
the port to DIR/port, and serves one connection after another, or
FAKEMX_AT_ONCE=N at once: more are told 421.  The most there were at once is in
DIR/most.  What came is in DIR: each message in message.N,
each command in log, "-- flight" between two reads.

With FAKEMX_TLS=FILE, certificate and key, STARTTLS is real, and TLS:EHLO is the
rule for EHLO behind it.

RULE is GREETING, a verb, DATAEND (after the dot or the last chunk), BODY (while
the message comes), or RCPT:address.  The Nth use of a rule takes the Nth
reply, the last one stays.  REPLY is lines parted by '|', or one of
  !drop  !hang  !reset        close, say nothing, close with RST
  !slow TEXT                  one octet a second
  !big  !endless  !nul        1 MB line, lines without end, NUL octets
  !refuse TEXT                the reply, then say and read nothing more
  !twice TEXT                 the reply, and again out of the blue
  !octets TEXT                as it is, \\r\\n as escapes
  !cut TEXT                   the octets, then the end of TCP without TLS's own
  !bye TEXT                   the octets, then the end of TLS
  !tls FILE                   of STARTTLS: 220, then TLS with the certificate
                              and key that are in FILE
  N REPLY                     of BODY: after N octets of message
"""
import copy
import itertools
import os
import socket
import ssl
import struct
import sys
import threading
import time

EHLO = "250-mx.test|250-PIPELINING|250-8BITMIME|250-SMTPUTF8|250-DSN|" \
       "250-ENHANCEDSTATUSCODES|250-SIZE 100000000|250 CHUNKING"
DEFAULT = {
    "GREETING": "220 mx.test ESMTP", "EHLO": EHLO, "HELO": "250 mx.test",
    "MAIL": "250 2.1.0 sender", "RCPT": "250 2.1.5 recipient",
    "DATA": "354 go on", "BDAT": "250 2.0.0 chunk", "RSET": "250 2.0.0 reset",
    "DATAEND": "250 2.0.0 taken", "QUIT": "221 2.0.0 bye",
}


class Closed(Exception):
    pass


class Primary:
    def __init__(self, where, rules):
        self.where = where
        self.rules = dict(DEFAULT)
        self.rules.update(rules)
        self.uses = {}
        self.messages = itertools.count(1)
        self.log = open(os.path.join(where, "log"), "w", buffering=1)

    def reply_to(self, *names):
        for name in names:
            if name in self.rules:
                replies = self.rules[name].split(";")
                use = self.uses.get(name, 0)
                self.uses[name] = use + 1
                return replies[min(use, len(replies) - 1)]
        return "500 5.5.2 unknown command"

    def play(self, reply):
        word, _, rest = reply.partition(" ")
        if word == "!drop":
            raise Closed
        if word == "!reset":
            self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
            raise Closed
        if word == "!hang":
            time.sleep(3600)
        elif word == "!refuse":
            self.play(rest)
            time.sleep(3600)
        elif word == "!slow":
            for c in rest + "\r\n":
                self.peer.sendall(c.encode())
                time.sleep(1)
        elif word == "!big":
            self.peer.sendall(b"250 " + b"x" * 1000000 + b"\r\n")
        elif word == "!endless":
            while True:
                self.peer.sendall(b"250-more\r\n" * 1000)
        elif word == "!nul":
            self.peer.sendall(b"250 a\0b\r\n")
        elif word == "!octets":
            self.peer.sendall(rest.encode().decode("unicode_escape").encode())
        elif word in ("!cut", "!bye"):
            self.play("!octets " + rest)
            if word == "!bye":
                self.peer.settimeout(2)
                self.peer.unwrap()
            raise Closed
        elif word == "!tls":
            self.peer.sendall(b"220 2.0.0 go\r\n")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(rest)
            self.peer = context.wrap_socket(self.peer, server_side=True)
            self.buffer = b""
        elif word == "!twice":
            self.play("!octets " + 2 * (rest + "\r\n"))
        else:
            self.peer.sendall(reply.replace("|", "\r\n").encode() + b"\r\n")
        return word

    def more(self):
        octets = self.peer.recv(65536)
        if not octets:
            raise Closed
        self.log.write("-- flight\n")
        self.buffer += octets

    def line(self):
        while b"\r\n" not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        self.log.write(line.decode("utf-8", "replace") + "\n")
        return line.decode("utf-8", "replace")

    def interrupt(self, have):
        rule = self.rules.get("BODY")
        if rule is None:
            return
        after, _, reply = rule.partition(" ")
        if have >= int(after):
            self.play(reply)
            time.sleep(0.2)
            raise Closed

    def counted(self, size):
        while len(self.buffer) < size:
            self.interrupt(len(self.buffer))
            self.more()
        self.interrupt(size)
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return body

    def stuffed(self):
        while b"\r\n.\r\n" not in b"\r\n" + self.buffer:
            self.interrupt(len(self.buffer))
            self.more()
        body, _, self.buffer = (b"\r\n" + self.buffer).partition(b"\r\n.\r\n")
        return (body + b"\r\n").replace(b"\r\n.", b"\r\n")[2:]

    def keep(self, body, accepted):
        if not accepted:
            return
        name = os.path.join(self.where, "message.%d" % next(self.messages))
        with open(name, "wb") as f:
            f.write(body)

    def shake_hands(self):
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        c.load_cert_chain(os.environ["FAKEMX_TLS"])
        self.peer = c.wrap_socket(self.peer, server_side=True)
        self.secured = True

    def serve(self, peer):
        self.peer, self.buffer, self.secured = peer, b"", False
        accepted = 0
        self.play(self.reply_to("GREETING"))
        while True:
            command = self.line()
            verb = command.split(" ")[0].upper()
            if verb == "RCPT":
                address = command[command.find("<") + 1:command.find(">")]
                code = self.play(self.reply_to("RCPT:" + address, "RCPT"))
                accepted += code.startswith("2")
            elif verb == "DATA":
                if self.play(self.reply_to("DATA")) == "354":
                    self.keep(self.stuffed(), accepted)
                    self.play(self.reply_to("DATAEND"))
                    accepted = 0
            elif verb == "BDAT":
                self.keep(self.counted(int(command.split(" ")[1])), accepted)
                self.play(self.reply_to("DATAEND") if accepted else
                          "503 5.5.1 no recipient")
                accepted = 0
            elif verb == "STARTTLS" and "FAKEMX_TLS" in os.environ:
                if self.play(self.reply_to(verb)) == "220":
                    self.shake_hands()
            elif self.secured:
                self.play(self.reply_to("TLS:" + verb, verb))
            else:
                self.play(self.reply_to(verb))
            if verb == "QUIT":
                raise Closed


class Counter:
    """Connections that are open at once."""

    def __init__(self, where, limit):
        self.where, self.limit = where, limit
        self.now = self.most = 0
        self.lock = threading.Lock()

    def enter(self):
        with self.lock:
            if self.now == self.limit:
                return False
            self.now += 1
            if self.now > self.most:
                self.most = self.now
                with open(os.path.join(self.where, "most"), "w") as f:
                    f.write("%d\n" % self.most)
            return True

    def leave(self):
        with self.lock:
            self.now -= 1


def run(primary, peer):
    try:
        primary.serve(peer)
    except (Closed, OSError):
        pass
    primary.peer.close()
    peer.close()


def counted(primary, peer, counter):
    run(primary, peer)
    counter.leave()


def main():
    where = sys.argv[1]
    primary = Primary(where, dict(a.split("=", 1) for a in sys.argv[2:]))
    listener = socket.socket()
    # little, so that who sends much has to wait for us
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
    address, _, port = os.environ.get(
        "FAKEMX_LISTEN", "127.0.0.1:0").rpartition(":")
    listener.bind((address, int(port)))
    listener.listen()
    with open(os.path.join(where, "port.new"), "w") as f:
        f.write("%d\n" % listener.getsockname()[1])
    os.rename(f.name, os.path.join(where, "port"))
    at_once = int(os.environ.get("FAKEMX_AT_ONCE", "0"))
    counter = Counter(where, at_once)
    while True:
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if at_once == 0:
            run(primary, peer)
            continue
        if not counter.enter():
            peer.sendall(b"421 4.7.0 too many connections\r\n")
            peer.close()
            continue
        threading.Thread(target=counted, daemon=True,
                         args=(copy.copy(primary), peer, counter)).start()


main()
