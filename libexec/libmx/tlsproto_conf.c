/* SPDX-License-Identifier: ISC */
/* The request of a server, as mx.conf(5) has it: mxrecv asks it, and an mx-tls
 * that listens knows it before it is asked. */
#include <string.h>

#include "tlsproto.h"

static bool same_list(const struct tls_list *, const struct tls_list *);
static bool same_text(const char *, const char *);

void
tls_request_of(const struct conf *c, struct tls_request *r)
{
	*r = (struct tls_request){.mode = TLS_SERVER};
	for (unsigned i = 0; i < c->certificates; i++) {
		r->certificate.item[r->certificate.n++] =
		    c->certificate[i].file;
		r->key.item[r->key.n++] = c->certificate[i].key;
	}
	r->name.item[r->name.n++] = c->hostname;
	if (*c->tls_client_authorities != '\0')
		r->ca_file = c->tls_client_authorities;
}

bool
tls_same_server(const struct tls_request *a, const struct tls_request *b)
{
	return a->mode == TLS_SERVER && b->mode == TLS_SERVER &&
	    same_list(&a->certificate, &b->certificate) &&
	    same_list(&a->key, &b->key) && same_list(&a->name, &b->name) &&
	    same_text(a->ca_file, b->ca_file);
}

static bool
same_list(const struct tls_list *a, const struct tls_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (!same_text(a->item[i], b->item[i]))
			return false;
	}
	return true;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}
