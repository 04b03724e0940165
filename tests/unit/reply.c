/* SPDX-License-Identifier: ISC */
/* Replies to wire octets, and a server's lines to a reply. */
#include "reply.h"

#include "tap.h"

static void
wire(const struct reply *r, const char *want, const char *name)
{
	char out[4096 + 1];
	size_t n = reply_format(r, out, sizeof out - 1);

	out[n] = '\0';
	is_str(out, want, name);
}

static void
test_format(void)
{
	char long_text[3000], out[4096];
	struct reply r;
	size_t n;

	reply_set(&r, 250, "2.1.0", "OK");
	wire(&r, "250 2.1.0 OK\r\n", "one line");
	reply_set(&r, 354, NULL, "Go");
	wire(&r, "354 Go\r\n", "without enhanced code");
	reply_set(&r, 214, "2.0.0", "a\nb\nc");
	wire(&r, "214-2.0.0 a\r\n214-2.0.0 b\r\n214 2.0.0 c\r\n",
	    "the enhanced code on each line (RFC 2034 4)");
	reply_set(&r, 250, NULL, "a\r\001\xff%s", "");
	wire(&r, "250 a???\r\n", "what is not printable is not sent");
	reply_set(&r, 250, NULL, "%s", "");
	wire(&r, "250 \r\n", "no text");
	memset(long_text, 'x', sizeof long_text);
	long_text[sizeof long_text - 1] = '\0';
	reply_set(&r, 550, "5.7.1", "%s", long_text);
	n = reply_format(&r, out, sizeof out);
	ok(n <= REPLY_LEN && memcmp(out + n - 2, "\r\n", 2) == 0,
	    "a line is cut at 512 octets (RFC 5321 4.5.3.1.5)");
	memset(long_text, '\n', sizeof long_text - 1);
	reply_set(&r, 550, "5.7.1", "%s", long_text);
	n = reply_format(&r, out, sizeof out);
	ok(n <= sizeof out && memcmp(out + n - 2, "\r\n", 2) == 0,
	    "no reply passes its room");
}

static enum reply_state
parse(struct reply *r, const char *const lines[])
{
	enum reply_state state = REPLY_MORE;
	struct reply_parser p;

	reply_parser_init(&p, r);
	for (; *lines != NULL && state == REPLY_MORE; lines++)
		state = reply_parser_line(&p, *lines, strlen(*lines));
	return state;
}

static void
test_parse(void)
{
	const char *one[] = {"250 2.1.0 fine", NULL};
	const char *bare[] = {"250", NULL};
	const char *many[] = {
	    "550-5.7.1 a", "550-5.7.1 b", "550 5.7.1 c", NULL};
	const char *other[] = {"550-a", "551 b", NULL};
	const char *lies[] = {"250 5.7.1 text", NULL};
	const char *version[] = {"220 1.2.3.4 text", NULL};
	const char *octets[] = {"250 a\001\xff", NULL};
	static const char *const wrong[] = {"", "25", "abc", "150 x", "650 x",
	    "250x", "2a0 x", " 250 x", "250\t x"};
	struct reply_parser p;
	struct reply r;

	ok(parse(&r, one) == REPLY_DONE && r.code == 250, "a reply");
	is_str(r.enhanced, "2.1.0", "its enhanced code");
	is_str(r.text, "fine", "its text");
	ok(parse(&r, bare) == REPLY_DONE && r.code == 250, "a code alone");
	ok(parse(&r, many) == REPLY_DONE, "three lines");
	is_str(r.text, "a\nb\nc", "joined");
	is_int(parse(&r, other), REPLY_BAD, "another code within a reply");
	parse(&r, lies);
	is_str(r.enhanced, "", "an enhanced code of another class is text");
	parse(&r, version);
	is_str(r.text, "1.2.3.4 text", "a number like an address is text");
	parse(&r, octets);
	is_str(r.text, "a??", "octets are made printable");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		reply_parser_init(&p, &r);
		is_int(reply_parser_line(&p, wrong[i], strlen(wrong[i])),
		    REPLY_BAD, wrong[i]);
	}
	reply_parser_init(&p, &r);
	for (int i = 0; i < REPLY_LINES; i++)
		reply_parser_line(&p, "250-x", 5);
	is_int(reply_parser_line(&p, "250 x", 5), REPLY_BAD,
	    "a reply without end");
}

int
main(void)
{
	test_format();
	test_parse();
	return done();
}
