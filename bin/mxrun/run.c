/* SPDX-License-Identifier: ISC */
/* One run from its first look to its last line. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "bounce.h"
#include "jobs.h"
#include "log.h"
#include "notice.h"
#include "pool.h"

static bool collect(struct jobs *, const struct run *, struct books *,
    char *named[], int *status);
static void log_run(const struct tally *);

int
run_queue(const struct conf *conf, char *named[], bool progress)
{
	struct run run = {.conf = conf, .progress = progress};
	struct tally tally = {0};
	struct jobs jobs = {0};
	struct books books;
	char err[DB_ERROR];
	int status = EX_OK;

	if (spool_open(&run.spool, conf->spool) == -1) {
		log_event(LOG_L_ERROR, "no-spool", "path", conf->spool, "error",
		    strerror(errno), NULL);
		return EX_TEMPFAIL;
	}
	books_init(&books, conf, &run.backoff);
	if (policy_recover(conf->policy, err) == -1)
		log_event(LOG_L_ERROR, "no-policy", "error", err, NULL);
	books_backoff(&books, &run.backoff);
	sweep_dsns(&run);
	if (collect(&jobs, &run, &books, named, &status) &&
	    !pool_run(&run, &books, &jobs, &tally))
		status = EX_TEMPFAIL;
	log_run(&tally);
	notices_run(&run, &books);
	books_prune(&books);
	if (status == EX_OK && tally.trouble)
		status = EX_TEMPFAIL;
	jobs_free(&jobs);
	books_close(&books);
	spool_close(&run.spool);
	return status;
}

static bool
collect(struct jobs *jobs, const struct run *run, struct books *books,
    char *named[], int *status)
{
	for (; *named != NULL; named++) {
		if (jobs_add_named(jobs, &run->spool, *named))
			continue;
		fprintf(stderr, "mxrun: %s: not a domain name\n", *named);
		*status = EX_USAGE;
		return false;
	}
	if (jobs->n > 0)
		return true;
	if (jobs_collect(jobs, &run->spool, books) == 0) {
		jobs_sort(jobs, books);
		return true;
	}
	log_event(LOG_L_ERROR, "no-queue", "error", strerror(errno), NULL);
	*status = EX_TEMPFAIL;
	return false;
}

static void
log_run(const struct tally *t)
{
	char domains[12], delivered[12], deferred[12], bounced[12], held[12],
	    busy[12];

	if (t->domains == 0)
		return;
	snprintf(domains, sizeof domains, "%u", t->domains);
	snprintf(delivered, sizeof delivered, "%u", t->delivered);
	snprintf(deferred, sizeof deferred, "%u", t->deferred);
	snprintf(bounced, sizeof bounced, "%u", t->bounced);
	snprintf(held, sizeof held, "%u", t->held);
	snprintf(busy, sizeof busy, "%u", t->busy);
	log_event(LOG_L_DEBUG, "run", "domains", domains, "delivered",
	    delivered, "deferred", deferred, "bounced", bounced, "held", held,
	    "busy", busy, NULL);
}
