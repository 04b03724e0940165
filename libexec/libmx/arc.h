/* SPDX-License-Identifier: ISC */
/*
 * The Authenticated Received Chain in a header section (RFC 8617 4): its sets,
 * whether they are a chain, and what their signatures are about.  Nothing is
 * copied: the section must stay where it is.
 */
#ifndef ARC_H
#define ARC_H

#include <stdbool.h>
#include <stddef.h>

#include "canon.h"
#include "taglist.h"

enum { ARC_SETS = 50 /* RFC 8617 4.2.1 */ };
enum { ARC_FIELDS = 2000, ARC_NAMES = 256 }; /* ours: of a section, of h= */

struct arc_field {
	const char *text; /* as it came, without its last CR LF */
	size_t len;
	size_t name; /* octets of its name */
	size_t body; /* where its body begins; LEN + 1: it is no field */
};

struct arc_set { /* fields by their place in the section, from 1; 0: none */
	unsigned results, message, seal;
};

struct arc {
	unsigned n;			  /* the highest instance */
	struct arc_set set[ARC_SETS + 1]; /* by instance */
	bool found;			  /* any field of ARC */
	const char *wrong; /* why it is no chain; NULL: it may be one */
	unsigned fields;
	bool overflow;				/* more than ARC_FIELDS */
	struct arc_field field[ARC_FIELDS + 1]; /* from 1 */
};

void arc_init(struct arc *);
/* The section's fields from the first to the last. */
void arc_push(struct arc *, const char *field, size_t n);
/* RFC 8617 5.2, steps 1 to 3: the structure alone. */
bool arc_is_chain(struct arc *);
/* The newest seal says "cv=fail": nobody adds a set to it (5.1.1). */
bool arc_has_failed(const struct arc *);

/* A tag of a field whose body is a tag-list. */
bool arc_tag(const struct arc *, unsigned field, const char *, struct tag *);
/* "1" to "50"; 0: it is none. */
unsigned arc_instance(const struct tag *);

/* What the signature of an ARC-Message-Signature is about; b= counts as
 * empty.  False: its h= can not be, or is not to be, signed. */
bool arc_message_octets(const struct arc *, unsigned field, struct canon *);
/* What the ARC-Seal of instance I is about: the sets from FROM to I. */
void arc_seal_octets(
    const struct arc *, unsigned from, unsigned i, struct canon *);
/* One field without the value of its b=, in relaxed form or as it is. */
void arc_unsigned_octets(
    const struct arc_field *, bool relaxed, struct canon *);
/* A field cut into its parts; false: it is none. */
bool arc_field_parse(struct arc_field *, const char *text, size_t n);

#endif
