/* SPDX-License-Identifier: ISC */
#include "kept.h"

#include "log.h"
#include "wire.h"

enum { FAREWELL_MS = 200 }; /* a server that is slower costs its mx-send */

void
kept_init(struct kept *k, const struct conf *conf)
{
	*k = (struct kept){.conf = conf};
}

void
kept_end(struct kept *k)
{
	sender_stop(k->sender);
	dns_free(k->dns);
	state_db_close(k->state);
	*k = (struct kept){.conf = k->conf};
}

struct sender *
kept_sender(struct kept *k)
{
	struct sender *s = k->sender;

	k->sender = NULL;
	if (s != NULL && sender_is_rested(s, wire_now() + FAREWELL_MS))
		return s;
	sender_kill(s);
	return sender_start(k->conf->libexec);
}

bool
kept_rest(struct kept *k, struct sender *s)
{
	if (k->sender != NULL || sender_rest(s) == -1)
		return false;
	k->sender = s;
	return true;
}

struct dns *
kept_dns(struct kept *k)
{
	if (k->dns == NULL)
		k->dns = dns_new(k->conf);
	return k->dns;
}

/* Hints: without them a run does more, not less. */
struct state_db *
kept_state(struct kept *k)
{
	char err[DB_ERROR];

	if (!k->asked &&
	    (k->state = state_db_open(k->conf->state, err)) == NULL)
		log_event(LOG_L_ERROR, "no-state", "error", err, NULL);
	k->asked = true;
	return k->state;
}
