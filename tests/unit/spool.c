/* SPDX-License-Identifier: ISC */
/* The spool: whole or not at all, read back as written, damage seen. */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static struct spool sp;
static char root[] = "/tmp/spool.XXXXXX";

static struct envelope *
example(void)
{
	struct envelope *e = envelope_new();

	e->arrived = 1790000000;
	envelope_set(&e->sender, "a=b%c@example.org");
	envelope_set(&e->client, "192.0.2.1");
	envelope_set(&e->helo, "mail.example.org");
	envelope_set(&e->proto, "ESMTP");
	envelope_set(&e->trace, "Received: from x\r\n\tby y; now\r\n");
	e->body = BODY_8BITMIME;
	e->tls = TLS_REQUIRED;
	e->ret = RET_HDRS;
	envelope_set(&e->envid, "QQ+2B1");
	envelope_add_rcpt(e, "\"john doe\"@example.com", NOTIFY_FAILURE,
	    "rfc822;j+20d@example.com");
	envelope_add_rcpt(e, "two@example.com", 0, "");
	envelope_add_rcpt(e, "three@example.com", NOTIFY_NEVER, "");
	return e;
}

static void
put(const char *domain, const char *id, const char *body, size_t n)
{
	struct envelope *e = example();
	struct draft *d = malloc(sizeof *d);

	if (n > 0)
		cuts_add(&e->cuts, 0, 1);
	ok(draft_open(d, &sp) == 0 && draft_write(d, body, n) == 0 &&
		draft_seal(d, e) == 0 && draft_link(d, &sp, domain, id) == 0,
	    "a message of %zu octets is put", n);
	envelope_free(e);
	free(d);
}

static int
entries(int dir)
{
	DIR *d = fdopendir(openat(dir, ".", O_RDONLY));
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
round_trip(void)
{
	char id[ID_NAME + 1], back[16];
	struct message m;
	int dir;

	id_new(id);
	put("example.com", id, "Subject: x\r\n\r\nhi\r\n", 18);
	dir = spool_domain_dir(&sp, "example.com", false);
	is_int(message_open(&m, dir, id, MESSAGE_READ), MESSAGE_OK, "opened");
	is_int((long long)m.length, 18, "its length");
	ok(pread(m.fd, back, 10, SPOOL_HEAD) == 10 &&
		memcmp(back, "Subject: x", 10) == 0,
	    "its octets stand behind the head");
	is_str(m.envelope->sender, "a=b%c@example.org", "sender");
	is_str(
	    m.envelope->trace, "Received: from x\r\n\tby y; now\r\n", "trace");
	ok(m.envelope->cuts.n == 1 && m.envelope->cuts.cut[0].at == 0 &&
		m.envelope->cuts.cut[0].octets == 1,
	    "cuts");
	is_str(m.envelope->envid, "QQ+2B1", "envid");
	is_int(m.envelope->body, BODY_8BITMIME, "body");
	is_int(m.envelope->tls, TLS_REQUIRED, "tls");
	is_int(m.envelope->ret, RET_HDRS, "ret");
	is_int((long long)m.envelope->nrcpt, 3, "recipients");
	is_str(m.envelope->rcpt[0].mailbox, "\"john doe\"@example.com", "path");
	is_str(m.envelope->rcpt[0].orcpt, "rfc822;j+20d@example.com", "orcpt");
	is_int(m.envelope->rcpt[2].notify, NOTIFY_NEVER, "notify");
	ok(m.envelope->arrived == 1790000000, "arrival");
	message_close(&m);
	is_int(entries(sp.tmp), 0, "nothing is left in tmp");
	struct envelope *e = example();
	struct draft *d = malloc(sizeof *d);
	ok(draft_open(d, &sp) == 0 && draft_seal(d, e) == 0 &&
		draft_link(d, &sp, "example.com", id) == -1 && errno == EEXIST,
	    "a name is given once");
	draft_abort(d, &sp);
	envelope_free(e);
	free(d);
	is_int(spool_count(&sp, "example.com", false), 1, "one waits");
	close(dir);
}

static void
events(void)
{
	char id[ID_NAME + 1];
	struct message m, other;
	struct record r;
	int dir, passed;

	id_new(id);
	put("example.net", id, "", 0);
	dir = spool_domain_dir(&sp, "example.net", false);
	is_int(message_open(&m, dir, id, MESSAGE_LOCK), MESSAGE_OK,
	    "an empty message opens");
	passed = dup(m.fd); /* as a helper has it */
	is_int(message_open(&other, dir, id, MESSAGE_LOCK), MESSAGE_BUSY,
	    "its lock is held once");
	event_done(&r, 0, 5, "mx [192.0.2.9]", "250 2.0.0 ok");
	is_int(message_append(&m, &r), 0, "a recipient is done");
	event_fail(&r, 1, 6, "mx [192.0.2.9]", "550 5.1.1 no\r\nsuch");
	is_int(message_append(&m, &r), 0, "another has failed");
	is_int(message_sync(&m), 0, "synced");
	event_try(&r, 7, "h", "451 later");
	message_append(&m, &r);
	/* a torn tail: half a record */
	event_done(&r, 2, 9, "h", "250 ok");
	is_int(pwrite(m.fd, r.line, r.len / 2, (off_t)m.journal_end),
	    (long long)r.len / 2, "a record is torn");
	is_int(message_schedule(&m, 2000000000, false), 0, "scheduled");
	message_close(&m);
	is_int(message_open(&m, dir, id, MESSAGE_LOCK), MESSAGE_OK,
	    "reopened, while a helper has it open");
	close(passed);
	is_int(m.envelope->rcpt[0].state, RCPT_DELIVERED, "done is known");
	is_int(m.envelope->rcpt[1].state, RCPT_FAILED, "failed is known");
	is_str(m.envelope->rcpt[1].reply, "550 5.1.1 no\r\nsuch",
	    "a reply with a line end stays one record");
	is_int(m.envelope->rcpt[2].state, RCPT_WAITING, "the torn is not");
	is_int(m.envelope->attempts, 1, "one attempt");
	ok(m.next == 2000000000, "the next attempt");
	event_dsn(&r, 1, 10, "x");
	is_int(message_append(&m, &r), 0, "appended behind the torn tail");
	event_dsn(&r, 1, 10, "x");
	is_int(message_append(&m, &r), -1, "a DSN is recorded once");
	message_close(&m);
	is_int(message_open(&m, dir, id, MESSAGE_LOCK), MESSAGE_OK,
	    "and what was refused is not in the file");
	event_dsn(&r, 1, 10, "x");
	is_int(pwrite(m.fd, r.line, r.len, (off_t)m.journal_end),
	    (long long)r.len, "put there by force");
	message_close(&m);
	is_int(message_open(&m, dir, id, MESSAGE_READ), MESSAGE_BAD,
	    "what means nothing is damage");
	is_int(spool_set_aside(&sp, "example.net", dir, id), 0, "set aside");
	is_int(entries(sp.bad), 1, "and kept");
	is_int(message_open(&m, dir, id, MESSAGE_READ), MESSAGE_GONE, "gone");
	close(dir);
}

/* A primary or a clock that lies must not keep an outcome from its record. */
static void
outcomes(void)
{
	char id[ID_NAME + 1], *reply = malloc(100001);
	struct message m;
	struct record r;
	int dir;

	memset(reply, 0xff, 100000);
	reply[100000] = '\0';
	id_new(id);
	put("lies.example", id, "x", 1);
	dir = spool_domain_dir(&sp, "lies.example", false);
	message_open(&m, dir, id, MESSAGE_LOCK);
	ok(event_done(&r, 0, -5, reply, reply) && message_append(&m, &r) == 0,
	    "done, by a reply of 100,000 octets before 1970");
	ok(event_try(&r, INT64_MAX, reply, reply) &&
		message_append(&m, &r) == 0,
	    "an attempt at the end of time");
	message_close(&m);
	is_int(message_open(&m, dir, id, MESSAGE_READ), MESSAGE_OK, "reads");
	is_int((long long)strlen(m.envelope->rcpt[0].reply), JOURNAL_PIECE,
	    "the reply is cut");
	ok(m.envelope->rcpt[0].when == 0, "the time is one");
	message_close(&m);
	close(dir);
	free(reply);
}

static int
count_record(void *ctx, const struct record_view *r)
{
	static const char *const want[] = {"from", "client", "trace", "cut",
	    "rcpt", "rcpt", "rcpt", "end", "try", "hold"};
	unsigned *n = ctx;

	if (*n >= sizeof want / sizeof *want || strcmp(r->type, want[*n]) != 0)
		return 7;
	++*n;
	return 0;
}

/* Whatever the file's end is cut to, it is bad, or sound up to a record. */
static void
truncated(void)
{
	char id[ID_NAME + 1];
	unsigned n = 0, bad = 0, attempts[2] = {0}, held = 0, other = 0;
	struct message m;
	struct record r;
	uint64_t size;
	int dir;

	id_new(id);
	put("cut.example", id, "Subject: x\r\n\r\n", 14);
	dir = spool_domain_dir(&sp, "cut.example", false);
	message_open(&m, dir, id, MESSAGE_LOCK);
	event_try(&r, 7, "h", "451 later");
	message_append(&m, &r);
	event_mark(&r, "hold", 8);
	message_append(&m, &r);
	is_int(message_records(&m, count_record, &n), 0, "records in order");
	is_int(n, 10, "all of them");
	n = 3;
	is_int(message_records(&m, count_record, &n), 7, "until one says so");
	size = m.size;
	message_close(&m);
	while (size > 0) {
		int fd = openat(dir, id, O_RDWR);
		enum message_status status;

		size--;
		other += ftruncate(fd, (off_t)size) == -1;
		close(fd);
		status = message_open(&m, dir, id, MESSAGE_READ);
		bad += status == MESSAGE_BAD;
		other += status != MESSAGE_OK && status != MESSAGE_BAD;
		if (status != MESSAGE_OK)
			continue;
		held += m.envelope->held;
		attempts[m.envelope->attempts]++;
		message_close(&m);
	}
	ok(held == 0 && other == 0, "no torn record counts");
	ok(attempts[1] > 10 && attempts[0] > 10 && bad > 100,
	    "whole ones do, and without an end it is bad");
	close(dir);
}

static void
not_files(void)
{
	static const char id[] = "0123456789abcdef0123";
	char domain[DOMAIN_LEN + 1];
	struct message m;
	int dir;

	memset(domain, 'd', DOMAIN_LEN);
	domain[DOMAIN_LEN] = '\0';
	dir = spool_domain_dir(&sp, domain, true);
	for (int i = 0; i < 3; i++) {
		int made = i == 0 ? mkfifoat(dir, id, 0600)
		    : i == 1	  ? symlinkat("/etc/passwd", dir, id)
				  : mkdirat(dir, id, 0700);

		is_int(made, 0, "a pipe, a link, a directory");
		is_int(message_open(&m, dir, id, MESSAGE_READ), MESSAGE_BAD,
		    "is no message to read");
		is_int(message_open(&m, dir, id, MESSAGE_LOCK), MESSAGE_BAD,
		    "nor to change");
		is_int(spool_set_aside(&sp, domain, dir, id), 0,
		    "set aside, the name as long as it is, others kept");
	}
	is_int(entries(sp.bad), 4, "four lie there");
	close(dir);
}

static void
released(void)
{
	char id[ID_NAME + 1], dsn[ID_NAME + 1];
	struct envelope *e = example();
	struct draft *d = malloc(sizeof *d);

	id_new(id);
	id_dsn(dsn, id, 1);
	ok(draft_open(d, &sp) == 0 && draft_seal(d, e) == 0 &&
		draft_link_dsn(d, &sp, dsn) == 0,
	    "a DSN is put");
	is_int(spool_release_dsn(&sp, "sender.example", dsn), 0, "released");
	is_int(spool_count(&sp, "sender.example", false), 1, "it waits");
	is_int(spool_release_dsn(&sp, "sender.example", dsn), -1, "once");
	envelope_free(e);
	free(d);
}

/* A runner that removes the directory whenever it finds it empty. */
static void
raced(void)
{
	struct envelope *e = example();
	struct draft *d = malloc(sizeof *d);
	unsigned lost = 0;
	pid_t runner = fork();

	if (runner == 0) {
		for (;; usleep(2000))
			unlinkat(sp.queue, "race.example", AT_REMOVEDIR);
	}
	for (int i = 0; i < 200; i++) {
		char id[ID_NAME + 1];

		id_new(id);
		if (draft_open(d, &sp) == -1 || draft_seal(d, e) == -1 ||
		    draft_link(d, &sp, "race.example", id) == -1) {
			lost++;
			draft_abort(d, &sp);
		} else if (spool_unlink(&sp, "race.example", id) == -1) {
			lost++;
		}
	}
	kill(runner, SIGKILL);
	waitpid(runner, NULL, 0);
	is_int(lost, 0, "a directory that goes all the time takes mail");
	envelope_free(e);
	free(d);
}

static void
large(void)
{
	static char block[100000];
	char id[2][ID_NAME + 1], back[4];
	struct draft *a = malloc(sizeof *a), *b = malloc(sizeof *b);
	struct envelope *e = example();
	struct message m;
	int dir, bad = 0;

	memset(block, 'x', sizeof block);
	id_new(id[0]);
	id_new(id[1]);
	bad |= draft_open(a, &sp);
	for (int i = 0; i < 30; i++)
		bad |= draft_write(a, block, sizeof block);
	bad |= draft_write(a, "end", 3);
	bad |= draft_copy(b, a, &sp);
	is_int(bad, 0, "3 MB written and copied");
	ok(draft_seal(a, e) == 0 && draft_seal(b, e) == 0, "both sealed");
	ok(draft_link(a, &sp, "a.example", id[0]) == 0 &&
		draft_link(b, &sp, "b.a.example", id[1]) == 0,
	    "both linked");
	dir = spool_domain_dir(&sp, "b.a.example", false);
	is_int(message_open(&m, dir, id[1], MESSAGE_READ), MESSAGE_OK, "opens");
	is_int((long long)m.length, 3000003, "the copy is as long");
	ok(pread(m.fd, back, 3, SPOOL_HEAD + 3000000) == 3 &&
		memcmp(back, "end", 3) == 0,
	    "and ends alike");
	message_close(&m);
	is_int(spool_count(&sp, "a.example", true), 2, "subdomains count");
	is_int(spool_count(&sp, "none.example", true), 0, "none waits");
	close(dir);
	envelope_free(e);
	free(a);
	free(b);
}

static void
directories(void)
{
	struct stat st;
	int fd;

	ok(spool_domain_dir(&sp, "../x", true) == -1 && errno == EINVAL,
	    "a domain is no path");
	ok(spool_domain_dir(&sp, ".", true) == -1, "nor a dot");
	fd = spool_domain_dir(&sp, "fresh.example", true);
	fstat(fd, &st);
	is_int(st.st_mode & 07777, 0700, "a durable directory is 0700");
	close(fd);
	is_int(spool_etrn_put(&sp, "@example.com"), 0, "a flag");
	is_int(spool_etrn_put(&sp, "@example.com"), 1, "is there already");
	is_int(spool_etrn_take(&sp, "@example.com"), 0, "taken");
	is_int(spool_etrn_put(&sp, "a/b"), -1, "no path as a flag");
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* Nothing but that tells. */
static void
steered(void)
{
	const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct spool none = {.root = -1};
	char id[ID_NAME + 1];

	futimens(sp.root, long_ago);
	id_new(id);
	put("example.org", id, "x", 1);
	ok(spool_unlink(&sp, "example.org", id) == 0 &&
		spool_etrn_put(&sp, "example.org") == 0 &&
		spool_etrn_take(&sp, "example.org") == 0 &&
		spool_steered(&sp) == 1000000000,
	    "nobody has steered");
	ok(spool_steer(&sp) == 0 && spool_steered(&sp) > 1000000000,
	    "until somebody does");
	is_int(spool_steered(&none), -1, "or it is not known");
}

int
main(void)
{
	struct stat st;

	if (mkdtemp(root) == NULL || rmdir(root) == -1)
		return 1;
	is_int(spool_look(&sp, root), -1, "a look makes no spool");
	ok(spool_enter(&sp, root) == 0 && stat(root, &st) == 0 &&
		(st.st_mode & 07777) == 0700,
	    "made, durable, for the owner alone");
	ok(sp.queue != -1 && sp.tmp != -1 && sp.dsn == -1,
	    "a message that comes needs two directories");
	spool_close(&sp);
	ok(spool_open(&sp, root) == 0 && sp.dsn != -1, "others need them all");
	steered();
	round_trip();
	events();
	outcomes();
	truncated();
	not_files();
	released();
	raced();
	large();
	directories();
	spool_close(&sp);
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return done();
}
