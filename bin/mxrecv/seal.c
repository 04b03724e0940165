/* SPDX-License-Identifier: ISC */
/*
 * The seal is made last, when all that Authentication-Results says is known.
 * It is a service to those behind us: a message goes on without it.
 */
#include "seal.h"

#include <string.h>
#include <unistd.h>

#include "dkimproto.h"
#include "log.h"
#include "session.h"
#include "trace.h"
#include "wire.h"

enum { SEAL_MS = 60 * 1000 };

static void seal(const struct session *, struct draft *, char out[SEAL_FIELDS]);
static const char *ask(
    const struct session *, const char *cv, int fd, struct seal_answer *);
static const char *chain_status(const struct session *, const char **why);
static bool take_results(const struct session *, char out[TRACE_LEN]);

void
seal_message(const struct session *s, struct draft *d, char out[SEAL_FIELDS])
{
	*out = '\0';
	if (*s->conf->arc_key != '\0' && s->oracle != NULL)
		seal(s, d, out);
}

/* Apart, so that who seals nothing does not make room for it. */
static __attribute__((noinline)) void
seal(const struct session *s, struct draft *d, char out[SEAL_FIELDS])
{
	struct seal_answer a = {.error = ""};
	const char *why = NULL, *cv;
	int fd;

	if ((cv = chain_status(s, &why)) != NULL) {
		if ((fd = draft_reader(d)) == -1) {
			why = "the message can not be read";
		} else {
			why = ask(s, cv, fd, &a);
			close(fd);
		}
	}
	if (why != NULL)
		log_event(cv != NULL ? LOG_L_ERROR : LOG_L_INFO, "not-sealed",
		    "session", s->id, "reason", why, NULL);
	else
		memcpy(out, a.fields, sizeof a.fields);
}

/* NULL, or why there is no seal. */
static const char *
ask(const struct session *s, const char *cv, int fd, struct seal_answer *a)
{
	const struct conf *c = s->conf;
	struct seal_request r = {.fd = fd,
	    .offset = SPOOL_HEAD,
	    .size = s->mail.content.octets,
	    .key = c->arc_key,
	    .domain = conf_signer(c),
	    .selector = c->arc_selector,
	    .cv = cv};
	char results[TRACE_LEN] = "";

	if (!take_results(s, results))
		return "there are no results to be sealed";
	r.results = results;
	seal_ask(c->libexec, &r, wire_now() + SEAL_MS, a);
	return *a->error != '\0' ? a->error : NULL;
}

/* NULL where a set of ours would help nobody: a chain that could not be
 * verified is left to the next host, one that has ended stays as it is. */
static const char *
chain_status(const struct session *s, const char **why)
{
	const struct dkim_answer *a = s->oracle->signatures(s->oracle->ctx, s);

	if (a == NULL)
		*why = "the chain was not looked at";
	else if (a->arc.result == ARC_TEMPERROR)
		*why = "the chain could not be verified";
	else if (a->arc.closed)
		*why = "the chain had failed before";
	return *why == NULL ? arc_result_name[a->arc.result] : NULL;
}

/* The body of the field alone. */
static bool
take_results(const struct session *s, char out[TRACE_LEN])
{
	static const char name[] = "Authentication-Results:";
	size_t n;

	trace_results(s, out);
	n = strlen(out);
	if (n < sizeof name + 2 || n >= SEAL_RESULTS)
		return false;
	out[n - 2] = '\0'; /* the line end */
	memmove(out, out + sizeof name - 1, n - sizeof name);
	return true;
}
