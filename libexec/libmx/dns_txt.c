/* SPDX-License-Identifier: ISC */
/* TXT records (RFC 1035 3.3.14), as SPF, DKIM, DMARC and blocklists have. */
#include <ares.h>
#include <arpa/nameser.h>
#include <string.h>

#include "dns_query.h"

struct txt_question {
	enum dns_status status;
	struct dns_text *out;
	size_t used;
	bool done;
};

static void on_txt(void *, int, const unsigned char *, int);
static bool add(struct txt_question *, const struct ares_txt_ext *);

enum dns_status
dns_txt(struct dns *d, const char *name, int64_t deadline, struct dns_text *out)
{
	struct txt_question q = {.out = out};

	out->n = 0;
	dns_ask(d, name, ns_t_txt, on_txt, &q);
	dns_wait(d, &q.done, &q.done, deadline);
	return q.status;
}

static void
on_txt(void *ctx, int status, const unsigned char *answer, int len)
{
	struct txt_question *q = ctx;
	struct ares_txt_ext *list = NULL;

	q->done = true;
	q->status = dns_status_of(status);
	if (q->status != DNS_FOUND)
		return;
	status = ares_parse_txt_reply_ext(answer, len, &list);
	q->status = dns_status_parsed(status);
	for (struct ares_txt_ext *t = list; t != NULL; t = t->next) {
		if (!add(q, t)) {
			q->status = DNS_TEMPFAIL;
			break;
		}
	}
	if (q->status == DNS_FOUND && q->out->n == 0)
		q->status = DNS_NODATA;
	if (q->status != DNS_FOUND)
		q->out->n = 0;
	ares_free_data(list);
}

/* One string: a record of its own, or more of the last. */
static bool
add(struct txt_question *q, const struct ares_txt_ext *t)
{
	struct dns_text *out = q->out;

	if (t->record_start || out->n == 0) {
		if (out->n == DNS_TXT_MAX)
			return false;
		out->record[out->n].octets = out->text + q->used;
		out->record[out->n++].len = 0;
	} else {
		q->used--; /* the NUL of the string before */
	}
	if (t->length >= sizeof out->text - q->used)
		return false;
	memcpy(out->text + q->used, t->txt, t->length);
	q->used += t->length;
	out->text[q->used++] = '\0';
	out->record[out->n - 1].len += t->length;
	return true;
}
