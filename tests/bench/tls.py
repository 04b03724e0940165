#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Sessions with STARTTLS, one behind the other in four threads.

usage: tls.py clear|full|resumed|memory SESSIONS PORT NAME SERVER-PID

CPU is that of the server's process and of its children, ended or not.
"""
import glob
import os
import socket
import ssl
import sys
import threading
import time

MODE, SESSIONS, PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
NAME, SERVERS = sys.argv[4], sys.argv[5].split(",")
THREADS = 4
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
resumed = 0


def reply(f):
    while True:
        line = f.readline()
        if line[3:4] != b"-":
            return line


def session(ticket):
    s = socket.create_connection(("127.0.0.1", PORT), 30)
    f = s.makefile("rb")
    reply(f)
    s.sendall(b"EHLO client.test\r\n")
    reply(f)
    if MODE != "clear":
        s.sendall(b"STARTTLS\r\n")
        assert reply(f)[:3] == b"220"
        s = context.wrap_socket(s, server_hostname="backup.test", session=ticket)
        f = s.makefile("rb")
        s.sendall(b"EHLO client.test\r\n")
        reply(f)
    if MODE == "memory":
        memory()
    again = s.session if MODE == "resumed" else None
    reused = MODE == "resumed" and s.session_reused
    s.sendall(b"QUIT\r\n")
    reply(f)
    s.close()
    return again, reused


def memory():
    for comm in glob.glob("/proc/[0-9]*/comm"):
        try:
            if open(comm).read() != "mx-tls\n":
                continue
            with open(comm.replace("comm", "smaps_rollup")) as f:
                sizes = dict(l.split(None, 1) for l in f if ":" in l.split()[0])
        except (OSError, ValueError):
            continue
        print("memory of one mx-tls:", ", ".join(
            f"{k} {sizes[k + ':'].strip()}"
            for k in ("Rss", "Pss", "Private_Dirty")))


def cpu(pids):
    """Seconds of CPU of processes, their children, and what those waited for."""
    ticks = 0
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if stat.split("/")[2] in pids or fields[1] in pids:
            ticks += sum(int(t) for t in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def work(n):
    global resumed
    ticket = None
    for _ in range(n):
        ticket, reused = session(ticket)
        resumed += reused


if MODE == "memory":
    session(None)
    sys.exit()
began, burnt = time.monotonic(), cpu(SERVERS)
threads = [threading.Thread(target=work, args=(SESSIONS // THREADS,))
           for _ in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
took = time.monotonic() - began
time.sleep(1)  # for children to end
burnt = cpu(SERVERS) - burnt
print(f"{MODE:8} {NAME:18} {SESSIONS / took:7.1f} sessions/s, "
      f"{1000 * burnt / SESSIONS:6.2f} ms of CPU each, {resumed} resumed")
