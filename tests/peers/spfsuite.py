#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs mx-spf over the test suite of RFC 7208: a name server of its own
answers what each scenario says.

	spfsuite.py SUITE.yml MX-SPF [NAME…]

Prints TAP; with names, of those cases alone.  SPF_DEADLINE_MS is for each.
"""
import ipaddress
import os
import socket
import struct
import subprocess
import sys
import threading

import yaml

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16,
         "AAAA": 28, "SPF": 99}
DEADLINE_MS = int(os.environ.get("SPF_DEADLINE_MS", 2000))  # or silence


def wire_name(name):
    labels = [l for l in name.encode("latin-1").split(b".") if l]
    return b"".join(bytes([len(l)]) + l for l in labels) + b"\0"


def wire_text(value):
    strings = value if isinstance(value, list) else [value]
    octets = [s.encode("utf-8") if max(map(ord, s), default=0) > 255
              else s.encode("latin-1") for s in strings]
    out = b""
    for s in octets or [b""]:
        for at in range(0, max(len(s), 1), 255):
            part = s[at:at + 255]
            out += bytes([len(part)]) + part
    return out


def wire_data(kind, value):
    if kind == "A":
        return ipaddress.IPv4Address(value).packed
    if kind == "AAAA":
        return ipaddress.IPv6Address(value).packed
    if kind in ("TXT", "SPF"):
        return wire_text(value)
    if kind == "MX":
        return struct.pack(">H", value[0]) + wire_name(value[1])
    return wire_name(value)


class Zone:
    """The zonedata of a scenario: SPF stands for TXT too where a name has no
    TXT, and "TIMEOUT" is silence about the types not named."""

    def __init__(self, data):
        self.names, self.silent = {}, set()
        for name, records in (data or {}).items():
            key = name.lower().rstrip(".")
            rows = self.names.setdefault(key, [])
            has_txt = any(isinstance(r, dict) and "TXT" in r for r in records)
            for r in records:
                if r == "TIMEOUT":
                    self.silent.add(key)
                    continue
                (kind, value), = r.items()
                if value == "NONE":
                    continue
                rows.append((kind, value))
                if kind == "SPF" and not has_txt:
                    rows.append(("TXT", value))

    def find(self, name, kind):
        """Rows to answer with, rcode; None is silence."""
        rows, seen = [], set()
        while True:
            if name not in self.names:
                return rows, 0 if rows else 3
            here = self.names[name]
            hits = [(name, k, v) for k, v in here if k == kind]
            if not hits and name in self.silent:
                return None, 0
            alias = [v for k, v in here if k == "CNAME"]
            if hits or not alias or kind == "CNAME":
                return rows + hits, 0
            if name in seen:
                return [], 2
            seen.add(name)
            rows.append((name, "CNAME", alias[0]))
            name = alias[0].lower().rstrip(".")


class Server(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.zone = Zone({})
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            answer = self.answer(query)
            if answer is not None:
                self.socket.sendto(answer, peer)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]])
            at += query[at] + 1
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        question = query[12:at + 5]
        name = b".".join(labels).decode("latin-1").lower()
        kinds = [k for k, n in TYPES.items() if n == kind]
        rows, rcode = self.zone.find(name, kinds[0] if kinds else "?")
        if rows is None:
            return None
        body = b"".join(
            (b"\xc0\x0c" if n == name else wire_name(n)) +
            struct.pack(">HHIH", TYPES[k], 1, 60, len(wire_data(k, v))) +
            wire_data(k, v) for n, k, v in rows)
        return query[:2] + struct.pack(">5H", 0x8580 | rcode, 1, len(rows), 0,
                                       0) + question + body


def quote(value):
    octets = value.encode("utf-8")
    return "".join(chr(c) if 0x21 <= c <= 0x7e and c not in b'%"'
                   else "%%%02X" % c for c in octets)


def evaluate(program, port, case):
    request = "ip=%s\nhelo=%s\nsender=%s\nreceiver=mx.example.org\n" \
        "resolver=127.0.0.1:%d\ndeadline_ms=%d\n\n" % (
            case["host"], quote(case["helo"]), quote(case["mailfrom"]), port,
            DEADLINE_MS)
    done = subprocess.run([program], input=request, capture_output=True,
                          encoding="ascii")
    said = [l.split("=", 1) for l in done.stdout.splitlines() if "=" in l]
    if not said or done.returncode != 0:
        return "exit %d" % done.returncode, done.stderr.strip()
    reason = ""
    for key, value in said[1:]:
        if key == "helo":
            break
        if key == "reason":
            reason = value
    return said[0][1], reason


def main():
    suite, program, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
    server = Server()
    server.start()
    run = failed = 0
    with open(suite, encoding="utf-8") as file:
        for scenario in yaml.safe_load_all(file):
            server.zone = Zone(scenario.get("zonedata"))
            for name, case in scenario["tests"].items():
                if wanted and name not in wanted:
                    continue
                want = case["result"]
                want = want if isinstance(want, list) else [want]
                got, reason = evaluate(program, server.port, case)
                run += 1
                good = got in want
                failed += not good
                print("%sok %d - %s: %s (%s)" % (
                    "" if good else "not ", run, name, got, reason),
                      flush=True)
                if not good:
                    print("# want %s" % " or ".join(want))
    print("1..%d" % run)
    print("# %d of %d pass" % (run - failed, run))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
