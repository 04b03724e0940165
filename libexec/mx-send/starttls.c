/* SPDX-License-Identifier: ISC */
/*
 *	S: 250-STARTTLS
 *	C: STARTTLS
 *	S: 220 2.0.0 Ready to start TLS
 *	(handshake)
 *	C: EHLO backup.example.org
 *
 * What came in clear counts for nothing afterwards (RFC 3207 4.2).  No octet
 * may come behind the 220: it would be taken for the server's, though anybody
 * may have put it there.
 */
#include "starttls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "open.h"
#include "tlsproto.h"

static bool refused(struct session *, const struct send_target *,
    const struct reply *, struct reply *out);
static bool shake_hands(struct session *, const struct send_target *);
static void fill(struct tls_request *, const struct session *,
    const struct send_target *, char *tlsa);
static bool failed(struct session *, const char *type, const char *why);
static void go_on_over(struct session *, const struct helper *);

bool
starttls(struct session *s, const struct send_target *t, struct reply *out)
{
	struct reply r;

	if (t->tls == SEND_TLS_NONE ||
	    (t->tls == SEND_TLS_MAY && !s->ehlo.starttls))
		return true;
	if (!s->ehlo.starttls) {
		reply_set(&r, 502, "5.5.1", "it is not offered");
		return refused(s, t, &r, out);
	}
	if (!session_command(s, STEP_STARTTLS, "STARTTLS\r\n", &r) ||
	    !session_is_open(s))
		return failed(s, "starttls-not-supported", s->why);
	if (r.code != 220)
		return refused(s, t, &r, out);
	if (!session_is_quiet(s, STEP_STARTTLS))
		return failed(s, "validation-failure", s->why);
	if (!shake_hands(s, t)) {
		reply_set(out, 451, "4.7.5", "TLS with %s: %s", s->host,
		    s->secured.why);
		return false;
	}
	if (!say_hello(s, s->helo, &r))
		return false;
	*out = r;
	return r.code == 250 && session_is_open(s);
}

static bool
refused(struct session *s, const struct send_target *t, const struct reply *r,
    struct reply *out)
{
	failed(s, "starttls-not-supported", r->text);
	if (t->tls == SEND_TLS_MAY || t->lenient)
		return true;
	reply_set(
	    out, 451, "4.7.4", "TLS is required, but %s: %s", s->host, r->text);
	return false;
}

static bool
shake_hands(struct session *s, const struct send_target *t)
{
	int64_t deadline = session_deadline(s, STEP_STARTTLS);
	const struct tls_call call = {
	    .where = s->libexec, .network = s->fd, .deadline = deadline};
	char tlsa[TLS_LIST * 1024];
	struct tls_request r;
	struct tls_answer a;
	struct helper h;

	strlcpy(tlsa, t->tlsa != NULL ? t->tlsa : "", sizeof tlsa);
	fill(&r, s, t, tlsa);
	if (tls_start(&call, &r, &h, &a) == -1 ||
	    tls_finish(&h, deadline, &a) == -1) {
		const char *why = *a.reason ? a.reason : strerror(errno);
		const char *type = a.failure != TLS_NO_FAILURE
		    ? tls_failure_name[a.failure]
		    : "validation-failure";

		failed(s, type, why);
		return session_lost(s, STEP_STARTTLS, "no TLS with");
	}
	if (a.failure != TLS_NO_FAILURE)
		failed(s, tls_failure_name[a.failure], a.reason);
	go_on_over(s, &h);
	strlcpy(s->secured.protocol, a.protocol, sizeof s->secured.protocol);
	strlcpy(s->secured.cipher, a.cipher, sizeof s->secured.cipher);
	strlcpy(s->secured.verified, tls_verified_name[a.verified],
	    sizeof s->secured.verified);
	return true;
}

/* TLSA is cut up into the strings that R points to. */
static void
fill(struct tls_request *r, const struct session *s,
    const struct send_target *t, char *tlsa)
{
	const char *name = t->tls == SEND_TLS_DANE ? t->base : t->host;
	int64_t left = session_deadline(s, STEP_STARTTLS) - wire_now();
	char *line;
	struct ip ip;

	*r = (struct tls_request){.mode = TLS_CLIENT, .lenient = t->lenient};
	r->deadline_ms = left < TLS_DEADLINE_MS
	    ? (unsigned)(left > 0 ? left : 1)
	    : TLS_DEADLINE_MS;
	if (*name != '\0' && !ip_parse(&ip, name, strlen(name)))
		r->server_name = name; /* RFC 6066 3: no addresses */
	if (*s->authorities != '\0')
		r->ca_file = s->authorities;
	if (t->tls < SEND_TLS_VERIFY)
		return;
	r->verify = t->tls == SEND_TLS_DANE ? TLS_DANE : TLS_PKIX;
	r->name.item[r->name.n++] = name;
	if (t->tls == SEND_TLS_DANE && strcmp(t->host, t->base) != 0)
		r->name.item[r->name.n++] = t->host;
	if (t->tls == SEND_TLS_DANE && *t->domain != '\0')
		r->name.item[r->name.n++] = t->domain;
	if (t->tls == SEND_TLS_DANE && *t->owner != '\0')
		r->name.item[r->name.n++] = t->owner;
	while (r->tlsa.n < TLS_LIST && (line = strsep(&tlsa, "\n")) != NULL) {
		if (*line != '\0')
			r->tlsa.item[r->tlsa.n++] = line;
	}
}

static bool
failed(struct session *s, const char *type, const char *why)
{
	strlcpy(s->secured.failure, type, sizeof s->secured.failure);
	strlcpy(s->secured.why, why, sizeof s->secured.why);
	return false;
}

static void
go_on_over(struct session *s, const struct helper *h)
{
	close(s->fd);
	s->tls = *h;
	s->fd = h->fd;
	fcntl(s->fd, F_SETFL, fcntl(s->fd, F_GETFL) | O_NONBLOCK);
	wire_init(&s->wire, s->fd, s->fd);
}
