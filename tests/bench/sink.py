#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Takes mail and throws it away, by BDAT where it is let.

usage: sink.py PORT [CHUNKING]
"""
import socket
import sys
import threading

BLOCK = 1 << 20
END = b"\r\n.\r\n"


class Session:
    def __init__(self, connection, chunking):
        self.s = connection
        self.held = b""
        self.ehlo = b"250-sink.test\r\n250-PIPELINING\r\n"
        self.ehlo += b"250-CHUNKING\r\n" if chunking else b""
        self.ehlo += b"250 8BITMIME\r\n"
        self.block = memoryview(bytearray(BLOCK))

    def line(self):
        while b"\r\n" not in self.held:
            more = self.s.recv(BLOCK)
            if not more:
                return b"QUIT"
            self.held += more
        line, self.held = self.held.split(b"\r\n", 1)
        return line.upper()

    def chunk(self, octets):
        taken = min(octets, len(self.held))
        self.held = self.held[taken:]
        while taken < octets:
            n = self.s.recv_into(self.block, min(BLOCK, octets - taken))
            if n == 0:
                return
            taken += n

    def data(self):
        """To the end, behind which Postfix has sent its QUIT already."""
        block = bytearray(len(END) + BLOCK)  # the last octets, and more
        n = len(self.held)
        block[:n] = self.held
        while (at := block.find(END, 0, n)) == -1:
            kept = min(n, len(END) - 1)
            block[:kept] = block[n - kept:n]
            more = self.s.recv_into(memoryview(block)[kept:])
            if more == 0:
                return
            n = kept + more
        self.held = bytes(block[at + len(END):n])

    def run(self):
        try:
            self.serve()
        except OSError:
            pass  # who only looked whether somebody listens

    def serve(self):
        self.s.sendall(b"220 sink.test ESMTP\r\n")
        line = b""
        while line != b"QUIT":
            line = self.line()
            answer = b"250 2.0.0 Ok\r\n"
            if line.startswith(b"EHLO"):
                answer = self.ehlo
            elif line.startswith(b"BDAT"):
                self.chunk(int(line.split()[1]))
            elif line == b"DATA":
                self.s.sendall(b"354 go on\r\n")
                self.data()
            self.s.sendall(answer)
        self.s.close()


def main(port, chunking=""):
    with socket.create_server(("", int(port)), backlog=100) as listener:
        while True:
            session = Session(listener.accept()[0], chunking)
            threading.Thread(target=session.run, daemon=True).start()


main(*sys.argv[1:])
