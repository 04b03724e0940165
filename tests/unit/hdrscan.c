/* SPDX-License-Identifier: ISC */
/* What is counted in a header section, whatever the cuts. */
#include "hdrscan.h"

#include "tap.h"

static const char message[] =
    "Received: from a (b [192.0.2.1])\r\n"
    "\tby mx.test with ESMTP id 1; now\r\n"
    "received: from x by MX.Test (by mx.test) with SMTP; now\r\n"
    "Received: from mx.test by other.example; now\r\n"
    "Received: from y by mx.test.example; now\r\n"
    "Received: from nearby mx.test\r\n"
    "X-Received: by mx.test\r\n"
    "Subject: Received: by mx.test\r\n"
    " Received: by mx.test\r\n"
    "\r\n"
    "Received: by mx.test in the body\r\n";

static const struct {
	const char *field;
	bool optional;
} wishes[] = {
    {"TLS-Required: No\r\n\r\n", true},
    {"a: b\r\ntls-required:no \r\n\r\n", true},
    {"TLS-Required: Yes\r\n\r\n", false},
    {"TLS-Required: None\r\n\r\n", false},
    {"TLS-Required: of\r\n\r\n", false},
    {"TLS-Required:\r\n\r\n", false},
    {"X: y\r\n TLS-Required: No\r\n\r\n", false},
    {"X: y\r\n\r\nTLS-Required: No\r\n", false},
};

static void
scan(struct hdrscan *h, const char *s, size_t n, size_t step)
{
	hdrscan_init(h, "mx.test");
	for (size_t at = 0; at < n; at += step)
		hdrscan_push(h, s + at, n - at < step ? n - at : step);
}

/* Of one Received field each. */
static const struct {
	const char *text;
	unsigned own;
} ours[] = {
    {"by mx.test\r\n by mx.test", 1}, /* one hop */
    {"by\tmx.test;", 1},
    {"(by   mx.test)", 1},
    {"x:by mx.test:", 1},
    {"by mx.test. id 1", 1},
    {"by mx.tes", 0},
    {"byx mx.test", 0},
    {"by          ", 0},
    {"by         x", 0},
    {"by mx.test.x", 0},
    {"by mx.test-x", 0},
    {"by mx.tesx id", 0},
};

static void
test_ours(void)
{
	struct hdrscan h;
	char text[1100];
	size_t n;

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		n = (size_t)snprintf(
		    text, sizeof text, "Received: %s\r\nx\n\r\n", ours[i].text);
		scan(&h, text, n, 5);
		ok(h.ended && h.octets == n && h.own_received == ours[i].own,
		    "%s: %u", ours[i].text, ours[i].own);
	}
	/* of a line, 1,024 octets are looked at */
	for (int i = 0; i < 3; i++) {
		n = (size_t)snprintf(text, sizeof text,
		    "Received: %*s.x\r\n\r\n", 1013 + i, "by mx.test");
		scan(&h, text, n, 7);
		is_int(h.own_received, i < 2, "at the end of what is kept");
	}
}

int
main(void)
{
	size_t n = sizeof message - 1, header = strlen(message) - 34;
	char big[5000];
	struct hdrscan h;

	for (size_t step = 1; step <= n; step = step < 40 ? step + 1 : n + 1) {
		scan(&h, message, n, step > n ? n : step);
		ok(h.received == 5 && h.own_received == 2 && h.ended &&
			h.octets == header,
		    "in pieces of %zu", step);
	}
	scan(&h, message, n, n);
	is_int(h.received, 5, "Received fields");
	is_int(h.own_received, 2, "those by us");
	is_int((long long)h.octets, (long long)header, "octets of the header");
	memset(big, 'x', sizeof big);
	memcpy(big, "Received: ", 10);
	memcpy(big + 4000, "\r\n by mx.test\r\n\r\n", 18);
	scan(&h, big, 4018, 7);
	ok(h.ended && h.received == 1 && h.own_received == 1,
	    "a line of any length");
	scan(&h, "Authentication-Results: mx.test; a\r\nb: c\r\n", 43, 3);
	hdrscan_end(&h);
	ok(h.results.cuts.n == 1 && cuts_octets(&h.results.cuts) == 36,
	    "results in our name are noted");
	scan(&h, "\r\nReceived: x\r\n", 15, 1);
	ok(h.ended && h.received == 0 && h.octets == 2, "no header at all");
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		const char *field = wishes[i].field;

		scan(&h, field, strlen(field), 3);
		ok(h.tls_optional == wishes[i].optional, "%.*s: %s",
		    (int)strcspn(field, "\r"), field,
		    wishes[i].optional ? "optional" : "no wish");
	}
	test_ours();
	return done();
}
