/* SPDX-License-Identifier: ISC */
/* Replies of clamd and of spamd: what is taken for a verdict can be said to
 * whom it is for. */
#include "../../libexec/mx-scan/scan.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "calls/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
ask(enum scan_what what, const uint8_t *data, size_t size)
{
	static struct scan_asked asked;
	struct scan_answer a = {.result = SCAN_FAILED};
	static struct scan s;

	asked.what = what;
	stream_set(data, size);
	s.asked = &asked;
	s.answer = &a;
	s.fd = STREAM;
	s.message = -1;
	if (what == SCAN_SPAM)
		spamd_ask(&s);
	else
		clamd_ask(&s);
	assert((a.result == SCAN_FAILED) == (*a.reason != '\0'));
	assert(strnlen(a.reason, sizeof a.reason) < sizeof a.reason);
	assert(strnlen(a.name, sizeof a.name) < sizeof a.name);
	if (what == SCAN_SPAM)
		assert(a.result == SCAN_CLEAN || a.result == SCAN_FAILED);
	assert(isfinite(a.score) && isfinite(a.threshold));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 2 * REPLY_MOST)
		return 0;
	ask(SCAN_MALWARE, data, size);
	ask(SCAN_SPAM, data, size);
	return 0;
}
