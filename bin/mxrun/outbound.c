/* SPDX-License-Identifier: ISC */
#include "outbound.h"

#include <string.h>

#include "log.h"

static bool look_up_identity(struct policy_db *, struct job *);
static bool look_up_tls(struct policy_db *, struct job *);

bool
outbound_look_up(struct policy_db *p, struct job *j)
{
	return look_up_identity(p, j) && look_up_tls(p, j);
}

void
outbound_demand(const struct job *j, struct route *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->target[i].tls = j->tls;
}

void
outbound_log(const struct job *j, const struct send_answer *a)
{
	const struct send_secured *t = &a->tls;

	if (*t->failure != '\0')
		log_event(LOG_L_INFO, "tls-failed", "domain", j->domain, "host",
		    a->host, "type", t->failure, "reason", t->why, NULL);
	if (*t->protocol != '\0')
		log_event(LOG_L_INFO, "tls", "domain", j->domain, "host",
		    a->host, "protocol", t->protocol, "cipher", t->cipher,
		    "verified", t->verified, NULL);
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
		return send_tls_parse(text, &j->tls);
	case ANSWER_NO:
		j->tls = SEND_TLS_MAY;
		return true;
	default:
		return false;
	}
}
