/* SPDX-License-Identifier: ISC */
/* mx-tls's end of tlsproto.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "tlsproto.h"
#include "wire.h"

enum { ANSWER_MS = 10000, DEADLINE_MAX = 3600 * 1000 };

static bool add(void *, const char *);
static bool is_sound(const struct tls_request *);
static void free_list(struct tls_list *);
static void add_names(struct pairs *, const char *);

static const struct key request_keys[] = {
    KEY("mode", KEY_ONE_OF, struct tls_request, mode, .names = tls_mode_name,
	.most = TLS_CHECK),
    KEY("certificate", KEY_SET, struct tls_request, certificate, .set = add),
    KEY("key", KEY_SET, struct tls_request, key, .set = add),
    KEY("server_name", KEY_SET, struct tls_request, server_name,
	.set = keys_set_copy),
    KEY("verify", KEY_ONE_OF, struct tls_request, verify,
	.names = tls_verify_name, .most = TLS_DANE),
    KEY("lenient", KEY_FLAG, struct tls_request, lenient,
	.names = tls_yes_or_no),
    KEY("tlsa", KEY_SET, struct tls_request, tlsa, .set = add),
    KEY("name", KEY_SET, struct tls_request, name, .set = add),
    KEY("ca_file", KEY_SET, struct tls_request, ca_file, .set = keys_set_copy),
    KEY("deadline_ms", KEY_MS, struct tls_request, deadline_ms,
	.most = DEADLINE_MAX),
    KEYS_END,
};

int
tls_read(int in, struct tls_request *r, int *network)
{
	struct keys k = {.all = request_keys, .whole = r};
	struct pairs_in p;

	*r = (struct tls_request){.deadline_ms = TLS_DEADLINE_MS};
	pairs_in_init(&p, in);
	p.exact = true;
	if (keys_read(&k, &p, -1) == -1)
		return -1;
	*network = p.passed;
	if (is_sound(r))
		return 0;
	errno = EBADMSG;
	return -1;
}

void
tls_request_free(struct tls_request *r)
{
	free_list(&r->certificate);
	free_list(&r->key);
	free_list(&r->tlsa);
	free_list(&r->name);
	free((char *)(uintptr_t)r->server_name);
	free((char *)(uintptr_t)r->ca_file);
}

int
tls_write_ready(int out)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "ready", "yes");
	return pairs_send(&p, out, -1, wire_now() + ANSWER_MS);
}

int
tls_write(int out, const struct tls_answer *a)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add(&p, "up", tls_yes_or_no[a->up]);
	if (a->up) {
		pairs_add(&p, "protocol", a->protocol);
		pairs_add(&p, "cipher", a->cipher);
		pairs_add_number(&p, "bits", a->bits);
		pairs_add(&p, "resumed", tls_yes_or_no[a->resumed]);
		pairs_add(&p, "verified", tls_verified_name[a->verified]);
	}
	add_names(&p, a->peer_names);
	pairs_add_text(&p, "server_name", a->server_name);
	pairs_add_text(&p, "subject", a->subject);
	pairs_add_text(&p, "failure", tls_failure_name[a->failure]);
	pairs_add_text(&p, "reason", a->reason);
	return pairs_send(&p, out, -1, wire_now() + ANSWER_MS);
}

static bool
add(void *member, const char *value)
{
	struct tls_list *list = member;

	if (list->n == TLS_LIST)
		return false;
	list->item[list->n] = NULL;
	return keys_set_copy(&list->item[list->n++], value);
}

static bool
is_sound(const struct tls_request *r)
{
	if (r->certificate.n != r->key.n)
		return false;
	if (r->mode != TLS_CLIENT)
		return r->certificate.n > 0;
	return (r->verify == TLS_ANY || r->name.n > 0) &&
	    (r->verify != TLS_DANE || r->tlsa.n > 0);
}

static void
free_list(struct tls_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free((char *)(uintptr_t)list->item[i]);
	list->n = 0;
}

static void
add_names(struct pairs *p, const char *names)
{
	char name[DOMAIN_LEN + 1];

	while (*names != '\0') {
		size_t n = strcspn(++names, " ");

		snprintf(name, sizeof name, "%.*s", (int)n, names);
		pairs_add(p, "peer_name", name);
		names += n;
	}
}
