/* SPDX-License-Identifier: ISC */
/*
 * Parameters of MAIL and RCPT in a request to mx-send: what the session's
 * parser (param.h) would not take from a client is not taken here.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "param.h"
#include "sendproto_parts.h"

enum { PARAM_LEN = ORCPT_LEN + 16 };

static bool mail_param(struct mail_params *, const char *, const char *);
static bool rcpt_param(struct rcpt_params *, const char *, const char *);
static bool make_param(char[PARAM_LEN], const char *, const char *);

bool
send_set_body(void *body, const char *value)
{
	struct mail_params m;

	if (!mail_param(&m, "BODY", value))
		return false;
	*(enum body *)body = m.body;
	return true;
}

bool
send_set_ret(void *ret, const char *value)
{
	struct mail_params m;

	if (!mail_param(&m, "RET", value))
		return false;
	*(enum ret *)ret = m.ret;
	return true;
}

bool
send_set_envid(void *envid, const char *value)
{
	struct mail_params m;

	return mail_param(&m, "ENVID", value) && keys_set_copy(envid, m.envid);
}

bool
send_set_notify(void *notify, const char *value)
{
	struct rcpt_params p;

	if (!rcpt_param(&p, "NOTIFY", value))
		return false;
	*(unsigned *)notify = p.notify;
	return true;
}

bool
send_set_orcpt(void *orcpt, const char *value)
{
	struct rcpt_params p;

	return rcpt_param(&p, "ORCPT", value) && keys_set_copy(orcpt, p.orcpt);
}

static bool
mail_param(struct mail_params *out, const char *key, const char *value)
{
	char s[PARAM_LEN], wrong[64];

	*out = (struct mail_params){.size = 0};
	return *value == '\0' ||
	    (make_param(s, key, value) &&
		param_parse_mail(s, strlen(s), out, wrong) == PARAM_OK);
}

static bool
rcpt_param(struct rcpt_params *out, const char *key, const char *value)
{
	char s[PARAM_LEN], wrong[64];

	*out = (struct rcpt_params){.notify = 0};
	return *value == '\0' ||
	    (make_param(s, key, value) &&
		param_parse_rcpt(s, strlen(s), out, wrong) == PARAM_OK);
}

/* " KEY=VALUE" for param.h; false when VALUE can be none. */
static bool
make_param(char out[PARAM_LEN], const char *key, const char *value)
{
	int n = snprintf(out, PARAM_LEN, " %s=%s", key, value);

	for (; *value > ' ' && *value <= '~'; value++)
		continue;
	return n > 0 && n < PARAM_LEN && *value == '\0';
}
