/* SPDX-License-Identifier: ISC */
/*
 * The real oracle: policy.db and state.db by way of the store, the DNS, the
 * helpers.  What was answered is kept while it is about the same thing.
 */
#ifndef INQUIRY_H
#define INQUIRY_H

#include "conf.h"
#include "disk.h"
#include "greylist.h"
#include "oracle.h"
#include "peer.h"

enum { DIGEST_LEN = 64, NETWORK_LEN = IP_TEXT + 4 };

struct inquiry {
	const struct conf *conf;
	struct disk *disk;
	struct peer *peer;
	struct oracle oracle;
	bool lists_told; /* nonsense of theirs is logged */
	/* of the message that is here */
	unsigned serial; /* of the transaction that the rest is about */
	int message;	 /* a descriptor to read it; -1: not opened */
	bool digested;
	char digest[DIGEST_LEN + 1]; /* of its body, in hex */
};

void inquiry_init(
    struct inquiry *, const struct conf *, struct disk *, struct peer *);
/* The connection is over: writes down what was decided. */
void inquiry_end(struct inquiry *, const struct session *);

/* What is known of the host before it says anything: table client, and
 * whether it passed lately.  Sets out to ask the DNS lists. */
void inquiry_welcome(struct inquiry *, struct client *);

/* A setting as a number; what can not be read is FALLBACK. */
long inquiry_number(struct inquiry *, const char *name, long fallback);

/* The message as it was received, to be read at SPOOL_HEAD; -1: no. */
int inquiry_message(struct inquiry *, const struct session *);

/* inquiry_repeat.c */
enum answer inquiry_repeated(
    void *ctx, const struct session *, char told[TOLD_LEN]);
void inquiry_remember(struct inquiry *, const struct session *,
    const char *test, const char *reason);

/* inquiry_host.c */
enum answer inquiry_listed(
    void *ctx, const struct session *, char zones[TOLD_LEN]);
enum answer inquiry_known(void *ctx, const struct session *, time_t *seconds);
/* The network a client is taken for: "192.0.2.0/24", "2001:db8::/64". */
void inquiry_network(const struct ip *, char out[NETWORK_LEN]);
bool inquiry_passed_lately(struct inquiry *, const struct ip *);
void inquiry_ask_lists(struct inquiry *);

#endif
