/* SPDX-License-Identifier: ISC */
#include "refusal.h"

#include <stdio.h>
#include <sys/socket.h>

#include "log.h"

enum { TEXT = 512, LOG_EVERY = 1 };

/* The greeting has not begun, so 421 may be all of it (RFC 5321 3.8, 4.2.3). */
void
refusal_send(struct refusal *r, int fd, const struct ip *ip,
    enum crowd_answer answer, const char *hostname)
{
	char text[TEXT], address[IP_TEXT], times[16];
	time_t now = time(NULL);
	int n;

	ip_format(ip, address);
	if (answer == CROWD_NETWORK_FULL)
		n = snprintf(text, sizeof text,
		    "421 4.7.0 %s Too many connections from [%s]; "
		    "try again later\r\n",
		    hostname, address);
	else
		n = snprintf(text, sizeof text,
		    "421 4.3.2 %s Too many connections; try again later\r\n",
		    hostname);
	send(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	r->n++;
	if (now - r->logged < LOG_EVERY)
		return;
	snprintf(times, sizeof times, "%u", r->n);
	log_event(
	    LOG_L_INFO, "too-many", "client", address, "refused", times, NULL);
	r->n = 0;
	r->logged = now;
}
