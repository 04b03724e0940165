/* SPDX-License-Identifier: ISC */
/*
 * Who is sent a report has to ignore it without a signature (RFC 8460 3):
 * where there is a key none goes without, it is made once more another day.
 */
#include "report_sign.h"

#include <errno.h>
#include <unistd.h>

#include "domain.h"
#include "log.h"
#include "sealproto.h"
#include "wire.h"

enum { SIGN_MS = 60 * 1000 };

const char *
report_sign_from(const struct conf *c)
{
	const char *signer = conf_signer(c);

	if (*c->arc_key == '\0' || domain_is_below(c->hostname, signer))
		return c->hostname;
	return signer;
}

int
report_sign(const struct conf *c, struct draft *d, struct envelope *e)
{
	struct seal_request r = {.offset = SPOOL_HEAD,
	    .size = d->length,
	    .key = c->arc_key,
	    .domain = conf_signer(c),
	    .selector = c->arc_selector};
	struct seal_answer a;

	if (*c->arc_key == '\0')
		return 0;
	if ((r.fd = draft_reader(d)) == -1)
		return -1;
	seal_ask(c->libexec, &r, wire_now() + SIGN_MS, &a);
	close(r.fd);
	if (*a.error == '\0')
		return envelope_set(&e->trace, a.fields);
	log_event(LOG_L_ERROR, "not-signed", "key", c->arc_key, "reason",
	    a.error, NULL);
	errno = ECANCELED;
	return -1;
}
