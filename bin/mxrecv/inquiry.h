/* SPDX-License-Identifier: ISC */
/*
 * The real oracle: policy.db and state.db by way of the store, the DNS, the
 * helpers.  What was answered is kept while it is about the same thing.
 */
#ifndef INQUIRY_H
#define INQUIRY_H

#include "conf.h"
#include "demand.h"
#include "disk.h"
#include "dkimproto.h"
#include "evidence.h"
#include "greylist.h"
#include "oracle.h"
#include "peer.h"
#include "route.h"
#include "scanproto.h"
#include "spfproto.h"
#include "staff.h"

enum { DIGEST_LEN = 64, NETWORK_LEN = IP_TEXT + 4, STALE_MOST = 5 };

enum content_state { CONTENT_NONE, CONTENT_ASKED, CONTENT_TOLD };

struct content_scan { /* one helper's */
	enum content_state state;
	struct helper helper;
	struct scan_answer answer;
};

struct content_dkim {
	enum content_state state;
	struct dkim_answer answer;
};

struct inquiry_spf { /* of a transaction */
	bool asked, told;
	bool running; /* its answer is still to come */
	int64_t deadline;
	struct spf_answer answer;
};

struct through { /* the session with a primary that answers for us */
	struct sender *sender; /* NULL: none */
	struct send_answer server;
	char domain[DOMAIN_LEN + 1];
	unsigned serial; /* whose transaction is open there; 0: none */
	int64_t began;	 /* what is asked just now */
};

struct inquiry {
	const struct conf *conf;
	struct disk *disk;
	struct peer *peer;
	struct staff *staff;
	struct oracle oracle;
	bool over;	 /* the client has gone, and waits for nothing */
	bool lists_told; /* nonsense of the DNS lists is logged */
	int64_t slow_ms; /* that slow callouts for recipients have taken */
	unsigned serial; /* of the transaction that is looked at */
	enum verified_result callout; /* of its sender */
	/* of the message that is here */
	int message; /* a descriptor to read it; -1: not opened */
	bool content_started;
	int64_t content_deadline;
	/* digests of its two parts, in hex; "" until they are wanted */
	char body[DIGEST_LEN + 1], header[DIGEST_LEN + 1];
	/* of the recipient that is looked at */
	enum rcpt_answer rcpt_answer;
	char rcpt_asked[MAILBOX_LEN + 1], rcpt_told[TOLD_LEN];
	/* recipients to be asked for again once the client has gone */
	unsigned nstale;
	char stale[STALE_MOST][MAILBOX_LEN + 1];
	struct through through; /* outlives transactions */
	struct inquiry_spf spf;
	struct route route;
	struct demand demand; /* on its targets, where it is to a primary */
	struct content_scan scan[SCAN_SPAM + 1];
	struct content_dkim dkim;
};

struct inquiry_means { /* by which answers are found; they outlive it */
	const struct conf *conf;
	struct disk *disk;
	struct peer *peer;
	struct staff *staff;
};

/* In memory that is all zeroes, most of which is never used. */
void inquiry_init(struct inquiry *, const struct inquiry_means *);
/* The connection is over: writes down what was decided. */
void inquiry_end(struct inquiry *, const struct session *);

/* What is known of the host before it says anything: table client, and
 * whether it passed lately.  Sets out to ask the DNS lists. */
void inquiry_welcome(struct inquiry *, struct client *);

/* A setting as a number; what can not be read is FALLBACK. */
long inquiry_number(struct inquiry *, const char *name, long fallback);

/* TEST is not off for DOMAIN. */
bool inquiry_wants(
    const struct session *, const char *test, const char *domain);
/* MS from now, but no later than the command's checks have to end. */
int64_t inquiry_deadline(const struct session *, int64_t ms);

/* Forgets what was about another transaction. */
void inquiry_turn(struct inquiry *, const struct session *);
/* The message as it was received, to be read at SPOOL_HEAD; -1: no. */
int inquiry_message(struct inquiry *, const struct session *);

/* inquiry_address.c */
enum sender_answer inquiry_sender(
    void *ctx, const struct session *, char told[TOLD_LEN]);
enum sender_answer inquiry_callout(
    void *ctx, const struct session *, char told[TOLD_LEN]);
enum { CALLOUT_MS = 20 * 1000 };

/* inquiry_rcpt.c */
enum rcpt_answer inquiry_recipient(
    void *ctx, const struct session *, char told[TOLD_LEN]);
void inquiry_refresh(struct inquiry *, const struct session *);
/* Asks it whatever is known, and remembers. */
void inquiry_ask_primary(struct inquiry *, const struct session *,
    const char *mailbox, const struct domain_row *);

/* What the primary said of the recipient that is looked at. */
void inquiry_learned(
    struct inquiry *, const struct session *, const struct reply *);

/* inquiry_way.c */
/* The way to a primary, and what a session with it has to be: route and
 * demand, for demand_free() once it was opened.  False: there is none that may
 * be used, the route's reason says why. */
bool inquiry_find_primary(struct inquiry *, const char *domain,
    const struct domain_row *, int64_t deadline);

/* inquiry_through.c */
bool inquiry_goes_through(void *ctx, const struct session *);
enum through_answer inquiry_through_rcpt(void *ctx, const struct session *,
    const struct rcpt_params *, struct reply *);
enum through_answer inquiry_through_data(
    void *ctx, const struct session *, struct reply *);
void inquiry_through_end(struct inquiry *);

/* inquiry_primary.c */
struct primary;
struct callout_answer;
/* News of a domain's primary, which is known as P; what is no news is not
 * written. */
void inquiry_heard(struct inquiry *, const char *domain, struct primary *p,
    const struct callout_answer *);
enum answer inquiry_elsewhere(void *ctx, const struct session *);
enum answer inquiry_room(void *ctx, const struct session *);
enum answer inquiry_may_etrn(
    void *ctx, const struct session *, const struct domain_row *);

/* inquiry_spf.c */
enum { POOL_LEN = DOMAIN_LEN + 8 };
/* The pool that SPF says the client belongs to, as the greylist calls it:
 * "pool example.org"; false: none. */
bool inquiry_pool(struct inquiry *, const struct session *, char out[POOL_LEN]);
const struct spf_answer *inquiry_spf(void *ctx, const struct session *);
/* Asks mx-spf, unless that was done, and does not wait. */
void inquiry_spf_start(struct inquiry *, const struct session *);
void inquiry_spf_forget(struct inquiry *);

/* inquiry_content.c */
const struct scan_answer *inquiry_malware(void *ctx, const struct session *);
const struct scan_answer *inquiry_spam(void *ctx, const struct session *);
enum answer inquiry_header(
    void *ctx, const struct session *, char told[TOLD_LEN]);
const struct dkim_answer *inquiry_signatures(void *ctx, const struct session *);
void inquiry_content_forget(struct inquiry *);

/* inquiry_repeat.c */
enum answer inquiry_repeated(
    void *ctx, const struct session *, char told[TOLD_LEN]);
void inquiry_remember(
    struct inquiry *, const struct session *, const struct noted *);

/* inquiry_host.c */
enum answer inquiry_named(void *ctx, const struct session *);
enum answer inquiry_listed(
    void *ctx, const struct session *, char zones[TOLD_LEN]);
enum answer inquiry_known(void *ctx, const struct session *, time_t *seconds);
/* The network a client is taken for: "192.0.2.0/24", "2001:db8::/64". */
void inquiry_network(const struct ip *, char out[NETWORK_LEN]);
bool inquiry_passed_lately(struct inquiry *, const struct ip *);
void inquiry_ask_lists(struct inquiry *);

#endif
