/* SPDX-License-Identifier: ISC */
/*
 * Lists of "name=value;" as DKIM-Signature, key records and DMARC records have
 * them (RFC 6376 3.2).
 */
#ifndef TAGLIST_H
#define TAGLIST_H

#include <stdbool.h>
#include <stddef.h>

struct tag {
	const char *name, *value; /* without white space around */
	size_t name_len, value_len;
	bool valid; /* its syntax is right */
};

/* The next tag of those between *AT and END; false at the end. */
bool tag_next(const char **at, const char *end, struct tag *);
bool tag_is(const struct tag *, const char *name);
/* The value without regard to case. */
bool tag_value_is(const struct tag *, const char *value);

/* Every tag is valid and no name comes twice. */
bool taglist_valid(const char *s, size_t n);
/* The first tag of that name. */
bool taglist_get(const char *s, size_t n, const char *name, struct tag *);

#endif
