#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Plays a corpus of messages, one connection after another, to a program that
serves fd 0.

usage: corpus.py FILE|shapes -- PROGRAM [ARGUMENT...]

Of a file, a line "--- NAME" begins a message, "[utf8]" in it asks for SMTPUTF8,
"=REGEX" at its end is what the refusal has to say; without, the message has to
be taken.  The lines are a message's up to the next, a body is added where there
is none; {3f} is an octet and {20*text} that text, again and again.  "shapes"
are messages that this program makes: what senders of many kinds write, each for
names of many scripts.  Each message is one TAP test.
"""
import base64
import re
import socket
import subprocess
import sys

PER_CONNECTION = 50
NAMES = ["Jane Doe", "Doe, Jane", "José Núñez", "Jörg Müller", "Łukasz Żółć",
         "Şükrü Öğüt", "Иван Петров", "Ελένη Παπά", "山田 太郎", "王小明",
         "김철수", "דנה כהן", "محمد علي", "สมชาย ใจดี", "அருண்", "Nguyễn Văn Ân",
         "J. R. \"Bob\" O'Neil (Sales)", "A" * 60, "名" * 60, "🎉 Party!"]
DAY = "Tue, 24 Nov 2026 10:00:00"
RECEIVED = "Received: from {0}.example ({0}.example [192.0.2.7])\n" \
           "{1}by mx.d.example with ESMTPS id {2}\n" \
           "{1}for <c@d.example>; Tue, 24 Nov 2026 10:00:01 +0000\n"


def plain(name):
    return all(c.isalnum() and c.isascii() or c in " '-!" for c in name)


def quoted(name):
    if name.isascii():
        return '"%s"' % name.replace("\\", "\\\\").replace('"', '\\"')
    return encoded_b(name)


def encoded_b(name):
    words, rest = [], name
    while rest:
        part = rest[:14]
        rest = rest[14:]
        words.append("=?utf-8?B?%s?=" %
                     base64.b64encode(part.encode()).decode())
    return "\n ".join(words)


def encoded_q(name):
    words, rest = [], name
    while rest:
        part = rest[:8]
        rest = rest[8:]
        words.append("=?UTF-8?Q?%s?=" % "".join(
            c if c.isascii() and c.isalnum() else
            "_" if c == " " else
            "".join("=%02X" % o for o in c.encode()) for c in part))
    return "\n\t".join(words)


def phrase(name):
    return name if plain(name) else quoted(name)


def outlook(name):
    return RECEIVED.format("AM0PR01.prod.b", "\t", "15.20.1") * 3 + f"""\
ARC-Seal: i=1; a=rsa-sha256; s=arcselector10001; d=b.example; cv=none;
 b={"Q" * 300}
From: {quoted(name)} <jane@b.example>
To: {quoted(name)} <c@d.example>, "e@f.example" <e@f.example>
Subject: =?utf-8?B?UkU6IA==?= {encoded_b(name)}
Thread-Topic: x
Thread-Index: AdzzzQ==
Date: {DAY} +0000
Message-ID:
 <AM0PR01MB1234567890ABCDEF@AM0PR01MB.b.example>
Accept-Language: en-US
Content-Language: en-US
X-MS-Has-Attach:
X-MS-TNEF-Correlator:
x-ms-exchange-antispam-messagedata-chunkcount: 1
x-ms-exchange-antispam-messagedata-0: =?utf-8?B?{"QUJD" * 16}?=
 =?utf-8?B?{"QUJD" * 16}?=
Content-Type: multipart/alternative;
\tboundary="_000_AM0PR01MB_"
MIME-Version: 1.0
"""


def webmail(name):
    return f"""\
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
        d=b.example; s=20230601; t=1795514400;
        h=to:subject:message-id:date:from:mime-version:from;
        bh=AAAA=;
        b={"x" * 60}
         {"y" * 60}
X-Google-DKIM-Signature: v=1; a=rsa-sha256; b=zzzz
X-Gm-Message-State: AOJu0Y{"a" * 80}
X-Received: by 2002:a17:906:1234:b0:9a1:2345 with SMTP id x-1mr234ejb.12.179551;
        Tue, 24 Nov 2026 02:00:00 -0800 (PST)
MIME-Version: 1.0
From: {encoded_q(name) if not plain(name) else name} <jane@b.example>
Date: {DAY} +0100
Message-ID: <CAB+c=-_d@mail.b.example>
Subject: {encoded_q(name)}
To: {phrase(name)} <c@d.example>
Content-Type: multipart/alternative; boundary="000000000000abcdef0612345678"
"""


def phone(name):
    return f"""\
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Mime-Version: 1.0 (1.0)
From: {phrase(name)} <jane@b.example>
Date: {DAY} -0500
Subject: Re: {encoded_b(name)}
Message-Id: <01234567-89AB-CDEF-0123-456789ABCDEF@b.example>
References: <1@d.example>
In-Reply-To: <1@d.example>
Cc: Jim <jim@d.example>,
 {phrase(name)} <jane+2@b.example>
To: Joe <joe@d.example>
X-Mailer: iPhone Mail (22A3354)
"""


def desktop(name):
    return f"""\
Message-ID: <c7a1b2c3-d4e5-4f60-8a9b-0c1d2e3f4a5b@b.example>
Date: {DAY} +0100
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
Subject: Re: {encoded_q(name)}
To: {phrase(name)} <c@d.example>
References: <1@d.example> <2@b.example>
Content-Language: de-DE
From: {phrase(name)} <jane@b.example>
Autocrypt: addr=jane@b.example; keydata=
 {"x" * 70}
In-Reply-To: <2@b.example>
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: 8bit
"""


def mutt(name):
    return f"""\
Date: {DAY} +0100
From: {phrase(name)} <jane@b.example>
To: talk@lists.d.example
Cc: {encoded_q(name)} <c@d.example>, friends: a@f.example,
\tb@f.example;, (nobody) <x@f.example>
Subject: [PATCH v2 3/7] it: {encoded_q(name)}
Message-ID: <20261124100000.GA12345@b.example>
Mail-Followup-To: {phrase(name)} <jane@b.example>, talk@lists.d.example
References: {"".join("<%d.abcdef@b.example>%s" % (i, chr(10) + chr(9))
                     for i in range(60))}<last@b.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Disposition: inline
In-Reply-To: <last@b.example>
"""


def listed(name):
    return f"""\
Return-Path: <talk-bounces@lists.b.example>
List-Id: {phrase(name)} <talk.lists.b.example>
List-Unsubscribe: <mailto:talk-leave@lists.b.example>
From: {phrase(name + " via Talk")} <talk@lists.b.example>
Reply-To: {phrase(name)} <jane@f.example>, talk@lists.b.example
Sender: Talk <talk-bounces@lists.b.example>
To: {phrase(name)} <talk@lists.b.example>
Subject: [Talk] {encoded_b(name)}
Date: {DAY} -0000
Precedence: list
X-BeenThere: talk@lists.b.example
Errors-To: talk-bounces@lists.b.example
"""


def bulk(name):
    return f"""\
Received: by mail.b.example id h1; Tue, 24 Nov 2026 10:00:00 +0000 (envelope-from <bounce-1_HTML-2-3@bounce.b.example>)
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; s=1; d=b.example; b=AA=
From: {phrase(name)} <news@b.example>
To: <c@d.example>
Subject: {encoded_b(name)}
Date: Tue, 24 Nov 2026 04:00:00 -0600
List-Unsubscribe: <https://b.example/u?{"q" * 300}>,
 <mailto:leave-{"f" * 64}@leave.b.example>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Reply-To: {phrase(name)} <reply-{"0" * 50}-1_HTML-2-3@reply.b.example>
List-ID: <7000001.xt.local>
X-CSA-Complaints: csa-complaints@f.example
X-SFMC-Stack: 7
x-job: 7000001_1
Message-ID: <0123-4567@xt.local>
Content-Type: multipart/alternative;
\tboundary="7Q=_?:"
"""


def ticket(name):
    return f"""\
From: {phrase(name)} <support@b.example>
Reply-To: {phrase(name)} <support+id{"Z" * 40}@b.example>
To: {phrase(name)} <c@d.example>
Message-ID: <ABCDEF_12345_sprut@b.example>
In-Reply-To: <ABCDEF@b.example>
Subject: [Request #1234] {encoded_q(name)}
Mime-Version: 1.0
Content-Type: multipart/alternative;
 boundary="--==_mimepart_1234_5678";
 charset=utf-8
Content-Transfer-Encoding: 7bit
X-Delivery-Context: event-id-1
Auto-Submitted: auto-generated
Date: {DAY} GMT
"""


def calendar(name):
    return f"""\
MIME-Version: 1.0
Reply-To: {phrase(name)} <jane@b.example>
Sender: Calendar <calendar-notification@b.example>
Auto-Submitted: auto-generated
Message-ID: <calendar-0123@b.example>
Date: {DAY} +0000
Subject: Invitation: {encoded_q(name)} @
 Wed Nov 25, 2026 10am - 11am (CET) (c@d.example)
From: {phrase(name)} <jane@b.example>
To: c@d.example
Content-Type: multipart/mixed; boundary="c"
"""


def php(name):
    return f"""\
To: {phrase(name)} <c@d.example>
Subject: {encoded_b(name)}
X-PHP-Originating-Script: 0:class-phpmailer.php
Date: {DAY} +0000
From: {phrase(name)} <www-data@b.example>
Message-ID: <{"a1" * 16}@b.example>
X-Mailer: PHPMailer 6.9.1 (https://b.example/PHPMailer)
MIME-Version: 1.0
Content-Type: text/html; charset=UTF-8
"""


def receipt(name):
    return f"""\
From: {phrase(name)} <jane@b.example>
To: c@d.example
Subject: Read: {encoded_q(name)}
Date: {DAY} +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
\tboundary="r"
References: <1@d.example>
"""


def utf8(name):
    return f"""\
From: {name if not name.isascii() else quoted(name)} <джейн@пример.example>
To: {quoted(name) if name.isascii() else '"' + name + '"'} <用户@例子.example>
Subject: {name}
Date: {DAY} +0000
"""


SHAPES = [outlook, webmail, phone, desktop, mutt, listed, bulk, ticket,
          calendar, php, receipt, utf8]


class Message:
    def __init__(self, name, text):
        self.name = name
        self.utf8 = "[utf8]" in name
        self.wanted = name.partition(" =")[2]
        text = re.sub(r"\{(\d+)\*([^}]*)\}",
                      lambda m: int(m[1]) * m[2], text)
        octets = text.encode().replace(b"\n", b"\r\n")
        octets = re.sub(rb"\{([0-9a-f]{2})\}",
                        lambda m: bytes([int(m[1], 16)]), octets)
        if b"\r\n\r\n" not in octets and not self.wanted:
            octets += b"\r\nText.\r\n"
        self.octets = octets


def shapes():
    return [Message("%s: %s%s" % (s.__name__, n,
                                  " [utf8]" if s is utf8 else ""), s(n))
            for s in SHAPES for n in NAMES]


def read(path):
    with open(path, encoding="utf-8") as f:
        parts = re.split(r"^--- (.*)\n", f.read(), flags=re.M)
    return [Message(n, t) for n, t in zip(parts[1::2], parts[2::2])]


class Session:
    def __init__(self, command):
        ours, served = socket.socketpair()
        ours.settimeout(60)
        self.process = subprocess.Popen(command, stdin=served, stdout=served)
        served.close()
        self.socket = ours
        self.lines = ours.makefile("rb")
        self.reply()
        self.say(b"EHLO client.test")

    def reply(self):
        while True:
            line = self.lines.readline()
            if not line:
                sys.exit("corpus.py: the connection ended")
            if line[3:4] == b" ":
                return line.decode("utf-8", "replace").rstrip()

    def say(self, octets):
        self.socket.sendall(octets + b"\r\n")
        return self.reply()

    def hand(self, message):
        self.say(b"MAIL FROM:<a@sender.test>" +
                 (b" SMTPUTF8" if message.utf8 else b""))
        self.say(b"RCPT TO:<b@example.com>")
        said = self.say(b"DATA")
        if not said.startswith("354"):
            return said
        octets = re.sub(rb"(?m)^\.", b"..", message.octets)
        return self.say(octets + b".")

    def end(self):
        self.say(b"QUIT")
        self.process.wait()


def main(what, command):
    messages = shapes() if what == "shapes" else read(what)
    failed = False
    session = None
    for i, message in enumerate(messages):
        if i % PER_CONNECTION == 0:
            if session:
                session.end()
            session = Session(command)
        said = session.hand(message)
        if message.wanted:
            good = re.match("4.*malformed: .*(%s)" % message.wanted, said)
        else:
            good = said.startswith("250 ")
        print("%s %d - %s" % ("ok" if good else "not ok", i + 1,
                              message.name.replace("#", "")))
        if not good:
            failed = True
            print("# " + said)
    session.end()
    print("1..%d" % len(messages))
    sys.exit(failed)


at = sys.argv.index("--")
main(sys.argv[1], sys.argv[at + 1:])
