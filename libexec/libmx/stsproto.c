/* SPDX-License-Identifier: ISC */
/*
 * mx-sts has met hostile octets: what it says is a policy is parsed again.
 */
#include "stsproto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "helper.h"
#include "keys.h"
#include "wire.h"

enum { ASK_MS = 5000, DEADLINE_MAX = 600 * 1000, HTTPS_PORT = 443 };

const char *const sts_failure_name[STS_FAILURES] = {
    "", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"};

struct reader { /* of an answer */
	struct sts_answer answer;
	size_t len;
	char text[STS_TEXT];
};

static void add_request(struct pairs *, const struct sts_request *);
static int read_answer(struct pairs_in *, int64_t, struct sts_answer *);
static bool add_line(void *, const char *);
static bool set_domain(void *, const char *);

static const struct key request_keys[] = {
    KEY("domain", KEY_SET, struct sts_request, domain, .set = set_domain,
	.must = true),
    KEY("address", KEY_ENDPOINTS, struct sts_request, addresses,
	.most = HTTPS_PORT, .must = true),
    KEY("libexec", KEY_OCTETS, struct sts_request, libexec),
    KEY("authorities", KEY_OCTETS, struct sts_request, authorities),
    KEY("deadline_ms", KEY_MS, struct sts_request, deadline_ms,
	.most = DEADLINE_MAX),
    KEYS_END,
};

static const struct key answer_keys[] = {
    {.name = "line", .kind = KEY_SET, .set = add_line},
    KEY("failure", KEY_ONE_OF, struct reader, answer.failure,
	.names = sts_failure_name, .least = 1, .most = STS_FAILURES - 1),
    KEY("reason", KEY_TEXT, struct reader, answer.reason),
    KEYS_END,
};

int
sts_ask(const struct sts_request *r, struct sts_answer *a)
{
	unsigned ms = r->deadline_ms > 0 ? r->deadline_ms : STS_DEADLINE_MS;
	int64_t deadline = wire_now() + ms + ASK_MS;
	struct helper h;
	struct pairs p;
	int result;

	if (helper_start(&h, r->libexec, "mx-sts", -1) == -1)
		return -1;
	pairs_init(&p);
	add_request(&p, r);
	if (helper_ask(&h, &p, deadline) == -1)
		return -1;
	result = read_answer(&h.in, deadline, a);
	helper_end(&h, result == 0);
	return result;
}

int
sts_read(int in, struct sts_request *r)
{
	*r = (struct sts_request){.deadline_ms = STS_DEADLINE_MS};
	return keys_read_request(in, request_keys, r);
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
	pairs_add(p, "domain", r->domain);
	pairs_add_endpoints(p, "address", &r->addresses);
	pairs_add(p, "libexec", r->libexec);
	pairs_add(p, "authorities", r->authorities);
	pairs_add_number(p, "deadline_ms", r->deadline_ms);
}

static int
read_answer(struct pairs_in *in, int64_t deadline, struct sts_answer *a)
{
	struct reader r = {.len = 0};
	struct keys k = {.all = answer_keys, .whole = &r};

	if (keys_read_answer(&k, in, deadline) == -1)
		return -1;
	*a = r.answer;
	if (a->failure != STS_NO_FAILURE ||
	    sts_policy_parse(&a->policy, r.text, r.len))
		return 0;
	errno = EPROTO;
	return -1;
}

static bool
add_line(void *reader, const char *value)
{
	struct reader *r = reader;
	size_t n = strlen(value);

	if (n + 1 >= sizeof r->text - r->len)
		return false;
	memcpy(r->text + r->len, value, n);
	r->len += n;
	r->text[r->len++] = '\n';
	return true;
}

static bool
set_domain(void *domain, const char *value)
{
	return domain_normal(value, strlen(value), domain) &&
	    strlen(domain) + sizeof "mta-sts." - 1 <= DOMAIN_LEN;
}
