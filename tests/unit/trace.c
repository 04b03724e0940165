/* SPDX-License-Identifier: ISC */
/* The fields that a message gains: their form, and that nobody adds one. */
#include "../../bin/mxrecv/trace.h"

#include <stdlib.h>

#include "../../bin/mxrecv/evidence.h"
#include "dkimproto.h"
#include "scanproto.h"
#include "spfproto.h"
#include "tap.h"

static struct spf_answer spf;
static struct dkim_answer dkim;
static struct scan_answer scan = {.result = SCAN_CLEAN, .score = 1.5};
static bool asked;

static void
collect(void *ctx, const struct session *s, struct evidence *e)
{
	(void)ctx;
	(void)s;
	if (asked)
		*e = (struct evidence){&spf, &dkim, VERIFIED_PASS};
}

static const struct scan_answer *
spam(void *ctx, const struct session *s)
{
	(void)ctx;
	(void)s;
	return &scan;
}

static double
spam_threshold(void *ctx, const struct session *s, const char *domain)
{
	(void)ctx;
	(void)s;
	(void)domain;
	return 6;
}

static const struct oracle oracle = {
    .evidence = collect, .spam = spam, .spam_threshold = spam_threshold};

static void
set_sender(struct session *s, const char *mailbox)
{
	const char *at = strrchr(mailbox, '@');

	strlcpy(s->mail.sender.mailbox, mailbox, sizeof s->mail.sender.mailbox);
	s->mail.sender.local_len = at != NULL ? (size_t)(at - mailbox) : 0;
}

/* Each line is a field of ours or belongs to one, and none is too long. */
static bool
is_safe(const char *trace)
{
	while (*trace != '\0') {
		size_t n = strcspn(trace, "\r\n");

		if (n == 0 || n > 998 || memcmp(trace + n, "\r\n", 2) != 0)
			return false;
		if (*trace != '\t' &&
		    strncmp(trace, "Authentication-Results: mx.test;", 32) !=
			0 &&
		    strncmp(trace, "Received-SPF: ", 14) != 0)
			return false;
		for (size_t i = 1; i < n; i++) {
			if ((unsigned char)trace[i] < 0x20 || trace[i] == 0x7f)
				return false;
		}
		trace += n + 2;
	}
	return true;
}

static void
good(struct session *s, char out[TRACE_LEN])
{
	spf = (struct spf_answer){.mailfrom = {.result = SPF_PASS,
				      .domain = "a.test",
				      .reason = "ip4:192.0.2.0/24"}};
	dkim = (struct dkim_answer){.signatures = 2,
	    .n = 2,
	    .signature = {{.result = DKIM_PASS,
			      .domain = "a.test",
			      .selector = "s",
			      .algorithm = "rsa-sha256"},
		{.result = DKIM_FAIL,
		    .domain = "b.test",
		    .selector = "t",
		    .algorithm = "ed25519-sha256",
		    .reason = "the body was changed"}},
	    .dmarc = {.result = DMARC_PASS,
		.from_domain = "a.test",
		.policy = DMARC_POLICY_REJECT,
		.policy_domain = "a.test"},
	    .arc = {.result = ARC_PASS, .oldest_pass = 2}};
	asked = true;
	set_sender(s, "x@a.test");
	s->client.named = ANSWER_YES;
	*out = '\0';
	trace_results(s, out);
	is_str(out,
	    "Authentication-Results: mx.test;\r\n"
	    "\tiprev=pass policy.iprev=192.0.2.1;\r\n"
	    "\tspf=pass smtp.mailfrom=x@a.test;\r\n"
	    "\tdkim=pass header.d=a.test header.s=s header.a=rsa-sha256;\r\n"
	    "\tdkim=fail reason=\"the body was changed\" header.d=b.test "
	    "header.s=t\r\n"
	    "\theader.a=ed25519-sha256;\r\n"
	    "\tdmarc=pass header.from=a.test policy.dmarc=reject;\r\n"
	    "\tarc=pass header.oldest-pass=2 smtp.remote-ip=192.0.2.1\r\n",
	    "Authentication-Results");
	*out = '\0';
	trace_spf(s, out);
	is_str(out,
	    "Received-SPF: pass (mx.test: ip4:192.0.2.0/24) "
	    "identity=mailfrom;\r\n"
	    "\tclient-ip=192.0.2.1; helo=c.test; "
	    "envelope-from=\"x@a.test\";\r\n"
	    "\treceiver=mx.test\r\n",
	    "Received-SPF");
	trace_received(s, "1", "b@c.test", 0, out);
	ok(strstr(out, "Received-SPF:") == out &&
		strstr(out, "\r\nReceived: from c.test") != NULL,
	    "which stands above Received");
}

static void
null_sender(struct session *s, char out[TRACE_LEN])
{
	set_sender(s, "");
	dkim = (struct dkim_answer){.n = 0};
	s->client.named = ANSWER_UNAVAILABLE;
	ip_parse(&s->client.ip, "2001:db8::1", 11);
	*out = '\0';
	trace_results(s, out);
	is_str(out,
	    "Authentication-Results: mx.test;\r\n"
	    "\tspf=pass smtp.helo=c.test;\r\n\tdkim=none;\r\n\tdmarc=none;\r\n"
	    "\tarc=none\r\n",
	    "the null sender, no signature");
	*out = '\0';
	trace_spf(s, out);
	is_str(out,
	    "Received-SPF: pass (mx.test: ip4:192.0.2.0/24) identity=helo;\r\n"
	    "\tclient-ip=\"2001:db8::1\"; helo=c.test; "
	    "receiver=mx.test\r\n",
	    "and Received-SPF, with IPv6");
}

static void
hostile(struct session *s, char out[TRACE_LEN])
{
	static const char evil[] = "\r\nX: \"y\\\";) z=\t\x7f";
	struct dkim_signature *g = &dkim.signature[0];

	dkim.n = DKIM_SIGNATURES;
	for (size_t i = 0; i < dkim.n; i++) {
		g = &dkim.signature[i];
		memset(g->selector, '"', sizeof g->selector - 1);
		memset(g->domain, 'd', sizeof g->domain - 1);
		memset(g->reason, '\\', sizeof g->reason - 1);
		strlcpy(g->algorithm, evil, sizeof g->algorithm);
	}
	strlcpy(dkim.dmarc.reason, evil, sizeof dkim.dmarc.reason);
	dkim.arc.result = ARC_TEMPERROR;
	strlcpy(dkim.arc.reason, evil, sizeof dkim.arc.reason);
	strlcpy(dkim.dmarc.from_domain, evil, sizeof dkim.dmarc.from_domain);
	strlcpy(spf.mailfrom.reason, evil, sizeof spf.mailfrom.reason);
	spf.mailfrom.result = SPF_FAIL;
	strlcpy(s->helo, evil, sizeof s->helo);
	set_sender(s, "\"\r\nX: \\\"y\"@a.test");
	*out = '\0';
	trace_results(s, out);
	ok(*out != '\0' && is_safe(out), "nobody ends a field: %zu octets",
	    strlen(out));
	ok(strstr(out, "arc=fail reason=") != NULL,
	    "a chain that can not be verified has failed");
	ok(strstr(out, "smtp.mailfrom=a.test;") != NULL,
	    "of a quoted address the domain");
	*out = '\0';
	trace_spf(s, out);
	ok(*out != '\0' && is_safe(out), "nor that of SPF");
	set_sender(s, "");
	*out = '\0';
	trace_results(s, out);
	trace_spf(s, out);
	ok(is_safe(out), "nor by HELO");
}

/* As many rules as there may be: none is lost, and no line is long. */
static void
rules(struct session *s, char out[TRACE_LEN])
{
	size_t longest = 0, n = 0;
	char *to = out;

	for (size_t i = 0; i < sizeof s->mail.result / sizeof *s->mail.result;
	     i++)
		s->mail.result[i].known = true;
	while (strlen(scan.name) + sizeof ",RULE_99" <= sizeof scan.name) {
		size_t len = strlen(scan.name);

		snprintf(scan.name + len, sizeof scan.name - len, "%sRULE_%zu",
		    len == 0 ? "" : ",", 10 + len % 90);
	}
	*out = '\0';
	trace_spam(s, out);
	for (const char *p = out; *p != '\0'; p++) {
		n = *p == '\n' ? 0 : n + 1;
		longest = n > longest ? n : longest;
	}
	ok(longest > 60 && longest < 78, "rules in lines of %zu", longest);
	for (const char *p = out; *p != '\0'; p++) {
		if (strchr("\r\n\t", *p) == NULL)
			*to++ = *p;
	}
	*to = '\0';
	ok(strncmp(out,
	       "X-Spam-Status: No, score=1.5 required=6.0tests=", 47) == 0 &&
		strcmp(out + 47, scan.name) == 0,
	    "all %zu octets of them", strlen(scan.name));
}

int
main(void)
{
	static struct conf conf = {.hostname = "mx.test"};
	static struct session s;
	char *out = calloc(1, TRACE_LEN);

	s.conf = &conf;
	s.oracle = &oracle;
	s.client.named = ANSWER_UNAVAILABLE;
	strlcpy(s.helo, "c.test", sizeof s.helo);
	ip_parse(&s.client.ip, "192.0.2.1", 9);
	trace_results(&s, out);
	trace_spf(&s, out);
	is_str(out, "", "nothing was asked: nothing is said");
	good(&s, out);
	null_sender(&s, out);
	hostile(&s, out);
	rules(&s, out);
	free(out);
	return done();
}
