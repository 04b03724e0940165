/* SPDX-License-Identifier: ISC */
/* The verbs that move no mail (RFC 5321 4.1.1.5-10, 3.5). */
#include "verbs.h"

enum next
verb_rset(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)arg;
	(void)n;
	session_reset(s);
	reply_set(r, 250, "2.0.0", "OK");
	return NEXT_LINE;
}

enum next
verb_noop(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)s;
	(void)arg;
	(void)n;
	reply_set(r, 250, "2.0.0", "OK");
	return NEXT_LINE;
}

/* RFC 3207 4; the handshake is his who has the descriptors. */
enum next
verb_starttls(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)arg;
	(void)n;
	if (s->tls.up) {
		reply_set(r, 503, "5.5.1", "TLS is active already");
		return NEXT_LINE;
	}
	if (!s->store->offers_tls(s->store->ctx))
		return verb_unsupported(s, arg, n, r);
	return NEXT_STARTTLS;
}

/* A backup cannot know, and must not tell (RFC 5321 3.5.3, 7.3). */
enum next
verb_vrfy(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)s;
	(void)arg;
	(void)n;
	reply_set(r, 252, "2.5.0",
	    "Cannot verify here; send mail, and the primary will tell");
	return NEXT_LINE;
}

enum next
verb_expn(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)s;
	(void)arg;
	(void)n;
	reply_set(r, 502, "5.5.1", "There are no lists on a backup exchanger");
	return NEXT_LINE;
}

enum next
verb_help(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)arg;
	(void)n;
	reply_set(r, 214, "2.0.0",
	    "%s is a backup mail exchanger\n"
	    "Commands: HELO EHLO MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN "
	    "HELP QUIT ETRN STARTTLS\n"
	    "People read postmaster@ each domain served here",
	    s->conf->hostname);
	return NEXT_LINE;
}

enum next
verb_quit(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)arg;
	(void)n;
	reply_set(r, 221, "2.0.0", "%s closing, goodbye", s->conf->hostname);
	return NEXT_CLOSE;
}

enum next
verb_unsupported(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)s;
	(void)arg;
	(void)n;
	reply_set(r, 502, "5.5.1", "Command not implemented");
	return NEXT_LINE;
}

enum next
verb_not_smtp(struct session *s, const char *arg, size_t n, struct reply *r)
{
	(void)arg;
	(void)n;
	reply_set(
	    r, 421, "4.7.0", "%s speaks SMTP only, closing", s->conf->hostname);
	return NEXT_CLOSE;
}
