#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Sends a file to a server as soon as it listens, and prints all it answers.

usage: pour.py PORT FILE
"""
import socket
import sys
import threading
import time


def dial(port):
    for _ in range(400):
        try:
            return socket.create_connection(("127.0.0.1", port), 60)
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit("nobody listens")


def pour(s, octets):
    try:
        s.sendall(octets)
    except OSError:
        pass  # it was killed


with dial(int(sys.argv[1])) as s, open(sys.argv[2], "rb") as f:
    sender = threading.Thread(target=pour, args=(s, f.read()))
    sender.start()
    try:
        while data := s.recv(65536):
            sys.stdout.buffer.write(data)
    except OSError:
        pass
    try:
        s.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    sender.join()
