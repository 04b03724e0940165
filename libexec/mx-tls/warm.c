/* SPDX-License-Identifier: ISC */
#include "warm.h"

#include <openssl/err.h>
#include <stdbool.h>

enum { ROUNDS = 10 };

static SSL_SESSION *meet(SSL_CTX *, SSL_CTX *, int version, SSL_SESSION *);
static bool join(SSL *, SSL *);
static SSL_SESSION *talk(SSL *, SSL *);

void
warm(SSL *ssl)
{
	SSL_CTX *server = SSL_get_SSL_CTX(ssl);
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	SSL_SESSION *session = NULL;

	if (client != NULL) {
		meet(server, client, TLS1_2_VERSION, NULL);
		session = meet(server, client, TLS1_3_VERSION, NULL);
		meet(server, client, TLS1_3_VERSION, session);
	}
	SSL_SESSION_free(session);
	SSL_CTX_free(client);
	ERR_clear_error();
}

/* The session of TLS 1.3 for the next time, or NULL. */
static SSL_SESSION *
meet(SSL_CTX *server, SSL_CTX *client, int version, SSL_SESSION *before)
{
	SSL *s = SSL_new(server), *c = SSL_new(client);
	SSL_SESSION *session = NULL;

	if (s != NULL && c != NULL &&
	    SSL_set_min_proto_version(c, version) == 1 &&
	    SSL_set_max_proto_version(c, version) == 1 &&
	    (before == NULL || SSL_set_session(c, before) == 1) && join(s, c))
		session = talk(s, c);
	SSL_free(s);
	SSL_free(c);
	if (version == TLS1_3_VERSION && before == NULL)
		return session;
	SSL_SESSION_free(session);
	return NULL;
}

static bool
join(SSL *s, SSL *c)
{
	BIO *here, *there;

	if (BIO_new_bio_pair(&here, 0, &there, 0) != 1)
		return false;
	SSL_set_bio(s, here, here);
	SSL_set_bio(c, there, there);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	return true;
}

static SSL_SESSION *
talk(SSL *s, SSL *c)
{
	char octet;

	for (int i = 0; i < ROUNDS && !SSL_is_init_finished(s); i++) {
		SSL_do_handshake(c);
		SSL_do_handshake(s);
	}
	/* the ticket comes with what is said */
	if (SSL_write(s, "", 1) == 1)
		SSL_read(c, &octet, 1);
	return SSL_get1_session(c);
}
