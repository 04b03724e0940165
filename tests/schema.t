#!/bin/sh
# SPDX-License-Identifier: ISC
# share/schema.sql in the sqlite3 shell: what it holds, and what it refuses.

. "${0%/*}/lib.sh"

db=$scratch/p.db
sql() {
	sqlite3 -bail "$db" "$@"
}

# refuses SQL SENTENCE: it fails, says so, and changes nothing
refuses() {
	before=$(sql .dump | cksum)
	said=$(sql "$1" 2>&1)
	status=$?
	[ $status -ne 0 ] && [ "$before" = "$(sql .dump | cksum)" ]
	ok $? "refused: $1"
	case $said in
	*"$2"*) ok 0 "because: $2" ;;
	*) is "$said" "$2" 'because' ;;
	esac
}

# takes SQL
takes() {
	sql "$1" >"$scratch/said" 2>&1
	ok $? "taken: $1"
}

out=$(sqlite3 -bail "$db" <"$top/share/schema.sql" 2>&1)
is "$?:$out" 0: 'it is read in silence'
sql .dump | sort >"$scratch/once"
sqlite3 -bail "$db" <"$top/share/schema.sql" >/dev/null
sql .dump | sort | cmp -s "$scratch/once" -
ok $? 'reading it twice changes nothing'

# ---- the published policy
is "$(sql "SELECT test || ' ' || verdict || ' ' || on_unavailable FROM policy
    ORDER BY test" | tr '\n' ',')" \
    "dkim log off,dmarc log off,dnsbl defer off,greylist defer off,\
header defer off,helo deny off,malware defer defer,ownsender defer off,\
pregreet defer off,ptr log off,quota defer off,recipient defer off,\
relay deny defer,\
repeat defer off,sender defer off,size deny off,spam defer off,spf log off,\
toobig log off,unknown off off,when_up defer off," 'the published verdicts'
is "$(sql "SELECT after || ':' || every FROM backoff" | tr '\n' ' ')" \
    '0:900 14400:1800 28800:3600 57600:5400 100800:7200 144000:10800 ' \
    '15 minutes for 4 hours, growing over 36, then 3 hours'
takes "DELETE FROM backoff WHERE after = 14400"
sqlite3 -bail "$db" <"$top/share/schema.sql"
is "$(sql 'SELECT count(*) FROM backoff')" 5 'a changed table is left alone'

# ---- one that an older version made
new=$db
db=$scratch/old.db
sql "CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('number', 'score', 'recipients')),
	what TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TRIGGER setting_fixed BEFORE UPDATE OF name, kind ON setting
    BEGIN
	SELECT RAISE(ABORT, 'setting: change value only');
    END;
    INSERT INTO setting VALUES('greylist_delay', '77', 'number', 'seconds');
    CREATE TABLE client (network TEXT PRIMARY KEY NOT NULL,
	verdict TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO client VALUES('192.0.2.0/24', 'deny')"
out=$(sql <"$top/share/schema.sql" 2>&1)
is "$?:$out" 0: 'the schema is read over an older one'
is "$(sql "SELECT value FROM setting WHERE name = 'greylist_delay'") $(
    sql 'SELECT * FROM client')" '77 192.0.2.0/24|deny' 'its rows are kept'
is "$(sql "SELECT name, kind FROM setting")" \
    "$(sqlite3 "$new" "SELECT name, kind FROM setting")" \
    'and settings of new kinds are added'
is "$(sql "SELECT sql FROM sqlite_schema WHERE tbl_name = 'setting'
    ORDER BY name")" "$(sqlite3 "$new" "SELECT sql FROM sqlite_schema
    WHERE tbl_name = 'setting' ORDER BY name")" 'as today'
db=$new

# ---- domains
takes "INSERT INTO domain(name) VALUES('example.com')"
takes "INSERT INTO domain(name, subdomains, route)
    VALUES('xn--bcher-kva.example', 1, '[mail.bcher.example]:25')"
takes "INSERT INTO domain(name, route) VALUES('six.example', '[2001:db8::1]')"
refuses "INSERT INTO domain(name) VALUES('Example.org')" 'lower case'
refuses "INSERT INTO domain(name) VALUES('example.org.')" 'leave out the dot'
refuses "INSERT INTO domain(name) VALUES('bücher.example')" 'A-label'
refuses "INSERT INTO domain(name) VALUES('example org')" 'not a domain name'
refuses "INSERT INTO domain(name) VALUES(' example.org')" 'not a domain name'
refuses "INSERT INTO domain(name) VALUES('*.example.org')" 'subdomains to 1'
refuses "INSERT INTO domain(name) VALUES('@example.org')" 'not a domain name'
refuses "INSERT INTO domain(name) VALUES('192.0.2.1')" 'this is an address'
refuses "INSERT INTO domain(name) VALUES('localhost')" 'two labels'
refuses "INSERT INTO domain(name) VALUES('')" 'two labels'
refuses "INSERT INTO domain(name) VALUES('a..example')" 'not a domain name'
refuses "INSERT INTO domain(name) VALUES('-a.example')" 'not a domain name'
refuses "INSERT INTO domain(name) VALUES('a-.example')" 'not a domain name'
refuses "INSERT INTO domain(name) VALUES(
    printf('%.64c', 'a') || '.example')" 'not a domain name'
refuses "INSERT INTO domain(name) VALUES('example.com')" 'UNIQUE'
refuses "INSERT INTO domain(name) VALUES(NULL)" 'NOT NULL'
refuses "INSERT INTO domain(name, subdomains) VALUES('a.example', 2)" \
    'subdomains is 0 or 1'
refuses "UPDATE domain SET name = 'b.example' WHERE name = 'six.example'" \
    'delete the row'
for route in mail.example.org mail.example.org:25 '[mail.example.org' \
    '[mail.example.org]25' '[mail.example.org]:0' '[mail.example.org]:65536' \
    '[mail.example.org]:x' '[]' '[a b]' '[mail.example.org]:' \
    '[mail.example.org]:25 ' ''; do
	refuses "INSERT INTO domain(name, route)
	    VALUES('r.example', '$route')" 'write [host] or [host]:port'
	refuses "UPDATE domain SET route = '$route' WHERE name = 'six.example'" \
	    'write [host] or [host]:port'
done
takes "UPDATE domain SET route = '[mail.example.org]:65535'
    WHERE name = 'six.example'"
takes "UPDATE domain SET route = NULL WHERE name = 'six.example'"

# ---- verdicts
takes "UPDATE policy SET verdict = 'log' WHERE test = 'greylist'"
refuses "UPDATE policy SET verdict = 'reject' WHERE test = 'helo'" \
    'verdict is off, log, defer or deny'
refuses "UPDATE policy SET verdict = 'Deny' WHERE test = 'helo'" \
    'verdict is off, log, defer or deny'
refuses "UPDATE policy SET on_unavailable = 'pass' WHERE test = 'helo'" \
    'on_unavailable is off, log, defer or deny'
refuses "INSERT INTO policy(test, verdict) VALUES('virus', 'defer')" \
    'there is no such test'
refuses "UPDATE policy SET test = 'virus' WHERE test = 'helo'" \
    'there is no such test'
for verdict in off log; do
	refuses "UPDATE policy SET verdict = '$verdict' WHERE test = 'relay'" \
	    'an open relay'
	refuses "UPDATE policy SET on_unavailable = '$verdict'
	    WHERE test = 'relay'" 'an open relay'
	refuses "INSERT INTO domain_policy
	    VALUES('example.com', 'relay', 'deny', '$verdict')" \
	    'an open relay'
done
takes "UPDATE policy SET verdict = 'defer' WHERE test = 'relay'"
takes "INSERT INTO domain_policy VALUES('example.com', 'spam', 'off', 'off')"
refuses "INSERT INTO domain_policy VALUES('b.example', 'spam', 'off', 'off')" \
    'not in table domain'
refuses "INSERT INTO domain_policy VALUES('example.com', 'x', 'off', 'off')" \
    'there is no such test'
refuses "UPDATE domain_policy SET verdict = 'no'" 'verdict is off'
refuses "UPDATE domain_policy SET test = 'x'" 'there is no such test'
for test in helo pregreet; do
	refuses "INSERT INTO domain_policy
	    VALUES('example.com', '$test', 'off', 'off')" 'before there is a recipient'
done
refuses "UPDATE domain_policy SET test = 'helo'" 'before there is a recipient'
takes "INSERT OR REPLACE INTO domain_setting
    VALUES('example.com', 'spam_threshold', '7.5')"
refuses "INSERT INTO domain_setting VALUES('example.com', 'x', '7')" \
    'of its own: spam_threshold'
refuses "INSERT OR REPLACE INTO domain_setting
    VALUES('example.com', 'spam_threshold', 'high')" 'a score as 6'
refuses "INSERT INTO domain_setting
    VALUES('example.com', 'recipients', 'all')" 'only'
takes "INSERT INTO domain_setting
    VALUES('example.com', 'identity', 'xclient')"
refuses "INSERT OR REPLACE INTO domain_setting
    VALUES('example.com', 'identity', 'yes')" \
    'auto, xclient, xforward or headers'
refuses "UPDATE setting SET value = 'all' WHERE name = 'identity'" \
    'value is auto, xclient, xforward or headers'
takes "INSERT INTO domain_setting VALUES('example.com', 'tls', 'verify')"
refuses "INSERT OR REPLACE INTO domain_setting
    VALUES('example.com', 'tls', 'yes')" 'none, may, encrypt, verify, dane or sts'
refuses "UPDATE setting SET value = 'on' WHERE name = 'tls'" \
    'value is none, may, encrypt, verify, dane or sts'
takes "DELETE FROM domain WHERE name = 'example.com'"
is "$(sql 'SELECT (SELECT count(*) FROM domain_policy) +
    (SELECT count(*) FROM domain_setting)')" 0 'a domain takes its rows along'

# ---- settings, backoff
takes "INSERT INTO domain(name) VALUES('example.com')"
for setting in "'contact', 'postmaster@example.net'" "'when_up', 'defer'" \
    "'etrn', 'mx'" "'rate', '60'" "'quota_mb', '100'"; do
	takes "INSERT INTO domain_setting VALUES('example.com', $setting)"
done
for address in postmaster@example.com postmaster@mx.example.com \
    postmaster@EXAMPLE.COM; do
	refuses "REPLACE INTO domain_setting VALUES('example.com', 'contact',
	    '$address')" 'at another domain'
done
for address in postmaster a@b@example.net 'a b@example.net' '<a@example.net>'; do
	refuses "REPLACE INTO domain_setting VALUES('example.com', 'contact',
	    '$address')" 'an address, as'
done
refuses "REPLACE INTO domain_setting VALUES('example.com', 'when_up', 'no')" \
    'accept, defer or relay'
refuses "REPLACE INTO domain_setting VALUES('example.com', 'etrn', 'me')" \
    'anyone, mx'
refuses "REPLACE INTO domain_setting VALUES('example.com', 'rate', 'fast')" \
    'a number'
refuses "UPDATE setting SET value = 'no' WHERE name = 'when_up'" \
    'value is accept'
takes "UPDATE setting SET value = '60' WHERE name = 'greylist_delay'"
refuses "UPDATE setting SET value = '5 min' WHERE name = 'greylist_delay'" \
    'in digits'
refuses "UPDATE setting SET value = '-1' WHERE name = 'spam_threshold'" \
    'a score'
refuses "UPDATE setting SET name = 'x' WHERE name = 'greylist_delay'" \
    'change value only'
refuses "INSERT INTO backoff VALUES(-1, 900)" 'after is seconds'
refuses "INSERT INTO backoff VALUES(1, 59)" 'every is seconds, 60 to 86400'
refuses "INSERT INTO backoff VALUES(1, 86401)" 'every is seconds'

# ---- one made by an older schema.sql learns the new names, and loses nothing
takes "DROP TRIGGER domain_setting_insert;
    CREATE TRIGGER domain_setting_insert BEFORE INSERT ON domain_setting
    WHEN NEW.name NOT IN ('spam_threshold') BEGIN SELECT RAISE(ABORT, 'old'); END;
    DELETE FROM setting WHERE name = 'identity';
    INSERT INTO domain_setting VALUES('six.example', 'spam_threshold', '5')"
refuses "INSERT INTO domain_setting
    VALUES('six.example', 'identity', 'auto')" old
sqlite3 -bail "$db" <"$top/share/schema.sql"
ok $? 'an older one is read over'
takes "INSERT INTO domain_setting VALUES('six.example', 'identity', 'auto')"
is "$(sql "SELECT value FROM domain_setting WHERE name = 'spam_threshold'
    UNION ALL SELECT value FROM setting WHERE name = 'identity'" |
    tr '\n' ' ')" '5 auto ' 'what was set stays, what was missing is there'

# ---- zones and clients
takes "INSERT INTO dnsbl(zone) VALUES('zen.example.net')"
takes "INSERT INTO dnsbl VALUES('list.example.net', '127.0.[0-9].[1-3]', -5)"
refuses "INSERT INTO dnsbl(zone) VALUES('https://zen.example.net/')" \
    'not a domain name'
refuses "INSERT INTO dnsbl(zone) VALUES('ZEN.example.net')" 'lower case'
refuses "INSERT INTO dnsbl(zone, codes) VALUES('b.example', '10.0.0.1')" \
    'in 127/8'
refuses "INSERT INTO dnsbl(zone, weight) VALUES('b.example', 101)" 'weight is'
for network in 192.0.2.1 192.0.2.0/24 0.0.0.0/0 2001:db8::/32 ::1 ::/0; do
	takes "INSERT INTO client VALUES('$network', 'off')"
done
for network in 192.0.2 192.0.2.0/33 192.0.2.256 2001:db8::/129 mail.example \
    192.0.2.0/ 192.0.2.0/x '192.0.2.0 /24' 1.2.3.4.5 '' /24 2001:DB8::1; do
	refuses "INSERT INTO client VALUES('$network', 'off')" \
	    'network is an address or address/bits'
done
refuses "INSERT INTO client VALUES('192.0.2.9', 'pass')" 'verdict is'
takes "INSERT INTO recipient VALUES('info@example.com')"
refuses "INSERT INTO recipient VALUES('Info@example.com')" 'in lower case'
refuses "INSERT INTO recipient VALUES('info')" 'local-part@domain'
takes "INSERT INTO no_callout VALUES('example.com')"
refuses "INSERT INTO no_callout VALUES('@example.com')" 'a domain name'

# ---- the page's examples run as they stand
if command -v mandoc >/dev/null; then
	mandoc -Tascii -O width=200 "$top/man/mx-schema.5" 2>/dev/null |
	    sed 's/.\x08//g' | sed -n 's/^ *sqlite> //p' >"$scratch/examples"
	rm "$db"
	sqlite3 "$db" <"$top/share/schema.sql"
	[ -s "$scratch/examples" ] && sqlite3 -bail "$db" \
	    <"$scratch/examples" >"$scratch/said" 2>&1
	ok $? 'the examples of mx-schema(5) run'
fi

# ---- state.db
sqlite3 -bail "$scratch/s.db" <"$top/share/state.sql"
ok $? 'state.sql is read'
sqlite3 "$scratch/s.db" .dump >"$scratch/once"
sqlite3 -bail "$scratch/s.db" <"$top/share/state.sql"
sqlite3 "$scratch/s.db" .dump | cmp -s "$scratch/once" -
ok $? 'twice changes nothing'

done_testing
