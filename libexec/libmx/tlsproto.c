/* SPDX-License-Identifier: ISC */
/*
 * The asker's end of tlsproto.h.  mx-tls has met hostile octets: no more of its
 * answer is believed than can be checked.
 */
#include "tlsproto.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "keys.h"
#include "wire.h"

enum { BITS_MAX = 1024 };

const char *const tls_failure_name[TLS_FAILURES] = {"",
    "certificate-host-mismatch", "certificate-expired",
    "certificate-not-trusted", "tlsa-invalid", "validation-failure"};
const char *const tls_mode_name[] = {"server", "client", "check"};
const char *const tls_verify_name[] = {"any", "pkix", "dane"};
const char *const tls_verified_name[] = {"no", "pkix", "dane"};
const char *const tls_yes_or_no[] = {"no", "yes"};

static int ask(const struct tls_call *, const struct tls_request *,
    struct helper *, struct tls_answer *);
static void add_request(struct pairs *, const struct tls_request *);
static void add_list(struct pairs *, const char *, const struct tls_list *);
static int read_block(struct pairs_in *, int64_t, struct tls_answer *, bool *);
static bool begin_ready(struct keys *, const char *);
static bool begin_peer_name(struct keys *, const char *);

static const struct key answer_keys[] = {
    KEY_TO("ready", begin_ready),
    KEY("up", KEY_FLAG, struct tls_answer, up, .names = tls_yes_or_no),
    KEY("protocol", KEY_TEXT, struct tls_answer, protocol),
    KEY("cipher", KEY_TEXT, struct tls_answer, cipher),
    KEY("bits", KEY_COUNT, struct tls_answer, bits, .most = BITS_MAX),
    KEY("resumed", KEY_FLAG, struct tls_answer, resumed,
	.names = tls_yes_or_no),
    KEY("server_name", KEY_HOST, struct tls_answer, server_name),
    KEY("verified", KEY_ONE_OF, struct tls_answer, verified,
	.names = tls_verified_name, .most = TLS_BY_DANE),
    KEY_TO("peer_name", begin_peer_name),
    KEY("failure", KEY_ONE_OF, struct tls_answer, failure,
	.names = tls_failure_name, .least = 1, .most = TLS_FAILURES - 1),
    KEY("subject", KEY_TEXT, struct tls_answer, subject),
    KEY("reason", KEY_TEXT, struct tls_answer, reason),
    KEYS_END,
};

static const struct key no_keys[] = {KEYS_END};

int
tls_start(const struct tls_call *c, const struct tls_request *r,
    struct helper *h, struct tls_answer *a)
{
	struct stat st;

	*a = (struct tls_answer){.up = false};
	if (stat(c->where, &st) == -1 ||
	    (S_ISSOCK(st.st_mode)
		    ? helper_connect(h, c->where)
		    : helper_start(h, c->where, "mx-tls", -1)) == -1)
		return -1;
	h->in.exact = true;
	if (ask(c, r, h, a) == 0)
		return 0;
	helper_end(h, false);
	return -1;
}

int
tls_finish(struct helper *h, int64_t deadline, struct tls_answer *a)
{
	int result = tls_read_answer(&h->in, deadline, a);

	if (result == 0 && a->up)
		return 0;
	if (result == 0)
		errno = EPROTO;
	helper_end(h, false);
	return -1;
}

int
tls_read_answer(struct pairs_in *in, int64_t deadline, struct tls_answer *a)
{
	bool ready;

	if (read_block(in, deadline, a, &ready) == -1)
		return -1;
	if (!ready && (!a->up || (*a->protocol && *a->cipher)))
		return 0;
	a->up = false;
	errno = EPROTO;
	return -1;
}

bool
tls_peer_is(const struct tls_answer *a, const char *host)
{
	const char *name = a->peer_names, *below = strchr(host, '.');

	while (a->verified != TLS_UNVERIFIED && *name != '\0') {
		size_t n = strcspn(++name, " ");

		if ((n == strlen(host) && strncmp(name, host, n) == 0) ||
		    (n > 2 && strncmp(name, "*.", 2) == 0 && below != NULL &&
			below > host && n == strlen(below) + 1 &&
			strncmp(name + 1, below, n - 1) == 0))
			return true;
		name += n;
	}
	return false;
}

bool
tls_add_peer_name(struct tls_answer *a, const char *name, size_t n)
{
	size_t len = strlen(a->peer_names), i = 0;

	if (n >= 2 && memcmp(name, "*.", 2) == 0)
		i = 1;
	for (; i < n; i++) {
		if (!isalnum((unsigned char)name[i]) &&
		    memchr("-._", name[i], 3) == NULL)
			return false;
	}
	if (n == 0 || n > DOMAIN_LEN || len + 1 + n >= sizeof a->peer_names)
		return false;
	a->peer_names[len++] = ' ';
	for (i = 0; i < n; i++)
		a->peer_names[len++] = (char)tolower((unsigned char)name[i]);
	a->peer_names[len] = '\0';
	return true;
}

static int
ask(const struct tls_call *c, const struct tls_request *r, struct helper *h,
    struct tls_answer *a)
{
	struct pairs p;
	bool ready;

	pairs_init(&p);
	add_request(&p, r);
	if (pairs_send(&p, h->fd, c->network, c->deadline) == -1 ||
	    read_block(&h->in, c->deadline, a, &ready) == -1)
		return -1;
	if (ready)
		return 0;
	a->up = false;
	errno = EPROTO;
	return -1;
}

static void
add_request(struct pairs *p, const struct tls_request *r)
{
	pairs_add(p, "mode", tls_mode_name[r->mode]);
	for (size_t i = 0; i < r->certificate.n; i++) {
		pairs_add(p, "certificate", r->certificate.item[i]);
		pairs_add(p, "key", r->key.item[i]);
	}
	if (r->server_name != NULL)
		pairs_add(p, "server_name", r->server_name);
	if (r->mode == TLS_CLIENT)
		pairs_add(p, "verify", tls_verify_name[r->verify]);
	if (r->lenient)
		pairs_add(p, "lenient", "yes");
	add_list(p, "tlsa", &r->tlsa);
	add_list(p, "name", &r->name);
	if (r->ca_file != NULL)
		pairs_add(p, "ca_file", r->ca_file);
	pairs_add_number(p, "deadline_ms", r->deadline_ms);
}

static void
add_list(struct pairs *p, const char *key, const struct tls_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		pairs_add(p, key, list->item[i]);
}

/* Either block, whole: *READY tells which. */
static int
read_block(
    struct pairs_in *in, int64_t deadline, struct tls_answer *a, bool *ready)
{
	struct keys k = {.all = answer_keys, .whole = a};
	int result;

	*a = (struct tls_answer){.up = false};
	result = keys_read_answer(&k, in, deadline);
	*ready = k.all == no_keys;
	if (result == 0 && k.n > 0)
		return 0;
	*a = (struct tls_answer){.up = false};
	if (result == 0)
		errno = EPROTO;
	return -1;
}

/* It stands alone. */
static bool
begin_ready(struct keys *k, const char *value)
{
	k->all = no_keys;
	return k->n == 0 && strcmp(value, "yes") == 0;
}

static bool
begin_peer_name(struct keys *k, const char *value)
{
	return tls_add_peer_name(k->whole, value, strlen(value));
}
