/* SPDX-License-Identifier: ISC */
/*
 * The keys of a request to mx-send (sendproto.h), each checked as it comes, so
 * that no octet of an envelope can become a command on the wire.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"
#include "sendproto.h"
#include "sendproto_parts.h"

enum { TRACE_LEN = 64 * 1024, PARAM_LEN = ORCPT_LEN + 16, LIMIT_MOST = 86400 };

struct key {
	const char *name;
	enum send_op op;
	int (*set)(struct send_request *, const char *value);
};

static int set_helo(struct send_request *, const char *);
static int set_begun(struct send_request *, const char *);
static int set_limit(struct send_request *, const char *);
static int set_target(struct send_request *, const char *);
static int set_host(struct send_request *, const char *);
static int set_from(struct send_request *, const char *);
static int set_size(struct send_request *, const char *);
static int set_offset(struct send_request *, const char *);
static int set_cut(struct send_request *, const char *);
static int set_trace(struct send_request *, const char *);
static int set_body(struct send_request *, const char *);
static int set_smtputf8(struct send_request *, const char *);
static int set_requiretls(struct send_request *, const char *);
static int set_ret(struct send_request *, const char *);
static int set_envid(struct send_request *, const char *);
static int set_rcpt(struct send_request *, const char *);
static int set_notify(struct send_request *, const char *);
static int set_orcpt(struct send_request *, const char *);

static const struct key keys[] = {
    {"helo", SEND_OPEN, set_helo},
    {"limit", SEND_OPEN, set_limit},
    {"requiretls", SEND_OPEN, set_requiretls},
    {"target", SEND_OPEN, set_target},
    {"host", SEND_OPEN, set_host},
    {"from", SEND_MAIL, set_from},
    {"size", SEND_MAIL, set_size},
    {"offset", SEND_MAIL, set_offset},
    {"cut", SEND_MAIL, set_cut},
    {"trace", SEND_MAIL, set_trace},
    {"body", SEND_MAIL, set_body},
    {"smtputf8", SEND_MAIL, set_smtputf8},
    {"requiretls", SEND_MAIL, set_requiretls},
    {"ret", SEND_MAIL, set_ret},
    {"envid", SEND_MAIL, set_envid},
    {"rcpt", SEND_MAIL, set_rcpt},
    {"notify", SEND_MAIL, set_notify},
    {"orcpt", SEND_MAIL, set_orcpt},
    {"begun", SEND_MAIL, set_begun},
    {"limit", SEND_MAIL, set_limit},
    {"from", SEND_PROBE, set_from},
    {"rcpt", SEND_PROBE, set_rcpt},
    {"from", SEND_BEGIN, set_from},
    {"size", SEND_BEGIN, set_size},
    {"body", SEND_BEGIN, set_body},
    {"smtputf8", SEND_BEGIN, set_smtputf8},
    {"ret", SEND_BEGIN, set_ret},
    {"envid", SEND_BEGIN, set_envid},
    {"limit", SEND_BEGIN, set_limit},
    {"rcpt", SEND_RCPT, set_rcpt},
    {"notify", SEND_RCPT, set_notify},
    {"orcpt", SEND_RCPT, set_orcpt},
};

static int set_op(struct send_request *, const char *);
static int replace(char **, const char *);
static bool set_number(uint64_t *, const char *);
static int set_bool(bool *, const char *);
static bool is_word(const char *);
static bool is_mailbox(const char *);
static bool is_lines(const char *);
static int make_param(char[PARAM_LEN], const char *, const char *);
static int mail_param(struct mail_params *, const char *, const char *);
static int rcpt_param(struct rcpt_params *, const char *, const char *);
static int bad(void);

int
send_request_set(
    struct send_request *r, bool begun, const char *key, const char *value)
{
	if (!begun)
		return strcmp(key, "op") == 0 ? set_op(r, value) : bad();
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (keys[i].op == r->op && strcmp(keys[i].name, key) == 0)
			return keys[i].set(r, value);
	}
	return send_identity_set(r, key, value);
}

static int
set_op(struct send_request *r, const char *value)
{
	static const char *const names[SEND_OPS] = {
	    "open", "mail", "probe", "quit", "begin", "rcpt", "close"};

	for (unsigned i = 0; i < SEND_OPS; i++) {
		if (strcmp(value, names[i]) == 0) {
			r->op = (enum send_op)i;
			return 0;
		}
	}
	return bad();
}

static int
set_helo(struct send_request *r, const char *value)
{
	if (!is_word(value) ||
	    strlcpy(r->helo, value, sizeof r->helo) >= sizeof r->helo)
		return bad();
	return 0;
}

static int
set_limit(struct send_request *r, const char *value)
{
	uint64_t n;

	if (!set_number(&n, value) || n > LIMIT_MOST)
		return bad();
	r->limit = (unsigned)n;
	return 0;
}

/* IP:PORT; the last colon parts them, "[v6]:25" and "v6:25" are one. */
static int
set_target(struct send_request *r, const char *value)
{
	const char *colon = strrchr(value, ':'), *wrong;
	struct send_target *t = &r->target[r->ntarget];
	size_t n;

	if (r->ntarget == SEND_TARGETS || colon == NULL)
		return bad();
	t->port = (unsigned short)strtonum(colon + 1, 1, 65535, &wrong);
	n = (size_t)(colon - value);
	if (n > 2 && *value == '[' && value[n - 1] == ']') {
		value++;
		n -= 2;
	}
	if (wrong != NULL || !ip_parse(&t->ip, value, n))
		return bad();
	r->ntarget++;
	return 0;
}

static int
set_host(struct send_request *r, const char *value)
{
	struct send_target *t;

	if (r->ntarget == 0 || !is_word(value))
		return bad();
	t = &r->target[r->ntarget - 1];
	return strlcpy(t->host, value, sizeof t->host) < sizeof t->host ? 0
									: bad();
}

static int
set_from(struct send_request *r, const char *value)
{
	return is_mailbox(value) ? replace(&r->from, value) : bad();
}

static int
set_size(struct send_request *r, const char *value)
{
	return set_number(&r->size, value) ? 0 : bad();
}

static int
set_offset(struct send_request *r, const char *value)
{
	return set_number(&r->offset, value) ? 0 : bad();
}

/* AT+OCTETS */
static int
set_cut(struct send_request *r, const char *value)
{
	const char *plus = strchr(value, '+');
	uint64_t at, octets;
	char number[24];

	if (plus == NULL || (size_t)(plus - value) >= sizeof number)
		return bad();
	memcpy(number, value, (size_t)(plus - value));
	number[plus - value] = '\0';
	if (!set_number(&at, number) || !set_number(&octets, plus + 1) ||
	    !cuts_add(&r->cuts, at, octets))
		return bad();
	return 0;
}

static int
set_trace(struct send_request *r, const char *value)
{
	size_t old = strlen(r->trace), n = strlen(value);
	char *trace;

	if (!is_lines(value) || old + n > TRACE_LEN)
		return bad();
	if ((trace = realloc(r->trace, old + n + 1)) == NULL)
		return -1;
	memcpy(trace + old, value, n + 1);
	r->trace = trace;
	return 0;
}

static int
set_body(struct send_request *r, const char *value)
{
	struct mail_params m;

	if (mail_param(&m, "BODY", value) == -1)
		return -1;
	r->body = m.body;
	return 0;
}

static int
set_smtputf8(struct send_request *r, const char *value)
{
	return set_bool(&r->smtputf8, value);
}

static int
set_begun(struct send_request *r, const char *value)
{
	return set_bool(&r->begun, value);
}

static int
set_requiretls(struct send_request *r, const char *value)
{
	r->requiretls = strcmp(value, "1") == 0;
	return r->requiretls ? 0 : bad();
}

static int
set_ret(struct send_request *r, const char *value)
{
	struct mail_params m;

	if (mail_param(&m, "RET", value) == -1)
		return -1;
	r->ret = m.ret;
	return 0;
}

static int
set_envid(struct send_request *r, const char *value)
{
	struct mail_params m;

	if (mail_param(&m, "ENVID", value) == -1)
		return -1;
	return replace(&r->envid, m.envid);
}

static int
set_rcpt(struct send_request *r, const char *value)
{
	struct send_rcpt *new = r->rcpt;
	size_t n = r->nrcpt;

	if (n == RECIPIENTS || *value == '\0' || !is_mailbox(value))
		return bad();
	if ((n & (n - 1)) == 0) { /* full at each power of two */
		new = reallocarray(r->rcpt, n == 0 ? 1 : 2 * n, sizeof *new);
		if (new == NULL)
			return -1;
		r->rcpt = new;
	}
	new[n] =
	    (struct send_rcpt){.mailbox = strdup(value), .orcpt = strdup("")};
	r->nrcpt++;
	return new[n].mailbox != NULL &&new[n].orcpt != NULL ? 0 : -1;
}

static int
set_notify(struct send_request *r, const char *value)
{
	struct rcpt_params p;

	if (r->nrcpt == 0 || rcpt_param(&p, "NOTIFY", value) == -1)
		return bad();
	r->rcpt[r->nrcpt - 1].notify = p.notify;
	return 0;
}

static int
set_orcpt(struct send_request *r, const char *value)
{
	struct rcpt_params p;

	if (r->nrcpt == 0 || rcpt_param(&p, "ORCPT", value) == -1)
		return bad();
	return replace(&r->rcpt[r->nrcpt - 1].orcpt, p.orcpt);
}

static int
replace(char **member, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -1;
	free(*member);
	*member = copy;
	return 0;
}

static bool
set_number(uint64_t *out, const char *value)
{
	const char *wrong;

	*out = (uint64_t)strtonum(value, 0, INT64_MAX, &wrong);
	return wrong == NULL;
}

static int
set_bool(bool *out, const char *value)
{
	uint64_t n;

	if (!set_number(&n, value) || n > 1)
		return bad();
	*out = n == 1;
	return 0;
}

/* Printable ASCII without blanks. */
static bool
is_word(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s <= 0x20 || *s >= 0x7f)
			return false;
	}
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

/* " KEY=VALUE" for param.h; 0 when VALUE may be one. */
static int
make_param(char out[PARAM_LEN], const char *key, const char *value)
{
	int n = snprintf(out, PARAM_LEN, " %s=%s", key, value);

	return n > 0 && n < PARAM_LEN && is_word(value) ? 0 : bad();
}

static int
mail_param(struct mail_params *out, const char *key, const char *value)
{
	char s[PARAM_LEN], wrong[64];

	*out = (struct mail_params){.size = 0};
	if (*value == '\0')
		return 0;
	if (make_param(s, key, value) == -1 ||
	    param_parse_mail(s, strlen(s), out, wrong) != PARAM_OK)
		return bad();
	return 0;
}

static int
rcpt_param(struct rcpt_params *out, const char *key, const char *value)
{
	char s[PARAM_LEN], wrong[64];

	*out = (struct rcpt_params){.notify = 0};
	if (*value == '\0')
		return 0;
	if (make_param(s, key, value) == -1 ||
	    param_parse_rcpt(s, strlen(s), out, wrong) != PARAM_OK)
		return bad();
	return 0;
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}
