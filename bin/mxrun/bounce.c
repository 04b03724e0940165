/* SPDX-License-Identifier: ISC */
#include "bounce.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "path.h"

static struct envelope *make_envelope(
    const struct envelope *, const struct job *, const char *id, unsigned n);
static bool is_utf8(const char *);
static bool target_of(const char *sender, struct path *);
static void sweep(const struct run *, const char *name);
static bool is_settled(const struct run *, const struct envelope *dsn);

int
bounce_make(const struct run *run, const struct job *job, struct message *m,
    enum dsn_action action, char id[ID_NAME + 1])
{
	struct envelope *e = m->envelope, *dsn;
	unsigned n = e->dsns + 1;
	struct draft draft;
	struct path to;
	int result = -1;

	id[0] = '\0';
	if (!dsn_is_wanted(e, action) || !target_of(e->sender, &to))
		return 0;
	id_dsn(id, m->name, n);
	if ((dsn = make_envelope(e, job, id, n)) == NULL)
		return -1;
	if (draft_open(&draft, &run->spool) == 0) {
		if (dsn_write(&draft, run->conf, m, id, action) == 0 &&
		    draft_seal(&draft, dsn) == 0)
			result = draft_link_dsn(&draft, &run->spool, id);
		if (result == -1 && errno == EEXIST)
			result = 0; /* made before a kill */
		draft_abort(&draft, &run->spool);
	}
	envelope_free(dsn);
	return result;
}

int
bounce_release(const struct run *run, const char *sender, const char *id)
{
	struct path to;

	if (!target_of(sender, &to)) {
		errno = EINVAL;
		return -1;
	}
	return spool_release_dsn(&run->spool, path_domain(&to), id);
}

void
sweep_dsns(const struct run *run)
{
	int fd =
	    openat(run->spool.dsn, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *e;
	DIR *d;

	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.')
			sweep(run, e->d_name);
	}
	closedir(d);
}

static struct envelope *
make_envelope(
    const struct envelope *e, const struct job *job, const char *id, unsigned n)
{
	struct envelope *dsn = envelope_new();
	char about[ID_NAME + 1];

	if (dsn == NULL)
		return NULL;
	strlcpy(about, id, sizeof about);
	about[ID_LEN] = '\0';
	dsn->arrived = time(NULL);
	dsn->smtputf8 = is_utf8(e->sender);
	dsn->body = dsn->smtputf8 ? BODY_8BITMIME : BODY_7BIT;
	/* RFC 8689 5 */
	dsn->tls = e->tls == TLS_REQUIRED ? TLS_REQUIRED : TLS_AS_SET;
	dsn->about_n = n;
	if (envelope_set(&dsn->proto, "local") == -1 ||
	    envelope_set(&dsn->about_domain, job->domain) == -1 ||
	    envelope_set(&dsn->about_id, about) == -1 ||
	    envelope_add_rcpt(dsn, e->sender, NOTIFY_NEVER, "") == -1) {
		envelope_free(dsn);
		return NULL;
	}
	return dsn;
}

static bool
is_utf8(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s >= 0x80)
			return true;
	}
	return false;
}

/* Where the DSN goes; false for a sender that is no address. */
static bool
target_of(const char *sender, struct path *to)
{
	return path_parse_mailbox(sender, strlen(sender), to) == PATH_OK &&
	    path_domain(to)[0] != '\0';
}

static void
sweep(const struct run *run, const char *name)
{
	struct message m;

	switch (message_open(&m, run->spool.dsn, name, MESSAGE_READ)) {
	case MESSAGE_OK:
		break;
	case MESSAGE_BAD:
		log_event(LOG_L_ERROR, "set-aside", "id", name, NULL);
		spool_set_aside(&run->spool, "dsn", run->spool.dsn, name);
		return;
	default:
		return;
	}
	if (m.envelope->nrcpt == 1 && is_settled(run, m.envelope) &&
	    bounce_release(run, m.envelope->rcpt[0].mailbox, name) == -1 &&
	    errno != ENOENT)
		log_event(LOG_L_ERROR, "not-released", "id", name, "error",
		    strerror(errno), NULL);
	message_close(&m);
}

/* The message it speaks of is gone, or knows of it. */
static bool
is_settled(const struct run *run, const struct envelope *dsn)
{
	int dir = spool_domain_dir(&run->spool, dsn->about_domain, false);
	enum message_status status;
	struct message parent;
	bool settled;

	if (dir == -1)
		return errno == ENOENT;
	status = message_open(&parent, dir, dsn->about_id, MESSAGE_READ);
	settled = status == MESSAGE_GONE ||
	    (status == MESSAGE_OK && parent.envelope->dsns >= dsn->about_n);
	if (status == MESSAGE_OK)
		message_close(&parent);
	close(dir);
	return settled;
}
