/* SPDX-License-Identifier: ISC */
/* How mail goes out to a domain, as its settings say (mx-schema(5)). */
#ifndef OUTBOUND_H
#define OUTBOUND_H

#include "demand.h"
#include "job.h"
#include "route.h"

/* One session over TLS, or what kept it from being one: all that is known, as
 * RFC 8460 counts it. */
struct tls_result {
	const char *domain;
	enum tls_basis basis;
	const char *host;    /* "mx.example [192.0.2.1]", or a name alone */
	const char *failure; /* its result-type (RFC 8460 4.3); "": none */
	const char *why;     /* of the failure */
	bool up;	     /* mail goes over TLS, failure or not */
	const char *protocol, *cipher, *verified; /* if up */
};

/* False: the settings can not be read, or are none that we know. */
bool outbound_look_up(struct policy_db *, struct job *);
struct tally_tls; /* tally.h; NULL: it is not counted */
/* The one place that every result comes by. */
void outbound_result(struct tally_tls *, const struct tls_result *);
/* The results of an opening, which may have tried several hosts; without a
 * demand where none counted. */
void outbound_opened(struct tally_tls *, const struct job *,
    const struct demand *, const struct send_answer *);
/* Mail that not every session is good enough for: with REQUIRETLS, but for
 * bounces (RFC 8689 4.2.1). */
bool outbound_is_choosy(const struct envelope *);
/* One of ours on TLS (report_mail.c). */
bool outbound_is_report(const struct envelope *);
/* Nobody but the domain, as DNSSEC or its MTA-STS policy say, or its row have
 * named those hosts. */
bool outbound_is_sure(const struct route *, const struct demand *);
/* R, to an opening for such mail, says that its demands can not be met. */
bool outbound_is_unmet(const struct reply *);
/* Of the session in hand: the server hears of one client after another, so
 * that it is better to sort messages by client. */
bool outbound_tells_client(const struct job *, const struct send_answer *);

#endif
