#!/bin/sh
# SPDX-License-Identifier: ISC
# mx-scan with a real clamd and a real spamd: what they find, and scanners that
# are dead, silent, slow, lying.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/peers/scanners.sh
. "$tests/peers/scanners.sh"

command -v clamd >/dev/null || skip_all 'no clamd'
start_clamd || skip_all 'clamd does not start'

# head_of FILE: as in the spool, 25 octets before the message
head_of() {
	head -c 25 /dev/zero >"$scratch/spooled"
	cat "$1" >>"$scratch/spooled"
}
# scan WHAT SOCKET FILE [DEADLINE_MS]: the answer is in said
scan() {
	head_of "$3"
	printf 'what=%s\nsocket=%s\noffset=25\nsize=%d\ndeadline_ms=%s\ntrace=%s\n\n' \
	    "$1" "$2" "$(wc -c <"$3")" "${4:-20000}" \
	    'Received: from a.test\40(unknown\40[192.0.2.1])' |
	    "$build/libexec/mx-scan" 3<"$scratch/spooled" >"$scratch/answer" \
		2>"$scratch/log"
	said=$(sed 's/%20/ /g' "$scratch/answer" | tr '\n' ' ')
}

# shellcheck disable=SC2016 # no expansion is meant
eicar='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'
printf 'From: a@a.test\r\nSubject: fine\r\n\r\nHello.\r\n' >"$scratch/fine"
{
	printf 'From: a@a.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n'
	printf 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'
	printf 'Content-Type: text/plain\r\n\r\nhi\r\n--b\r\n'
	printf 'Content-Type: application/octet-stream; name=e.com\r\n'
	printf 'Content-Disposition: attachment; filename=e.com\r\n'
	printf 'Content-Transfer-Encoding: base64\r\n\r\n'
	printf '%s' "$eicar" | base64 | sed 's/$/\r/'
	printf '%s\r\n' --b--
} >"$scratch/eicar"
printf 'From: a@a.test\r\n\r\nPlease verify your account at evil.test\r\n' \
    >"$scratch/phish"

scan malware "$clamd" "$scratch/fine"
like "$said" '^result=clean ' 'nothing is found'
scan malware "$clamd" "$scratch/eicar"
like "$said" '^result=found name=Eicar-Test-Signature' \
    'malware in an attachment is'
scan malware "$clamd" "$scratch/phish"
like "$said" '^result=found name=Phish.Test' 'and phish'
cat "$scratch/fine" >"$scratch/large"
head -c 9000000 /dev/zero | tr '\0' 'x' | fold -w 70 | sed 's/$/\r/' \
    >>"$scratch/large"
scan malware "$clamd" "$scratch/large"
like "$said" '^result=toobig ' 'too large to be looked at is an answer of its own'

# ---- over TCP, with the octets themselves
tcp=$(free_port)
python3 - "$tcp" "$clamd" <<'END' &
import socket, sys, threading
l = socket.create_server(("127.0.0.1", int(sys.argv[1])))
def pump(a, b):
    try:
        while True:
            d = a.recv(65536)
            if not d: break
            b.sendall(d)
    except OSError: pass
    try: b.shutdown(socket.SHUT_WR)
    except OSError: pass
while True:
    c, _ = l.accept()
    u = socket.socket(socket.AF_UNIX); u.connect(sys.argv[2])
    for a, b in ((c, u), (u, c)):
        threading.Thread(target=pump, args=(a, b), daemon=True).start()
END
will_stop $!
until_true 10 listens "$tcp"
scan malware "127.0.0.1:$tcp" "$scratch/eicar"
like "$said" '^result=found name=Eicar' 'octets work where descriptors do not'
began=$(date +%s)
scan malware "127.0.0.1:$tcp" "$scratch/large"
like "$said" '^result=toobig ' 'and what is too large is said to be'
[ $(($(date +%s) - began)) -lt $((10 * slow)) ]
ok $? 'by one who reads no more of it'

# ---- scanners that fail
stop "$clamd_pid"
scan malware "$clamd" "$scratch/fine"
like "$said" '^result=failed .*reason=clamd: ' 'clamd is down'
scan malware "127.0.0.1:9" "$scratch/fine"
like "$said" '^result=failed ' 'or was never there'
scan malware nonsense "$scratch/fine"
like "$said" '^result=failed .*reason=clamd:.*neither' 'no address at all'
# lie TEXT [SECONDS]: a scanner that says TEXT
lie() {
	liar=$(free_port)
	python3 - "$liar" "$1" "${2:-0}" <<-'END' &
		import socket, sys, time
		l = socket.create_server(("127.0.0.1", int(sys.argv[1])))
		text = sys.argv[2].encode().decode("unicode_escape").encode("latin-1")
		while True:
		    c, _ = l.accept()
		    try:
		        c.settimeout(0.2)
		        try:
		            while c.recv(65536): pass
		        except OSError: pass
		        c.settimeout(None)
		        for i in range(len(text)):
		            c.sendall(text[i:i + 1] if float(sys.argv[3]) else text)
		            time.sleep(float(sys.argv[3]))
		            if not float(sys.argv[3]): break
		        if text[-1:] == b"!": time.sleep(60)
		        c.close()
		    except OSError: pass
	END
	liar_pid=$!
	will_stop $liar_pid
	until_true 10 listens "$liar"
}
for text in '' 'stream: OK' 'nonsense\0' '!' 'stream: \x1b[31m FOUND'; do
	lie "$text"
	scan malware "127.0.0.1:$liar" "$scratch/fine" 2000
	like "$said" '^result=failed ' "a lying clamd: $text"
	stop $liar_pid
done
lie 'stream: OK                    \0' 1
began=$(date +%s)
scan malware "127.0.0.1:$liar" "$scratch/fine" 3000
like "$said" '^result=failed .*in time' 'one octet a second'
[ $(($(date +%s) - began)) -le $((5 * slow)) ]
ok $? 'is given no more time than there is'
stop $liar_pid

# ---- spamd
if command -v spamd >/dev/null && start_spamd; then
	scan spam "$spamd" "$scratch/fine"
	like "$said" '^result=clean .*score=-?[0-9.]+ threshold=5' 'a score'
	printf 'From: a@a.test\r\nSubject: x\r\n\r\n%s\r\n' \
	    'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X' \
	    >"$scratch/gtube"
	scan spam "$spamd" "$scratch/gtube"
	like "$said" 'name=.*GTUBE.* score=100' 'spam, with the rules that hit'
	scan spam "$spamd" "$scratch/large"
	like "$said" '^result=clean .*score=' 'of what is large, the beginning'
	stop "$spamd_pid"
fi
lie 'SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\n\r\n'
scan spam "127.0.0.1:$liar" "$scratch/fine" 2000
like "$said" '^result=failed .*no score' 'spamd without a score'
stop $liar_pid
lie 'SPAMD/1.0 76 Bad header line\r\n\r\n'
scan spam "127.0.0.1:$liar" "$scratch/fine" 2000
like "$said" '^result=failed ' 'spamd that will not'
stop $liar_pid

# ---- requests that are none
for request in 'what=all' 'offset=x' 'nonsense=1' 'what=spam'; do
	printf '%s\n\n' "$request" | "$build/libexec/mx-scan" \
	    >/dev/null 2>&1 3</dev/null
	is $? 64 "no request: $request"
done

done_testing
