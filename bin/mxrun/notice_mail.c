/* SPDX-License-Identifier: ISC */
#include "notice_mail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "path.h"

enum { TEMPLATE_LEN = 8192, VALUE = 600, DAY = 86400, HOUR = 3600 };

struct letter {
	const struct run *run;
	const struct notice_to *to;
	struct draft draft;
};

static ssize_t read_template(
    const struct conf *, enum notice, char out[TEMPLATE_LEN]);
static int write_head(struct letter *, const char *id);
static int write_text(struct letter *, const char *, const char *end);
static int write_word(struct letter *, const char *name, size_t n);
static void value_of(const struct letter *, const char *name, char out[VALUE]);
static void format_size(uint64_t octets, char out[VALUE]);
static int post(struct letter *, const struct path *, const char *id);
static int put(struct letter *, const char *);

int
notice_mail(const struct run *run, const struct notice_to *to, enum notice what)
{
	struct letter l = {.run = run, .to = to};
	char text[TEMPLATE_LEN], id[ID_NAME + 1];
	ssize_t n = read_template(run->conf, what, text);
	struct path path;
	int result = -1;

	if (n == -1)
		return -1;
	if (path_parse_mailbox(to->contact, strlen(to->contact), &path) !=
	    PATH_OK) {
		errno = EINVAL;
		return -1;
	}
	if (id_new(id) == -1 || draft_open(&l.draft, &run->spool) == -1)
		return -1;
	if (write_head(&l, id) == 0 && write_text(&l, text, text + n) == 0)
		result = post(&l, &path, id);
	draft_abort(&l.draft, &run->spool);
	return result;
}

static ssize_t
read_template(const struct conf *c, enum notice what, char out[TEMPLATE_LEN])
{
	char file[PATH_MAX + 40];
	ssize_t n;
	FILE *f;

	snprintf(
	    file, sizeof file, "%s/notice/%s.txt", c->share, notice_name(what));
	if ((f = fopen(file, "re")) == NULL)
		return -1;
	n = (ssize_t)fread(out, 1, TEMPLATE_LEN - 1, f);
	if (ferror(f))
		n = -1;
	fclose(f);
	if (n >= 0)
		out[n] = '\0';
	return n;
}

static int
write_head(struct letter *l, const char *id)
{
	const char *host = l->run->conf->hostname;
	char date[DATE_LEN], head[2048];

	date_format(time(NULL), date);
	snprintf(head, sizeof head,
	    "Date: %s\r\nFrom: Backup mail exchanger <mailer-daemon@%s>\r\n"
	    "To: <%s>\r\nMessage-ID: <%s@%s>\r\n"
	    "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n",
	    date, host, l->to->contact, id, host);
	return put(l, head);
}

/* The template begins with its Subject. */
static int
write_text(struct letter *l, const char *s, const char *end)
{
	while (s < end) {
		size_t n = strcspn(s, "{\n");

		if (n > 0 && draft_write(&l->draft, s, n) == -1)
			return -1;
		s += n;
		if (*s == '\n') {
			if (put(l, "\r\n") == -1)
				return -1;
			s++;
		} else if (*s == '{') {
			n = strcspn(s, "}");
			if (write_word(l, s + 1, n - 1) == -1)
				return -1;
			s += n + (s[n] == '}');
		} else {
			break; /* a NUL */
		}
	}
	return 0;
}

static int
write_word(struct letter *l, const char *name, size_t n)
{
	char word[32], value[VALUE];

	if (n >= sizeof word)
		return 0;
	memcpy(word, name, n);
	word[n] = '\0';
	value_of(l, word, value);
	for (char *c = value; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return put(l, value);
}

static void
value_of(const struct letter *l, const char *name, char out[VALUE])
{
	const struct notice_facts *f = l->to->facts;
	const struct {
		const char *name, *text;
	} texts[] = {{"domain", l->to->domain}, {"host", f->primary.host},
	    {"hostname", l->run->conf->hostname}, {"reply", f->primary.reply},
	    {"why", f->primary.doubt_why}};
	const struct {
		const char *name;
		time_t when;
	} dates[] = {
	    {"outage",
		f->primary.health.outage != 0 ? f->primary.health.outage
					      : f->told[NOTICE_DOWN]},
	    {"oldest", f->usage.oldest},
	    {"expires", f->usage.oldest + f->bounce_after}};
	const struct {
		const char *name;
		uint64_t n;
	} numbers[] = {{"messages", f->usage.messages - f->usage.held},
	    {"held", f->usage.held}, {"days", (uint64_t)f->bounce_after / DAY},
	    {"days_doubt", (uint64_t)f->settle_wait / HOUR}};

	out[0] = '\0';
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strcmp(name, texts[i].name) == 0)
			strlcpy(out, texts[i].text, VALUE);
	}
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		if (strcmp(name, dates[i].name) == 0)
			date_format(dates[i].when, out);
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (strcmp(name, numbers[i].name) == 0)
			snprintf(out, VALUE, "%" PRIu64, numbers[i].n);
	}
	if (strcmp(name, "size") == 0)
		format_size(f->usage.octets, out);
}

static void
format_size(uint64_t octets, char out[VALUE])
{
	if (octets < 10 << 20)
		snprintf(out, VALUE, "%" PRIu64 " KiB", (octets + 1023) >> 10);
	else
		snprintf(out, VALUE, "%" PRIu64 " MiB", octets >> 20);
}

/* Nobody is told when it can not be delivered: it comes from nobody. */
static int
post(struct letter *l, const struct path *path, const char *id)
{
	struct envelope *e = envelope_new();
	int result = -1;

	if (e == NULL)
		return -1;
	e->arrived = time(NULL);
	e->body = BODY_7BIT;
	if (envelope_set(&e->proto, "local") == 0 &&
	    envelope_add_rcpt(e, path->mailbox, NOTIFY_NEVER, "") == 0 &&
	    draft_seal(&l->draft, e) == 0)
		result = draft_link(
		    &l->draft, &l->run->spool, path_domain(path), id);
	envelope_free(e);
	return result;
}

static int
put(struct letter *l, const char *s)
{
	size_t n = strlen(s);

	return n == 0 ? 0 : draft_write(&l->draft, s, n);
}
