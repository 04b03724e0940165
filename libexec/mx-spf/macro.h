/* SPDX-License-Identifier: ISC */
/*
 * Macros in records (RFC 7208 7).  libspf2 is never shown one: its own
 * expansion writes out of bounds (CVE-2023-42118).
 */
#ifndef MACRO_H
#define MACRO_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "ip.h"

struct macro_values {
	const char *local, *sender_domain; /* %{l}, %{o}; %{s} is both */
	const char *domain;		   /* %{d} */
	const char *helo;		   /* %{h} */
	const char *validated;		   /* %{p}, see macro_wants_name() */
	const struct ip *client;	   /* %{i}, %{v} */
};

/* A macro-string; EXPLAINS lets in %{c}, %{r} and %{t} too. */
bool macro_check(const char *s, size_t n, bool explains);
/* A domain-spec; NULL, or what is malformed. */
const char *macro_check_domain(const char *s, size_t n);
/* The domain-spec S, which is well formed, has %{p} in it. */
bool macro_wants_name(const char *s, size_t n);
/*
 * Expands the domain-spec S, which is well formed, to the name to be asked for:
 * without the root's dot, shortened from the left to fit.  False when it is no
 * name, or when an octet over 127 of a local part would be in it (RFC 8616 4).
 */
bool macro_expand(const struct macro_values *, const char *s, size_t n,
    char out[DOMAIN_LEN + 1]);

#endif
