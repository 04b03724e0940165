-- state.db: hints.  Anyone may delete it; it makes itself anew.
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS primary_mx (
	domain TEXT PRIMARY KEY NOT NULL,
	state INTEGER NOT NULL,		-- 1 UP, 2 DOWN
	since INTEGER NOT NULL,		-- of this state
	last_attempt INTEGER NOT NULL,
	next_attempt INTEGER NOT NULL,	-- while DOWN
	host TEXT NOT NULL,
	reply TEXT NOT NULL
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
PRAGMA user_version = 1;
COMMIT;
