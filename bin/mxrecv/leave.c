/* SPDX-License-Identifier: ISC */
#include "leave.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "wire.h"

static volatile sig_atomic_t asked;

static void note(int);

void
leave_when_asked(void)
{
	struct sigaction action;
	sigset_t term;

	memset(&action, 0, sizeof action);
	action.sa_handler = note;
	action.sa_flags = SA_RESTART;
	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
}

/* The signal is let in while we wait, and at no other moment: not between the
 * look and the wait. */
bool
leave_wait(int fd, int64_t until)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	sigset_t none;
	int64_t left;
	int n = -1;

	sigemptyset(&none);
	while (!asked && n == -1 && (left = until - wire_now()) > 0) {
		struct timespec t = {left / 1000, left % 1000 * 1000000};

		n = ppoll(&p, 1, &t, &none);
		if (n == -1 && errno != EINTR)
			break;
	}
	return asked && n != 1;
}

static void
note(int signal)
{
	(void)signal;
	asked = 1;
}
