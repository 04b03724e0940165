/* SPDX-License-Identifier: ISC */
/*
 * What a domain's contact, an address elsewhere, is told of its primary: each
 * once an outage, from the null sender, in the words of share/notice/.
 */
#ifndef NOTICE_H
#define NOTICE_H

#include "books.h"

enum notice {
	NOTICE_NONE,
	NOTICE_DOWN,  /* for 15 minutes */
	NOTICE_DAILY, /* how much waits */
	NOTICE_BACK,
	NOTICE_DRAINED,
	NOTICE_EXPIRY, /* the first message expires in three days */
	NOTICE_QUOTA,  /* more than 80 % of it is used */
	NOTICE_DOUBT,  /* its 5xx are not believed */
	NOTICES
};

struct notice_facts {
	struct primary primary;
	struct usage usage;
	uint64_t quota_messages, quota_octets; /* 0: none */
	time_t bounce_after, settle_wait;
	time_t told[NOTICES]; /* when; 0: never */
};

/* The next that is to be told NOW. */
enum notice notice_due(const struct notice_facts *, time_t now);
const char *notice_name(enum notice);

/* Tells all contacts what there is to tell. */
void notices_run(const struct run *, struct books *);

#endif
