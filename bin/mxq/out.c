/* SPDX-License-Identifier: ISC */
/* Rows of a table, for people and for programs. */
#include "out.h"

#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"

enum { CELL_ROOM = 64, WIDTH = 80 };

static void head(struct out *, const struct column *, size_t);
static void human_row(
    struct out *, const struct column *, size_t, const struct cell *);
static void plain_row(
    struct out *, const struct column *, size_t, const struct cell *);
static void json_row(
    struct out *, const struct column *, size_t, const struct cell *);
static void column(
    struct out *, const struct column *, const char *, unsigned *);
static const char *human_cell(const struct out *, enum cell_kind,
    const struct cell *, char room[CELL_ROOM]);
static const char *size_text(uint64_t, char room[CELL_ROOM]);

void
out_open(struct out *o, FILE *f, bool json)
{
	struct winsize ws;

	*o = (struct out){.f = f, .utf8 = true, .width = WIDTH};
	time(&o->now);
	o->mode = json ? OUT_JSON : isatty(fileno(f)) ? OUT_HUMAN : OUT_PLAIN;
	if (o->mode != OUT_HUMAN)
		return;
	o->utf8 = setlocale(LC_CTYPE, "") != NULL &&
	    strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (ioctl(fileno(f), TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 40)
		o->width = ws.ws_col;
}

void
out_row(struct out *o, const struct column *columns, size_t n,
    const struct cell *cells)
{
	if (o->mode == OUT_JSON) {
		json_row(o, columns, n, cells);
		return;
	}
	if (o->mode == OUT_PLAIN) {
		plain_row(o, columns, n, cells);
		return;
	}
	if (!o->headed)
		head(o, columns, n);
	o->headed = true;
	human_row(o, columns, n, cells);
}

const char *
out_time(time_t when, char buf[OUT_TIME])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(buf, OUT_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		strlcpy(buf, "-", OUT_TIME);
	return buf;
}

const char *
out_span(time_t seconds, char buf[OUT_SPAN])
{
	static const struct {
		time_t from, unit;
		char sign;
	} step[] = {{2 * 86400, 86400, 'd'}, {2 * 3600, 3600, 'h'},
	    {120, 60, 'm'}, {0, 1, 's'}};
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (seconds < step[i].from)
		i++;
	snprintf(buf, OUT_SPAN, "%lld%c", (long long)(seconds / step[i].unit),
	    step[i].sign);
	return buf;
}

static void
head(struct out *o, const struct column *columns, size_t n)
{
	unsigned used = 0;

	for (size_t i = 0; i < n; i++)
		column(o, &columns[i], columns[i].title, &used);
	fputc('\n', o->f);
}

static void
human_row(struct out *o, const struct column *columns, size_t n,
    const struct cell *cells)
{
	char room[CELL_ROOM];
	unsigned used = 0;

	for (size_t i = 0; i < n; i++)
		column(o, &columns[i],
		    human_cell(o, columns[i].kind, &cells[i], room), &used);
	fputc('\n', o->f);
}

/* Numbers to the right, text to the left, and no line longer than the
 * terminal is wide. */
static void
column(struct out *o, const struct column *c, const char *text, unsigned *used)
{
	unsigned left = o->width > *used + 1 ? o->width - *used - 1 : 1;

	if (c->title == NULL)
		return;
	if (c->width == 0 || c->width >= left) {
		if (left > 1)
			text_print_column(o->f, text, o->utf8, left, false);
		*used = o->width;
		return;
	}
	if (c->kind == CELL_TEXT)
		text_print_column(o->f, text, o->utf8, c->width, true);
	else
		fprintf(o->f, "%*s", (int)c->width, text);
	fputs("  ", o->f);
	*used += c->width + 2;
}

static const char *
human_cell(const struct out *o, enum cell_kind kind, const struct cell *c,
    char room[CELL_ROOM])
{
	switch (kind) {
	case CELL_TEXT:
		return c->text == NULL ? "-" : c->text;
	case CELL_COUNT:
		snprintf(room, CELL_ROOM, "%" PRIu64, c->number);
		return room;
	case CELL_SIZE:
		return size_text(c->number, room);
	case CELL_AGE:
		return c->when == 0 ? "-" : out_span(o->now - c->when, room);
	case CELL_NEXT:
		if (c->when != 0 && c->when <= o->now)
			return "now";
		return c->when == 0 ? "-" : out_span(c->when - o->now, room);
	}
	return "-";
}

/* "999", "1.0K" … "1.0G" */
static const char *
size_text(uint64_t octets, char room[CELL_ROOM])
{
	static const char sign[] = "KMGTPE";
	double n = (double)octets / 1024;
	size_t i = 0;

	if (octets < 1000) {
		snprintf(room, CELL_ROOM, "%" PRIu64, octets);
		return room;
	}
	while (n >= 1000 && sign[i + 1] != '\0') {
		n /= 1024;
		i++;
	}
	snprintf(room, CELL_ROOM, n < 10 ? "%.1f%c" : "%.0f%c", n, sign[i]);
	return room;
}

static void
plain_row(struct out *o, const struct column *columns, size_t n,
    const struct cell *cells)
{
	char when[OUT_TIME];

	for (size_t i = 0; i < n; i++) {
		const struct cell *c = &cells[i];

		if (i > 0)
			fputc('\t', o->f);
		if (columns[i].kind == CELL_TEXT)
			text_print(o->f, c->text == NULL ? "-" : c->text, true);
		else if (columns[i].kind <= CELL_SIZE)
			fprintf(o->f, "%" PRIu64, c->number);
		else
			fputs(
			    c->when == 0 ? "-" : out_time(c->when, when), o->f);
	}
	fputc('\n', o->f);
}

static void
json_row(struct out *o, const struct column *columns, size_t n,
    const struct cell *cells)
{
	char when[OUT_TIME];

	for (size_t i = 0; i < n; i++) {
		const struct cell *c = &cells[i];

		fprintf(o->f, "%s\"%s\":", i == 0 ? "{" : ",", columns[i].name);
		if (columns[i].kind == CELL_COUNT ||
		    columns[i].kind == CELL_SIZE)
			fprintf(o->f, "%" PRIu64, c->number);
		else if (columns[i].kind == CELL_TEXT && c->text != NULL)
			text_print_json(o->f, c->text);
		else if (columns[i].kind != CELL_TEXT && c->when != 0)
			fprintf(o->f, "\"%s\"", out_time(c->when, when));
		else
			fputs("null", o->f);
	}
	fputs("}\n", o->f);
}
