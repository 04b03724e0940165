/* SPDX-License-Identifier: ISC */
/* Names of messages in the spool. */
#include "id.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char hex_digits[] = "0123456789abcdef";

int
id_new(char out[ID_NAME + 1])
{
	struct timespec now;
	uint32_t noise;

	if (clock_gettime(CLOCK_REALTIME, &now) == -1 ||
	    getrandom(&noise, sizeof noise, 0) != sizeof noise)
		return -1;
	snprintf(out, ID_NAME + 1, "%08x%05x%07x",
	    (unsigned)((uint64_t)now.tv_sec & 0xffffffff),
	    (unsigned)(now.tv_nsec / 1000), (unsigned)(noise & 0xfffffff));
	return 0;
}

void
id_dsn(char out[ID_NAME + 1], const char *id, unsigned n)
{
	snprintf(out, ID_NAME + 1, "%.*s-%u", ID_LEN, id, n % 10000);
}

bool
id_valid(const char *s)
{
	size_t digits = strspn(s, hex_digits);

	if (digits != ID_LEN)
		return false;
	s += ID_LEN;
	if (*s == '\0')
		return true;
	if (*s++ != '-' || *s == '0')
		return false;
	digits = strspn(s, "0123456789");
	return digits >= 1 && digits <= 4 && s[digits] == '\0';
}

time_t
id_time(const char *id)
{
	char seconds[9];

	memcpy(seconds, id, 8);
	seconds[8] = '\0';
	return (time_t)strtoul(seconds, NULL, 16);
}

/* FNV-1a, then the last steps of MurmurHash3, as sums of the former alone are
 * alike where names are. */
uint64_t
id_sum(const char *id)
{
	uint64_t n = UINT64_C(0xcbf29ce484222325);

	for (; *id != '\0'; id++)
		n = (n ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
	n = (n ^ n >> 33) * UINT64_C(0xff51afd7ed558ccd);
	n = (n ^ n >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return n ^ n >> 33;
}
