/* SPDX-License-Identifier: ISC */
/* mx.conf: what is accepted, printed and read again is the same; what is not
 * has a sentence. */
#include "conf.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

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
	int fd = memfd_create("conf", 0);
	char path[64], err[CONF_ERROR] = "";
	bool good;

	assert(fd != -1 && write(fd, text, n) == (ssize_t)n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	good = conf_load(c, path, err) == 0;
	close(fd);
	assert(good || strncmp(err, path, strlen(path)) == 0);
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
