/* SPDX-License-Identifier: ISC */
/*
 *	Authentication-Results: (see 8601) "mx.test" 1 (v); spf=pass …
 *
 * As far as the authserv-id, octet by octet; comments nest, are skipped, and
 * may be of any length.
 */
#include "authres.h"

#include <ctype.h>
#include <string.h>

#include "domain.h"

enum state {
	OTHER, /* another field, or all is known of this */
	NAME,
	COLON, /* behind the name; blanks are obsolete syntax (RFC 5322 4.5) */
	BEFORE,
	COMMENT,
	QUOTED,
	TOKEN
};

static const char name[] = "authentication-results";

static void step(struct authres *, int);
static int step_name(struct authres *, int);
static int step_before(struct authres *, int);
static int step_comment(struct authres *, int);
static int step_quoted(struct authres *, int);
static int step_token(struct authres *, int);
static void collect(struct authres *, int);
static int judge(struct authres *);
static bool is_blank(int);

void
authres_init(struct authres *a, const char *own)
{
	memset(a, 0, sizeof *a);
	strlcpy(a->own, own, sizeof a->own);
	a->line_start = true;
}

void
authres_push(struct authres *a, const char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)octets[i];

		if (a->line_start && c != ' ' && c != '\t') {
			authres_end(a);
			a->start = a->at;
			a->state = NAME;
			a->len = 0;
		}
		step(a, c);
		a->line_start = c == '\n';
		a->at++;
	}
}

void
authres_end(struct authres *a)
{
	if (a->state == TOKEN)
		judge(a);
	if (a->ours && !cuts_add(&a->cuts, a->start, a->at - a->start))
		a->too_many = true;
	a->ours = a->escaped = false;
	a->state = OTHER;
}

static void
step(struct authres *a, int c)
{
	switch (a->state) {
	case NAME:
		a->state = step_name(a, c);
		break;
	case COLON:
		if (c != ' ' && c != '\t')
			a->state = c == ':' ? BEFORE : OTHER;
		break;
	case BEFORE:
		a->state = step_before(a, c);
		break;
	case COMMENT:
		a->state = step_comment(a, c);
		break;
	case QUOTED:
		a->state = step_quoted(a, c);
		break;
	case TOKEN:
		a->state = step_token(a, c);
		break;
	default:
		break;
	}
}

static int
step_name(struct authres *a, int c)
{
	if (a->len == sizeof name - 1) {
		a->len = 0;
		if (c == ' ' || c == '\t')
			return COLON;
		return c == ':' ? BEFORE : OTHER;
	}
	return tolower(c) == name[a->len++] ? NAME : OTHER;
}

static int
step_before(struct authres *a, int c)
{
	a->len = 0;
	if (is_blank(c))
		return BEFORE;
	if (c == '(') {
		a->depth = 1;
		return COMMENT;
	}
	if (c == '"')
		return QUOTED;
	return step_token(a, c);
}

static int
step_comment(struct authres *a, int c)
{
	if (a->escaped)
		a->escaped = false;
	else if (c == '\\')
		a->escaped = true;
	else if (c == '(')
		a->depth++;
	else if (c == ')' && --a->depth == 0)
		return BEFORE;
	return COMMENT;
}

static int
step_quoted(struct authres *a, int c)
{
	if (!a->escaped && c == '"')
		return judge(a);
	if (!a->escaped && c == '\\') {
		a->escaped = true;
		return QUOTED;
	}
	a->escaped = false;
	if (c != '\r' && c != '\n')
		collect(a, c);
	return QUOTED;
}

static int
step_token(struct authres *a, int c)
{
	if (is_blank(c) || c == ';' || c == '(' || c == '/')
		return judge(a);
	collect(a, c);
	return TOKEN;
}

/* What is too long for a name stays so. */
static void
collect(struct authres *a, int c)
{
	if (a->len < sizeof a->word)
		a->word[a->len++] = (char)c;
}

static int
judge(struct authres *a)
{
	char id[DOMAIN_LEN + 1];

	a->ours = domain_normal(a->word, a->len, id) && strcmp(id, a->own) == 0;
	return OTHER;
}

static bool
is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
