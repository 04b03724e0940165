/* SPDX-License-Identifier: ISC */
/* What the signatures of a chain are about (RFC 8617 5.1; RFC 6376 3.7). */
#include <string.h>
#include <strings.h>

#include "arc.h"

struct names { /* of h=, between AT and END */
	const char *at, *end;
};

static void put_field(const struct arc_field *, bool relaxed, struct canon *);
static bool next_name(struct names *, const char **, size_t *);
static unsigned find_above(
    const struct arc *, const char *, size_t, const bool *used);

bool
arc_message_octets(const struct arc *a, unsigned field, struct canon *c)
{
	bool used[ARC_FIELDS + 1] = {false}, relaxed = false;
	unsigned count = 0, at;
	struct names names;
	const char *name;
	struct tag t;
	size_t n;

	if (arc_tag(a, field, "c", &t))
		relaxed =
		    t.value_len >= 7 && strncasecmp(t.value, "relaxed", 7) == 0;
	if (!arc_tag(a, field, "h", &t))
		return false;
	names = (struct names){t.value, t.value + t.value_len};
	while (next_name(&names, &name, &n)) {
		if (++count > ARC_NAMES ||
		    (n == 8 && strncasecmp(name, "arc-seal", n) == 0))
			return false;
		at = find_above(a, name, n, used);
		used[at] = true;
		/* its own field comes last, and once */
		if (at == 0 || at == field)
			continue;
		put_field(&a->field[at], relaxed, c);
		canon_octets(c, "\r\n", 2);
	}
	arc_unsigned_octets(&a->field[field], relaxed, c);
	canon_end(c);
	return true;
}

void
arc_seal_octets(const struct arc *a, unsigned from, unsigned i, struct canon *c)
{
	for (unsigned k = from; k <= i; k++) {
		const struct arc_set *s = &a->set[k];

		put_field(&a->field[s->results], true, c);
		canon_octets(c, "\r\n", 2);
		put_field(&a->field[s->message], true, c);
		canon_octets(c, "\r\n", 2);
		if (k == i)
			break;
		put_field(&a->field[s->seal], true, c);
		canon_octets(c, "\r\n", 2);
	}
	arc_unsigned_octets(&a->field[a->set[i].seal], true, c);
	canon_end(c);
}

void
arc_unsigned_octets(const struct arc_field *f, bool relaxed, struct canon *c)
{
	struct canon_field out = {.text = f->text, .len = f->len};
	const char *end = f->text + f->len, *stop, *start;
	struct tag b;

	if (taglist_get(f->text + f->body, f->len - f->body, "b", &b)) {
		/* the white space around a value goes with it */
		for (start = b.value; start[-1] != '=';)
			start--;
		for (stop = b.value + b.value_len; stop < end && *stop != ';';)
			stop++;
		out.hole = (size_t)(start - f->text);
		out.hole_len = (size_t)(stop - start);
	}
	canon_field(c, &out, relaxed);
}

static void
put_field(const struct arc_field *f, bool relaxed, struct canon *c)
{
	canon_field(
	    c, &(struct canon_field){.text = f->text, .len = f->len}, relaxed);
}

/*
 *	from : to:\r\n\tsubject
 */
static bool
next_name(struct names *names, const char **name, size_t *n)
{
	const char *stop;

	if (names->at >= names->end)
		return false;
	stop = memchr(names->at, ':', (size_t)(names->end - names->at));
	if (stop == NULL)
		stop = names->end;
	*name = names->at;
	names->at = stop < names->end ? stop + 1 : stop;
	while (*name < stop && strchr(" \t\r\n", **name) != NULL)
		++*name;
	while (stop > *name && strchr(" \t\r\n", stop[-1]) != NULL)
		stop--;
	*n = (size_t)(stop - *name);
	return true;
}

/* From the last field upwards (RFC 6376 5.4.2); 0: none is left. */
static unsigned
find_above(const struct arc *a, const char *name, size_t n, const bool *used)
{
	for (unsigned i = a->fields; i > 0 && n > 0; i--) {
		const struct arc_field *f = &a->field[i];

		if (!used[i] && f->name == n &&
		    strncasecmp(f->text, name, n) == 0)
			return i;
	}
	return 0;
}
