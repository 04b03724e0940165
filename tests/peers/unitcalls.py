#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Says what a program does that its systemd unit would not let it do.

    unitcalls.py UNIT TRACE [WRITABLE ...]

TRACE is strace -f's; WRITABLE are the directories that stand in for the unit's
ReadWritePaths.  A line for each thing forbidden; none is well.
"""
import re
import subprocess
import sys


def directives(unit):
    """Key -> its values, in the order of the file."""
    found = {}
    with open(unit, encoding="ascii") as lines:
        for line in lines:
            key, is_one, value = line.strip().partition("=")
            if is_one:
                found.setdefault(key, []).append(value)
    return found


def expand(name):
    """The calls of a set like @basic-io, sets within it too."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(["systemd-analyze", "syscall-filter", name],
                          check=True, capture_output=True, text=True).stdout
    calls = set()
    for line in text.splitlines()[1:]:
        word = line.strip()
        if word and not word.startswith("#"):
            calls |= expand(word)
    return calls


def allowed_calls(filters):
    calls = expand("@default")
    for words in filters:
        forbid = words.startswith("~")
        for word in words.lstrip("~").split():
            calls = calls - expand(word) if forbid else calls | expand(word)
    return calls


def judge(unit, trace, writable):
    d = directives(unit)
    calls = allowed_calls(d["SystemCallFilter"])
    families = set(d["RestrictAddressFamilies"][0].split())
    w_and_x = d.get("MemoryDenyWriteExecute") == ["yes"]
    pids_only = d.get("ProcSubset") == ["pid"]
    wrong = set()
    for line in trace:
        found = re.match(r"\d+ +(?:<\.\.\. )?(\w+)(?:\((.*)| resumed)", line)
        if not found:
            continue
        call, rest = found.group(1), found.group(2) or ""
        # SQLite's, of a root that it is here alone
        if call not in calls and call != "fchown":
            wrong.add(f"call {call}")
        if call == "socket" and rest and rest.split(",")[0] not in families:
            wrong.add(f"family {rest.split(',')[0]}")
        if w_and_x and call in ("mmap", "mprotect") and "PROT_EXEC" in rest \
                and (call == "mprotect" or "PROT_WRITE" in rest):
            wrong.add(f"executable memory: {line.strip()}")
        path = re.search(r'"([^"]*)"', rest)
        if call not in ("open", "openat") or not path or "= -1" in rest:
            continue
        path = path.group(1)
        if pids_only and re.match(r"/proc/(?!self/|\d)", path):
            wrong.add(f"proc {path}")
        if re.search(r"O_WRONLY|O_RDWR|O_CREAT", rest) and \
                path.startswith("/") and path != "/dev/null" and \
                not path.startswith("/proc/self/fd/") and \
                not any(path.startswith(w + "/") for w in writable):
            wrong.add(f"writes {path}")
    return sorted(wrong)


with open(sys.argv[2], encoding="latin-1") as opened:
    print("\n".join(judge(sys.argv[1], opened, sys.argv[3:])))
