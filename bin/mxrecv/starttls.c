/* SPDX-License-Identifier: ISC */
/*
 * STARTTLS (RFC 3207), with mx-tls(8) as the one who speaks TLS:
 *
 *	C: STARTTLS
 *	S: 220 2.0.0 Ready to start TLS
 *	C, S: handshake
 *	C: EHLO mail.example.org
 *
 * From then on our descriptor is the clear end of mx-tls's stream: nothing can
 * be read here any more that did not come through TLS.
 */
#include "starttls.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "offer.h"

enum { HANDSHAKE_MS = 60000 };

static bool say(
    struct connection *, int code, const char *enhanced, const char *text);
static bool shake_hands(struct connection *);
static bool take_stream(struct connection *);

enum next
starttls_refuse(struct reply *r)
{
	reply_set(r, 554, "5.5.1",
	    "Nothing may follow STARTTLS before its answer, closing");
	return NEXT_CLOSE;
}

bool
starttls(struct connection *c)
{
	struct tls_answer *a = &c->session.tls;
	struct tls_call call = {
	    offer_where(c->conf), c->wire.in, wire_now() + TLS_READY_MS};
	struct tls_request request;

	tls_request_of(c->conf, &request);
	request.deadline_ms = HANDSHAKE_MS;
	if (tls_start(&call, &request, &c->tls, a) == -1) {
		offer_withdraw(
		    c->conf, *a->reason ? a->reason : strerror(errno));
		return say(c, 454, "4.7.0", "TLS is not available just now");
	}
	c->helped = true;
	return say(c, 220, "2.0.0", "Ready to start TLS") && shake_hands(c);
}

static bool
say(struct connection *c, int code, const char *enhanced, const char *text)
{
	struct reply r;

	reply_set(&r, code, enhanced, "%s", text);
	return connection_reply(c, &r) && connection_flush(c);
}

static bool
shake_hands(struct connection *c)
{
	struct tls_answer *a = &c->session.tls;

	c->helped = false;
	if (tls_finish(&c->tls, wire_now() + HANDSHAKE_MS + TLS_READY_MS, a) ==
	    -1) {
		log_event(LOG_L_INFO, "tls-failed", "id", c->session.id,
		    "error", *a->reason ? a->reason : strerror(errno), NULL);
		c->end = "tls";
		return false;
	}
	c->helped = true;
	return take_stream(c);
}

/* In the network's place, which from here on is mx-tls's alone. */
static bool
take_stream(struct connection *c)
{
	int fd = c->wire.in;

	if (dup2(c->tls.fd, fd) == -1)
		return false;
	close(c->tls.fd);
	c->tls.fd = fd;
	wire_init(&c->wire, fd, fd);
	session_secured(&c->session);
	return true;
}
