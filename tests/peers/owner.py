#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Asks one process of a helper again and again, as its owner does.

usage: owner.py HELPER STEM...

For each STEM the request STEM.request is sent, and with it the descriptor of
STEM.message if there is such a file.  Its answer is printed, on one line; what
comes after the process has ended is "gone".  At the end "memory A B": KiB that
were resident after the tenth answer and after the last.
"""
import array
import os
import socket
import subprocess
import sys


def resident(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            words = [line.split() for line in status]
    except OSError:
        return 0
    return next((int(w[1]) for w in words if w[0] == "VmRSS:"), 0)


class Helper:
    """One process after another of a helper: who is gone, with status, is
    followed by another."""

    def __init__(self, path):
        self.path, self.process, self.status = path, None, 0

    def start(self):
        self.socket, theirs = socket.socketpair()
        self.process = subprocess.Popen([self.path], stdin=theirs,
                                        stdout=theirs)
        theirs.close()

    def stop(self):
        """It is let go, and waited for."""
        if self.process is None:
            return
        self.socket.close()
        self.status = self.process.wait()
        self.process = None

    def ask(self, request, message=None):
        """The answer, with the empty line at its end; None: it is gone."""
        if self.process is None:
            self.start()
        try:
            self.send(request, message)
            return self.receive()
        except OSError:
            self.stop()
            return None

    def ask_again(self, request, message=None):
        """As who keeps it does: who had answered before may go before he is
        asked, of his own will."""
        new = self.process is None
        text = self.ask(request, message)
        if text is None and not new and self.status == 0:
            text = self.ask(request, message)
        return text

    def send(self, request, message):
        if message is None:
            self.socket.sendall(request)
            return
        rights = array.array("i", [message.fileno()])
        self.socket.sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                         rights)])

    def receive(self):
        text = b""
        while not text.endswith(b"\n\n"):
            octets = self.socket.recv(65536)
            if not octets:
                raise ConnectionResetError
            text += octets
        return text.decode("ascii")


def ask(helper, stem):
    with open(stem + ".request", "rb") as f:
        request = f.read()
    if not os.path.exists(stem + ".message"):
        return helper.ask(request)
    with open(stem + ".message", "rb") as message:
        return helper.ask(request, message)


def main(path, *stems):
    helper = Helper(path)
    helper.start()
    memory = [0, 0]
    for n, stem in enumerate(stems):
        text = ask(helper, stem) if helper.process else None
        print("gone" if text is None else text.replace("\n", " "))
        if text is not None:
            memory[n >= 10] = resident(helper.process.pid)
    helper.stop()
    print("memory", *memory)
    return helper.status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
