/* SPDX-License-Identifier: ISC */
#include "offer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "wire.h"

enum {
	GOOD_FOR = 3600, /* seconds; no file changes when it expires */
	BAD_FOR = 60,	 /* nor when mx-tls itself was the trouble */
	SIGNS = CONF_CERTIFICATES * 2 * (CONF_FILE + 80) + TLS_TEXT
};

/* What was looked at: if it reads the same again, the verdict holds. */
struct signs {
	char text[SIGNS];
	size_t len;
};

static bool check(const struct conf *, char why[TLS_TEXT]);
static void read_signs(const struct conf *, struct signs *);
static void add_sign(struct signs *, const char *);
static bool recall(const struct conf *, const struct signs *, bool *good);
static void keep(const struct conf *, const struct signs *, bool good);
static void name_file(const struct conf *, char[PATH_MAX]);

const char *
offer_where(const struct conf *c)
{
	return *c->tls_helper != '\0' ? c->tls_helper : c->libexec;
}

bool
offer_tls(const struct conf *c)
{
	char why[TLS_TEXT];
	struct signs signs;
	bool good;

	if (c->certificates == 0)
		return false;
	read_signs(c, &signs);
	if (recall(c, &signs, &good))
		return good;
	if (!(good = check(c, why)))
		log_event(LOG_L_ERROR, "no-starttls", "error", why, NULL);
	keep(c, &signs, good);
	return good;
}

void
offer_withdraw(const struct conf *c, const char *why)
{
	struct signs signs;

	log_event(LOG_L_ERROR, "no-starttls", "error", why, NULL);
	read_signs(c, &signs);
	keep(c, &signs, false);
}

void
offer_print(const struct conf *c, FILE *f)
{
	char why[TLS_TEXT];

	if (c->certificates == 0)
		fprintf(f, "# STARTTLS is not offered: no tls_certificate\n");
	else if (!check(c, why))
		fprintf(f, "# STARTTLS is not offered: %s\n", why);
	else
		fprintf(f, "# STARTTLS is offered%s%s\n",
		    *why != '\0' ? ", but " : "", why);
}

static bool
check(const struct conf *c, char why[TLS_TEXT])
{
	struct tls_call call = {offer_where(c), -1, wire_now() + TLS_READY_MS};
	struct tls_request request;
	struct tls_answer answer;
	struct helper helper;
	bool good;

	tls_request_of(c, &request);
	request.mode = TLS_CHECK;
	good = tls_start(&call, &request, &helper, &answer) == 0;
	if (good)
		tls_finish(&helper, call.deadline, &answer);
	strlcpy(why, answer.reason, TLS_TEXT);
	if (!good && *why == '\0')
		snprintf(why, TLS_TEXT, "mx-tls in %s: %s", call.where,
		    strerror(errno));
	return good;
}

static void
read_signs(const struct conf *c, struct signs *s)
{
	s->len = (size_t)snprintf(
	    s->text, sizeof s->text, "%.200s\n", offer_where(c));
	for (unsigned i = 0; i < c->certificates; i++) {
		add_sign(s, c->certificate[i].file);
		add_sign(s, c->certificate[i].key);
	}
}

/* A key that only mx-tls's user can reach may have no sign but its name. */
static void
add_sign(struct signs *s, const char *file)
{
	struct stat st = {.st_size = -1};

	if (stat(file, &st) == -1)
		st.st_size = -1;
	s->len += (size_t)snprintf(s->text + s->len, sizeof s->text - s->len,
	    "%s %" PRIdMAX " %" PRIuMAX " %" PRIdMAX ".%09ld\n", file,
	    (intmax_t)st.st_size, (uintmax_t)st.st_ino,
	    (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

static bool
recall(const struct conf *c, const struct signs *s, bool *good)
{
	char path[PATH_MAX], text[SIGNS + 1];
	struct stat st;
	time_t age;
	ssize_t n;
	int fd;

	name_file(c, path);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return false;
	n = fstat(fd, &st) == -1 ? -1 : read(fd, text, sizeof text);
	close(fd);
	if (n < 1)
		return false;
	*good = *text == '+';
	age = time(NULL) - st.st_mtim.tv_sec;
	return age >= 0 && age < (*good ? GOOD_FOR : BAD_FOR) &&
	    (size_t)n == s->len + 1 && memcmp(text + 1, s->text, s->len) == 0;
}

/* Renamed into place, so that nobody reads half of it.  If it can not be kept,
 * the next one asks again. */
static void
keep(const struct conf *c, const struct signs *s, bool good)
{
	char path[PATH_MAX], new[PATH_MAX];
	int fd;
	bool done;

	name_file(c, path);
	if (snprintf(new, sizeof new, "%s.%ld", path, (long)getpid()) >=
		(int)sizeof new ||
	    (fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) ==
		-1)
		return;
	done = write(fd, good ? "+" : "-", 1) == 1 &&
	    write(fd, s->text, s->len) == (ssize_t)s->len;
	if (close(fd) == -1 || !done || rename(new, path) == -1)
		unlink(new);
}

static void
name_file(const struct conf *c, char path[PATH_MAX])
{
	if (snprintf(path, PATH_MAX, "%s-tls", c->state) >= PATH_MAX)
		*path = '\0';
}
