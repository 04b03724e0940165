/* SPDX-License-Identifier: ISC */
#include "outbound.h"

#include <string.h>

#include "log.h"
#include "tally.h"

static bool look_up_identity(struct policy_db *, struct job *);
static bool look_up_tls(struct policy_db *, struct job *);

bool
outbound_look_up(struct policy_db *p, struct job *j)
{
	return look_up_identity(p, j) && look_up_tls(p, j);
}

void
outbound_result(struct tally_tls *tally, const struct tls_result *r)
{
	const char *policy = tls_basis_name[r->basis];

	tally_note(tally, r);
	if (*r->failure != '\0')
		log_event(LOG_L_INFO, "tls-failed", "domain", r->domain, "host",
		    r->host, "policy", policy, "type", r->failure, "reason",
		    r->why, NULL);
	if (r->up)
		log_event(LOG_L_INFO, "tls", "domain", r->domain, "host",
		    r->host, "policy", policy, "protocol", r->protocol,
		    "cipher", r->cipher, "verified", r->verified, NULL);
}

void
outbound_opened(struct tally_tls *tally, const struct job *j,
    const struct demand *d, const struct send_answer *a)
{
	const struct send_secured *t = &a->tls;

	for (size_t i = 0; i < a->nfailed; i++) {
		const struct send_failed *f = &a->failed[i];

		outbound_result(tally,
		    &(struct tls_result){.domain = j->domain,
			.basis = demand_basis(d, f->host),
			.host = f->host,
			.failure = f->failure,
			.why = f->why});
	}
	outbound_result(tally,
	    &(struct tls_result){.domain = j->domain,
		.basis = demand_basis(d, a->host),
		.host = a->host,
		.failure = t->failure,
		.why = t->why,
		.up = *t->protocol != '\0',
		.protocol = t->protocol,
		.cipher = t->cipher,
		.verified = t->verified});
}

bool
outbound_is_choosy(const struct envelope *e)
{
	return e->tls == TLS_REQUIRED && *e->sender != '\0';
}

bool
outbound_is_report(const struct envelope *e)
{
	return e->tls == TLS_OPTIONAL && *e->sender == '\0' &&
	    strcmp(e->proto, "local") == 0;
}

bool
outbound_is_sure(const struct route *r, const struct demand *d)
{
	if (r->named || r->secure)
		return true;
	for (size_t i = 0; i < r->n; i++) {
		const struct send_target *t = &r->target[i];

		if (d->of[i].basis == BASIS_NONE || t->lenient ||
		    t->tls < SEND_TLS_VERIFY)
			return false;
	}
	return r->n > 0;
}

bool
outbound_is_unmet(const struct reply *r)
{
	return strcmp(r->enhanced, "4.7.10") == 0 ||
	    strcmp(r->enhanced, "5.7.30") == 0;
}

bool
outbound_tells_client(const struct job *j, const struct send_answer *a)
{
	return (j->identity == IDENTITY_AUTO ||
		   j->identity == IDENTITY_XCLIENT) &&
	    strstr(a->ext, "XCLIENT") != NULL;
}

/* Who is not told who sent a message: hosts that are not our primary. */
static bool
look_up_identity(struct policy_db *p, struct job *j)
{
	char text[SETTING_LEN];

	j->identity = IDENTITY_HEADERS;
	if (!j->handled)
		return true;
	switch (policy_setting(p, "identity", j->row.name, text)) {
	case ANSWER_YES:
		return send_identity_parse(text, &j->identity);
	case ANSWER_NO:
		j->identity = IDENTITY_AUTO;
		return true;
	default:
		return false;
	}
}

static bool
look_up_tls(struct policy_db *p, struct job *j)
{
	const char *domain = j->handled ? j->row.name : NULL;
	char text[SETTING_LEN];

	switch (policy_setting(p, "tls", domain, text)) {
	case ANSWER_YES:
		return tls_wish_parse(text, &j->tls);
	case ANSWER_NO:
		j->tls = WISH_MAY;
		return true;
	default:
		return false;
	}
}
