/* SPDX-License-Identifier: ISC */
/* What a session asks, answered from disk (store.h). */
#include "disk.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "offer.h"

static enum answer ask_domain(void *, const char *, struct domain_row *);
static enum answer ask_verdicts(
    void *, const char *, const char *, struct verdicts *);
static bool offers_tls(void *);
static bool has_room(void *, uint64_t);
static int begin(void *);
static int write_octets(void *, const char *, size_t);
static bool commit(void *, const struct session *, char *);
static void drop(void *);
static enum etrn_outcome etrn(void *, const char *, bool, long *);
static bool spool(struct disk *);
static int put_flag(const struct disk *, const char *word);
static bool began_lately(struct disk *, const char *word);
static bool is_served(struct disk *, const char *domain);

void
disk_init(struct disk *d, const struct conf *conf, const struct lent *lent,
    struct store *store)
{
	memset(d, 0, offsetof(struct disk, draft));
	d->conf = conf;
	d->lent = lent;
	d->policy = lent->policy;
	*store = (struct store){d, ask_domain, ask_verdicts, offers_tls,
	    has_room, begin, write_octets, commit, drop, etrn};
}

void
disk_end(struct disk *d)
{
	drop(d);
	notes_free(&d->notes);
	if (d->lent->scribe != -1)
		arrivals_send(&d->arrivals, d->lent->scribe);
	else if (d->arrivals.n > 0 && disk_state(d) != NULL)
		arrivals_write(&d->arrivals, d->state);
	arrivals_free(&d->arrivals);
	if (d->policy != d->lent->policy)
		policy_db_close(d->policy);
	state_db_close(d->state);
	if (d->spooled)
		spool_close(&d->spool);
}

static enum answer
ask_domain(void *ctx, const char *name, struct domain_row *out)
{
	struct disk *d = ctx;

	return disk_policy(d) ? policy_domain(d->policy, name, out)
			      : ANSWER_UNAVAILABLE;
}

static enum answer
ask_verdicts(
    void *ctx, const char *test, const char *domain, struct verdicts *out)
{
	struct disk *d = ctx;

	return disk_policy(d) ? policy_verdicts(d->policy, test, domain, out)
			      : ANSWER_UNAVAILABLE;
}

static bool
offers_tls(void *ctx)
{
	struct disk *d = ctx;

	if (!d->tls_known)
		d->tls = offer_tls(d->conf);
	d->tls_known = true;
	return d->tls;
}

static bool
has_room(void *ctx, uint64_t octets)
{
	struct disk *d = ctx;

	return spool(d) && spool_has_room(&d->spool, octets);
}

static int
begin(void *ctx)
{
	struct disk *d = ctx;

	if (!spool(d) || draft_open(&d->draft, &d->spool) == -1)
		return -1;
	d->drafting = true;
	return 0;
}

static int
write_octets(void *ctx, const char *octets, size_t n)
{
	struct disk *d = ctx;

	return draft_write(&d->draft, octets, n);
}

static bool
commit(void *ctx, const struct session *s, char *receipt)
{
	struct disk *d = ctx;
	bool good = accept_message(d, s, receipt);

	if (!good)
		log_event(
		    LOG_L_ERROR, "not-stored", "error", strerror(errno), NULL);
	return good;
}

static void
drop(void *ctx)
{
	struct disk *d = ctx;

	if (d->drafting)
		draft_abort(&d->draft, &d->spool);
	d->drafting = false;
}

/* RFC 1985 5.  A message that comes behind the count is due at once anyway. */
static enum etrn_outcome
etrn(void *ctx, const char *domain, bool below, long *count)
{
	struct disk *d = ctx;
	char word[DOMAIN_LEN + 2];
	int flag;

	strlcpy(word, below ? "@" : "", sizeof word);
	strlcat(word, domain, sizeof word);
	if (!spool(d))
		return ETRN_UNAVAILABLE;
	if ((*count = spool_count(&d->spool, domain, below)) == 0)
		return ETRN_NONE;
	if (is_served(d, domain))
		return ETRN_PENDING;
	if (began_lately(d, domain))
		return ETRN_TOO_SOON;
	if ((flag = put_flag(d, word)) == -1)
		return ETRN_UNAVAILABLE;
	return flag == 1 ? ETRN_PENDING : ETRN_STARTED;
}

struct policy_db *
disk_policy(struct disk *d)
{
	char err[DB_ERROR];

	if (d->policy != NULL || d->policy_bad)
		return d->policy;
	if ((d->policy = policy_db_read(d->conf->policy, err)) == NULL) {
		d->policy_bad = true;
		log_event(LOG_L_ERROR, "no-policy", "error", err, NULL);
	}
	return d->policy;
}

struct state_db *
disk_state(struct disk *d)
{
	char err[DB_ERROR];

	if (d->state != NULL || d->state_bad)
		return d->state;
	if ((d->state = state_db_open(d->conf->state, err)) == NULL) {
		d->state_bad = true;
		log_event(LOG_L_ERROR, "no-state", "error", err, NULL);
	}
	return d->state;
}

int
disk_note(struct disk *d, const struct session *s)
{
	if (d->notes.n == 0)
		return 0;
	if (d->lent->scribe != -1)
		return notes_send(&d->notes, s, d->lent->scribe);
	return disk_state(d) == NULL ? -1 : notes_write(&d->notes, s, d->state);
}

static bool
spool(struct disk *d)
{
	if (d->spooled)
		return true;
	if (spool_enter(&d->spool, d->conf->spool) == -1) {
		log_event(LOG_L_ERROR, "no-spool", "path", d->conf->spool,
		    "error", strerror(errno), NULL);
		return false;
	}
	return d->spooled = true;
}

/* In a directory that nothing else of ours needs. */
static int
put_flag(const struct disk *d, const char *word)
{
	struct spool all;
	int flag;

	if (spool_open(&all, d->conf->spool) == -1)
		return -1;
	flag = spool_etrn_put(&all, word);
	spool_close(&all);
	return flag;
}

static bool
began_lately(struct disk *d, const char *domain)
{
	time_t began, now = time(NULL);

	return disk_state(d) != NULL &&
	    state_etrn(d->state, domain, &began) == ANSWER_YES &&
	    began <= now && now - began < ETRN_INTERVAL;
}

/* A worker of mxrun holds the directory's lock. */
static bool
is_served(struct disk *d, const char *domain)
{
	int dir = spool_domain_dir(&d->spool, domain, false);
	bool busy;

	if (dir == -1)
		return false;
	busy = flock(dir, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	close(dir);
	return busy;
}
