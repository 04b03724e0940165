/* SPDX-License-Identifier: ISC */
/*
 * Whose message it is, from one end of sendproto.h to the other.  All of it
 * was said by a stranger: what cannot be told is unknown, and no reason to
 * keep the message back.
 */
#include <errno.h>
#include <string.h>

#include "sendproto.h"
#include "sendproto_parts.h"

const char *const send_identity_name[IDENTITY_AUTO + 1] = {
    [IDENTITY_HEADERS] = "headers",
    [IDENTITY_XCLIENT] = "xclient",
    [IDENTITY_XFORWARD] = "xforward",
    [IDENTITY_AUTO] = "auto",
};

static int set_address(struct send_client *, const char *);
static int set_word(char *, size_t, const char *);
static int bad(void);

bool
send_identity_parse(const char *s, enum send_identity *out)
{
	for (unsigned i = 0; i <= IDENTITY_AUTO; i++) {
		if (strcmp(s, send_identity_name[i]) == 0) {
			*out = (enum send_identity)i;
			return true;
		}
	}
	return false;
}

int
send_identity_set(struct send_request *r, const char *key, const char *value)
{
	struct send_client *c = &r->client;

	if (r->op == SEND_OPEN && strcmp(key, "identity") == 0)
		return send_identity_parse(value, &r->identity) ? 0 : bad();
	if (r->op != SEND_MAIL && r->op != SEND_BEGIN)
		return send_tls_set(r, key, value);
	if (strcmp(key, "client") == 0)
		return set_address(c, value);
	if (strcmp(key, "name") == 0)
		return set_word(c->name, sizeof c->name, value);
	if (strcmp(key, "helo") == 0)
		return set_word(c->helo, sizeof c->helo, value);
	if (strcmp(key, "proto") == 0)
		return set_word(c->proto, sizeof c->proto, value);
	if (strcmp(key, "id") == 0)
		return set_word(c->id, sizeof c->id, value);
	return bad();
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

static int
set_address(struct send_client *c, const char *value)
{
	struct ip ip;

	*c->ip = '\0';
	if (*value == '\0')
		return 0;
	if (!ip_parse(&ip, value, strlen(value)))
		return bad();
	ip_format(&ip, c->ip);
	return 0;
}

/* Printable ASCII without blanks, or nothing. */
static int
set_word(char *out, size_t size, const char *value)
{
	bool good = strlcpy(out, value, size) < size;

	for (; *value != '\0'; value++)
		good &= *value > 0x20 && *value < 0x7f;
	if (!good)
		*out = '\0';
	return 0;
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}
