/* SPDX-License-Identifier: ISC */
/* Blocks of pairs: how long one may be. */
#include "pairs.h"

#include <errno.h>
#include <sys/mman.h>
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

int
main(void)
{
	test_length();
	return done();
}
