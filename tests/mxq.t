#!/bin/sh
# SPDX-License-Identifier: ISC
# mxq(8): every command, on real spool files.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

new_instance
make=$build/tests/tools/mkspool

# put DOMAIN [OPTION...]: one message, its name in $id, its octets in $message
message=$scratch/message
printf 'Subject: one\r\n\r\nfrom here \000\377 to there\r\n' >"$message"
put() {
	domain=$1
	shift
	id=$("$make" "$@" "$spool" "$domain" <"$message") || exit 1
	file=$spool/queue/$domain/$id
}

# run COMMAND...: out, err and code
run() {
	out=$(mxq "$@" 2>"$scratch/err" </dev/null)
	code=$?
	err=$(cat "$scratch/err")
}

# says COMMAND...: what mxq says on a terminal of 100 columns
on_terminal() {
	script -qec "stty cols 100; '$build/bin/mxq' -f '$conf' $*" /dev/null
}

# is_clean TEXT: no control octet but tab and newline, all else UTF-8
is_clean() {
	printf '%s\n' "$1" | tr -d '\r' | python3 -c '
import sys, unicodedata
text = sys.stdin.buffer.read().decode("utf-8")
bad = [c for c in text if c not in "\t\n" and
    unicodedata.category(c) in ("Cc", "Cf")]
sys.exit(bool(bad))'
}

json() {
	printf '%s\n' "$1" | python3 -m json.tool --json-lines >/dev/null
}

# field KEY: of the JSON object in $out
field() {
	printf '%s\n' "$out" | python3 -c '
import json, sys
value = json.loads(sys.stdin.readline())
for key in sys.argv[1].split("."):
    value = value[int(key) if key.isdigit() else key]
print(value)' "$1"
}

journal() {
	sed -n 's/^[0-9a-f]\{8\} \(hold\|release\|fail\|try\|dsn\) .*/\1/p' \
	    "$file" | tr '\n' ' '
}

# ---- the command line
run
is "$code" 64 'no command is a usage error'
run dance
is "$code" 64 'an unknown command too'
run show
is "$code" 64 'show wants an id'
run list a b
is "$code" 64 'list takes one domain'
run -y list
is "$code" 64 '-y belongs to drop'
run -n
is "$code" 0 '-n checks the configuration'
like "$out" '^hostname backup.test$' 'and prints it'
"$build/bin/mxq" -f /nonexistent list 2>/dev/null
is $? 78 'no configuration'

# ---- no spool, an empty spool
run list
is "$code" 66 'a spool that is not there is said'
[ ! -e "$spool" ]
ok $? 'and not made'
mkdir "$spool"
run list
is "$code:$out" 0: 'an empty spool'
run stats
is "$code:$out" 0: 'has no sums'
run bad
is "$code:$out" 0: 'and nothing bad'

# ---- list
put example.com -a 1790000000
put example.com
put example.net -f ''
run list
is "$(printf '%s\n' "$out" | wc -l)" 3 'three wait'
is "$(printf '%s\n' "$out" | awk -F'\t' '{ print NF }' | sort -u)" 11 \
    'in eleven columns'
like "$out" "^example.net	$id	waiting	.*	<>	-\$" 'a null path is <>'
run list EXAMPLE.net.
is "$(printf '%s\n' "$out" | wc -l)" 1 'one domain, however it is spelt'
run list none.example
is "$code:$out" 0: 'a domain without mail'
run --json list
json "$out"
ok $? 'list is JSON, a line an object'
is "$(field octets)" "$(wc -c <"$message")" 'with the octets of the message'
is "$(field arrived)" 2026-09-21T14:13:20Z 'and its arrival'
like "$(on_terminal list)" '^DOMAIN +ID +STATE' 'a terminal has a head'
run list 'a/b'
is "$code" 64 'no path as a domain'

# ---- show
put example.org -r a@example.org -r b@example.org \
    -t 'Received:%20from%20x%0D%0A%09by%20y%0D%0A' -m 1990000000 \
    -j 'try at=1790000000 host=mx[192.0.2.9] reply=451%20one' \
    -j 'try at=1790001000 host=mx[192.0.2.9] reply=451%20two' \
    -j 'done rcpt=0 at=1790002000 host=mx reply=250%20taken'
run show "$id"
is "$code" 0 'show'
like "$out" '^from	<sender@example.org>' 'the sender'
like "$out" '^to	0 delivered <a@example.org>' 'a recipient that is done'
like "$out" '^to	1 waiting <b@example.org>' 'one that waits'
like "$out" '^next	2033-01-22T' 'the next attempt'
like "$out" '^trace	Received: from x$' 'the trace'
is "$(printf '%s\n' "$out" | sed -n 's/^history.*\(451 one\|451 two\|250 taken\)$/\1/p' |
    tr '\n' ,)" '451 one,451 two,250 taken,' 'the history in its order'
run show "example.org/$id"
is "$code" 0 'by domain and id'
run show "example.com/$id"
is "$code" 1 'not in another domain'
run --json show "$id"
json "$out"
ok $? 'show is JSON'
is "$(field history.1.reply)" '451 two' 'with the history'
is "$(field recipients.0.state)" delivered 'with the recipients'
like "$(on_terminal show "$id")" '^next .*\(in [0-9]+d\)' 'times for people'
add_domain shown.test
send 'a@example.org BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=q+2B1' \
    'b@shown.test NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bb@example.org'
run show "$(basename "$(queued shown.test)")"
like "$out" '^from	<a@example.org> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=q\+2B1$' \
    'what came with the sender'
like "$out" '^to	0 waiting <b@shown.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bb@example.org$' \
    'and with the recipient'
rm -r "$spool/queue/shown.test" "$scratch"/state.db*
run show 0123456789abcdef0123
is "$code" 1 'no such message'
like "$err" '0123456789abcdef0123: no such message' 'is said'
for bad in .. . ../../x '' x 0123456789ABCDEF0123 "$id/" "/$id" "../$id" \
    "../queue/example.org/$id" "example.org/../example.org/$id"; do
	run show "$bad"
	is "$code:$out" 1: "'$bad' is no id"
done

# ---- cat
mxq cat "$id" >"$scratch/got"
cmp -s "$scratch/got" "$message"
ok $? 'cat is the message, octet for octet'
mxq cat -t "$id" >"$scratch/got"
{ printf 'Received: from x\r\n\tby y\r\n' && cat "$message"; } |
    cmp -s - "$scratch/got"
ok $? 'cat -t, behind its trace fields'
is_clean "$(on_terminal cat "$id")"
ok $? 'a terminal gets no control octets'
head -c 5000000 /dev/urandom >"$scratch/large"
large=$("$make" "$spool" large.example <"$scratch/large")
mxq cat "$large" | cmp -s - "$scratch/large"
ok $? '5 MB too'
mxq cat "$id" >/dev/full 2>/dev/null
is $? 74 'an output that is full is an error'

# ---- hold, release, retry
put example.org
run hold "$id"
is "$code:$(journal)" '0:hold ' 'hold is a record'
ok "$(($(stat -c %Y "$file") < 4000000000))" 'and an attempt far ahead'
run list example.org
like "$out" "$id	held	[^	]*	-	" 'list says so'
run hold "$id"
is "$code:$(journal)" '0:hold ' 'twice is once'
run retry "$id"
is "$code" 1 'retry leaves what is held'
like "$err" 'held' 'and says why'
touch -d '1 hour ago' "$spool/queue/example.org"
run release "$id"
is "$code:$(journal)" '0:hold release ' 'release is a record'
ok "$(($(stat -c %Y "$file") > $(date +%s)))" 'and due now'
ok "$(($(stat -c %Y "$spool/queue/example.org") < $(date +%s) - 60))" \
    'a walk will see it'
run release "$id"
is "$code" 0 'what is not held is released already'
touch -d '+2 hours' "$file"
run retry "$id"
ok "$((code || $(stat -c %Y "$file") > $(date +%s)))" 'retry makes it due'
[ -e "$spool/etrn/example.org" ]
ok $? 'and its domain too'
run retry example.com
is "$code:$(printf '%s\n' "$out" | wc -l)" 0:2 'retry of a domain'
run hold example.com
is "$(mxq list example.com | grep -c '	held	')" 2 'hold of a domain'
run release example.com
is "$(mxq list example.com | grep -c '	held	')" 0 'release of a domain'
run hold none.example
is "$code" 1 'a domain without mail'
first=$id
put example.net
run hold "$first" 0123456789abcdef0123 "$id"
is "$code:$(printf '%s\n' "$out" | wc -l)" 1:2 \
    'several, and one that is not there'
run --json release "$first" "$id"
json "$out"
ok $? 'what was done is JSON'

# ---- bounce
put example.org -r a@example.org -r b@example.org -r c@example.org \
    -j 'done rcpt=1 at=1790000000 host=mx reply=250%20ok'
rm -f "$spool/etrn"/*
mxq hold "$id" >/dev/null
run bounce "$id"
is "$code:$(journal)" '0:hold fail fail release ' 'bounce fails who waits'
run --json show "$id"
is "$(field recipients.0.reply)" '550 5.0.0 bounced by the postmaster' \
    'with a reason'
is "$(field recipients.1.state)" delivered 'not who is done'
is "$(field state)" failed 'and a bounce is due'
[ -e "$spool/etrn/example.org" ]
ok $? 'at the next run'
run bounce "$id"
is "$code" 1 'once'
run bounce example.org
is "$code" 1 'no whole domain'

# ---- drop
put example.org
run drop "$id"
is "$code" 64 'drop asks, and there is no one'
[ -e "$file" ]
ok $? 'it is still there'
echo n | on_terminal drop "$id" >/dev/null
[ -e "$file" ]
ok $? 'n keeps it'
echo y | on_terminal drop "$id" >/dev/null
[ ! -e "$file" ]
ok $? 'y drops it'
put example.org
run drop -y "$id"
is "$code" 0 'drop -y'
[ ! -e "$file" ]
ok $? 'does not ask'
run drop -y "$id"
is "$code" 1 'twice is an error'

# ---- busy
put example.org
exec 9<"$file"
flock 9
for command in hold release retry bounce 'drop -y'; do
	# shellcheck disable=SC2086
	run $command "$id"
	is "$code" 75 "$command leaves what is being delivered"
	like "$err" busy 'and says so'
done
run show "$id"
is "$code" 0 'show does not mind'
exec 9<&-

# ---- stats, state.db
run stats
is "$(printf '%s\n' "$out" | awk -F'\t' '{ print NF }' | sort -u)" 10 'stats'
[ ! -e "$scratch/state.db" ]
ok $? 'state.db is not made'
run --json stats example.com
json "$out"
ok $? 'stats is JSON'
is "$(field messages)" 2 'it counts'
is "$(field primary)" UNKNOWN 'the primary is not known'
state 'PRAGMA journal_mode = WAL' \
    ".read $top/share/state.sql" "INSERT INTO primary_mx VALUES('example.com',
    2, 1790000000, 1790000000, 3, 1790000100, 1990000000, 1990000000,
    'mx.example.com', '451 no' || char(27) || '[31m', 0, '', 0)" >/dev/null
run --json stats example.com
is "$(field primary):$(field next)" DOWN:2033-01-22T09:46:40Z \
    'state.db knows the primary'
is_clean "$out"
ok $? 'and what it said'
run list example.com
is "$(printf '%s\n' "$out" | cut -f 5,11 | sort -u)" \
    '2033-01-22T09:46:40Z	451 no\x1b[31m' 'why and until when a domain waits'
run show "$(printf '%s\n' "$out" | head -1 | cut -f 2)"
like "$out" '^primary	DOWN since 2026-09-21T14:13:20Z mx.example.com 451 no' \
    'show tells it too'
like "$out" '^next	2033' 'and the next attempt'
printf 'not a database, but long enough to be read as the head of one' \
    >"$scratch/state.db"
cp "$scratch/state.db" "$scratch/before"
run stats example.com
is "$code" 0 'a state.db that is none'
like "$err" 'not known' 'is said'
cmp -s "$scratch/state.db" "$scratch/before"
ok $? 'and left as it is'
rm "$scratch"/state.db*

# ---- stats, of what mxrun has counted
sums() {
	strace -f -o "$scratch/trace" -e trace=getdents64,newfstatat \
	    "$build/bin/mxq" -f "$conf" stats sums.example 2>/dev/null |
	    cut -f 2,4
}
looked() {
	grep -c 'getdents64(.*) = [1-9]' "$scratch/trace"
}
# looked_at: how many messages
looked_at() {
	grep -c 'newfstatat([0-9]*, "[0-9a-f]\{20\}' "$scratch/trace"
}
# put_old SECONDS: one that came so long ago, by its name
put_old() {
	put sums.example
	old=$(printf '%08x' $(($(date +%s) - $1)))${id#????????}
	mv "$file" "$spool/queue/sums.example/$old"
}
# put_new: one more
put_new() {
	put sums.example
	new=$file
}
# counted: a walk has seen all that is not new, long after it came
counted() {
	rm -f "$new" "$spool"/etrn/*
	touch -d '1 minute ago' "$spool" "$spool/queue/sums.example"
	mxrun sums.example 2>/dev/null
}
new=
add_domain sums.example '[127.0.0.1]:1'
put_old 3600
put_old 600
held=$old
touch -d '1 minute ago' "$spool/queue/sums.example"
is "$(sums)" '2	0' 'nobody has counted: stats does'
looks=$(looked)
mxrun sums.example 2>/dev/null
is "$(sums)" '2	0' 'mxrun has counted'
[ "$looks" -gt "$(looked)" ]
ok $? 'and no directory is read again'
run hold "$held"
is "$(sums)" '2	1' 'but for what was held since'
put_old 400
is "$(sums)" '3	1' 'or has come'
run drop -y "$held"
is "$(sums)" '2	0' 'or was dropped'

# ---- stats, of what has come since
counted
put_new
is "$(sums):$(looked_at)" '3	0:1' 'what has come since is looked at, no more'
put_old 300
is "$(sums):$(looked_at)" '4	0:5' 'an older name makes all be counted'
counted
put_new
is "$(sums):$(looked_at)" '4	0:1' 'until a walk has seen it'
run hold "$old"
is "$(sums):$(looked_at)" '4	1:4' 'or one is held'
counted
put_new
is "$(sums):$(looked_at)" '4	1:1' 'which a walk sees'
run release "$old"
is "$(sums):$(looked_at)" '4	0:4' 'or released'
run hold "$old"
counted
put_new
run bounce "$old"
is "$(sums)" '4	0' 'or bounced'
run drop -y "$old"
is "$(sums)" '3	0' 'or has gone'
counted
put_new
touch -d '1 minute' "$spool"
mxrun sums.example 2>/dev/null
put sums.example
is "$(sums):$(looked_at)" '4	0:4' 'another may be held right behind one'
rm "$file"
counted
put_new
before=$(sums)
old=$(basename "$(queued sums.example | sed -n 2p)")
mv "$spool/queue/sums.example/$old" \
    "$spool/queue/sums.example/00000001${old#????????}"
is "$(sums):$(looked_at)" "$before:4" 'one has gone, and an older one come'
run --json stats sums.example
is "$(field oldest)" 1970-01-01T00:00:01Z 'which is the oldest'
rm -r "$spool/queue/sums.example" "$scratch"/state.db*

# ---- damage, hostile contents
put evil.example -f 'a%1B[2J%0D%0Ab%C3%28%C2%9B%E2%80%AE"\@x' \
    -h 'x%1B]0;title%07' -r '%FF%FE@evil.example' \
    -j 'try at=253402300799 host=%1B[1m reply=451-%1B%0A%09%7F%F4%90%80%80' \
    -t 'Received:%20%1B[5m%0D%0A'
mkdir "$spool/queue/x$(printf '\033')[31m.example"
for command in list stats "show $id"; do
	# shellcheck disable=SC2086
	run $command
	is_clean "$out"
	ok $? "$command of hostile contents is clean"
	# shellcheck disable=SC2086
	run --json $command
	json "$out" && is_clean "$out"
	ok $? "and JSON"
	is_clean "$(on_terminal "$command")"
	ok $? 'and clean on a terminal'
done
is "$(mxq list evil.example | awk -F'\t' '{ print NF }')" 11 \
    'no column is added'
is_clean "$(LC_ALL=C on_terminal list)"
ok $? 'clean in another locale'
rmdir "$spool/queue/x"*
put damaged.example
printf 'x' | dd of="$file" bs=1 count=1 conv=notrunc status=none
run list damaged.example
like "$out" "$id	bad	" 'damage is shown'
run show "$id"
is "$code" 65 'and said'
mv "$file" "$spool/bad/damaged.example:$id"
: >"$spool/bad/$(printf '\033')[31m"
run bad
is "$(printf '%s\n' "$out" | wc -l)" 2 'bad lists what was set aside'
is_clean "$out"
ok $? 'clean'
run --json bad
json "$out"
ok $? 'and JSON'
mkdir "$spool/queue/damaged.example/0123456789abcdef0123"
ln -s /etc/passwd "$spool/queue/damaged.example/1123456789abcdef0123"
mkfifo "$spool/queue/damaged.example/2123456789abcdef0123"
timeout 10 "$build/bin/mxq" -f "$conf" list damaged.example \
    >"$scratch/got" 2>&1
[ $? -ne 124 ]
ok $? 'no pipe holds it up'
rm -r "$spool/queue/damaged.example"

# ---- the pages: mx-spool(5)'s file, and EXAMPLES that run
mkdir "$scratch/bin" "$spool/queue/man.example"
printf '#!/bin/sh\nexec %s -f %s "$@"\n' "$build/bin/mxq" "$conf" \
    >"$scratch/bin/mxq"
printf '#!/bin/sh\n' >"$scratch/bin/mxrun" # its own tests run it
chmod +x "$scratch/bin"/*
export file id=6ab13f80000010000001
file=$spool/queue/man.example/$id
printf '%b' "$(sed -n '/^mx1 /,/^\.Ed/p' "$top/man/mx-spool.5" |
    sed '/^\.Ed/d' | tr -d '\n' | sed 's/\\e/\\/g')" >"$file"
echo >>"$file"
run show "$id"
is "$code" 0 'the file in mx-spool(5) is one'
like "$out" 'try	-	mx	451 later$' 'to its last record'
# run_examples PAGE: what stands behind a prompt there; output in got
run_examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$top/man/$1" |
	    sed -n -e 's/^[$#] \(mx\|len\|tail\|touch\)/\1/p' \
	    -e 's/^    //p' | sed 's/\\e/\\/g' | sed "s,/var/spool/tertiary-mx,$spool,
	    s,mx.conf,$conf," >"$scratch/examples"
	PATH=$scratch/bin:$PATH sh -e "$scratch/examples" \
	    >"$scratch/got" 2>"$scratch/err"
	ok $? "EXAMPLES of $1 run"
	is "$(cat "$scratch/err")" '' 'without a word on stderr'
}
run_examples mx-spool.5
is "$(head -1 "$scratch/got" | tr -d '\r')" 'Subject: x' 'and show the message'
is "$(tail -6 "$scratch/got" | wc -l)" 6 'and its journal'
[ -e "$spool/etrn/example.com" ]
ok $? 'and leave a flag'
run_examples mx.conf.5
sed -n '/^# this host/,/^\.Ed/p' "$top/man/mx.conf.5" | sed '/^\.Ed/d' \
    >"$scratch/page.conf"
is "$("$build/bin/mxq" -n -f "$scratch/page.conf" | grep -c -e '^resolver 127' \
    -e '^resolver \[::1\]:53' -e '^greet_delay 5' -e '^hostname mx2')" 4 \
    'mx.conf(5) shows a file that is valid'
"$build/bin/mxq" -n -f "$scratch/page.conf" | cut -d ' ' -f 1 | sort -u |
    while read -r key; do
	grep -q "Cm $key " "$top/man/mx.conf.5" || echo "$key"
done >"$scratch/got"
is "$(cat "$scratch/got")" '' 'and names every key'
run_examples mxq.8
is "$(mxq list | awk -F'\t' '$10 == "sender@example.org" && $3 != "held"' |
    grep -c .)" 0 'which hold what a sender sent'

# ---- who may only read
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$scratch"
	chmod -R a+rX "$spool"
	set -- setpriv --reuid 65534 --clear-groups "$build/bin/mxq" -f "$conf"
	"$@" list | grep -q "$first"
	ok $? 'a spool that is not ours is listed'
	"$@" hold "$first" 2>/dev/null
	is $? 77 'and not changed'
fi

done_testing
