/* SPDX-License-Identifier: ISC */
/*
 *	From: Backup mail exchanger <mailer-daemon@backup.example.net>
 *	Subject: Report Domain: example.com Submitter: backup.example.net
 *		Report-ID: <2026-11-23.example.com@backup.example.net>
 *	TLS-Report-Domain: example.com
 *	TLS-Report-Submitter: backup.example.net
 *	Content-Type: multipart/report; report-type="tlsrpt"; …
 *
 * It goes whatever TLS is like there (RFC 8460 5.3): that is what it tells.
 */
#include "report_mail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "date.h"
#include "path.h"
#include "report_json.h"
#include "report_sign.h"

enum { DAY = 86400, HEAD = 4096, ROWS = 500 };

static int write_message(const struct report_of *, struct report_json *,
    const char *to, const char *boundary);
static int write_head(
    const struct report_json *, const char *to, const char *boundary);
static int post(const struct report_of *, struct draft *, const struct path *,
    const char *id);

int
report_mail(const struct report_of *of, const char *to)
{
	struct tlsrpt_row *rows = calloc(ROWS, sizeof *rows);
	char id[ID_NAME + 1];
	struct draft draft;
	struct path path;
	int result = -1;
	long n;

	if (rows == NULL)
		return -1;
	errno = EINVAL;
	if ((n = tlsrpt_rows(of->state, of->day, rows, ROWS)) > 0 &&
	    path_parse_mailbox(to, strlen(to), &path) == PATH_OK &&
	    id_new(id) == 0 && draft_open(&draft, &of->run->spool) == 0) {
		struct report_json j = {.draft = &draft,
		    .conf = of->run->conf,
		    .day = of->day,
		    .rows = rows,
		    .n = (size_t)n};

		if (write_message(of, &j, to, id) == 0)
			result = post(of, &draft, &path, id);
		draft_abort(&draft, &of->run->spool);
	}
	free(rows);
	return result;
}

static int
write_message(const struct report_of *of, struct report_json *j, const char *to,
    const char *boundary)
{
	const char *host = of->run->conf->hostname, *domain = of->day->domain;
	long long begin = (long long)of->day->day * DAY;
	char text[HEAD];

	if (write_head(j, to, boundary) == -1)
		return -1;
	snprintf(text, sizeof text,
	    "--%s\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
	    "How TLS went between %s, a backup mail exchanger,\r\n"
	    "and the hosts of %s, on one day (RFC 8460).\r\n\r\n"
	    "--%s\r\nContent-Type: application/tlsrpt+json\r\n"
	    "Content-Disposition: attachment;\r\n"
	    "\tfilename=\"%s!%s!%lld!%lld.json\"\r\n\r\n",
	    boundary, host, domain, boundary, host, domain, begin,
	    begin + DAY - 1);
	if (draft_write(j->draft, text, strlen(text)) == -1 ||
	    report_json_write(j) == -1)
		return -1;
	snprintf(text, sizeof text, "--%s--\r\n", boundary);
	return draft_write(j->draft, text, strlen(text));
}

static int
write_head(const struct report_json *j, const char *to, const char *boundary)
{
	const char *host = j->conf->hostname, *domain = j->day->domain;
	char text[HEAD], date[DATE_LEN], id[REPORT_ID];

	date_format(time(NULL), date);
	report_json_id(j, id);
	snprintf(text, sizeof text,
	    "Date: %s\r\nFrom: Backup mail exchanger <mailer-daemon@%s>\r\n"
	    "To: <%s>\r\nSubject: Report Domain: %s\r\n\tSubmitter: %s\r\n"
	    "\tReport-ID: <%s>\r\nMessage-ID: <%s>\r\n"
	    "TLS-Report-Domain: %s\r\nTLS-Report-Submitter: %s\r\n"
	    "TLS-Required: No\r\nAuto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n"
	    "\tboundary=\"%s\"\r\n\r\n",
	    date, report_sign_from(j->conf), to, domain, host, id, id, domain,
	    host, boundary);
	return draft_write(j->draft, text, strlen(text));
}

/* It comes from nobody: one that can not be delivered is of no use. */
static int
post(const struct report_of *of, struct draft *draft, const struct path *path,
    const char *id)
{
	struct envelope *e = envelope_new();
	int result = -1;

	if (e == NULL)
		return -1;
	e->arrived = time(NULL);
	e->body = BODY_7BIT;
	e->tls = TLS_OPTIONAL;
	if (envelope_set(&e->proto, "local") == 0 &&
	    envelope_add_rcpt(e, path->mailbox, NOTIFY_NEVER, "") == 0 &&
	    report_sign(of->run->conf, draft, e) == 0 &&
	    draft_seal(draft, e) == 0)
		result =
		    draft_link(draft, &of->run->spool, path_domain(path), id);
	envelope_free(e);
	return result;
}
