/* SPDX-License-Identifier: ISC */
/* Parameters of MAIL and RCPT: what is kept is printable; what is wrong is
 * named printably. */
#include "param.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_printable(const char *s, size_t room)
{
	size_t n = strnlen(s, room);

	assert(n < room);
	for (size_t i = 0; i < n; i++)
		assert(isprint((unsigned char)s[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char bad[64], decoded[ORCPT_LEN + 1];
	struct mail_params m;
	struct rcpt_params r;

	if (param_parse_mail((const char *)data, size, &m, bad) != PARAM_OK)
		check_printable(bad, sizeof bad);
	else
		check_printable(m.envid, sizeof m.envid);
	if (param_parse_rcpt((const char *)data, size, &r, bad) != PARAM_OK) {
		check_printable(bad, sizeof bad);
		return 0;
	}
	check_printable(r.orcpt, sizeof r.orcpt);
	assert((r.notify & NOTIFY_NEVER) == 0 || r.notify == NOTIFY_NEVER);
	if (xtext_decode(r.orcpt, decoded, sizeof decoded))
		assert(strlen(decoded) <= strlen(r.orcpt));
	return 0;
}
