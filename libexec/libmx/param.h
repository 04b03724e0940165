/* SPDX-License-Identifier: ISC */
/*
 * ESMTP parameters of MAIL and RCPT (RFC 5321 4.1.1.11): SIZE (RFC 1870),
 * BODY (RFC 6152), SMTPUTF8 (RFC 6531), REQUIRETLS (RFC 8689), RET, ENVID,
 * NOTIFY, ORCPT (RFC 3461).
 */
#ifndef PARAM_H
#define PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

enum body { BODY_NONE, BODY_7BIT, BODY_8BITMIME };
enum ret { RET_NONE, RET_FULL, RET_HDRS };
enum notify { /* bits; 0: not given, which means FAILURE and DELAY */
	NOTIFY_NEVER = 1,
	NOTIFY_SUCCESS = 2,
	NOTIFY_FAILURE = 4,
	NOTIFY_DELAY = 8
};

struct mail_params {
	uint64_t size; /* 0: not declared */
	enum body body;
	bool smtputf8;
	bool requiretls;
	enum ret ret;
	char envid[ENVID_LEN + 1]; /* xtext as it came, checked */
};

struct rcpt_params {
	unsigned notify;
	char orcpt[ORCPT_LEN + 1]; /* addr-type ";" xtext as it came, checked */
};

enum param_error {
	PARAM_OK,
	PARAM_UNKNOWN, /* 555 5.5.4 */
	PARAM_SYNTAX,  /* 501 5.5.4: bad value, or given twice */
};

/*
 * Parses what follows the path: "" or " SIZE=123 BODY=8BITMIME".  On error
 * BAD, of 64 octets, names the parameter, printable.  A SIZE of more digits
 * than fit becomes UINT64_MAX.
 */
enum param_error param_parse_mail(
    const char *s, size_t n, struct mail_params *out, char bad[64]);
enum param_error param_parse_rcpt(
    const char *s, size_t n, struct rcpt_params *out, char bad[64]);

/* xtext (RFC 3461 4): decodes S into out of SIZE octets, NUL-terminated; false
 * when S is not xtext, decodes to a control octet, or does not fit. */
bool xtext_decode(const char *s, char *out, size_t size);
/* The way there; false when it does not fit, or S is not printable ASCII. */
bool xtext_encode(const char *s, char *out, size_t size);

const char *body_name(enum body); /* "7BIT", "8BITMIME", NULL for none */
const char *ret_name(enum ret);	  /* "FULL", "HDRS", NULL */
/* "NEVER" or a list, "" for 0; out has 32 octets. */
void notify_format(unsigned notify, char out[32]);

#endif
