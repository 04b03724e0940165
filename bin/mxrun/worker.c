/* SPDX-License-Identifier: ISC */
/*
 * One domain's share of a run, then another's, in a process of its own.  The
 * lock on the directory keeps a second worker away; the lock on each message
 * keeps mxq(8) away while it is in hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "deliver.h"
#include "log.h"

static const int64_t SECOND_NS = 1000000000;

static bool work(const struct work *);
static bool lock(int dir, struct report *);
static void serve(const struct work *, int dir, struct report *);
static int look(const struct run *, int dir, bool forced, struct due *);
static void note_usage(const struct delivery *, int dir, struct report *);
static void note_walk(
    const struct due *, int dir, int64_t before, struct report *);
static bool is_settled(int64_t mtime_ns);

void
worker(const struct run *run, int fd)
{
	struct kept kept;
	struct job job;

	kept_init(&kept, run->conf);
	while (!stopping() && read(fd, &job, sizeof job) == sizeof job) {
		if (!work(&(struct work){run, &job, &kept, fd}))
			break;
	}
	kept_end(&kept);
}

/* False: nobody hears of it. */
static bool
work(const struct work *w)
{
	const char *domain = w->job->domain;
	struct report report = {0};
	int dir = spool_domain_dir(&w->run->spool, domain, false);

	if (dir == -1 && errno != ENOENT) {
		log_event(LOG_L_ERROR, "no-directory", "domain", domain,
		    "error", strerror(errno), NULL);
		report.trouble = true;
	}
	if (dir != -1 && lock(dir, &report))
		serve(w, dir, &report);
	if (dir != -1)
		close(dir);
	report.last = true;
	return report_tell(w->fd, &report);
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
serve(const struct work *w, int dir, struct report *report)
{
	time_t longest = backoff_longest(&w->run->backoff);
	struct delivery d;
	struct stat st;
	struct due due;

	if (fstat(dir, &st) == -1 ||
	    look(w->run, dir, w->job->forced, &due) == -1) {
		report->trouble = true;
		return;
	}
	delivery_begin(&d, w, &due, report);
	d.dir = dir;
	delivery_run(&d);
	delivery_end(&d);
	due_later(&due, time(NULL) + longest);
	/* what was left alone is due as soon as the primary is (pool.c),
	 * whatever the clock says then */
	if (d.down && due.n > 0)
		due_later(&due, 1);
	/* the last one out; who comes in meanwhile makes it anew */
	unlinkat(w->run->spool.queue, w->job->domain, AT_REMOVEDIR);
	note_usage(&d, dir, report);
	if (!stopping())
		note_walk(&due, dir, walk_mtime_ns(&st), report);
	due_free(&due);
}

static int
look(const struct run *run, int dir, bool forced, struct due *due)
{
	int64_t steered = spool_steered(&run->spool);
	time_t longest = forced ? 0 : backoff_longest(&run->backoff);

	if (due_list(due, dir, longest, time(NULL)) == -1)
		return -1;
	if (steered > 0 && is_settled(steered))
		due->settled.steered = steered;
	return 0;
}

/* What the listing found, or another where the walk has changed it. */
static void
note_usage(const struct delivery *d, int dir, struct report *r)
{
	const struct due *seen = d->due;
	struct due left = {0};

	if (d->gone > 0 || r->held > 0) {
		if (look(d->run, dir, false, &left) == -1)
			return;
		seen = &left;
	}
	r->usage = seen->all;
	r->usage.delays = stopping() ? d->job->usage.delays : d->began;
	r->sums = seen->settled;
	r->counted = true;
	due_free(&left);
}

/*
 * What was seen holds until the directory changes: it must not have changed
 * while we looked, nor so lately that its clock could hide a change.
 */
static void
note_walk(const struct due *due, int dir, int64_t before, struct report *r)
{
	struct stat st;

	if (fstat(dir, &st) == -1 || walk_mtime_ns(&st) != before ||
	    !is_settled(before))
		return;
	r->walk.dir_mtime_ns = before;
	r->walk.next_due = due->next;
	r->walked = true;
}

static bool
is_settled(int64_t mtime_ns)
{
	return (int64_t)time(NULL) * SECOND_NS - mtime_ns >=
	    DUE_SETTLED * SECOND_NS;
}

bool
report_tell(int fd, const struct report *r)
{
	return write(fd, r, sizeof *r) == sizeof *r;
}
