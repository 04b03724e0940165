/* SPDX-License-Identifier: ISC */
/*
 * The log: one line an event.  Under inetd fd 2 is the client's connection,
 * and whatever a library writes there would become part of the dialogue.
 */
#include "log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

enum { LINE = 2048, VALUE = 300 };

static size_t format(char *, size_t, const char *, va_list);
static size_t put(char *, size_t, size_t, const char *, size_t);
static size_t put_value(char *, size_t, size_t, const char *);
static bool is_client(int);

static enum log_level threshold = LOG_L_INFO;
static bool to_syslog;

void
log_open(const char *program, enum log_level level)
{
	int null;

	threshold = level;
	if (fcntl(STDERR_FILENO, F_GETFD) != -1 && !is_client(STDERR_FILENO))
		return;
	to_syslog = true;
	if ((null = open("/dev/null", O_RDWR)) != -1 && null != STDERR_FILENO) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
	openlog(program, LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void
log_event(enum log_level level, const char *event, ...)
{
	static const int priority[] = {LOG_ERR, LOG_INFO, LOG_DEBUG};
	char line[LINE + 1];
	va_list ap;
	size_t n;

	if (level > threshold)
		return;
	va_start(ap, event);
	n = format(line, LINE, event, ap);
	va_end(ap);
	if (to_syslog) {
		syslog(priority[level], "%s", line);
		return;
	}
	line[n++] = '\n';
	/* one write, so that lines of many processes do not mix */
	if (write(STDERR_FILENO, line, n) == -1)
		return; /* there is nowhere to say so */
}

size_t
log_format(char *out, size_t size, const char *event, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, event);
	n = format(out, size, event, ap);
	va_end(ap);
	return n;
}

static size_t
format(char *out, size_t size, const char *event, va_list ap)
{
	size_t at = put(out, size, 0, event, strlen(event));
	const char *key;

	while ((key = va_arg(ap, const char *)) != NULL) {
		const char *value = va_arg(ap, const char *);

		if (value == NULL)
			continue;
		at = put(out, size, at, " ", 1);
		at = put(out, size, at, key, strlen(key));
		at = put(out, size, at, "=", 1);
		at = put_value(out, size, at, value);
	}
	return at;
}

/* Appends what fits, and ends the string. */
static size_t
put(char *out, size_t size, size_t at, const char *s, size_t n)
{
	if (n > size - 1 - at)
		n = size - 1 - at;
	memcpy(out + at, s, n);
	out[at + n] = '\0';
	return at + n;
}

static size_t
put_value(char *out, size_t size, size_t at, const char *value)
{
	size_t n = strnlen(value, VALUE), plain = 0;
	char octet[5];

	while (plain < n && value[plain] > 0x20 && value[plain] < 0x7f &&
	    strchr("\"\\=", value[plain]) == NULL)
		plain++;
	if (plain == n && n > 0)
		return put(out, size, at, value, n);
	at = put(out, size, at, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == '"' || c == '\\')
			snprintf(octet, sizeof octet, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			snprintf(octet, sizeof octet, "\\x%02x", c);
		else
			snprintf(octet, sizeof octet, "%c", c);
		at = put(out, size, at, octet, strlen(octet));
	}
	return put(out, size, at, "\"", 1);
}

/* The same open socket as fd 0? */
static bool
is_client(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && S_ISSOCK(a.st_mode) &&
	    fstat(STDIN_FILENO, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino;
}
