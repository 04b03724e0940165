/* SPDX-License-Identifier: ISC */
/*
 * Whose message it is, from one end of sendproto.h to the other.  All of it
 * was said by a stranger: what cannot be told is unknown, and no reason to
 * keep the message back.
 */
#include "sendproto.h"
#include "sendproto_parts.h"

const char *const send_identity_name[IDENTITY_AUTO + 1] = {
    [IDENTITY_HEADERS] = "headers",
    [IDENTITY_XCLIENT] = "xclient",
    [IDENTITY_XFORWARD] = "xforward",
    [IDENTITY_AUTO] = "auto",
};

bool
send_identity_parse(const char *s, enum send_identity *out)
{
	int n = keys_find(send_identity_name, IDENTITY_AUTO + 1, s);

	if (n != -1)
		*out = (enum send_identity)n;
	return n != -1;
}

void
send_add_client(struct pairs *p, const struct envelope *e, const char *id)
{
	if (*e->client == '\0')
		return;
	pairs_add(p, "client", e->client);
	pairs_add(p, "name", e->client_name);
	pairs_add(p, "helo", e->helo);
	pairs_add(p, "proto", e->proto);
	pairs_add(p, "id", id);
}
