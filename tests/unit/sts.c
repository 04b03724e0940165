/* SPDX-License-Identifier: ISC */
/* MTA-STS: records, policies, and the HTTP answers that they come in. */
#include "sts.h"

#include <stdlib.h>

#include "http.h"
#include "tap.h"

static struct sts_policy policy;
static struct http http;

static void
record(const char *s, const char *want)
{
	char id[STS_ID + 1];
	bool good = sts_record_parse(s, strlen(s), id);

	is_str(good ? id : NULL, want, s);
}

static void
test_records(void)
{
	record("v=STSv1; id=20160831085700Z;", "20160831085700Z");
	record("v=STSv1;id=1", "1");
	record("v=STSv1 ;\tid=a ; x-y=1:2 ; ", "a");
	record("v=STSv1; a=b; id=c; id=d;", "c");
	record("v=STSv1; id=abcdefghijklmnopqrstuvwxyz012345;",
	    "abcdefghijklmnopqrstuvwxyz012345");
	record("v=STSv1; id=abcdefghijklmnopqrstuvwxyz0123456;", NULL);
	record("v=STSv1;", NULL);
	record("v=STSv1", NULL);
	record("", NULL);
	record(" v=STSv1; id=1;", NULL);
	record("v=STSv2; id=1;", NULL);
	record("v=stsv1; id=1;", NULL);
	record("id=1; v=STSv1;", NULL);
	record("v=STSv1; id=;", NULL);
	record("v=STSv1; id=a-b;", NULL);
	record("v=STSv1; id=a b;", NULL);
	record("v=STSv1; id", NULL);
	record("v=STSv1;; id=1", NULL);
	record("v=STSv1; id=1; =2", NULL);
	ok(sts_record_is_meant("v=STSv1", 7) &&
		!sts_record_is_meant("v=STSv10; id=1", 14) &&
		!sts_record_is_meant("v=spf1", 6),
	    "what means to be a record");
}

static bool
parse(const char *s)
{
	size_t n = strlen(s);
	char *copy = malloc(n + 1);
	bool good;

	if (copy == NULL)
		exit(99);
	memcpy(copy, s, n);
	good = sts_policy_parse(&policy, copy, n);
	free(copy);
	return good;
}

#define START "version: STSv1\nmode: enforce\nmax_age: 86400\n"

static void
test_policies(void)
{
	char text[STS_TEXT], again[STS_TEXT];

	ok(parse("version: STSv1\r\nmode: testing\r\nmx: Mail.Example.com\r\n"
		 "mx:*.example.net \r\nmax_age: 123456\r\n"),
	    "a policy");
	sts_policy_format(&policy, text);
	is_str(text,
	    "version: STSv1\nmode: testing\nmax_age: 123456\n"
	    "mx: mail.example.com\nmx: *.example.net\n",
	    "in the fewest words");
	ok(parse(text), "which are one");
	sts_policy_format(&policy, again);
	is_str(again, text, "the same");
	ok(sts_policy_allows(&policy, "mail.example.com"), "a host");
	ok(sts_policy_allows(&policy, "a.example.net"), "by a wildcard");
	ok(!sts_policy_allows(&policy, "example.net") &&
		!sts_policy_allows(&policy, "a.b.example.net") &&
		!sts_policy_allows(&policy, "xmail.example.com") &&
		!sts_policy_allows(&policy, ".example.net"),
	    "and no others");
	ok(parse("max_age: 1\nmx: a.b\nmode: enforce\nversion: STSv1"),
	    "in any order, the last line without an end");
	ok(parse(START "mx: a.b\nmode: none\nfuture: \xc3\xa4 x:y\n") &&
		policy.mode == STS_ENFORCE,
	    "the first of a kind counts, others are for later");
	ok(parse("version: STSv1\nmode: none\nmax_age: 0\n"),
	    "mode none needs no host");
	ok(parse("version: STSv1\nmode: none\nmax_age: 9999999999\n") &&
		policy.max_age == STS_AGE_MAX,
	    "a year, at most");
}

static void
test_bad_policies(void)
{
	static const char *const bad[] = {"", "\n", START, START "mx:\n",
	    START "mx: a..b\n", START "mx: *\n", START "mx: *.*.b\n",
	    START "mx: a.*.b\n", START "mx: a b\n", START "mx: a.b.\n",
	    START "mx: *.\n", START "mx: \xc3\xa4.b\n",
	    START "mx: a.b\nno field\n", START "mx: a.b\n\nx: y\n",
	    START "mx: a.b\n x: y\n", START "mx: a.b\nx: a\rb\n",
	    "version: STSv2\nmode: enforce\nmax_age: 1\nmx: a.b\n",
	    "mode: enforce\nmax_age: 1\nmx: a.b\n",
	    "version: STSv1\nmax_age: 1\nmx: a.b\n",
	    "version: STSv1\nmode: enforce\nmx: a.b\n",
	    "version: STSv1\nmode: Enforce\nmax_age: 1\nmx: a.b\n",
	    "version: STSv1\nmode: enforce\nmax_age: -1\nmx: a.b\n",
	    "version: STSv1\nmode: enforce\nmax_age: 12345678901\nmx: a.b\n",
	    "version: STSv1\nmode: enforce\nmax_age:\nmx: a.b\n",
	    "<html><body>not found</body></html>\n"};
	static const char nul[] = START "mx: a.b\nx: \0\n";
	char many[STS_MX * 16 + 200] = START;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!parse(bad[i]), "no policy, %zu", i);
	for (int i = 0; i < STS_MX; i++)
		strlcat(many, "mx: *.a.b\n", sizeof many);
	ok(parse(many), "so many hosts");
	strlcat(many, "mx: *.a.b\n", sizeof many);
	ok(!parse(many), "and no more");
	ok(!sts_policy_parse(&policy, nul, sizeof nul - 1), "a NUL");
}

/* Whole, and octet by octet. */
static enum http_status
answer(const char *s)
{
	enum http_status whole, one = HTTP_MORE;
	size_t n = strlen(s);

	http_begin(&http);
	for (size_t i = 0; i < n && one == HTTP_MORE; i++)
		one = http_push(&http, s + i, 1);
	http_begin(&http);
	whole = http_push(&http, s, n);
	return whole == one ? whole : (enum http_status) - 1;
}

static void
take(const char *s, const char *body, const char *name)
{
	bool good = answer(s) == HTTP_DONE && http.len == strlen(body) &&
	    memcmp(http.body, body, http.len) == 0;

	ok(good, "%s", name);
}

static void
refuse(const char *s, const char *why)
{
	ok(answer(s) == HTTP_REFUSED &&
		strstr(http.why ? http.why : "", why) != NULL,
	    "%s", why);
}

#define OK "HTTP/1.1 200 OK\r\n"
#define TEXT OK "Content-Type: text/plain\r\n"

static void
test_http(void)
{
	take(TEXT "Content-Length: 5\r\n\r\nhelloandmore", "hello", "a text");
	take(OK "CONTENT-TYPE:Text/Plain;charset=utf-8 \r\nX: y\r\n"
		"content-length: 2\r\n\r\nhi",
	    "hi", "with parameters");
	take("HTTP/1.0 200 \r\nContent-Type: text/plain\r\n"
	     "Content-Length: 0\r\n\r\n",
	    "", "nothing");
	take(TEXT "Transfer-Encoding: Chunked\r\n\r\n"
		  "5;x=y\r\nhello\r\n0A \r\n, world!!!\r\n0\r\nT: x\r\n\r\n",
	    "hello, world!!!", "chunks");
	is_int(answer(TEXT "Content-Length: 5\r\n\r\nhell"), HTTP_MORE,
	    "one that is not whole yet");
	refuse("HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n", "redirects");
	refuse("HTTP/1.1 404 Not Found\r\n\r\n", "not 200");
	refuse("HTTP/2 200\r\n\r\n", "not HTTP/1.1");
	refuse("220 mx.test ESMTP\r\n", "not HTTP/1.1");
	refuse("HTTP/1.1 x00 OK\r\n", "not HTTP/1.1");
	refuse("HTTP/1.1 2x0 OK\r\n", "not HTTP/1.1");
	refuse("HTTP/1.1 20x OK\r\n", "not HTTP/1.1");
	refuse("HTTP/1.1 2000\r\n", "not HTTP/1.1");
	refuse("HTTP/1.1 201\r\n", "not 200");
	refuse("\n", "CR LF");
	refuse(TEXT ": x\r\n\r\n", "is none");
	refuse(TEXT "Content-Length:\r\n\r\n", "no number");
	refuse(TEXT "Transfer-Encoding: chunked\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n",
	    "not chunked");
	refuse(TEXT "Transfer-Encoding: chunked\r\n\r\n\r\n", "no number");
	refuse(TEXT "Transfer-Encoding: chunked\r\n\r\n1x\r\n", "no number");
	take(TEXT "X:\r\nContent-Encoding: Identity\r\n"
		  "Content-Length: 2 \t \r\n\r\nhi",
	    "hi", "blanks behind a value");
	refuse(OK "Content-Type: text/plainer\r\nContent-Length: 0\r\n\r\n",
	    "text/plain");
	refuse("HTTP/1.1 200 OK\n\n", "CR LF");
	refuse(OK "Content-Type: text/html\r\nContent-Length: 1\r\n\r\n",
	    "text/plain");
	refuse(OK "Content-Length: 1\r\n\r\n", "text/plain");
	refuse(TEXT "\r\nhello", "not told");
	refuse(TEXT "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "twice");
	refuse(
	    TEXT "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "no number");
	refuse(TEXT "Content-Length: +5\r\n\r\n", "no number");
	refuse(TEXT "Content-Length: 65537\r\n\r\n", "64 KiB");
	refuse(
	    TEXT "Content-Length: 99999999999999999999999\r\n\r\n", "64 KiB");
	refuse(TEXT "Transfer-Encoding: gzip, chunked\r\n\r\n", "not chunked");
	refuse(TEXT "Content-Encoding: gzip\r\n\r\n", "compressed");
	refuse(TEXT " folded: x\r\n\r\n", "is none");
	refuse(TEXT "no colon\r\n\r\n", "is none");
	refuse(TEXT "Name : x\r\n\r\n", "is none");
	refuse(TEXT "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "no number");
	refuse(
	    TEXT "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "too long");
	refuse(TEXT "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
	    "no number");
	refuse(TEXT "Transfer-Encoding: chunked\r\n\r\n10001\r\n", "64 KiB");
}

static void
test_http_bounds(void)
{
	static char line[HTTP_LINE + 100];
	enum http_status status = HTTP_MORE;
	size_t n = 0;

	memset(line, 'x', sizeof line);
	http_begin(&http);
	http_push(&http, OK, sizeof OK - 1);
	is_int(
	    http_push(&http, line, sizeof line), HTTP_REFUSED, "a long line");
	http_begin(&http);
	is_int(http_push(&http, "HTTP/1.1 200 \0K\r\n", 17), HTTP_REFUSED,
	    "a NUL");
	http_begin(&http);
	http_push(&http, OK, sizeof OK - 1);
	while (status == HTTP_MORE && n++ < 100000)
		status = http_push(&http, "a: b\r\n", 6);
	ok(status == HTTP_REFUSED && n * 6 <= HTTP_HEAD, "fields without end");
}

int
main(void)
{
	test_records();
	test_policies();
	test_bad_policies();
	test_http();
	test_http_bounds();
	return done();
}
