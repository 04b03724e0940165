/* SPDX-License-Identifier: ISC */
/* mx.conf: what is accepted, printed and read again is the same; what is not
 * has a sentence. */
#include "conf.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

FILE *__real_fopen(const char *, const char *);
FILE *__wrap_fopen(const char *, const char *);
int __wrap_gethostname(char *, size_t);

static const char name[] = "mx.conf";
static struct {
	const char *text;
	size_t n;
} file;

/* The one file is in memory (-Wl,--wrap). */
FILE *
__wrap_fopen(const char *path, const char *mode)
{
	if (path != name)
		return __real_fopen(path, mode);
	return fmemopen((void *)(uintptr_t)file.text, file.n, "r");
}

int
__wrap_gethostname(char *out, size_t n)
{
	snprintf(out, n, "mx.test");
	return 0;
}

static char *
print(const struct conf *c)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	conf_print(c, f);
	fclose(f);
	return text;
}

static bool
load(struct conf *c, const char *text, size_t n)
{
	char err[CONF_ERROR] = "";
	bool good;

	file.text = text;
	file.n = n;
	good = conf_load(c, name, err) == 0;
	assert(good || strncmp(err, name, strlen(name)) == 0);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf c, d;
	char *once, *twice;

	if (!load(&c, (const char *)data, size))
		return 0;
	once = print(&c);
	assert(load(&d, once, strlen(once)));
	twice = print(&d);
	assert(strcmp(once, twice) == 0);
	free(once);
	free(twice);
	return 0;
}
