-- state.db: hints.  Anyone may delete it; it makes itself anew.
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS primary_mx (
	domain TEXT PRIMARY KEY NOT NULL,
	state INTEGER NOT NULL,	-- 1 UP, 2 DOWN, 3 SUSPECT, 4 RETURNING
	since INTEGER NOT NULL,		-- of this state
	outage INTEGER NOT NULL,	-- when the first failure came; 0: UP
	failures INTEGER NOT NULL,	-- in a row
	last_attempt INTEGER NOT NULL,
	next_attempt INTEGER NOT NULL,	-- of a delivery, while not reached
	next_ask INTEGER NOT NULL,	-- of a callout
	host TEXT NOT NULL,
	reply TEXT NOT NULL,
	doubt INTEGER NOT NULL,		-- since when its 5xx are not believed
	doubt_why TEXT NOT NULL,
	down INTEGER NOT NULL DEFAULT 0	-- seconds DOWN before SINCE, in all
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS walk (
	domain TEXT PRIMARY KEY NOT NULL,
	dir_mtime_ns INTEGER NOT NULL,
	next_due INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS etrn (
	domain TEXT PRIMARY KEY NOT NULL,
	began INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS greylist (
	host TEXT PRIMARY KEY NOT NULL,	-- a network, or a domain SPF vouches for
	first INTEGER NOT NULL,		-- when it first came
	passed INTEGER NOT NULL		-- when it last passed; 0: not yet
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS address (	-- what callouts have learned
	kind TEXT NOT NULL,		-- r: recipient, s: sender, c: catch-all
	address TEXT NOT NULL,		-- of c: the domain
	good INTEGER NOT NULL,		-- 1, 0
	asked INTEGER NOT NULL,		-- when
	times INTEGER NOT NULL,		-- it was said in a row
	down INTEGER NOT NULL,		-- the primary's seconds DOWN by then
	reply TEXT NOT NULL,
	good_at INTEGER NOT NULL,	-- when it was last good; 0: never
	PRIMARY KEY (kind, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS budget (	-- so many in a while
	name TEXT PRIMARY KEY NOT NULL,
	began INTEGER NOT NULL,
	used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS repeat (	-- what was deferred for its content
	key TEXT PRIMARY KEY NOT NULL,
	at INTEGER NOT NULL,
	test TEXT NOT NULL,
	reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dnsbl_off (	-- zones that answer nonsense
	zone TEXT PRIMARY KEY NOT NULL,
	at INTEGER NOT NULL,
	why TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sts (	-- MTA-STS policies
	domain TEXT PRIMARY KEY NOT NULL,
	id TEXT NOT NULL,		-- of the DNS record
	fetched INTEGER NOT NULL,	-- 0: there is none
	tried INTEGER NOT NULL,		-- last
	until INTEGER NOT NULL,		-- it holds
	policy TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS usage (	-- what waits, about
	domain TEXT PRIMARY KEY NOT NULL,
	messages INTEGER NOT NULL,
	held INTEGER NOT NULL,
	octets INTEGER NOT NULL,
	oldest INTEGER NOT NULL,	-- when it came; 0: nothing waits
	delays INTEGER NOT NULL DEFAULT 0	-- until when they are told
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sums (	-- what a walk has found
	domain TEXT PRIMARY KEY NOT NULL,
	messages INTEGER NOT NULL,
	held INTEGER NOT NULL,
	octets INTEGER NOT NULL,
	oldest INTEGER NOT NULL,
	until INTEGER NOT NULL,		-- of messages that came before
	names INTEGER NOT NULL,		-- which they were: id_sum()
	steered INTEGER NOT NULL	-- spool_steered(); 0: too lately
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice (	-- what the contact was told
	domain TEXT NOT NULL,
	kind TEXT NOT NULL,		-- down, daily, back, drained, expiry …
	at INTEGER NOT NULL,
	PRIMARY KEY (domain, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS insist (	-- senders who can not reach an UP primary
	key TEXT PRIMARY KEY NOT NULL,	-- network, sender, recipient
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	times INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tlsrpt (	-- sessions over TLS (RFC 8460), by UTC day
	day INTEGER NOT NULL,		-- since 1970
	domain TEXT NOT NULL,		-- that mail was for
	policy TEXT NOT NULL,		-- tlsa, sts, no-policy-found
	policy_domain TEXT NOT NULL,
	policy_text TEXT NOT NULL,	-- lines
	host TEXT NOT NULL,
	ip TEXT NOT NULL,		-- '': it was not tried
	result TEXT NOT NULL,		-- result-type; '': success
	reason TEXT NOT NULL,		-- of the last failure
	sessions INTEGER NOT NULL,
	PRIMARY KEY (day, domain, policy, policy_domain, policy_text, host, ip,
	    result)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision (
	number INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	connection TEXT NOT NULL,	-- its name in the log
	serial INTEGER NOT NULL,	-- of the transaction in it, from 1
	message TEXT NOT NULL,		-- of 'accepted': its name in the spool
	client TEXT NOT NULL,
	helo TEXT NOT NULL,
	sender TEXT NOT NULL,
	recipient TEXT NOT NULL,	-- '': it is about the whole message
	test TEXT NOT NULL,		-- or 'accepted'
	outcome TEXT NOT NULL,		-- pass, fail, unavailable
	verdict TEXT NOT NULL,		-- off, log, defer, deny
	reason TEXT NOT NULL,
	ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS decision_at ON decision(at);
CREATE INDEX IF NOT EXISTS decision_message ON decision(message)
    WHERE message <> '';
CREATE INDEX IF NOT EXISTS decision_connection ON decision(connection);
CREATE INDEX IF NOT EXISTS decision_client ON decision(client);
CREATE INDEX IF NOT EXISTS decision_sender ON decision(sender);
CREATE INDEX IF NOT EXISTS decision_recipient ON decision(recipient)
    WHERE recipient <> '';
PRAGMA user_version = 6;
COMMIT;
