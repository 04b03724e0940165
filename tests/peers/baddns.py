#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A name server that is of no use, on 127.0.0.1.

	baddns.py PORT silent|garbage|empty|huge|slow

silent: no answer; garbage: random octets behind the question's id; empty: the
head of an answer that promises records and has none; huge: 60 kB of records
by TCP; slow: an octet a second by TCP.
"""
import os
import socket
import struct
import sys
import threading
import time


def head(query, flags, answers):
    end = 12
    while query[end]:
        end += query[end] + 1
    return query[:2] + struct.pack(">5H", flags, 1, answers, 0, 0) + \
        query[12:end + 5]


def record(text):
    data = b"".join(bytes([len(text[i:i + 255])]) + text[i:i + 255]
                    for i in range(0, len(text), 255))
    return b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data


def answer(query, how):
    if how == "garbage":
        return query[:2] + os.urandom(60)
    if how == "empty":
        return head(query, 0x8180, 40)
    return head(query, 0x8380, 0)  # truncated: ask by TCP


def serve_tcp(listener, how):
    while True:
        peer, _ = listener.accept()
        query = peer.recv(1024)[2:]
        if len(query) < 17:
            peer.close()
            continue
        if how == "huge":
            body = b"".join(record(b"v=spf1 " + b"a " * 1000)
                            for _ in range(28))
            whole = head(query, 0x8180, 28) + body
        else:
            whole = head(query, 0x8180, 1) + record(b"v=spf1 -all")
        whole = struct.pack(">H", len(whole)) + whole
        try:
            if how == "huge":
                peer.sendall(whole)
            for octet in whole if how == "slow" else b"":
                peer.sendall(bytes([octet]))
                time.sleep(1)
        except OSError:
            pass
        peer.close()


def main():
    port, how = int(sys.argv[1]), sys.argv[2]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    tcp = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=serve_tcp, args=(tcp, how), daemon=True).start()
    while True:
        query, peer = udp.recvfrom(4096)
        if how != "silent":
            udp.sendto(answer(query, how), peer)


if __name__ == "__main__":
    main()
