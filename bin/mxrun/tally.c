/* SPDX-License-Identifier: ISC */
#include "tally.h"

#include <string.h>
#include <time.h>

enum { DAY = 86400 };

static bool is_counted(const struct tls_result *);
static void fill(
    struct tlsrpt_row *, const struct tally_tls *, const struct tls_result *);
static void fill_tlsa(struct tlsrpt_row *, const struct route *);
static void fill_sts(struct tlsrpt_row *, const struct sts_policy *);
static void copy_lines(const char *, char out[TLSRPT_TEXT]);
static void split_host(const char *, struct tlsrpt_row *);
static bool is_same(const struct tlsrpt_row *, const struct tlsrpt_row *);

void
tally_note(struct tally_tls *t, const struct tls_result *r)
{
	struct tlsrpt_row row = {.sessions = 1};

	if (t == NULL || !is_counted(r))
		return;
	fill(&row, t, r);
	for (unsigned i = 0; i < t->n; i++) {
		if (!is_same(&t->row[i], &row))
			continue;
		t->row[i].sessions++;
		strlcpy(t->row[i].reason, row.reason, sizeof row.reason);
		return;
	}
	if (t->n < TALLY_ROWS)
		t->row[t->n++] = row;
}

void
tally_end(struct tally_tls *t, struct state_db *s, const struct job *j)
{
	struct tlsrpt_day day = {.day = time(NULL) / DAY};

	strlcpy(day.domain, j->domain, sizeof day.domain);
	if (t->n == 0 || !j->tlsrpt || s == NULL || state_begin(s) == -1)
		return;
	for (unsigned i = 0; i < t->n; i++)
		tlsrpt_add(s, &day, &t->row[i]);
	state_commit(s);
	t->n = 0;
}

/* A session in clear, where nobody promised another, is none. */
static bool
is_counted(const struct tls_result *r)
{
	return r->up || *r->failure != '\0';
}

static void
fill(struct tlsrpt_row *row, const struct tally_tls *t,
    const struct tls_result *r)
{
	split_host(r->host, row);
	strlcpy(row->policy, tls_basis_name[r->basis], sizeof row->policy);
	strlcpy(row->policy_domain, r->domain, sizeof row->policy_domain);
	if (r->basis == BASIS_TLSA)
		fill_tlsa(row, t->route);
	else if (r->basis == BASIS_STS && t->demand->sts.has)
		fill_sts(row, &t->demand->sts.policy);
	strlcpy(row->result, r->failure, sizeof row->result);
	if (*r->failure != '\0')
		strlcpy(row->reason, r->why, sizeof row->reason);
}

/* The policy domain of DANE is the TLSA base domain (RFC 8460 1.1). */
static void
fill_tlsa(struct tlsrpt_row *row, const struct route *route)
{
	strlcpy(row->policy_domain, row->host, sizeof row->policy_domain);
	for (size_t i = 0; i < route->n; i++) {
		const struct send_target *t = &route->target[i];

		if (t->tlsa == NULL || strcmp(t->host, row->host) != 0)
			continue;
		copy_lines(t->tlsa, row->policy_text);
		strlcpy(row->policy_domain, t->base, sizeof row->policy_domain);
	}
}

static void
fill_sts(struct tlsrpt_row *row, const struct sts_policy *policy)
{
	char text[STS_TEXT];

	sts_policy_format(policy, text);
	copy_lines(text, row->policy_text);
}

/* Whole ones, as many as find room. */
static void
copy_lines(const char *text, char out[TLSRPT_TEXT])
{
	char *end;

	if (strlcpy(out, text, TLSRPT_TEXT) < TLSRPT_TEXT)
		return;
	end = strrchr(out, '\n');
	*(end == NULL ? out : end) = '\0';
}

/* "mx.example [192.0.2.1]", "mx.example [IPv6:2001:db8::1]" */
static void
split_host(const char *host, struct tlsrpt_row *row)
{
	const char *ip = strstr(host, " [");

	strlcpy(row->host, host, sizeof row->host);
	if (ip == NULL)
		return;
	row->host[strcspn(row->host, " ")] = '\0';
	ip += strncmp(ip, " [IPv6:", 7) == 0 ? 7 : 2;
	strlcpy(row->ip, ip, sizeof row->ip);
	row->ip[strcspn(row->ip, "]")] = '\0';
}

static bool
is_same(const struct tlsrpt_row *a, const struct tlsrpt_row *b)
{
	return strcmp(a->result, b->result) == 0 && strcmp(a->ip, b->ip) == 0 &&
	    strcmp(a->host, b->host) == 0 &&
	    strcmp(a->policy, b->policy) == 0 &&
	    strcmp(a->policy_domain, b->policy_domain) == 0 &&
	    strcmp(a->policy_text, b->policy_text) == 0;
}
