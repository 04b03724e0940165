/* SPDX-License-Identifier: ISC */
/* Canonical forms, and what makes header fields a chain. */
#include "arc.h"

#include "tap.h"

static char text[4096];
static size_t len;
static struct arc arc;

static void
keep(void *ctx, const char *s, size_t n)
{
	(void)ctx;
	if (n > sizeof text - 1 - len)
		n = sizeof text - 1 - len;
	memcpy(text + len, s, n);
	text[len += n] = '\0';
}

static void
field_is(const char *field, bool relaxed, const char *want)
{
	struct canon_field f = {.text = field, .len = strlen(field)};
	struct canon c;

	text[len = 0] = '\0';
	canon_init(&c, keep, NULL);
	canon_field(&c, &f, relaxed);
	canon_end(&c);
	is_str(text, want, relaxed ? "relaxed field" : "simple field");
}

/* However it is cut. */
static void
body_is(const char *body, bool relaxed, const char *want)
{
	bool good = true;

	for (size_t cut = 0; cut <= strlen(body); cut++) {
		struct canon_body b;

		text[len = 0] = '\0';
		canon_body_init(&b, relaxed, keep, NULL);
		canon_body_push(&b, body, cut);
		canon_body_push(&b, body + cut, strlen(body) - cut);
		canon_body_end(&b);
		good &= strcmp(text, want) == 0 && b.octets == strlen(want);
	}
	ok(good, "%s body of %zu octets: %zu", relaxed ? "relaxed" : "simple",
	    strlen(body), strlen(want));
}

/* RFC 6376 3.4.5 */
static void
forms(void)
{
	static const char body[] = " C \r\nD \t E\r\n\r\n\r\n";

	field_is("A: X", true, "a:X");
	field_is("B : Y\t\r\n\tZ  ", true, "b:Y Z");
	field_is("B : Y\t\r\n\tZ  ", false, "B : Y\t\r\n\tZ  ");
	field_is("a:", true, "a:");
	field_is("a: \r\n b", true, "a:b");
	body_is(body, true, " C\r\nD E\r\n");
	body_is(body, false, " C \r\nD \t E\r\n");
	body_is("", true, "");
	body_is("", false, "\r\n");
	body_is("\r\n\r\n", true, "");
	body_is("\r\n\r\n", false, "\r\n");
	body_is("a", true, "a\r\n");
	body_is("a\r", false, "a\r\r\n");
	body_is(" \t\r\na\r\n", true, "\r\na\r\n");
}

static const char aar[] = "ARC-Authentication-Results: i=1; a.test; none";
static const char ams[] = "ARC-Message-Signature: i=1; h=from:arc-seal; b=x";
static const char seal[] = "ARC-Seal: i=1; cv=none; b= xyz ;a=q";

static void
chain_is(const char *const *fields, const char *wrong, const char *name)
{
	arc_init(&arc);
	for (; *fields != NULL; fields++)
		arc_push(&arc, *fields, strlen(*fields));
	if (wrong == NULL)
		ok(arc_is_chain(&arc), "%s is a chain", name);
	else
		ok(!arc_is_chain(&arc) && arc.wrong != NULL &&
			strstr(arc.wrong, wrong) != NULL,
		    "%s is none: %s", name, arc.wrong != NULL ? arc.wrong : "");
}
#define CHAIN(wrong, name, ...) \
	chain_is((const char *const[]){__VA_ARGS__, NULL}, wrong, name)

static void
chains(void)
{
	static const char aar2[] = "ARC-Authentication-Results: i=2; a; none";
	static const char ams2[] = "arc-message-signature : i=02; b=x";
	static const char seal2[] = "ARC-Seal: cv=pass; i=2";

	CHAIN(NULL, "a set", seal, ams, aar, "From: a");
	is_int(arc.n, 1, "one");
	CHAIN(NULL, "two sets", aar, seal2, ams2, seal, aar2, ams);
	is_int(arc.n, 2, "two");
	CHAIN("lacks", "a set without results", seal, ams);
	CHAIN("lacks", "a set without a signature", seal, aar);
	CHAIN("lacks", "a set without a seal", ams, aar);
	CHAIN("lacks", "one that begins with 2", seal2, ams2, aar2);
	CHAIN("twice", "a set with two seals", seal, ams, aar, seal);
	CHAIN("cv=", "two sets and cv=none", aar, ams, seal, aar2, ams2,
	    "ARC-Seal: cv=none; i=2");
	CHAIN("cv=", "no cv=", aar, ams, "ARC-Seal: i=1");
	CHAIN("before", "a failed one", aar, ams, seal, aar2, ams2,
	    "ARC-Seal: cv=fail; i=2");
	ok(arc_has_failed(&arc), "and has failed");
	CHAIN("instance", "no instance", "ARC-Seal: cv=none");
	CHAIN("instance", "instance 0", "ARC-Seal: i=0");
	CHAIN("instance", "instance 51", "ARC-Seal: i=51; cv=pass");
	CHAIN("instance", "instance 1a", "ARC-Seal: i=1a");
	CHAIN("instance", "a list with a tag twice", "ARC-Seal: i=1; a=b; a=b");
	CHAIN("instance", "results that begin otherwise",
	    "ARC-Authentication-Results: a.test; i=1");
}

static void
octets(void)
{
	static const char two[] =
	    "ARC-Message-Signature: i=2; h= from : From:x; b=x";
	struct canon c;

	arc_init(&arc);
	arc_push(&arc, seal, strlen(seal));
	arc_push(&arc, ams, strlen(ams));
	arc_push(&arc, aar, strlen(aar));
	arc_push(&arc, "From: one", 9);
	arc_push(&arc, "From: two", 9);
	text[len = 0] = '\0';
	canon_init(&c, keep, NULL);
	arc_seal_octets(&arc, 1, 1, &c);
	is_str(text,
	    "arc-authentication-results:i=1; a.test; none\r\n"
	    "arc-message-signature:i=1; h=from:arc-seal; b=x\r\n"
	    "arc-seal:i=1; cv=none; b=;a=q",
	    "what a seal is about");
	ok(!arc_message_octets(&arc, 2, &c), "no h= with ARC-Seal");
	arc_push(&arc, two, strlen(two));
	text[len = 0] = '\0';
	canon_init(&c, keep, NULL);
	ok(arc_message_octets(&arc, 6, &c), "h= of fields");
	is_str(text,
	    "From: two\r\nFrom: one\r\n"
	    "ARC-Message-Signature: i=2; h= from : From:x; b=",
	    "from the last upwards");
}

/* What a list of names, h=, makes of two fields; NULL: it can not be. */
static void
signs(const char *more, const char *want, const char *name)
{
	char field[4096];
	struct canon c;
	bool can;

	arc_init(&arc);
	arc_push(&arc, "Reply-To: r", 11);
	arc_push(&arc, "From: \t one ", 12);
	snprintf(field, sizeof field, "ARC-Message-Signature: i=1; %s", more);
	arc_push(&arc, field, strlen(field));
	text[len = 0] = '\0';
	canon_init(&c, keep, NULL);
	can = arc_message_octets(&arc, 3, &c);
	if (want == NULL) {
		ok(!can, "%s", name);
		return;
	}
	/* its own field comes last */
	if (strstr(text, "ARC-M") != NULL)
		*strstr(text, "ARC-M") = '\0';
	if (strstr(text, "arc-m") != NULL)
		*strstr(text, "arc-m") = '\0';
	is_str(text, want, name);
}

static void
lists(void)
{
	char many[3 * ARC_NAMES + 16] = "b=; h=a";

	signs("b=", NULL, "no h=");
	signs("b=; h=from: ARC-Seal :to", NULL, "the seal in h=");
	signs("b=; h=reply-to", "Reply-To: r\r\n", "as many letters as a seal");
	signs("b=; h=from::from:\t:x", "From: \t one \r\n",
	    "names that are empty, or of no field");
	signs("c=relaxed; b=; h=from", "from:one\r\n", "relaxed");
	signs("c=RELAXED/simple; b=; h=from", "from:one\r\n", "in capitals");
	signs("c=simple/relaxed; b=; h=from", "From: \t one \r\n", "simple");
	signs(
	    "c=relax; b=; h=from", "From: \t one \r\n", "a word that is none");
	signs("h=arc-message-signature:from", "From: \t one \r\n",
	    "its own field, without b=");
	for (size_t i = 0; i < ARC_NAMES; i++)
		strlcat(many, ":a", sizeof many);
	signs(many, NULL, "more names than anybody signs");
}

/* Of a chain's last set alone, and of none that is asked for. */
static void
seals(void)
{
	struct canon c;

	arc_init(&arc);
	arc_push(&arc, seal, strlen(seal));
	text[len = 0] = '\0';
	canon_init(&c, keep, NULL);
	arc_seal_octets(&arc, 2, 1, &c);
	is_str(text, "arc-seal:i=1; cv=none; b=;a=q", "the seal alone");
}

int
main(void)
{
	forms();
	chains();
	octets();
	lists();
	seals();
	return done();
}
