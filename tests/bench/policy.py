#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Messages, or recipients of nobody's, to an mxrecv for each connection.

usage: policy.py COUNT SESSIONS TO MESSAGE PROGRAM [ARGUMENT...]

Prints connections a second, and CPU milliseconds of the program and all that
it started, for each.
"""
import resource
import socket
import subprocess
import sys
import threading
import time


def converse(listener, lock, to, text, command):
    with lock:
        s = socket.socket()
        s.bind(("127.0.0.2", 0))
        s.connect(listener.getsockname())
        served, _ = listener.accept()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    p = subprocess.Popen(command, stdin=served, stdout=served,
                         stderr=subprocess.DEVNULL)
    served.close()
    lines = s.makefile("rb")

    def say(octets, wanted):
        if octets:
            s.sendall(octets + b"\r\n")
        line = lines.readline()
        while line[3:4] == b"-":
            line = lines.readline()
        if not line.startswith(wanted):
            sys.stderr.write("policy.py: %r\n" % line)
            raise SystemExit(1)

    say(b"", b"220")
    say(b"EHLO client.sender.test", b"250")
    say(b"MAIL FROM:<a@sender.test>", b"250")
    if text:
        say(b"RCPT TO:<%s>" % to, b"250")
        say(b"DATA", b"354")
        say(text + b".", b"250")
    else:
        say(b"RCPT TO:<%s>" % to, b"550")
    say(b"QUIT", b"221")
    lines.close()
    s.close()
    p.wait()


def main(count, sessions, to, message, *command):
    text = b""
    if message != "-":
        with open(message, "rb") as f:
            text = f.read()
    listener = socket.create_server(("127.0.0.1", 0))
    lock = threading.Lock()
    left = [int(count)]
    failed = []

    def work():
        try:
            while True:
                with lock:
                    if left[0] == 0:
                        return
                    left[0] -= 1
                converse(listener, lock, to.encode(), text, command)
        except (SystemExit, OSError) as error:
            failed.append(error)

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(int(sessions))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if failed:
        sys.exit(1)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print("%.1f %.2f" % (int(count) / took, cpu * 1000 / int(count)))


main(*sys.argv[1:])
