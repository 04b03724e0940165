/* SPDX-License-Identifier: ISC */
/* Both ends of the dialogue with mx-sts, and helpers that are of no use. */
#include "stsproto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char libexec[] = "/tmp/unit-XXXXXX";
static struct sts_answer answer;

/* A helper that does what the shell is told. */
static int
ask(const char *script)
{
	struct sts_request r = {.domain = "b.test", .deadline_ms = 1};
	char path[64];
	FILE *f;

	endpoints_add(&r.addresses, "192.0.2.1", 443);
	strlcpy(r.libexec, libexec, sizeof r.libexec);
	snprintf(path, sizeof path, "%s/mx-sts", libexec);
	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		exit(99);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	if (chmod(path, 0700) == -1)
		exit(99);
	return sts_ask(&r, &answer);
}

#define READ "while read -r l && test -n \"$l\"; do :; done;"
#define SAY(text) READ "printf '" text "\\n\\n'"
#define POLICY "line=version:%%20STSv1\\nline=mode:%%20enforce\\n"

static void
nonsense(const char *script, const char *name)
{
	errno = 0;
	ok(ask(script) == -1 && errno == EPROTO, "%s", name);
}

static void
answers(void)
{
	is_int(ask(SAY(POLICY "line=mx:%%20a.b.test\\nline=max_age:%%205")), 0,
	    "a policy");
	ok(answer.policy.mode == STS_ENFORCE && answer.policy.max_age == 5 &&
		sts_policy_allows(&answer.policy, "a.b.test"),
	    "as it was told");
	is_int(ask(SAY("failure=sts-webpki-invalid\\nreason=a%%20b")), 0,
	    "a failure");
	is_int(answer.failure, STS_WEBPKI_INVALID, "of its kind");
	is_str(answer.reason, "a b", "and why");
	nonsense(SAY(POLICY "line=max_age:%%205"), "a policy without hosts");
	nonsense(SAY("failure=other"), "a failure that is none");
	nonsense(SAY("failure=sts-policy-invalid\\nreason=%%07"),
	    "a reason that rings");
	nonsense(SAY("mode=enforce"), "another key");
	nonsense(READ "echo", "nothing");
	nonsense(READ "kill -9 $$", "killed");
}

static int
read_text(const char *text, struct sts_request *r)
{
	int fd = memfd_create("in", MFD_CLOEXEC), result;

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		exit(99);
	lseek(fd, 0, SEEK_SET);
	result = sts_read(fd, r);
	close(fd);
	return result;
}

static void
requests(void)
{
	static struct sts_request r;
	static const char *const bad[] = {"", "\n", "domain=b.test\n\n",
	    "address=192.0.2.1\n\n", "domain=b..test\naddress=192.0.2.1\n\n",
	    "domain=b.test\naddress=192.0.2.1\n",
	    "domain=b.test\naddress=x\n\n",
	    "domain=b.test\naddress=192.0.2.1\nother=1\n\n",
	    "domain=b.test\naddress=192.0.2.1\ndeadline_ms=-1\n\n"};

	is_int(read_text("domain=B.test\naddress=192.0.2.1\n"
			 "address=[2001:db8::1]:8443\nauthorities=/ca\n"
			 "deadline_ms=5\n\n",
		   &r),
	    0, "a request");
	ok(strcmp(r.domain, "b.test") == 0 && r.addresses.n == 2 &&
		r.addresses.at[0].port == 443 &&
		r.addresses.at[1].port == 8443 && r.deadline_ms == 5 &&
		strcmp(r.authorities, "/ca") == 0,
	    "is read");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		is_int(read_text(bad[i], &r), -1, "a malformed one");
}

int
main(void)
{
	char path[64];

	if (mkdtemp(libexec) == NULL)
		return 1;
	answers();
	requests();
	snprintf(path, sizeof path, "%s/mx-sts", libexec);
	unlink(path);
	rmdir(libexec);
	return done();
}
