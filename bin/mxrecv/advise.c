/* SPDX-License-Identifier: ISC */
#include "advise.h"

#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "policydb.h"
#include "sealproto.h"
#include "wire.h"

enum { ASK_MS = 10 * 1000, SPAMD_PORT = 783, CLAMD_PORT = 3310 };

static void look_at_helpers(const struct conf *, FILE *);
static void look_at_spool(const struct conf *, FILE *);
static void look_at_state(const struct conf *, FILE *);
static void look_at_policy(const struct conf *, FILE *);
static void look_at_scanner(
    FILE *, const char *key, const char *where, unsigned short port);
static bool is_there(const char *where, unsigned short port);
static void try_seal(const struct conf *, FILE *);

void
advise_print(const struct conf *c, FILE *f)
{
	look_at_helpers(c, f);
	look_at_spool(c, f);
	look_at_state(c, f);
	look_at_policy(c, f);
	look_at_scanner(f, "clamd", c->clamd, CLAMD_PORT);
	look_at_scanner(f, "spamd", c->spamd, SPAMD_PORT);
	if (*c->arc_key != '\0')
		try_seal(c, f);
}

static void
look_at_helpers(const struct conf *c, FILE *f)
{
	static const char *const names[] = {
	    "mx-send", "mx-spf", "mx-dkim", "mx-scan"};
	char path[PATH_MAX + 16];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", c->libexec, names[i]);
		if (access(path, X_OK) == -1)
			fprintf(f, "# libexec: %s can not be run: %s\n", path,
			    strerror(errno));
	}
}

/* It is made by who first needs it. */
static void
look_at_spool(const struct conf *c, FILE *f)
{
	char parent[PATH_MAX];
	const char *path = c->spool;

	if (access(c->spool, F_OK) == -1 && errno == ENOENT) {
		strlcpy(parent, c->spool, sizeof parent);
		path = dirname(parent);
	}
	if (access(path, R_OK | W_OK | X_OK) == -1)
		fprintf(f,
		    "# spool: no mail can be taken, %s can not be written: "
		    "%s\n",
		    path, strerror(errno));
}

static void
look_at_state(const struct conf *c, FILE *f)
{
	char copy[PATH_MAX];
	const char *directory;

	strlcpy(copy, c->state, sizeof copy);
	directory = dirname(copy);
	if (access(directory, W_OK | X_OK) == -1)
		fprintf(f,
		    "# state: nothing is remembered, %s can not be written: "
		    "%s\n",
		    directory, strerror(errno));
}

static void
look_at_policy(const struct conf *c, FILE *f)
{
	char error[DB_ERROR];
	struct policy_db *p = policy_db_open(c->policy, error);
	struct domain_row row;

	if (p == NULL)
		fprintf(f, "# policy: all mail is deferred, %s\n", error);
	else if (policy_domain(p, "", &row) == ANSWER_NO)
		fprintf(f,
		    "# policy: no domain is handled yet: INSERT INTO "
		    "domain(name) VALUES('example.com')\n");
	policy_db_close(p);
}

static void
look_at_scanner(
    FILE *f, const char *key, const char *where, unsigned short port)
{
	if (*where != '\0' && !is_there(where, port))
		fprintf(f, "# %s: nobody answers at %s: %s\n", key, where,
		    strerror(errno));
}

static bool
is_there(const char *where, unsigned short port)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct sockaddr_storage ss;
	struct endpoint r;
	socklen_t len = sizeof local;
	int fd, result, saved;

	if (*where == '/') {
		strlcpy(local.sun_path, where, sizeof local.sun_path);
		memcpy(&ss, &local, sizeof local);
	} else if (endpoint_parse(&r, where, port)) {
		len = ip_to_sockaddr(&r.ip, r.port, &ss);
	} else {
		errno = EINVAL;
		return false;
	}
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	result = fd == -1 ? -1 : connect(fd, (struct sockaddr *)&ss, len);
	saved = errno;
	if (fd != -1)
		close(fd);
	errno = saved;
	return result == 0;
}

/* A message of nothing is sealed, as any would be. */
static void
try_seal(const struct conf *c, FILE *f)
{
	static const char text[] = "From: <postmaster@localhost>\r\n\r\n";
	struct seal_request r = {.fd = memfd_create("message", MFD_CLOEXEC),
	    .size = sizeof text - 1,
	    .key = c->arc_key,
	    .domain = conf_signer(c),
	    .selector = c->arc_selector,
	    .cv = "none",
	    .results = " localhost; none"};
	struct seal_answer a = {.error = "no memory"};

	if (r.fd != -1 && write(r.fd, text, r.size) == (ssize_t)r.size)
		seal_ask(c->libexec, &r, wire_now() + ASK_MS, &a);
	if (r.fd != -1)
		close(r.fd);
	if (*a.error != '\0')
		fprintf(
		    f, "# Mail is not sealed: %s: %s\n", c->arc_key, a.error);
	else
		fprintf(f,
		    "# Mail is sealed; the key's public half belongs at "
		    "%s._domainkey.%s\n",
		    c->arc_selector, conf_signer(c));
}
