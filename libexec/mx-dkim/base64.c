/* SPDX-License-Identifier: ISC */
#include "base64.h"

#include <openssl/evp.h>
#include <string.h>

int
base64_tag(const struct tag *t, unsigned char out[BASE64_ROOM])
{
	unsigned char text[BASE64_ROOM];
	int n = 0, padding = 0, len;

	for (size_t i = 0; i < t->value_len; i++) {
		if (strchr(" \t\r\n", t->value[i]) != NULL)
			continue;
		if (n == BASE64_ROOM)
			return -1;
		text[n++] = (unsigned char)t->value[i];
	}
	while (padding < n && padding < 2 && text[n - padding - 1] == '=')
		padding++;
	if (n == 0 || n % 4 != 0)
		return -1;
	len = EVP_DecodeBlock(out, text, n);
	return len < padding ? -1 : len - padding;
}
