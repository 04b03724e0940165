/* SPDX-License-Identifier: ISC */
/* Both ends of the dialogue with mx-dkim, and helpers that are of no use. */
#include "dkimproto.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shift.h"
#include "tap.h"
#include "wire.h"

enum { MANY = 1000 };

static char libexec[] = "/tmp/unit-XXXXXX";
static struct dkim_answer answer;
static int64_t patience = 500; /* ms */

static void
helper_path(char *path, size_t size)
{
	snprintf(path, size, "%s/mx-dkim", libexec);
}

/* A helper that does what the shell is told; false when it is not asked. */
static int
ask(const char *script)
{
	struct dkim_request r = {.fd = -1, .spf = "pass"};
	char path[64];
	struct kept k = {.runs = false};
	FILE *f;
	int result;

	helper_path(path, sizeof path);
	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		exit(99);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	if (chmod(path, 0700) == -1)
		exit(99);
	r.fd = open("/dev/null", O_RDONLY);
	if (dkim_start(libexec, &r, &k) == -1) {
		close(r.fd);
		return -2;
	}
	result = dkim_finish(&k, wire_now() + patience, &answer);
	close(r.fd);
	kept_end(&k);
	return result;
}

#define READ "while read -r l && test -n \"$l\"; do :; done;"
#define SAY(text) READ "printf '" text "\\n\\n'"

static void
nonsense(const char *script, int error, const char *name)
{
	errno = 0;
	ok(ask(script) == -1 && errno == error, "%s", name);
}

static void
answers(void)
{
	const struct dkim_signature *s = answer.signature;

	is_int(
	    ask(SAY(
		"signatures=2\\nresult=pass\\nd=a.test\\ns=s\\n"
		"a=rsa-sha256\\nl=7\\nunsigned=2\\nresult=temperror\\n"
		"reason=no%%20answer\\ntesting=1\\ndmarc=fail\\n"
		"from_domain=a.test\\npolicy=reject\\n"
		"policy_domain=a.test\\norg_domain=test\\n"
		"spf_aligned=1\\ndkim_aligned=1\\nreason=because\\narc=fail\\n"
		"i=3\\nclosed=1\\nd=b.test\\ns=t\\nreason=x")),
	    0, "an answer");
	is_int((long long)answer.n, 2, "two signatures");
	ok(s->result == DKIM_PASS && s->limited && s->covered == 7 &&
		s->uncovered == 2 && !s->testing,
	    "the first");
	is_str(s->domain, "a.test", "d=");
	is_str(s->selector, "s", "s=");
	is_str(s->algorithm, "rsa-sha256", "a=");
	ok(s[1].result == DKIM_TEMPERROR && s[1].testing && !s[1].limited,
	    "the second");
	is_str(s[1].reason, "no answer", "and why");
	ok(answer.dmarc.result == DMARC_FAIL &&
		answer.dmarc.policy == DMARC_POLICY_REJECT &&
		answer.dmarc.spf_aligned && answer.dmarc.dkim_aligned,
	    "DMARC");
	is_str(answer.dmarc.reason, "because", "and why");
	ok(answer.arc.result == ARC_FAIL && answer.arc.instance == 3 &&
		answer.arc.closed && answer.arc.oldest_pass == 0,
	    "ARC");
	is_str(answer.arc.domain, "b.test", "whose");
	is_str(answer.arc.reason, "x", "and why");
}

static void
useless(void)
{
	nonsense(READ "kill -9 $$", EPROTO, "killed");
	ok(ask("exit 75") < 0, "gone at once"); /* perhaps before it is asked */
	nonsense("exec sleep 60", ETIMEDOUT, "silent");
	nonsense(READ "printf 'signatures=0\\ndmarc=none\\n'; exec sleep 60",
	    ETIMEDOUT, "silent in the middle");
	nonsense(READ "printf 'signatures=0\\ndmarc=none\\n'", EPROTO,
	    "gone in the middle");
	nonsense(SAY("signatures=0"), EPROTO, "nothing about DMARC");
	nonsense(SAY("signatures=0\\nresult=pass\\ndmarc=none"), EPROTO,
	    "more signatures than there are");
	nonsense(SAY("d=a.test\\ndmarc=none"), EPROTO, "d= of none");
	nonsense(SAY("signatures=1\\nresult=maybe\\ndmarc=none"), EPROTO,
	    "no such result");
	nonsense(SAY("signatures=1\\nresult=pass\\nd=A_b\\ndmarc=none"), EPROTO,
	    "d= is no name");
	nonsense(SAY("dmarc=none\\nreason=a%%0Ab"), EPROTO, "a line end");
	nonsense(SAY("dmarc=none\\nresult=pass"), EPROTO, "out of order");
	nonsense(SAY("arc=pass\\ndmarc=none"), EPROTO, "ARC too early");
	nonsense(SAY("dmarc=none\\narc=maybe"), EPROTO, "no such result");
	nonsense(SAY("dmarc=none\\ni=1"), EPROTO, "i= of nothing");
	nonsense(SAY("dmarc=none\\narc=pass\\ni=51"), EPROTO, "i= too high");
	nonsense(SAY("dmarc=none\\nx=y"), EPROTO, "no such key");
	nonsense(SAY("hello"), EPROTO, "no pair");
	patience = 60000; /* 8 MB are heard of it */
	nonsense(READ "yes signatures=1 2>/dev/null", EPROTO, "no end");
	nonsense(READ "head -c 100000 /dev/zero", EPROTO, "NULs");
}

static void
requests(void)
{
	static const char text[] =
	    "offset=28\nsize=1000\nspf=pass\nspf_domain=A.test\n"
	    "resolver=127.0.0.1:5353\nresolver=[2001:db8::1]:53\n"
	    "deadline_ms=20000\n\n";
	static const char *const bad[] = {"offset=-1\n\n", "size=x\n\n",
	    "resolver=a.test\n\n", "deadline_ms=4000000000\n\n", "x=y\n\n",
	    "x\n\n", "spf=12345678901234567\n\n", "offset=1\n"};
	struct dkim_request r;
	struct pairs_in in;
	int fd[2];

	for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
		bool last = i == sizeof bad / sizeof *bad;
		const char *s = last ? text : bad[i];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1 ||
		    write(fd[0], s, strlen(s)) == -1)
			exit(99);
		shutdown(fd[0], SHUT_WR);
		pairs_in_init(&in, fd[1]);
		errno = 0;
		if (!last)
			ok(dkim_read(&in, -1, &r) == -1 && errno == EBADMSG,
			    "refused: %.*s", (int)strcspn(s, "\n"), s);
		else
			is_int(dkim_read(&in, -1, &r), 1, "a request");
		close(fd[0]);
		close(fd[1]);
	}
	ok(r.fd == -1 && r.offset == 28 && r.size == 1000 &&
		r.deadline_ms == 20000 && r.resolvers.n == 2 &&
		r.resolvers.at[0].port == 5353,
	    "is read");
	is_str(r.spf, "pass", "spf");
	is_str(r.spf_domain, "a.test", "spf_domain");
}

static void
send_request(int fd, uint64_t offset, int message)
{
	struct pairs p;

	pairs_init(&p);
	pairs_add_number(&p, "offset", offset);
	if (pairs_send(&p, fd, message, -1) == -1)
		exit(99);
}

/* Each with a message, or with none. */
static void
several(void)
{
	struct dkim_request r = {.fd = -1};
	struct pairs_in in;
	int fd[2], null = open("/dev/null", O_RDONLY), first;

	if (null == -1 || socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		exit(99);
	pairs_in_init(&in, fd[1]);
	send_request(fd[0], 0, null);
	ok(dkim_read(&in, -1, &r) == 1 && r.offset == 0 && r.fd != -1,
	    "a request, and a message");
	first = r.fd;
	dkim_request_free(&r);
	ok(fcntl(first, F_GETFD) == -1 && r.fd == -1, "which is closed");
	send_request(fd[0], 1, -1);
	ok(dkim_read(&in, -1, &r) == 1 && r.offset == 1 && r.fd == -1,
	    "one without");
	dkim_request_free(&r);
	send_request(fd[0], 2, null);
	ok(dkim_read(&in, -1, &r) == 1 && r.offset == 2 && r.fd == first,
	    "and with one again");
	dkim_request_free(&r);
	is_int(dkim_read(&in, wire_now() + 50, &r), 0, "nothing in time");
	close(fd[0]);
	is_int(dkim_read(&in, -1, &r), 0, "the end");
	close(fd[1]);
	close(null);
}

static struct kept kept;

static int
ask_real(const char *dir, struct dkim_request *r)
{
	return dkim_start(dir, r, &kept) == -1
	    ? -1
	    : dkim_finish(&kept, wire_now() + 10000, &answer);
}

/* Every other is about another message, in the same file. */
static void
many(const char *dir, struct dkim_request *r)
{
	static const char other[] = "From: b@b.test\r\n\r\n";
	int wrong = 0, began = 0, lowest = dup(r->fd), now;
	pid_t pid = kept.helper.pid;
	uint64_t size = r->size, at = (uint64_t)lseek(r->fd, 0, SEEK_END);
	size_t before;

	close(lowest);
	if (write(r->fd, other, sizeof other - 1) == -1)
		exit(99);
	before = mallinfo2().uordblks;
	for (int i = 0; i < MANY; i++) {
		r->offset = i % 2 == 0 ? at : 2;
		r->size = i % 2 == 0 ? sizeof other - 1 : size;
		wrong += ask_real(dir, r) == -1 ||
		    *answer.dmarc.from_domain != (i % 2 == 0 ? 'b' : 'a');
		began += kept.helper.pid != pid;
		pid = kept.helper.pid;
	}
	is_int(wrong, 0, "a thousand times");
	is_int(began, MANY / SHIFT_REQUESTS, "by so many processes");
	now = dup(r->fd);
	close(now);
	ok(now == lowest && mallinfo2().uordblks <= before + 1000,
	    "with no descriptor left, and no memory");
}

/* The real one, beside this test; nobody listens at the resolver's port. */
static void
real(const char *self)
{
	static const char text[] = "xxFrom: a@a.test\r\n\r\nbody\r\nxx";
	struct dkim_request r = {
	    .offset = 2, .size = sizeof text - 5, .deadline_ms = 3000};
	char dir[4096];

	snprintf(dir, sizeof dir, "%.*s/../../libexec",
	    (int)(strrchr(self, '/') - self), self);
	if (!endpoints_add(&r.resolvers, "127.0.0.1:9", 53) ||
	    (r.fd = memfd_create("message", MFD_CLOEXEC)) == -1 ||
	    write(r.fd, text, sizeof text - 1) == -1)
		exit(99);
	ok(ask_real(dir, &r) == 0, "mx-dkim answers");
	ok(answer.n == 0 && answer.dmarc.result == DMARC_TEMPERROR,
	    "what is right");
	is_str(answer.dmarc.from_domain, "a.test", "about the right message");
	many(dir, &r);
	kept_end(&kept);
	close(r.fd);
}

int
main(int argc, char **argv)
{
	char path[64];

	if (mkdtemp(libexec) == NULL)
		return 99;
	requests();
	several();
	if (argc > 0 && strchr(argv[0], '/') != NULL)
		real(argv[0]);
	answers();
	useless();
	helper_path(path, sizeof path);
	unlink(path);
	rmdir(libexec);
	return done();
}
