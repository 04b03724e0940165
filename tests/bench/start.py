#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What a connection costs before the first octet: mxrecv from its start to
220, beside /bin/true from start to end.

usage: start.py MXRECV [COUNT]
"""
import os
import socket
import subprocess
import sys
import tempfile
import time


def first_octets(mxrecv, conf):
    ours, theirs = socket.socketpair()
    began = time.perf_counter()
    p = subprocess.Popen([mxrecv, "-f", conf], stdin=theirs, stdout=theirs,
                         stderr=subprocess.DEVNULL)
    theirs.close()
    text = b""
    while b"\n220 " not in b"\n" + text:
        more = ours.recv(4096)
        if not more:
            sys.exit("start.py: no greeting")
        text += more
    took = time.perf_counter() - began
    ours.close()
    p.wait()
    return took


def nothing():
    began = time.perf_counter()
    subprocess.run(["/bin/true"], check=True)
    return time.perf_counter() - began


def main(mxrecv, count="200"):
    with tempfile.TemporaryDirectory() as d:
        conf = os.path.join(d, "mx.conf")
        with open(conf, "w") as f:
            f.write("hostname backup.test\ngreet_delay 0\nspool %s/spool\n"
                    "policy %s/policy.db\nstate %s/state.db\n" % (d, d, d))
        subprocess.run("sqlite3 %s/policy.db <share/schema.sql" % d,
                       shell=True, check=True)
        pairs = [(first_octets(mxrecv, conf), nothing())
                 for _ in range(int(count))]
    for name, at in (("p50", 0.5), ("p99", 0.99)):
        a, b = (sorted(x)[int(len(pairs) * at)] * 1000 for x in zip(*pairs))
        print("%-34s %7.2f ms %7.2f ms  x%.2f  /bin/true" %
              ("start to 220, " + name, a, b, b / a))


main(*sys.argv[1:])
