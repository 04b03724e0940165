/* SPDX-License-Identifier: ISC */
/*
 * mx-sts has met hostile octets: what it says is a policy is parsed again.
 */
#include "stsproto.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "helper.h"
#include "wire.h"

enum { ASK_MS = 5000, DEADLINE_MAX = 600 * 1000 };

const char *const sts_failure_name[STS_FAILURES] = {
    "", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"};

struct reader { /* of an answer */
	struct sts_answer *answer;
	size_t len;
	char text[STS_TEXT];
};

static void add_request(struct pairs *, const struct sts_request *);
static int read_answer(struct pairs_in *, int64_t, struct sts_answer *);
static bool set_answer(struct reader *, const char *, const char *);
static bool add_line(struct reader *, const char *);
static bool set_failure(struct sts_answer *, const char *);
static bool set_reason(struct sts_answer *, const char *);
static bool set_request(struct sts_request *, const char *, const char *);
static bool set_domain(struct sts_request *, const char *);
static bool set_number(unsigned *, const char *);

int
sts_ask(const struct sts_request *r, struct sts_answer *a)
{
	unsigned ms = r->deadline_ms > 0 ? r->deadline_ms : STS_DEADLINE_MS;
	int64_t deadline = wire_now() + ms + ASK_MS;
	struct helper h;
	struct pairs p;
	int result, error;

	if (helper_start(&h, r->libexec, "mx-sts", -1) == -1)
		return -1;
	pairs_init(&p);
	add_request(&p, r);
	result = pairs_send(&p, h.fd, -1, deadline);
	if (result == 0)
		result = read_answer(&h.in, deadline, a);
	error = errno;
	helper_end(&h, result == 0);
	errno = error;
	return result;
}

int
sts_read(int in, struct sts_request *r)
{
	struct pairs_in p;
	enum pairs_status status;
	const char *key;
	char *value;

	*r = (struct sts_request){.deadline_ms = STS_DEADLINE_MS};
	pairs_in_init(&p, in);
	while ((status = pairs_next(&p, -1, &key, &value)) == PAIRS_PAIR) {
		if (!set_request(r, key, value))
			break;
	}
	if (status == PAIRS_END && *r->domain != '\0' && r->addresses.n > 0)
		return 0;
	if (status != PAIRS_ERROR)
		errno = EBADMSG;
	return -1;
}

int
sts_write(int out, const struct sts_answer *a)
{
	char text[STS_TEXT], *rest = text, *line;
	struct pairs p;

	pairs_init(&p);
	if (a->failure != STS_NO_FAILURE) {
		pairs_add(&p, "failure", sts_failure_name[a->failure]);
		pairs_add(&p, "reason", a->reason);
	} else {
		sts_policy_format(&a->policy, text);
		while ((line = strsep(&rest, "\n")) != NULL && *line != '\0')
			pairs_add(&p, "line", line);
	}
	return pairs_send(&p, out, -1, wire_now() + ASK_MS);
}

static void
add_request(struct pairs *p, const struct sts_request *r)
{
	char text[ENDPOINT_TEXT];

	pairs_add(p, "domain", r->domain);
	for (size_t i = 0; i < r->addresses.n; i++) {
		endpoint_format(&r->addresses.at[i], text);
		pairs_add(p, "address", text);
	}
	pairs_add(p, "libexec", r->libexec);
	pairs_add(p, "authorities", r->authorities);
	pairs_add_number(p, "deadline_ms", r->deadline_ms);
}

static int
read_answer(struct pairs_in *in, int64_t deadline, struct sts_answer *a)
{
	struct reader r = {.answer = a};
	enum pairs_status status;
	const char *key;
	char *value;

	*a = (struct sts_answer){.failure = STS_NO_FAILURE};
	while (
	    (status = pairs_next(in, deadline, &key, &value)) == PAIRS_PAIR) {
		if (!set_answer(&r, key, value))
			break;
	}
	if (status == PAIRS_ERROR && errno != EBADMSG)
		return -1;
	if (status == PAIRS_END &&
	    (a->failure != STS_NO_FAILURE ||
		sts_policy_parse(&a->policy, r.text, r.len)))
		return 0;
	errno = EPROTO;
	return -1;
}

static bool
set_answer(struct reader *r, const char *key, const char *value)
{
	if (strcmp(key, "line") == 0)
		return add_line(r, value);
	if (strcmp(key, "failure") == 0)
		return set_failure(r->answer, value);
	return strcmp(key, "reason") == 0 && set_reason(r->answer, value);
}

static bool
add_line(struct reader *r, const char *value)
{
	size_t n = strlen(value);

	if (n + 1 >= sizeof r->text - r->len)
		return false;
	memcpy(r->text + r->len, value, n);
	r->len += n;
	r->text[r->len++] = '\n';
	return true;
}

static bool
set_failure(struct sts_answer *a, const char *value)
{
	for (unsigned i = 1; i < STS_FAILURES; i++) {
		if (strcmp(sts_failure_name[i], value) == 0) {
			a->failure = (enum sts_failure)i;
			return true;
		}
	}
	return false;
}

static bool
set_reason(struct sts_answer *a, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (!isprint((unsigned char)*p))
			return false;
	}
	return strlcpy(a->reason, value, sizeof a->reason) < sizeof a->reason;
}

static bool
set_request(struct sts_request *r, const char *key, const char *value)
{
	if (strcmp(key, "domain") == 0)
		return set_domain(r, value);
	if (strcmp(key, "address") == 0)
		return endpoints_add(&r->addresses, value, 443);
	if (strcmp(key, "libexec") == 0)
		return strlcpy(r->libexec, value, sizeof r->libexec) <
		    sizeof r->libexec;
	if (strcmp(key, "authorities") == 0)
		return strlcpy(r->authorities, value, sizeof r->authorities) <
		    sizeof r->authorities;
	return strcmp(key, "deadline_ms") == 0 &&
	    set_number(&r->deadline_ms, value);
}

static bool
set_domain(struct sts_request *r, const char *value)
{
	return domain_normal(value, strlen(value), r->domain) &&
	    strlen(r->domain) + sizeof "mta-sts." - 1 <= DOMAIN_LEN;
}

static bool
set_number(unsigned *out, const char *value)
{
	const char *wrong;
	unsigned ms = (unsigned)strtonum(value, 0, DEADLINE_MAX, &wrong);

	if (ms != 0)
		*out = ms;
	return wrong == NULL;
}
