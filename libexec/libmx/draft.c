/* SPDX-License-Identifier: ISC */
/*
 * A message on its way into the spool.  It has no name until it is whole and
 * on disk, so whatever kills us leaves nothing behind (open(2), O_TMPFILE).
 *
 * A failed write or sync ends the file: the kernel may have dropped the pages
 * it could not write, and a second sync would say that all is well.
 */
#include "spool_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_named(struct draft *, const struct spool *);
static int append(struct draft *, const char *, size_t);
static int append_record(void *, const char *, size_t);
static int flush(struct draft *);
static int write_head(struct draft *);
static int write_at(int, const char *, size_t, uint64_t);
static int copy_octets(int from, int to, uint64_t length);
static int copy_blocks(int from, int to, uint64_t length, uint64_t at);
static int link_into(
    struct draft *, const struct spool *, int dir, const char *name);
static int link_once(
    struct draft *, const struct spool *, int dir, const char *name);

int
draft_open(struct draft *d, const struct spool *sp)
{
	d->length = d->written = 0;
	d->named = false;
	d->buffered = SPOOL_HEAD;
	memset(d->buffer, 0, SPOOL_HEAD);
	d->fd = openat(sp->tmp, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (d->fd == -1 && (errno == EOPNOTSUPP || errno == EISDIR))
		return open_named(d, sp);
	return d->fd == -1 ? -1 : 0;
}

int
draft_write(struct draft *d, const char *octets, size_t n)
{
	d->length += n;
	return append(d, octets, n);
}

int
draft_copy(struct draft *to, struct draft *from, const struct spool *sp)
{
	if (draft_open(to, sp) == -1)
		return -1;
	to->length = from->length;
	if (from->written == 0) {
		memcpy(to->buffer, from->buffer, from->buffered);
		to->buffered = from->buffered;
		return 0;
	}
	to->buffered = 0;
	to->written = SPOOL_HEAD + from->length;
	if (flush(from) == 0 &&
	    copy_octets(from->fd, to->fd, from->length) == 0)
		return 0;
	draft_abort(to, sp);
	return -1;
}

int
draft_reader(struct draft *d)
{
	char path[32];

	if (flush(d) == -1)
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", d->fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int
draft_seal(struct draft *d, const struct envelope *e)
{
	if (envelope_emit(e, append_record, d) != 0 || write_head(d) == -1)
		return -1;
	return fsync(d->fd);
}

int
draft_link(
    struct draft *d, const struct spool *sp, const char *domain, const char *id)
{
	/* a runner that emptied the directory may remove it before we link */
	for (int tries = 0; tries < SPOOL_TRIES; tries++) {
		int dir = spool_take_domain(sp, domain), result;

		if (dir == -1 && errno == ENOENT)
			continue;
		if (dir == -1)
			return -1;
		result = link_into(d, sp, dir, id);
		close(dir);
		if (result == 0 || errno != ENOENT)
			return result;
	}
	return -1;
}

int
draft_link_dsn(struct draft *d, const struct spool *sp, const char *id)
{
	return link_into(d, sp, sp->dsn, id);
}

void
draft_abort(struct draft *d, const struct spool *sp)
{
	if (d->fd == -1)
		return;
	if (d->named)
		unlinkat(sp->tmp, d->name, 0);
	close(d->fd);
	d->fd = -1;
}

static int
open_named(struct draft *d, const struct spool *sp)
{
	if (id_new(d->name) == -1)
		return -1;
	d->fd = openat(sp->tmp, d->name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	d->named = d->fd != -1;
	return d->named ? 0 : -1;
}

static int
append(struct draft *d, const char *octets, size_t n)
{
	while (n > 0) {
		size_t part = sizeof d->buffer - d->buffered;

		if (part > n)
			part = n;
		memcpy(d->buffer + d->buffered, octets, part);
		d->buffered += part;
		octets += part;
		n -= part;
		if (d->buffered == sizeof d->buffer && flush(d) == -1)
			return -1;
	}
	return 0;
}

static int
append_record(void *d, const char *line, size_t n)
{
	return append(d, line, n);
}

static int
flush(struct draft *d)
{
	if (write_at(d->fd, d->buffer, d->buffered, d->written) == -1)
		return -1;
	d->written += d->buffered;
	d->buffered = 0;
	return 0;
}

/* The head goes in last; a small file is one write, head and all. */
static int
write_head(struct draft *d)
{
	char head[SPOOL_HEAD + 1];

	snprintf(head, sizeof head, "mx1 %020" PRIu64 "\n", d->length);
	if (d->written == 0) {
		memcpy(d->buffer, head, SPOOL_HEAD);
		return flush(d);
	}
	return flush(d) == -1 ? -1 : write_at(d->fd, head, SPOOL_HEAD, 0);
}

static int
write_at(int fd, const char *octets, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t w = pwrite(fd, octets, n, (off_t)at);

		if (w == -1 && errno == EINTR)
			continue;
		if (w <= 0) {
			errno = w == 0 ? EIO : errno;
			return -1;
		}
		octets += w;
		n -= (size_t)w;
		at += (uint64_t)w;
	}
	return 0;
}

/* Inside the kernel, where the file system shares or copies by itself. */
static int
copy_octets(int from, int to, uint64_t length)
{
	off_t in = SPOOL_HEAD, out = SPOOL_HEAD;

	while (length > 0) {
		size_t part = length > 1 << 30 ? 1 << 30 : (size_t)length;
		ssize_t n = copy_file_range(from, &in, to, &out, part, 0);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EIO && errno != ENOSPC &&
		    errno != EDQUOT) /* it can not, or may not here */
			return copy_blocks(from, to, length, (uint64_t)in);
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return -1;
		}
		length -= (uint64_t)n;
	}
	return 0;
}

static int
copy_blocks(int from, int to, uint64_t length, uint64_t at)
{
	char block[16 * 1024];

	while (length > 0) {
		size_t part =
		    length > sizeof block ? sizeof block : (size_t)length;
		ssize_t n = pread(from, block, part, (off_t)at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return -1;
		}
		if (write_at(to, block, (size_t)n, at) == -1)
			return -1;
		length -= (uint64_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

/* The name, then the directory on disk: only now is it ours to keep. */
static int
link_into(struct draft *d, const struct spool *sp, int dir, const char *name)
{
	if (link_once(d, sp, dir, name) == -1)
		return -1;
	if (spool_keep_domain(sp, dir) == -1) {
		int saved = errno;

		unlinkat(dir, name, 0);
		errno = saved == ENOENT ? EIO : saved;
		return -1;
	}
	draft_abort(d, sp);
	return 0;
}

static int
link_once(struct draft *d, const struct spool *sp, int dir, const char *name)
{
	char path[32];

	if (d->named)
		return linkat(sp->tmp, d->name, dir, name, 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", d->fd);
	return linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW);
}
