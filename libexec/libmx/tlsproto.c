/* SPDX-License-Identifier: ISC */
/*
 * The asker's end of tlsproto.h.  mx-tls has met hostile octets: no more of its
 * answer is believed than can be checked.
 */
#include "tlsproto.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wire.h"

enum { BITS_MAX = 1024 };

const char *const tls_failure_name[TLS_FAILURES] = {"",
    "certificate-host-mismatch", "certificate-expired",
    "certificate-not-trusted", "tlsa-invalid", "validation-failure"};
const char *const tls_mode_name[] = {"server", "client", "check", NULL};
const char *const tls_verify_name[] = {"any", "pkix", "dane", NULL};
const char *const tls_verified_name[] = {"no", "pkix", "dane", NULL};

static int ask(const struct tls_call *, const struct tls_request *,
    struct helper *, struct tls_answer *);
static void add_request(struct pairs *, const struct tls_request *);
static void add_list(struct pairs *, const char *, const struct tls_list *);
static int read_block(struct pairs_in *, int64_t, struct tls_answer *, bool *);
static bool set_pair(struct tls_answer *, const char *, const char *);
static bool set_text(char *, size_t, const char *);
static bool set_flag(bool *, const char *);
static bool set_failure(enum tls_failure *, const char *);
static bool set_verified(enum tls_verified *, const char *);
static bool set_name(char *, const char *);

int
tls_start(const struct tls_call *c, const struct tls_request *r,
    struct helper *h, struct tls_answer *a)
{
	struct stat st;
	int error;

	*a = (struct tls_answer){.up = false};
	if (stat(c->where, &st) == -1 ||
	    (S_ISSOCK(st.st_mode)
		    ? helper_connect(h, c->where)
		    : helper_start(h, c->where, "mx-tls", -1)) == -1)
		return -1;
	h->in.exact = true;
	if (ask(c, r, h, a) == 0)
		return 0;
	error = errno;
	helper_end(h, false);
	errno = error;
	return -1;
}

int
tls_finish(struct helper *h, int64_t deadline, struct tls_answer *a)
{
	int result = tls_read_answer(&h->in, deadline, a), error = errno;

	if (result == 0 && a->up)
		return 0;
	helper_end(h, false);
	errno = result == 0 ? EPROTO : error;
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
	enum pairs_status status;
	const char *key;
	char *value;
	size_t n = 0;

	*a = (struct tls_answer){.up = false};
	*ready = false;
	while (
	    (status = pairs_next(in, deadline, &key, &value)) == PAIRS_PAIR) {
		if (n++ == 0 && strcmp(key, "ready") == 0)
			*ready = strcmp(value, "yes") == 0;
		else if (*ready || !set_pair(a, key, value))
			break;
	}
	if (status == PAIRS_END && n > 0)
		return 0;
	*a = (struct tls_answer){.up = false};
	if (status != PAIRS_ERROR || errno == EBADMSG)
		errno = EPROTO;
	return -1;
}

static bool
set_pair(struct tls_answer *a, const char *key, const char *value)
{
	const char *wrong = NULL;

	if (strcmp(key, "up") == 0)
		return set_flag(&a->up, value);
	if (strcmp(key, "resumed") == 0)
		return set_flag(&a->resumed, value);
	if (strcmp(key, "protocol") == 0)
		return set_text(a->protocol, sizeof a->protocol, value);
	if (strcmp(key, "cipher") == 0)
		return set_text(a->cipher, sizeof a->cipher, value);
	if (strcmp(key, "server_name") == 0)
		return set_name(a->server_name, value);
	if (strcmp(key, "peer_name") == 0)
		return tls_add_peer_name(a, value, strlen(value));
	if (strcmp(key, "verified") == 0)
		return set_verified(&a->verified, value);
	if (strcmp(key, "failure") == 0)
		return set_failure(&a->failure, value);
	if (strcmp(key, "subject") == 0)
		return set_text(a->subject, sizeof a->subject, value);
	if (strcmp(key, "reason") == 0)
		return set_text(a->reason, sizeof a->reason, value);
	if (strcmp(key, "bits") != 0)
		return false;
	a->bits = (unsigned)strtonum(value, 0, BITS_MAX, &wrong);
	return wrong == NULL;
}

/* Printable, so that it may stand in a header field, a reply or the log. */
static bool
set_text(char *out, size_t size, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (!isprint((unsigned char)*p))
			return false;
	}
	return strlcpy(out, value, size) < size;
}

static bool
set_flag(bool *flag, const char *value)
{
	*flag = strcmp(value, "yes") == 0;
	return *flag || strcmp(value, "no") == 0;
}

static bool
set_failure(enum tls_failure *failure, const char *value)
{
	for (unsigned i = 1; i < TLS_FAILURES; i++) {
		if (strcmp(tls_failure_name[i], value) == 0) {
			*failure = (enum tls_failure)i;
			return true;
		}
	}
	return false;
}

static bool
set_verified(enum tls_verified *verified, const char *value)
{
	for (unsigned i = 0; tls_verified_name[i] != NULL; i++) {
		if (strcmp(tls_verified_name[i], value) == 0) {
			*verified = (enum tls_verified)i;
			return true;
		}
	}
	return false;
}

/* Letters, digits, hyphens, as a name is inside. */
static bool
set_name(char *out, const char *value)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";

	return value[strspn(value, name)] == '\0' &&
	    strlcpy(out, value, DOMAIN_LEN + 1) <= DOMAIN_LEN;
}
