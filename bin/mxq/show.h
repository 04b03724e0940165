/* SPDX-License-Identifier: ISC */
/* One message, for people (show.c) and for programs (show_json.c). */
#ifndef SHOW_H
#define SHOW_H

#include "mxq.h"

/* One JSON object on one line; an exit code. */
int show_json(struct mxq *, const struct target *, struct message *);
/* A record of what happened, none of the envelope. */
bool show_is_event(const struct record_view *);
const char *show_rcpt_word(const struct rcpt *);

#endif
