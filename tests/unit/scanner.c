/* SPDX-License-Identifier: ISC */
/* mx-scan's talk with scanners: what they answer, or do not. */
#include "../../libexec/mx-scan/scan.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../libexec/mx-scan/copy.h"
#include "tap.h"
#include "wire.h"

enum { SIZE = 4 << 20, SOON = 2000 };

static struct scan_asked asked;
static struct scan_answer answer;
static struct scan s;
static int message;

/* A scanner that has said REPLY, and hears no more when it is GONE. */
static int
begin(enum scan_what what, const char *reply, bool gone)
{
	int fd[2];

	asked = (struct scan_asked){.what = what, .size = 1000};
	answer = (struct scan_answer){.result = SCAN_FAILED};
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1 ||
	    fcntl(fd[0], F_SETFL, O_NONBLOCK) == -1 ||
	    write(fd[1], reply, strlen(reply)) != (ssize_t)strlen(reply))
		exit(99);
	shutdown(fd[1], gone ? SHUT_RDWR : SHUT_WR);
	s = (struct scan){.asked = &asked,
	    .answer = &answer,
	    .message = message,
	    .fd = fd[0],
	    .deadline = wire_now() + SOON};
	return fd[1];
}

static void
end(int other)
{
	close(other);
	close(s.fd);
}

static void
clamd(const char *reply, enum scan_result want, const char *text)
{
	int other = begin(SCAN_MALWARE, reply, false);

	clamd_ask(&s);
	ok(answer.result == want &&
		strstr(want == SCAN_FOUND ? answer.name : answer.reason,
		    text) != NULL,
	    "clamd: %s: %d (%s%s)", reply, answer.result, answer.name,
	    answer.reason);
	end(other);
}

static void
spamd(const char *reply, enum scan_result want, const char *text)
{
	int other = begin(SCAN_SPAM, reply, false);

	strlcpy(asked.trace, "X: y\r\n", sizeof asked.trace);
	spamd_ask(&s);
	ok(answer.result == want && strstr(answer.reason, text) != NULL,
	    "spamd, %zu octets: %d (%s)", strlen(reply), answer.result,
	    answer.reason);
	end(other);
}

/* A reply of clamd ends with NUL, which a string here can not have: so the end
 * of its stream comes first, and of these none is an answer. */
static void
unended(void)
{
	static char endless[REPLY_MOST + 2];

	clamd("", SCAN_FAILED, "closed the connection");
	clamd("stream: OK", SCAN_FAILED, "closed the connection");
	memset(endless, 'x', sizeof endless - 1);
	clamd(endless, SCAN_FAILED, "no end");
	spamd(endless, SCAN_FAILED, "no end");
}

static void
clamd_says(const char *reply, size_t n, enum scan_result want, const char *text)
{
	int other = begin(SCAN_MALWARE, "", false), more[2];

	end(other);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, more) == -1 ||
	    fcntl(more[0], F_SETFL, O_NONBLOCK) == -1 ||
	    write(more[1], reply, n) != (ssize_t)n)
		exit(99);
	s.fd = more[0];
	clamd_ask(&s);
	ok(answer.result == want &&
		strstr(want == SCAN_FOUND ? answer.name : answer.reason,
		    text) != NULL,
	    "clamd: %s", reply);
	end(more[1]);
}
#define CLAMD(reply, want, text) clamd_says(reply, sizeof(reply), want, text)

static void
answers(void)
{
	static const char ok_head[] = "SPAMD/1.1 0 EX_OK\r\n";
	char reply[256];

	CLAMD("stream: OK", SCAN_CLEAN, "");
	CLAMD("OK", SCAN_CLEAN, "");
	CLAMD("stream: Eicar FOUND", SCAN_FOUND, "Eicar");
	CLAMD("stream: Heuristics.Limits.Exceeded.X FOUND", SCAN_TOO_BIG, "");
	CLAMD("INSTREAM size limit exceeded. ERROR", SCAN_TOO_BIG, "");
	CLAMD("stream: FOUND", SCAN_FAILED, "FOUND");
	CLAMD("x", SCAN_FAILED, "clamd: x");
	spamd("", SCAN_FAILED, "no answer");
	spamd("SPAMD/1.1 76 EX_PROTOCOL\r\n\r\n", SCAN_FAILED, "no answer");
	spamd(ok_head, SCAN_FAILED, "no answer");
	spamd("HTTP/1.1 0 EX_OK\r\n\r\n", SCAN_FAILED, "no answer");
	spamd("SPAMD/1.1 0 EX_OK\r\n\r\nX", SCAN_FAILED, "no score");
	spamd("SPAMD/1.1 0 EX_OK\r\n\r\n\r\nSpam: True ; 1 / 5", SCAN_FAILED,
	    "no score");
	for (size_t i = 0; i < 7; i++) {
		static const char *const bad[] = {"True", "True ; ", "True ; x",
		    "True ; inf / 5", "True ; 1 of 5", "True ; 1 / ",
		    "True ; 1 / nan"};

		snprintf(reply, sizeof reply, "%sSpam: %s\r\n\r\nA", ok_head,
		    bad[i]);
		spamd(reply, SCAN_FAILED, "no score");
	}
	snprintf(reply, sizeof reply, "%sSpam: True ; 7.5 / 5\r\n\r\nA,B\r\n",
	    ok_head);
	spamd(reply, SCAN_CLEAN, "");
	ok(answer.score > 7.4 && answer.threshold > 4.9, "with its score");
	is_str(answer.name, "A,B", "and its rules");
}

/* It is there, and neither reads nor writes, or is gone. */
static void
silent(void)
{
	int other = begin(SCAN_SPAM, "", false), pair[2];

	end(other);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1 ||
	    fcntl(pair[0], F_SETFL, O_NONBLOCK) == -1)
		exit(99);
	s.fd = pair[0];
	s.deadline = wire_now() + 50;
	ok(!scan_hear(&s, '\0') && strstr(answer.reason, "in time") != NULL,
	    "one that says nothing: %s", answer.reason);
	ok(!scan_hear(&s, '\0'), "nor is it waited for when time is over");
	asked.size = SIZE;
	s.deadline = wire_now() + 50;
	spamd_ask(&s);
	ok(strstr(answer.reason, "in time") != NULL, "one that reads nothing");
	close(pair[1]);
	spamd_ask(&s);
	ok(answer.result == SCAN_FAILED, "one that is gone: %s", answer.reason);
	clamd_ask(&s);
	ok(answer.result == SCAN_FAILED, "clamd too: %s", answer.reason);
	close(pair[0]);
}

/* A message shorter than it is said to be. */
static void
short_message(void)
{
	int other = begin(SCAN_SPAM, "", false);

	asked.offset = SIZE - 10;
	spamd_ask(&s);
	ok(strstr(answer.reason, "can not be read") != NULL, "spamd: %s",
	    answer.reason);
	end(other);
	other = begin(SCAN_MALWARE, "", false);
	asked.offset = SIZE - 10;
	clamd_ask(&s);
	ok(strstr(answer.reason, "can not be read") != NULL, "clamd: %s",
	    answer.reason);
	end(other);
}

static bool
connects(const char *to, const char *text)
{
	bool good;

	asked = (struct scan_asked){.what = SCAN_MALWARE};
	answer = (struct scan_answer){.result = SCAN_FAILED};
	s = (struct scan){.asked = &asked,
	    .answer = &answer,
	    .fd = -1,
	    .deadline = wire_now() + SOON};
	strlcpy(asked.socket, to, sizeof asked.socket);
	good = scan_connect(&s);
	if (s.fd != -1)
		close(s.fd);
	ok(good == (*text == '\0') && strstr(answer.reason, text) != NULL,
	    "%.40s: %s", to, good ? "connected" : answer.reason);
	return good;
}

static void
addresses(void)
{
	static const char no_address[] = "neither a path nor IP:port";
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char path[300], to[64];

	memset(path, 'x', sizeof path);
	*path = '/';
	path[sizeof path - 1] = '\0';
	connects(path, no_address);
	connects("localhost", no_address);
	connects("localhost:3310", no_address);
	connects("192.0.2.1:0", no_address);
	connects("192.0.2.1:many", no_address);
	connects("[]:1", no_address);
	connects("[192.0.2.1:1", no_address);
	connects("/nowhere/at/all", "No such file");
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&sin, sizeof sin) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		exit(99);
	snprintf(to, sizeof to, "127.0.0.1:%u", ntohs(sin.sin_port));
	connects(to, "refused");
	if (listen(fd, 5) == -1)
		exit(99);
	connects(to, "");
	snprintf(to, sizeof to, "[127.0.0.1]:%u", ntohs(sin.sin_port));
	connects(to, "");
	close(fd);
}

static void
copies(void)
{
	struct stat st;

	is_int(copy_descriptor(), -1, "no copy");
	copy_message(message, 0, 0);
	is_int(copy_descriptor(), -1, "nor of nothing");
	copy_message(message, 0, (uint64_t)COPY_MOST + 1);
	is_int(copy_descriptor(), -1, "nor of what is too large");
	copy_message(message, SIZE - 10, 1000);
	is_int(copy_descriptor(), -1, "nor of what is not there");
	copy_message(-1, 0, 1000);
	is_int(copy_descriptor(), -1, "nor of no file");
	copy_message(message, 10, 1000);
	ok(copy_descriptor() != -1 && fstat(copy_descriptor(), &st) == 0 &&
		st.st_size == 1000,
	    "but of a message");
}

/* What has a copy is passed, and what can not be passed is said. */
static void
passing(void)
{
	int other = begin(SCAN_MALWARE, "fd[1]: OK", false);

	s.local = true;
	clamd_ask(&s);
	ok(strstr(answer.reason, "closed") != NULL, "passed, no end: %s",
	    answer.reason);
	end(other);
	other = begin(SCAN_MALWARE, "", true);
	s.local = true;
	clamd_ask(&s);
	is_int(answer.result, SCAN_FAILED, "gone before it is passed one");
	end(other);
}

int
main(void)
{
	message = memfd_create("message", 0);
	if (message == -1 || ftruncate(message, SIZE) == -1)
		return 99;
	unended();
	answers();
	silent();
	short_message();
	addresses();
	copies();
	passing();
	return done();
}
