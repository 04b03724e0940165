/* SPDX-License-Identifier: ISC */
#include "ready.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf.h"
#include "server.h"
#include "warm.h"

enum {
	FILES = 2 * CONF_CERTIFICATES + 2, /* mx.conf and authorities, too */
	AT_ONCE = 400			   /* while mx.conf is of no use */
};

struct sign { /* a file that has the same is the same */
	const char *file;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct ready {
	struct conf conf;
	SSL *ssl; /* NULL: not ready */
	size_t files;
	struct sign sign[FILES];
};

static void sign_files(struct ready *);
static void sign(struct ready *, const char *);
static void look_at(struct sign *, const char *);

/* Signs come first: what changes while it is loaded is old at once. */
struct ready *
ready_load(const char *file)
{
	struct ready *r = calloc(1, sizeof *r);
	struct tls_request request;
	struct tls_answer answer = {.up = false};
	char error[CONF_ERROR];

	if (r == NULL)
		return NULL;
	sign(r, file);
	r->conf.connections = AT_ONCE;
	if (conf_load(&r->conf, file, error) == -1)
		return r;
	sign_files(r);
	tls_request_of(&r->conf, &request);
	if (request.certificate.n > 0)
		r->ssl = server_open(&request, &answer);
	if (r->ssl != NULL)
		warm(r->ssl);
	return r;
}

bool
ready_is_old(const struct ready *r)
{
	for (size_t i = 0; i < r->files; i++) {
		struct sign now;

		look_at(&now, r->sign[i].file);
		if (memcmp(&now, &r->sign[i], sizeof now) != 0)
			return true;
	}
	return false;
}

unsigned
ready_connections(const struct ready *r)
{
	return r->conf.connections;
}

SSL *
ready_for(const struct ready *r, const struct tls_request *request)
{
	struct tls_request known;

	if (r->ssl == NULL)
		return NULL;
	tls_request_of(&r->conf, &known);
	return tls_same_server(&known, request) ? r->ssl : NULL;
}

static void
sign_files(struct ready *r)
{
	for (unsigned i = 0; i < r->conf.certificates; i++) {
		sign(r, r->conf.certificate[i].file);
		sign(r, r->conf.certificate[i].key);
	}
	if (*r->conf.tls_client_authorities != '\0')
		sign(r, r->conf.tls_client_authorities);
}

static void
sign(struct ready *r, const char *file)
{
	look_at(&r->sign[r->files++], file);
}

/* One that is not there has a sign, too. */
static void
look_at(struct sign *s, const char *file)
{
	struct stat st;

	memset(s, 0, sizeof *s);
	s->file = file;
	if (stat(file, &st) == -1)
		return;
	s->device = st.st_dev;
	s->inode = st.st_ino;
	s->size = st.st_size;
	s->changed = st.st_ctim;
}
