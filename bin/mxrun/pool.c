/* SPDX-License-Identifier: ISC */
#include "pool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "due.h"
#include "log.h"
#include "notes.h"
#include "progress.h"
#include "wire.h"

enum {
	PROBES_A_WORKER = 4, /* as many more may wait for a connection */
	PATIENCE_MS = 3000,  /* one that waits longer is no worker any more */
	TOGETHER = 32,	     /* domains looked up at once */
	FRESH_MS = 1000, /* what was looked up holds; what was heard waits */
	PROBE_MS = 250	 /* between two who wait, while another delivers */
};

struct slot {
	pid_t pid; /* 0: free */
	int fd;
	bool busy;	 /* it has a job; else it waits for one */
	bool probes;	 /* it has no connection, and may never get one */
	int64_t started; /* wire_now() */
	char domain[DOMAIN_LEN + LITERAL_LEN + 1];
	struct report seen; /* the latest */
};

/*
 * SQLite's connections must not cross a fork, and to open them costs more than
 * to ask them; to fork costs even more.  So a worker that is done gets the next
 * domain, and another is forked only when none is idle.
 */
struct pool {
	const struct run *run;
	struct books *books;
	struct tally *tally;
	struct slot *slot;
	struct pollfd *poll;
	unsigned slots, running; /* those busy */
	unsigned probing;	 /* of them */
	bool told;		 /* workers were told to stop */
	struct job *job;	 /* looked up, to be started */
	unsigned jobs;
	int64_t looked; /* wire_now() */
	int64_t probed; /* when the last one began that may wait */
	struct notes notes;
};

static size_t look_up(
    struct pool *, const struct jobs *, size_t from, bool *good);
static bool look_up_one(struct pool *, const struct job_name *, struct job *);
static bool start_looked_up(struct pool *);
static bool is_stale(struct pool *, struct job *, bool *good);
static bool is_due(const struct run *, const struct job *);
static bool has_room(const struct pool *, bool probes);
static void start(struct pool *, const struct job *);
static struct slot *find_worker(struct pool *);
static bool hire(struct pool *, struct slot *);
static void be_worker(const struct pool *, int fd) __attribute__((noreturn));
static bool hand_over(struct pool *, struct slot *, const struct job *);
static void wait_for_reports(struct pool *);
static void hear(struct pool *, struct slot *);
static void finish(struct pool *, struct slot *);
static void bury(struct pool *, struct slot *);
static void dismiss(struct pool *);
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
	    .notes.books = books,
	    .slots = run->conf->workers * (1 + PROBES_A_WORKER)};
	bool good = true;

	p.slot = calloc(p.slots, sizeof *p.slot);
	p.poll = calloc(p.slots, sizeof *p.poll);
	p.job = calloc(TOGETHER, sizeof *p.job);
	if (p.slot == NULL || p.poll == NULL || p.job == NULL) {
		p.slots = 0;
		good = false;
	}
	for (size_t i = 0; good && i < jobs->n && !stopping();) {
		i = look_up(&p, jobs, i, &good);
		good = start_looked_up(&p) && good;
	}
	while (p.running > 0)
		wait_for_reports(&p);
	dismiss(&p);
	notes_write(&p.notes);
	progress_end(run->progress);
	free(p.slot);
	free(p.poll);
	free(p.job);
	return good;
}

/* Some of those that are due; returns where to go on. */
static size_t
look_up(struct pool *p, const struct jobs *jobs, size_t from, bool *good)
{
	notes_write(&p->notes);
	p->jobs = 0;
	p->looked = wire_now();
	while (*good && from < jobs->n && p->jobs < TOGETHER) {
		struct job *j = &p->job[p->jobs];

		*good = look_up_one(p, &jobs->name[from++], j);
		p->jobs += *good && is_due(p->run, j);
	}
	return from;
}

/* A name that is none comes back as a job without a domain. */
static bool
look_up_one(struct pool *p, const struct job_name *name, struct job *j)
{
	memset(j, 0, sizeof *j);
	j->forced = name->forced;
	if (strlcpy(j->domain, name->domain, sizeof j->domain) >=
	    sizeof j->domain) {
		j->forced = false;
		*j->domain = '\0';
		return true;
	}
	return books_look_up(p->books, j);
}

static bool
start_looked_up(struct pool *p)
{
	bool good = true;

	for (unsigned i = 0; good && i < p->jobs && !stopping(); i++) {
		struct job *j = &p->job[i];

		while (!has_room(p, primary_is_away(&j->primary)))
			wait_for_reports(p);
		if (!is_stale(p, j, &good) && !stopping())
			start(p, j);
	}
	return good;
}

/* It had to wait for room, and is asked for again: it may not be due. */
static bool
is_stale(struct pool *p, struct job *j, bool *good)
{
	if (wire_now() - p->looked < FRESH_MS)
		return false;
	notes_write(&p->notes);
	*good = books_look_up(p->books, j);
	return !*good || !is_due(p->run, j);
}

/*
 * Who delivers and who only waits for a connection are counted apart: a
 * thousand primaries that are down must not hold up the one that is not, nor
 * take the processor from it to start a worker for each.
 */
static bool
has_room(const struct pool *p, bool probes)
{
	unsigned workers = p->run->conf->workers;
	unsigned delivering = p->running - p->probing;

	if (stopping())
		return true;
	if (p->running == p->slots)
		return false;
	if (!probes)
		return delivering < workers;
	return p->probing < workers * PROBES_A_WORKER &&
	    (delivering == 0 || wire_now() - p->probed >= PROBE_MS);
}

/* Looks no further than at the directory: a queue of any size costs nothing
 * while nothing in it is due. */
static bool
is_due(const struct run *run, const struct job *j)
{
	time_t now = time(NULL), next = primary_due(&j->primary);
	time_t longest = backoff_longest(&run->backoff);
	struct stat st;

	if (j->forced)
		return true;
	if (*j->domain == '\0')
		return false;
	if (next > now && due_is_believable(next, longest, now))
		return false;
	if (j->walk.dir_mtime_ns == 0 ||
	    fstatat(run->spool.queue, j->domain, &st, AT_SYMLINK_NOFOLLOW) ==
		-1)
		return true;
	return walk_mtime_ns(&st) != j->walk.dir_mtime_ns ||
	    j->walk.next_due <= now ||
	    !due_is_believable(j->walk.next_due, longest, now);
}

/* One that died while it was idle leaves its place to another. */
static void
start(struct pool *p, const struct job *job)
{
	struct slot *s;

	do {
		if ((s = find_worker(p))->pid != 0 || hire(p, s))
			continue;
		log_event(LOG_L_ERROR, "no-worker", "domain", job->domain,
		    "error", strerror(errno), NULL);
		p->tally->trouble = true;
		return;
	} while (!hand_over(p, s, job));
	s->busy = true;
	s->seen = (struct report){0};
	strlcpy(s->domain, job->domain, sizeof s->domain);
	s->started = wire_now();
	p->running++;
	set_probes(p, s, primary_is_away(&job->primary));
	if (s->probes)
		p->probed = s->started;
}

/* An idle one, else a place for one: there is room (has_room). */
static struct slot *
find_worker(struct pool *p)
{
	struct slot *place = NULL;

	for (unsigned i = 0; i < p->slots; i++) {
		struct slot *s = &p->slot[i];

		if (s->pid != 0 && !s->busy)
			return s;
		if (s->pid == 0 && place == NULL)
			place = s;
	}
	assert(place != NULL);
	return place;
}

static bool
hire(struct pool *p, struct slot *s)
{
	int fd[2];

	books_close(p->books);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		return false;
	if ((s->pid = fork()) == 0) {
		close(fd[0]);
		be_worker(p, fd[1]);
	}
	close(fd[1]);
	s->fd = fd[0];
	if (s->pid != -1)
		return true;
	s->pid = 0;
	close(fd[0]);
	return false;
}

/* With the others' sockets open, it would keep them from seeing our end. */
static void
be_worker(const struct pool *p, int fd)
{
	for (unsigned i = 0; i < p->slots; i++) {
		if (p->slot[i].pid != 0)
			close(p->slot[i].fd);
	}
	worker(p->run, fd);
	_exit(EXIT_SUCCESS);
}

static bool
hand_over(struct pool *p, struct slot *s, const struct job *job)
{
	if (write(s->fd, job, sizeof *job) == sizeof *job)
		return true;
	bury(p, s);
	return false;
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
	if (poll(p->poll, p->slots, PROBE_MS) == -1)
		return;
	for (unsigned i = 0; i < p->slots; i++) {
		struct slot *s = &p->slot[i];

		if (p->poll[i].revents != 0)
			hear(p, s);
		if (s->busy && !s->seen.connected &&
		    wire_now() - s->started > PATIENCE_MS)
			set_probes(p, s, true);
	}
	if (p->notes.n > 0 && wire_now() - p->notes.since >= FRESH_MS)
		notes_write(&p->notes);
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
	if (r.last)
		finish(p, s);
}

static void
finish(struct pool *p, struct slot *s)
{
	notes_add(&p->notes, s->domain, &s->seen);
	add_up(p->tally, &s->seen);
	set_probes(p, s, false);
	s->busy = false;
	p->running--;
}

static void
bury(struct pool *p, struct slot *s)
{
	close(s->fd);
	while (waitpid(s->pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	s->pid = 0;
	if (!s->busy)
		return;
	log_event(LOG_L_ERROR, "worker-died", "domain", s->domain, NULL);
	p->tally->trouble = true;
	add_up(p->tally, &s->seen);
	set_probes(p, s, false);
	s->busy = false;
	p->running--;
}

/* No more work: they see it, each for itself, and are waited for. */
static void
dismiss(struct pool *p)
{
	for (unsigned i = 0; i < p->slots; i++) {
		if (p->slot[i].pid != 0)
			shutdown(p->slot[i].fd, SHUT_WR);
	}
	for (unsigned i = 0; i < p->slots; i++) {
		if (p->slot[i].pid != 0)
			bury(p, &p->slot[i]);
	}
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
		if (p->slot[i].busy) {
			add_up(&now, &p->slot[i].seen);
			due += p->slot[i].seen.due;
		}
	}
	progress_show(p->running, due, now.delivered, now.deferred);
}
