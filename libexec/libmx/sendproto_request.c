/* SPDX-License-Identifier: ISC */
/*
 * The keys of a request to mx-send (sendproto.h), each checked as it comes, so
 * that no octet of an envelope can become a command on the wire.
 */
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "param.h"
#include "sendproto.h"
#include "sendproto_parts.h"

enum { TRACE_LEN = 64 * 1024, TLSA_LEN = 64 * 1024, LIMIT_MOST = 86400 };

static bool begin_op(struct keys *, const char *);
static bool begin_target(struct keys *, const char *);
static bool begin_rcpt(struct keys *, const char *);
static bool set_address(void *, const char *);
static bool set_from(void *, const char *);
static bool set_cut(void *, const char *);
static bool add_trace(void *, const char *);
static bool add_tlsa(void *, const char *);
static bool is_mailbox(const char *);
static bool is_lines(const char *);

static const char *const no_or_yes[] = {"0", "1"};

const struct key send_request_keys[] = {
    KEY_TO("op", begin_op),
    KEYS_END,
};

static const struct key open_keys[] = {
    KEY("helo", KEY_WORD, struct send_request, helo, .must = true),
    KEY("limit", KEY_COUNT, struct send_request, limit, .most = LIMIT_MOST),
    KEY("identity", KEY_ONE_OF, struct send_request, identity,
	.names = send_identity_name, .most = IDENTITY_AUTO),
    KEY("libexec", KEY_OCTETS, struct send_request, libexec),
    KEY("authorities", KEY_OCTETS, struct send_request, authorities),
    KEY("requiretls", KEY_FLAG, struct send_request, requiretls),
    KEY_TO("target", begin_target, .must = true),
    KEYS_END,
};

static const struct key target_keys[] = {
    KEY("host", KEY_WORD, struct send_target, host),
    KEY("tls", KEY_ONE_OF, struct send_target, tls, .names = send_tls_name,
	.most = SEND_TLS_DANE),
    KEY("tlsa", KEY_SET, struct send_target, tlsa, .set = add_tlsa),
    KEY("base", KEY_OCTETS, struct send_target, base),
    KEY("domain", KEY_OCTETS, struct send_target, domain),
    KEY("owner", KEY_OCTETS, struct send_target, owner),
    KEY("lenient", KEY_FLAG, struct send_target, lenient),
    KEYS_END,
};

/* Of a message, when it is only begun, too. */
#define MESSAGE_KEYS                                                      \
	KEY("from", KEY_SET, struct send_request, from, .set = set_from), \
	    KEY("size", KEY_NUMBER, struct send_request, size),           \
	    KEY("limit", KEY_COUNT, struct send_request, limit,           \
		.most = LIMIT_MOST),                                      \
	    KEY("body", KEY_SET, struct send_request, body,               \
		.set = send_set_body),                                    \
	    KEY("smtputf8", KEY_FLAG, struct send_request, smtputf8,      \
		.names = no_or_yes),                                      \
	    KEY("requiretls", KEY_FLAG, struct send_request, requiretls), \
	    KEY("ret", KEY_SET, struct send_request, ret,                 \
		.set = send_set_ret),                                     \
	    KEY("envid", KEY_SET, struct send_request, envid,             \
		.set = send_set_envid),                                   \
	    KEY("client", KEY_SET, struct send_request, client.ip,        \
		.set = set_address),                                      \
	    KEY("name", KEY_HINT, struct send_request, client.name),      \
	    KEY("helo", KEY_HINT, struct send_request, client.helo),      \
	    KEY("proto", KEY_HINT, struct send_request, client.proto),    \
	    KEY("id", KEY_HINT, struct send_request, client.id)

static const struct key begin_keys[] = {MESSAGE_KEYS, KEYS_END};

static const struct key mail_keys[] = {
    MESSAGE_KEYS,
    KEY("offset", KEY_NUMBER, struct send_request, offset),
    KEY("cut", KEY_SET, struct send_request, cuts, .set = set_cut),
    KEY("trace", KEY_SET, struct send_request, trace, .set = add_trace),
    KEY("begun", KEY_FLAG, struct send_request, begun, .names = no_or_yes),
    KEY_TO("rcpt", begin_rcpt, .must = true),
    KEYS_END,
};

static const struct key probe_keys[] = {
    KEY("from", KEY_SET, struct send_request, from, .set = set_from),
    KEY_TO("rcpt", begin_rcpt, .must = true),
    KEYS_END,
};

static const struct key rcpt_keys[] = {
    KEY_TO("rcpt", begin_rcpt, .once = true, .must = true),
    KEYS_END,
};

static const struct key one_rcpt_keys[] = {
    KEY("notify", KEY_SET, struct send_rcpt, notify, .set = send_set_notify),
    KEY("orcpt", KEY_SET, struct send_rcpt, orcpt, .set = send_set_orcpt),
    KEYS_END,
};

static const struct key no_keys[] = {KEYS_END};

/* The first key: it tells which others there are. */
static bool
begin_op(struct keys *k, const char *value)
{
	static const char *const names[SEND_OPS] = {
	    "open", "mail", "probe", "quit", "begin", "rcpt", "close"};
	static const struct key *const of[SEND_OPS] = {open_keys, mail_keys,
	    probe_keys, no_keys, begin_keys, rcpt_keys, no_keys};
	struct send_request *r = k->whole;
	int n = keys_find(names, SEND_OPS, value);

	if (n == -1)
		return false;
	r->op = (enum send_op)n;
	k->all = of[n];
	k->seen = 0;
	return true;
}

/* IP:PORT; the last colon parts them, "[v6]:25" and "v6:25" are one. */
static bool
begin_target(struct keys *k, const char *value)
{
	struct send_request *r = k->whole;
	struct send_target *t = &r->target[r->ntarget];
	const char *colon = strrchr(value, ':'), *wrong;
	size_t n;

	if (r->ntarget == SEND_TARGETS || colon == NULL)
		return false;
	t->port = (unsigned short)strtonum(colon + 1, 1, 65535, &wrong);
	n = (size_t)(colon - value);
	if (n > 2 && *value == '[' && value[n - 1] == ']') {
		value++;
		n -= 2;
	}
	if (wrong != NULL || !ip_parse(&t->ip, value, n))
		return false;
	r->ntarget++;
	k->part = target_keys;
	k->at = t;
	return true;
}

static bool
begin_rcpt(struct keys *k, const char *value)
{
	struct send_request *r = k->whole;
	struct send_rcpt *new = r->rcpt;
	size_t n = r->nrcpt;

	if (n == RECIPIENTS || !is_mailbox(value))
		return false;
	if ((n & (n - 1)) == 0) { /* full at each power of two */
		new = reallocarray(r->rcpt, n == 0 ? 1 : 2 * n, sizeof *new);
		if (new == NULL)
			return false;
		r->rcpt = new;
	}
	new[n] =
	    (struct send_rcpt){.mailbox = strdup(value), .orcpt = strdup("")};
	r->nrcpt++;
	k->part = r->op == SEND_PROBE ? NULL : one_rcpt_keys;
	k->at = &new[n];
	return new[n].mailbox != NULL &&new[n].orcpt != NULL;
}

static bool
set_address(void *text, const char *value)
{
	struct ip ip;

	*(char *)text = '\0';
	if (*value == '\0')
		return true;
	if (!ip_parse(&ip, value, strlen(value)))
		return false;
	ip_format(&ip, text);
	return true;
}

static bool
set_from(void *from, const char *value)
{
	return is_mailbox(value) && keys_set_copy(from, value);
}

/* AT+OCTETS */
static bool
set_cut(void *cuts, const char *value)
{
	const char *plus = strchr(value, '+');
	uint64_t at, octets;
	char number[24];

	if (plus == NULL || (size_t)(plus - value) >= sizeof number)
		return false;
	memcpy(number, value, (size_t)(plus - value));
	number[plus - value] = '\0';
	return keys_number(number, INT64_MAX, &at) &&
	    keys_number(plus + 1, INT64_MAX, &octets) &&
	    cuts_add(cuts, at, octets);
}

static bool
add_trace(void *member, const char *value)
{
	char **trace = member, *more;
	size_t old = strlen(*trace), n = strlen(value);

	if (!is_lines(value) || old + n > TRACE_LEN ||
	    (more = realloc(*trace, old + n + 1)) == NULL)
		return false;
	memcpy(more + old, value, n + 1);
	*trace = more;
	return true;
}

static bool
add_tlsa(void *member, const char *value)
{
	char **tlsa = member, *more;
	size_t old = *tlsa == NULL ? 0 : strlen(*tlsa), n = strlen(value);

	if (n == 0 || strchr(value, '\n') != NULL || old + n > TLSA_LEN ||
	    (more = realloc(*tlsa, old + n + 2)) == NULL)
		return false;
	memcpy(more + old, value, n);
	memcpy(more + old + n, "\n", 2);
	*tlsa = more;
	return true;
}

/*
 * It was parsed when it came (path.h); here it must only be unable to end the
 * command or its path: no control octet, and neither blank nor bracket outside
 * a quoted string.
 */
static bool
is_mailbox(const char *s)
{
	bool quoted = false;

	if (strlen(s) > MAILBOX_LEN)
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
		if (*s == '"')
			quoted = !quoted;
		else if (!quoted && strchr(" <>", *s) != NULL)
			return false;
		else if (*s == '\\' && (unsigned char)s[1] >= 0x20)
			s++;
	}
	return !quoted;
}

/* Header lines, each ended by CR LF, none empty, no other CR or LF. */
static bool
is_lines(const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, "\r\n");

		if (n == 0 || s[n] != '\r' || s[n + 1] != '\n')
			return false;
		s += n + 2;
	}
	return true;
}
