-- policy.db: what this backup mail exchanger does, as tables.
--
-- Make it:	sqlite3 /var/lib/tertiary-mx/policy.db < schema.sql
-- Edit it:	sqlite3 /var/lib/tertiary-mx/policy.db
--		sqlite> INSERT INTO domain(name) VALUES('example.com');
--
-- Changes hold from the next connection on.  Reading this file in again adds
-- what is missing and changes nothing else.  See mx-schema(5).

PRAGMA application_id = 0x6d783170; -- "mx1p"

BEGIN IMMEDIATE;

-- The domains we are a backup for.
CREATE TABLE IF NOT EXISTS domain (
	name TEXT PRIMARY KEY NOT NULL,
	-- 1: every name below it is handled too
	subdomains INTEGER NOT NULL DEFAULT 0
	    CONSTRAINT "subdomains is 0 or 1" CHECK (subdomains IN (0, 1)),
	-- NULL: to better MX hosts; else '[host]', '[host]:port'
	route TEXT,
	comment TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Seconds since a message came -> seconds between attempts.
CREATE TABLE IF NOT EXISTS backoff (
	after INTEGER PRIMARY KEY NOT NULL
	    CONSTRAINT "after is seconds, 0 or more" CHECK (after >= 0),
	every INTEGER NOT NULL
	    CONSTRAINT "every is seconds, 60 to 86400"
	    CHECK (every BETWEEN 60 AND 86400)
) STRICT;

-- What a failed test does, and what one that could not be made does.
CREATE TABLE IF NOT EXISTS policy (
	test TEXT PRIMARY KEY NOT NULL,
	verdict TEXT NOT NULL
	    CONSTRAINT "verdict is off, log, defer or deny"
	    CHECK (verdict IN ('off', 'log', 'defer', 'deny')),
	on_unavailable TEXT NOT NULL DEFAULT 'off'
	    CONSTRAINT "on_unavailable is off, log, defer or deny"
	    CHECK (on_unavailable IN ('off', 'log', 'defer', 'deny')),
	CONSTRAINT "relay with off or log would be an open relay"
	    CHECK (test <> 'relay' OR verdict IN ('defer', 'deny')
		AND on_unavailable IN ('defer', 'deny'))
) STRICT, WITHOUT ROWID;

-- The same for one domain; what is not here is as in policy.
CREATE TABLE IF NOT EXISTS domain_policy (
	domain TEXT NOT NULL,
	test TEXT NOT NULL,
	verdict TEXT NOT NULL
	    CONSTRAINT "verdict is off, log, defer or deny"
	    CHECK (verdict IN ('off', 'log', 'defer', 'deny')),
	on_unavailable TEXT NOT NULL DEFAULT 'off'
	    CONSTRAINT "on_unavailable is off, log, defer or deny"
	    CHECK (on_unavailable IN ('off', 'log', 'defer', 'deny')),
	CONSTRAINT "relay with off or log would be an open relay"
	    CHECK (test <> 'relay' OR verdict IN ('defer', 'deny')
		AND on_unavailable IN ('defer', 'deny')),
	PRIMARY KEY (domain, test)
) STRICT, WITHOUT ROWID;

-- DNS blocklists; codes is a pattern of the answer, as '127.0.0.[2-11]'.
CREATE TABLE IF NOT EXISTS dnsbl (
	zone TEXT PRIMARY KEY NOT NULL,
	codes TEXT NOT NULL DEFAULT '127.0.0.*'
	    CONSTRAINT "codes is a pattern of addresses in 127/8"
	    CHECK (codes LIKE '127.%'),
	weight INTEGER NOT NULL DEFAULT 1
	    CONSTRAINT "weight is -100 to 100"
	    CHECK (weight BETWEEN -100 AND 100)
) STRICT, WITHOUT ROWID;

-- Clients with a verdict of their own: 'off' lets them past every test.
CREATE TABLE IF NOT EXISTS client (
	network TEXT PRIMARY KEY NOT NULL,
	verdict TEXT NOT NULL
	    CONSTRAINT "verdict is off, log, defer or deny"
	    CHECK (verdict IN ('off', 'log', 'defer', 'deny'))
) STRICT, WITHOUT ROWID;

-- Numbers and choices that tests go by; the rows are fixed, change value.  New
-- kinds are added to its constraints, so it is made anew; values are kept.
CREATE TABLE IF NOT EXISTS setting (name TEXT, value TEXT);
CREATE TEMP TABLE setting_kept AS SELECT name, value FROM setting;
DROP TABLE setting;
CREATE TABLE setting (
	name TEXT PRIMARY KEY NOT NULL,
	value TEXT NOT NULL,
	kind TEXT NOT NULL
	    CONSTRAINT "kind is number, score, recipients, identity, tls, when_up or etrn"
	    CHECK (kind IN ('number', 'score', 'recipients', 'identity', 'tls',
		'when_up', 'etrn')),
	what TEXT NOT NULL,
	CONSTRAINT "value: seconds or a count, in digits"
	    CHECK (kind <> 'number' OR value NOT GLOB '*[^0-9]*'
		AND length(value) BETWEEN 1 AND 9),
	CONSTRAINT "value: a score as 6 or 6.5"
	    CHECK (kind <> 'score' OR value NOT GLOB '*[^0-9.]*'
		AND value GLOB '[0-9]*' AND value NOT GLOB '*.*.*'
		AND length(value) <= 6),
	CONSTRAINT "value is only (those in table recipient) or besides (what the primary says)"
	    CHECK (kind <> 'recipients' OR value IN ('only', 'besides')),
	CONSTRAINT "value is auto, xclient, xforward or headers"
	    CHECK (kind <> 'identity'
		OR value IN ('auto', 'xclient', 'xforward', 'headers')),
	CONSTRAINT "value is none, may, encrypt, verify, dane or sts"
	    CHECK (kind <> 'tls' OR value
		IN ('none', 'may', 'encrypt', 'verify', 'dane', 'sts')),
	CONSTRAINT "value is accept, defer or relay"
	    CHECK (kind <> 'when_up' OR value IN ('accept', 'defer', 'relay')),
	CONSTRAINT "value is anyone, mx (the domain's own), listed (table client, off) or tls"
	    CHECK (kind <> 'etrn' OR value IN ('anyone', 'mx', 'listed', 'tls'))
) STRICT, WITHOUT ROWID;

-- The same for one domain; what is not here is as in setting.
CREATE TABLE IF NOT EXISTS domain_setting (
	domain TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (domain, name)
) STRICT, WITHOUT ROWID;

-- Recipients that exist, whatever the primary says (setting 'recipients').
CREATE TABLE IF NOT EXISTS recipient (
	address TEXT PRIMARY KEY NOT NULL
	    CONSTRAINT "address is local-part@domain, in lower case"
	    CHECK (address LIKE '_%@_%' AND address = lower(address)
		AND address NOT GLOB '* *')
) STRICT, WITHOUT ROWID;

-- Senders' domains that are not asked whether an address exists.
CREATE TABLE IF NOT EXISTS no_callout (
	domain TEXT PRIMARY KEY NOT NULL
	    CONSTRAINT "domain is a domain name in lower case"
	    CHECK (domain = lower(domain) AND domain LIKE '_%._%'
		AND domain NOT GLOB '*[^a-z0-9.-]*')
) STRICT, WITHOUT ROWID;

-- The tests there are, for the triggers below.
CREATE TABLE IF NOT EXISTS test (
	name TEXT PRIMARY KEY NOT NULL,
	what TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Why a name is no domain name, NULL when it is one.
CREATE VIEW IF NOT EXISTS name_trouble AS
WITH name(kind, s) AS (
	SELECT 'domain', name FROM domain UNION ALL SELECT 'zone', zone FROM dnsbl
)
SELECT kind, s, CASE
	WHEN s <> lower(s) THEN 'write it in lower case'
	WHEN s GLOB '*[^ -~]*' THEN 'write the A-label, xn--...'
	WHEN s GLOB '[*].?*' THEN 'write it without *. and set subdomains to 1'
	WHEN s GLOB '*[^a-z0-9.-]*'
	    THEN 'a domain name has letters, digits, hyphens and dots only'
	WHEN s LIKE '%.' THEN 'leave out the dot at the end'
	WHEN s NOT LIKE '%.%' THEN 'a domain name has two labels or more'
	WHEN s LIKE '.%' OR s LIKE '%..%' THEN 'a label is empty'
	WHEN s GLOB '-*' OR s GLOB '*-' OR s LIKE '%-.%' OR s LIKE '%.-%'
	    THEN 'a label may not begin or end with a hyphen'
	WHEN s GLOB '*' || replace(printf('%.64c', 'x'), 'x', '[^.]') || '*'
	    THEN 'a label has 63 octets at most'
	WHEN length(s) > 253 THEN 'a domain name has 253 octets at most'
	WHEN s NOT GLOB '*[a-z]*' THEN 'this is an address, not a domain name'
END AS why FROM name;

CREATE TRIGGER IF NOT EXISTS domain_name_insert AFTER INSERT ON domain
WHEN (SELECT why FROM name_trouble WHERE kind = 'domain' AND s = NEW.name)
    IS NOT NULL
BEGIN
	SELECT CASE (SELECT why FROM name_trouble
	    WHERE kind = 'domain' AND s = NEW.name)
	WHEN 'write it in lower case'
	    THEN RAISE(ABORT, 'domain.name: write it in lower case')
	WHEN 'write the A-label, xn--...'
	    THEN RAISE(ABORT, 'domain.name: write the A-label, xn--...')
	WHEN 'write it without *. and set subdomains to 1'
	    THEN RAISE(ABORT, 'domain.name: write it without *. and set subdomains to 1')
	WHEN 'leave out the dot at the end'
	    THEN RAISE(ABORT, 'domain.name: leave out the dot at the end')
	WHEN 'a domain name has two labels or more'
	    THEN RAISE(ABORT, 'domain.name: a domain name has two labels or more')
	WHEN 'this is an address, not a domain name'
	    THEN RAISE(ABORT, 'domain.name: this is an address, not a domain name')
	ELSE RAISE(ABORT, 'domain.name: not a domain name (letters, digits, hyphens inside labels, dots between them)')
	END;
END;
CREATE TRIGGER IF NOT EXISTS domain_name_update BEFORE UPDATE OF name ON domain
WHEN NEW.name <> OLD.name
BEGIN
	SELECT RAISE(ABORT, 'domain.name: delete the row and insert another');
END;

CREATE TRIGGER IF NOT EXISTS domain_route_insert BEFORE INSERT ON domain
WHEN NEW.route IS NOT NULL AND (NEW.route NOT GLOB '[[]?*]*'
    OR substr(NEW.route, instr(NEW.route, ']') + 1) NOT GLOB ':[1-9]*'
	AND substr(NEW.route, instr(NEW.route, ']') + 1) <> ''
    OR substr(NEW.route, instr(NEW.route, ']') + 2) GLOB '*[^0-9]*'
    OR CAST(substr(NEW.route, instr(NEW.route, ']') + 2) AS INTEGER) > 65535
    OR substr(NEW.route, 2, instr(NEW.route, ']') - 2) GLOB '*[^a-zA-Z0-9.:-]*')
BEGIN
	SELECT RAISE(ABORT, 'domain.route: write [host] or [host]:port, as [primary.example.com]:25, or NULL to go by MX');
END;
CREATE TRIGGER IF NOT EXISTS domain_route_update BEFORE UPDATE OF route ON domain
WHEN NEW.route IS NOT NULL AND (NEW.route NOT GLOB '[[]?*]*'
    OR substr(NEW.route, instr(NEW.route, ']') + 1) NOT GLOB ':[1-9]*'
	AND substr(NEW.route, instr(NEW.route, ']') + 1) <> ''
    OR substr(NEW.route, instr(NEW.route, ']') + 2) GLOB '*[^0-9]*'
    OR CAST(substr(NEW.route, instr(NEW.route, ']') + 2) AS INTEGER) > 65535
    OR substr(NEW.route, 2, instr(NEW.route, ']') - 2) GLOB '*[^a-zA-Z0-9.:-]*')
BEGIN
	SELECT RAISE(ABORT, 'domain.route: write [host] or [host]:port, as [primary.example.com]:25, or NULL to go by MX');
END;

CREATE TRIGGER IF NOT EXISTS domain_gone AFTER DELETE ON domain
BEGIN
	DELETE FROM domain_policy WHERE domain = OLD.name;
	DELETE FROM domain_setting WHERE domain = OLD.name;
END;

CREATE TRIGGER IF NOT EXISTS dnsbl_zone AFTER INSERT ON dnsbl
WHEN (SELECT why FROM name_trouble WHERE kind = 'zone' AND s = NEW.zone)
    IS NOT NULL
BEGIN
	SELECT RAISE(ABORT, 'dnsbl.zone: not a domain name in lower case');
END;

-- Rows of client that are no network.
CREATE VIEW IF NOT EXISTS bad_network AS
WITH part(network, address, bits) AS (
	SELECT network,
	    substr(network, 1, instr(network || '/', '/') - 1),
	    iif(instr(network, '/'), substr(network, instr(network, '/') + 1),
		'0')
	FROM client
)
SELECT network FROM part WHERE NOT CASE
WHEN bits = '' OR bits GLOB '*[^0-9]*' THEN 0
WHEN address LIKE '%:%' THEN CAST(bits AS INTEGER) <= 128
    AND address NOT GLOB '*[^0-9a-f:]*'
    AND address NOT GLOB '*[^:][^:][^:][^:][^:]*'
    AND address NOT LIKE '%:::%' AND address NOT LIKE '%::%::%'
    AND address NOT GLOB ':[^:]*' AND address NOT GLOB '*[^:]:'
    AND length(address) - length(replace(address, ':', ''))
	BETWEEN iif(address LIKE '%::%', 2, 7) AND 7
WHEN address GLOB '*[^0-9.]*' THEN 0
WHEN NOT json_valid('[' || replace(address, '.', ',') || ']') THEN 0
ELSE CAST(bits AS INTEGER) <= 32
    AND json_array_length('[' || replace(address, '.', ',') || ']') = 4
    AND (SELECT max(value) FROM
	json_each('[' || replace(address, '.', ',') || ']')) <= 255
END;
CREATE TRIGGER IF NOT EXISTS client_insert AFTER INSERT ON client
WHEN NEW.network IN (SELECT network FROM bad_network)
BEGIN
	SELECT RAISE(ABORT, 'client.network: network is an address or address/bits, as 192.0.2.0/24 or 2001:db8::/32, in lower case');
END;
CREATE TRIGGER IF NOT EXISTS client_update AFTER UPDATE OF network ON client
WHEN NEW.network IN (SELECT network FROM bad_network)
BEGIN
	SELECT RAISE(ABORT, 'client.network: network is an address or address/bits, as 192.0.2.0/24 or 2001:db8::/32, in lower case');
END;

CREATE TRIGGER IF NOT EXISTS policy_test BEFORE INSERT ON policy
WHEN NEW.test NOT IN (SELECT name FROM test)
BEGIN
	SELECT RAISE(ABORT, 'policy.test: there is no such test; SELECT * FROM test shows them');
END;
CREATE TRIGGER IF NOT EXISTS policy_test_update BEFORE UPDATE OF test ON policy
WHEN NEW.test NOT IN (SELECT name FROM test)
BEGIN
	SELECT RAISE(ABORT, 'policy.test: there is no such test; SELECT * FROM test shows them');
END;
CREATE TRIGGER IF NOT EXISTS domain_policy_insert BEFORE INSERT ON domain_policy
BEGIN
	SELECT CASE
	WHEN NEW.domain NOT IN (SELECT name FROM domain)
	    THEN RAISE(ABORT, 'domain_policy.domain: not in table domain; insert it there first')
	WHEN NEW.test NOT IN (SELECT name FROM test)
	    THEN RAISE(ABORT, 'domain_policy.test: there is no such test; SELECT * FROM test shows them')
	END;
END;
CREATE TRIGGER IF NOT EXISTS domain_policy_update
BEFORE UPDATE OF domain, test ON domain_policy
BEGIN
	SELECT CASE
	WHEN NEW.domain NOT IN (SELECT name FROM domain)
	    THEN RAISE(ABORT, 'domain_policy.domain: not in table domain; insert it there first')
	WHEN NEW.test NOT IN (SELECT name FROM test)
	    THEN RAISE(ABORT, 'domain_policy.test: there is no such test; SELECT * FROM test shows them')
	END;
END;

-- Who speaks too early, or with a bad name, has not said for whom.
CREATE TRIGGER IF NOT EXISTS domain_policy_early BEFORE INSERT ON domain_policy
WHEN NEW.test IN ('helo', 'pregreet')
BEGIN
	SELECT RAISE(ABORT, 'domain_policy.test: judged before there is a recipient; set it in table policy');
END;
CREATE TRIGGER IF NOT EXISTS domain_policy_early_update
BEFORE UPDATE OF test ON domain_policy
WHEN NEW.test IN ('helo', 'pregreet')
BEGIN
	SELECT RAISE(ABORT, 'domain_policy.test: judged before there is a recipient; set it in table policy');
END;

CREATE TRIGGER IF NOT EXISTS setting_fixed BEFORE UPDATE OF name, kind ON setting
BEGIN
	SELECT RAISE(ABORT, 'setting: change value only');
END;
CREATE TRIGGER IF NOT EXISTS domain_setting_update BEFORE UPDATE ON domain_setting
BEGIN
	SELECT RAISE(ABORT, 'domain_setting: use INSERT OR REPLACE');
END;

INSERT OR IGNORE INTO test(name, what) VALUES
    ('helo', 'the HELO name is not valid'),
    ('relay', 'the recipient''s domain is not handled here'),
    ('size', 'the message is too large'),
    ('pregreet', 'the client spoke before its turn'),
    ('greylist', 'the host is not known yet'),
    ('dnsbl', 'the host is in a DNS blocklist'),
    ('recipient', 'the primary refuses the recipient'),
    ('sender', 'the sender''s address can not be verified'),
    ('header', 'the header section breaks RFC 5322'),
    ('malware', 'a signature of malware or phish matched'),
    ('spam', 'SpamAssassin''s score is too high'),
    ('ptr', 'the address has no name that leads back to it'),
    ('spf', 'SPF says fail'),
    ('dkim', 'no DKIM signature is valid'),
    ('dmarc', 'DMARC says fail'),
    ('unknown', 'a recipient nobody has heard of, while the primary is down'),
    ('ownsender', 'a sender in a handled domain that nothing vouches for'),
    ('toobig', 'the message is too large to be scanned'),
    ('repeat', 'the same was deferred for its content lately'),
    ('quota', 'as much waits for the domain as may'),
    ('when_up', 'the primary is UP, and mail is to go there, or it refuses it');

INSERT OR IGNORE INTO policy(test, verdict, on_unavailable) VALUES
    ('helo', 'deny', 'off'),
    ('relay', 'deny', 'defer'),
    ('size', 'deny', 'off'),
    ('pregreet', 'defer', 'off'),
    ('greylist', 'defer', 'off'),
    ('dnsbl', 'defer', 'off'),
    ('recipient', 'defer', 'off'),
    ('sender', 'defer', 'off'),
    ('header', 'defer', 'off'),
    ('malware', 'defer', 'defer'),
    ('spam', 'defer', 'off'),
    ('ptr', 'log', 'off'),
    ('spf', 'log', 'off'),
    ('dkim', 'log', 'off'),
    ('dmarc', 'log', 'off'),
    ('unknown', 'off', 'off'),
    ('ownsender', 'defer', 'off'),
    ('toobig', 'log', 'off'),
    ('repeat', 'defer', 'off'),
    ('quota', 'defer', 'off'),
    ('when_up', 'defer', 'off');

INSERT OR IGNORE INTO setting(name, value, kind, what) VALUES
    ('greylist_delay', '300', 'number',
	'seconds an unknown host has to wait'),
    ('greylist_window', '172800', 'number',
	'seconds within which it has to come again'),
    ('greylist_white', '3110400', 'number',
	'seconds a host that passed is known'),
    ('greylist_pool', '64', 'number',
	'networks a day that are known because SPF vouches for them'),
    ('dnsbl_threshold', '1', 'number',
	'sum of weights from which a host counts as listed'),
    ('spam_threshold', '6', 'score', 'the score above which mail is spam'),
    ('recipients', 'besides', 'recipients',
	'table recipient: only those, or besides what the primary says'),
    ('tls', 'may', 'tls',
	'what a session to a primary has to be: TLS as its TLSA records say (dane), or its MTA-STS policy (sts), with the host that its certificate names (verify), with anybody (encrypt), where it works (may)'),
    ('identity', 'auto', 'identity',
	'how a primary is told whose mail it is: the first of xclient and xforward that it offers; the header section says it too'),
    ('recipient_budget', '5', 'number',
	'unknown recipients a client may name in 10 minutes'),
    ('callout_target', '6', 'number',
	'sender callouts a minute to one domain'),
    ('callout_all', '60', 'number', 'sender callouts a minute in all'),
    ('repeat_memory', '14400', 'number',
	'seconds a deferral for content is remembered'),
    ('decisions_keep', '2592000', 'number',
	'seconds that decisions are kept'),
    ('when_up', 'accept', 'when_up',
	'mail that comes while the primary is UP: accept it, defer it, or relay it in the same session'),
    ('etrn', 'anyone', 'etrn',
	'who may ask for a run: anyone, mx, listed or tls'),
    ('connections', '20', 'number', 'to one primary at once, at most'),
    ('rate', '0', 'number', 'messages a minute to one primary; 0: any'),
    ('settle_wait', '86400', 'number',
	'seconds that no 5xx of a primary in doubt is believed; 0: none'),
    ('dsn_limit', '20', 'number',
	'notifications a day to one address that nothing vouches for'),
    ('tlsrpt', '1', 'number',
	'1: domains that want to know hear daily how TLS with them went'),
    ('delay_notice', '1', 'number',
	'1: senders are told of delays, 0: they are not'),
    ('quota_messages', '0', 'number',
	'messages that may wait for one domain; 0: any number'),
    ('quota_mb', '0', 'number', 'MiB that may wait for one domain; 0: any');
UPDATE OR IGNORE setting SET value = kept.value
    FROM setting_kept AS kept WHERE kept.name = setting.name;
DROP TABLE setting_kept;

-- Every 15 minutes for 4 hours, growing over the next 36, then every 3 hours.
-- Only a table that is still empty is filled.
INSERT INTO backoff(after, every)
SELECT column1, column2 FROM (VALUES
    (0, 900), (14400, 1800), (28800, 3600), (57600, 5400), (100800, 7200),
    (144000, 10800))
WHERE NOT EXISTS (SELECT 1 FROM backoff);

-- Made anew each time, and last: an older one does not know all the names.
DROP TRIGGER IF EXISTS domain_setting_insert;
CREATE TRIGGER domain_setting_insert BEFORE INSERT ON domain_setting
BEGIN
	SELECT CASE
	WHEN NEW.domain NOT IN (SELECT name FROM domain)
	    THEN RAISE(ABORT, 'domain_setting.domain: not in table domain; insert it there first')
	WHEN NEW.name NOT IN ('spam_threshold', 'recipients', 'identity', 'tls',
	    'contact',
	    'when_up', 'etrn', 'connections', 'rate', 'settle_wait',
	    'delay_notice', 'quota_messages', 'quota_mb')
	    THEN RAISE(ABORT, 'domain_setting.name: a domain has of its own: spam_threshold, recipients, identity, tls, contact, when_up, etrn, connections, rate, settle_wait, delay_notice, quota_messages, quota_mb')
	WHEN NEW.name = 'spam_threshold' AND (NEW.value GLOB '*[^0-9.]*'
		OR NEW.value NOT GLOB '[0-9]*' OR NEW.value GLOB '*.*.*')
	    THEN RAISE(ABORT, 'domain_setting.value: a score as 6 or 6.5')
	WHEN NEW.name = 'recipients' AND NEW.value NOT IN ('only', 'besides')
	    THEN RAISE(ABORT, 'domain_setting.value: only (those in table recipient) or besides (what the primary says)')
	WHEN NEW.name = 'identity' AND NEW.value
		NOT IN ('auto', 'xclient', 'xforward', 'headers')
	    THEN RAISE(ABORT, 'domain_setting.value: auto, xclient, xforward or headers')
	WHEN NEW.name = 'tls' AND NEW.value
		NOT IN ('none', 'may', 'encrypt', 'verify', 'dane', 'sts')
	    THEN RAISE(ABORT, 'domain_setting.value: none, may, encrypt, verify, dane or sts')
	WHEN NEW.name = 'when_up' AND NEW.value
		NOT IN ('accept', 'defer', 'relay')
	    THEN RAISE(ABORT, 'domain_setting.value: accept, defer or relay')
	WHEN NEW.name = 'etrn' AND NEW.value NOT IN ('anyone', 'mx', 'listed', 'tls')
	    THEN RAISE(ABORT, 'domain_setting.value: anyone, mx (the domain''s own), listed (table client, off) or tls')
	WHEN NEW.name IN ('connections', 'rate', 'settle_wait', 'delay_notice',
		'quota_messages', 'quota_mb')
		AND (NEW.value GLOB '*[^0-9]*' OR length(NEW.value) NOT BETWEEN 1 AND 9)
	    THEN RAISE(ABORT, 'domain_setting.value: a number, in digits')
	WHEN NEW.name = 'contact' AND (NEW.value NOT LIKE '_%@_%._%'
		OR NEW.value GLOB '*[^!-~]*' OR NEW.value GLOB '*[<>"(),:;]*'
		OR NEW.value LIKE '%@%@%' OR length(NEW.value) > 254)
	    THEN RAISE(ABORT, 'domain_setting.value: an address, as postmaster@example.net')
	WHEN NEW.name = 'contact'
		AND '.' || lower(substr(NEW.value, instr(NEW.value, '@') + 1))
		    LIKE '%.' || NEW.domain
	    THEN RAISE(ABORT, 'domain_setting.value: the contact has to be at another domain: mail for this one waits just then')
	END;
END;

PRAGMA user_version = 1;
COMMIT;
