/* SPDX-License-Identifier: ISC */
#include "serve.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sysexits.h>

#include "check.h"
#include "dkimproto.h"
#include "shift.h"

enum { SECOND = 1000, ANSWER_SECONDS = 5 };

struct server {
	int out;
	struct shift shift;
	struct checker *checker; /* NULL: nothing was asked yet */
};

static int answer(struct server *, const struct dkim_request *);
static int set_up(struct server *, const struct dkim_request *);

int
serve(int in, int out, int spare)
{
	static struct pairs_in requests;
	static struct dkim_request r;
	struct server s = {.out = out};
	int status = EX_OK, n;

	pairs_in_init(&requests, in);
	while ((n = dkim_read(&requests, shift_patience(&s.shift), &r)) == 1) {
		if (r.fd == -1)
			r.fd = fcntl(spare, F_DUPFD_CLOEXEC, spare);
		status = answer(&s, &r);
		dkim_request_free(&r);
		if (status != EX_OK || !shift_goes_on(&s.shift))
			break;
	}
	if (n == -1) {
		warn("request");
		status = errno == EBADMSG ? EX_USAGE : EX_TEMPFAIL;
	}
	dkim_request_free(&r);
	checker_free(s.checker);
	return status;
}

static int
answer(struct server *s, const struct dkim_request *r)
{
	static struct dkim_answer a;

	if (r->fd == -1) {
		warnx("no message came along");
		return EX_USAGE;
	}
	if (s->checker == NULL && set_up(s, r) == -1) {
		warn("set-up");
		return EX_TEMPFAIL;
	}
	if (check_message(s->checker, r, &a) == -1) {
		warn("message");
		return EX_TEMPFAIL;
	}
	if (dkim_write(s->out, &a) == 0)
		return EX_OK;
	warn("answer");
	return EX_TEMPFAIL;
}

/* Who is heard no more after a time needs no more CPU either. */
static int
set_up(struct server *s, const struct dkim_request *r)
{
	s->shift.seconds = r->deadline_ms / SECOND + ANSWER_SECONDS;
	s->checker = checker_new(shift_seconds(&s->shift));
	return s->checker == NULL ? -1 : 0;
}
