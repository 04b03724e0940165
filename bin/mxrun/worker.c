/* SPDX-License-Identifier: ISC */
/*
 * One domain's share of a run, in a process of its own.  The lock on the
 * directory keeps a second worker away; the lock on each message keeps mxq(8)
 * away while it is in hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "deliver.h"
#include "lineup.h"
#include "log.h"
#include "outbound.h"
#include "wire.h"

enum { PROGRESS_MS = 1000, LOCKED_WAIT = 60, SETTLED_NS = 2000000000 };

static bool lock(int dir, struct report *);
static void serve(
    const struct run *, const struct job *, int dir, int fd, struct report *);
static void serve_message(struct delivery *, const char *name);
static bool opens(struct delivery *, struct message *, const char *name);
static bool is_ready(struct delivery *, const struct message *);
static bool may_be_over(const struct delivery *, const char *name);
static void note_walk(
    const struct due *, int dir, int64_t before, struct report *);
static bool tell(int fd, const struct report *);

bool
worker(const struct run *run, const struct job *job, int fd)
{
	struct report report = {0};
	int dir = spool_domain_dir(&run->spool, job->domain, false);

	if (dir == -1 && errno != ENOENT) {
		log_event(LOG_L_ERROR, "no-directory", "domain", job->domain,
		    "error", strerror(errno), NULL);
		report.trouble = true;
	}
	if (dir != -1 && lock(dir, &report))
		serve(run, job, dir, fd, &report);
	report.last = true;
	return tell(fd, &report);
}

static bool
lock(int dir, struct report *report)
{
	if (flock(dir, LOCK_EX | LOCK_NB) == 0)
		return true;
	report->busy = true;
	return false;
}

static void
serve(const struct run *run, const struct job *job, int dir, int fd,
    struct report *report)
{
	int64_t told = wire_now(), before;
	struct delivery d;
	struct lineup lineup;
	struct stat st;
	struct due due;

	if (fstat(dir, &st) == -1 ||
	    due_list(&due, dir, job->forced, time(NULL)) == -1) {
		report->trouble = true;
		return;
	}
	before = due_mtime_ns(&st);
	delivery_begin(&d, run, job, &due, dir, report);
	lineup_begin(&lineup, &due, dir);
	for (size_t i = 0; i < due.n && !stopping(); i++) {
		report->due = (unsigned)(due.n - i);
		if (i >= lineup.end && outbound_tells_client(job, &d.server))
			lineup_sort(&lineup, &due, i, dir);
		serve_message(&d, due.name[i]);
		if (wire_now() - told > PROGRESS_MS) {
			told = wire_now();
			tell(fd, report);
		}
	}
	report->due = 0;
	if (!stopping())
		primary_has_settled(&d);
	delivery_end(&d);
	if (d.down)
		due_later(&due, d.primary.next_attempt);
	/* the last one out; who comes in meanwhile makes it anew */
	unlinkat(run->spool.queue, job->domain, AT_REMOVEDIR);
	if (!stopping())
		note_walk(&due, dir, before, report);
	due_free(&due);
}

static void
serve_message(struct delivery *d, const char *name)
{
	struct message m;

	if ((d->down || d->no_such) && !d->job->forced && !may_be_over(d, name))
		return;
	if (!opens(d, &m, name))
		return;
	if (is_ready(d, &m))
		delivery_try(d, &m);
	message_close(&m);
}

static bool
opens(struct delivery *d, struct message *m, const char *name)
{
	switch (message_open(m, d->dir, name, MESSAGE_LOCK)) {
	case MESSAGE_OK:
		return true;
	case MESSAGE_GONE:
		return false;
	case MESSAGE_BUSY:
		due_later(d->due, time(NULL) + LOCKED_WAIT);
		return false;
	case MESSAGE_BAD:
		spool_set_aside(&d->run->spool, d->job->domain, d->dir, name);
		log_event(LOG_L_ERROR, "set-aside", "id", name, "domain",
		    d->job->domain, NULL);
		break;
	case MESSAGE_ERROR:
		log_event(LOG_L_ERROR, "not-opened", "id", name, "domain",
		    d->job->domain, "error", strerror(errno), NULL);
		due_later(d->due, time(NULL) + LOCKED_WAIT);
	}
	d->report->trouble = true;
	return false;
}

/* Between the listing and the lock another may have tried or held it. */
static bool
is_ready(struct delivery *d, const struct message *m)
{
	time_t now = time(NULL);

	if (m->envelope->held)
		return false;
	if (d->job->forced || m->next <= now ||
	    !due_is_believable(m->next, now))
		return true;
	due_later(d->due, m->next);
	return false;
}

/* The name tells when it came; only such a message is opened in vain. */
static bool
may_be_over(const struct delivery *d, const char *name)
{
	const struct conf *c = d->run->conf;
	unsigned limit =
	    c->dsn_expire < c->bounce_after ? c->dsn_expire : c->bounce_after;

	return d->no_such || time(NULL) - id_time(name) > (time_t)limit ||
	    strchr(name, '-') != NULL;
}

/*
 * What was seen holds until the directory changes: it must not have changed
 * while we looked, nor so lately that its clock could hide a change.
 */
static void
note_walk(const struct due *due, int dir, int64_t before, struct report *r)
{
	time_t now = time(NULL);
	struct stat st;

	if (fstat(dir, &st) == -1 || due_mtime_ns(&st) != before ||
	    (int64_t)now * 1000000000 - before < SETTLED_NS)
		return;
	r->walk.dir_mtime_ns = before;
	r->walk.next_due = due->next != 0 ? due->next : now + 86400;
	r->walked = true;
}

static bool
tell(int fd, const struct report *r)
{
	return write(fd, r, sizeof *r) == sizeof *r;
}
