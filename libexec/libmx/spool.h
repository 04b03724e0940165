/* SPDX-License-Identifier: ISC */
/*
 * The spool: queue/<domain>/<id>, etrn/<domain>, dsn/ (DSNs not yet released),
 * bad/ (what did not parse), tmp/ (only where O_TMPFILE is missing).
 *
 * A file is there whole or not at all: made without a name, written, synced,
 * linked, and its directory synced (DESIGN rule 1, mx-spool(5)).
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "bounds.h"
#include "envelope.h"
#include "id.h"

enum { SPOOL_HEAD = 25 }; /* "mx1 " 20 digits "\n" */

/* The next attempt of a message that is held: the year 2100. */
#define SPOOL_HELD ((time_t)4102444800)

struct spool { /* directory descriptors, or -1 */
	int root, queue, etrn, dsn, bad, tmp;
};

/* Opens, making what is missing (0700).  0 or -1 with errno. */
int spool_open(struct spool *, const char *path);
/* The same with root, queue and tmp alone, which is all that a message that
 * comes needs. */
int spool_enter(struct spool *, const char *path);
/* Opens what is there and makes nothing; what is missing is -1. */
int spool_look(struct spool *, const char *path);
void spool_close(struct spool *);

/* True while SIZE octets fit and a reserve of blocks and inodes stays free:
 * SPACE_RESERVE_PERCENT, or SPACE_RESERVE octets where that is less. */
bool spool_has_room(const struct spool *, uint64_t size);

/* queue/<domain>, made (and durable) when CREATE; -1 with errno. */
int spool_domain_dir(const struct spool *, const char *domain, bool create);
/* Messages that wait for DOMAIN, and BELOW: for its subdomains too; -1 with
 * errno. */
long spool_count(const struct spool *, const char *domain, bool below);

/* A message was held, or released, by who does not count it: what was known of
 * any that are held is not any more.  0 or -1 with errno. */
int spool_steer(const struct spool *);
/* When that was last, nanoseconds; -1 with errno. */
int64_t spool_steered(const struct spool *);

/* ---- a message being written ---- */
struct draft {
	int fd;
	uint64_t length;  /* message octets so far */
	uint64_t written; /* octets of the file that left the buffer */
	bool named;	  /* no O_TMPFILE here: it has a name in tmp/ */
	char name[ID_NAME + 1];
	size_t buffered;
	char buffer[64 * 1024];
};

int draft_open(struct draft *, const struct spool *);
/* Appends message octets; 0 or -1 with errno.  After -1 only draft_abort(). */
int draft_write(struct draft *, const char *octets, size_t n);
/* A second file with the message octets of the first. */
int draft_copy(struct draft *to, struct draft *from, const struct spool *);
/* A descriptor to read what was written so far, the message at SPOOL_HEAD; -1
 * with errno.  The caller's to close. */
int draft_reader(struct draft *);
/* Writes journal and head, and syncs the file.  A failed sync ends it. */
int draft_seal(struct draft *, const struct envelope *);
/* Links it as queue/<domain>/<id> and syncs the directory; then closes it.
 * EEXIST: the name is there already. */
int draft_link(
    struct draft *, const struct spool *, const char *domain, const char *id);
/* The same into dsn/<id>, without a domain. */
int draft_link_dsn(struct draft *, const struct spool *, const char *id);
void draft_abort(struct draft *, const struct spool *);

/* Takes back a link of this process, before it was acknowledged. */
int spool_unlink(const struct spool *, const char *domain, const char *id);

/* dsn/<id> to queue/<domain>/<id>, both directories synced. */
int spool_release_dsn(const struct spool *, const char *domain, const char *id);

/* ---- a message that is there ---- */
struct message {
	int dir; /* not owned */
	int fd;
	char name[ID_NAME + 1];
	uint64_t length;      /* octets of the message, from SPOOL_HEAD */
	uint64_t journal_end; /* where the next record goes */
	uint64_t size;	      /* of the file; more than that: a torn tail */
	bool reserved;	      /* room behind it */
	time_t next;	      /* mtime: next attempt */
	struct envelope *envelope;
};

enum message_status {
	MESSAGE_OK,
	MESSAGE_GONE, /* no such file, or it went while we waited */
	MESSAGE_BUSY, /* another process has its lock */
	MESSAGE_BAD,  /* does not parse: spool_set_aside() it */
	MESSAGE_ERROR /* errno */
};

enum message_mode { MESSAGE_READ, MESSAGE_LOCK /* flock, read and write */ };

enum message_status message_open(
    struct message *, int dir, const char *name, enum message_mode);
/* Gives up the lock, whoever else has the descriptor. */
void message_close(struct message *);
/* Calls EACH for every record, the envelope's too, in their order; stops at,
 * and returns, the first value that is not 0; -1 with errno. */
int message_records(struct message *,
    int (*each)(void *, const struct record_view *), void *ctx);
/* Appends a record (record_end() was true) and applies it to the envelope.
 * A torn tail is cut off first.  Not yet durable. */
int message_append(struct message *, struct record *);
int message_sync(struct message *); /* fdatasync of the records */
/* Keeps room on the disk for N octets of records, which can then be appended
 * whatever others write; the file gets no longer.  0, also where the file
 * system can not do so; -1 with errno: there is none. */
int message_reserve(struct message *, uint64_t n);
/* Gives back what is left of it; the mtime is now. */
void message_trim(struct message *);
/* mtime = NEXT, and the directory's mtime now when TOUCH, so that a walk
 * looks at it again. */
int message_schedule(struct message *, time_t next, bool touch);
/* All recipients are done: unlinks.  The caller syncs the directory. */
int message_unlink(struct message *);

/* queue/<domain>/<name> to bad/<domain>:<name>, never deleted. */
int spool_set_aside(
    const struct spool *, const char *domain, int dir, const char *name);

/* ---- ETRN flags ---- */
/* Leaves etrn/<word>; 0, or 1 when it is there already, -1 with errno.  WORD
 * is "domain" or "@domain". */
int spool_etrn_put(const struct spool *, const char *word);
int spool_etrn_take(const struct spool *, const char *word); /* unlinks */

#endif
