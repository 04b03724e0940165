/* SPDX-License-Identifier: ISC */
/* What stands around libopendkim: tags, signatures, lengths of bodies. */
#include "../../libexec/mx-dkim/bodylen.h"
#include "../../libexec/mx-dkim/key.h"
#include "../../libexec/mx-dkim/signature.h"
#include "taglist.h"

#include "tap.h"

static void
list_is(const char *text, bool valid)
{
	ok(taglist_valid(text, strlen(text)) == valid, "%s: %s",
	    valid ? "valid" : "not valid", text);
}

static void
taglists(void)
{
	static const char text[] = "v=1; d = ex ample ;\r\n b=a=b=; e=";
	struct tag t;

	list_is("v=1", true);
	list_is("v=1;", true);
	list_is(" v = 1 ; k=rsa; p= ", true);
	list_is("a_1=x; A_1=y", true);
	list_is("", false);
	list_is("v=1; v=1", false);
	list_is("v=1;; k=rsa", false);
	list_is("v=1; k", false);
	list_is("v=1; =k", false);
	list_is("1v=1", false);
	list_is("v=1; k=\x80", false);
	list_is("v=1; k=\x01", false);
	ok(taglist_get(text, strlen(text), "d", &t) && t.value_len == 8 &&
		memcmp(t.value, "ex ample", 8) == 0,
	    "white space around a value goes");
	ok(taglist_get(text, strlen(text), "b", &t) && tag_value_is(&t, "A=B="),
	    "a value has equals signs");
	ok(taglist_get(text, strlen(text), "e", &t) && t.value_len == 0,
	    "or nothing");
	ok(!taglist_get(text, strlen(text), "x", &t), "what is not there");
}

static struct dkim_signature
check(const char *text)
{
	struct dkim_signature s;

	signature_check(text, strlen(text), &s);
	return s;
}

static void
signature_is(const char *text, enum dkim_result result, const char *name)
{
	struct dkim_signature s = check(text);

	ok(s.result == result && *s.reason != '\0', "%s: %s (%s)", name,
	    dkim_result_name[s.result], s.reason);
}

#define REST " a=rsa-sha256; b=x; bh=y; h=from; v=1;"

static void
signatures(void)
{
	struct dkim_signature s;

	signature_is(REST " d=B\xc3\xbc"
			  "cher.test; s=s",
	    DKIM_PERMERROR, "d= is ASCII in a field");
	s = check(REST "d=Example.Test; s=a_b.c-1; l=77");
	is_str(s.domain, "example.test", "d= in its inner form");
	is_str(s.selector, "a_b.c-1", "s=");
	ok(s.limited && s.covered == 77, "l=");
	is_str(s.reason, "", "all is well");
	signature_is(REST "d=a.test", DKIM_PERMERROR, "no s=");
	signature_is(REST "d=a.test; s=a; s=a", DKIM_PERMERROR, "two s=");
	signature_is(REST "d=a b; s=a", DKIM_PERMERROR, "d= of two words");
	signature_is(REST "d=; s=a", DKIM_PERMERROR, "empty d=");
	signature_is(REST "d=a.test; s=a..b", DKIM_PERMERROR, "s=a..b");
	signature_is(REST "d=a.test; s=.", DKIM_PERMERROR, "s=.");
	signature_is(REST "d=a.test; s=a/b", DKIM_PERMERROR, "s=a/b");
	signature_is(REST "d=a.test; s=a_\x7f", DKIM_PERMERROR, "s= of DEL");
	signature_is(REST
	    "d=a.test; s=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxx",
	    DKIM_PERMERROR, "s= with a label of 64");
	signature_is(REST
	    "d=a.test; s=x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x."
	    "x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x."
	    "x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x."
	    "x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x."
	    "x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x."
	    "x",
	    DKIM_PERMERROR, "s= of many labels");
	s = check(REST "d=a.test; s=S-2026.Z9");
	is_str(s.selector, "S-2026.Z9", "s= in capitals");
	signature_is(REST
	    "d=a.test; s=a; l=00000000000000000000000000000000000000001",
	    DKIM_PERMERROR, "l= of 41 digits");
	signature_is(REST "d=a.test; s=a; l=-1", DKIM_PERMERROR, "l=-1");
	signature_is(
	    REST "d=a.test; s=a; l=99999999999999999999", DKIM_PERMERROR, "l=");
	signature_is("a=RSA-sha1; b=x; bh=y; h=from; v=1; d=a.test; s=a",
	    DKIM_PERMERROR, "rsa-sha1");
	signature_is("a=rsa-sha3; b=x; bh=y; h=from; v=1; d=a.test; s=a",
	    DKIM_NEUTRAL, "rsa-sha3");
}

static void
key_is(const char *algorithm, const char *record, const char *name)
{
	struct dkim_signature s = {.result = DKIM_PASS};

	strlcpy(s.algorithm, algorithm, sizeof s.algorithm);
	ok(!key_check(record, strlen(record), &s) && s.result == DKIM_PERMERROR,
	    "%s (%s)", name, s.reason);
}

static void
keys(void)
{
	static const char good[] =
	    "v=DKIM1; k=ed25519; t=s:y; "
	    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
	static const char sure[] =
	    "k=ed25519; t=s; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
	static char huge[KEY_RECORD + 1];
	struct dkim_signature s = {.algorithm = "ed25519-sha256"};

	ok(key_check(good, strlen(good), &s), "the key of RFC 8463 A.2");
	ok(s.testing, "t=y");
	key_is("rsa-sha256", good, "a key of another type");
	key_is("ed25519-sha256", "k=ed25519; p=AAAA", "three octets");
	key_is("ed25519-sha256", "k=ed25519; p=A=A=", "no base64");
	key_is("ed25519-sha256", "k=ed25519; p=AAA", "a piece of base64");
	key_is("rsa-sha256", "p=AAAA", "no RSA key");
	key_is("rsa-sha256", "p=", "revoked");
	key_is("rsa-sha256", "k=rsa", "no key");
	key_is("rsa-sha256", "p=AAAA; p=AAAA", "two keys");
	key_is("rsa-sha256",
	    "p=MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	    "a sound key that is none of RSA");
	memset(huge, 'a', sizeof huge);
	memcpy(huge, "p=", 2);
	ok(!key_check(huge, sizeof huge, &s), "a record too long: %s",
	    s.reason);
	s = (struct dkim_signature){.algorithm = "ed25519-sha256"};
	ok(key_check(sure, strlen(sure), &s) && !s.testing, "t=s");
}

static void
allows(const char *record, bool want)
{
	ok(key_allows(record, strlen(record)) == want, "%s %s", record,
	    want ? "allows it" : "does not");
}

/* RFC 6376 3.6.1, "h" and "s". */
static void
uses(void)
{
	allows("p=x", true);
	allows("p=x; h=sha256; s=email", true);
	allows("p=x; h=sha1 :\tsha256 ; s= other : *", true);
	allows("p=x; h=sha1\t:sha256\t:x", true);
	allows("p=x; h=sha1", false);
	allows("p=x; h=", false);
	allows("p=x; h= : ", false);
	allows("p=x; s=other", false);
	allows("p=x; s=emai:email2", false);
	ok(key_rsa("k=rsa", 5) == NULL, "no key at all");
	ok(key_rsa("p=!", 3) == NULL, "nor without base64");
}

static void
reasons(void)
{
	struct dkim_signature s;

	ok(!signature_refuse(&s, DKIM_FAIL, "a\tb\x7f\xc3") &&
		strcmp(s.reason, "a?b??") == 0,
	    "a reason is printable: %s", s.reason);
}

static void
length_is(const char *body, uint64_t simple, uint64_t relaxed, const char *name)
{
	for (size_t cut = 0; cut <= strlen(body); cut++) {
		struct bodylen b;

		bodylen_init(&b);
		bodylen_push(&b, body, cut);
		bodylen_push(&b, body + cut, strlen(body) - cut);
		bodylen_end(&b);
		if (b.simple != simple || b.relaxed != relaxed) {
			ok(false, "%s, cut at %zu: %d %d", name, cut,
			    (int)b.simple, (int)b.relaxed);
			return;
		}
	}
	ok(true, "%s", name);
}

static void
lengths(void)
{
	length_is("", 2, 0, "an empty body");
	length_is("\r\n\r\n", 2, 0, "empty lines");
	length_is("a\r\n", 3, 3, "a line");
	length_is("a", 3, 3, "a line without its end");
	length_is("a\r\n\r\nb\r\n\r\n\r\n", 8, 8, "empty lines at the end");
	/* RFC 6376 3.4.5 */
	length_is(" C \r\nD \t E\r\n\r\n\r\n", 12, 9, "white space");
	length_is("a \r\n \t\r\n", 8, 3, "a line of white space");
	length_is("a\rb\nc\r\r\n", 8, 8, "CR and LF alone");
}

int
main(void)
{
	taglists();
	signatures();
	keys();
	uses();
	reasons();
	lengths();
	return done();
}
