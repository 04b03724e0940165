/* SPDX-License-Identifier: ISC */
/* A message in its file: fields, an empty line, a body, wherever they end. */
#include "msgfile.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static struct msgfile m;
static int fd;
static unsigned interrupted; /* reads to come that a signal cuts short */

ssize_t
pread(int from, void *to, size_t n, off_t at)
{
	if (interrupted > 0) {
		interrupted--;
		errno = EINTR;
		return -1;
	}
	return lseek(from, at, SEEK_SET) == -1 ? -1 : read(from, to, n);
}

static void
put(const char *octets, size_t n)
{
	if (lseek(fd, 0, SEEK_SET) == -1 || ftruncate(fd, 0) == -1 ||
	    write(fd, octets, n) != (ssize_t)n)
		exit(99);
}

/* Fields, a '|' behind each, then another and the body. */
static void
reads(const char *text, uint64_t offset, uint64_t size, const char *want)
{
	char got[200] = "";
	const char *part;
	size_t n;
	ssize_t body;

	put(text, strlen(text));
	if (!ok(msgfile_begin(&m, fd, offset, size) == 0, "it is read"))
		return;
	while (msgfile_field(&m, &part, &n)) {
		strncat(got, part, n);
		strcat(got, "|");
	}
	strcat(got, "|");
	while ((body = msgfile_body(&m, &part)) > 0)
		strncat(got, part, (size_t)body);
	is_int(body, 0, "to its end");
	is_str(got, want, "as it is");
}

static void
test_fields(void)
{
	reads("a: b\r\nc: d\r\n\r\nbody\r\n", 0, 0, "a: b|c: d||body\r\n");
	reads(
	    "a: b\r\n c\r\n\td\r\ne:\r\n\r\n", 0, 0, "a: b\r\n c\r\n\td|e:||");
	reads("\r\nbody", 0, 0, "|body");
	reads("\r\n", 0, 0, "|");
	reads("", 0, 0, "|");
	reads("x", 0, 0, "x||");
	reads("a: b\r\nc", 0, 0, "a: b|c||");
	reads("a: b\r\n", 0, 0, "a: b||");
	reads("a: b\nc\rd\r\n\r\nx", 0, 0, "a: b\nc\rd||x");
	reads("headera: b\r\n\r\nbodyjournal", 6, 12, "a: b||body");
}

/* The empty line lies wherever one read ends and the next begins. */
static void
test_edges(void)
{
	static char text[MSGFILE_PIECE + 20];
	const char *part;
	size_t n, fields;
	unsigned wrong = 0;

	for (size_t at = MSGFILE_PIECE - 6; at < MSGFILE_PIECE + 3; at++) {
		memset(text, 'x', sizeof text);
		memcpy(text + at, "\r\n\r\n", 4);
		put(text, sizeof text);
		wrong += msgfile_begin(&m, fd, 0, 0) != 0;
		for (fields = 0; msgfile_field(&m, &part, &n); fields++)
			wrong += n != at;
		wrong += fields != 1;
		for (n = at + 4; (fields = (size_t)msgfile_body(&m, &part));)
			n += fields;
		wrong += n != sizeof text;
	}
	is_int(wrong, 0, "at any place");
}

static void
test_trouble(void)
{
	char *text = malloc(HEADER_LEN + MSGFILE_PIECE);
	const char *part;

	put("a: b\r\n\r\nbody", 12);
	interrupted = 2;
	is_int(msgfile_begin(&m, fd, 0, 0), 0, "a signal is no end");
	is_int(interrupted, 0, "when it came");
	is_int(msgfile_begin(&m, -1, 0, 0), -1, "no file");
	is_int(errno, EBADF, "says so");
	msgfile_begin(&m, fd, 0, 0);
	m.fd = -1;
	is_int(msgfile_body(&m, &part), 4, "what was read is there");
	is_int(msgfile_body(&m, &part), -1, "what was not is not");
	memset(text, 'x', HEADER_LEN + MSGFILE_PIECE);
	put(text, HEADER_LEN + MSGFILE_PIECE);
	is_int(msgfile_begin(&m, fd, 0, 0), -1, "a header without an end");
	is_int(errno, EMSGSIZE, "is too long");
	put(text, HEADER_LEN);
	is_int(msgfile_begin(&m, fd, 0, 0), 0, "one as long as may be");
	free(text);
}

int
main(void)
{
	char path[] = "/tmp/msgfile.XXXXXX";

	if ((fd = mkstemp(path)) == -1)
		return 1;
	unlink(path);
	test_fields();
	test_edges();
	test_trouble();
	close(fd);
	return done();
}
