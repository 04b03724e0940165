/* SPDX-License-Identifier: ISC */
/*
 * What the checks ask of DNS, of helpers, of the primary and of memory: one
 * question a function, each bounded in time by the session's deadline, each
 * asked at most once for what it is about.  The real one is inquiry.h; a
 * session without an oracle makes only those checks that ask nobody.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <time.h>

#include "policydb.h"

struct session;
struct reply;
struct rcpt_params;
struct evidence;
struct spf_answer;
struct dkim_answer;
struct scan_answer;

enum { TOLD_LEN = 200 }; /* words of others in a reply: printable, one line */

enum rcpt_answer {
	RCPT_EXISTS,
	RCPT_REFUSED,	/* by the primary, or not in table recipient */
	RCPT_UNKNOWN,	/* the primary is down, and it was never asked */
	RCPT_OVERDRAWN, /* this client has named too many that do not exist */
	RCPT_NOT_SAID
};

enum sender_answer {
	SENDER_EXISTS,	  /* or there is no need to ask */
	SENDER_NO_DOMAIN, /* neither MX nor address, or it takes no mail */
	SENDER_REFUSED,
	SENDER_NOT_SAID
};

enum remembered { /* so that the next try is deferred again */
	REMEMBER_NOT,
	REMEMBER_BODY,	 /* whatever header section comes with it */
	REMEMBER_MESSAGE /* as it is: its header section is what is wrong */
};

struct noted { /* one outcome of one check, for table decision */
	const char *test, *outcome, *verdict, *reason;
	bool each; /* it is about the recipient, not the whole message */
	enum remembered remember;
	long ms;
};

enum through_answer { /* of a primary that answers for us, see through.h */
	THROUGH_TAKEN,
	THROUGH_REFUSED,
	THROUGH_LOST /* it is kept here */
};

struct oracle {
	void *ctx;
	/* YES: the client has a name that leads back to its address. */
	enum answer (*named)(void *ctx, const struct session *);
	/* YES: the weights of the zones that list it reach the threshold;
	 * ZONES names them. */
	enum answer (*listed)(
	    void *ctx, const struct session *, char zones[TOLD_LEN]);
	/* NO: the host is not known yet, and has to wait. */
	enum answer (*known)(
	    void *ctx, const struct session *, time_t *seconds);
	/* Of the recipient that is looked at; TOLD is the primary's reply. */
	enum rcpt_answer (*recipient)(
	    void *ctx, const struct session *, char told[TOLD_LEN]);
	/* What the DNS and memory say of it. */
	enum sender_answer (*sender)(
	    void *ctx, const struct session *, char told[TOLD_LEN]);
	/* What its own exchanger says, unless SPF or DKIM vouch for it. */
	enum sender_answer (*callout)(
	    void *ctx, const struct session *, char told[TOLD_LEN]);
	/* Of the recipient's domain.  YES: its primary is UP, and mail is to go
	 * there (setting when_up). */
	enum answer (*elsewhere)(void *ctx, const struct session *);
	/* Of it likewise: its primary is asked itself, and gets the message. */
	bool (*goes_through)(void *ctx, const struct session *);
	enum through_answer (*through_rcpt)(void *ctx, const struct session *,
	    const struct rcpt_params *, struct reply *);
	/* The message that is here, for the recipients that were taken. */
	enum through_answer (*through_data)(
	    void *ctx, const struct session *, struct reply *);
	/* NO: its quota is used up. */
	enum answer (*room)(void *ctx, const struct session *);
	/* Whether the client may start a run for the domain of that row. */
	enum answer (*may_etrn)(
	    void *ctx, const struct session *, const struct domain_row *);
	/* YES: the same was deferred for its content lately: of the recipient
	 * that is looked at, or of the message when it is here. */
	enum answer (*repeated)(
	    void *ctx, const struct session *, char told[TOLD_LEN]);
	/* NO: the header section breaks RFC 5322, TOLD says where. */
	enum answer (*header)(
	    void *ctx, const struct session *, char told[TOLD_LEN]);
	/* NULL: unavailable. */
	const struct spf_answer *(*spf)(void *ctx, const struct session *);
	/* Likewise, of the message, once it is whole. */
	const struct dkim_answer *(*signatures)(
	    void *ctx, const struct session *);
	/* NULL: there is none to ask. */
	const struct scan_answer *(*malware)(void *ctx, const struct session *);
	const struct scan_answer *(*spam)(void *ctx, const struct session *);
	/* The score above which mail to the recipients' domain is spam. */
	double (*spam_threshold)(
	    void *ctx, const struct session *, const char *domain);
	/* Asks nobody. */
	void (*evidence)(void *ctx, const struct session *, struct evidence *);
	void (*note)(void *ctx, const struct session *, const struct noted *);
};

#endif
