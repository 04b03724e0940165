/* SPDX-License-Identifier: ISC */
#include "bodylen.h"

static void octet(struct bodylen *, char);
static void line_end(struct bodylen *);

void
bodylen_init(struct bodylen *b)
{
	*b = (struct bodylen){.simple = 0};
}

void
bodylen_push(struct bodylen *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (b->cr) {
			b->cr = false;
			if (s[i] == '\n') {
				line_end(b);
				continue;
			}
			octet(b, '\r');
		}
		if (s[i] == '\r')
			b->cr = true;
		else
			octet(b, s[i]);
	}
}

/* Empty lines at the end are as if they were not there; a body that is not
 * empty ends its last line. */
void
bodylen_end(struct bodylen *b)
{
	if (b->cr)
		octet(b, '\r');
	b->simple += 2;
	if (b->relaxed > 0)
		b->relaxed += 2;
}

static void
octet(struct bodylen *b, char c)
{
	b->simple += b->empty_simple + 1;
	b->empty_simple = 0;
	if (c == ' ' || c == '\t') {
		b->space = true;
		return;
	}
	b->relaxed += b->empty_relaxed + b->space + 1;
	b->empty_relaxed = 0;
	b->space = false;
}

static void
line_end(struct bodylen *b)
{
	b->empty_simple += 2;
	b->empty_relaxed += 2;
	b->space = false;
}
