/* SPDX-License-Identifier: ISC */
#include "policy_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct head { /* of the file; the index follows, then the text */
	struct policy_rows rows;
};

static bool make_room(void **, size_t *room, size_t want, size_t unit);
static void unpack(const struct policy_rows *, uint32_t, struct policy_row *);
static int compare(const char *packed, const char *const key[2]);

void
policy_rows_init(struct policy_rows *r)
{
	memset(r, 0, sizeof *r);
}

void
policy_rows_free(struct policy_rows *r)
{
	free(r->index);
	free(r->text);
	policy_rows_init(r);
}

void
policy_rows_begin(struct policy_rows *r, enum policy_table t)
{
	r->table[t].first = (uint32_t)r->indexes;
	r->table[t].n = 0;
}

bool
policy_rows_add(
    struct policy_rows *r, const struct policy_row *row, unsigned columns)
{
	size_t len = r->len;

	if (r->indexes == UINT32_MAX || len > UINT32_MAX ||
	    !make_room((void **)&r->index, &r->index_room, r->indexes + 1,
		sizeof *r->index))
		return false;
	for (unsigned i = 0; i < POLICY_COLUMNS; i++) {
		const char *s = i < columns ? row->column[i] : "";
		size_t n = strlen(s) + 1;

		if (!make_room((void **)&r->text, &r->room, len + n, 1))
			return false;
		memcpy(r->text + len, s, n);
		len += n;
	}
	r->index[r->indexes++] = (uint32_t)r->len;
	r->len = len;
	return true;
}

void
policy_rows_hold(struct policy_rows *r, enum policy_table t)
{
	r->table[t].n = (uint32_t)r->indexes - r->table[t].first;
	r->table[t].held = true;
}

void
policy_rows_drop(struct policy_rows *r, enum policy_table t)
{
	if (r->indexes == r->table[t].first)
		return;
	r->indexes = r->table[t].first;
	r->len = r->index[r->indexes];
}

bool
policy_rows_hold_all(const struct policy_rows *r)
{
	for (unsigned t = 0; t < POLICY_TABLES; t++) {
		if (!r->table[t].held)
			return false;
	}
	return true;
}

bool
policy_rows_find(const struct policy_rows *r, enum policy_table t,
    const char *const key[2], struct policy_row *row)
{
	size_t low = r->table[t].first, high = low + r->table[t].n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(r->text + r->index[middle], key);

		if (order == 0) {
			unpack(r, r->index[middle], row);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool
policy_rows_at(const struct policy_rows *r, enum policy_table t, unsigned at,
    struct policy_row *row)
{
	if (at >= r->table[t].n)
		return false;
	unpack(r, r->index[r->table[t].first + at], row);
	return true;
}

int
policy_rows_write(const struct policy_rows *r, int fd)
{
	struct head head = {*r};
	struct iovec part[] = {{&head, sizeof head},
	    {r->index, r->indexes * sizeof *r->index}, {r->text, r->len}};

	for (unsigned i = 0; i < sizeof part / sizeof *part; i++) {
		char *at = part[i].iov_base;

		for (size_t left = part[i].iov_len; left > 0;) {
			ssize_t n = write(fd, at, left);

			if (n == -1 && errno != EINTR)
				return -1;
			if (n > 0) {
				at += n;
				left -= (size_t)n;
			}
		}
	}
	return 0;
}

int
policy_rows_map(struct policy_rows *r, int fd)
{
	struct stat st;
	char *map;

	if (fstat(fd, &st) == -1 || (size_t)st.st_size < sizeof(struct head))
		return -1;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -1;
	*r = ((const struct head *)(const void *)map)->rows;
	r->index = (uint32_t *)(void *)(map + sizeof(struct head));
	r->text = (char *)(r->index + r->indexes);
	return 0;
}

void
policy_rows_unmap(struct policy_rows *r)
{
	if (r->index != NULL)
		munmap((char *)r->index - sizeof(struct head),
		    sizeof(struct head) + r->indexes * sizeof *r->index +
			r->len);
	policy_rows_init(r);
}

static bool
make_room(void **array, size_t *room, size_t want, size_t unit)
{
	size_t more = *room == 0 ? 1024 : *room;
	void *grown;

	while (more < want)
		more *= 2;
	if (more == *room)
		return true;
	if ((grown = reallocarray(*array, more, unit)) == NULL)
		return false;
	*array = grown;
	*room = more;
	return true;
}

static void
unpack(const struct policy_rows *r, uint32_t at, struct policy_row *row)
{
	const char *s = r->text + at;

	for (unsigned i = 0; i < POLICY_COLUMNS; i++) {
		row->column[i] = s;
		s += strlen(s) + 1;
	}
}

/* In the order of SQLite's BINARY collation. */
static int
compare(const char *packed, const char *const key[2])
{
	int order = strcmp(packed, key[0]);

	if (order != 0 || key[1] == NULL)
		return order;
	return strcmp(packed + strlen(packed) + 1, key[1]);
}
