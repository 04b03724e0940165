/* SPDX-License-Identifier: ISC */
/*
 * Tag-lists (RFC 6376 3.2), octet by octet.  libopendkim takes duplicates and
 * more; here is what it is not trusted to see.
 */
#include "taglist.h"

#include <string.h>
#include <strings.h>

enum { TAGS = 64 }; /* ours: RFC 6376 knows 13 */

static bool is_space(char);
static void trim(const char **, const char **);
static bool name_valid(const char *, size_t);
static bool value_valid(const char *, size_t);

/*
 *	v=1; a=rsa-sha256;
 *	    d=example.org
 */
bool
tag_next(const char **at, const char *end, struct tag *t)
{
	const char *start = *at, *stop, *equals;

	if (start >= end)
		return false;
	stop = memchr(start, ';', (size_t)(end - start));
	if (stop == NULL)
		stop = end;
	*at = stop == end ? end : stop + 1;
	trim(&start, &stop);
	if (start == stop && *at == end)
		return false; /* what follows the last semicolon */
	equals = memchr(start, '=', (size_t)(stop - start));
	*t = (struct tag){.name = start, .value = stop};
	if (equals == NULL)
		return true;
	t->value = equals + 1;
	trim(&start, &equals);
	trim(&t->value, &stop);
	t->name_len = (size_t)(equals - start);
	t->value_len = (size_t)(stop - t->value);
	t->valid = name_valid(t->name, t->name_len) &&
	    value_valid(t->value, t->value_len);
	return true;
}

bool
tag_is(const struct tag *t, const char *name)
{
	return t->name_len == strlen(name) &&
	    memcmp(t->name, name, t->name_len) == 0;
}

bool
tag_value_is(const struct tag *t, const char *value)
{
	return t->value_len == strlen(value) &&
	    strncasecmp(t->value, value, t->value_len) == 0;
}

bool
taglist_valid(const char *s, size_t n)
{
	struct tag seen[TAGS];
	const char *end = s + n;
	size_t count = 0;

	while (s < end) {
		struct tag t;

		if (!tag_next(&s, end, &t))
			break;
		if (!t.valid || count == TAGS)
			return false;
		for (size_t i = 0; i < count; i++) {
			if (seen[i].name_len == t.name_len &&
			    memcmp(seen[i].name, t.name, t.name_len) == 0)
				return false;
		}
		seen[count++] = t;
	}
	return count > 0;
}

bool
taglist_get(const char *s, size_t n, const char *name, struct tag *t)
{
	const char *end = s + n;

	while (tag_next(&s, end, t)) {
		if (tag_is(t, name))
			return true;
	}
	return false;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(const char **start, const char **stop)
{
	while (*start < *stop && is_space(**start))
		++*start;
	while (*start < *stop && is_space((*stop)[-1]))
		--*stop;
}

static bool
name_valid(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			continue;
		if (i == 0 || !((c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return n > 0;
}

static bool
value_valid(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((s[i] < 0x21 || s[i] > 0x7e) && !is_space(s[i]))
			return false;
	}
	return true;
}
