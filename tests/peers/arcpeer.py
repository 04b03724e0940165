#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Chains of python3-dkim verified by mx-dkim, whole ones and broken ones, and
those of mx-arc by both, its signatures too, with a name server of its own.

	arcpeer.py LIBEXEC DIRECTORY
	arcpeer.py LIBEXEC DIRECTORY say <MESSAGE

DIRECTORY has the RSA keys good, other (1024 bits or more) and short (512), and
edwards.  Prints TAP; in the second form, what python3-dkim says of a message.
"""
import base64
import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import urllib.parse

import dkim
import dkim.crypto

from owner import Helper
from spfsuite import Server, Zone

MESSAGE = (b"From: Jo <jo@a.test>\r\nTo: kim@example.test\r\n"
           b"Subject: a  subject\r\nDate: Tue, 24 Nov 2026 05:00:00 +0000\r\n"
           b"Message-ID: <1@a.test>\r\n\r\nfirst line\r\nsecond line \r\n")
TAG = re.compile(rb"([;:\s])(i|a|b|bh|c|cv|d|h|s|t)(\s*=\s*)([^;\r]+)")


class Tap:
    number = failed = 0

    def ok(self, good, name, more=""):
        self.number += 1
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.number} - {name}")
        if not good and more:
            print("# " + str(more).replace("\n", " "))

    def end(self):
        print(f"1..{self.number}", flush=True)
        sys.exit(self.failed > 0)


class Host:
    """Keys, a name server that has them, and the helpers."""

    def __init__(self, libexec, keys):
        self.libexec, self.keys = libexec, keys
        self.verifier = Helper(os.path.join(libexec, "mx-dkim"))
        self.records, self.secret = {}, {}
        for name in ("good", "other", "short"):
            path = os.path.join(keys, name)
            der = subprocess.run(["openssl", "rsa", "-in", path, "-pubout",
                                  "-outform", "DER"], capture_output=True,
                                 check=True).stdout
            record = "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()
            with open(path, "rb") as f:
                self.secret[name] = f.read()
            for domain in ("a.test", "b.test", "c.test", "backup.test"):
                self.records[f"{name}._domainkey.{domain}"] = [{"TXT": record}]
        good = self.records["good._domainkey.a.test"][0]["TXT"]
        self.add("sha1", good.replace("k=", "h=sha1; k="))
        self.add("both", good.replace("k=", "h=sha1 : sha256; s=x:email; k="))
        self.add("news", good.replace("k=", "s=news; k="))
        self.records["silent._domainkey.a.test"] = ["TIMEOUT"]
        self.server = Server()
        self.server.zone = Zone(self.records)
        self.server.start()

    def add(self, selector, record):
        self.records[f"{selector}._domainkey.a.test"] = [{"TXT": record}]
        self.secret[selector] = self.secret["good"]

    def run(self, helper, message, **request):
        with tempfile.NamedTemporaryFile(dir=self.keys) as f:
            f.write(message)
            f.flush()
            done = subprocess.run(
                ["sh", "-c", 'exec "$0" 3<"$1"',
                 os.path.join(self.libexec, helper), f.name],
                input=lines(request), capture_output=True, check=False)
        return pairs(done.stdout.decode()), done

    def verify(self, message, ms=5000):
        """What mx-dkim says of the chain, asked again and again."""
        with tempfile.TemporaryFile() as f:
            f.write(message)
            f.flush()
            text = self.verifier.ask_again(lines(
                {"deadline_ms": ms,
                 "resolver": f"127.0.0.1:{self.server.port}"}), f)
        if text is None:
            return {"arc": f"exit {self.verifier.status}"}
        said = pairs(text)
        at = [k for k, _ in said + [("arc", "")]].index("arc")
        return dict([("arc", "none")] + said[at:])

    def seal(self, message, domain, cv, selector="good"):
        """By python3-dkim, with a set in front."""
        name = domain.encode()
        results = b"Authentication-Results: %s; arc=%s\r\n" % (name, cv)
        fields = dkim.arc_sign(results + message, selector.encode(), name,
                               self.secret[selector], name)
        return b"".join(fields) + results + message

    def seal_by_hand(self, ours="", seals="", names="from:subject"):
        """A first set with more tags in its two signatures."""
        def signed(above, field):
            digest = hashlib.sha256(b"".join(
                re.sub(rb"^[^:]*: ", lambda n: n[0][:-2].lower() + b":", f)
                for f in (*above, field.encode())))
            return field.encode() + base64.b64encode(
                dkim.crypto.RSASSA_PKCS1_v1_5_sign(digest, key))

        key = dkim.crypto.parse_pem_private_key(self.secret["good"])
        start = "i=1; d=a.test; s=good; "
        if "a=" not in ours:
            ours += "; a=rsa-sha256"
        body = base64.b64encode(hashlib.sha256(
            b"first line\r\nsecond line\r\n").digest()).decode()
        results = b"ARC-Authentication-Results: i=1; a.test; arc=none\r\n"
        ours = signed(
            (b"From: Jo <jo@a.test>\r\n", b"Subject: a subject\r\n"),
            f"ARC-Message-Signature: {start}c=relaxed/relaxed; "
            f"h={names}; bh={body}{ours}; b=") + b"\r\n"
        seal = signed((results, ours), f"ARC-Seal: {start}"
                      f"a=rsa-sha256; cv=none{seals}; b=")
        return seal + b"\r\n" + ours + results + MESSAGE

    def seal_here(self, message, cv, **other):
        """By mx-arc: the message, or the error."""
        request = {"key": os.path.join(self.keys, "good"), "selector": "good",
                   "domain": "backup.test", "cv": cv,
                   "results": " backup.test;%0D%0A%09spf=pass%20x=y"}
        answer, done = self.run("mx-arc", message, **{**request, **other})
        said = {}
        for key, value in answer:
            said[key] = said.get(key, "") + urllib.parse.unquote(value)
        if done.returncode != 0 or "fields" not in said:
            return said.get("error", f"exit {done.returncode}")
        return said["fields"].encode() + message

    def sign_here(self, message):
        """By mx-arc: the message, signed."""
        answer, _ = self.run("mx-arc", message, selector="good",
                             key=os.path.join(self.keys, "good"),
                             domain="backup.test")
        return "".join(urllib.parse.unquote(value) for key, value in answer
                       if key == "fields").encode() + message

    def txt(self, name, timeout=5):
        del timeout
        name = name.decode() if isinstance(name, bytes) else name
        rows = self.records.get(name.rstrip("."), [{"TXT": ""}])
        return rows[0]["TXT"].encode()


def lines(request):
    return "".join(f"{k}={v}\n" for k, v in request.items()).encode() + b"\n"


def pairs(text):
    return [l.partition("=")[::2] for l in text.split("\n") if l]


def split(message):
    """Fields, the last with the body."""
    header, _, body = message.partition(b"\r\n\r\n")
    return re.split(rb"\r\n(?![ \t])", header), b"\r\n\r\n" + body


def join(fields, body):
    return b"\r\n".join(fields) + body


def is_arc(field):
    return field.lower().startswith(b"arc-")


def whole_chains(t, host):
    chain = MESSAGE
    said = host.verify(chain)
    t.ok(said["arc"] == "none", "no chain", said)
    for i, domain in enumerate(("a.test", "b.test", "c.test"), 1):
        chain = host.seal(chain, domain, b"none" if i == 1 else b"pass")
        said = host.verify(chain)
        t.ok(said == {"arc": "pass", "i": str(i), "d": domain, "s": "good"},
             f"{i} of its sets", said)
        peer = dkim.arc_verify(chain, dnsfunc=host.txt)
        t.ok(peer[0] == b"pass", "as its own verifier says", peer)
    fields, body = split(chain)
    random.Random(1).shuffle(fields)
    t.ok(host.verify(join(fields, body))["arc"] == "pass",
         "the order of fields is not looked at")
    return chain


def changed_chains(t, host):
    chain = host.seal(MESSAGE, "a.test", b"none")
    edited = chain.replace(b"second line", b"2nd line")
    said = host.verify(edited)
    t.ok(said["arc"] == "fail" and "body" in said["reason"],
         "the body was changed", said)
    said = host.verify(host.seal(edited, "b.test", b"pass"))
    t.ok(said["arc"] == "pass" and said["oldest_pass"] == "2",
         "and sealed anew: a pass since the second set", said)
    edited = chain.replace(b"a  subject", b"[list] subject")
    said = host.verify(edited)
    t.ok(said["arc"] == "fail" and "not%20match" in said["reason"],
         "the subject was changed", said)
    said = host.verify(host.seal(edited, "b.test", b"pass"))
    t.ok(said["arc"] == "pass" and said["oldest_pass"] == "2",
         "and sealed anew", said)
    said = host.verify(chain.replace(b"a  subject", b"a subject"))
    t.ok(said["arc"] == "pass", "white space in the header", said)
    said = host.verify(b"X-New: 1\r\n" + chain)
    t.ok(said["arc"] == "pass", "a field that is not signed", said)
    said = host.verify(chain + b"more\r\n")
    t.ok(said["arc"] == "fail", "more body", said)
    said = host.verify(chain + b"\r\n\r\n")
    t.ok(said["arc"] == "pass", "more empty lines", said)


def broken_chains(t, host, chain):
    fields, body = split(chain)
    for i, field in enumerate(fields):
        if not is_arc(field):
            continue
        name = field.split(b":")[0].decode() + " " + str(i)
        said = host.verify(join(fields[:i] + fields[i + 1:], body))
        t.ok(said["arc"] == "fail", f"without {name}", said)
        said = host.verify(join(fields + [field], body))
        t.ok(said["arc"] == "fail", f"twice {name}", said)
        for at in TAG.finditer(field):
            if field.startswith(b"ARC-A") and at[2] != b"i":
                continue
            broken_tag(t, host, (fields, i, body), at, name)


def broken_tag(t, host, where, at, name):
    fields, i, body = where
    values = {b"cv": [b"none", b"pass", b"fail", b"", b"x"], b"i": [b"0",
              b"1", b"2", b"3", b"4", b"50", b"51", b"", b"-1", b"1e0"]}
    tag, value = at[2].decode(), at[4].strip()
    wrong = []
    for new in values.get(at[2], [b"", b"x" + value, value[:-1]]):
        if new == value:
            continue
        field = fields[i]
        field = field[:at.start(4)] + new + field[at.end(4):]
        said = host.verify(join(fields[:i] + [field] + fields[i + 1:], body))
        if said["arc"] != "fail":
            wrong.append((new, said))
    t.ok(not wrong, f"{tag}= of {name} is another", wrong)


def keys(t, host):
    for selector, want in (("short", "fail"), ("sha1", "fail"),
                           ("news", "fail"), ("both", "pass")):
        said = host.verify(host.seal(MESSAGE, "a.test", b"none", selector))
        t.ok(said["arc"] == want, f"key {selector}: {want}", said)
    chain = host.seal(MESSAGE, "a.test", b"none")
    said = host.verify(chain.replace(b"s=good", b"s=other"))
    t.ok(said["arc"] == "fail", "another key", said)
    said = host.verify(chain.replace(b"s=good", b"s=none"))
    t.ok(said["arc"] == "fail" and "no%20key" in said["reason"], "no key", said)
    said = host.verify(chain.replace(b"s=good", b"s=silent"), 1500)
    t.ok(said["arc"] == "temperror", "no answer about the key", said)


def signed_but(t, host):
    """Signatures that are right, of what must not be so."""
    for tags, want in (
            ({}, ""), ({"ours": "; t=1; x=99999999999"}, ""),
            ({"ours": "; l=25"}, ""),
            ({"ours": "; l=5"}, "the body was changed"),
            ({"ours": "; t=1; x=1000000000"}, "it has expired"),
            ({"ours": "; t=99999999999; x=99999999999"}, "it has expired"),
            ({"ours": "; x=9999999999999"}, "t= or x= is no time"),
            ({"ours": "; t=-1"}, "t= or x= is no time"),
            ({"ours": "; a=ed25519-sha256"},
             "the algorithm is not rsa-sha256"),
            ({"names": "from:subject:arc-seal"},
             "h= lists what is not to be signed"),
            ({"seals": "; h=from"}, "the seal has h="),
            ({"seals": "; x=1000000000"}, "it has expired")):
        said = host.verify(host.seal_by_hand(**tags))
        got = urllib.parse.unquote(said.get("reason", "i=1: "))
        t.ok(said["arc"] == ("fail" if want else "pass") and
             got == "i=1: " + want, f"signed with {tags}: {want or 'pass'}",
             said)


def passes(t, host, chain, name, oldest=None):
    if isinstance(chain, str):
        t.ok(False, name, chain)
        return
    said, peer = host.verify(chain), dkim.arc_verify(chain, dnsfunc=host.txt)
    t.ok(said["arc"] == "pass" and said.get("oldest_pass") == oldest, name,
         said)
    t.ok(peer[0] == b"pass", "as the other verifier says", peer)


def sealed_here(t, host):
    one = host.seal_here(MESSAGE, "none")
    passes(t, host, one, "a first set of ours")
    t.ok(max(map(len, one.split(b"\r\n"))) <= 100, "in short lines")
    said = host.verify(b"From: evil@b.test\r\n" + one)
    t.ok(said["arc"] == "fail", "another From above it", said)
    said = host.verify(one.replace(b"spf=pass x", b"spf=fail x"))
    t.ok(said["arc"] == "fail", "other results", said)
    two = host.seal_here(one, "pass")
    passes(t, host, two, "a second")
    passes(t, host, host.seal_here(two, "pass"), "a third")
    mixed = host.seal_here(host.seal(MESSAGE, "a.test", b"none"), "pass")
    passes(t, host, mixed, "behind one of others")
    passes(t, host, host.seal(mixed, "c.test", b"pass"), "and before another")
    edited = one.replace(b"a  subject", b"[list] subject")
    passes(t, host, host.seal_here(edited, "pass"),
           "what was changed since the first", "2")
    signed = dkim.sign(MESSAGE, b"good", b"a.test", host.secret["good"])
    passes(t, host, host.seal_here(signed + MESSAGE, "none"),
           "with a DKIM-Signature")
    for body in (b"", b"\r\n\r\n", b"no line end", b"a \t b\r\n" * 30000):
        message = MESSAGE.split(b"\r\n\r\n")[0] + b"\r\n\r\n" + body
        passes(t, host, host.seal_here(message, "none"),
               f"a body of {len(body)} octets")


def signed_here(t, host):
    once = host.sign_here(MESSAGE)
    twice = host.sign_here(once)
    for message, name in ((once, "a signature"), (twice, "a second")):
        t.ok(message.startswith(b"DKIM-Signature: v=1; ") and
             dkim.verify(message, dnsfunc=host.txt), f"{name} of ours")
    t.ok(twice.endswith(once), "leaves the first as it is")
    t.ok(not dkim.verify(once.replace(b"second", b"2nd"),
                         dnsfunc=host.txt), "of another body")
    said = host.sign_here(b"X:1\r\n" * 2000 + MESSAGE)
    t.ok(not said.startswith(b"DKIM"), "none of two thousand fields")


def not_sealed_here(t, host):
    def error(got, want, name):
        t.ok(isinstance(got, str) and want in got, name, got)

    one = host.seal_here(MESSAGE, "none")
    broken = one.replace(b"second line", b"2nd line")
    ended = host.seal_here(broken, "fail")
    said = host.verify(ended)
    t.ok(said["arc"] == "fail" and said.get("closed") == "1",
         "a chain that failed is ended", said)
    t.ok(b"cv=fail" in ended.split(b"\r\n")[0], "by the seal", ended[:200])
    # of that seal: "as if this newest set was the only set present"
    alone = join([f for f in split(ended)[0] if not
                  (is_arc(f) and b" i=1;" in f)], split(ended)[1])
    peer = dkim.ARC(alone)
    last = peer.verify_instance(peer.sorted_arc_headers()[1], 2,
                                dnsfunc=host.txt)
    t.ok(last["as-valid"] and last["ams-valid"], "which is about its set", last)
    error(host.seal_here(ended, "fail"), "failed before", "and stays so")
    error(host.seal_here(MESSAGE, "pass"), "no chain", "no chain to continue")
    error(host.seal_here(one, "none"), "is a chain", "a chain not looked at")
    error(host.seal_here(b"ARC-Seal: i=50; cv=pass\r\n" + MESSAGE, "fail"),
          "last set", "the fifty-first set")
    error(host.seal_here(b"X:1\r\n" * 2000 + MESSAGE, "none"), "too many",
          "two thousand fields")
    for key, want in (("none", "can not be read"), ("short", "no RSA"),
                      ("edwards", "no RSA"), ("good.pub", "no RSA")):
        error(host.seal_here(MESSAGE, "none",
                             key=os.path.join(host.keys, key)),
              want, f"key {key}")
    for bad in ({"results": " a;%0D%0AX: y"}, {"results": " a%0D%0A"},
                {"domain": "a;b"}, {"selector": "a%0D"}, {"cv": "maybe"},
                {"results": " a%0Ab"}, {"x": "y"}, {"results": ""}):
        error(host.seal_here(MESSAGE, **{"cv": "none", **bad}), "exit 64",
              f"a request with {bad}")


def noise(t, host, chain, count):
    """Octets of the chain's fields changed: never a crash, and what passes
    differs in nothing that is signed."""
    dice = random.Random(8617)
    header = chain.index(b"\r\n\r\n")
    passed, odd = 0, []
    for _ in range(count):
        octets = bytearray(chain)
        for _ in range(dice.choice((1, 1, 1, 3, 20))):
            octets[dice.randrange(header)] = dice.choice(
                (dice.randrange(256), 59, 61, 58, 32, 13, 10, 0))
        said = host.verify(bytes(octets))["arc"]
        passed += said == "pass"
        if said not in ("none", "pass", "fail"):
            odd.append((said, bytes(octets)))
    t.ok(not odd, f"{count} chains with noise: {passed} pass", odd[:1])
    t.ok(passed < count, "and others do not")


def main():
    host, t = Host(*sys.argv[1:3]), Tap()
    if len(sys.argv) > 3:
        said = dkim.arc_verify(sys.stdin.buffer.read(), dnsfunc=host.txt)
        print(said[0], said[1][0]["as-domain"] if said[1] else "", said[2])
        return
    chain = whole_chains(t, host)
    changed_chains(t, host)
    broken_chains(t, host, chain)
    keys(t, host)
    signed_but(t, host)
    sealed_here(t, host)
    signed_here(t, host)
    not_sealed_here(t, host)
    noise(t, host, chain, 100)
    host.verifier.stop()
    t.ok(host.verifier.status == 0, "the last that was asked ends well")
    t.end()


if __name__ == "__main__":
    main()
