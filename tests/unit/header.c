/* SPDX-License-Identifier: ISC */
/* Header sections and address lists, good and bad. */
#include "header.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define BASE "From: a@b.example\r\nDate: x\r\n"

static const char *const good[] = {
    BASE,
    BASE "\r\n",
    "from : a@b.example\r\nDATE\t:x\r\n",
    "Received: by x\r\n" BASE "X-Empty:\r\nX-Fold: a\r\n\tb\r\n \r\n c\r\n",
    BASE "To: undisclosed-recipients:;\r\nCc:\r\nBcc: \r\n",
    BASE "X: one\r\nX: two\r\nReceived: by y\r\nReceived: by z\r\n",
    "From: a@b.example, c@d.example\r\nSender: a@b.example\r\nDate: x\r\n",
    "From: root (Cron Daemon)\r\nDate: x\r\n",
    BASE "Subject: =?UTF-8?B?w6k=?=\r\nComments: x\r\nComments: y\r\n",
    BASE "List-Id: Things <things.example>\r\nDKIM-Signature: v=1; a=b;\r\n"
	 "\tb=c\r\n",
    BASE "Resent-To: a@b.example\r\nResent-To: c@d.example\r\n",
};

static const struct {
	const char *text, *why;
} bad[] = {
    {"Date: x\r\n", "no From"},
    {"From: a@b.example\r\n", "no Date"},
    {"", "no From"},
    {"\tfolded\r\n" BASE, "begins with a blank"},
    {BASE "X", "no field: X"},
    {BASE "X-Del\x7f: a\r\n", "no field: X-Del"},
    {BASE "\x7f\x01\xc3:\r\n", "no field: ???:"},
    {BASE "\nX\r\n", "no field: "},
    {BASE ": 34567890123456789012345678901234567890.\r\n",
	"no name: : 34567890123456789012345678901234567890"},
    {BASE "Sender: \r\n", "Sender has no address"},
    {"Sender: a@b.example\r\nDate: x\r\n", "no From"},
    {BASE "To: [a\r\n", "To: a comment or quoted"},
    {BASE "To: a@b.example d <\"e\r\n", "To: a comment or quoted"},
    {BASE "To: <a@\"b\r\n", "To: a comment or quoted"},
    {BASE "Fromage: a\r\nFrom: a@b.example\r\n", "From is there more"},
    {BASE "From: c@d.example\r\n", "From is there more than once"},
    {BASE "date: y\r\n", "Date is there more than once"},
    {BASE "Subject: a\r\nSubject: b\r\n", "Subject is there more than once"},
    {BASE "To: a@b.c\r\nTo: d@e.f\r\n", "To is there more than once"},
    {BASE "Message-ID: <a@b>\r\nMessage-Id: <c@d>\r\n", "Message-ID is there"},
    {BASE "no field here\r\n", "no field: no"},
    {BASE ": text\r\n", "has no name"},
    {BASE "a b: text\r\n", "no field: a"},
    {" folded\r\n" BASE, "begins with a blank"},
    {BASE "Subject: caf\xc3\xa9\r\n", "Subject: octets over 127"},
    {BASE "X-M\xc3\xa9: a\r\n", "no field: X-M"},
    {"From:\r\nDate: x\r\n", "From has no address"},
    {"From: a@b.example, c@d.example\r\nDate: x\r\n", "no Sender"},
    {"From: <>\r\nDate: x\r\n", "From: <address>"},
    {"From: a@\r\nDate: x\r\n", "From: not a list"},
    {"From: @b.example\r\nDate: x\r\n", "From: not a list"},
    {"From: \"a <a@b.example>\r\nDate: x\r\n", "From: a comment or quoted"},
    {"From: a@b.example (x\r\nDate: x\r\n", "From: a comment"},
    {BASE "To: <a@b.example\r\n", "To: <address>"},
    {BASE "To: friends: a@b.example\r\n", "To: a group"},
    {BASE "To: one two three\r\n", "To: not a list"},
    {BASE "To: one two@b.example\r\n", "To: not a list"},
    {BASE "To: a@b.example c@d.example\r\n", "To: not a list"},
    {BASE "To: <one two@b.example>\r\n", "To: <address>"},
    {BASE "Reply-To: a@b.example>\r\n", "Reply-To: not a list"},
};

static const struct {
	const char *text;
	unsigned count, items;
	enum address_trouble trouble;
} lists[] = {
    {"a@b.example", 1, 1, ADDRESSES_FINE},
    {" a@b.example , <c@d.example>,\r\n \"E, F\" <g@h.example>", 3, 3,
	ADDRESSES_FINE},
    {"J. R. Smith (boss (of all) \\) ) <j@b.example>", 1, 1, ADDRESSES_FINE},
    {"\"a\\\" b\"@[192.0.2.1]", 1, 1, ADDRESSES_FINE},
    {"a . b @ c . example", 1, 1, ADDRESSES_FINE},
    {"<@one.example,@two.example:a@b.example>", 1, 1, ADDRESSES_FINE},
    {"all: a@b.example, C <c@d.example>;, e@f.example", 3, 4, ADDRESSES_FINE},
    {"nobody:;", 0, 1, ADDRESSES_FINE},
    {",,a@b.example,,", 1, 1, ADDRESSES_FINE},
    {"a@b.example; c@d.example", 2, 2, ADDRESSES_FINE},
    {"a@b.example <a@b.example>", 1, 1, ADDRESSES_FINE},
    {"[JIRA] Bob <bob@b.example>", 1, 1, ADDRESSES_FINE},
    {"=?UTF-8?Q?J=C3=B6rg?= <j@b.example>", 1, 1, ADDRESSES_FINE},
    {"root", 0, 1, ADDRESSES_FINE},
    {"", 0, 0, ADDRESSES_FINE},
    {"(only a comment)", 0, 0, ADDRESSES_FINE},
    {"a@b.example by way of c@d.example <e@f.example>", 1, 1, ADDRESSES_FINE},
    {"\"a b\".c . d.\"e\"@f.example", 1, 1, ADDRESSES_FINE},
    {"a@b.example junk @", 0, 0, ADDRESSES_ADDRESS},
    {"<a@b.example> more", 0, 0, ADDRESSES_ADDRESS},
    {"<<a@b.example>>", 0, 0, ADDRESSES_ANGLE},
    {"x: y: a@b.example;", 0, 0, ADDRESSES_GROUP},
    {": a@b.example", 0, 0, ADDRESSES_ADDRESS},
    {"a b@c.example", 0, 0, ADDRESSES_ADDRESS},
    {"<a b.c@d.example>", 0, 0, ADDRESSES_ANGLE},
    {"<,@one.example:a@b.example>", 1, 1, ADDRESSES_FINE},
    {"<@:a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"<@one.example,,@two.example,:a@b.example>", 1, 1, ADDRESSES_FINE},
    {"<@one.example a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"<@one.example,a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"<@one.example@two.example:a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"<@one.example,@:a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"<,a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"<,:a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"<:a@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"[192.0.2.1]@b.example", 0, 0, ADDRESSES_ADDRESS},
    {"<[192.0.2.1]@b.example>", 0, 0, ADDRESSES_ANGLE},
    {"[192.0.2.1]", 0, 0, ADDRESSES_ADDRESS},
    {"<[192.0.2.1]>", 0, 0, ADDRESSES_ANGLE},
    {"<a b>", 0, 0, ADDRESSES_ANGLE},
    {"a\t@\tb.example", 1, 1, ADDRESSES_FINE},
    {"a@b.example [x] <c@d.example>", 1, 1, ADDRESSES_FINE},
    {"a@[192.0.2.1] [x] <c@d.example>", 1, 1, ADDRESSES_FINE},
    {"a@b.example c [x] <d@e.example>", 1, 1, ADDRESSES_FINE},
    {"a [b", 0, 0, ADDRESSES_COMMENT},
    {"a@[192.0.2.1] <b@c.example>", 1, 1, ADDRESSES_FINE},
    {"a@b.example (x", 0, 0, ADDRESSES_COMMENT},
    {"a@b.example c (x", 0, 0, ADDRESSES_COMMENT},
    {"a@b.example c@d.example <e@f.example>", 1, 1, ADDRESSES_FINE},
    {"<a@b.example>;", 1, 1, ADDRESSES_FINE},
    {"<a>", 0, 1, ADDRESSES_FINE},
    {"(a\\", 0, 0, ADDRESSES_COMMENT},
    {"\"a\\", 0, 0, ADDRESSES_COMMENT},
    {") a@b.example", 0, 0, ADDRESSES_ADDRESS},
};

static void
test_sections(void)
{
	char why[HEADER_WHY];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		*why = '\0';
		ok(header_check(good[i], strlen(good[i]), false, why),
		    "good %zu: %s", i, why);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		*why = '\0';
		ok(!header_check(
		       bad[i].text, strlen(bad[i].text), false, why) &&
			strstr(why, bad[i].why) != NULL,
		    "bad %zu: %s", i, why);
	}
}

static void
test_utf8(void)
{
	static const char name[] =
	    "From: J\xc3\xb6rg <j@b\xc3\xbc.example>\r\nDate: x\r\n";
	static const char broken[] = BASE "Subject: \xc3\r\n";
	static const char *const wrong[] = {"\xc1\xbf", "\xe0\x9f\xbf",
	    "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80",
	    "\xe2\x82", "\xe2\x28\xa1", "\xed\xbf\xbf"};
	static const char *const right[] = {"\xc2\x80", "\xdf\xbf",
	    "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80",
	    "\xf4\x8f\xbf\xbf"};
	char text[64];
	static const char surrogate[] = BASE "Subject: \xed\xa0\x80\r\n";
	char why[HEADER_WHY];

	ok(header_check(name, sizeof name - 1, true, why), "RFC 6532");
	ok(!header_check(broken, sizeof broken - 1, true, why), "%s", why);
	ok(!header_check(surrogate, sizeof surrogate - 1, true, why), "%s",
	    why);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		snprintf(text, sizeof text, BASE "X: %s\r\n", wrong[i]);
		ok(!header_check(text, strlen(text), true, why) &&
			strcmp(why, "X: not UTF-8") == 0,
		    "not UTF-8, number %zu", i);
		snprintf(text, sizeof text, BASE "X: %s", wrong[i]);
		ok(!header_check(text, strlen(text), true, why),
		    "nor at the end");
	}
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		snprintf(text, sizeof text, BASE "X: %s\r\n", right[i]);
		ok(header_check(text, strlen(text), true, why),
		    "UTF-8, number %zu", i);
	}
}

static void
test_lines(void)
{
	char text[3000], why[HEADER_WHY];
	int n;

	n = snprintf(text, sizeof text, BASE "X-Long: %0990d\r\n", 1);
	ok(header_check(text, (size_t)n, false, why), "998 octets");
	n = snprintf(text, sizeof text, BASE "X-Long: %0991d\r\n", 1);
	ok(!header_check(text, (size_t)n, false, why), "999: %s", why);
	n = snprintf(text, sizeof text, BASE "X-Long:\r\n %0998d\r\n", 1);
	ok(!header_check(text, (size_t)n, false, why) &&
		strstr(why, "X-Long") != NULL,
	    "999, folded: %s", why);
}

static void
test_lists(void)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		unsigned count, items;
		enum address_trouble trouble = header_addresses(
		    lists[i].text, strlen(lists[i].text), &count, &items);

		ok(trouble == lists[i].trouble &&
			(trouble != ADDRESSES_FINE ||
			    (count == lists[i].count &&
				items == lists[i].items)),
		    "<%s>: %d, %u of %u", lists[i].text, trouble, count, items);
	}
}

/* A quarter of a megabyte of anything costs no stack and no patience. */
static void
test_weapons(void)
{
	static const char *const weapons[] = {"(", ")", ",", "<", ">", "@", ":",
	    ";", "\"", "[", "\\", "a@b ", "a@b,", "x:", "<a@b", "()", "a ", ".",
	    "<@a,"};
	enum { SIZE = 256 * 1024 };
	char *text = malloc(SIZE);
	unsigned count, items;

	for (size_t i = 0; i < sizeof weapons / sizeof *weapons; i++) {
		size_t len = strlen(weapons[i]), n = SIZE / len * len;

		for (size_t at = 0; at < n; at += len)
			memcpy(text + at, weapons[i], len);
		header_addresses(text, n, &count, &items);
		ok(count <= n, "%s, again and again: %u", weapons[i], count);
	}
	free(text);
}

int
main(void)
{
	test_sections();
	test_utf8();
	test_lines();
	test_lists();
	test_weapons();
	return done();
}
