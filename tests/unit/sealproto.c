/* SPDX-License-Identifier: ISC */
/* Both ends of the dialogue with mx-arc: requests and answers of no use. */
#include "sealproto.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

static struct seal_answer answer;
static struct seal_asked asked;

static int
file_of(const char *text)
{
	int fd = memfd_create("block", MFD_CLOEXEC);

	if (fd == -1 ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(fd, 0, SEEK_SET) == -1)
		exit(99);
	return fd;
}

static void
answer_of(const char *text)
{
	struct pairs_in in;
	int fd = file_of(text);

	pairs_in_init(&in, fd);
	seal_read_answer(&in, -1, &answer);
	close(fd);
}

static void
nonsense(const char *text, const char *name)
{
	answer_of(text);
	ok(*answer.fields == '\0' && *answer.error != '\0', "%s: %s", name,
	    answer.error);
}

static void
answers(void)
{
	answer_of("fields=ARC-Seal:%20a%0D%0A\nfields=%09b%0D%0AARC-X:%20c"
		  "%0D%0A\n\n");
	is_str(answer.fields, "ARC-Seal: a\r\n\tb\r\nARC-X: c\r\n",
	    "fields in two pieces");
	is_str(answer.error, "", "no error");
	answer_of("error=no%0Akey\n\n");
	is_str(answer.error, "no?key", "an error is printable");
	nonsense("error=no\nfields=ARC-Seal:%20a%0D%0A\n\n", "both");
	nonsense("\n", "neither");
	nonsense("fields=ARC-Seal:%20a%0D%0A\n", "torn");
	answer_of("fields=DKIM-Signature:%20a%0D%0A%09b%0D%0A\n\n");
	is_str(answer.fields, "DKIM-Signature: a\r\n\tb\r\n", "a signature");
	nonsense("fields=DKIM-Signatures:%20a%0D%0A\n\n", "almost one");
	nonsense("fields=Subject:%20a%0D%0A\n\n", "another field");
	nonsense("fields=ARC-Seal:%20a%0D%0A%0D%0A\n\n", "an empty line");
	nonsense("fields=ARC-Seal:%20a%0Db%0D%0A\n\n", "a bare CR");
	nonsense("fields=ARC-Seal:%20a%0Ab%0D%0A\n\n", "a bare LF");
	nonsense("fields=ARC-Seal:%20a\n\n", "no line end");
	nonsense("x=y\n\n", "no such key");
}

#define WHO "domain=a.test\nselector=s\n"
#define REST WHO "cv=none\n"

static void
request_is(const char *text, int want, const char *name)
{
	int fd = file_of(text);

	errno = 0;
	is_int(seal_read(fd, &asked), want, name);
	if (want == -1)
		is_int(errno, EBADMSG, "and EBADMSG");
	close(fd);
}

static void
requests(void)
{
	request_is("key=/k\noffset=28\nsize=7\nresults=%20a;%0D%0A\n"
		   "results=%09b=c\n" REST "\n",
	    0, "a request");
	ok(asked.offset == 28 && asked.size == 7 &&
		strcmp(asked.results, " a;\r\n\tb=c") == 0 &&
		strcmp(asked.domain, "a.test") == 0,
	    "is read");
	request_is("key=/k\n" REST "\n", -1, "no results");
	request_is("results=%20a\n" REST "\n", -1, "no key");
	request_is("key=/k\nresults=%20a%0D%0AX:b\n" REST "\n", -1,
	    "results that end their field");
	request_is("key=/k\nresults=%20a%0D%0A\n" REST "\n", -1,
	    "results with a line end");
	request_is("key=/k\nresults=%20a\ndomain=a;b\n" REST "\n", -1,
	    "a domain that ends its tag");
	request_is("key=/k\nresults=%20a\n" REST, -1, "torn");
	request_is("key=/k\n" WHO "\n", 0, "a request for a signature");
	is_str(asked.cv, "", "it has no cv");
	request_is("key=/k\nresults=%20a\n" WHO "\n", -1, "results, no cv");
	request_is("key=/k\nresults=%20a\nsize=-1\n" REST "\n", -1, "a size");
}

int
main(void)
{
	answers();
	requests();
	return done();
}
