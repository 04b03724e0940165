/* SPDX-License-Identifier: ISC */
/* mx-tls's end of tlsproto.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tlsproto.h"
#include "wire.h"

enum { ANSWER_MS = 10000, DEADLINE_MAX = 3600 * 1000 };

static int set_pair(struct tls_request *, const char *, const char *);
static int set_word(unsigned *, const char *const *, const char *);
static int set_number(unsigned *, const char *);
static int set_flag(bool *, const char *);
static int add(struct tls_list *, const char *);
static int replace(const char **, const char *);
static bool is_sound(const struct tls_request *);
static int bad(void);
static void free_list(struct tls_list *);
static void add_text(struct pairs *, const char *, const char *);
static void add_names(struct pairs *, const char *);

int
tls_read(int in, struct tls_request *r, int *network)
{
	struct pairs_in p;
	enum pairs_status status;
	const char *key;
	char *value;

	*r = (struct tls_request){.deadline_ms = TLS_DEADLINE_MS};
	pairs_in_init(&p, in);
	p.exact = true;
	while ((status = pairs_next(&p, -1, &key, &value)) == PAIRS_PAIR) {
		if (set_pair(r, key, value) == -1)
			return -1;
	}
	*network = p.passed;
	if (status == PAIRS_ERROR)
		return -1;
	return status == PAIRS_END && is_sound(r) ? 0 : bad();
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
	pairs_add(&p, "up", a->up ? "yes" : "no");
	if (a->up) {
		pairs_add(&p, "protocol", a->protocol);
		pairs_add(&p, "cipher", a->cipher);
		pairs_add_number(&p, "bits", a->bits);
		pairs_add(&p, "resumed", a->resumed ? "yes" : "no");
		pairs_add(&p, "verified", tls_verified_name[a->verified]);
	}
	add_names(&p, a->peer_names);
	add_text(&p, "server_name", a->server_name);
	add_text(&p, "subject", a->subject);
	add_text(&p, "failure", tls_failure_name[a->failure]);
	add_text(&p, "reason", a->reason);
	return pairs_send(&p, out, -1, wire_now() + ANSWER_MS);
}

static int
set_pair(struct tls_request *r, const char *key, const char *value)
{
	unsigned word = 0;

	if (strcmp(key, "mode") == 0) {
		if (set_word(&word, tls_mode_name, value) == -1)
			return -1;
		r->mode = (enum tls_mode)word;
		return 0;
	}
	if (strcmp(key, "verify") == 0) {
		if (set_word(&word, tls_verify_name, value) == -1)
			return -1;
		r->verify = (enum tls_verify)word;
		return 0;
	}
	if (strcmp(key, "certificate") == 0)
		return add(&r->certificate, value);
	if (strcmp(key, "key") == 0)
		return add(&r->key, value);
	if (strcmp(key, "tlsa") == 0)
		return add(&r->tlsa, value);
	if (strcmp(key, "name") == 0)
		return add(&r->name, value);
	if (strcmp(key, "server_name") == 0)
		return replace(&r->server_name, value);
	if (strcmp(key, "ca_file") == 0)
		return replace(&r->ca_file, value);
	if (strcmp(key, "lenient") == 0)
		return set_flag(&r->lenient, value);
	if (strcmp(key, "deadline_ms") == 0)
		return set_number(&r->deadline_ms, value);
	return bad();
}

static int
set_word(unsigned *out, const char *const *words, const char *value)
{
	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], value) == 0) {
			*out = i;
			return 0;
		}
	}
	return bad();
}

static int
set_number(unsigned *out, const char *value)
{
	const char *wrong;
	unsigned ms = (unsigned)strtonum(value, 0, DEADLINE_MAX, &wrong);

	if (ms != 0)
		*out = ms;
	return wrong == NULL ? 0 : bad();
}

static int
set_flag(bool *flag, const char *value)
{
	*flag = strcmp(value, "yes") == 0;
	return *flag || strcmp(value, "no") == 0 ? 0 : bad();
}

static int
add(struct tls_list *list, const char *value)
{
	if (list->n == TLS_LIST)
		return bad();
	list->item[list->n] = NULL;
	return replace(&list->item[list->n++], value);
}

static int
replace(const char **member, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -1;
	free((char *)(uintptr_t)*member);
	*member = copy;
	return 0;
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

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

static void
free_list(struct tls_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free((char *)(uintptr_t)list->item[i]);
	list->n = 0;
}

static void
add_text(struct pairs *p, const char *key, const char *value)
{
	if (*value != '\0')
		pairs_add(p, key, value);
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
