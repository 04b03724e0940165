/* SPDX-License-Identifier: ISC */
/* mx-spf's end of spfproto.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spfproto.h"
#include "wire.h"

enum { ANSWER_MS = 10000, DEADLINE_MAX = 3600 * 1000 };

static bool set_pair(struct spf_request *, const char *, const char *);
static bool set_text(char *, size_t, const char *);
static bool set_resolver(struct spf_request *, const char *);
static bool set_deadline(struct spf_request *, const char *);
static void add_finding(
    struct pairs *, const char *, const struct spf_finding *);

int
spf_read(int in, struct spf_request *r)
{
	struct pairs_in p;
	enum pairs_status status;
	const char *key;
	char *value;

	*r = (struct spf_request){.deadline_ms = SPF_DEADLINE_MS};
	pairs_in_init(&p, in);
	while ((status = pairs_next(&p, -1, &key, &value)) == PAIRS_PAIR) {
		if (!set_pair(r, key, value))
			break;
	}
	if (status == PAIRS_END && r->client.family != 0)
		return 0;
	if (status != PAIRS_ERROR)
		errno = EBADMSG;
	return -1;
}

int
spf_write(int out, const struct spf_answer *a)
{
	struct pairs p;

	pairs_init(&p);
	add_finding(&p, "mailfrom", &a->mailfrom);
	add_finding(&p, "helo", &a->helo);
	return pairs_send(&p, out, -1, wire_now() + ANSWER_MS);
}

static bool
set_pair(struct spf_request *r, const char *key, const char *value)
{
	if (strcmp(key, "ip") == 0)
		return ip_parse(&r->client, value, strlen(value));
	if (strcmp(key, "helo") == 0)
		return set_text(r->helo, sizeof r->helo, value);
	if (strcmp(key, "sender") == 0)
		return set_text(r->sender, sizeof r->sender, value);
	if (strcmp(key, "receiver") == 0)
		return set_text(r->receiver, sizeof r->receiver, value);
	if (strcmp(key, "resolver") == 0)
		return set_resolver(r, value);
	return strcmp(key, "deadline_ms") == 0 && set_deadline(r, value);
}

static bool
set_text(char *out, size_t size, const char *value)
{
	return strlcpy(out, value, size) < size;
}

static bool
set_resolver(struct spf_request *r, const char *value)
{
	return endpoints_add(&r->resolvers, value, RESOLVER_PORT);
}

static bool
set_deadline(struct spf_request *r, const char *value)
{
	const char *wrong;
	unsigned ms = (unsigned)strtonum(value, 0, DEADLINE_MAX, &wrong);

	if (ms != 0)
		r->deadline_ms = ms;
	return wrong == NULL;
}

static void
add_finding(struct pairs *p, const char *key, const struct spf_finding *f)
{
	pairs_add(p, key, spf_result_name[f->result]);
	if (*f->domain != '\0')
		pairs_add(p, "domain", f->domain);
	if (*f->reason != '\0')
		pairs_add(p, "reason", f->reason);
}
