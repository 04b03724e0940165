/* SPDX-License-Identifier: ISC */
/* What is demanded of TLS, and what came of it, in sendproto.h's dialogue. */
#include <string.h>

#include "sendproto.h"
#include "sendproto_parts.h"

const char *const send_tls_name[SEND_TLS_DANE + 1] = {
    [SEND_TLS_NONE] = "none",
    [SEND_TLS_MAY] = "may",
    [SEND_TLS_ENCRYPT] = "encrypt",
    [SEND_TLS_VERIFY] = "verify",
    [SEND_TLS_DANE] = "dane",
};

bool
send_tls_parse(const char *s, enum send_tls *out)
{
	int n = keys_find(send_tls_name, SEND_TLS_DANE + 1, s);

	if (n != -1)
		*out = (enum send_tls)n;
	return n != -1;
}

void
send_add_tls(struct pairs *p, const struct send_target *t)
{
	const char *line = t->tls == SEND_TLS_DANE ? t->tlsa : NULL;

	if (t->tls == SEND_TLS_NONE)
		return;
	pairs_add(p, "tls", send_tls_name[t->tls]);
	if (t->lenient)
		pairs_add(p, "lenient", "1");
	if (line != NULL)
		pairs_add(p, "base", t->base);
	if (line != NULL && *t->domain != '\0')
		pairs_add(p, "domain", t->domain);
	if (line != NULL && *t->owner != '\0')
		pairs_add(p, "owner", t->owner);
	while (line != NULL && *line != '\0') {
		size_t n = strcspn(line, "\n");

		pairs_add_octets(p, "tlsa", line, n);
		line += n + (line[n] == '\n');
	}
}

void
send_add_secured(struct pairs *p, const struct send_secured *t)
{
	if (*t->protocol != '\0') {
		pairs_add(p, "tls", t->protocol);
		pairs_add(p, "cipher", t->cipher);
		pairs_add(p, "verified", t->verified);
	}
	if (*t->failure != '\0') {
		pairs_add(p, "failure", t->failure);
		pairs_add(p, "why", t->why);
	}
}

void
send_add_failed(struct pairs *p, const struct send_answer *a)
{
	for (size_t i = 0; i < a->nfailed; i++) {
		pairs_add(p, "failed", a->failed[i].host);
		pairs_add(p, "failure", a->failed[i].failure);
		pairs_add(p, "why", a->failed[i].why);
	}
}
