/* SPDX-License-Identifier: ISC */
/* Which Authentication-Results fields bear our name, and what is cut out. */
#include "authres.h"

#include <stdlib.h>

#include "tap.h"

/* What stays of TEXT, pushed in pieces of STEP. */
static const char *
rest(const char *text, size_t step)
{
	static char out[8192];
	struct authres a;
	uint64_t at = 0, n;
	size_t size = strlen(text), len = 0;

	authres_init(&a, "mx.test");
	for (size_t i = 0; i < size; i += step)
		authres_push(&a, text + i, size - i < step ? size - i : step);
	authres_end(&a);
	while ((n = cuts_run(&a.cuts, &at, size)) > 0) {
		memcpy(out + len, text + at, n);
		len += n;
		at += n;
	}
	out[len] = '\0';
	if (len + cuts_octets(&a.cuts) != size)
		return "the sums differ";
	return out;
}

static void
cut(const char *field, bool whole)
{
	char text[4096], title[60];
	size_t n;

	snprintf(text, sizeof text, "A: b\r\n%s\r\nC: d\r\n\r\n", field);
	snprintf(title, sizeof title, "%s", field);
	while (title[n = strcspn(title, "\r\n")] != '\0')
		title[n] = ' ';
	is_str(rest(text, 1), whole ? "A: b\r\nC: d\r\n\r\n" : text, title);
	is_str(rest(text, 1), rest(text, 1000), "in pieces or not");
}

int
main(void)
{
	static const char many[] =
	    "Authentication-Results: mx.test; a\r\nx: y\r\n";
	char far[3000];
	struct authres a;

	cut("Authentication-Results: mx.test; spf=pass", true);
	cut("AUTHENTICATION-RESULTS:MX.Test;spf=pass", true);
	cut("Authentication-Results: mx.test. 1; spf=pass", true);
	cut("Authentication-Results: mx.test/1; spf=pass", true);
	cut("Authentication-Results : mx.test; none", true);
	cut("Authentication-Results: mx.test", true);
	cut("Authentication-Results:\r\n\tmx.test;\r\n\tspf=pass\r\n x", true);
	cut("Authentication-Results: (a (b) \\) c)\r\n (d)mx.test(e);", true);
	cut("Authentication-Results: \"mx\\.test\"; spf=pass", true);
	cut("Authentication-Results: \"mx.\r\n test\"; spf=pass", false);
	cut("Authentication-Results: mx.test.example; spf=pass", false);
	cut("Authentication-Results: a.mx.test; spf=pass", false);
	cut("Authentication-Results: other.test; x=mx.test", false);
	cut("Authentication-Results: (mx.test) other.test; x", false);
	cut("Authentication-Results: (mx.test; spf=pass", false);
	cut("Authentication-Results: ; mx.test", false);
	cut("Authentication-Results:", false);
	cut("ARC-Authentication-Results: mx.test; spf=pass", false);
	cut("Authentication-Result: mx.test; spf=pass", false);
	cut("Authentication-Results mx.test; spf=pass", false);
	cut("Subject: Authentication-Results: mx.test", false);
	cut("Subject: x\r\n Authentication-Results: mx.test", false);
	memset(far, 'x', sizeof far);
	memcpy(far, "Authentication-Results: (", 25);
	memcpy(far + 2900, ") mx.test;", 11);
	cut(far, true);
	is_str(rest("Authentication-Results: mx.test; a\r\n"
		    "Authentication-Results: mx.test; b\r\n",
		   1),
	    "", "two are one cut, and end with the header");
	authres_init(&a, "mx.test");
	for (int i = 0; i < CUTS; i++)
		authres_push(&a, many, sizeof many - 1);
	ok(a.cuts.n == CUTS && !a.too_many, "as many as there is room for");
	authres_push(&a, many, sizeof many - 1);
	ok(a.too_many, "and one more");
	return done();
}
