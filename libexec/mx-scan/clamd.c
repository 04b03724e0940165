/* SPDX-License-Identifier: ISC */
/*
 * clamd(8): on this host it is passed a descriptor (FILDES), elsewhere, or
 * where it will not have one, the octets (INSTREAM).
 *
 *	zFILDES NUL, a descriptor
 *	fd[10]: Eicar-Signature FOUND NUL
 *
 * A descriptor has to begin with the message, or clamd would not take it for
 * mail; ours begins with the spool file's head.  So it gets a copy in memory,
 * where that is not too large.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "copy.h"
#include "scan.h"

static bool pass(struct scan *, int fd);
static bool stream(struct scan *);
static bool send_chunk(struct scan *, const char *, size_t);
static void judge(struct scan *);

void
clamd_ask(struct scan *s)
{
	int fd = copy_descriptor();

	if (fd != -1 && s->local ? pass(s, fd) : stream(s))
		judge(s);
}

static bool
pass(struct scan *s, int fd)
{
	static const char command[] = "zFILDES";
	union {
		char octets[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.octets = {0}};
	char nothing = '\0';
	struct iovec io = {&nothing, 1};
	struct msghdr m = {.msg_iov = &io,
	    .msg_iovlen = 1,
	    .msg_control = control.octets,
	    .msg_controllen = sizeof control.octets};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	if (!scan_send(s, command, sizeof command))
		return false;
	if (sendmsg(s->fd, &m, MSG_NOSIGNAL) != 1)
		return scan_failed(s, "the descriptor could not be passed");
	return scan_hear(s, '\0');
}

static bool
stream(struct scan *s)
{
	static const char command[] = "zINSTREAM";
	const uint32_t end = 0;

	if (!scan_send(s, command, sizeof command))
		return false;
	/* a message too large is answered, and the connection closed, while we
	 * still send */
	if (!scan_send_message(
		s, s->asked->offset + s->asked->size, send_chunk) ||
	    !scan_send(s, &end, sizeof end)) {
		struct scan_answer failed = *s->answer;

		if (scan_hear(s, '\0'))
			return true;
		*s->answer = failed;
		return false;
	}
	return scan_hear(s, '\0');
}

static bool
send_chunk(struct scan *s, const char *octets, size_t n)
{
	const uint32_t length = htonl((uint32_t)n);

	return scan_send(s, &length, sizeof length) && scan_send(s, octets, n);
}

/* "stream: OK", "fd[9]: NAME FOUND", "… ERROR". */
static void
judge(struct scan *s)
{
	const char *text = strstr(s->reply, ": ");
	struct scan_answer *a = s->answer;
	size_t n;

	text = text == NULL ? s->reply : text + 2;
	n = strlen(text);
	if (strcmp(text, "OK") == 0) {
		a->result = SCAN_CLEAN;
	} else if (n > 6 && strcmp(text + n - 6, " FOUND") == 0) {
		snprintf(a->name, sizeof a->name, "%.*s", (int)(n - 6), text);
		a->result = strncmp(text, "Heuristics.Limits.Exceeded", 26) == 0
		    ? SCAN_TOO_BIG
		    : SCAN_FOUND;
	} else if (strstr(s->reply, "size limit exceeded") != NULL) {
		a->result = SCAN_TOO_BIG;
	} else {
		scan_failed(s, s->reply);
	}
}
