/* SPDX-License-Identifier: ISC */
/*
 * TAP for unit tests: ok(), is_str(), is_int(), and done() as main's result.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned tap_run, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool
ok(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %u - ", good ? "" : "not ", ++tap_run);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	tap_failed += !good;
	return good;
}

__attribute__((unused)) static bool
is_str(const char *got, const char *want, const char *name)
{
	bool same = got && want ? strcmp(got, want) == 0 : got == want;

	ok(same, "%s", name);
	if (!same)
		printf("# got  <%s>\n# want <%s>\n", got ? got : "(null)",
		    want ? want : "(null)");
	return same;
}

__attribute__((unused)) static bool
is_int(long long got, long long want, const char *name)
{
	ok(got == want, "%s", name);
	if (got != want)
		printf("# got %lld, want %lld\n", got, want);
	return got == want;
}

__attribute__((unused)) static int
done(void)
{
	printf("1..%u\n", tap_run);
	return tap_failed != 0;
}

#endif
