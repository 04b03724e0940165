#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Plants each fault of tests/mutants/faults in a copy of the tree, alone, and
runs the tests named beside it until the first that fails.

usage: run.py [-n] [-j COPIES] BUILD [WORD ...]

Words choose the faults that have one of them in what is said of them, or in
their tests.  First every test has to pass without a fault, but for -n.  The exit
status is 0 when no fault survives.
"""
import argparse
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
LIMIT = {True: 40, False: 900}  # seconds: a unit test, another


def faults(words):
    """(what, file, tests, script), as the file has them."""
    text = (TOP / "tests/mutants/faults").read_text(encoding="utf-8")
    for stanza in re.split(r"\n\n+", text.strip()):
        if stanza.startswith("#"):
            continue
        what, where, script = stanza.split("\n", 2)
        name, _, tests = where.partition(": ")
        if not words or any(word in what + where for word in words):
            yield what, name, tests.split(), script


class Copy:
    """A tree of its own, built."""

    def __init__(self, at, build):
        self.at = at
        shutil.copytree(TOP, at, symlinks=True,
                        ignore=shutil.ignore_patterns(".git", "obj"))
        shutil.copytree(TOP / build, at / "obj", symlinks=True,
                        ignore=shutil.ignore_patterns(
                            "asan", "clang", "coverage", "fuzz", "valgrind"))

    def make(self, tests):
        targets = ["obj/tests/" + t for t in tests if t.startswith("unit/")]
        if len(targets) < len(tests):
            targets += ["all"]
            targets += ["obj/tests/tools/" + tool.stem for tool in
                        (self.at / "tests/tools").glob("*.c")]
        made = subprocess.run(["make", "-s", "O=obj", *targets], cwd=self.at,
                              capture_output=True, text=True, check=False)
        sys.stderr.write(made.stderr[-2000:] if made.returncode else "")
        return made.returncode == 0

    def passes(self, test):
        """Until the first test that fails, in a group that is ended."""
        unit = test.startswith("unit/")
        command = [("obj/tests/" if unit else "tests/") + test]
        env = {**os.environ, "O": "obj", "CUTS": "200"}
        with subprocess.Popen(command, cwd=self.at, env=env, text=True,
                              errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL,
                              start_new_session=True) as run:
            late = threading.Timer(LIMIT[unit], run.terminate)
            began = time.monotonic()
            late.start()
            good, planned = True, False
            for line in run.stdout:
                planned |= bool(re.match(r"1\.\.[1-9]", line))  # not skipped
                if line.startswith("not ok"):
                    good = False
                    run.terminate()
                    break
            run.wait()
            late.cancel()
        try:
            os.killpg(run.pid, signal.SIGTERM)  # what it left behind
        except ProcessLookupError:
            pass
        # a unit test that hangs sees a fault; another may just be slow
        if good and not unit and time.monotonic() - began >= LIMIT[unit]:
            return True
        return good and planned and run.returncode == 0

    def plant(self, name, script):
        path = self.at / name
        before = path.read_bytes()
        subprocess.run(["sed", "-E", "-i", script, path], check=True)
        return before, before != path.read_bytes()

    def mend(self, name, before):
        (self.at / name).write_bytes(before)


def report(verdict, what, detail, began):
    print(f"{verdict:9} {what} ({detail}, {time.monotonic() - began:.0f} s)",
          flush=True)


def try_fault(copy, fault):
    """True when it is caught."""
    what, name, tests, script = fault
    began = time.monotonic()
    before, changed = copy.plant(name, script)
    try:
        if not changed:
            report("MISPLACED", what, name, began)
            return False
        if not copy.make(tests):
            report("UNBUILT", what, name, began)
            return False
        for test in tests:
            if not copy.passes(test):
                report("caught", what, test, began)
                return True
        report("SURVIVED", what, " ".join(tests), began)
        return False
    finally:
        copy.mend(name, before)


def try_test(copy, test):
    began = time.monotonic()
    if copy.make([test]) and copy.passes(test):
        return True
    report("FAILS", test, "without a fault", began)
    return False


def work(copy, jobs, failed):
    while True:
        try:
            do, job = jobs.get_nowait()
        except queue.Empty:
            return
        if not do(copy, job):
            failed.append(job)


def run_all(copies, do, jobs):
    todo, failed = queue.Queue(), []
    for job in jobs:
        todo.put((do, job))
    threads = [threading.Thread(target=work, args=(c, todo, failed))
               for c in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def main():
    options = argparse.ArgumentParser()
    options.add_argument("-j", type=int, default=2)
    options.add_argument("-n", action="store_true")
    options.add_argument("build")
    options.add_argument("words", nargs="*")
    args = options.parse_args()
    chosen = list(faults(args.words))
    # the slow ones first
    chosen.sort(key=lambda f: all(t.startswith("unit/") for t in f[2]))
    tests = sorted({t for f in chosen for t in f[2]})
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants.") as at:
        copies = [Copy(pathlib.Path(at) / str(i), args.build)
                  for i in range(args.j)]
        failed = run_all(copies, try_test, [] if args.n else tests) or \
            run_all(copies, try_fault, chosen)
    print(f"{len(chosen)} faults, {len(failed)} of them or of the tests not as "
          f"they should be, {time.monotonic() - began:.0f} s")
    sys.exit(bool(failed))


main()
