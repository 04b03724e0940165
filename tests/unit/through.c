/* SPDX-License-Identifier: ISC */
/* The dialogue where others are asked: a primary that answers for us, and who
 * may start a run. */
#include "dialogue.h"

static struct {
	bool goes; /* mail for handled domains to their primary */
	enum through_answer rcpt, data;
	enum answer may;
	unsigned asked;
} primary;

static bool
goes_through(void *ctx, const struct session *s)
{
	(void)ctx;
	return primary.goes && strstr(s->row.name, "queue.") == NULL;
}

static enum through_answer
through_rcpt_says(void *ctx, const struct session *s,
    const struct rcpt_params *params, struct reply *reply)
{
	(void)ctx;
	(void)s;
	(void)params;
	primary.asked++;
	if (primary.rcpt == THROUGH_REFUSED)
		reply_set(reply, 550, "5.1.1", "No such user");
	else
		reply_set(reply, 250, "2.1.5", "Fine");
	return primary.rcpt;
}

static enum through_answer
through_data_says(void *ctx, const struct session *s, struct reply *reply)
{
	(void)ctx;
	(void)s;
	primary.asked++;
	if (primary.data == THROUGH_REFUSED)
		reply_set(reply, 554, "5.7.1", "I do not want it");
	else
		reply_set(reply, 250, "2.0.0", "Delivered");
	return primary.data;
}

static enum answer
may_etrn(void *ctx, const struct session *s, const struct domain_row *row)
{
	(void)ctx;
	(void)s;
	(void)row;
	return primary.may;
}

static double
threshold(void *ctx, const struct session *s, const char *name)
{
	(void)ctx;
	(void)s;
	return strcmp(name, "strict.many.example") == 0 ? 3 : 6;
}

static void
note(void *ctx, const struct session *s, const struct noted *noted)
{
	(void)ctx;
	(void)s;
	(void)noted;
}

static const struct oracle oracle = {.goes_through = goes_through,
    .through_rcpt = through_rcpt_says,
    .through_data = through_data_says,
    .may_etrn = may_etrn,
    .spam_threshold = threshold,
    .note = note};

static void
ask(bool goes, enum through_answer rcpt, enum through_answer data_answer)
{
	hello();
	session.oracle = &oracle;
	memset(&primary, 0, sizeof primary);
	primary.goes = goes;
	primary.rcpt = rcpt;
	primary.data = data_answer;
	line("MAIL FROM:<a@example.org>");
}

static void
test_rcpt(void)
{
	ask(false, THROUGH_TAKEN, THROUGH_TAKEN);
	expect("RCPT TO:<b@example.com>", 250, "2.1.5");
	is_str(r.text, "OK", "by us");
	expect("RCPT TO:<b@d.many.example>", 250, "2.1.5");
	is_int(primary.asked, 0, "nobody was asked");
	ask(true, THROUGH_TAKEN, THROUGH_TAKEN);
	expect("RCPT TO:<b@example.com>", 250, "2.1.5");
	is_str(r.text, "Fine", "by the primary");
	expect("RCPT TO:<c@example.com>", 250, "2.1.5");
	expect("RCPT TO:<c@queue.many.example>", 452, "4.5.3");
	expect("RCPT TO:<c@d.many.example>", 452, "4.5.3");
	expect("RCPT TO:<c@strict.many.example>", 452, "4.5.3");
	ask(true, THROUGH_REFUSED, THROUGH_TAKEN);
	expect("RCPT TO:<b@example.com>", 550, "5.1.1");
	is_str(session.refused_by, "when_up", "as its primary has it");
	ask(true, THROUGH_LOST, THROUGH_TAKEN);
	expect("RCPT TO:<b@example.com>", 250, "2.1.5");
	is_str(r.text, "OK", "it is lost, so we take it");
	ok(!session.mail.through, "for the queue");
}

static void
test_data(void)
{
	static const struct {
		enum through_answer answer;
		int code;
		unsigned commits, messages;
	} ends[] = {{THROUGH_TAKEN, 250, 0, 1}, {THROUGH_REFUSED, 554, 0, 0},
	    {THROUGH_LOST, 250, 1, 1}};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		ask(true, THROUGH_TAKEN, ends[i].answer);
		line("RCPT TO:<b@example.com>");
		data("x\r\n.\r\n", 6);
		is_int(r.code, ends[i].code, "the primary's last word");
		is_int(memory.commits, ends[i].commits, "what is queued");
		is_int(session.count.messages, ends[i].messages, "counted");
	}
}

/* A recipient that the primary took and we can not: it gets no message. */
static void
test_take_back(void)
{
	char rcpt[100];

	ask(true, THROUGH_TAKEN, THROUGH_TAKEN);
	for (int i = 0; i < RECIPIENTS; i++) {
		snprintf(rcpt, sizeof rcpt, "RCPT TO:<u%d@example.com>", i);
		line(rcpt);
	}
	ok(session.mail.through, "a thousand");
	expect("RCPT TO:<one-more@example.com>", 452, "4.5.3");
	ok(!session.mail.through, "and one, for which the queue is told");
}

static void
test_etrn(void)
{
	ask(false, THROUGH_TAKEN, THROUGH_TAKEN);
	line("RSET");
	memory.waiting = 2;
	primary.may = ANSWER_YES;
	expect("ETRN example.com", 253, "2.0.0");
	primary.may = ANSWER_NO;
	expect("ETRN example.com", 459, "4.7.1");
	primary.may = ANSWER_UNAVAILABLE;
	expect("ETRN example.com", 459, "4.7.1");
}

/* Where the size is not looked at, it is looked at once. */
static void
test_size(void)
{
	conf.max_message_size = 1;
	ask(false, THROUGH_TAKEN, THROUGH_TAKEN);
	line("RCPT TO:<b@example.com>");
	data("xyz\r\nxyz\r\n..\r\n.\r\n", 17);
	is_int(r.code, 250, "a verdict may let it pass");
	conf.max_message_size = MESSAGE_SIZE;
}

int
main(void)
{
	if (!begin_dialogue())
		return 1;
	test_rcpt();
	test_data();
	test_take_back();
	test_etrn();
	test_size();
	session_end(&session);
	return done();
}
