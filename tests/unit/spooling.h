/* SPDX-License-Identifier: ISC */
/* A spool with an example in it, for tests of how its calls fail. */
#ifndef SPOOLING_H
#define SPOOLING_H

#include "spool.h"

#include <ftw.h>

#include "failing_files.h"
#include "tap.h"

enum { OCTETS = 100000 };

#define ONE "00000000000000000001"
#define TWO "00000000000000000002"

static char base[] = "/tmp/spool.XXXXXX", fast[] = "/dev/shm/spool.XXXXXX";
static char root[sizeof fast + 2]; /* of the spool; it is made anew */
static char body[OCTETS];
static struct spool sp;
static size_t length; /* of the message */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void
clear(void)
{
	spool_close(&sp);
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Where a sync costs nothing, if there is such a place; false: nowhere. */
static bool
begin(void)
{
	const char *at = mkdtemp(fast) != NULL ? fast : mkdtemp(base);

	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)('a' + i % 26);
	sp = (struct spool){-1, -1, -1, -1, -1, -1};
	return at != NULL &&
	    snprintf(root, sizeof root, "%s/s", at) < (int)sizeof root;
}

static int
end(void)
{
	clear();
	*strrchr(root, '/') = '\0';
	rmdir(root);
	return done();
}

static struct envelope *
example(void)
{
	struct envelope *e = envelope_new();

	if (e == NULL)
		return NULL;
	e->arrived = 1790000000;
	e->about_n = 1;
	if (envelope_set(&e->sender, "a@example.org") == 0 &&
	    envelope_set(&e->trace, "Received: x\r\n") == 0 &&
	    envelope_set(&e->about_id, "x") == 0 && cuts_add(&e->cuts, 0, 1) &&
	    envelope_add_rcpt(e, "b@example.com", 0, "") == 0 &&
	    envelope_add_rcpt(e, "c@example.com", 0, "") == 0)
		return e;
	envelope_free(e);
	return NULL;
}

static bool
write_draft(struct draft *d)
{
	struct envelope *e;
	bool good;

	if (draft_open(d, &sp) == -1)
		return false;
	e = example();
	good = e != NULL && draft_write(d, body, length) == 0 &&
	    draft_seal(d, e) == 0;
	envelope_free(e);
	return good;
}

static bool
put(const char *domain, const char *id)
{
	static struct draft d;
	bool good = write_draft(&d) && draft_link(&d, &sp, domain, id) == 0;

	if (!good)
		draft_abort(&d, &sp);
	return good;
}

/* There, with all its octets, and N tries in its journal at most. */
__attribute__((unused)) static bool
is_whole(const char *domain, const char *id, unsigned tries)
{
	int dir = spool_domain_dir(&sp, domain, false);
	static char back[OCTETS];
	struct message m;
	bool good;

	if (dir == -1)
		return false;
	if (message_open(&m, dir, id, MESSAGE_READ) != MESSAGE_OK) {
		close(dir);
		return false;
	}
	good = m.length == length && m.envelope->nrcpt == 2 &&
	    m.envelope->attempts <= tries &&
	    pread(m.fd, back, length, SPOOL_HEAD) == (ssize_t)length &&
	    memcmp(back, body, length) == 0;
	message_close(&m);
	close(dir);
	return good;
}

__attribute__((unused)) static bool
is_empty(const char *domain)
{
	return spool_count(&sp, domain, true) == 0;
}

static bool
open_spool(void)
{
	return spool_open(&sp, root) == 0;
}

/* One that waits, and a domain's directory; the fault comes after that. */
static int
waiting(const char *id)
{
	int at = fault.at, dir;

	fault.at = 0;
	dir = open_spool() && put("example.com", id)
	    ? spool_domain_dir(&sp, "example.com", false)
	    : -1;
	fault.at = at;
	return dir;
}

#endif
