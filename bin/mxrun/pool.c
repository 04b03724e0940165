/* SPDX-License-Identifier: ISC */
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "due.h"
#include "log.h"
#include "progress.h"
#include "wire.h"

enum {
	PROBES_A_WORKER = 4, /* as many more may wait for a connection */
	PATIENCE_MS = 3000   /* one that waits longer is no worker any more */
};

struct slot {
	pid_t pid; /* 0: free */
	int fd;
	bool probes;	 /* it has no connection, and may never get one */
	int64_t started; /* wire_now() */
	bool finished;	 /* its last report came */
	char domain[DOMAIN_LEN + LITERAL_LEN + 1];
	struct report seen; /* the latest */
};

struct pool {
	const struct run *run;
	struct books *books;
	struct tally *tally;
	struct slot *slot;
	struct pollfd *poll;
	unsigned slots, running;
	unsigned probing; /* of those running */
	bool told;	  /* workers were told to stop */
};

static bool start_due(struct pool *, const struct job_name *);
static bool is_due(const struct run *, const struct job *);
static bool has_room(const struct pool *, bool probes);
static void start(struct pool *, const struct job *);
static void wait_for_reports(struct pool *);
static void hear(struct pool *, struct slot *);
static void bury(struct pool *, struct slot *);
static void add_up(struct tally *, const struct report *);
static void tell_to_stop(struct pool *);
static void set_probes(struct pool *, struct slot *, bool);
static void show_progress(const struct pool *);

bool
pool_run(const struct run *run, struct books *books, const struct jobs *jobs,
    struct tally *tally)
{
	struct pool p = {.run = run,
	    .books = books,
	    .tally = tally,
	    .slots = run->conf->workers * (1 + PROBES_A_WORKER)};
	bool good = true;

	p.slot = calloc(p.slots, sizeof *p.slot);
	p.poll = calloc(p.slots, sizeof *p.poll);
	if (p.slot == NULL || p.poll == NULL)
		good = false;
	for (size_t i = 0; good && i < jobs->n && !stopping(); i++)
		good = start_due(&p, &jobs->name[i]);
	while (p.running > 0)
		wait_for_reports(&p);
	progress_end(run->progress);
	free(p.slot);
	free(p.poll);
	return good;
}

static bool
start_due(struct pool *p, const struct job_name *name)
{
	struct job job = {.forced = name->forced};

	if (strlcpy(job.domain, name->domain, sizeof job.domain) >=
	    sizeof job.domain)
		return true;
	if (!books_look_up(p->books, &job))
		return false;
	if (!is_due(p->run, &job))
		return true;
	while (!has_room(p, primary_is_away(&job.primary)))
		wait_for_reports(p);
	if (!stopping())
		start(p, &job);
	return true;
}

/*
 * Who delivers and who only waits for a connection are counted apart: a
 * thousand primaries that are down must not hold up the one that is not.
 */
static bool
has_room(const struct pool *p, bool probes)
{
	unsigned workers = p->run->conf->workers;

	if (stopping())
		return true;
	return p->running < p->slots &&
	    (probes ? p->probing < workers * PROBES_A_WORKER
		    : p->running - p->probing < workers);
}

/* Looks no further than at the directory: a queue of any size costs nothing
 * while nothing in it is due. */
static bool
is_due(const struct run *run, const struct job *j)
{
	time_t now = time(NULL), next = primary_due(&j->primary);
	struct stat st;

	if (j->forced)
		return true;
	if (next > now && due_is_believable(next, now))
		return false;
	if (j->walk.dir_mtime_ns == 0 ||
	    fstatat(run->spool.queue, j->domain, &st, AT_SYMLINK_NOFOLLOW) ==
		-1)
		return true;
	return due_mtime_ns(&st) != j->walk.dir_mtime_ns ||
	    j->walk.next_due <= now ||
	    !due_is_believable(j->walk.next_due, now);
}

static void
start(struct pool *p, const struct job *job)
{
	struct slot *s = p->slot;
	int fd[2];

	while (s->pid != 0)
		s++;
	books_close(p->books);
	if (pipe2(fd, O_CLOEXEC) == -1 || (s->pid = fork()) == -1) {
		log_event(LOG_L_ERROR, "no-worker", "domain", job->domain,
		    "error", strerror(errno), NULL);
		s->pid = 0;
		p->tally->trouble = true;
		return;
	}
	if (s->pid == 0)
		_exit(worker(p->run, job, fd[1]) ? EXIT_SUCCESS : EXIT_FAILURE);
	close(fd[1]);
	s->fd = fd[0];
	s->finished = false;
	s->seen = (struct report){0};
	strlcpy(s->domain, job->domain, sizeof s->domain);
	s->started = wire_now();
	p->running++;
	s->probes = false;
	set_probes(p, s, primary_is_away(&job->primary));
}

static void
wait_for_reports(struct pool *p)
{
	for (unsigned i = 0; i < p->slots; i++)
		p->poll[i] =
		    (struct pollfd){.fd = p->slot[i].pid ? p->slot[i].fd : -1,
			.events = POLLIN};
	if (stopping())
		tell_to_stop(p);
	if (poll(p->poll, p->slots, 1000) == -1)
		return;
	for (unsigned i = 0; i < p->slots; i++) {
		struct slot *s = &p->slot[i];

		if (p->poll[i].revents != 0)
			hear(p, s);
		if (s->pid != 0 && !s->seen.connected &&
		    wire_now() - s->started > PATIENCE_MS)
			set_probes(p, s, true);
	}
	show_progress(p);
}

static void
hear(struct pool *p, struct slot *s)
{
	struct report r;
	ssize_t n = read(s->fd, &r, sizeof r);

	if (n == -1 && errno == EINTR)
		return;
	if (n != sizeof r) {
		bury(p, s);
		return;
	}
	s->seen = r;
	if (r.connected)
		set_probes(p, s, false);
	if (r.last) {
		s->finished = true;
		books_note(p->books, s->domain, &r);
	}
}

static void
bury(struct pool *p, struct slot *s)
{
	int status;

	close(s->fd);
	while (waitpid(s->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (!s->finished) {
		log_event(
		    LOG_L_ERROR, "worker-died", "domain", s->domain, NULL);
		p->tally->trouble = true;
	}
	add_up(p->tally, &s->seen);
	set_probes(p, s, false);
	s->pid = 0;
	p->running--;
}

static void
add_up(struct tally *t, const struct report *r)
{
	t->domains++;
	t->busy += r->busy;
	t->delivered += r->delivered;
	t->deferred += r->deferred;
	t->bounced += r->bounced;
	t->held += r->held;
	t->trouble |= r->trouble;
}

static void
tell_to_stop(struct pool *p)
{
	for (unsigned i = 0; !p->told && i < p->slots; i++) {
		if (p->slot[i].pid != 0)
			kill(p->slot[i].pid, SIGTERM);
	}
	p->told = true;
}

static void
set_probes(struct pool *p, struct slot *s, bool probes)
{
	if (s->probes == probes)
		return;
	s->probes = probes;
	if (probes)
		p->probing++;
	else
		p->probing--;
}

static void
show_progress(const struct pool *p)
{
	struct tally now = *p->tally;
	unsigned due = 0;

	if (!p->run->progress)
		return;
	for (unsigned i = 0; i < p->slots; i++) {
		if (p->slot[i].pid != 0) {
			add_up(&now, &p->slot[i].seen);
			due += p->slot[i].seen.due;
		}
	}
	progress_show(p->running, due, now.delivered, now.deferred);
}
