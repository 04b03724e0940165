/* SPDX-License-Identifier: ISC */
/*
 * Whether the file has changed is seen by its status and by the counter that
 * SQLite keeps in its header (fileformat2, 1.3.8), which a file in WAL mode
 * does not keep: that one is left to SQLite.  Reading is a child's work, so
 * that neither a large, nor a locked, nor a damaged file keeps anybody waiting.
 */
#include "policy_snapshot.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "policydb_parts.h"

enum { BUSY_MS = 1000, RETRY = 1 };
enum { VERSIONS = 18, HEADER = 32, ROLLBACK = 1 };

struct stamp { /* of the file, compared by its octets: it has no padding */
	struct {
		dev_t dev;
		ino_t ino;
		off_t size;
		struct timespec mtime, ctime;
	} status;
	unsigned char header[HEADER];
};

struct policy_snapshot {
	char *file;
	int fd;		    /* the file, to read its header; -1 */
	struct stamp stamp; /* of what is held, or is being read, or failed */
	bool held;
	unsigned version;
	time_t failed; /* when reading it last did */
	pid_t reader;  /* 0: none */
	int octets;    /* what the reader writes; -1 */
	struct policy_db db;
};

static bool take_stamp(struct policy_snapshot *, struct stamp *);
static void drop(struct policy_snapshot *);
static void start_reader(struct policy_snapshot *);
static int read_all(const char *file, int fd);

struct policy_snapshot *
policy_snapshot_new(const char *file)
{
	struct policy_snapshot *s = calloc(1, sizeof *s);

	if (s == NULL || (s->file = strdup(file)) == NULL) {
		free(s);
		return NULL;
	}
	s->fd = s->octets = -1;
	return s;
}

void
policy_snapshot_free(struct policy_snapshot *s)
{
	if (s == NULL)
		return;
	drop(s);
	if (s->fd != -1)
		close(s->fd);
	if (s->octets != -1)
		close(s->octets);
	free(s->file);
	free(s);
}

struct policy_db *
policy_snapshot_look(struct policy_snapshot *s)
{
	struct stamp stamp;

	if (s->reader != 0)
		return NULL;
	if (!take_stamp(s, &stamp)) {
		drop(s);
		return NULL;
	}
	if (memcmp(&stamp, &s->stamp, sizeof stamp) == 0) {
		if (s->held)
			return &s->db;
		if (time(NULL) - s->failed < RETRY)
			return NULL;
	}
	drop(s);
	s->stamp = stamp;
	start_reader(s);
	return NULL;
}

unsigned
policy_snapshot_version(const struct policy_snapshot *s)
{
	return s->version;
}

bool
policy_snapshot_reap(struct policy_snapshot *s, pid_t pid, int status)
{
	if (pid != s->reader)
		return false;
	s->reader = 0;
	s->held = WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    policy_rows_map(&s->db.rows, s->octets) == 0;
	if (s->held)
		s->version++;
	else
		s->failed = time(NULL);
	close(s->octets);
	s->octets = -1;
	return true;
}

static bool
take_stamp(struct policy_snapshot *s, struct stamp *out)
{
	struct stat st, open_st;

	*out = (struct stamp){.header = {0}};
	if (stat(s->file, &st) == -1)
		return false;
	if (s->fd != -1 &&
	    (st.st_dev != s->stamp.status.dev ||
		st.st_ino != s->stamp.status.ino)) {
		close(s->fd);
		s->fd = -1;
	}
	if (s->fd == -1 &&
	    ((s->fd = open(s->file, O_RDONLY | O_CLOEXEC)) == -1 ||
		fstat(s->fd, &open_st) == -1 || open_st.st_ino != st.st_ino))
		return false;
	out->status.dev = st.st_dev;
	out->status.ino = st.st_ino;
	out->status.size = st.st_size;
	out->status.mtime = st.st_mtim;
	out->status.ctime = st.st_ctim;
	return pread(s->fd, out->header, HEADER, 0) == HEADER &&
	    out->header[VERSIONS] == ROLLBACK &&
	    out->header[VERSIONS + 1] == ROLLBACK;
}

static void
drop(struct policy_snapshot *s)
{
	if (s->held)
		policy_rows_unmap(&s->db.rows);
	s->held = false;
}

static void
start_reader(struct policy_snapshot *s)
{
	s->octets = memfd_create("policy", MFD_CLOEXEC);
	s->reader = s->octets == -1 ? -1 : fork();
	if (s->reader == 0)
		_exit(read_all(s->file, s->octets) == 0 ? 0 : 1);
	if (s->reader > 0)
		return;
	s->reader = 0;
	s->failed = time(NULL);
	if (s->octets != -1)
		close(s->octets);
	s->octets = -1;
}

/* In the child. */
static int
read_all(const char *file, int fd)
{
	char err[DB_ERROR];
	struct policy_db *p = policy_open_busy(file, BUSY_MS, err);
	int result = -1;

	if (p == NULL)
		return -1;
	policy_keep(p, UINT_MAX);
	if (policy_rows_hold_all(&p->rows))
		result = policy_rows_write(&p->rows, fd);
	policy_db_close(p);
	return result;
}
