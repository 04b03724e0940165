/* SPDX-License-Identifier: ISC */
/* What mx-scan makes of spamd's score. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../libexec/mx-scan/scan.h"
#include "tap.h"
#include "wire.h"

static struct scan_answer answer;

/* Asks one who says that the score is TEXT. */
static enum scan_result
hear(const char *text)
{
	static struct scan_asked asked = {.what = SCAN_SPAM};
	static struct scan s;
	int end[2];

	answer = (struct scan_answer){.result = SCAN_FAILED};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) == -1)
		exit(99);
	dprintf(end[1], "SPAMD/1.1 0 EX_OK\r\nSpam: %s\r\n\r\nRULE\r\n", text);
	shutdown(end[1], SHUT_WR);
	s.asked = &asked;
	s.answer = &answer;
	s.fd = end[0];
	s.message = -1;
	s.deadline = wire_now() + 2000;
	spamd_ask(&s);
	close(end[0]);
	close(end[1]);
	return answer.result;
}

static void
is_none(const char *text)
{
	is_int(hear(text), SCAN_FAILED, text);
	is_str(answer.reason, "spamd: its reply has no score", "is no score");
	ok(answer.score == 0 && answer.threshold == 0,
	    "and can be said on (scanproto.h)");
}

int
main(void)
{
	is_int(hear("True ; 1000.5 / 5.0"), SCAN_CLEAN, "a score");
	ok(answer.score > 1000.4 && answer.threshold > 4.9, "as it was told");
	is_str(answer.name, "RULE", "and a rule");
	is_none("False");
	is_none("True ; x / 5.0");
	is_none("True ; 1e999 / 5.0");
	is_none("True ; nan / 5.0");
	is_none("True ; 6.0 , 5.0");
	is_none("True ; 6.0 / inf");
	is_none("True ; 6.0 / ");
	return done();
}
