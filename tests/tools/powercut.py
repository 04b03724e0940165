#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What a power cut may leave of a spool: a trace becomes many disks.

usage: powercut.py TRACE ROOT BEFORE DIR CUTS COMMAND [ARGUMENT...]

TRACE is of `strace -f -y -xx -s 4194304` with the calls in CALLS below (what
`powercut.py calls` prints).  BEFORE is what ROOT was when it began, all of it
on disk.  The calls that change something below ROOT are played up to a random
moment; what was synced by then is kept, and of the rest each write, name and
removal is kept or dropped by chance (a write may be torn).  The tree that results is DIR/spool;
DIR/said has a line for each thing that others were told, or told us, before
that moment ("250 2.0.0 Queued as ID …").  Then COMMAND is run; what it prints
is a flaw.  At least STATES trees that differ are tried, the same ones each
time, and the last line says how many.

A file's fsync says nothing of its name; its directory's does.  A rename is
whole or not at all.  ROOT/tmp/#N is a file without a name (O_TMPFILE).
"""
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys

CALLS = "openat,mkdir,mkdirat,write,pwrite64,sendto,read,recvfrom,fsync," \
    "fdatasync,syncfs,link,linkat,rename,renameat,renameat2,unlink,unlinkat," \
    "ftruncate,copy_file_range"
TOLD = re.compile(rb"^250 2\.0\.0 [^\r\n]*", re.M)
CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (\S+)", re.S)
FD = re.compile(r"^(-?\d+|AT_FDCWD)(?:<([^>]*)>)?")


def octets(text):
    return bytes.fromhex(text.replace("\\x", ""))


class File:
    def __init__(self, data=b""):
        self.before = data
        self.data = bytearray(data)


class Op:
    """One change: of a file's octets, or of a directory's names."""

    def __init__(self, kind, where, *rest):
        self.kind, self.where, self.rest = kind, where, rest
        self.synced = False


class Trace:
    def __init__(self, root, before):
        self.root = root
        self.names = dict(before)   # path below the root -> File or None
        self.unnamed = {}       # "#N" -> File
        self.fds = {}           # (pid, fd) -> "#N"
        self.steps = []         # Op, ("sync", test of an Op), ("said", octets)

    # -- what a descriptor or a path stands for

    def path(self, text):
        """Below the root, "" the root itself; None: elsewhere."""
        if text == self.root:
            return ""
        if text.startswith(self.root + "/"):
            return os.path.normpath(text[len(self.root) + 1:])
        return None

    def at(self, fd, name):
        base = FD.match(fd).group(2)
        full = octets(name.strip('"')).decode()
        if not full.startswith("/"):
            full = octets(base).decode() + "/" + full
        return self.path(os.path.normpath(full))

    def file(self, fd):
        where = octets(FD.match(fd).group(2)).decode()
        inner = self.path(where)
        if inner is None:
            return None, None
        last = inner.rsplit("/", 1)[-1]
        if last in self.unnamed:
            return self.unnamed[last], inner
        return self.names.get(inner), inner

    # -- calls

    def call(self, pid, name, args, result):
        if result.startswith("-") or result == "?":
            return
        handler = getattr(self, "do_" + name, None)
        if handler is not None:
            handler(pid, args, result)

    def do_openat(self, pid, args, result):
        fd, opened = FD.match(result).groups()
        if "O_TMPFILE" in args[2]:
            last = octets(opened).decode().rsplit("/", 1)[-1]
            self.unnamed[last] = File()
            self.fds[pid, fd] = last
            return
        self.fds.pop((pid, fd), None)
        where = self.at(args[0], args[1])
        if where and "O_CREAT" in args[2] and where not in self.names:
            self.change(Op("name", os.path.dirname(where), where, File()))

    def do_mkdir(self, _, args, __):
        where = self.path(octets(args[0].strip('"')).decode())
        if where:
            self.change(Op("name", os.path.dirname(where), where, None))

    def do_mkdirat(self, _, args, __):
        where = self.at(args[0], args[1])
        if where:
            self.change(Op("name", os.path.dirname(where), where, None))

    def do_linkat(self, pid, args, _):
        to = self.at(args[2], args[3])
        source = octets(args[1].strip('"')).decode()
        if source.startswith("/proc/self/fd/"):
            file = self.unnamed[self.fds[pid, source[14:]]]
        else:
            file = self.names[self.at(args[0], args[1])]
        self.change(Op("name", os.path.dirname(to), to, file))

    def do_renameat(self, _, args, __):
        old, new = self.at(args[0], args[1]), self.at(args[2], args[3])
        if old:
            self.change(Op("move", os.path.dirname(old), old, new))

    do_renameat2 = do_renameat

    def do_unlinkat(self, _, args, __):
        where = self.at(args[0], args[1])
        if where:
            self.change(Op("gone", os.path.dirname(where), where))

    def do_pwrite64(self, _, args, result):
        file, __ = self.file(args[0])
        if file is not None:
            data = octets(args[1].strip('"'))[:int(result)]
            self.change(Op("data", file, int(args[3]), data))

    def do_ftruncate(self, _, args, __):
        file, ___ = self.file(args[0])
        if file is not None:
            self.change(Op("size", file, int(args[1])))

    def do_copy_file_range(self, _, args, result):
        source, __ = self.file(args[0])
        target, __ = self.file(args[2])
        start, to = (int(args[i].strip("[]")) for i in (1, 3))
        if target is not None:
            data = bytes(source.data[start:start + int(result)])
            self.change(Op("data", target, to, data))

    def do_fsync(self, _, args, __):
        file, where = self.file(args[0])
        if where is None:
            return
        if file is not None:
            self.sync(lambda op: op.where is file)
        else:
            self.sync(lambda op: op.where == where or (
                op.kind == "move" and os.path.dirname(op.rest[1]) == where))

    do_fdatasync = do_fsync

    def do_syncfs(self, _, __, ___):
        self.sync(lambda op: True)

    def do_write(self, _, args, result):
        text = args[1].rstrip(".").strip('"')
        said = text.startswith("\\x") and TOLD.search(octets(text))
        if said:
            self.steps.append(("said", said.group()))

    do_sendto = do_read = do_recvfrom = do_write

    def change(self, op):
        apply(op, self.names)
        self.steps.append(op)

    def sync(self, test):
        self.steps.append(("sync", test))


def apply(op, names):
    """Plays OP; one whose directory is not there plays no part."""
    if op.kind == "data":
        at, data = op.rest
        file = op.where
        if len(file.data) < at:
            file.data.extend(bytes(at - len(file.data)))
        file.data[at:at + len(data)] = data
    elif op.kind == "size":
        del op.where.data[op.rest[0]:]
        op.where.data.extend(bytes(op.rest[0] - len(op.where.data)))
    elif op.where not in names and op.where != "":
        return
    elif op.kind == "name":
        names[op.rest[0]] = op.rest[1]
    elif op.kind == "gone":
        # a directory with something in it stays
        if not any(name.startswith(op.rest[0] + "/") for name in names):
            names.pop(op.rest[0], None)
    elif op.rest[0] in names and os.path.dirname(op.rest[1]) in names:
        names[op.rest[1]] = names.pop(op.rest[0])


def tree(top):
    """The names below TOP."""
    names = {}
    for where, directories, files in os.walk(top):
        inner = os.path.relpath(where, top)
        for name in directories:
            names[os.path.normpath(os.path.join(inner, name))] = None
        for name in files:
            with open(os.path.join(where, name), "rb") as data:
                names[os.path.normpath(os.path.join(inner, name))] = File(
                    data.read())
    return names


def read(path, root, before):
    """The trace, a call interrupted by another put together again."""
    trace, begun = Trace(root, before), {}
    with open(path, encoding="ascii", errors="replace") as lines:
        for line in lines:
            pid, _, text = line.rstrip("\n").partition(" ")
            text = text.strip()
            if text.endswith("<unfinished ...>"):
                begun[pid] = text[:-len("<unfinished ...>")].strip()
                continue
            if text.startswith("<..."):
                rest = text.split("resumed>", 1)[-1].strip()
                text = begun.pop(pid, "") + " " + rest
            text = text.replace("(deleted)", "")
            found = CALL.match(pid + " " + text)
            if found:
                _, name, args, result = found.groups()
                trace.call(pid, name, args.split(", "), result)
    return trace


def cut(steps, end, before, chance, keep):
    """The names at a power cut after END steps; and what was said."""
    ops, said = [], []
    for step in steps[:end]:
        if isinstance(step, Op):
            step.synced = False
            ops.append(step)
        elif step[0] == "said":
            said.append(step[1])
        else:
            for op in ops:
                op.synced = op.synced or step[1](op)
    files = {id(op.where): op.where for op in ops if op.kind in
             ("data", "size")}
    for file in files.values():
        file.data = bytearray(file.before)
    names = dict(before)
    for op in ops:
        if op.synced or chance.random() < keep:
            apply(op, names)
        elif op.kind == "data" and chance.random() < 0.5:
            at, data = op.rest
            apply(Op("data", op.where, at, data[:chance.randint(0, len(data))]),
                  names)
    return names, said


def rebuild(names, where):
    shutil.rmtree(where, ignore_errors=True)
    os.mkdir(where, 0o700)
    for name, file in sorted(names.items()):
        path = os.path.join(where, name)
        if file is None:
            os.mkdir(path, 0o700)
        else:
            with open(path, "wb") as out:
                out.write(file.data)


def digest(names, said):
    text = hashlib.sha256(repr(said).encode())
    for name, file in sorted(names.items()):
        text.update(name.encode() + b"\0")
        text.update(b"" if file is None else hashlib.sha256(file.data).digest())
    return text.digest()


def main():
    if sys.argv[1:] == ["calls"]:
        print(CALLS)
        return 0
    path, root, start, where, cuts = sys.argv[1:6]
    before = tree(start)
    steps = read(path, root, before).steps
    chance = random.Random(5321)
    seen, flaws = set(), 0
    for attempt in range(int(cuts)):
        end = chance.randint(0, len(steps))
        keep = chance.choice((0.0, 0.2, 0.5, 0.8, 1.0))
        names, said = cut(steps, end, before, chance, keep)
        key = digest(names, said)
        if key in seen:
            continue
        seen.add(key)
        rebuild(names, os.path.join(where, "spool"))
        with open(os.path.join(where, "said"), "wb") as out:
            out.writelines(line + b"\n" for line in said)
        run = subprocess.run(sys.argv[6:], stdout=subprocess.PIPE, check=False)
        if run.stdout or run.returncode != 0:
            flaws += 1
            print("after %d of %d steps, attempt %d: %s" % (
                end, len(steps), attempt, run.stdout.decode().strip()))
    print("%s cuts leave %d disks that differ, %d flaws" % (
        cuts, len(seen), flaws))
    return flaws != 0


if __name__ == "__main__":
    sys.exit(main())
