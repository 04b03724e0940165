#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs mx-dkim over the validation tests of the ARC test suite: a name server
of its own answers what each scenario says.

	arcsuite.py SUITE.yml MX-DKIM [NAME…]

Prints TAP; with names, of those cases alone.
"""
import sys
import tempfile

import yaml

from owner import Helper
from spfsuite import Server, Zone


def ask(helper, message, port):
    """The verdict and why, or nothing."""
    request = f"resolver=127.0.0.1:{port}\ndeadline_ms=5000\n\n"
    with tempfile.TemporaryFile() as f:
        f.write(message)
        f.flush()
        text = helper.ask_again(request.encode(), f)
    if text is None:
        return f"exit {helper.status}", ""
    lines = [l.partition("=")[::2] for l in text.split("\n")]
    pairs = lines[[k for k, v in lines + [("arc", "")]].index("arc"):]
    said = dict(pairs)
    return said.get("arc", "none"), said.get("reason", "")


def main():
    suite, helper, only = sys.argv[1], Helper(sys.argv[2]), sys.argv[3:]
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
            got, reason = ask(helper, message, server.port)
            number += 1
            good = got == want
            print(f"{'' if good else 'not '}ok {number} - {name}: {got}"
                  f"{'' if good else ', want ' + want} {reason}")
    helper.stop()
    print(f"1..{number}")
    return helper.status


if __name__ == "__main__":
    sys.exit(main())
