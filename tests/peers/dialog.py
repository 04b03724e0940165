#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Plays written SMTP sessions against a program that serves fd 0.

usage: dialog.py SESSION... -- PROGRAM [ARGUMENT...]

A session file has one step a line; the file's first comment is its name.
    > text      send the text and CR LF
    >> text     send the text as it stands; \\r \\n \\0 \\xHH are octets
    < regex     a whole reply must match, from its first column, its lines
                joined by \\n
    close       the server must close the connection
    wait N      do nothing for N seconds
    repeat N    the next step N times; {i} in it is the count from 0
Each session is one TAP test.
"""
import re
import socket
import subprocess
import sys
import time

LIMIT = 60  # seconds for any one reply


class Failed(Exception):
    pass


class Session:
    def __init__(self, command):
        listener = socket.create_server(("127.0.0.1", 0))
        self.socket = socket.create_connection(listener.getsockname())
        self.socket.settimeout(LIMIT)
        served, _ = listener.accept()
        listener.close()
        self.process = subprocess.Popen(
            command, stdin=served, stdout=served, stderr=subprocess.DEVNULL)
        served.close()
        self.lines = self.socket.makefile("rb")

    def send(self, octets):
        try:
            self.socket.sendall(octets)
        except OSError as error:
            raise Failed(f"sending: {error}") from error

    def reply(self):
        lines = []
        while True:
            try:
                line = self.lines.readline()
            except OSError as error:
                raise Failed(f"reading: {error}") from error
            if not line.endswith(b"\r\n"):
                raise Failed(f"connection ended after {lines} {line!r}")
            if not re.match(rb"[2-5]\d\d[ -]", line):
                raise Failed(f"not a reply: {line!r}")
            lines.append(line[:-2].decode("latin-1"))
            if line[3:4] == b" ":
                return "\n".join(lines)

    def expect_close(self):
        try:
            rest = self.lines.read()
        except ConnectionResetError as error:
            raise Failed("the server reset the connection") from error
        if rest:
            raise Failed(f"more came: {rest[:200]!r}")

    def end(self):
        self.lines.close()
        self.socket.close()
        try:
            status = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            raise Failed("the program did not end") from error
        if status != 0:
            raise Failed(f"the program ended with status {status}")


def octets(text):
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def step(session, line):
    if line.startswith(">> "):
        session.send(octets(line[3:]))
    elif line.startswith("> "):
        session.send(line[2:].encode() + b"\r\n")
    elif line == ">":
        session.send(b"\r\n")
    elif line.startswith("< "):
        got = session.reply()
        if not re.match(line[2:], got):
            raise Failed(f"wanted {line[2:]!r}, got {got!r}")
    elif line == "close":
        session.expect_close()
    elif line.startswith("wait "):
        time.sleep(float(line[5:]))
    else:
        raise Failed(f"no such step: {line!r}")


def play(path, command):
    session = Session(command)
    times = 1
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            if line.startswith("repeat "):
                times = int(line[7:])
                continue
            for i in range(times):
                try:
                    step(session, line.replace("{i}", str(i)))
                except Failed as error:
                    session.process.kill()
                    session.process.wait()
                    raise Failed(f"{path}:{number}: {error}") from error
            times = 1
    session.end()


def name_of(path):
    with open(path, encoding="utf-8") as file:
        return file.readline().lstrip("# ").rstrip()


def main():
    split = sys.argv.index("--")
    failed = False
    for number, path in enumerate(sys.argv[1:split], 1):
        try:
            play(path, sys.argv[split + 1:])
            print(f"ok {number} - {name_of(path)}", flush=True)
        except Failed as error:
            failed = True
            print(f"not ok {number} - {name_of(path)}\n# {error}", flush=True)
    print(f"1..{split - 1}")
    sys.exit(failed)


main()
