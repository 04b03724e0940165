# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154 # of tests/lib.sh, which is read before
# shellcheck disable=SC2034 # for who reads this
# A clamd(8) and a spamd(8) of a test's own, with local rules only.

# start_clamd: its socket is clamd; it knows EICAR and a phish text
start_clamd() {
	clamd=$scratch/clam/socket
	mkdir -p "$scratch/clam/db" "$scratch/clam/tmp"
	printf '%s:68:Eicar-Test-Signature\n' 44d88612fea8a8f36de82e1278abb02f \
	    >"$scratch/clam/db/local.hdb"
	printf 'Phish.Test:0:*:%s\n' "$(printf 'verify your account at evil' |
	    od -An -tx1 | tr -d ' \n')" >"$scratch/clam/db/local.ndb"
	cat >"$scratch/clam/conf" <<-END
		LocalSocket $clamd
		DatabaseDirectory $scratch/clam/db
		TemporaryDirectory $scratch/clam/tmp
		Foreground yes
		StreamMaxLength 2M
		MaxScanSize 100M
		MaxFileSize 8M
		AlertExceedsMax yes
		${clamd_user:+User $clamd_user}
	END
	clamd --config-file="$scratch/clam/conf" >"$scratch/clam/log" 2>&1 &
	clamd_pid=$!
	will_stop $clamd_pid
	until_true 20 test -S "$clamd"
}

# start_spamd: its socket is spamd
start_spamd() {
	spamd=$scratch/spam.socket
	spamd -L -x -m 2 --socketpath="$spamd" --socketmode=666 -u nobody \
	    >"$scratch/spamd.log" 2>&1 &
	spamd_pid=$!
	will_stop $spamd_pid
	until_true 30 spamd_answers
}
spamd_answers() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
s.connect(sys.argv[1])
s.sendall(b"PING SPAMC/1.5\r\n\r\n")
sys.exit(b"PONG" not in s.recv(100))' "$spamd" 2>/dev/null
}
