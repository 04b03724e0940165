/* SPDX-License-Identifier: ISC */
/*
 * Asking a mail exchanger whether it would take mail for an address, without
 * sending any (RFC 5321 3.3 as far as RCPT).
 */
#ifndef CALLOUT_H
#define CALLOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "demand.h"
#include "sendproto.h"

enum callout_result {
	CALLOUT_GOOD,
	CALLOUT_BAD,	    /* refused for good */
	CALLOUT_TEMPORARY,  /* it answers, and does not say */
	CALLOUT_UNREACHABLE /* or not as it has to be */
};

enum { CALLOUT_REPLY = 200 };

struct callout {
	const char *libexec, *helo;
	const struct send_target *target;
	size_t ntarget;
	const char *authorities;     /* of certificates; "": the system's */
	const struct demand *demand; /* on the targets; NULL: none */
	const char *mailbox;
	bool catchall;	  /* ask for a name at random, too */
	int64_t deadline; /* of all of it, wire_now() */
};

struct callout_answer {
	enum callout_result result;
	bool takes_all; /* of catchall: the name at random was taken */
	char host[SEND_HOST];
	char reply[CALLOUT_REPLY]; /* printable, one line */
};

void callout_ask(const struct callout *, struct callout_answer *);

#endif
