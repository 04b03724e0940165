/* SPDX-License-Identifier: ISC */
/*
 * Answers of mx-sts: what is taken is a policy, or a failure with a reason,
 * and is the same when it is said again.
 */
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "nohelper.h"
#include "stsproto.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
helper_ask(struct helper *h, struct pairs *p, int64_t deadline)
{
	(void)h;
	(void)deadline;
	pairs_free(p);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sts_request r = {.domain = "a.test"};
	static struct sts_answer a, b;

	stream_set(data, size);
	if (sts_ask(&r, &a) == -1)
		return 0;
	assert(a.failure < STS_FAILURES && a.policy.n <= STS_MX);
	for (const char *p = a.reason; *p != '\0'; p++)
		assert(isprint((unsigned char)*p));
	assert(sts_write(STREAM, &a) == 0);
	stream_turn();
	assert(sts_ask(&r, &b) == 0);
	assert(a.failure == b.failure);
	if (a.failure != STS_NO_FAILURE)
		assert(strcmp(a.reason, b.reason) == 0);
	else
		assert(
		    a.policy.mode == b.policy.mode && a.policy.n == b.policy.n);
	return 0;
}
