#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Messages of 4 KB into a server, one for each of the domains in turn.

usage: fill.py PORT COUNT DOMAINS [OCTETS]

They are d1.test, d2.test and so on.
"""
import socket
import sys


def main(port, count, domains, octets=4096):
    text = b"From: <a@a.test>\r\nSubject: fill\r\n\r\n"
    text += (b"x" * 78 + b"\r\n") * ((octets - len(text)) // 80)
    with socket.create_connection(("127.0.0.1", port)) as s:
        lines = s.makefile("rb")

        def hear(want):
            line = lines.readline()
            while line[3:4] == b"-":
                line = lines.readline()
            if not line.startswith(want):
                sys.exit("fill.py: %r" % line)

        hear(b"220")
        s.sendall(b"EHLO client.test\r\n")
        hear(b"250")
        for i in range(count):
            s.sendall(b"MAIL FROM:<a@a.test>\r\nRCPT TO:<b@d%d.test>\r\n"
                      b"DATA\r\n" % (i % domains + 1))
            hear(b"250")
            hear(b"250")
            hear(b"354")
            s.sendall(text + b".\r\n")
            hear(b"250")


main(*map(int, sys.argv[1:]))
