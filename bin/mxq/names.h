/* SPDX-License-Identifier: ISC */
/* The names in a directory of the spool, sorted: all that mxq keeps of a large
 * queue in memory. */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>

struct names {
	char **name;
	size_t n;
};

/* What stands in queue/ and is no hidden file; ids of messages in DIR; what
 * stands in DIR.  0, or -1 with errno and nothing to free. */
int names_of_domains(struct names *, int queue);
int names_of_messages(struct names *, int dir);
int names_of_files(struct names *, int dir);
void names_free(struct names *);
/* Calls EACH with every name in DIR, as they come; stops at, and returns, the
 * first value that is not 0; -1 with errno. */
int names_each(int dir, int (*each)(void *, const char *), void *ctx);

#endif
