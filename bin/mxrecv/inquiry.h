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

struct inquiry {
	const struct conf *conf;
	struct disk *disk;
	struct peer *peer;
	struct oracle oracle;
};

void inquiry_init(
    struct inquiry *, const struct conf *, struct disk *, struct peer *);
/* The connection is over: writes down what was decided. */
void inquiry_end(struct inquiry *, const struct session *);

/* What is known of the host before it says anything: table client, and
 * whether it passed lately. */
void inquiry_welcome(struct inquiry *, struct client *);

/* A setting as a number; what can not be read is FALLBACK. */
long inquiry_number(struct inquiry *, const char *name, long fallback);

/* inquiry_host.c */
enum answer inquiry_listed(
    void *ctx, const struct session *, char zones[TOLD_LEN]);
enum answer inquiry_known(void *ctx, const struct session *, time_t *seconds);
bool inquiry_passed_lately(struct inquiry *, const struct ip *);

#endif
