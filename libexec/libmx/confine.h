/* SPDX-License-Identifier: ISC */
/*
 * What mxrecv(8) and mxrun(8) give up before they look at what others wrote:
 * privileges to gain, system calls that mail has no use for (seccomp), and all
 * files but those that mx.conf(5) names (Landlock).  Helpers inherit it, and
 * give up more (sandbox.h).
 */
#ifndef CONFINE_H
#define CONFINE_H

#include "conf.h"

enum confine_role {
	CONFINE_RECEIVER, /* reads policy.db; writes state.db and the spool */
	CONFINE_RUNNER	  /* writes policy.db too: a hot journal is undone */
};

/*
 * For this process and those it starts, unless mx.conf(5) says "confine no".
 * What an older kernel lacks is left out, and logged.  0; -1 with errno: go no
 * further.
 */
int confine(const struct conf *, enum confine_role);

#endif
