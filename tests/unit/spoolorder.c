/* SPDX-License-Identifier: ISC */
/* What the spool does before anybody is told that it was done. */
#include "spooling.h"

static void
put_another(void)
{
	int dir = spool_domain_dir(&sp, "example.com", false);

	while_waiting = NULL;
	renameat(dir, TWO, dir, ONE);
	close(dir);
}

/* The name is another message's by the time the lock is ours. */
static void
test_replaced(void)
{
	int dir = waiting(ONE);
	struct message m;

	put("example.com", TWO);
	while_waiting = put_another;
	is_int(message_open(&m, dir, ONE, MESSAGE_LOCK), MESSAGE_GONE,
	    "who waited for a lock looks at the name again");
	is_int(message_open(&m, dir, ONE, MESSAGE_LOCK), MESSAGE_OK,
	    "and takes what has it now");
	message_close(&m);
	close(dir);
	clear();
}

/* Whether what was done is, but for calls of no account, this. */
static void
was(const char *want, const char *name)
{
	char got[sizeof did];
	size_t n = 0;

	for (const char *c = did; *c != '\0'; c++) {
		if (*c != '-')
			got[n++] = *c;
	}
	got[n] = '\0';
	is_str(got, want, name);
	memset(did, 0, sizeof did);
}

/* Before anybody is told anything. */
static void
test_order(void)
{
	static struct draft d;
	struct message m;
	struct record r;
	int dir;

	open_spool();
	memset(did, 0, sizeof did);
	put("example.com", ONE);
	was("wsmlSS", "the file, its name, the new directory, all synced");
	put("example.com", TWO);
	was("wslS", "the file, then its name");
	dir = spool_domain_dir(&sp, "example.com", false);
	message_open(&m, dir, ONE, MESSAGE_LOCK);
	event_try(&r, 1790000000, "host", "450 later");
	message_append(&m, &r);
	message_sync(&m);
	message_close(&m);
	was("ws", "a record");
	write_draft(&d);
	draft_link_dsn(&d, &sp, "00000000000000000003");
	was("wslS", "a bounce that is not released");
	spool_release_dsn(&sp, "example.com", "00000000000000000003");
	was("rSS", "and that is, in both directories");
	spool_set_aside(&sp, "example.com", dir, TWO);
	was("rSS", "what is set aside");
	close(dir);
	clear();
}

int
main(void)
{
	if (!begin())
		return 1;
	length = 100;
	test_replaced();
	test_order();
	return end();
}
