/* SPDX-License-Identifier: ISC */
#include "kept.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

enum { ASK_MS = 5000 };

static int ask(struct kept *);
static int start(struct kept *);
static void leave(struct kept *, bool wait);
static bool is_quiet(const struct kept *);
static bool is_gone(const struct kept *);

int
kept_ask(struct kept *k, const struct kept_call *call, struct pairs *request)
{
	bool before;

	if (k->owes)
		kept_end(k);
	if (k->runs && !is_quiet(k))
		leave(k, is_gone(k));
	k->call = *call;
	k->request = *request;
	pairs_init(request);
	before = k->runs;
	if (ask(k) == 0 || (before && ask(k) == 0))
		return 0;
	pairs_free(&k->request);
	return -1;
}

bool
kept_settle(struct kept *k, int result)
{
	int error = errno;
	bool again = result == -1 && k->answers > 0 && is_gone(k);

	k->owes = false;
	k->answers++;
	if (result == -1 || !is_quiet(k))
		leave(k, false);
	if (again && ask(k) == 0)
		return true;
	pairs_free(&k->request);
	errno = error;
	return false;
}

void
kept_end(struct kept *k)
{
	if (k->owes)
		pairs_free(&k->request);
	if (k->runs)
		leave(k, !k->owes);
}

/* The request stays, for another. */
static int
ask(struct kept *k)
{
	struct pairs copy;

	if (!k->runs && start(k) == -1)
		return -1;
	pairs_copy(&copy, &k->request);
	if (pairs_send(&copy, k->helper.fd, k->call.message,
		wire_now() + ASK_MS) == 0) {
		k->owes = true;
		return 0;
	}
	leave(k, false);
	return -1;
}

static int
start(struct kept *k)
{
	if (helper_start(&k->helper, k->call.libexec, k->call.name, -1) == -1)
		return -1;
	k->runs = true;
	k->answers = 0;
	return 0;
}

static void
leave(struct kept *k, bool wait)
{
	if (k->helper.in.passed != -1) /* none was asked for */
		close(k->helper.in.passed);
	helper_end(&k->helper, wait);
	k->runs = k->owes = false;
}

/* It has said nothing that was not read, and not left. */
static bool
is_quiet(const struct kept *k)
{
	const struct pairs_in *in = &k->helper.in;
	char octet;

	return in->start == in->end &&
	    recv(k->helper.fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) == -1 &&
	    errno == EAGAIN;
}

/* It has left, and said nothing. */
static bool
is_gone(const struct kept *k)
{
	const struct pairs_in *in = &k->helper.in;
	char octet;

	return in->start == in->end && in->block == 0 &&
	    recv(k->helper.fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}
