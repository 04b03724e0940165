/* SPDX-License-Identifier: ISC */
/*
 * A helper that answers one request after the other (shift.h), for who asks it
 * now and then: started when it is first needed, kept while it answers well,
 * and ended when it did not.  One that has gone since it was last heard is no
 * trouble: another is started, once, and asked the same.
 */
#ifndef KEPT_H
#define KEPT_H

#include <stdbool.h>

#include "helper.h"

struct kept_call {		    /* what it is asked */
	const char *libexec, *name; /* LIBEXEC/NAME, should it be started */
	int message; /* goes with the request; -1: none.  Not owned */
};

struct kept { /* all zeroes: there is none */
	bool runs;
	bool owes;	  /* an answer */
	unsigned answers; /* that it gave */
	struct kept_call call;
	struct pairs request; /* as long as it owes */
	struct helper helper;
};

/*
 * Sends a request, which is emptied in any case; what CALL tells has to last
 * until kept_settle() says false, or kept_end().  0; -1 with errno.
 */
int kept_ask(struct kept *, const struct kept_call *, struct pairs *request);
/*
 * RESULT is what came of reading its answer from helper.in: 0, or -1 with
 * errno, which stays.  True: it was gone before it said a word, another was
 * asked, and its answer has to be read instead.
 */
bool kept_settle(struct kept *, int result);
/* Whatever it owes is not waited for. */
void kept_end(struct kept *);

#endif
