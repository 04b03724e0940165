/* SPDX-License-Identifier: ISC */
/* From the words of the command line to messages of the spool. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "domain.h"
#include "mxq.h"
#include "text.h"

typedef int each_fn(struct mxq *, const struct target *);

static int each_id(struct mxq *, const char *id, each_fn *);
static int each_path(struct mxq *, const char *arg, each_fn *);
static int each_of_domain(struct mxq *, const char *arg, each_fn *);
static bool inner_name(struct mxq *, const char *arg, char *out, size_t size);
static int none(const char *domain, const char *id);

int
target_each(struct mxq *q, char *args[], bool domains, each_fn *each)
{
	int worst = EX_OK;

	for (; *args != NULL; args++) {
		int code;

		if (id_valid(*args))
			code = each_id(q, *args, each);
		else if (strchr(*args, '/') != NULL)
			code = each_path(q, *args, each);
		else if (domains)
			code = each_of_domain(q, *args, each);
		else
			code = none(NULL, *args);
		worst = code > worst ? code : worst;
	}
	return worst;
}

int
target_domains(struct mxq *q, const char *arg, struct names *ns)
{
	char domain[DOMAIN_LEN + LITERAL_LEN];

	*ns = (struct names){0};
	if (q->spool.queue == -1)
		return EX_OK;
	if (arg == NULL) {
		if (names_of_domains(ns, q->spool.queue) == -1)
			return target_trouble("queue", NULL);
		return EX_OK;
	}
	if (!inner_name(q, arg, domain, sizeof domain)) {
		warnx("%s: not a domain name", target_name(NULL, arg));
		return EX_USAGE;
	}
	if ((ns->name = calloc(1, sizeof *ns->name)) == NULL ||
	    (ns->name[0] = strdup(domain)) == NULL)
		return target_trouble(domain, NULL);
	ns->n = 1;
	return EX_OK;
}

int
target_open(const struct target *t, enum message_mode mode, struct message *m)
{
	switch (message_open(m, t->dir, t->id, mode)) {
	case MESSAGE_OK:
		return EX_OK;
	case MESSAGE_GONE:
		return none(t->domain, t->id);
	case MESSAGE_BUSY:
		warnx("%s: busy: it is being delivered, try again later",
		    target_name(t->domain, t->id));
		return EX_TEMPFAIL;
	case MESSAGE_BAD:
		warnx("%s: damaged; mxrun moves it to %s",
		    target_name(t->domain, t->id), "bad/");
		return EX_DATAERR;
	case MESSAGE_ERROR:
		break;
	}
	return target_trouble(t->domain, t->id);
}

int
target_trouble(const char *domain, const char *id)
{
	int saved = errno;

	warn("%s", target_name(domain, id));
	return saved == EACCES || saved == EPERM || saved == EROFS
	    ? EX_NOPERM
	    : EX_TEMPFAIL;
}

const char *
target_name(const char *domain, const char *id)
{
	static char name[2048];
	FILE *f = fmemopen(name, sizeof name, "w");

	if (f == NULL)
		return "?";
	if (domain != NULL)
		text_print_column(f, domain, false, 400, false);
	if (domain != NULL && id != NULL)
		fputc('/', f);
	if (id != NULL)
		text_print_column(f, id, false, 400, false);
	fclose(f);
	name[sizeof name - 1] = '\0';
	return name;
}

const char *
envelope_word(const struct envelope *e)
{
	if (e->held)
		return "held";
	if (envelope_count(e, RCPT_WAITING) > 0)
		return "waiting";
	return envelope_count(e, RCPT_FAILED) > 0 ? "failed" : "done";
}

/* Looked for in every domain: names are unique.  Where one can not be looked
 * at, it may be there. */
static int
each_id(struct mxq *q, const char *id, each_fn *each)
{
	struct names domains;
	int code = target_domains(q, NULL, &domains), found = 0;

	for (size_t i = 0; !found && i < domains.n; i++) {
		struct target t = {.domain = domains.name[i], .id = id};
		struct stat st;

		t.dir = spool_domain_dir(&q->spool, t.domain, false);
		found = t.dir != -1 &&
		    fstatat(t.dir, id, &st, AT_SYMLINK_NOFOLLOW) == 0;
		if (found)
			code = each(q, &t);
		else if (errno != ENOENT && errno != ENOTDIR)
			code = target_trouble(t.domain, id);
		if (t.dir != -1)
			close(t.dir);
	}
	names_free(&domains);
	return code == EX_OK && !found ? none(NULL, id) : code;
}

static int
each_path(struct mxq *q, const char *arg, each_fn *each)
{
	char given[DOMAIN_LEN * 4], domain[DOMAIN_LEN + LITERAL_LEN];
	const char *slash = strrchr(arg, '/');
	struct target t = {.domain = domain, .id = slash + 1};
	int code;

	if ((size_t)(slash - arg) >= sizeof given || !id_valid(t.id))
		return none(NULL, arg);
	strlcpy(given, arg, (size_t)(slash - arg) + 1);
	if (!inner_name(q, given, domain, sizeof domain))
		return none(NULL, arg);
	t.dir = spool_domain_dir(&q->spool, domain, false);
	if (t.dir == -1)
		return errno == ENOENT ? none(NULL, arg)
				       : target_trouble(domain, NULL);
	code = each(q, &t);
	close(t.dir);
	return code;
}

static int
each_of_domain(struct mxq *q, const char *arg, each_fn *each)
{
	char domain[DOMAIN_LEN + LITERAL_LEN];
	struct target t = {.domain = domain};
	struct names ids = {0};
	int worst = EX_OK;

	if (!inner_name(q, arg, domain, sizeof domain))
		return none(NULL, arg);
	t.dir = spool_domain_dir(&q->spool, domain, false);
	if (t.dir == -1 && errno == ENOENT) {
		warnx("%s: no message waits for it", target_name(domain, NULL));
		return MXQ_NONE;
	}
	if (t.dir == -1)
		return target_trouble(domain, NULL);
	if (names_of_messages(&ids, t.dir) == -1)
		worst = target_trouble(domain, NULL);
	for (size_t i = 0; i < ids.n; i++) {
		int code;

		t.id = ids.name[i];
		code = each(q, &t);
		worst = code > worst ? code : worst;
	}
	names_free(&ids);
	close(t.dir);
	return worst;
}

/* The directory's name: as given when there is one, else the inner form. */
static bool
inner_name(struct mxq *q, const char *arg, char *out, size_t size)
{
	int dir =
	    q->spool.queue == -1 ? -1 : spool_domain_dir(&q->spool, arg, false);

	if (dir != -1) {
		close(dir);
		return strlcpy(out, arg, size) < size;
	}
	return size > DOMAIN_LEN && domain_normal(arg, strlen(arg), out);
}

static int
none(const char *domain, const char *id)
{
	warnx("%s: no such message", target_name(domain, id));
	return MXQ_NONE;
}
