/* SPDX-License-Identifier: ISC */
/* mxq bad: what did not parse, as mxrun set it aside. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "mxq.h"

static const struct column columns[] = {
    {"changed", "CHANGED", CELL_AGE, 7},
    {"octets", "SIZE", CELL_SIZE, 4},
    {"file", "FILE", CELL_TEXT, 0},
};

int
mxq_bad(struct mxq *q, char *args[])
{
	struct names files;
	int worst = EX_OK;
	struct stat st;

	(void)args;
	if (q->spool.bad == -1)
		return EX_OK;
	if (names_of_files(&files, q->spool.bad) == -1)
		return target_trouble("bad", NULL);
	for (size_t i = 0; i < files.n; i++) {
		struct cell cells[] = {{0}, {0}, {.text = files.name[i]}};

		if (fstatat(q->spool.bad, files.name[i], &st,
			AT_SYMLINK_NOFOLLOW) == -1) {
			if (errno != ENOENT) /* it went meanwhile */
				worst = target_trouble("bad", files.name[i]);
			continue;
		}
		cells[0].when = st.st_ctime;
		cells[1].number = (uint64_t)st.st_size;
		out_row(
		    &q->out, columns, sizeof columns / sizeof *columns, cells);
	}
	names_free(&files);
	return worst;
}
