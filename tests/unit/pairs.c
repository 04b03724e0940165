/* SPDX-License-Identifier: ISC */
/* Blocks of pairs: how long one may be, what comes with it, and when it does
 * not come. */
#include "pairs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

enum { PIECE = 4000 };

static void
write_lines(int fd, size_t octets)
{
	char line[PIECE];

	memset(line, 'x', sizeof line);
	line[3] = '=';
	line[sizeof line - 1] = '\n';
	for (; octets >= sizeof line; octets -= sizeof line) {
		if (write(fd, line, sizeof line) != sizeof line)
			return;
	}
}

static enum pairs_status
read_block(struct pairs_in *in)
{
	enum pairs_status status;
	const char *key;
	char *value;

	do {
		status = pairs_next(in, wire_now() + 10000, &key, &value);
	} while (status == PAIRS_PAIR);
	return status;
}

static void
test_length(void)
{
	int fd = memfd_create("pairs", 0);
	struct pairs_in in;

	for (int i = 0; i < 2; i++) {
		write_lines(fd, BLOCK_LEN / 4 * 3);
		ok(write(fd, "\n", 1) == 1, "a block is written");
	}
	write_lines(fd, BLOCK_LEN + PIECE);
	lseek(fd, 0, SEEK_SET);
	pairs_in_init(&in, fd);
	is_int(read_block(&in), PAIRS_END, "a block that is long enough");
	is_int(read_block(&in), PAIRS_END, "and another");
	errno = 0;
	is_int(read_block(&in), PAIRS_ERROR, "one that is too long");
	is_int(errno, EBADMSG, "is no block");
	close(fd);
}

static void
pair_of_sockets(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == -1)
		exit(99);
}

/* A block that N descriptors come with, more than one by who means harm. */
static void
write_passing(int to, unsigned n)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control = {.room = {0}};
	char text[] = "a=1\n\n";
	struct iovec iov = {.iov_base = text, .iov_len = strlen(text)};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = CMSG_SPACE(n * sizeof(int))};
	int fd[4] = {STDIN_FILENO, STDIN_FILENO, STDIN_FILENO, STDIN_FILENO};

	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(&control.head), fd, n * sizeof(int));
	if (sendmsg(to, &m, 0) == -1)
		exit(99);
}

/* The lowest descriptor that is free. */
static int
lowest(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static void
test_passed(void)
{
	int fd[2], before;
	struct pairs_in in;

	pair_of_sockets(fd);
	pairs_in_init(&in, fd[0]);
	before = lowest();
	for (unsigned n = 1; n <= 4; n++) {
		write_passing(fd[1], n);
		is_int(read_block(&in), PAIRS_END, "a block with descriptors");
		is_int(lowest(), n == 1 ? before + 1 : before,
		    n == 1 ? "it is kept" : "none is left of several");
		if (n == 1) {
			write_passing(fd[1], 1);
			read_block(&in);
			ok(lowest() == before && in.passed == before + 1,
			    "or the one after it");
			close(in.passed);
			in.passed = -1;
		}
	}
	close(fd[0]);
	close(fd[1]);
}

static enum pairs_status
next_at(struct pairs_in *in, int64_t deadline)
{
	const char *key;
	char *value;

	errno = 0;
	return pairs_next(in, deadline, &key, &value);
}

static void
test_ends(void)
{
	char rest[2] = "";
	struct pairs_in in;
	int fd[2];

	pair_of_sockets(fd);
	pairs_in_init(&in, fd[0]);
	is_int(next_at(&in, wire_now() + 20), PAIRS_ERROR, "silence");
	is_int(errno, ETIMEDOUT, "ends with the deadline");
	in.exact = true;
	ok(write(fd[1], "a=1\n\nbc", 7) == 7, "a block and more");
	is_int(read_block(&in), PAIRS_END, "is read");
	ok(read(fd[0], rest, 1) == 1 && *rest == 'b', "and no more");
	ok(write(fd[1], "\nx=1\n", 5) == 5, "octets");
	ok(read(fd[0], rest, 1) == 1 && *rest == 'c', "one of them");
	is_int(next_at(&in, -1), PAIRS_END, "an empty block");
	is_int(next_at(&in, -1), PAIRS_PAIR, "a pair");
	close(fd[1]);
	is_int(next_at(&in, -1), PAIRS_EOF, "the end");
	close(fd[0]);
	pairs_in_init(&in, fd[0]);
	is_int(next_at(&in, -1), PAIRS_ERROR, "no descriptor");
	is_int(next_at(&in, wire_now() + 20), PAIRS_ERROR, "nor in time");
}

static int
send_octets(int fd, int pass, size_t n)
{
	char *text = calloc(1, n + 1);
	struct pairs p;
	int result;

	memset(text, 'x', n);
	pairs_init(&p);
	pairs_add(&p, "a", text);
	free(text);
	errno = 0;
	result = pairs_send(&p, fd, pass, wire_now() + 50);
	return result == -1 ? errno : 0;
}

static void
test_send(void)
{
	int fd[2];

	pair_of_sockets(fd);
	is_int(send_octets(fd[0], -1, 1 << 22), ETIMEDOUT, "nobody reads");
	close(fd[1]);
	is_int(send_octets(fd[0], -1, 1), EPIPE, "nobody is there");
	close(fd[0]);
	if (pipe(fd) == -1)
		exit(99);
	is_int(send_octets(fd[1], -1, 1), 0, "a pipe");
	is_int(send_octets(fd[1], fd[0], 1), ENOTSOCK, "takes no descriptor");
	close(fd[0]);
	close(fd[1]);
}

int
main(void)
{
	test_length();
	test_passed();
	test_ends();
	test_send();
	return done();
}
