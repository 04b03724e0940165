/* SPDX-License-Identifier: ISC */
/* Both ends of the dialogue with mx-scan, and helpers that are of no use. */
#include "scanproto.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

static char libexec[] = "/tmp/unit-XXXXXX";
static struct scan_answer answer;

/* A helper that does what the shell is told; what came of it. */
static enum scan_result
ask(const char *script)
{
	struct scan_request r = {
	    .what = SCAN_SPAM, .socket = "/s", .fd = -1, .trace = NULL};
	struct helper h;
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/mx-scan", libexec);
	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		exit(99);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	if (chmod(path, 0700) == -1 || scan_start(libexec, &r, &h) == -1)
		exit(99);
	scan_finish(&h, wire_now() + 2000, &answer);
	return answer.result;
}

#define READ "while read -r l && test -n \"$l\"; do :; done;"
#define SAY(text) READ "printf '" text "\\n\\n'"

static void
no_answer(const char *script, const char *name)
{
	is_int(ask(script), SCAN_FAILED, name);
	is_str(answer.reason, "mx-scan: no answer", "... is no answer");
}

static void
test_answers(void)
{
	is_int(ask(SAY("result=clean\\nname=A\\nscore=-1.5\\nthreshold=6.0")),
	    SCAN_CLEAN, "a score");
	ok(answer.score < -1.4 && answer.threshold > 5.9, "as it was told");
	is_int(ask(SAY("result=found\\nname=a%%07b\\nreason=x")), SCAN_FOUND,
	    "a signature");
	is_str(answer.name, "a?b", "that does not ring");
	no_answer(SAY("result=maybe"), "a result that is none");
	no_answer(SAY("result=clean\\nscore=nan"), "a score that is none");
	no_answer(SAY("result=clean\\nscore=1x"), "or half of one");
	no_answer(SAY("result=clean\\nscore="), "or empty");
	no_answer(
	    SAY("result=clean\\nthreshold=inf"), "a threshold without end");
	no_answer(READ "exit 0", "who goes away");
	is_int(ask(READ "echo no pair"), SCAN_FAILED, "nonsense");
	is_int(ask(READ "sleep 9"), SCAN_FAILED, "silence");
	is_str(answer.reason, "mx-scan: Connection timed out", "and why");
}

static int
read_text(const char *text, struct scan_asked *r)
{
	int fd = memfd_create("in", MFD_CLOEXEC), result;

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		exit(99);
	lseek(fd, 0, SEEK_SET);
	result = scan_read(fd, r);
	close(fd);
	return result;
}

static void
test_requests(void)
{
	static struct scan_asked r;
	static const char *const bad[] = {"", "\n", "what=spam\n\n",
	    "what=ham\nsocket=/s\n\n", "socket=/s\noffset=x\n\n",
	    "socket=/s\nsize=-1\n\n", "socket=/s\ndeadline_ms=3600001\n\n",
	    "socket=/s\nother=1\n\n", "socket=/s\n", "nonsense\n"};
	static char text[8192];

	is_int(read_text("what=malware\nsocket=/s\noffset=1\nsize=2\n"
			 "trace=a\ntrace=b\ndeadline_ms=0\n\n",
		   &r),
	    0, "a request");
	ok(r.what == SCAN_MALWARE && r.offset == 1 && r.size == 2 &&
		strcmp(r.trace, "ab") == 0 && r.deadline_ms == SCAN_DEADLINE_MS,
	    "is read");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		is_int(read_text(bad[i], &r), -1, "a malformed one");
	memset(text, 'a', sizeof text - 1);
	memcpy(text, "socket=", 7);
	memcpy(text + sizeof text - 3, "\n\n", 2);
	is_int(read_text(text, &r), -1, "a path that is too long");
	memcpy(text, "trace=a", 7);
	is_int(read_text(text, &r), -1, "fields that are too long");
}

int
main(void)
{
	char path[64];

	if (mkdtemp(libexec) == NULL)
		return 1;
	test_answers();
	test_requests();
	snprintf(path, sizeof path, "%s/mx-scan", libexec);
	unlink(path);
	rmdir(libexec);
	return done();
}
