/* SPDX-License-Identifier: ISC */
/* A notice as a message: a template of share/notice/ with its {words} filled
 * in, queued like a bounce. */
#ifndef NOTICE_MAIL_H
#define NOTICE_MAIL_H

#include "notice.h"

struct notice_to {
	const char *domain, *contact;
	const struct notice_facts *facts;
};

/* 0, or -1 with errno. */
int notice_mail(const struct run *, const struct notice_to *, enum notice);

#endif
