/* SPDX-License-Identifier: ISC */
/* The domains in From, where a forger would have us see another one. */
#include "../../libexec/mx-dkim/from.h"

#include "tap.h"

/* DOMAINS with a comma behind each; "!" when they can not be told. */
static void
from_is(const char *body, const char *domains)
{
	struct from f = {.fields = 0};
	char got[2048] = "";

	from_add(&f, body, strlen(body));
	for (size_t i = 0; i < f.n; i++) {
		strlcat(got, f.domain[i], sizeof got);
		strlcat(got, ",", sizeof got);
	}
	is_str(f.wrong != NULL ? "!" : got, domains,
	    strchr(body, '\n') != NULL ? "folded" : body);
}

static void
good(void)
{
	from_is(" jo@example.org", "example.org,");
	from_is(" Jo <jo@Example.ORG>", "example.org,");
	from_is(" \"Jo, K.\" <jo@example.org>", "example.org,");
	from_is(" Jo Q. Public <jo@example.org> (office)", "example.org,");
	from_is(" \"a@b.test\" <jo@example.org>", "example.org,");
	from_is(" a@b.test <jo@example.org>", "example.org,");
	from_is(" (a@b.test) jo@example.org", "example.org,");
	from_is(" (a (b) \\) c) jo@example.org (x)", "example.org,");
	from_is("\r\n Jo\r\n\t<jo@example.org>", "example.org,");
	from_is(" jo @ example . org", "example.org,");
	from_is(" \"jo \\\" <x@y>\"@example.org", "example.org,");
	from_is(" <@relay.test,@b.test:jo@example.org>", "example.org,");
	from_is(
	    " a@one.test, B <b@two.test>,, c@one.test", "one.test,two.test,");
	from_is(" Friends: a@one.test, b@two.test;", "one.test,two.test,");
	from_is(" =?utf-8?q?J=C3=B6?= <jo@example.org>", "example.org,");
	from_is(" J\xc3\xb6 <j\xc3\xb6@b\xc3\xbc"
		"cher.test>",
	    "xn--bcher-kva.test,");
	from_is(" Undisclosed:;", "");
	from_is("", "");
}

static void
doubtful(void)
{
	from_is(" jo", "!");
	from_is(" <>", "!");
	from_is(" jo@", "!");
	from_is(" jo@[192.0.2.1]", "!");
	from_is(" jo@example.org x@evil.test", "!");
	from_is(" jo@example.org@evil.test", "!");
	from_is(" <jo@example.org> <x@evil.test>", "!");
	from_is(" <jo@example.org> evil.test", "!");
	from_is(" <jo@example.org>@evil.test", "!");
	from_is(" <jo@example.org", "!");
	from_is(" jo@example.org>", "!");
	from_is(" <<jo@example.org>>", "!");
	from_is(" jo@exa mple.org", "!");
	from_is(" jo@example..org", "!");
	from_is(" jo@.example.org", "!");
	from_is(" \"jo@example.org", "!");
	from_is(" (jo@example.org", "!");
	from_is(" jo@example.org)", "!");
	from_is(" jo@example.org\\", "!");
	from_is(" jo@\"example.org\"", "!");
	from_is(" jo@under_score.test", "!");
	from_is(" a@a.test,a@b.test,a@c.test,a@d.test,a@e.test", "!");
	from_is(" <jo@example.org> \"Jo\"", "!");
	from_is(" <jo@example.org> [192.0.2.1]", "!");
	from_is(" <jo@example.org; x@evil.test>", "!");
	from_is(" <jo@example.org>: x@evil.test", "!");
	from_is(" jo@example.org: x@evil.test", "!");
	from_is(" jo@[192.0.2.1", "!");
	from_is(" jo@[192.0.2.1\\", "!");
	from_is(" \"jo\\", "!");
	from_is(" (jo\\", "!");
	from_is(" jo@exa\x7fmple.org", "!");
	from_is(" jo@exa\x01mple.org", "!");
}

static void
zero_and_two(void)
{
	struct from f = {.fields = 0};

	from_add(&f, "a@x.test\0@y.test", 16);
	ok(f.wrong != NULL, "a NUL is no address");
	f = (struct from){.fields = 0};
	from_add(&f, "\"a\0b\" <a@x.test>", 16);
	ok(f.wrong != NULL, "nor is one in a quoted string");
	f = (struct from){.fields = 0};
	from_add(&f, " a@x.test", 9);
	from_add(&f, " a@y.test", 9);
	is_int(f.fields, 2, "fields are counted");
}

/* Nothing in it takes more than one pass. */
static void
long_ones(void)
{
	static char body[256 * 1024];
	struct from f = {.fields = 0};

	memset(body, '(', sizeof body);
	from_add(&f, body, sizeof body);
	ok(f.wrong != NULL, "256 KiB of open comments");
	f = (struct from){.fields = 0};
	memset(body, ',', sizeof body);
	from_add(&f, body, sizeof body);
	ok(f.wrong == NULL && f.n == 0, "of commas");
	f = (struct from){.fields = 0};
	memset(body, 'a', sizeof body);
	memcpy(body, "x@", 2);
	from_add(&f, body, sizeof body);
	ok(f.wrong != NULL, "of domain");
	f = (struct from){.fields = 0};
	for (size_t i = 2; i < sizeof body; i++)
		body[i] = i % 2 == 0 ? 'a' : '.';
	from_add(&f, body, sizeof body);
	ok(f.wrong != NULL, "of labels");
}

int
main(void)
{
	good();
	doubtful();
	zero_and_two();
	long_ones();
	return done();
}
