#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A client that starts TLS, well or badly.

usage: tlsclient.py PORT SCENARIO [ARGUMENT]

Prints one line: what came of it.
"""
import socket
import ssl
import sys
import warnings

warnings.simplefilter("ignore")  # of old versions of TLS, meant here
PORT = int(sys.argv[1])


def context(version=None, name=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    if version == "1.1":
        c.set_ciphers("ALL:@SECLEVEL=0")
        c.minimum_version = c.maximum_version = ssl.TLSVersion.TLSv1_1
    if version == "1.2":
        c.maximum_version = ssl.TLSVersion.TLSv1_2
    if name:
        c.set_ciphers(name)
    return c


class Client:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", PORT), 20)
        self.raw = self.socket
        self.files()
        self.reply()

    def files(self):
        self.file = self.socket.makefile("rb")

    def reply(self):
        lines = []
        while True:
            line = self.file.readline().decode()
            lines.append(line.rstrip())
            if line[3:4] != "-":
                return "\n".join(lines)

    def say(self, *commands):
        self.socket.sendall("".join(c + "\r\n" for c in commands).encode())
        return [self.reply() for c in commands][-1]

    def secure(self, c=None, name="backup.test", session=None):
        reply = self.say("STARTTLS")
        if reply[:3] != "220":
            raise OSError(reply)
        self.shake(c or context(), name, session)

    def shake(self, c, name="backup.test", session=None):
        self.socket = c.wrap_socket(
            self.raw, server_hostname=name, session=session,
            suppress_ragged_eofs=False)
        self.files()

    def ended(self):
        """Whether the server ends it, without a word."""
        try:
            return self.raw.recv(1000) == b""
        except ConnectionResetError:
            return True

    def envelope(self):
        self.say("EHLO client.test")
        return self.say("MAIL FROM:<a@client.test>", "RCPT TO:<b@b.test>")


def mail(version=None):
    s = Client()
    s.say("EHLO client.test")
    s.secure(context(version))
    s.envelope()
    s.say("DATA")
    said = s.say("Subject: tls\r\n\r\n" + "x" * 70 + "\r\n.")
    s.say("QUIT")
    return s.socket.version(), said[:3], s.socket.recv(10)


def big(octets):
    s = Client()
    s.say("EHLO client.test")
    s.secure()
    s.envelope()
    body = b"Subject: big\r\n\r\n" + (b"x" * 72 + b"\r\n") * (int(octets) // 74)
    s.socket.sendall(b"BDAT %d LAST\r\n" % len(body) + body)
    return s.reply()[:3], s.say("QUIT")[:3]


def order():
    """Codes of STARTTLS where it may not be, and of what comes after it."""
    s = Client()
    codes = [s.say("STARTTLS")]
    ehlo = s.say("EHLO client.test")
    codes += [s.say("STARTTLS now"), s.say("MAIL FROM:<a@client.test>"),
              s.say("STARTTLS"), s.say("RSET")]
    s.secure()
    codes += [s.say("MAIL FROM:<a@client.test>")]
    again = s.say("EHLO client.test")
    codes += [s.say("STARTTLS"), s.say("QUIT")]
    return ("STARTTLS" in ehlo, "STARTTLS" in again,
            " ".join(c[:3] for c in codes))


def pipelined():
    s = Client()
    s.say("EHLO client.test")
    s.socket.sendall(b"STARTTLS\r\nMAIL FROM:<evil@client.test>\r\n")
    return s.reply()[:3], s.ended()


def injected():
    """In the clear behind STARTTLS, but not in the same packet."""
    s = Client()
    s.say("EHLO client.test")
    s.say("STARTTLS")
    s.socket.sendall(b"MAIL FROM:<evil@client.test>\r\n")
    try:
        s.shake(context())
        return s.say("NOOP")
    except (ssl.SSLError, OSError):
        return "refused"


def cut(how):
    """TLS ends in the middle of a chunk, with or without close_notify, and
    octets in the clear come behind it."""
    s = Client()
    s.say("EHLO client.test")
    s.secure()
    s.envelope()
    s.socket.sendall(b"BDAT 100 LAST\r\n" + b"x" * 50)
    if how == "notify":
        s.socket.settimeout(5)
        try:
            s.raw = s.socket.unwrap()
        except (ssl.SSLError, OSError):
            return "closed"
    else:
        s.raw = socket.socket(fileno=s.socket.detach())
        s.raw.settimeout(5)
    try:
        s.raw.sendall(b"y" * 50 + b"QUIT\r\n")
        s.raw.shutdown(socket.SHUT_WR)
        got = s.raw.recv(1000)
        return "closed" if b"250" not in got else got
    except OSError:
        return "closed"


def truncated(how, end):
    """DATA that ends with END and no dot in a line of its own; then TLS ends,
    with or without close_notify."""
    s = Client()
    s.say("EHLO client.test")
    s.secure()
    s.envelope()
    s.say("DATA")
    s.socket.sendall(b"Subject: x\r\n\r\ntext" +
                     end.encode().decode("unicode_escape").encode())
    s.socket.settimeout(5)
    try:
        if how == "notify":
            s.socket.unwrap()
            return "closed"
        s.raw = socket.socket(fileno=s.socket.detach())
        s.raw.settimeout(5)
        s.raw.shutdown(socket.SHUT_WR)
        while octets := s.raw.recv(1000):  # of TLS: an alert, no more
            if len(octets) > 60:
                return "answered"
        return "closed"
    except OSError:
        return "closed"


def resume(version=None):
    c = context(version)
    reused = []
    session = None
    for _ in range(3):
        s = Client()
        s.say("EHLO client.test")
        s.secure(c, session=session)
        s.say("EHLO client.test")  # the ticket comes before its answer
        reused.append(s.socket.session_reused)
        session = s.socket.session
        s.say("QUIT")
    return reused


def refused(version):
    s = Client()
    s.say("EHLO client.test")
    try:
        s.secure(context(version))
    except ssl.SSLError as e:
        return e.reason
    return s.socket.version()


def certificate(name, ciphers=None):
    """The subject that comes for a server name, and the kind of its key."""
    s = Client()
    s.say("EHLO client.test")
    s.secure(context("1.2", ciphers), None if name == "-" else name)
    from cryptography import x509  # pylint: disable=import-outside-toplevel
    x = x509.load_der_x509_certificate(s.socket.getpeercert(True))
    s.say("QUIT")
    return (x.subject.rfc4514_string(),
            type(x.public_key()).__name__.strip("_").removesuffix("PublicKey"))


def requiretls(parameters="", field="", sender="a@client.test"):
    """A message with those parameters of MAIL, and that field in it."""
    s = Client()
    clear = s.say("EHLO client.test")
    early = s.say("MAIL FROM:<a@client.test> REQUIRETLS")
    s.secure()
    over_tls = s.say("EHLO client.test")
    codes = [s.say("MAIL FROM:<%s> %s" % (sender, parameters)),
             s.say("RCPT TO:<b@b.test>"), s.say("DATA"),
             s.say("Subject: tls\r\n%s\r\n\r\nsecret\r\n." % field)]
    s.say("QUIT")
    return ("REQUIRETLS" in clear, "REQUIRETLS" in over_tls, early[:10],
            " ".join(c[:3] for c in codes))


def silent(_):
    """Nobody shakes hands."""
    s = Client()
    s.say("EHLO client.test")
    s.say("STARTTLS")
    s.raw.settimeout(200)
    return s.ended()


def ehlo():
    return "STARTTLS" in Client().say("EHLO client.test")


def verb():
    s = Client()
    s.say("EHLO client.test")
    return s.say("STARTTLS")[:3], s.say("NOOP")[:3]


result = globals()[sys.argv[2]](*sys.argv[3:])
if isinstance(result, (tuple, list)):
    result = " ".join(str(r) for r in result)
print(result)
