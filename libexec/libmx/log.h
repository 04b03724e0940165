/* SPDX-License-Identifier: ISC */
/*
 * One line an event, "event key=value …", each value printable and bounded.
 * Called by programs (the files that own a process), never by a parser.
 */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>

enum log_level { LOG_L_ERROR, LOG_L_INFO, LOG_L_DEBUG };

/*
 * Chooses where lines go.  Call it first in main: if fd 2 is the client's
 * connection (classic inetd) or closed, /dev/null takes its place and lines go
 * to syslog(3), facility mail; else they go to stderr.
 */
void log_open(const char *program, enum log_level);

/*
 * log_event(LOG_L_INFO, "deferred", "id", id, "reply", text, NULL): pairs of
 * key and value, ended by NULL.  A NULL value leaves its pair out.  A value
 * with blanks, quotes, '=' or control octets is quoted and escaped; 300 octets
 * of each are kept.
 */
__attribute__((sentinel)) void log_event(
    enum log_level, const char *event, ...);
/* The same line without its end, into OUT; returns its length.  Pure. */
__attribute__((sentinel)) size_t log_format(
    char *out, size_t size, const char *event, ...);

#endif
