#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Signs a message by python3-dkim: dkimsign.py DOMAIN SELECTOR KEY [OPTION=…]

The message comes on stdin, its lines ended by CR LF, and goes to stdout with a
DKIM-Signature in front.  KEY is a PEM file (RSA) or the seed in base64
(ed25519).  Options: a=ALGORITHM, c=CANON/CANON, h=NAME:NAME, l (sign what is
there, by length), tags=NAME=VALUE;… (more tags, as they are, before b=).
"""
import sys

import dkim


class Signer(dkim.DKIM):
    tags = []

    def gen_header(self, fields, *args, **kwargs):
        at = next(i for i, f in enumerate(fields) if f[0] == b'b')
        return super().gen_header(fields[:at] + self.tags + fields[at:],
                                  *args, **kwargs)


def main():
    domain, selector, key = (a.encode() for a in sys.argv[1:4])
    options = dict(a.partition('=')[::2] for a in sys.argv[4:])
    with open(key, 'rb') as f:
        secret = f.read()
    message = sys.stdin.buffer.read()
    signer = Signer(message)
    signer.signature_algorithm = options.get('a', 'rsa-sha256').encode()
    signer.tags = [tuple(p.strip().encode() for p in t.split('=', 1))
                   for t in options.get('tags', '').split(';') if t]
    names = options.get('h', 'from:to:subject:date').encode().split(b':')
    header, body = options.get('c', 'relaxed/relaxed').encode().split(b'/')
    field = signer.sign(selector, domain, secret, canonicalize=(header, body),
                        include_headers=names, length='l' in options)
    sys.stdout.buffer.write(field + message)


if __name__ == '__main__':
    main()
