/* SPDX-License-Identifier: ISC */
#include "report_json.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ip.h"

enum { DAY = 86400, STAMP = 24, LINE = 256, DISCARD = 9 };

static void write_policy(struct report_json *, size_t from, size_t to);
static void write_lines(
    struct report_json *, const struct tlsrpt_row *, bool hosts);
static void write_failure(struct report_json *, const struct tlsrpt_row *);
static size_t end_of_policy(const struct report_json *, size_t from);
static void our_address(const char *theirs, char out[IP_TEXT]);
static void stamp(int64_t when, char out[STAMP]);
static void member(struct report_json *, const char *key, const char *value);
static void string(struct report_json *, const char *, size_t);
static void put(struct report_json *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void
report_json_id(const struct report_json *j, char out[REPORT_ID])
{
	char day[STAMP] = "";

	stamp(j->day->day * DAY, day);
	snprintf(out, REPORT_ID, "%.10s.%s@%s", day, j->day->domain,
	    j->conf->hostname);
}

int
report_json_write(struct report_json *j)
{
	char begin[STAMP] = "", end[STAMP] = "", id[REPORT_ID];
	char contact[MAILBOX_LEN + 1];

	stamp(j->day->day * DAY, begin);
	stamp(j->day->day * DAY + DAY - 1, end);
	report_json_id(j, id);
	strlcpy(contact, j->conf->postmaster, sizeof contact);
	if (*contact == '\0')
		snprintf(contact, sizeof contact, "postmaster@%.*s", DOMAIN_LEN,
		    j->conf->hostname);
	put(j, "{\r\n");
	member(j, "organization-name", j->conf->hostname);
	put(j, ",\r\n\"date-range\":{\r\n");
	member(j, "start-datetime", begin);
	put(j, ",\r\n");
	member(j, "end-datetime", end);
	put(j, "},\r\n");
	member(j, "contact-info", contact);
	put(j, ",\r\n");
	member(j, "report-id", id);
	put(j, ",\r\n\"policies\":[");
	for (size_t at = 0, to; at < j->n; at = to) {
		to = end_of_policy(j, at);
		put(j, at > 0 ? ",\r\n" : "\r\n");
		write_policy(j, at, to);
	}
	put(j, "]}\r\n");
	return j->result;
}

static void
write_policy(struct report_json *j, size_t from, size_t to)
{
	const struct tlsrpt_row *first = &j->rows[from];
	uint64_t good = 0, bad = 0;
	bool begun = false;

	for (size_t i = from; i < to; i++)
		*(*j->rows[i].result == '\0' ? &good : &bad) +=
		    j->rows[i].sessions;
	put(j, "{\"policy\":{\r\n");
	member(j, "policy-type", first->policy);
	put(j, ",\r\n");
	if (*first->policy_text != '\0') {
		put(j, "\"policy-string\":[");
		write_lines(j, first, false);
		put(j, "],\r\n");
	}
	member(j, "policy-domain", first->policy_domain);
	if (strcmp(first->policy, "sts") == 0) {
		put(j, ",\r\n\"mx-host\":[");
		write_lines(j, first, true);
		put(j, "]");
	}
	put(j,
	    "},\r\n\"summary\":{\r\n"
	    "\"total-successful-session-count\":%" PRIu64
	    ",\r\n\"total-failure-session-count\":%" PRIu64
	    "},\r\n\"failure-details\":[",
	    good, bad);
	for (size_t i = from; i < to; i++) {
		if (*j->rows[i].result == '\0')
			continue;
		put(j, begun ? ",\r\n" : "\r\n");
		begun = true;
		write_failure(j, &j->rows[i]);
	}
	put(j, "]}");
}

/* Of the policy's text all lines; or of those that name hosts what they name,
 * as "mx: *.example.com" of MTA-STS. */
static void
write_lines(struct report_json *j, const struct tlsrpt_row *r, bool hosts)
{
	const char *s = r->policy_text, *comma = "";

	while (*s != '\0') {
		size_t n = strcspn(s, "\n");
		size_t head = hosts ? 3 + strspn(s + 3, " ") : 0;

		if (n > 0 && (!hosts || (n > 3 && strncmp(s, "mx:", 3) == 0))) {
			put(j, "%s\r\n", comma);
			string(j, s + head, n - head);
			comma = ",";
		}
		s += n + (s[n] == '\n');
	}
}

static void
write_failure(struct report_json *j, const struct tlsrpt_row *r)
{
	char ours[IP_TEXT];

	put(j, "{");
	member(j, "result-type", r->result);
	our_address(r->ip, ours);
	if (*ours != '\0') {
		put(j, ",\r\n");
		member(j, "sending-mta-ip", ours);
	}
	put(j, ",\r\n");
	member(j, "receiving-mx-hostname", r->host);
	if (*r->ip != '\0') {
		put(j, ",\r\n");
		member(j, "receiving-ip", r->ip);
	}
	put(j, ",\r\n\"failed-session-count\":%" PRIu64 ",\r\n", r->sessions);
	member(j, "failure-reason-code", r->reason);
	put(j, "}");
}

static size_t
end_of_policy(const struct report_json *j, size_t from)
{
	const struct tlsrpt_row *a = &j->rows[from];
	size_t to = from + 1;

	while (to < j->n && strcmp(j->rows[to].policy, a->policy) == 0 &&
	    strcmp(j->rows[to].policy_domain, a->policy_domain) == 0 &&
	    strcmp(j->rows[to].policy_text, a->policy_text) == 0)
		to++;
	return to;
}

/* That the kernel would take to go there; no packet is sent for that. */
static void
our_address(const char *theirs, char out[IP_TEXT])
{
	struct sockaddr_storage ss;
	socklen_t len;
	struct ip ip;
	int fd;

	*out = '\0';
	if (!ip_parse(&ip, theirs, strlen(theirs)) ||
	    (fd = socket(ip.family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return;
	len = ip_to_sockaddr(&ip, DISCARD, &ss);
	if (connect(fd, (struct sockaddr *)&ss, len) == 0 &&
	    getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	    ip_from_sockaddr(&ip, (struct sockaddr *)&ss))
		ip_format(&ip, out);
	close(fd);
}

static void
stamp(int64_t when, char out[STAMP])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		strftime(out, STAMP, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void
member(struct report_json *j, const char *key, const char *value)
{
	put(j, "\"%s\":", key);
	string(j, value, strlen(value));
}

/* What is not printable ASCII is nothing that we wrote. */
static void
string(struct report_json *j, const char *s, size_t n)
{
	char text[2 * TLSRPT_TEXT + 2];
	size_t len = 0;

	text[len++] = '"';
	for (size_t i = 0; i < n && i < TLSRPT_TEXT - 1; i++) {
		if (s[i] == '"' || s[i] == '\\')
			text[len++] = '\\';
		text[len++] = s[i] >= 0x20 && s[i] < 0x7f ? s[i] : '?';
	}
	text[len++] = '"';
	if (j->result == 0)
		j->result = draft_write(j->draft, text, len);
}

static void
put(struct report_json *j, const char *fmt, ...)
{
	char text[LINE];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (j->result == 0 && n > 0 && n < LINE)
		j->result = draft_write(j->draft, text, (size_t)n);
}
