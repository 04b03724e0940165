/* SPDX-License-Identifier: ISC */
#include "file.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 1 << 16 };

static char name[ID_NAME + 1];
static int dir = -1, fd;

static void
unlink_file(void)
{
	unlinkat(dir, name, 0);
}

static void
make_file(void)
{
	snprintf(name, sizeof name, "fuzz.%ld", (long)getpid());
	dir = open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert(dir != -1);
	fd = openat(dir, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd != -1);
	atexit(unlink_file);
}

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
	size_t length, used;

	if (n < 3)
		return 0;
	length = ((size_t)(unsigned char)in[0] << 8 | (unsigned char)in[1]) %
	    (n - 1);
	in += 2;
	used = (size_t)snprintf(out, ROOM, "mx1 %020zu\n", length);
	memcpy(out + used, in, length);
	used += length;
	in += length;
	while ((newline = memchr(in, '\n', (size_t)(end - in))) != NULL) {
		if (used > ROOM - 2 * RECORD_LEN)
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
	static char out[ROOM];
	const char *in = (const char *)data + 1;

	if (size < 1 || size > ROOM / 8)
		return MESSAGE_GONE;
	if (dir == -1)
		make_file();
	if (data[0] % 2 == 1) {
		size = compose(out, in, size - 1);
		in = out;
	} else {
		size--;
	}
	assert(pwrite(fd, in, size, 0) == (ssize_t)size);
	assert(ftruncate(fd, (off_t)size) == 0);
	return file_again(m);
}

enum message_status
file_again(struct message *m)
{
	return message_open(m, dir, name, MESSAGE_LOCK);
}
