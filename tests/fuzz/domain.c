/* SPDX-License-Identifier: ISC */
/* Names: the inner form is its own inner form, and only letters, digits,
 * hyphens and dots. */
#include "domain.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	char out[DOMAIN_LEN + 1], again[DOMAIN_LEN + 1];

	if (!domain_normal((const char *)data, size, out))
		return 0;
	assert(*out != '\0' && out[strspn(out, letters)] == '\0');
	assert(strstr(out, "..") == NULL && out[strlen(out) - 1] != '.');
	assert(domain_normal(out, strlen(out), again));
	assert(strcmp(out, again) == 0);
	assert(!domain_is_below(out, out));
	return 0;
}
