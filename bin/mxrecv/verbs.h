/* SPDX-License-Identifier: ISC */
/*
 * The handlers of session.c's verb table.  ARG is what follows the verb, its
 * blanks at both ends gone, N octets and a NUL.  Each fills the reply.
 */
#ifndef VERBS_H
#define VERBS_H

#include "session.h"

typedef enum next verb_handler(
    struct session *, const char *arg, size_t n, struct reply *);

verb_handler verb_helo, verb_ehlo;			     /* hello.c */
verb_handler verb_mail, verb_rcpt;			     /* mail.c */
verb_handler verb_data, verb_bdat;			     /* data.c */
verb_handler verb_etrn;					     /* etrn.c */
verb_handler verb_rset, verb_noop, verb_starttls, verb_vrfy, /* misc.c */
    verb_expn, verb_help, verb_quit, verb_unsupported, verb_not_smtp;

#endif
