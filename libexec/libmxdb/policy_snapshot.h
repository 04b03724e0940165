/* SPDX-License-Identifier: ISC */
/*
 * All of policy.db as data, for a process that forks for each connection: no
 * SQLite crosses the fork, and the children share one copy whatever its size.
 */
#ifndef POLICY_SNAPSHOT_H
#define POLICY_SNAPSHOT_H

#include <sys/types.h>

#include "policydb.h"

struct policy_snapshot;

/* NULL: out of memory. */
struct policy_snapshot *policy_snapshot_new(const char *file);
void policy_snapshot_free(struct policy_snapshot *);
/*
 * The policy as the file has it now.  NULL: it has changed, and a child reads
 * it, or it can not be read; who needs it meanwhile reads the file.  Never
 * waits.
 */
struct policy_db *policy_snapshot_look(struct policy_snapshot *);
/* Of what is held: another each time that it is read. */
unsigned policy_snapshot_version(const struct policy_snapshot *);
/* A child of the caller has ended with STATUS; false: it was none of ours. */
bool policy_snapshot_reap(struct policy_snapshot *, pid_t, int status);

#endif
