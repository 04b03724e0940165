/* SPDX-License-Identifier: ISC */
/* Where a message comes to rest: unlinked, or waiting for its next attempt. */
#ifndef REST_H
#define REST_H

#include "deliver.h"

/* Delivered, and to be reported so by us. */
void rest_relayed(struct lane *);
/* False: it could not be unlinked, which is said. */
bool rest_unlink(struct lane *);
/* Says what errno is about. */
void rest_trouble(struct lane *, const char *what);

#endif
