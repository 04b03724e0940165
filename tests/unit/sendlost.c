/* SPDX-License-Identifier: ISC */
/*
 * mx-send and a server one of whose replies goes wrong, each in its turn, and
 * calls that fail: nobody counts as served whom the server has not taken, and
 * everybody hears something.
 */
#include <errno.h>

#include "../../libexec/mx-send/mail.h"
#include "../../libexec/mx-send/open.h"
#include "../../libexec/mx-send/probe.h"
#include "../../libexec/mx-send/steps.h"
#include "badserver.h"
#include "descriptors.h"
#include "failing.h"
#include "tap.h"

enum { SMALL = 1000, LARGE = 100000, REPLIES = 60, CALLS = 200 };

static struct session session = {.fd = -1};
static struct send_rcpt rcpts[2];
static int message;
static const char *trouble; /* NULL: all is well */

/* ---- what is asked of mx-send */

static struct send_request
request(const char *from, uint64_t size)
{
	static char empty[] = "", b[] = "b@b.test", c[] = "c@b.test";
	static char trace[] = "X: y\r\n";

	rcpts[0] = (struct send_rcpt){.mailbox = b, .orcpt = empty};
	rcpts[1] = (struct send_rcpt){.mailbox = c, .orcpt = empty};
	return (struct send_request){.fd = message,
	    .size = size,
	    .from = (char *)(uintptr_t)from,
	    .trace = trace,
	    .envid = empty,
	    .nrcpt = 2,
	    .rcpt = rcpts};
}

static bool
opens(enum send_tls tls)
{
	static struct send_request r;
	static struct send_answer a;

	r = (struct send_request){.helo = "a.test",
	    .identity = IDENTITY_AUTO,
	    .libexec = "/nowhere",
	    .limit = 1,
	    .ntarget = 1};
	r.target[0] = (struct send_target){
	    .port = bad->port, .host = "bad.test", .tls = tls};
	ip_parse(&r.target[0].ip, "127.0.0.1", 9);
	session.limit = 1;
	open_session(&session, &r, &a);
	if ((a.status == SEND_IS_OPEN) != session_is_open(&session))
		trouble = "the answer is about another session";
	if (a.status != SEND_IS_OPEN && a.reply.code < 400)
		trouble = "not opened, and nobody says why";
	return a.status == SEND_IS_OPEN;
}

static void
judge(const struct send_request *r, bool alive)
{
	for (size_t i = 0; i < r->nrcpt; i++) {
		const struct send_rcpt *rcpt = &r->rcpt[i];

		/* who answers twice may be thought to have taken it */
		if (rcpt->reply.code / 100 == 2 && bad->took != bad->try &&
		    bad->how != WRONG_TWICE)
			trouble = "served, and the server has nothing";
		if (!alive && !rcpt->answered && !session_is_open(&session))
			trouble = "not answered, and the session is over";
		if (rcpt->answered && *rcpt->reply.text == '\0')
			trouble = "an answer that says nothing";
	}
	if (alive && !session_is_open(&session) && !session.resting)
		trouble = "alive, and closed";
}

/* Two messages of two clients, and one of our own. */
static void
send_mail(uint64_t size)
{
	struct send_request r = request("a@a.test", size);
	bool alive;

	strlcpy(r.client.ip, "192.0.2.1", sizeof r.client.ip);
	strlcpy(r.client.helo, "c.test", sizeof r.client.helo);
	alive = mail_send(&session, &r);
	judge(&r, alive);
	for (size_t i = 0; alive && i < r.nrcpt; i++) {
		if (!r.rcpt[i].answered) { /* it takes one at a time */
			alive = mail_send(&session, &r);
			judge(&r, alive);
		}
	}
	r = request("b@a.test", size);
	strlcpy(r.client.ip, "2001:db8::1", sizeof r.client.ip);
	alive = mail_send(&session, &r);
	judge(&r, alive);
	r = request("", size);
	alive = mail_send(&session, &r);
	judge(&r, alive);
}

static void
send_small(void)
{
	if (opens(SEND_TLS_NONE))
		send_mail(SMALL);
}

static void
send_large(void)
{
	if (opens(SEND_TLS_NONE))
		send_mail(LARGE);
}

static void
send_over_tls(void)
{
	if (opens(SEND_TLS_MAY))
		send_mail(SMALL);
}

static void
send_where_it_must(void)
{
	if (opens(SEND_TLS_ENCRYPT))
		trouble = "there is no mx-tls";
}

static void
send_by_steps(void)
{
	struct send_request r = request("a@a.test", SMALL);
	struct send_rcpt all[2];
	bool alive;

	strlcpy(r.client.ip, "192.0.2.1", sizeof r.client.ip);
	if (!opens(SEND_TLS_NONE) || !steps_begin(&session, &r))
		return;
	memcpy(all, rcpts, sizeof all);
	r.nrcpt = 1;
	for (size_t i = 0; i < 2; i++) {
		r.rcpt = &all[i];
		if (!steps_rcpt(&session, &r) || all[i].reply.code / 100 != 2)
			return;
		all[i].answered = false;
	}
	r.rcpt = rcpts;
	r.nrcpt = 2;
	r.begun = true;
	alive = mail_send(&session, &r);
	judge(&r, alive);
}

static void
ask(void)
{
	struct send_request r = request("", 0);

	if (!opens(SEND_TLS_NONE))
		return;
	if (probe_send(&session, &r) != session_is_open(&session))
		trouble = "a probe that is wrong about its session";
	r = request("a@a.test", 0);
	probe_send(&session, &r);
	if (bad->took == bad->try)
		trouble = "a probe that sends mail";
}

/* ---- each reply, in each way */

static void
try(void (*what)(void), int at, enum wrong how)
{
	bad_next(at, how);
	what();
	session_forget(&session);
}

static void
each_reply(const char *name, const char *offers, void (*what)(void))
{
	int at = 0, n = 0;

	trouble = NULL;
	strlcpy(bad->offers, offers, sizeof bad->offers);
	do {
		at++;
		n = 0;
		for (int how = 0; trouble == NULL && how < WRONG_ENDS; how++) {
			try(what, at, (enum wrong)how);
			n += bad->replies >= at;
		}
	} while (trouble == NULL && n > 0 && at < REPLIES);
	if (!ok(trouble == NULL && n == 0, "%s: %d replies", name, at - 1))
		printf("# %s at %d\n", trouble, at);
}

/* ---- each call */

static void
each_call(const char *name, int error, void (*what)(void))
{
	int fds, n = 0;

	trouble = NULL;
	try(what, 0, WRONG_CLOSED);
	fds = descriptors();
	do {
		fault.error = error;
		fault.calls = 0;
		fault.at = ++n;
		try(what, 0, WRONG_CLOSED);
		fault.at = 0;
		if (descriptors() != fds)
			trouble = "a descriptor is left";
	} while (trouble == NULL && fault.calls >= n && n < CALLS);
	if (!ok(trouble == NULL, "%s, %s: %d calls", name,
		strerrorname_np(error), n - 1))
		printf("# %s at %d\n", trouble, n);
}

int
main(void)
{
	static const struct {
		const char *name, *offers;
		void (*what)(void);
	} tried[] = {
	    {"word by word", "", send_small},
	    {"in flights", "PIPELINING", send_small},
	    {"at once", "PIPELINING\nCHUNKING", send_small},
	    {"a large one", "PIPELINING\nCHUNKING", send_large},
	    {"counted", "CHUNKING", send_large},
	    {"a large one in lines", "PIPELINING", send_large},
	    {"for a client", "XCLIENT NAME ADDR PROTO HELO", send_small},
	    {"for its log", "XFORWARD NAME ADDR IDENT HELO SOURCE", send_small},
	    {"for its log, in flights",
		"PIPELINING\nXFORWARD NAME ADDR IDENT HELO SOURCE", send_small},
	    {"one at a time", "LIMITS RCPTMAX=1", send_small},
	    {"one in a session", "LIMITS MAILMAX=1", send_small},
	    {"nothing large", "SIZE 999", send_small},
	    {"TLS where it works", "STARTTLS", send_over_tls},
	    {"TLS that must be", "STARTTLS", send_where_it_must},
	    {"TLS that is not offered", "", send_where_it_must},
	    {"step by step", "CHUNKING", send_by_steps},
	    {"steps for a log", "XFORWARD NAME ADDR", send_by_steps},
	    {"steps for a client", "XCLIENT NAME ADDR", send_by_steps},
	    {"a question", "", ask},
	};

	bad_start();
	message = memfd_create("message", MFD_CLOEXEC);
	if (message == -1 || ftruncate(message, LARGE) == -1)
		return 1;
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++)
		each_reply(tried[i].name, tried[i].offers, tried[i].what);
	strlcpy(bad->offers, "PIPELINING\nCHUNKING", sizeof bad->offers);
	each_call("at once", EIO, send_small);
	each_call("at once", EINTR, send_small);
	each_call("a large one", EAGAIN, send_large);
	each_call("no memory", ENOMEM, send_small);
	strlcpy(bad->offers, "STARTTLS", sizeof bad->offers);
	each_call("word by word", EIO, send_over_tls);
	each_call("word by word", EAGAIN, send_large);
	each_call("in lines", EINTR, send_large);
	return done();
}
