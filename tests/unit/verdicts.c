/* SPDX-License-Identifier: ISC */
/*
 * The policy, as a matrix: each test, with each outcome, under each verdict,
 * general and of one domain; what the client is told, what is noted.
 */
#include "../../bin/mxrecv/session.h"

#include "../../bin/mxrecv/evidence.h"
#include "dkimproto.h"
#include "scanproto.h"
#include "spfproto.h"
#include "tap.h"

#define OURS "example.com"

struct entry {
	const char *test;
	const char *said_to;  /* the command that hears of a failure */
	int deny, defer;      /* of a failure */
	const char *enhanced; /* x.y of both */
	bool asks;	      /* it can be unavailable */
	bool general;	      /* judged before there is a recipient */
};

static const struct entry entries[] = {
    {"pregreet", "EHLO", 554, 421, "5.0", false, true},
    {"helo", "EHLO", 504, 450, NULL, false, true},
    {"size", "MAIL", 552, 452, "3.4", false, true},
    {"relay", "RCPT", 550, 450, "7.1", true, true},
    {"client", "RCPT", 550, 450, "7.1", false, true},
    {"ptr", "RCPT", 550, 450, "7.25", true, false},
    {"dnsbl", "RCPT", 550, 451, "7.1", true, false},
    {"spf", "RCPT", 550, 451, "7.23", true, false},
    {"greylist", "RCPT", 450, 451, "7.1", true, false},
    {"recipient", "RCPT", 550, 450, "1.1", true, false},
    {"unknown", "RCPT", 550, 450, "1.1", false, false},
    {"sender", "RCPT", 550, 450, "1.7", true, false},
    {"repeat", "RCPT", 550, 451, "7.1", false, false},
    {"header", "DATA", 550, 451, "6.0", true, false},
    {"dkim", "DATA", 550, 451, "7.20", true, false},
    {"dmarc", "DATA", 550, 451, "7.1", true, false},
    {"ownsender", "DATA", 550, 451, "7.1", true, false},
    {"malware", "DATA", 550, 451, "7.1", true, false},
    {"toobig", "DATA", 552, 451, "3.4", false, false},
    {"spam", "DATA", 550, 451, "7.1", true, false},
};
static const char *const verdict_names[] = {"off", "log", "defer", "deny"};
static const char *const outcome_names[] = {"pass", "fail", "unavailable"};

/* The one test that is not off, what it finds, what becomes of that. */
static const struct entry *now;
static enum outcome found;
static struct verdicts general, own; /* own: of OURS */
static bool has_own;
static char noted[100];
static unsigned asked;

static struct conf conf;
static struct session session;
static struct reply r;

static bool
finds(const char *test, enum outcome outcome)
{
	bool it = strcmp(now->test, test) == 0;

	asked += it;
	return it && found == outcome;
}

static enum answer
domain(void *ctx, const char *name, struct domain_row *row)
{
	(void)ctx;
	strlcpy(row->name, name, sizeof row->name);
	if (finds("relay", CHECK_UNAVAILABLE))
		return ANSWER_UNAVAILABLE;
	return finds("relay", CHECK_FAIL) ? ANSWER_NO : ANSWER_YES;
}

static enum answer
verdicts(void *ctx, const char *test, const char *name, struct verdicts *out)
{
	(void)ctx;
	*out = (struct verdicts){VERDICT_OFF, VERDICT_OFF};
	if (strcmp(test, now->test) != 0)
		return ANSWER_YES;
	*out =
	    has_own && name != NULL && strcmp(name, OURS) == 0 ? own : general;
	return ANSWER_YES;
}

static bool
offers_tls(void *ctx)
{
	(void)ctx;
	return false;
}

static bool
has_room(void *ctx, uint64_t octets)
{
	(void)ctx;
	(void)octets;
	return true;
}

static int
begin(void *ctx)
{
	(void)ctx;
	return 0;
}

static int
write_octets(void *ctx, const char *octets, size_t n)
{
	(void)ctx;
	(void)octets;
	(void)n;
	return 0;
}

static bool
commit(void *ctx, const struct session *s, char *receipt)
{
	(void)ctx;
	(void)s;
	strlcpy(receipt, "x", RECEIPT_TEXT);
	return true;
}

static void
drop(void *ctx)
{
	(void)ctx;
}

static enum answer
named(void *ctx, const struct session *s)
{
	(void)ctx;
	(void)s;
	if (finds("ptr", CHECK_UNAVAILABLE))
		return ANSWER_UNAVAILABLE;
	return finds("ptr", CHECK_FAIL) ? ANSWER_NO : ANSWER_YES;
}

static enum answer
listed(void *ctx, const struct session *s, char zones[TOLD_LEN])
{
	(void)ctx;
	(void)s;
	strlcpy(zones, "list.test", TOLD_LEN);
	if (finds("dnsbl", CHECK_UNAVAILABLE))
		return ANSWER_UNAVAILABLE;
	return finds("dnsbl", CHECK_FAIL) ? ANSWER_YES : ANSWER_NO;
}

static enum answer
known(void *ctx, const struct session *s, time_t *seconds)
{
	(void)ctx;
	(void)s;
	*seconds = 77;
	if (finds("greylist", CHECK_UNAVAILABLE))
		return ANSWER_UNAVAILABLE;
	return finds("greylist", CHECK_FAIL) ? ANSWER_NO : ANSWER_YES;
}

static enum rcpt_answer
recipient(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	(void)ctx;
	(void)s;
	strlcpy(told, "550 5.1.1 who?", TOLD_LEN);
	if (finds("recipient", CHECK_UNAVAILABLE))
		return RCPT_NOT_SAID;
	if (finds("unknown", CHECK_FAIL))
		return RCPT_UNKNOWN;
	return finds("recipient", CHECK_FAIL) ? RCPT_REFUSED : RCPT_EXISTS;
}

static enum sender_answer
sender(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	(void)ctx;
	(void)s;
	strlcpy(told, "550 5.1.1 who?", TOLD_LEN);
	if (finds("sender", CHECK_UNAVAILABLE))
		return SENDER_NOT_SAID;
	return finds("sender", CHECK_FAIL) ? SENDER_REFUSED : SENDER_EXISTS;
}

static void
evidence(void *ctx, const struct session *s, struct evidence *e)
{
	(void)ctx;
	(void)s;
	*e = (struct evidence){.callout = VERIFIED_NONE};
}

static enum answer
repeated(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	(void)ctx;
	(void)s;
	strlcpy(told, "it was spam", TOLD_LEN);
	return finds("repeat", CHECK_FAIL) ? ANSWER_YES : ANSWER_NO;
}

static enum answer
header(void *ctx, const struct session *s, char told[TOLD_LEN])
{
	(void)ctx;
	(void)s;
	strlcpy(told, "There is no From field", TOLD_LEN);
	if (finds("header", CHECK_UNAVAILABLE))
		return ANSWER_UNAVAILABLE;
	return finds("header", CHECK_FAIL) ? ANSWER_NO : ANSWER_YES;
}

static const struct spf_answer *
spf(void *ctx, const struct session *s)
{
	static struct spf_answer answer;

	(void)ctx;
	(void)s;
	answer.mailfrom.result =
	    finds("spf", CHECK_FAIL) || finds("ownsender", CHECK_FAIL)
	    ? SPF_FAIL
	    : SPF_PASS;
	strlcpy(answer.mailfrom.domain, "sender.test", DOMAIN_LEN);
	return finds("spf", CHECK_UNAVAILABLE) ||
		finds("ownsender", CHECK_UNAVAILABLE)
	    ? NULL
	    : &answer;
}

static const struct dkim_answer *
signatures(void *ctx, const struct session *s)
{
	static struct dkim_answer answer = {.signatures = 1, .n = 1};

	(void)ctx;
	(void)s;
	answer.signature[0].result =
	    finds("dkim", CHECK_FAIL) ? DKIM_FAIL : DKIM_PASS;
	strlcpy(answer.signature[0].domain, "signer.test", DOMAIN_LEN);
	answer.dmarc.result =
	    finds("dmarc", CHECK_FAIL) ? DMARC_FAIL : DMARC_PASS;
	answer.dmarc.policy = DMARC_POLICY_REJECT;
	return finds("dkim", CHECK_UNAVAILABLE) ||
		finds("dmarc", CHECK_UNAVAILABLE)
	    ? NULL
	    : &answer;
}

static const struct scan_answer *
malware(void *ctx, const struct session *s)
{
	static struct scan_answer answer;

	(void)ctx;
	(void)s;
	answer.result = finds("malware", CHECK_FAIL) ? SCAN_FOUND
	    : finds("malware", CHECK_UNAVAILABLE)    ? SCAN_FAILED
	    : finds("toobig", CHECK_FAIL)	     ? SCAN_TOO_BIG
						     : SCAN_CLEAN;
	return &answer;
}

static const struct scan_answer *
spam(void *ctx, const struct session *s)
{
	static struct scan_answer answer;

	(void)ctx;
	(void)s;
	answer.result =
	    finds("spam", CHECK_UNAVAILABLE) ? SCAN_FAILED : SCAN_CLEAN;
	answer.score = finds("spam", CHECK_FAIL) ? 6.1 : 6.0;
	return &answer;
}

static double
spam_threshold(void *ctx, const struct session *s, const char *name)
{
	(void)ctx;
	(void)s;
	(void)name;
	return 6.0;
}

static void
note(void *ctx, const struct session *s, const struct noted *n)
{
	(void)ctx;
	(void)s;
	if (strcmp(n->test, now->test) == 0)
		snprintf(noted, sizeof noted, "%s %s", n->outcome, n->verdict);
}

static bool
goes_through(void *ctx, const struct session *s)
{
	(void)ctx;
	(void)s;
	return false;
}

static const struct store store = {.domain = domain,
    .verdicts = verdicts,
    .offers_tls = offers_tls,
    .has_room = has_room,
    .begin = begin,
    .write = write_octets,
    .commit = commit,
    .drop = drop};
static const struct oracle oracle = {.named = named,
    .listed = listed,
    .known = known,
    .recipient = recipient,
    .goes_through = goes_through,
    .sender = sender,
    .callout = sender,
    .evidence = evidence,
    .repeated = repeated,
    .header = header,
    .spf = spf,
    .signatures = signatures,
    .malware = malware,
    .spam = spam,
    .spam_threshold = spam_threshold,
    .note = note};

static bool
said(const char *line)
{
	session_line(&session, line, strlen(line), &r);
	return r.code / 100 <= 3;
}

static void
set_client(void)
{
	bool is_client = strcmp(now->test, "client") == 0;

	ip_parse(&session.client.ip, "192.0.2.1", 9);
	session.client.verdict =
	    is_client && found == CHECK_FAIL ? general.on_fail : VERDICT_OFF;
	if (finds("pregreet", CHECK_FAIL))
		session_spoke_early(&session);
}

/* A message from EHLO to its end; the command that was refused, or NULL. */
static const char *
play(void)
{
	static const char text[] = "From: a@sender.test\r\n\r\n.\r\n";
	bool ended;

	session_init(&session, &conf, &store);
	session.oracle = &oracle;
	noted[0] = '\0';
	asked = 0;
	set_client();
	if (!said(
		finds("helo", CHECK_FAIL) ? "EHLO nodots" : "EHLO client.test"))
		return "EHLO";
	if (!said(finds("size", CHECK_FAIL)
		    ? "MAIL FROM:<a@sender.test> SIZE=2000"
		    : "MAIL FROM:<a@sender.test>"))
		return "MAIL";
	if (!said("RCPT TO:<b@" OURS ">"))
		return "RCPT";
	if (!said("DATA"))
		return "DATA";
	session_data(&session, text, sizeof text - 1, &ended);
	session_data_end(&session, &r);
	return r.code == 250 ? NULL : "DATA";
}

/* The code that VERDICT leads to, 0 for none. */
static int
wanted(enum verdict verdict)
{
	bool closed = strcmp(now->test, "relay") == 0;

	if (found == CHECK_PASS)
		return 0;
	if (verdict < VERDICT_DEFER && !closed)
		return 0;
	if (found == CHECK_FAIL)
		return verdict == VERDICT_DENY ? now->deny : now->defer;
	return closed && verdict == VERDICT_DENY ? 550 : 451;
}

static void
check(enum verdict verdict, const char *whose)
{
	int code = wanted(verdict);
	const char *refused = play();
	char want[100];

	ok(code == 0 ? refused == NULL
		     : refused != NULL && strcmp(refused, now->said_to) == 0 &&
		    r.code == code,
	    "%s %s, %s%s: %d", now->test, outcome_names[found],
	    verdict_names[verdict], whose, code);
	if (refused != NULL)
		printf("# %s: %d %s %s\n", refused, r.code, r.enhanced, r.text);
	if (code != 0 && found == CHECK_FAIL && now->enhanced != NULL)
		ok(r.enhanced[0] == '0' + code / 100 &&
			strcmp(r.enhanced + 2, now->enhanced) == 0,
		    "said with %d.%s", code / 100, now->enhanced);
	if (now->general)
		return; /* counted and logged, no row for each */
	snprintf(want, sizeof want, "%s %s", outcome_names[found],
	    found == CHECK_PASS ? "off" : verdict_names[verdict]);
	is_str(noted, noted[0] == '\0' && verdict == VERDICT_OFF ? "" : want,
	    "and so noted");
}

/* VERDICT for what is found; the opposite for what is not. */
static struct verdicts
only(enum verdict verdict)
{
	if (found == CHECK_UNAVAILABLE)
		return (struct verdicts){VERDICT_OFF, verdict};
	return (struct verdicts){verdict, VERDICT_OFF};
}

static void
test_entry(void)
{
	enum verdict most = VERDICT_DENY;

	for (int v = VERDICT_OFF; v <= (int)most; v++) {
		has_own = false;
		general = only((enum verdict)v);
		check((enum verdict)v, "");
		if (now->general)
			continue;
		has_own = true;
		own = general;
		general = only(v < VERDICT_DEFER ? VERDICT_DENY : VERDICT_OFF);
		check((enum verdict)v, " of the domain's own");
	}
}

static void
test_off(void)
{
	has_own = false;
	general = (struct verdicts){VERDICT_OFF, VERDICT_OFF};
	found = CHECK_PASS;
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		now = &entries[i];
		if (now->general)
			continue;
		play();
		is_int((int)asked, 0, now->test);
	}
}

int
main(void)
{
	if (freopen("/dev/null", "w", stderr) == NULL) /* the log */
		return 1;
	strlcpy(conf.hostname, "backup.test", sizeof conf.hostname);
	conf.max_message_size = 1000;
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		now = &entries[i];
		for (int o = CHECK_PASS; o <= CHECK_UNAVAILABLE; o++) {
			found = (enum outcome)o;
			if (found != CHECK_UNAVAILABLE || now->asks)
				test_entry();
		}
	}
	test_off();
	return done();
}
