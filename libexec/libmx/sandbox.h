/* SPDX-License-Identifier: ISC */
/*
 * What a helper gives up before the first octet of others: privileges to gain,
 * files, processes, most of the system's calls (Landlock, seccomp, rlimits).
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox_filter; /* of system calls */

struct sandbox {
	bool dns;	      /* new sockets for the resolver: UDP and TCP */
	size_t memory;	      /* octets of address space; 0: 256 MiB */
	unsigned seconds;     /* of CPU; 0: 10 */
	unsigned descriptors; /* 0: 64 */
	/* what sandbox_prepare() made for the same; NULL: made when entered */
	const struct sandbox_filter *filter;
};

/* For one who starts many that enter it; lasts as long as the process.  NULL
 * with errno. */
const struct sandbox_filter *sandbox_prepare(const struct sandbox *);

/* From here on the process may compute, read and write what is open, and
 * little more.  What an older kernel lacks is left out, and logged.  0; -1
 * with errno when seccomp(2) itself is missing: go no further. */
int sandbox_enter(const struct sandbox *);

#endif
