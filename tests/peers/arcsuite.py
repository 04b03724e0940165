#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs mx-dkim over the validation tests of the ARC test suite: a name server
of its own answers what each scenario says.

	arcsuite.py SUITE.yml MX-DKIM [NAME…]

Prints TAP; with names, of those cases alone.
"""
import subprocess
import sys
import tempfile

import yaml

from spfsuite import Server, Zone


def ask(helper, message, port):
    request = f"resolver=127.0.0.1:{port}\ndeadline_ms=5000\n\n"
    with tempfile.NamedTemporaryFile() as f:
        f.write(message)
        f.flush()
        done = subprocess.run(["sh", "-c", 'exec "$0" 3<"$1"', helper, f.name],
                              input=request.encode(), capture_output=True,
                              check=False)
    lines = [l.partition("=")[::2] for l in done.stdout.decode().split("\n")]
    pairs = lines[[k for k, v in lines + [("arc", "")]].index("arc"):]
    said = dict(pairs)
    return said.get("arc", "none"), said.get("reason", ""), done


def main():
    suite, helper, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    server = Server()
    server.start()
    number = 0
    with open(suite, encoding="utf-8") as f:
        scenarios = [s for s in yaml.safe_load_all(f) if s]
    for scenario in scenarios:
        records = scenario.get("txt-records") or {}
        server.zone = Zone({n: [{"TXT": t}] for n, t in records.items()})
        for name, test in scenario["tests"].items():
            if only and name not in only:
                continue
            # an empty verdict is that of a chain which had failed before
            want = (test["cv"] or "Fail").strip().lower() or "fail"
            message = test["message"].encode().replace(b"\n", b"\r\n")
            got, reason, done = ask(helper, message, server.port)
            number += 1
            good = got == want and done.returncode == 0
            print(f"{'' if good else 'not '}ok {number} - {name}: {got}"
                  f"{'' if good else ', want ' + want} {reason}")
    print(f"1..{number}")


if __name__ == "__main__":
    main()
