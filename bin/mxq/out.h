/* SPDX-License-Identifier: ISC */
/*
 * One row in three dresses: aligned columns on a terminal, stable columns with
 * tabs between them elsewhere, one JSON object a line for programs.
 */
#ifndef OUT_H
#define OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum out_mode { OUT_HUMAN, OUT_PLAIN, OUT_JSON };

struct out {
	FILE *f;
	enum out_mode mode;
	bool utf8;	/* the terminal's character set, true elsewhere */
	bool headed;	/* the head of the table is out */
	unsigned width; /* of the terminal */
	time_t now;
};

enum cell_kind {
	CELL_TEXT,
	CELL_COUNT,
	CELL_SIZE, /* octets */
	CELL_AGE,  /* a time in the past */
	CELL_NEXT  /* a time to come */
};

struct column {
	const char *name;  /* of JSON */
	const char *title; /* on a terminal; NULL: not shown there */
	enum cell_kind kind;
	unsigned width; /* on a terminal; the last takes what is left */
};

struct cell {
	const char *text; /* NULL: none */
	uint64_t number;
	time_t when; /* 0: none */
};

void out_open(struct out *, FILE *, bool json);
void out_row(
    struct out *, const struct column *, size_t n, const struct cell *);

enum { OUT_TIME = 32, OUT_SPAN = 24 };
/* "2026-11-24T02:15:00Z" (RFC 3339). */
const char *out_time(time_t, char buf[OUT_TIME]);
/* "12s", "5m", "3h", "9d". */
const char *out_span(time_t seconds, char buf[OUT_SPAN]);

#endif
