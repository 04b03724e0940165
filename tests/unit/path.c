/* SPDX-License-Identifier: ISC */
/* Reverse-paths and forward-paths (RFC 5321 4.1.2, RFC 6531 3.3). */
#include "path.h"

#include "tap.h"

static const struct {
	const char *in, *mailbox;
} good[] = {
    {"<>", ""},
    {"<a@b.example>", "a@b.example"},
    {"<A.B2@B.Example>", "A.B2@b.example"},
    {"<a@b>", "a@b"},
    {"<a@b.example.>", "a@b.example"},
    {"<!#$%&'*+-/=?^_`{|}~@b.example>", "!#$%&'*+-/=?^_`{|}~@b.example"},
    {"<\"a b\"@b.example>", "\"a b\"@b.example"},
    {"<\"\"@b.example>", "\"\"@b.example"},
    {"<\"a@x\"@b.example>", "\"a@x\"@b.example"},
    {"<\"a\\\"b\\\\\"@b.example>", "\"a\\\"b\\\\\"@b.example"},
    {"<\"a>b\"@b.example>", "\"a>b\"@b.example"},
    {"<@r.example:a@b.example>", "a@b.example"},
    {"<@r.example,@s.example:a@b.example>", "a@b.example"},
    {"<a@[192.0.2.1]>", "a@[192.0.2.1]"},
    {"<a@[ipv6:2001:DB8::1]>", "a@[IPv6:2001:db8::1]"},
    {"<a@[IPv6:::ffff:192.0.2.1]>", "a@[192.0.2.1]"},
    {"<postmaster>", "postmaster"},
    {"<PostMaster>", "postmaster"},
    {"<PostMaster@b.example>", "PostMaster@b.example"},
    {"<\xc3\xbc@b.example>", "\xc3\xbc@b.example"},
    {"<\"\xe2\x82\xac\"@b.example>", "\"\xe2\x82\xac\"@b.example"},
    {"<a@b\xc3\xbc"
     "cher.example>",
	"a@xn--bcher-kva.example"},
    {"<a@XN--bcher-KVA.example>", "a@xn--bcher-kva.example"},
};

static const struct {
	const char *in;
	enum path_error why;
} bad[] = {
    {"", PATH_SYNTAX},
    {"a@b.example", PATH_SYNTAX},
    {"<a@b.example", PATH_SYNTAX},
    {"< a@b.example>", PATH_SYNTAX},
    {"<a@b.example >", PATH_SYNTAX},
    {"<a b@b.example>", PATH_SYNTAX},
    {"<a>", PATH_SYNTAX},
    {"<@>", PATH_DOMAIN},
    {"<@b.example>", PATH_SYNTAX},
    {"<a@>", PATH_DOMAIN},
    {"<a@@b.example>", PATH_DOMAIN},
    {"<a@b@c.example>", PATH_SYNTAX},
    {"<.a@b.example>", PATH_SYNTAX},
    {"<a.@b.example>", PATH_SYNTAX},
    {"<a..b@b.example>", PATH_SYNTAX},
    {"<\"a@b.example>", PATH_SYNTAX},
    {"<\"a\"b@b.example>", PATH_SYNTAX},
    {"<\"a\"\"b\"@b.example>", PATH_SYNTAX},
    {"<\"a\\\"@b.example>", PATH_SYNTAX},
    {"<\"a\tb\"@b.example>", PATH_SYNTAX},
    {"<a(c)@b.example>", PATH_SYNTAX},
    {"<a@b..example>", PATH_DOMAIN},
    {"<a@.example>", PATH_DOMAIN},
    {"<a@-b.example>", PATH_DOMAIN},
    {"<a@b-.example>", PATH_DOMAIN},
    {"<a@b_c.example>", PATH_DOMAIN},
    {"<a@b.example..>", PATH_DOMAIN},
    {"<a@[192.0.2.1>", PATH_DOMAIN},
    {"<a@[192.0.2]>", PATH_DOMAIN},
    {"<a@[192.0.2.256]>", PATH_DOMAIN},
    {"<a@[2001:db8::1]>", PATH_DOMAIN},
    {"<a@[IPv6:192.0.2.1]>", PATH_DOMAIN},
    {"<a@[tag:x]>", PATH_DOMAIN},
    {"<a@[]>", PATH_DOMAIN},
    {"<a@[192.0.2.1]x>", PATH_SYNTAX},
    {"<@r.example a@b.example>", PATH_SYNTAX},
    {"<@r.example,a@b.example>", PATH_SYNTAX},
    {"<@r.example:>", PATH_SYNTAX},
    {"<@:a@b.example>", PATH_DOMAIN},
    {"<\xff@b.example>", PATH_SYNTAX},
    {"<\xc0\xaf@b.example>", PATH_SYNTAX}, /* overlong */
    {"<\xe0\x80\xaf@b.example>", PATH_SYNTAX},
    {"<\xf0\x80\x80\xaf@b.example>", PATH_SYNTAX},
    {"<\xc3\x28@b.example>", PATH_SYNTAX}, /* not continued */
    {"<\xc3\xc3@b.example>", PATH_SYNTAX},
    {"<\xe2\x82\x28@b.example>", PATH_SYNTAX},
    {"<\xe2\x82\xff@b.example>", PATH_SYNTAX},
    {"<\"\xe0\x80\xaf\"@b.example>", PATH_SYNTAX},
    {"<\"a\x7f\"@b.example>", PATH_SYNTAX},
    {"<\"a\\", PATH_SYNTAX},
    {"<postmasterx>", PATH_SYNTAX},
    {"<mailmaster>", PATH_SYNTAX},
    {"<", PATH_SYNTAX},
    {"<@r.example", PATH_SYNTAX},
    {"<\xed\xa0\x80@b.example>", PATH_SYNTAX},	   /* surrogate */
    {"<\xf4\x90\x80\x80@b.example>", PATH_SYNTAX}, /* over U+10FFFF */
    {"<\xc3@b.example>", PATH_SYNTAX},
    {"<a@\xff.example>", PATH_DOMAIN},
};

static void
test_good(void)
{
	struct path p, again;
	size_t used;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const char *in = good[i].in;
		enum path_error e = path_parse(in, strlen(in), &p, &used);

		if (!ok(e == PATH_OK && used == strlen(in) &&
			    strcmp(p.mailbox, good[i].mailbox) == 0,
			"%s", in))
			printf("# got %d <%s>\n", (int)e, p.mailbox);
		if (path_is_null(&p))
			continue;
		e = path_parse_mailbox(p.mailbox, strlen(p.mailbox), &again);
		ok(e == PATH_OK && strcmp(again.mailbox, p.mailbox) == 0 &&
			again.local_len == p.local_len,
		    "and it is read again as it was written");
	}
}

static void
test_bad(void)
{
	struct path p;
	size_t used;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		is_int(path_parse(bad[i].in, strlen(bad[i].in), &p, &used),
		    bad[i].why, bad[i].in);
	is_int(path_parse("<a\0b@b.example>", 15, &p, &used), PATH_SYNTAX,
	    "NUL in the local part");
	is_int(path_parse("<a@b\0.example>", 14, &p, &used), PATH_SYNTAX,
	    "NUL in the domain");
}

static void
test_lengths(void)
{
	char in[700];
	struct path p;
	size_t used;

	memset(in, 'a', sizeof in);
	in[0] = '<';
	memcpy(in + 65, "@b.example>", 12);
	is_int(path_parse(in, strlen(in), &p, &used), PATH_OK,
	    "64 octets of local part (RFC 5321 4.5.3.1.1)");
	memset(in + 65, 'a', sizeof in - 65);
	memcpy(in + 311, "@b.example>", 12);
	is_int(path_parse(in, strlen(in), &p, &used), PATH_OK,
	    "320 octets of mailbox");
	memset(in + 310, 'a', 100);
	memcpy(in + 312, "@b.example>", 12);
	is_int(path_parse(in, strlen(in), &p, &used), PATH_TOO_LONG, "321");
	memcpy(in + 400, "@b.example>", 12);
	memset(in + 312, 'a', 88);
	is_int(path_parse(in, strlen(in), &p, &used), PATH_TOO_LONG,
	    "a local part as long as all");
	memset(in, 'a', sizeof in);
	memcpy(in, "<x@", 3);
	strlcpy(in + 67, ".example>", 20);
	is_int(path_parse(in, strlen(in), &p, &used), PATH_DOMAIN,
	    "a label of 64 octets");
	for (size_t i = 0; i < 300; i++)
		in[3 + i] = i % 50 == 49 ? '.' : 'a';
	strlcpy(in + 256, ">", 2);
	is_int(path_parse(in, strlen(in), &p, &used), PATH_OK,
	    "253 octets of domain (RFC 1035 2.3.4)");
	memcpy(in + 256, "aaa>", 5);
	is_int(path_parse(in, strlen(in), &p, &used), PATH_DOMAIN, "256");
}

static void
test_parts(void)
{
	struct path p;
	size_t used;

	path_parse("<\"a@x\"@B.example> SIZE=1", 24, &p, &used);
	is_str(path_domain(&p), "b.example", "the domain");
	is_int((long long)used, 17, "octets used");
	ok(!p.utf8 && !p.literal, "neither UTF-8 nor literal");
	path_parse("<a@[192.0.2.1]>", 15, &p, &used);
	ok(p.literal, "a literal");
	path_parse("<a@b\xc3\xbc.example>", 15, &p, &used);
	ok(p.utf8, "a U-label needs SMTPUTF8");
	path_parse("<postmaster>", 12, &p, &used);
	ok(path_is_postmaster(&p), "postmaster");
	is_str(path_domain(&p), "", "without a domain");
	is_int(
	    path_parse_mailbox("postmaster", 10, &p), PATH_OK, "as a mailbox");
	is_int(path_parse_mailbox("a@b.example>", 12, &p), PATH_SYNTAX,
	    "nothing may follow a mailbox");
	is_int(path_parse_mailbox("a@b.example c", 13, &p), PATH_SYNTAX,
	    "be it a blank");
	is_int(path_parse_mailbox("\xf0\x9f\x98\x80@b.example", 14, &p),
	    PATH_OK, "four octets of UTF-8");
	is_int(path_parse_mailbox("\xed\x9f\xbf@b.example", 13, &p), PATH_OK,
	    "the last before the surrogates");
	is_int(path_parse_mailbox("\xf4\x8f\xbf\xbf@b.example", 14, &p),
	    PATH_OK, "the last of all");
	is_int(path_parse_mailbox("", 0, &p), PATH_SYNTAX, "nothing is none");
	is_int(path_parse_mailbox("a@", 2, &p), PATH_DOMAIN, "half of it");
	is_int(path_parse_mailbox("\xe2\x82\xac@b.example", 2, &p), PATH_SYNTAX,
	    "half of a character");
	path_parse("<>", 2, &p, &used);
	ok(path_is_null(&p), "null");
}

int
main(void)
{
	test_good();
	test_bad();
	test_lengths();
	test_parts();
	return done();
}
