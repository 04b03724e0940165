# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2034 # tests use what is set here
# For tests/*.t: TAP, a scratch place that is cleared, a scratch instance.
#
# A test is run from anywhere, with O the build directory ("obj"); where it may,
# in a network of its own, so that several can run at once.

if [ -z "${OWN_NETWORK-}" ] && unshare -n true 2>/dev/null; then
	export OWN_NETWORK=1
	exec unshare -n sh -c 'ip link set lo up && exec "$@"' - "$0" "$@"
fi

# what packages have installed, python3 with its modules among it, goes first
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
tests=$(cd "$(dirname "$0")" && pwd)
tests=${tests%/bench}
top=$(dirname "$tests")
case ${O:=obj} in
/*) build=$O ;;
*) build=$top/$O ;;
esac
reports=$build/reports # of make check-asan and make check-valgrind
[ -d "$reports" ] && slow=4 || slow=1 # how much longer something may take
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mxtest.XXXXXX") || exit 1
started=
tap_run=0
tap_failed=0

clear_up() {
	for pid in $started; do
		kill "$pid" 2>/dev/null
	done
	for pid in $started; do
		wait "$pid" 2>/dev/null
	done
	# a child of theirs may still write
	rm -rf "$scratch" 2>/dev/null || { sleep 1 && rm -rf "$scratch"; }
}
trap clear_up EXIT
trap 'exit 1' INT TERM

# ok STATUS NAME: 0 is good
ok() {
	tap_run=$((tap_run + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_run" "$2"
	else
		tap_failed=1
		printf 'not ok %d - %s\n' "$tap_run" "$2"
	fi
}

# is GOT WANT NAME
is() {
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] || printf '%s\n' "got: $1" "want: $2" | sed 's/^/# /'
}

# like TEXT REGEX NAME
like() {
	printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3"
	printf '%s\n' "$1" | grep -Eq -- "$2" ||
	    printf '%s\n' "$1" "want: $2" | sed 's/^/# /'
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# nothing_found: a report of a sanitizer or of valgrind, whichever process left
# it, is a failure of the test that runs
nothing_found() {
	for pid in $started; do
		stop "$pid"
	done
	for report in "$reports"/*; do # --PID-- is a remark of valgrind's
		grep -qsv '^--' "$report" || continue
		ok 1 "nothing is found: ${report##*/}"
		sed 's/^/# /' "$report"
		rm -f "$report"
	done
}

done_testing() {
	[ ! -d "$reports" ] || nothing_found
	printf '1..%d\n' "$tap_run"
	exit "$tap_failed"
}

# started PID: stop it at the end
will_stop() {
	started="$started $1"
}

stop() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	started=$(printf '%s' "$started" | sed "s/ $1\$//; s/ $1 / /")
}

# until_true SECONDS COMMAND…
until_true() {
	tries=$(($1 * 20))
	shift
	until "$@"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.05
	done
}

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

listens() {
	python3 -c 'import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()' \
	    "$1" 2>/dev/null
}

# dns_has PORT ZONE [ADDRESS]: a server there has loaded the zone
dns_has() {
	python3 -c 'import socket, struct, sys
name = b"".join(bytes([len(l)]) + l.encode() for l in sys.argv[2].split("."))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.sendto(struct.pack(">6H", 1, 256, 1, 0, 0, 0) + name + b"\0\0\6\0\1",
         (sys.argv[3], int(sys.argv[1])))
answer = struct.unpack(">6H", s.recv(512)[:12])
sys.exit(answer[1] & 15 != 0 or answer[3] == 0)' \
	    "$1" "$2" "${3:-127.0.0.1}" 2>/dev/null
}

# submit HOW: swaks hands a message in, at port
submit() {
	swaks --server "127.0.0.1:$port" --helo client.example.org \
	    --from a@example.org --to b@example.com --body "by $1" \
	    --hide-all --timeout $((20 * slow)) >"$scratch/out" 2>&1
	ok $? "swaks hands in a message by $1"
	grep -q "^by $1" "$(queued example.com | tail -n 1)"
	ok $? 'it is in the spool'
}

# under_valgrind: the programs are scripts that start it
under_valgrind() {
	grep -q '^exec /usr/bin/valgrind' "$build/bin/mxrecv"
}

# confines HELPER: as built for a sanitizer or to count, or under valgrind, it
# may do more
confines() {
	! under_valgrind &&
	    ! grep -q '__asan_init\|__gcov_dump' "$build/libexec/$1"
}

# new_instance: a scratch host in $scratch, conf is its mx.conf
new_instance() {
	conf=$scratch/mx.conf
	spool=$scratch/spool
	rm -rf "$spool" "$scratch"/*.db*
	cat >"$conf" <<-END
		hostname backup.test
		spool $spool
		policy $scratch/policy.db
		state $scratch/state.db
		libexec $build/libexec
		share $top/share
		resolver 127.0.0.1:9
		greet_delay 0
	END
	policy <"$top/share/schema.sql" >/dev/null
	# those that ask somebody have tests of their own
	policy "UPDATE policy SET verdict = 'off', on_unavailable = 'off'
	    WHERE test NOT IN ('helo', 'relay', 'size', 'pregreet')"
}

# policy [SQL]: the sqlite3 shell on policy.db
policy() {
	sqlite3 -bail "$scratch/policy.db" "$@"
}

# verdict TEST VERDICT [ON_UNAVAILABLE]
verdict() {
	policy "UPDATE policy SET verdict = '$2', on_unavailable = '${3-off}'
	    WHERE test = '$1'"
}

# setting NAME VALUE [DOMAIN]: of that domain, or of all
setting() {
	if [ $# -eq 3 ]; then
		policy "REPLACE INTO domain_setting VALUES('$3', '$1', '$2')"
	else
		policy "UPDATE setting SET value = '$2' WHERE name = '$1'"
	fi
}

# state [SQL]: the sqlite3 shell on state.db
state() {
	sqlite3 "$scratch/state.db" "$@"
}

# health [COLUMN [DOMAIN]]: what is known of a primary, its state if not said
health() {
	state "SELECT ${1:-state} FROM primary_mx
	    WHERE domain = '${2:-example.com}'"
}

# resolver ADDRESS[:PORT]: whom this instance asks
resolver() {
	sed -i "s/^resolver .*/resolver $1/" "$conf"
}

# add_domain NAME [ROUTE [SUBDOMAINS]]
add_domain() {
	policy "INSERT INTO domain(name, route, subdomains) VALUES('$1',
	    nullif('${2-}', ''), ${3:-0})"
}

mxrecv() {
	"$build/bin/mxrecv" -f "$conf" "$@"
}
mxrun() {
	"$build/bin/mxrun" -f "$conf" "$@"
}
mxq() {
	"$build/bin/mxq" -f "$conf" "$@"
}

# listen: mxrecv behind a socket; port is its port
listen() {
	port=$(free_port)
	systemd-socket-activate --inetd --accept -l "127.0.0.1:$port" \
	    "$build/bin/mxrecv" -f "$conf" >/dev/null 2>>"$scratch/log" &
	will_stop $!
	listener=$!
	until_true 10 listens "$port"
}

# start_listener [ADDRESS…]: mxrecv that listens by itself: pid in $parent, the
# first one's port in $port
start_listener() {
	port=$(free_port)
	addresses=
	for address in "${@:-127.0.0.1}"; do
		addresses="$addresses -l $address:$port"
	done
	# shellcheck disable=SC2086 # an option each
	"$build/bin/mxrecv" -f "$conf" $addresses 2>>"$scratch/log" &
	parent=$!
	will_stop $parent
	until_true 10 listens "$port"
}
# children PID: those that serve, which are not its scribe or a reader
children() {
	pgrep -P "$1" | wc -l
}
has_children() {
	[ "$(children "$1")" -eq "$2" ]
}
is_gone() {
	! ps -o stat= -p "$1" | grep -q '^[^Z]'
}

# queued DOMAIN: the files that wait
queued() {
	find "$spool/queue/$1" -type f 2>/dev/null | sort
}
count_queued() {
	find "$spool/queue" -type f 2>/dev/null | wc -l
}

# start_primary RULE=REPLY…: a scripted primary; primary_port, primary_pid; what
# it took is in $scratch/mx/message.N, what it heard in $scratch/mx/log
start_primary() {
	rm -rf "$scratch/mx"
	mkdir "$scratch/mx"
	"$tests/peers/fakemx.py" "$scratch/mx" "$@" &
	primary_pid=$!
	will_stop $primary_pid
	until_true 10 test -s "$scratch/mx/port"
	primary_port=$(cat "$scratch/mx/port")
}

# count_taken [DIRECTORY]: what it, or another in that place, has taken
count_taken() {
	find "${1:-$scratch/mx}" -name 'message.*' | wc -l
}

# logged EVENT: how often
logged() {
	grep -c "^$1 " "$scratch/log"
}

# converse: plays the session on stdin with an mxrecv of this instance
converse() {
	cat >"$scratch/session"
	"$tests/peers/dialog.py" "$scratch/session" -- \
	    "$build/bin/mxrecv" -f "$conf" | grep '^#'
}

# send FROM TO [TEXT]: a message in by SMTP; parameters may follow each path,
# as 'a@example.org RET=HDRS'
send() {
	converse <<-END
		< 220
		> EHLO client.example.org
		< 250
		> MAIL FROM:<${1%% *}>${1#"${1%% *}"}
		< 250
		> RCPT TO:<${2%% *}>${2#"${2%% *}"}
		< 250
		> DATA
		< 354
		> Subject: ${3:-test}
		>
		> ${3:-test}
		> .
		< 250
		> QUIT
		< 221
	END
}
