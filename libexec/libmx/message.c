/* SPDX-License-Identifier: ISC */
/*
 * A message in the spool: opened, locked, its journal read and appended to
 * (mx-spool(5)).  What is on disk is hostile until it is parsed; nothing is
 * edited in place, and nothing is unlinked but by message_unlink().
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int cut_tail(struct message *);
static int write_record(struct message *, const struct record *);
static int keep_room(const struct message *, uint64_t n);
static enum message_status open_trouble(void);
static enum message_status lock(struct message *);
static enum message_status load(struct message *);
static char *read_journal(struct message *, size_t *n);
static bool parse_head(const char *, uint64_t *length);
static enum message_status parse_journal(struct message *, char *, size_t);
static size_t next_record(char *, size_t, struct record_view *);
static ssize_t read_at(int, char *, size_t, uint64_t);

enum message_status
message_open(
    struct message *m, int dir, const char *name, enum message_mode mode)
{
	int access = mode == MESSAGE_LOCK ? O_RDWR : O_RDONLY;
	enum message_status status = MESSAGE_OK;

	*m = (struct message){.dir = dir};
	if (strlcpy(m->name, name, sizeof m->name) >= sizeof m->name) {
		m->fd = -1;
		return MESSAGE_GONE;
	}
	/* a pipe put there must not hold us up */
	m->fd = openat(dir, name, access | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (m->fd == -1)
		return open_trouble();
	if (mode == MESSAGE_LOCK)
		status = lock(m);
	if (status == MESSAGE_OK)
		status = load(m);
	if (status != MESSAGE_OK)
		message_close(m);
	return status;
}

void
message_close(struct message *m)
{
	int saved = errno;

	envelope_free(m->envelope);
	m->envelope = NULL;
	if (m->fd != -1) {
		flock(m->fd, LOCK_UN); /* a helper may still have it open */
		close(m->fd);
	}
	m->fd = -1;
	errno = saved;
}

int
message_records(struct message *m,
    int (*each)(void *, const struct record_view *), void *ctx)
{
	size_t n = m->journal_end - SPOOL_HEAD - m->length, at = 0, line;
	char *journal = read_journal(m, &n);
	struct record_view view;
	int result = 0;

	if (journal == NULL)
		return -1;
	while (result == 0 &&
	    (line = next_record(journal + at, n - at, &view)) != 0) {
		result = each(ctx, &view);
		at += line;
	}
	free(journal);
	return result;
}

int
message_append(struct message *m, struct record *r)
{
	uint64_t before = m->journal_end;
	struct record_view view;

	if (before + r->len > SPOOL_HEAD + m->length + JOURNAL_LEN) {
		errno = EFBIG;
		return -1;
	}
	if (m->size > before && cut_tail(m) == -1)
		return -1;
	if (write_record(m, r) == -1)
		return -1;
	if (!record_parse(r->line, r->len - 1, &view))
		errno = EBADMSG;
	else if (envelope_apply(m->envelope, &view) == 0)
		return 0;
	if (errno == EBADMSG) { /* it would make the file bad: take it back */
		m->journal_end = before;
		if (cut_tail(m) == 0)
			errno = EBADMSG;
	}
	return -1;
}

int
message_sync(struct message *m)
{
	return fdatasync(m->fd);
}

/* Behind the end of the file, where no reader sees it.  A torn tail is cut off
 * first: later, that would give it back. */
int
message_reserve(struct message *m, uint64_t n)
{
	int saved;

	if (m->journal_end + n > SPOOL_HEAD + m->length + JOURNAL_LEN) {
		errno = EFBIG;
		return -1;
	}
	if (m->size > m->journal_end && cut_tail(m) == -1)
		return -1;
	m->reserved = true;
	if (keep_room(m, n) == 0)
		return 0;
	saved = errno;
	message_trim(m); /* a part of it may have been there */
	errno = saved;
	return saved == EOPNOTSUPP ? 0 : -1;
}

void
message_trim(struct message *m)
{
	if (m->reserved)
		cut_tail(m); /* else it goes with the file */
	m->reserved = false;
}

int
message_schedule(struct message *m, time_t next, bool touch)
{
	const struct timespec times[2] = {
	    {.tv_nsec = UTIME_OMIT}, {.tv_sec = next}};

	if (futimens(m->fd, times) == -1)
		return -1;
	m->next = next;
	return touch ? futimens(m->dir, NULL) : 0;
}

int
message_unlink(struct message *m)
{
	return unlinkat(m->dir, m->name, 0);
}

/* Whatever stands behind the journal's last sound record. */
static int
cut_tail(struct message *m)
{
	if (ftruncate(m->fd, (off_t)m->journal_end) == -1)
		return -1;
	m->size = m->journal_end;
	return 0;
}

/* In one write; what is short is a torn tail, cut off before the next. */
static int
write_record(struct message *m, const struct record *r)
{
	ssize_t w;

	while (
	    (w = pwrite(m->fd, r->line, r->len, (off_t)m->journal_end)) == -1 &&
	    errno == EINTR)
		continue;
	if (w > 0)
		m->size = m->journal_end + (uint64_t)w;
	if (w != (ssize_t)r->len) {
		errno = w == -1 ? errno : ENOSPC;
		return -1;
	}
	m->journal_end = m->size;
	return 0;
}

static int
keep_room(const struct message *m, uint64_t n)
{
	int result;

	while ((result = fallocate(m->fd, FALLOC_FL_KEEP_SIZE,
		    (off_t)m->journal_end, (off_t)n)) == -1 &&
	    errno == EINTR)
		continue;
	return result;
}

/* What is no file at all can not be a message. */
static enum message_status
open_trouble(void)
{
	switch (errno) {
	case ENOENT:
		return MESSAGE_GONE;
	case ELOOP: /* a symbolic link */
	case EISDIR:
	case ENXIO: /* a socket */
		return MESSAGE_BAD;
	default:
		return MESSAGE_ERROR;
	}
}

/* The name must still be ours once we have the lock. */
static enum message_status
lock(struct message *m)
{
	struct stat held, named;

	if (flock(m->fd, LOCK_EX | LOCK_NB) == -1)
		return errno == EWOULDBLOCK ? MESSAGE_BUSY : MESSAGE_ERROR;
	if (fstat(m->fd, &held) == -1)
		return MESSAGE_ERROR;
	if (fstatat(m->dir, m->name, &named, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? MESSAGE_GONE : MESSAGE_ERROR;
	/* names of one directory are on one device */
	return held.st_ino == named.st_ino ? MESSAGE_OK : MESSAGE_GONE;
}

static enum message_status
load(struct message *m)
{
	char head[SPOOL_HEAD], *journal;
	enum message_status status;
	struct stat st;
	uint64_t n;

	errno = EIO;
	if (fstat(m->fd, &st) == -1)
		return MESSAGE_ERROR;
	m->size = (uint64_t)st.st_size;
	m->next = st.st_mtime;
	if (!S_ISREG(st.st_mode) || m->size < SPOOL_HEAD)
		return MESSAGE_BAD;
	if (read_at(m->fd, head, sizeof head, 0) != (ssize_t)sizeof head)
		return MESSAGE_ERROR;
	if (!parse_head(head, &m->length) || m->length > m->size - SPOOL_HEAD)
		return MESSAGE_BAD;
	n = m->size - SPOOL_HEAD - m->length;
	if (n > JOURNAL_LEN)
		return MESSAGE_BAD;
	if ((journal = read_journal(m, &n)) == NULL)
		return MESSAGE_ERROR;
	status = parse_journal(m, journal, n);
	free(journal);
	return status;
}

/* *N octets of the journal, or what there is: without the lock, another may
 * just cut a torn tail.  The caller frees them. */
static char *
read_journal(struct message *m, size_t *n)
{
	char *journal = malloc(*n + 1);
	ssize_t got;

	if (journal == NULL)
		return NULL;
	if ((got = read_at(m->fd, journal, *n, SPOOL_HEAD + m->length)) == -1) {
		free(journal);
		return NULL;
	}
	*n = (size_t)got;
	return journal;
}

static bool
parse_head(const char *head, uint64_t *length)
{
	if (memcmp(head, "mx1 ", 4) != 0 || head[SPOOL_HEAD - 1] != '\n' ||
	    head[4] != '0')
		return false;
	*length = 0;
	for (int i = 4; i < SPOOL_HEAD - 1; i++) {
		if (head[i] < '0' || head[i] > '9')
			return false;
		*length = *length * 10 + (uint64_t)(head[i] - '0');
	}
	return true;
}

/*
 * The first line that is torn ends the journal: what follows was never synced,
 * so nothing has relied on it.  A line that is sound but means nothing is
 * damage.
 */
static enum message_status
parse_journal(struct message *m, char *text, size_t n)
{
	struct record_view view;
	size_t at = 0, line;

	if ((m->envelope = envelope_new()) == NULL)
		return MESSAGE_ERROR;
	while ((line = next_record(text + at, n - at, &view)) != 0) {
		if (envelope_apply(m->envelope, &view) == -1)
			return errno == EBADMSG ? MESSAGE_BAD : MESSAGE_ERROR;
		at += line;
	}
	m->journal_end = SPOOL_HEAD + m->length + at;
	return envelope_is_whole(m->envelope) &&
		cuts_end(&m->envelope->cuts) <= m->length
	    ? MESSAGE_OK
	    : MESSAGE_BAD;
}

/* Octets of the record at TEXT, its newline too; 0: the end, or torn. */
static size_t
next_record(char *text, size_t n, struct record_view *view)
{
	char *newline = n == 0 ? NULL : memchr(text, '\n', n);

	if (newline == NULL ||
	    !record_parse(text, (size_t)(newline - text), view))
		return 0;
	return (size_t)(newline - text) + 1;
}

/* Octets read, less than N at the end of the file; or -1. */
static ssize_t
read_at(int fd, char *out, size_t n, uint64_t at)
{
	size_t have = 0;

	while (have < n) {
		ssize_t r = pread(fd, out + have, n - have, (off_t)(at + have));

		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return -1;
		if (r == 0)
			break;
		have += (size_t)r;
	}
	return (ssize_t)have;
}
