/* SPDX-License-Identifier: ISC */
/* Linked with -Wl,--wrap for each of these calls. */
#include "file.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = 1 << 16, DIRECTORY = 1 << 20, FILE_FD };

int __real_openat(int, const char *, int, ...);
int __wrap_openat(int, const char *, int, ...);
int __real_flock(int, int);
int __wrap_flock(int, int);
int __real_fstat(int, struct stat *);
int __wrap_fstat(int, struct stat *);
int __real_fstatat(int, const char *, struct stat *, int);
int __wrap_fstatat(int, const char *, struct stat *, int);
ssize_t __real_pread(int, void *, size_t, off_t);
ssize_t __wrap_pread(int, void *, size_t, off_t);
ssize_t __real_pwrite(int, const void *, size_t, off_t);
ssize_t __wrap_pwrite(int, const void *, size_t, off_t);
int __real_ftruncate(int, off_t);
int __wrap_ftruncate(int, off_t);
int __real_close(int);
int __wrap_close(int);

static char file[ROOM];
static size_t length;

/* Returns the octets written of the line at S. */
static size_t
put_line(char *out, const char *s, size_t n)
{
	struct record r;

	record_begin(&r, "");
	if (n >= sizeof r.line - r.len)
		return 0;
	memcpy(r.line + r.len, s, n);
	r.len += n;
	if (!record_end(&r))
		return 0;
	memcpy(out, r.line, r.len);
	return r.len;
}

static size_t
compose(char *out, const char *in, size_t n)
{
	const char *end = in + n, *newline;
	size_t octets, used;

	if (n < 3)
		return 0;
	octets = ((size_t)(unsigned char)in[0] << 8 | (unsigned char)in[1]) %
	    (n - 1);
	in += 2;
	used = (size_t)snprintf(out, ROOM, "mx1 %020zu\n", octets);
	memcpy(out + used, in, octets);
	used += octets;
	in += octets;
	while ((newline = memchr(in, '\n', (size_t)(end - in))) != NULL) {
		if (used > ROOM - 3 * RECORD_LEN)
			return used;
		used += put_line(out + used, in, (size_t)(newline - in));
		in = newline + 1;
	}
	memcpy(out + used, in, (size_t)(end - in));
	return used + (size_t)(end - in);
}

enum message_status
file_open(struct message *m, const uint8_t *data, size_t size)
{
	const char *in = (const char *)data + 1;

	if (size < 1 || size > RECORD_LEN)
		return MESSAGE_GONE;
	length = size - 1;
	if (data[0] % 2 == 1)
		length = compose(file, in, length);
	else
		memcpy(file, in, length);
	return file_again(m);
}

enum message_status
file_again(struct message *m)
{
	return message_open(m, DIRECTORY, "fuzz", MESSAGE_LOCK);
}

static int
describe(struct stat *st)
{
	*st = (struct stat){
	    .st_mode = S_IFREG | S_IRUSR, .st_size = (off_t)length};
	return 0;
}

int
__wrap_openat(int dir, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (dir == DIRECTORY)
		return FILE_FD;
	va_start(ap, flags);
	if ((flags & (O_CREAT | O_TMPFILE)) != 0)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return __real_openat(dir, name, flags, mode);
}

int
__wrap_flock(int fd, int how)
{
	return fd == FILE_FD ? 0 : __real_flock(fd, how);
}

int
__wrap_fstat(int fd, struct stat *st)
{
	return fd == FILE_FD ? describe(st) : __real_fstat(fd, st);
}

int
__wrap_fstatat(int dir, const char *name, struct stat *st, int flags)
{
	return dir == DIRECTORY ? describe(st)
				: __real_fstatat(dir, name, st, flags);
}

ssize_t
__wrap_pread(int fd, void *out, size_t n, off_t at)
{
	size_t left;

	if (fd != FILE_FD)
		return __real_pread(fd, out, n, at);
	left = (size_t)at < length ? length - (size_t)at : 0;
	n = n < left ? n : left;
	memcpy(out, file + at, n);
	return (ssize_t)n;
}

ssize_t
__wrap_pwrite(int fd, const void *octets, size_t n, off_t at)
{
	if (fd != FILE_FD)
		return __real_pwrite(fd, octets, n, at);
	assert((size_t)at <= length && n <= sizeof file - (size_t)at);
	memcpy(file + at, octets, n);
	length = (size_t)at + n > length ? (size_t)at + n : length;
	return (ssize_t)n;
}

int
__wrap_ftruncate(int fd, off_t n)
{
	if (fd != FILE_FD)
		return __real_ftruncate(fd, n);
	assert((size_t)n <= length);
	length = (size_t)n;
	return 0;
}

int
__wrap_close(int fd)
{
	return fd == FILE_FD ? 0 : __real_close(fd);
}
