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


def send(sock, stem):
    with open(stem + ".request", "rb") as f:
        request = f.read()
    if not os.path.exists(stem + ".message"):
        sock.sendall(request)
        return
    with open(stem + ".message", "rb") as message:
        rights = array.array("i", [message.fileno()])
        sock.sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


def answer(sock):
    text = b""
    while not text.endswith(b"\n\n"):
        octets = sock.recv(65536)
        if not octets:
            return "gone"
        text += octets
    return text.decode("ascii").replace("\n", " ")


def main(helper, *stems):
    ours, theirs = socket.socketpair()
    with subprocess.Popen([helper], stdin=theirs, stdout=theirs) as process:
        theirs.close()
        memory = [0, 0]
        for n, stem in enumerate(stems):
            try:
                send(ours, stem)
                said = answer(ours)
            except OSError:
                said = "gone"
            print(said)
            if said != "gone":
                memory[n >= 10] = resident(process.pid)
        ours.close()
    print("memory", *memory)
    return process.returncode


sys.exit(main(*sys.argv[1:]))
