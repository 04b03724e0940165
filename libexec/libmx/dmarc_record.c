/* SPDX-License-Identifier: ISC */
/*
 * DMARC policy records (RFC 9989 4.7, 4.8, 4.10.1).
 *
 *	v=DMARC1; p=reject; sp=none; adkim=s; rua=mailto:d@example.org
 *
 * What is wrong in a tag is as if the tag was not there, but for p, sp and np.
 * A tag that comes twice is wrong.
 */
#include "dmarc_record.h"

#include <string.h>
#include <strings.h>

#include "taglist.h"

struct list { /* what comes behind the version */
	const char *text;
	size_t n;
};

static bool find_tag(const struct list *, const char *, struct tag *);
static bool find_policy(
    const struct list *, const char *, enum dmarc_policy *, bool *);
static bool is_value(const struct list *, const char *, const char *);
static bool has_report_uri(const struct list *);
static bool is_uri(const char *, size_t);

bool
dmarc_record_parse(struct dmarc_record *r, const char *text, size_t n)
{
	const char *at = text, *end = text + n;
	bool bad = false, has_p, has_sp;
	struct list l;
	struct tag v;

	*r = (struct dmarc_record){.applies = true};
	if (n == 0 || !tag_next(&at, end, &v) || v.name_len != 1 ||
	    (*v.name != 'v' && *v.name != 'V') || v.value_len != 6 ||
	    memcmp(v.value, "DMARC1", 6) != 0)
		return false;
	l = (struct list){.text = at, .n = (size_t)(end - at)};
	has_p = find_policy(&l, "p", &r->p, &bad);
	has_sp = find_policy(&l, "sp", &r->sp, &bad);
	r->has_np = find_policy(&l, "np", &r->np, &bad);
	if (bad) {
		r->p = r->sp = r->np = DMARC_POLICY_NONE;
		r->applies = has_report_uri(&l);
	} else {
		if (!has_p)
			r->p = DMARC_POLICY_NONE;
		if (!has_sp)
			r->sp = r->p;
		if (!r->has_np)
			r->np = r->sp;
	}
	r->strict_dkim = is_value(&l, "adkim", "s");
	r->strict_spf = is_value(&l, "aspf", "s");
	r->testing = is_value(&l, "t", "y");
	if (is_value(&l, "psd", "y"))
		r->psd = PSD_YES;
	else if (is_value(&l, "psd", "n"))
		r->psd = PSD_NO;
	return true;
}

/* The tag of that name; valid only when it is there once. */
static bool
find_tag(const struct list *l, const char *name, struct tag *out)
{
	const char *at = l->text, *end = at + l->n;
	struct tag t;
	bool found = false;

	while (tag_next(&at, end, &t)) {
		if (t.name_len != strlen(name) ||
		    strncasecmp(t.name, name, t.name_len) != 0)
			continue;
		t.valid &= !found;
		*out = t;
		found = true;
	}
	return found;
}

/* Sets *BAD if there is such a tag and its value is none. */
static bool
find_policy(
    const struct list *l, const char *name, enum dmarc_policy *out, bool *bad)
{
	struct tag t;

	if (!find_tag(l, name, &t))
		return false;
	for (int i = 0; t.valid && i < DMARC_POLICIES; i++) {
		if (tag_value_is(&t, dmarc_policy_name[i])) {
			*out = (enum dmarc_policy)i;
			return true;
		}
	}
	*bad = true;
	return false;
}

static bool
is_value(const struct list *l, const char *name, const char *value)
{
	struct tag t;

	return find_tag(l, name, &t) && t.valid && tag_value_is(&t, value);
}

/* "rua=mailto:a@example.org,https://example.org/r" */
static bool
has_report_uri(const struct list *l)
{
	struct tag t;
	const char *at, *end;

	if (!find_tag(l, "rua", &t) || !t.valid)
		return false;
	at = t.value;
	end = at + t.value_len;
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));

		if (comma == NULL)
			comma = end;
		if (is_uri(at, (size_t)(comma - at)))
			return true;
		at = comma + 1;
	}
	return false;
}

/* scheme ":" and something (RFC 3986 3). */
static bool
is_uri(const char *s, size_t n)
{
	const char *end = s + n, *start;

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	for (start = s; s < end && *s != ':'; s++) {
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			(s > start &&
			    ((*s >= '0' && *s <= '9') || *s == '+' ||
				*s == '-' || *s == '.'))))
			return false;
	}
	return s > start && s + 1 < end && s[1] != ' ';
}
