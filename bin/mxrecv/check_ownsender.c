/* SPDX-License-Identifier: ISC */
/*
 * ownsender: the sender, or the author in From, is of a domain that is handled
 * here, comes from outside, and nobody vouches for it.
 */
#include <string.h>

#include "checks.h"
#include "dkimproto.h"
#include "domain.h"
#include "spfproto.h"

static enum outcome judge(
    const struct session *, const char *domain, struct finding *);
static enum answer vouched(
    const struct spf_answer *, const struct dkim_answer *, const char *domain);
static enum answer by_spf(const struct spf_answer *, const char *domain);
static enum answer by_dkim(const struct dkim_answer *, const char *domain);
static bool is_related(const char *, const char *);

enum outcome
check_ownsender(const struct session *s, struct finding *f)
{
	const struct path *sender = &s->mail.sender;
	const struct dkim_answer *a;
	enum outcome outcome = CHECK_PASS;

	if (!path_is_null(sender) && !sender->literal)
		outcome = judge(s, path_domain(sender), f);
	if (outcome != CHECK_PASS)
		return outcome;
	if ((a = s->oracle->signatures(s->oracle->ctx, s)) == NULL)
		return finding_unavailable(
		    f, "The author's domain could not be found out");
	if (*a->dmarc.from_domain == '\0')
		return CHECK_PASS;
	return judge(s, a->dmarc.from_domain, f);
}

static enum outcome
judge(const struct session *s, const char *domain, struct finding *f)
{
	struct domain_row row;
	enum answer answer = s->store->domain(s->store->ctx, domain, &row);

	if (answer == ANSWER_YES)
		answer = vouched(s->oracle->spf(s->oracle->ctx, s),
		    s->oracle->signatures(s->oracle->ctx, s), domain);
	else if (answer == ANSWER_NO)
		return CHECK_PASS;
	if (answer == ANSWER_YES)
		return CHECK_PASS;
	if (answer == ANSWER_UNAVAILABLE)
		return finding_unavailable(f,
		    "Whether mail from %.100s is genuine could not be found "
		    "out",
		    domain);
	return finding_set(f, 550, "5.7.1", 451, "4.7.1",
	    "Neither SPF nor DKIM vouches for mail from %.100s; use the "
	    "primary exchanger for %.80s",
	    domain, checks_domain(s));
}

static enum answer
vouched(const struct spf_answer *spf, const struct dkim_answer *dkim,
    const char *domain)
{
	enum answer one = by_spf(spf, domain), two = by_dkim(dkim, domain);

	if (one == ANSWER_YES || two == ANSWER_YES)
		return ANSWER_YES;
	if (one == ANSWER_UNAVAILABLE || two == ANSWER_UNAVAILABLE)
		return ANSWER_UNAVAILABLE;
	return ANSWER_NO;
}

static enum answer
by_spf(const struct spf_answer *a, const char *domain)
{
	if (a == NULL)
		return ANSWER_UNAVAILABLE;
	if (!is_related(a->mailfrom.domain, domain))
		return ANSWER_NO;
	if (a->mailfrom.result == SPF_TEMPERROR)
		return ANSWER_UNAVAILABLE;
	return a->mailfrom.result == SPF_PASS ? ANSWER_YES : ANSWER_NO;
}

/* And by DMARC, which knows of organizations. */
static enum answer
by_dkim(const struct dkim_answer *a, const char *domain)
{
	enum answer answer = ANSWER_NO;

	if (a == NULL)
		return ANSWER_UNAVAILABLE;
	if (a->dmarc.result == DMARC_PASS &&
	    strcmp(a->dmarc.from_domain, domain) == 0)
		return ANSWER_YES;
	for (size_t i = 0; i < a->n; i++) {
		const struct dkim_signature *g = &a->signature[i];

		if (!is_related(g->domain, domain))
			continue;
		if (g->result == DKIM_PASS)
			return ANSWER_YES;
		if (g->result == DKIM_TEMPERROR)
			answer = ANSWER_UNAVAILABLE;
	}
	return answer;
}

static bool
is_related(const char *one, const char *two)
{
	return strcmp(one, two) == 0 || domain_is_below(one, two) ||
	    domain_is_below(two, one);
}
