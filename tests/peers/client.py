#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""One message from an address of one's choice to a program that serves fd 0.

usage: client.py SOURCE FROM TO[,TO...] [MESSAGE] -- PROGRAM [ARGUMENT...]

Prints each reply to RCPT and the one to the message, if it came to that, a
line each; then the seconds until the greeting's end.  MESSAGE is a file, its
lines end with CR LF.
"""
import socket
import subprocess
import sys
import time

TEXT = b"From: a@sender.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n" \
       b"Message-ID: <x@sender.test>\r\nSubject: x\r\n\r\ny\r\n"


def main(source, sender, rcpts, text, command):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    listener = socket.socket(family)
    listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    listener.listen()
    s = socket.socket(family)
    s.settimeout(200)
    s.bind((source, 0))
    s.connect(listener.getsockname()[:2])
    served, _ = listener.accept()
    began = time.monotonic()
    p = subprocess.Popen(command, stdin=served, stdout=served)
    served.close()
    f = s.makefile("rb")

    def reply():
        lines = []
        while True:
            line = f.readline()
            if not line:
                sys.exit("client.py: the connection ended")
            lines.append(line.decode("latin-1").rstrip("\r\n"))
            if line[3:4] == b" ":
                return lines[0] if len(lines) == 1 else "\n".join(lines)

    def say(line):
        s.sendall(line.encode() + b"\r\n")
        return reply()

    reply()
    greeted = time.monotonic() - began
    say("EHLO client.test")
    answer = say("MAIL FROM:<%s>" % sender)
    good = False
    if answer.startswith("250"):
        for rcpt in rcpts.split(","):
            answer = say("RCPT TO:<%s>" % rcpt)
            good |= answer.startswith("250")
            print(answer)
        if good:
            answer = say("DATA")
            if answer.startswith("354"):
                s.sendall(text.replace(b"\r\n.", b"\r\n..") + b".\r\n")
                answer = reply()
            print(answer)
    else:
        print(answer)
    say("QUIT")
    p.wait()
    print("%.1f" % greeted)


at = sys.argv.index("--")
text = TEXT
if at > 4:
    with open(sys.argv[4], "rb") as f:
        text = f.read()
main(sys.argv[1], sys.argv[2], sys.argv[3], text, sys.argv[at + 1:])
