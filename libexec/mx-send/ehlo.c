/* SPDX-License-Identifier: ISC */
/*
 * Service extensions, one keyword a line (RFC 5321 4.1.1.1):
 *
 *	250-mx.example.net
 *	250-SIZE 1073741824
 *	250-XFORWARD NAME ADDR PROTO HELO IDENT SOURCE
 *	250 LIMITS RCPTMAX=100 MAILMAX=20
 */
#include "ehlo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE = 512 };

struct keyword {
	const char *name;
	size_t offset; /* of its bool */
};

static const struct keyword keywords[] = {
    {"PIPELINING", offsetof(struct ehlo, pipelining)},
    {"8BITMIME", offsetof(struct ehlo, eightbit)},
    {"SMTPUTF8", offsetof(struct ehlo, smtputf8)},
    {"CHUNKING", offsetof(struct ehlo, chunking)},
    {"DSN", offsetof(struct ehlo, dsn)},
    {"ENHANCEDSTATUSCODES", offsetof(struct ehlo, enhanced)},
    {"STARTTLS", offsetof(struct ehlo, starttls)},
    {"REQUIRETLS", offsetof(struct ehlo, requiretls)},
    {"SIZE", offsetof(struct ehlo, size)},
};

static void set_name(struct ehlo *, const char *);
static void set_size(struct ehlo *, const char *);
static unsigned attributes(char *);
static void set_limits(struct ehlo *, char *);
static unsigned limit_value(const char *);
static void append(char *, size_t, const char *);

void
ehlo_line(struct ehlo *e, bool first, const char *text, size_t n)
{
	char line[LINE], *rest = line, *word;

	if (n >= sizeof line || memchr(text, '\0', n) != NULL)
		return;
	memcpy(line, text, n);
	line[n] = '\0';
	if ((word = strsep(&rest, " ")) == NULL)
		return;
	if (first) {
		set_name(e, word);
		return;
	}
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		if (strcasecmp(word, keywords[i].name) == 0)
			*((bool *)((char *)e + keywords[i].offset)) = true;
	}
	if (rest != NULL && strcasecmp(word, "SIZE") == 0)
		set_size(e, rest);
	if (rest != NULL && strcasecmp(word, "LIMITS") == 0)
		set_limits(e, rest);
	if (rest != NULL && strcasecmp(word, "XCLIENT") == 0)
		e->xclient = attributes(rest);
	if (rest != NULL && strcasecmp(word, "XFORWARD") == 0)
		e->xforward = attributes(rest);
}

void
ehlo_format(const struct ehlo *e, char *out, size_t size)
{
	char text[64];

	*out = '\0';
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		if (!*((const bool *)((const char *)e + keywords[i].offset)))
			continue;
		append(out, size, keywords[i].name);
		if (strcmp(keywords[i].name, "SIZE") == 0 && e->size_limit) {
			snprintf(text, sizeof text, "=%" PRIu64, e->size_limit);
			strlcat(out, text, size);
		}
	}
	if (e->xclient != 0)
		append(out, size, "XCLIENT");
	if (e->xforward != 0)
		append(out, size, "XFORWARD");
	if (e->rcpt_max > 0) {
		snprintf(text, sizeof text, "RCPTMAX=%u", e->rcpt_max);
		append(out, size, text);
	}
	if (e->mail_max > 0) {
		snprintf(text, sizeof text, "MAILMAX=%u", e->mail_max);
		append(out, size, text);
	}
}

static void
set_name(struct ehlo *e, const char *word)
{
	if (strlcpy(e->name, word, sizeof e->name) >= sizeof e->name)
		*e->name = '\0';
}

/* RFC 1870 3: up to 20 digits; 0, or nothing, is no fixed maximum. */
static void
set_size(struct ehlo *e, const char *digits)
{
	const char *wrong;

	e->size_limit = (uint64_t)strtonum(digits, 0, INT64_MAX, &wrong);
}

/* RFC 9422 3: NAME=VALUE parted by blanks, unknown names ignored. */
static void
set_limits(struct ehlo *e, char *rest)
{
	char *word;

	while ((word = strsep(&rest, " ")) != NULL) {
		if (strncasecmp(word, "RCPTMAX=", 8) == 0)
			e->rcpt_max = limit_value(word + 8);
		if (strncasecmp(word, "MAILMAX=", 8) == 0)
			e->mail_max = limit_value(word + 8);
	}
}

/* RFC 9422 3: 1 to 6 digits, not 0. */
static unsigned
limit_value(const char *digits)
{
	const char *wrong;

	return (unsigned)strtonum(digits, 1, 999999, &wrong);
}

static unsigned
attributes(char *rest)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {
	    {"NAME", ATTRIBUTE_NAME},
	    {"ADDR", ATTRIBUTE_ADDR},
	    {"PROTO", ATTRIBUTE_PROTO},
	    {"HELO", ATTRIBUTE_HELO},
	    {"IDENT", ATTRIBUTE_IDENT},
	    {"SOURCE", ATTRIBUTE_SOURCE},
	};
	unsigned found = 0;
	char *word;

	while ((word = strsep(&rest, " ")) != NULL) {
		for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
			if (strcasecmp(word, known[i].name) == 0)
				found |= known[i].bit;
		}
	}
	/* without an address nothing is told */
	return (found & ATTRIBUTE_ADDR) != 0 ? found : 0;
}

static void
append(char *out, size_t size, const char *word)
{
	if (*out != '\0')
		strlcat(out, ",", size);
	strlcat(out, word, size);
}
