/* SPDX-License-Identifier: ISC */
/*
 * One line of the journal or of a helper's dialogue: "type key=value …".  The
 * one encoder: in a value every octet outside 0x21-0x7e, and '%', is "%XX", so
 * that no octet of a client or a server can end a line or a value.
 *
 * In the journal each line is "<8 hex digits: CRC-32C of the rest> type …\n".
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct record { /* under construction */
	char line[RECORD_LEN];
	size_t len;
	bool overflow; /* something did not fit; the record is unusable */
};

/* Leaves room for the checksum. */
void record_begin(struct record *, const char *type);
void record_add(struct record *, const char *key, const char *value);
void record_add_octets(
    struct record *, const char *key, const char *value, size_t n);
void record_add_number(struct record *, const char *key, uint64_t value);
/* Checksum and newline in place; LINE, LEN are ready to be written.  False on
 * overflow. */
bool record_end(struct record *);

struct record_view { /* a parsed line */
	const char *type;
	const char *fields; /* NUL-terminated "key=value key=value" */
};

/* Checks and splits a journal line of N octets without its newline; puts NULs
 * into LINE[N] and behind the type.  False: torn or damaged. */
bool record_parse(char *line, size_t n, struct record_view *);
/* Decodes the value of KEY (its first) into OUT, NUL-terminated.  False when
 * it is absent, malformed, does not fit, or contains a NUL. */
bool record_get(
    const struct record_view *, const char *key, char *out, size_t size);
bool record_has(const struct record_view *, const char *key);
bool record_get_number(
    const struct record_view *, const char *key, uint64_t *out);

/* The encoding alone.  Both return false when it does not fit (or, decoding,
 * is malformed); *LEN is the length written, and OUT is NUL-terminated. */
bool value_encode(const char *s, size_t n, char *out, size_t size, size_t *len);
bool value_decode(const char *s, size_t n, char *out, size_t size, size_t *len);

#endif
