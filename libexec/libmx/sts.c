/* SPDX-License-Identifier: ISC */
/*
 * The grammars of RFC 8461 3.1 and 3.2:
 *
 *	v=STSv1; id=20160831085700Z;
 *
 *	version: STSv1
 *	mode: enforce
 *	mx: mail.example.com
 *	mx: *.example.net
 *	max_age: 604800
 */
#include "sts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"

enum { NAME_MAX_LEN = 32, AGE_DIGITS = 10 };

const char *const sts_mode_name[] = {"none", "testing", "enforce"};

struct span {
	const char *at, *end;
};

struct field {
	struct span name, value;
};

struct seen { /* of fields of which the first counts */
	bool version, mode, max_age;
};

static bool next_part(struct span *, struct span *);
static bool set_id(struct span, char[STS_ID + 1]);
static bool next_line(struct span *, struct span *);
static bool split(struct span, struct field *);
static bool set_field(struct sts_policy *, struct seen *, const struct field *);
static bool set_mode(enum sts_mode *, struct span);
static bool set_age(unsigned *, struct span);
static bool add_mx(struct sts_policy *, struct span);
static bool is_name(struct span);
static bool is_record_value(struct span);
static bool is(struct span, const char *);
static size_t length(struct span);
static void trim(struct span *);

bool
sts_record_is_meant(const char *s, size_t n)
{
	struct span all = {s, s + n}, part;

	return n > 0 && *s == 'v' && next_part(&all, &part) &&
	    is(part, "v=STSv1");
}

bool
sts_record_parse(const char *s, size_t n, char id[STS_ID + 1])
{
	struct span all = {s, s + n}, part;

	id[0] = '\0';
	if (!sts_record_is_meant(s, n))
		return false;
	next_part(&all, &part); /* the version */
	while (next_part(&all, &part)) {
		if (length(part) == 0 && length(all) == 0)
			break; /* the last delimiter may stand alone */
		if (!set_id(part, id))
			return false;
	}
	return *id != '\0';
}

bool
sts_policy_parse(struct sts_policy *p, const char *s, size_t n)
{
	struct span all = {s, s + n}, line;
	struct seen seen = {false, false, false};
	struct field f;

	*p = (struct sts_policy){.mode = STS_NONE};
	if (n > STS_BODY || memchr(s, '\0', n) != NULL)
		return false;
	while (next_line(&all, &line)) {
		if (!split(line, &f) || !set_field(p, &seen, &f))
			return false;
	}
	return seen.version && seen.mode && seen.max_age &&
	    (p->mode == STS_NONE || p->n > 0);
}

void
sts_policy_format(const struct sts_policy *p, char out[STS_TEXT])
{
	size_t at = (size_t)snprintf(out, STS_TEXT,
	    "version: STSv1\nmode: %s\nmax_age: %u\n", sts_mode_name[p->mode],
	    p->max_age);

	for (size_t i = 0; i < p->n; i++)
		at += (size_t)snprintf(
		    out + at, STS_TEXT - at, "mx: %s\n", p->mx[i]);
}

/* A wildcard stands for one label, the leftmost. */
bool
sts_policy_allows(const struct sts_policy *p, const char *host)
{
	const char *dot = strchr(host, '.');

	for (size_t i = 0; i < p->n; i++) {
		const char *mx = p->mx[i];

		if (*mx == '*'
			? dot != NULL && dot > host && strcmp(mx + 1, dot) == 0
			: strcmp(mx, host) == 0)
			return true;
	}
	return false;
}

/* What is before the next semicolon, without blanks around it. */
static bool
next_part(struct span *all, struct span *part)
{
	const char *semicolon;

	if (all->at == all->end)
		return false;
	semicolon = memchr(all->at, ';', length(*all));
	*part = (struct span){all->at, semicolon ? semicolon : all->end};
	all->at = semicolon ? semicolon + 1 : all->end;
	trim(part);
	return true;
}

/* The first id counts; what else there may be is for later versions. */
static bool
set_id(struct span part, char id[STS_ID + 1])
{
	const char *equals = memchr(part.at, '=', length(part));
	struct span name, value;

	if (equals == NULL)
		return false;
	name = (struct span){part.at, equals};
	value = (struct span){equals + 1, part.end};
	if (!is_name(name) || !is_record_value(value))
		return false;
	if (!is(name, "id") || *id != '\0')
		return true;
	for (const char *p = value.at; p < value.end; p++) {
		if (!isalnum((unsigned char)*p))
			return false;
	}
	if (length(value) > STS_ID)
		return false;
	memcpy(id, value.at, length(value));
	id[length(value)] = '\0';
	return true;
}

/* Lines end with LF or CR LF; the last may end with the text. */
static bool
next_line(struct span *all, struct span *line)
{
	const char *lf;

	if (all->at == all->end)
		return false;
	lf = memchr(all->at, '\n', length(*all));
	line->at = all->at;
	line->end = lf ? lf : all->end;
	all->at = lf ? lf + 1 : all->end;
	if (lf != NULL && line->end > line->at && line->end[-1] == '\r')
		line->end--;
	return true;
}

static bool
split(struct span line, struct field *f)
{
	const char *colon = memchr(line.at, ':', length(line));

	if (colon == NULL)
		return false;
	f->name = (struct span){line.at, colon};
	f->value = (struct span){colon + 1, line.end};
	trim(&f->value);
	for (const char *p = f->value.at; p < f->value.end; p++) {
		unsigned char c = (unsigned char)*p;

		if (iscntrl(c) || c == 0x7f)
			return false;
	}
	return is_name(f->name);
}

/* Unknown fields are for later versions. */
static bool
set_field(struct sts_policy *p, struct seen *seen, const struct field *f)
{
	bool *once = NULL;

	if (is(f->name, "mx"))
		return add_mx(p, f->value);
	if (is(f->name, "version"))
		once = &seen->version;
	else if (is(f->name, "mode"))
		once = &seen->mode;
	else if (is(f->name, "max_age"))
		once = &seen->max_age;
	if (once == NULL || *once)
		return true;
	*once = true;
	if (once == &seen->version)
		return is(f->value, "STSv1");
	return once == &seen->mode ? set_mode(&p->mode, f->value)
				   : set_age(&p->max_age, f->value);
}

static bool
set_mode(enum sts_mode *mode, struct span value)
{
	for (unsigned i = STS_NONE; i <= STS_ENFORCE; i++) {
		if (is(value, sts_mode_name[i])) {
			*mode = (enum sts_mode)i;
			return true;
		}
	}
	return false;
}

/* What is longer than a year is a year. */
static bool
set_age(unsigned *age, struct span value)
{
	unsigned long long n = 0;

	if (length(value) == 0 || length(value) > AGE_DIGITS)
		return false;
	for (const char *p = value.at; p < value.end; p++) {
		if (!isdigit((unsigned char)*p))
			return false;
		n = n * 10 + (unsigned)(*p - '0');
	}
	*age = n > STS_AGE_MAX ? STS_AGE_MAX : (unsigned)n;
	return true;
}

static bool
add_mx(struct sts_policy *p, struct span value)
{
	bool any = length(value) > 2 && memcmp(value.at, "*.", 2) == 0;
	char name[DOMAIN_LEN + 1];

	if (any)
		value.at += 2;
	for (const char *c = value.at; c < value.end; c++) {
		if (!isascii((unsigned char)*c))
			return false;
	}
	if (p->n == STS_MX || length(value) == 0 || value.end[-1] == '.' ||
	    !domain_normal(value.at, length(value), name))
		return false;
	snprintf(p->mx[p->n++], sizeof p->mx[0], "%s%s", any ? "*." : "", name);
	return true;
}

/* Letters and digits; behind the first, also "_-." */
static bool
is_name(struct span s)
{
	if (length(s) == 0 || length(s) > NAME_MAX_LEN ||
	    !isalnum((unsigned char)*s.at))
		return false;
	for (const char *p = s.at; p < s.end; p++) {
		if (!isalnum((unsigned char)*p) && strchr("_-.", *p) == NULL)
			return false;
	}
	return true;
}

/* Printable, without "=" and ";" */
static bool
is_record_value(struct span s)
{
	for (const char *p = s.at; p < s.end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c <= ' ' || c >= 0x7f || c == '=')
			return false;
	}
	return s.at < s.end;
}

static bool
is(struct span s, const char *text)
{
	return length(s) == strlen(text) && memcmp(s.at, text, length(s)) == 0;
}

static size_t
length(struct span s)
{
	return (size_t)(s.end - s.at);
}

static void
trim(struct span *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
	while (s->at < s->end && (s->end[-1] == ' ' || s->end[-1] == '\t'))
		s->end--;
}
