/* SPDX-License-Identifier: ISC */
/* Who is to be told, and that they were. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "notice.h"
#include "notice_mail.h"

struct telling {
	const struct run *run;
	struct books *books;
};

static bool tell(void *, const char *domain, const char *contact);
static void look_up(struct books *, const char *domain, struct notice_facts *);

void
notices_run(const struct run *run, struct books *b)
{
	struct telling t = {run, b};

	if (books_are_open(b))
		policy_contacts(b->policy, tell, &t);
}

/* Noted first: who can not note would tell it again each minute. */
static bool
tell(void *ctx, const char *domain, const char *contact)
{
	struct telling *t = ctx;
	struct notice_facts facts = {
	    .bounce_after = (time_t)t->run->conf->bounce_after};
	const struct notice_to to = {domain, contact, &facts};
	time_t now = time(NULL);
	enum notice what;

	look_up(t->books, domain, &facts);
	what = notice_due(&facts, now);
	if (what == NOTICE_NONE ||
	    notice_tell(t->books->state, domain, notice_name(what), now) == -1)
		return true;
	if (notice_mail(t->run, &to, what) == -1)
		log_event(LOG_L_ERROR, "no-notice", "domain", domain, "notice",
		    notice_name(what), "error", strerror(errno), NULL);
	else
		log_event(LOG_L_INFO, "notice", "domain", domain, "notice",
		    notice_name(what), "to", contact, NULL);
	return true;
}

static void
look_up(struct books *b, const char *domain, struct notice_facts *f)
{
	state_primary(b->state, domain, &f->primary);
	usage_find(b->state, domain, &f->usage);
	f->quota_messages =
	    (uint64_t)books_number(b, domain, "quota_messages", 0);
	f->quota_octets = (uint64_t)books_number(b, domain, "quota_mb", 0)
	    << 20;
	f->settle_wait = books_number(b, domain, "settle_wait", SETTLE_WAIT);
	for (int n = NOTICE_DOWN; n < NOTICES; n++)
		f->told[n] =
		    notice_told(b->state, domain, notice_name((enum notice)n));
}
