/* SPDX-License-Identifier: ISC */
#include "serve.h"

#include <err.h>
#include <errno.h>
#include <stddef.h>
#include <sysexits.h>

#include "check.h"
#include "shift.h"
#include "spfproto.h"

enum { SECONDS = 10 };

struct server {
	int out;
	struct shift shift;
	struct checker *checker; /* NULL: nothing was asked yet */
};

static int answer(struct server *, const struct spf_request *);

int
serve(int in, int out)
{
	static struct pairs_in requests;
	static struct spf_request r;
	struct server s = {.out = out, .shift.seconds = SECONDS};
	int status = EX_OK, n;

	pairs_in_init(&requests, in);
	while ((n = spf_read(&requests, shift_patience(&s.shift), &r)) == 1) {
		status = answer(&s, &r);
		if (status != EX_OK || !shift_goes_on(&s.shift))
			break;
	}
	if (n == -1) {
		warn("request");
		status = errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL;
	}
	checker_free(s.checker);
	return status;
}

static int
answer(struct server *s, const struct spf_request *r)
{
	static struct spf_answer a;

	if (s->checker == NULL)
		s->checker = checker_new(shift_seconds(&s->shift));
	if (s->checker == NULL) {
		warn("set-up");
		return EX_TEMPFAIL;
	}
	if (check_client(s->checker, r, &a) == -1) {
		warn("client");
		return EX_TEMPFAIL;
	}
	if (spf_write(s->out, &a) == 0)
		return EX_OK;
	warn("answer");
	return EX_TEMPFAIL;
}
