/* SPDX-License-Identifier: ISC */
#include "arc.h"

#include <string.h>
#include <strings.h>

static unsigned *slot(struct arc *, const struct arc_field *, unsigned i);
static bool is_named(const struct arc_field *, const char *);
static bool is_one_of_ours(const struct arc_field *);
static bool read_instance(const struct arc_field *, struct tag *);
static bool cv_is(const struct arc *, unsigned i, const char *);
static void wrong(struct arc *, const char *);

void
arc_init(struct arc *a)
{
	memset(a, 0, offsetof(struct arc, field));
}

void
arc_push(struct arc *a, const char *text, size_t n)
{
	struct arc_field *f;
	unsigned i, *at;
	struct tag t;

	if (a->fields == ARC_FIELDS) {
		a->overflow = true;
		return;
	}
	f = &a->field[++a->fields];
	if (!arc_field_parse(f, text, n) || !is_one_of_ours(f))
		return;
	a->found = true;
	if (!read_instance(f, &t) || (i = arc_instance(&t)) == 0) {
		wrong(a, "a field has no valid instance");
		return;
	}
	at = slot(a, f, i);
	if (*at != 0)
		wrong(a, "an instance has a field twice");
	*at = a->fields;
	if (i > a->n)
		a->n = i;
}

bool
arc_is_chain(struct arc *a)
{
	if (a->overflow)
		wrong(a, "there are too many header fields");
	if (arc_has_failed(a))
		wrong(a, "it had failed before");
	for (unsigned i = 1; i <= a->n && a->wrong == NULL; i++) {
		const struct arc_set *s = &a->set[i];

		if (s->results == 0 || s->message == 0 || s->seal == 0)
			wrong(a, "an instance lacks a field");
		else if (!cv_is(a, i, i == 1 ? "none" : "pass"))
			wrong(a, "a seal has the wrong cv=");
	}
	return a->n > 0 && a->wrong == NULL;
}

bool
arc_has_failed(const struct arc *a)
{
	return a->n > 0 && a->set[a->n].seal != 0 && cv_is(a, a->n, "fail");
}

bool
arc_tag(const struct arc *a, unsigned field, const char *name, struct tag *t)
{
	const struct arc_field *f = &a->field[field];

	return taglist_get(f->text + f->body, f->len - f->body, name, t);
}

unsigned
arc_instance(const struct tag *t)
{
	unsigned i = 0;

	if (t->value_len == 0 || t->value_len > 2)
		return 0;
	for (size_t at = 0; at < t->value_len; at++) {
		if (t->value[at] < '0' || t->value[at] > '9')
			return 0;
		i = 10 * i + (unsigned)(t->value[at] - '0');
	}
	return i <= ARC_SETS ? i : 0;
}

/*
 *	ARC-Seal: i=1; a=rsa-sha256; …
 */
bool
arc_field_parse(struct arc_field *f, const char *text, size_t n)
{
	const char *colon = memchr(text, ':', n);

	*f = (struct arc_field){.text = text, .len = n, .body = n + 1};
	if (colon == NULL)
		return false;
	f->name = (size_t)(colon - text);
	f->body = f->name + 1;
	while (f->name > 0 && strchr(" \t\r\n", text[f->name - 1]) != NULL)
		f->name--;
	return f->name > 0;
}

static unsigned *
slot(struct arc *a, const struct arc_field *f, unsigned i)
{
	struct arc_set *s = &a->set[i];

	if (is_named(f, "arc-seal"))
		return &s->seal;
	return is_named(f, "arc-message-signature") ? &s->message : &s->results;
}

static bool
is_named(const struct arc_field *f, const char *name)
{
	return f->name == strlen(name) &&
	    strncasecmp(f->text, name, f->name) == 0;
}

static bool
is_one_of_ours(const struct arc_field *f)
{
	return is_named(f, "arc-seal") ||
	    is_named(f, "arc-message-signature") ||
	    is_named(f, "arc-authentication-results");
}

/* Of the results it is in front, and the rest is no tag-list (4.1.1). */
static bool
read_instance(const struct arc_field *f, struct tag *t)
{
	const char *at = f->text + f->body, *end = f->text + f->len;
	size_t n = (size_t)(end - at);

	if (is_named(f, "arc-authentication-results"))
		return tag_next(&at, end, t) && t->valid && tag_is(t, "i");
	return taglist_valid(at, n) && taglist_get(at, n, "i", t);
}

static bool
cv_is(const struct arc *a, unsigned i, const char *value)
{
	struct tag t;

	return arc_tag(a, a->set[i].seal, "cv", &t) && tag_value_is(&t, value);
}

static void
wrong(struct arc *a, const char *why)
{
	if (a->wrong == NULL)
		a->wrong = why;
}
