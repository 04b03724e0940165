/* SPDX-License-Identifier: ISC */
/*
 * The client's end of spfproto.h.  mx-spf has met hostile octets: no more of
 * its answer is believed than can be checked.
 */
#include "spfproto.h"

#include <errno.h>
#include <string.h>

#include "domain.h"
#include "wire.h"

enum { ASK_MS = 5000 };

struct reader { /* of an answer */
	struct spf_answer *answer;
	struct spf_finding *at; /* whose keys come */
	bool mailfrom, helo;	/* was there */
};

const char *const spf_result_name[SPF_RESULTS] = {
    "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"};

static void add_request(struct pairs *, const struct spf_request *);
static void add_text(struct pairs *, const char *, const char *);
static bool set_pair(struct reader *, const char *, const char *);
static bool begin(struct reader *, struct spf_finding *, bool *, const char *);
static bool set_domain(struct spf_finding *, const char *);
static bool set_reason(struct spf_finding *, const char *);

int
spf_start(const char *libexec, const struct spf_request *r, struct helper *h)
{
	struct pairs p;
	int error;

	if (helper_start(h, libexec, "mx-spf", -1) == -1)
		return -1;
	pairs_init(&p);
	add_request(&p, r);
	if (pairs_send(&p, h->fd, -1, wire_now() + ASK_MS) == 0)
		return 0;
	error = errno;
	helper_end(h, false);
	errno = error;
	return -1;
}

int
spf_finish(struct helper *h, int64_t deadline, struct spf_answer *a)
{
	int result = spf_read_answer(&h->in, deadline, a), error = errno;

	helper_end(h, result == 0);
	errno = error;
	return result;
}

int
spf_read_answer(struct pairs_in *in, int64_t deadline, struct spf_answer *a)
{
	struct reader r = {.answer = a};
	enum pairs_status status;
	const char *key;
	char *value;

	*a = (struct spf_answer){
	    .mailfrom.result = SPF_TEMPERROR, .helo.result = SPF_TEMPERROR};
	while (
	    (status = pairs_next(in, deadline, &key, &value)) == PAIRS_PAIR) {
		if (!set_pair(&r, key, value))
			break;
	}
	if (status == PAIRS_ERROR && errno != EBADMSG)
		return -1;
	if (status == PAIRS_END && r.mailfrom && r.helo)
		return 0;
	errno = EPROTO;
	return -1;
}

static void
add_request(struct pairs *p, const struct spf_request *r)
{
	char ip[IP_TEXT], resolver[ENDPOINT_TEXT];

	ip_format(&r->client, ip);
	pairs_add(p, "ip", ip);
	add_text(p, "helo", r->helo);
	add_text(p, "sender", r->sender);
	add_text(p, "receiver", r->receiver);
	for (unsigned i = 0; i < r->resolvers.n; i++) {
		endpoint_format(&r->resolvers.at[i], resolver);
		pairs_add(p, "resolver", resolver);
	}
	pairs_add_number(p, "deadline_ms", r->deadline_ms);
}

static void
add_text(struct pairs *p, const char *key, const char *value)
{
	if (*value != '\0')
		pairs_add(p, key, value);
}

static bool
set_pair(struct reader *r, const char *key, const char *value)
{
	if (strcmp(key, "mailfrom") == 0)
		return begin(r, &r->answer->mailfrom, &r->mailfrom, value);
	if (strcmp(key, "helo") == 0)
		return begin(r, &r->answer->helo, &r->helo, value);
	if (r->at == NULL)
		return false;
	if (strcmp(key, "domain") == 0)
		return set_domain(r->at, value);
	return strcmp(key, "reason") == 0 && set_reason(r->at, value);
}

static bool
begin(struct reader *r, struct spf_finding *f, bool *seen, const char *value)
{
	if (*seen)
		return false;
	for (int i = 0; i < SPF_RESULTS; i++) {
		if (strcmp(spf_result_name[i], value) != 0)
			continue;
		f->result = (enum spf_result)i;
		r->at = f;
		return *seen = true;
	}
	return false;
}

/* In the inner form, else it is nonsense. */
static bool
set_domain(struct spf_finding *f, const char *value)
{
	return domain_normal(value, strlen(value), f->domain) &&
	    strcmp(f->domain, value) == 0;
}

static bool
set_reason(struct spf_finding *f, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (*p < 0x20 || *p >= 0x7f)
			return false;
	}
	return strlcpy(f->reason, value, sizeof f->reason) < sizeof f->reason;
}
