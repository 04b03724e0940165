#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A web server that says what it is told to.

usage: stsd.py DIR ADDRESS

Listens at port 443.  For each connection DIR/cert is read (certificate and
key); what was asked for is added to DIR/log, and DIR/answer is sent as it is,
one octet a second where there is DIR/slow.  DIR/ready is made once it listens.
"""
import os
import socket
import ssl
import sys
import time

PATIENCE = 60  # seconds; whoever asks gives up by himself before


def serve(where, peer):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.path.join(where, "cert"))
    peer.settimeout(PATIENCE)
    with context.wrap_socket(peer, server_side=True) as tls:
        asked = b""
        while b"\r\n\r\n" not in asked:
            more = tls.recv(4096)
            if not more:
                return
            asked += more
        with open(os.path.join(where, "log"), "ab") as log:
            log.write(asked)
        with open(os.path.join(where, "answer"), "rb") as f:
            answer = f.read()
        if os.path.exists(os.path.join(where, "slow")):
            for octet in answer:
                tls.sendall(bytes([octet]))
                time.sleep(1)
        else:
            tls.sendall(answer)


def main():
    where, address = sys.argv[1:]
    listener = socket.create_server((address, 443))
    open(os.path.join(where, "ready"), "w").close()
    while True:
        peer, _ = listener.accept()
        try:
            serve(where, peer)
        except OSError:
            pass
        peer.close()


main()
