/* SPDX-License-Identifier: ISC */
/* What policydb*.c share; no one else includes it. */
#ifndef POLICYDB_PARTS_H
#define POLICYDB_PARTS_H

#include "policydb.h"
#include "sql.h"

struct policy_db {
	struct sql sql;
};

/* A column that names a verdict; false when it does not. */
bool policy_parse_verdict(sqlite3_stmt *, int column, enum verdict *);

#endif
