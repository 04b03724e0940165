#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Connections to a server that listens.

usage: hold.py hear HOST PORT [FROM]     prints what comes until 220 or the end
       hold.py soon HOST PORT FROM       "greeted", if within 5 s
       hold.py many PORT COUNT FROM FILE holds COUNT open; FILE says how many
                                         heard 220 and 421, once it is so
       hold.py rest PORT COUNT FILE      the same, once EHLO is answered
       hold.py loris PORT COUNT PREFIX NETWORKS FILE
                                         COUNT from so many of PREFIX.N.0/24, each
                                         second one within a message, that send
                                         an octet every 2 s for two minutes; FILE
                                         says how many heard what
       hold.py storm PORT FILE DOMAIN... asks for each by ETRN, again and again
                                         from four addresses at once, until FILE
                                         is there; prints how many heard what
       hold.py talk PORT FROM LINE...    says each, prints the replies; leaves
                                         without a word
       hold.py half PORT FILE            in the midst of a message; goes on when
                                         FILE is there, prints the replies
"""
import os
import socket
import sys
import threading
import time

MESSAGE = (b"EHLO client.test\r\n", b"MAIL FROM:<a@a.test>\r\n",
           b"RCPT TO:<b@b.test>\r\n", b"DATA\r\n")  # and no more of it


def dial(host, port, source=""):
    return socket.create_connection((host, int(port)), 60, (source, 0))


def lines(f):
    text = ""
    for line in f:
        text += line
        if line[3:4] != "-":
            break
    return text


def hear(host, port, source=""):
    with dial(host, port, source) as s, s.makefile() as f:
        sys.stdout.write(lines(f))


def soon(host, port, source):
    began = time.monotonic()
    with dial(host, port, source) as s, s.makefile() as f:
        good = lines(f).startswith("220-")
    took = time.monotonic() - began
    print("greeted" if good and took < 5 else "after %.1f s" % took)


def many(port, count, source, done):
    held = [dial("127.0.0.1", port, source) for _ in range(int(count))]
    said = [lines(s.makefile())[:3] for s in held]
    report(done, "%d %d\n" % (said.count("220"), said.count("421")))


def rest(port, count, done):
    held = [dial("127.0.0.1", port) for _ in range(int(count))]
    files = [s.makefile("rw", newline="") for s in held]
    said = []
    for f in files:
        lines(f)
        f.write("EHLO client.test\r\n")
        f.flush()
        said.append(lines(f)[:3])
    report(done, "%d\n" % said.count("250"))


def loris(port, count, prefix, networks, done):
    networks = int(networks)
    held = [dial("127.0.0.1", port, "%s.%d.%d" % (
        prefix, i % networks, i // networks + 1)) for i in range(int(count))]
    kinds = []
    for i, s in enumerate(held):
        f = s.makefile()
        text = lines(f)
        kinds.append(text[:9] if text.startswith("4") else text[:3])
        for said in MESSAGE if kinds[i] == "220" and i % 2 else ():
            s.sendall(said)
            kinds[i] = lines(f)[:3]
        s.setblocking(False)
    write(done, "".join("%d %s\n" % (kinds.count(k), k)
                        for k in sorted(set(kinds))))
    for i in range(1200):
        for s in held[i % 20::20]:  # each of them every 2 s
            try:
                s.send(b"x")
            except OSError:
                pass  # who was sent away
        time.sleep(0.1)


def storm(port, done, *domains):
    heard = []

    def ask(source):
        while not os.path.exists(done):
            with dial("127.0.0.1", port, source) as s, s.makefile() as f:
                lines(f)
                s.sendall(b"EHLO client.test\r\n")
                lines(f)
                for name in domains:
                    s.sendall(b"ETRN %s\r\n" % name.encode())
                    heard.append(lines(f)[:3])

    askers = [threading.Thread(target=ask, args=("127.3.%d.1" % i,))
              for i in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    print(" ".join("%d %s" % (heard.count(k), k) for k in sorted(set(heard))))


def report(done, text):
    write(done, text)
    time.sleep(60)


def write(done, text):
    with open(done + ".new", "w") as f:
        f.write(text)
    os.rename(done + ".new", done)


def talk(port, source, *said):
    with dial("127.0.0.1", port, source) as s, s.makefile() as f:
        sys.stdout.write(lines(f))
        for line in said:
            s.sendall(line.encode() + b"\r\n")
            sys.stdout.write(lines(f))


def half(port, go):
    with dial("127.0.0.1", port) as s, s.makefile() as f:
        lines(f)
        for line in ("EHLO client.test", "MAIL FROM:<a@a.test>",
                     "RCPT TO:<b@example.com>", "DATA"):
            s.sendall(line.encode() + b"\r\n")
            lines(f)
        s.sendall(b"Subject: half\r\n\r\n")
        with open(go + ".ready", "w"):
            pass
        while not os.path.exists(go):
            time.sleep(0.05)
        s.sendall(b"the rest\r\n.\r\n")
        for _ in range(2):  # what becomes of it, and of us
            sys.stdout.write(lines(f))
            sys.stdout.flush()


globals()[sys.argv[1]](*sys.argv[2:])
