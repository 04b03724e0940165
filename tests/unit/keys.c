/* SPDX-License-Identifier: ISC */
/* Blocks read by a table: each kind of a value, and each way to be wrong. */
#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "endpoint.h"
#include "tap.h"

enum colour { RED, GREEN, BLUE };

struct part {
	char text[8];
};

struct whole {
	char text[8], word[8], host[8], octets[8], more[8], cut[8], hint[8];
	uint64_t number;
	unsigned count, ms;
	enum colour colour;
	bool flag, yes;
	struct endpoints at;
	char *copy;
	size_t parts;
	struct part part[2];
};

static bool begin_part(struct keys *, const char *);

static const char *const colours[] = {"red", "green", "blue"};
static const char *const no_or_yes[] = {"no", "yes"};

static const struct key keys[] = {
    KEY("once", KEY_OCTETS, struct whole, octets, .once = true),
    KEY("must", KEY_OCTETS, struct whole, octets, .must = true),
    KEY("text", KEY_TEXT, struct whole, text),
    KEY("word", KEY_WORD, struct whole, word),
    KEY("host", KEY_HOST, struct whole, host),
    KEY("octets", KEY_OCTETS, struct whole, octets),
    KEY("more", KEY_MORE, struct whole, more),
    KEY("cut", KEY_CUT, struct whole, cut),
    KEY("hint", KEY_HINT, struct whole, hint),
    KEY("number", KEY_NUMBER, struct whole, number),
    KEY("count", KEY_COUNT, struct whole, count, .least = 2, .most = 5),
    KEY("ms", KEY_MS, struct whole, ms, .most = 5),
    KEY("colour", KEY_ONE_OF, struct whole, colour, .names = colours,
	.least = GREEN, .most = BLUE),
    KEY("flag", KEY_FLAG, struct whole, flag),
    KEY("yes", KEY_FLAG, struct whole, yes, .names = no_or_yes),
    KEY("at", KEY_ENDPOINTS, struct whole, at, .most = 25),
    KEY("copy", KEY_SET, struct whole, copy, .set = keys_set_copy),
    KEY_TO("part", begin_part),
    KEYS_END,
};

static const struct key part_keys[] = {
    KEY("text", KEY_TEXT, struct part, text),
    KEYS_END,
};

static struct whole w;
static struct keys k;

static bool
begin_part(struct keys *reading, const char *value)
{
	struct whole *to = reading->whole;

	if (*value != '\0' || to->parts == 2)
		return false;
	reading->part = part_keys;
	reading->at = &to->part[to->parts++];
	return true;
}

/* Of TEXT, which is whole or torn. */
static int
read_block(const char *text, bool lenient)
{
	int fd = memfd_create("block", MFD_CLOEXEC), result;
	struct pairs_in in;

	if (fd == -1 ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(fd, 0, SEEK_SET) == -1)
		exit(99);
	free(w.copy);
	w = (struct whole){.ms = 7};
	k = (struct keys){.all = keys, .whole = &w, .lenient = lenient};
	pairs_in_init(&in, fd);
	errno = 0;
	result = keys_read(&k, &in, -1);
	close(fd);
	return result;
}

static void
good(const char *text)
{
	char block[256];

	snprintf(block, sizeof block, "must=x\n%s\n\n", text);
	ok(read_block(block, false) == 0, "%.*s", (int)strcspn(text, "\n"),
	    text);
}

static void
bad(const char *text)
{
	char block[256];

	snprintf(block, sizeof block, "must=x\n%s\n\n", text);
	ok(read_block(block, false) == -1 && errno == EBADMSG, "no: %.*s",
	    (int)strcspn(text, "\n"), text);
}

static void
texts(void)
{
	good("text=a%20b~");
	is_str(w.text, "a b~", "printable");
	bad("text=a%07");
	bad("text=%C3%A4");
	bad("text=12345678");
	good("word=a~!");
	bad("word=a%20b");
	good("host=a-1._b");
	bad("host=A");
	bad("host=a%20");
	good("octets=%0A%FF");
	is_str(w.octets, "\n\xff", "any octets");
	bad("octets=12345678");
	good("more=123\nmore=4567");
	is_str(w.more, "1234567", "in two pieces");
	bad("more=1234\nmore=5678");
	good("cut=a%0Ab%FF45678");
	is_str(w.cut, "a?b?456", "what finds room, made printable");
	good("hint=word");
	is_str(w.hint, "word", "a hint");
	good("hint=a%20b");
	is_str(w.hint, "", "that is none");
	good("hint=12345678");
	is_str(w.hint, "", "that is too long");
	good("copy=a\ncopy=b");
	is_str(w.copy, "b", "the last of two");
}

static void
numbers(void)
{
	good("number=9223372036854775807");
	ok(w.number == INT64_MAX, "the highest number");
	bad("number=9223372036854775808");
	bad("number=-1");
	bad("number=+1");
	bad("number=%201");
	bad("number=1x");
	bad("number=");
	good("count=2");
	bad("count=1");
	bad("count=6");
	good("ms=0");
	is_int(w.ms, 7, "0 leaves what is there");
	good("ms=5");
	is_int(w.ms, 5, "another does not");
	bad("ms=6");
}

static void
words(void)
{
	good("colour=blue");
	is_int(w.colour, BLUE, "blue");
	bad("colour=red");
	bad("colour=");
	good("flag=1");
	ok(w.flag, "set");
	bad("flag=0");
	good("yes=yes\nyes=no");
	ok(!w.yes, "no");
	bad("yes=maybe");
	good("at=192.0.2.1\nat=[2001:db8::1]:26");
	ok(w.at.n == 2 && w.at.at[0].port == 25 && w.at.at[1].port == 26,
	    "endpoints");
	bad("at=a.test");
}

static void
blocks(void)
{
	good("text=a\npart=\ntext=b\npart=\ntext=c\nword=d");
	ok(strcmp(w.text, "a") == 0 && strcmp(w.part[0].text, "b") == 0 &&
		strcmp(w.part[1].text, "c") == 0 && strcmp(w.word, "d") == 0,
	    "a part's keys, and the whole's behind them");
	bad("part=\npart=\npart=");
	bad("other=1");
	is_int(read_block("must=x\nother=1\n\n", true), 0, "passed over");
	is_int(read_block("must=x\nflag=0\n\n", true), -1, "but no nonsense");
	good("once=a");
	bad("once=a\nonce=a");
	ok(read_block("text=a\n\n", false) == -1 && errno == EBADMSG,
	    "one is missing");
	ok(read_block("must=\n\n", false) == -1 && errno == EBADMSG,
	    "one says nothing");
	ok(read_block("must=x\n", false) == -1 && errno == EBADMSG && k.ended &&
		k.n == 1,
	    "torn");
	ok(read_block("", false) == -1 && k.ended && k.n == 0, "nothing");
	ok(read_block("must\n\n", false) == -1 && errno == EBADMSG && !k.ended,
	    "no pair");
}

int
main(void)
{
	texts();
	numbers();
	words();
	blocks();
	free(w.copy);
	return done();
}
