/* SPDX-License-Identifier: ISC */
/* Answers with TLSA records, octet by octet. */
#include "tlsa.h"

#include <stdlib.h>

#include "tap.h"

#define ANSWER "\x12\x34\x81\xa0\0\1"
#define QUESTION "\3_25\4_tcp\2mx\4test\0\0\x34\0\1"
#define OF_NAME "\xc0\x0c"
#define TLSA "\0\x34\0\1\0\0\0\x3c"
#define DIGEST "0123456789abcdef0123456789abcdef"
#define GOOD OF_NAME TLSA "\0\x23\3\1\1" DIGEST

static struct tlsa got;

/* The parser may not look behind what it is given. */
static bool
parse(const char *octets, size_t n)
{
	unsigned char *copy = malloc(n > 0 ? n : 1);
	bool good;

	if (copy == NULL)
		exit(99);
	memcpy(copy, octets, n);
	good = tlsa_parse(&got, copy, n);
	free(copy);
	return good;
}

#define PARSE(count, records)                                \
	parse(ANSWER "\0" count "\0\0\0\0" QUESTION records, \
	    sizeof(ANSWER "\0" count "\0\0\0\0" QUESTION records) - 1)

static void
test_good(void)
{
	ok(PARSE("\0", ""), "an answer without records");
	ok(got.n == 0 && got.usable == 0 && *got.text == '\0', "has none");
	ok(PARSE("\1", GOOD), "a record");
	is_str(got.text,
	    "3 1 1 30313233343536373839616263646566"
	    "30313233343536373839616263646566\n",
	    "as text");
	ok(PARSE("\2", GOOD OF_NAME TLSA "\0\5\2\0\0ab"), "two");
	ok(got.n == 2 && got.usable == 2 && strstr(got.text, "\n2 0 0 6162\n"),
	    "a whole certificate is of use");
	ok(PARSE("\1", "\3_25\4_TCP\2Mx\xc0\x18" TLSA "\0\x23\3\1\1" DIGEST) &&
		got.n == 1,
	    "case does not matter");
	ok(PARSE("\2",
	       OF_NAME "\0\5\0\1\0\0\0\x3c\0\7\4_dan\xc0\x18"
		       "\4_dan\xc0\x18" TLSA "\0\x23\3\1\1" DIGEST) &&
		got.n == 1,
	    "an alias is followed");
	ok(PARSE("\2", OF_NAME "\0\x2e\0\1\0\0\0\x3c\0\2xx" GOOD) && got.n == 1,
	    "a signature beside it is left out");
	ok(PARSE("\2", OF_NAME "\0\x34\0\3\0\0\0\x3c\0\2xx" GOOD) && got.n == 1,
	    "so is one of another class");
	ok(PARSE("\3",
	       OF_NAME "\0\5\0\3\0\0\0\x3c\0\2\xc0\x0c"
		       "\4_dan\xc0\x18\0\5\0\1\0\0\0\x3c\0\2\xc0\x0c" GOOD) &&
		got.n == 1,
	    "and an alias of another name, or class");
}

static void
test_unusable(void)
{
	ok(PARSE("\1", OF_NAME TLSA "\0\x23\1\1\1" DIGEST) && got.n == 1 &&
		got.usable == 0,
	    "PKIX-EE is of no use");
	ok(PARSE("\1", OF_NAME TLSA "\0\x23\0\1\1" DIGEST) && got.usable == 0,
	    "nor PKIX-TA");
	ok(PARSE("\1", OF_NAME TLSA "\0\x23\3\2\1" DIGEST) && got.usable == 0,
	    "nor a selector nobody knows");
	ok(PARSE("\1", OF_NAME TLSA "\0\x23\3\1\3" DIGEST) && got.usable == 0,
	    "nor such a digest");
	ok(PARSE("\1", OF_NAME TLSA "\0\5\3\1\1ab") && got.usable == 0,
	    "nor one of another length");
	ok(PARSE("\1", OF_NAME TLSA "\0\3\3\1\0") && got.n == 1 &&
		got.usable == 0,
	    "nor nothing");
}

static void
test_bad(void)
{
	static const char whole[] = ANSWER "\0\1\0\0\0\0" QUESTION GOOD;
	bool any = false;

	for (size_t n = 0; n < sizeof whole - 1; n++)
		any |= parse(whole, n);
	ok(!any, "an answer that ends early");
	ok(!PARSE("\2", GOOD), "a record is missing");
	ok(!PARSE("\1", "\3_26\4_tcp\2mx\4test\0" TLSA "\0\x23\3\1\1" DIGEST),
	    "of another name");
	ok(!PARSE("\1", OF_NAME TLSA "\0\2\3\1"), "too short");
	ok(!PARSE("\1", "\xc0\x27" TLSA "\0\x23\3\1\1" DIGEST),
	    "a name that points to itself");
	ok(!PARSE("\1", "\xc0\x30" TLSA "\0\x23\3\1\1" DIGEST),
	    "a name that points ahead");
	ok(!PARSE("\1", "\xc0\2" TLSA "\0\x23\3\1\1" DIGEST),
	    "a name that points into the header");
	ok(!PARSE("\1", "\x40zz" TLSA "\0\x23\3\1\1" DIGEST),
	    "a label of a kind that is none");
	ok(!PARSE("\1", OF_NAME "\0\5\0\1\0\0\0\x3c\0\3\xc0\x18x"),
	    "an alias that does not end where it says");
	ok(!PARSE("\1", OF_NAME "\0\5\0\1\0\0\0\x3c\0\2\xc0\x30"),
	    "an alias that is no name");
	ok(!parse(ANSWER "\0\0\0\0\0\0\4test\0\0\x34\0\3", 22),
	    "another class was asked for");
	ok(!parse("\x12\x34\x81\xa0\0\2\0\0\0\0\0\0" QUESTION,
	       12 + sizeof QUESTION - 1),
	    "so were two things");
	ok(!parse("\x12\x34\1\0\0\1\0\0\0\0\0\0" QUESTION,
	       12 + sizeof QUESTION - 1),
	    "a question is no answer");
	ok(!parse(ANSWER "\0\0\0\0\0\0\4test\0\0\1\0\1", 22),
	    "nor is one to another question");
}

static void
test_many(void)
{
	static const char head[] = ANSWER "\0\x21\0\0\0\0" QUESTION;
	char text[4096];
	size_t n = sizeof head - 1;

	memcpy(text, head, n);
	for (int i = 0; i <= TLSA_MAX; i++) {
		memcpy(text + n, GOOD, sizeof GOOD - 1);
		n += sizeof GOOD - 1;
	}
	ok(!parse(text, n), "more records than are looked at");
	text[7] = TLSA_MAX;
	ok(parse(text, n) && got.usable == TLSA_MAX, "as many as are");
}

int
main(void)
{
	test_good();
	test_unusable();
	test_bad();
	test_many();
	return done();
}
