#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What a call of mx-spf costs: the CPU time of its process, beside /bin/true;
and from its start to its end, with a name server on this host.  Three records
are fetched, an include and a redirect among them.

usage: spf.py MX-SPF [COUNT]
"""
import os
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "peers"))
import spfsuite  # noqa: E402

ZONE = {
    "a.test": [{"TXT": "v=spf1 include:b.test redirect=c.test"}],
    "b.test": [{"TXT": "v=spf1 " + " ".join(
        "ip4:198.51.%d.0/24" % i for i in range(16)) + " -all"}],
    "c.test": [{"TXT": "v=spf1 a:host.c.test mx -all"}, {"MX": [0, "m.c.test"]}],
    "host.c.test": [{"A": "198.51.100.1"}],
    "m.c.test": [{"A": "192.0.2.1"}],
}


def cost(command, request, count):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    for _ in range(count):
        done = subprocess.run(command, input=request, capture_output=True,
                              check=True)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu * 1000 / count, took * 1000 / count, done.stdout


def main(program, count="300"):
    server = spfsuite.Server()
    server.zone = spfsuite.Zone(ZONE)
    server.start()
    request = "ip=192.0.2.1\nsender=jo@a.test\nhelo=m.c.test\n" \
        "resolver=127.0.0.1:%d\n\n" % server.port
    cpu, took, said = cost([program], request.encode(), int(count))
    if not said.startswith(b"mailfrom=pass"):
        sys.exit("spf.py: " + said.decode())
    own, took_own, _ = cost(["/bin/true"], b"", int(count))
    for name, a, b in (("mx-spf, CPU", cpu, own), ("mx-spf, start to end",
                                                  took, took_own)):
        print("%-34s %7.2f ms %7.2f ms  x%.2f  /bin/true" % (name, a, b, a / b))


main(*sys.argv[1:])
