/* SPDX-License-Identifier: ISC */
/* What others wrote, printed: escapes, widths, JSON. */
#include "../../bin/mxq/text.h"

#include <stdlib.h>

#include "tap.h"

static void
plain(const char *s, bool utf8, const char *want)
{
	char out[256] = "";
	FILE *f = fmemopen(out, sizeof out, "w");

	text_print(f, s, utf8);
	fclose(f);
	is_str(out, want, want);
}

static void
column(const char *s, unsigned columns, bool pad, const char *want)
{
	char out[256] = "";
	FILE *f = fmemopen(out, sizeof out, "w");

	text_print_column(f, s, true, columns, pad);
	fclose(f);
	is_str(out, want, want);
}

static void
json(const char *s, const char *want)
{
	char out[256] = "";
	FILE *f = fmemopen(out, sizeof out, "w");

	text_print_json(f, s);
	fclose(f);
	is_str(out, want, want);
}

int
main(void)
{
	plain("a b", true, "a b");
	plain("\033[2J\r\n\t\177", true, "\\x1b[2J\\x0d\\x0a\\x09\\x7f");
	plain("a\\b", true, "a\\\\b");
	plain("\303\251", true, "\303\251");
	plain("\303\251", false, "\\xc3\\xa9");
	plain("\302\233m", true, "\\xc2\\x9bm");
	plain("\342\200\256x", true, "\\xe2\\x80\\xaex");
	plain("\300\257\377", true, "\\xc0\\xaf\\xff");
	plain("\355\240\200", true, "\\xed\\xa0\\x80");
	plain("\364\220\200\200", true, "\\xf4\\x90\\x80\\x80");
	plain("\303", true, "\\xc3");
	column("abcdef", 6, true, "abcdef");
	column("abcdefg", 6, true, "abcde+");
	column("abc", 6, true, "abc   ");
	column("\303\251\303\251\303\251", 2, true, "\303\251+");
	column("ab\033", 5, true, "ab+  ");
	json("a\"b\\c", "\"a\\\"b\\\\c\"");
	json("\n\033\302\205", "\"\\u000a\\u001b\\u0085\"");
	json("\377\303\251", "\"\\ufffd\303\251\"");
	json("\363\240\200\201", "\"\\udb40\\udc01\"");
	return done();
}
