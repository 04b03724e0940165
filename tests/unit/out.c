/* SPDX-License-Identifier: ISC */
/* A row of mxq on a terminal, between tabs and as JSON. */
#include "../../bin/mxq/out.h"

#include <stdlib.h>

#include "tap.h"

enum { NOW = 1800000000 };

static const struct column columns[] = {
    {"who", "WHO", CELL_TEXT, 6},
    {"n", "N", CELL_COUNT, 4},
    {"octets", "SIZE", CELL_SIZE, 5},
    {"came", "AGE", CELL_AGE, 4},
    {"next", "NEXT", CELL_NEXT, 4},
    {"hidden", NULL, CELL_TEXT, 0},
    {"why", "WHY", CELL_TEXT, 0},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static char text[4096];

/* One row of O, as it comes out. */
static const char *
row(struct out *o, const struct cell cells[COLUMNS])
{
	o->f = fmemopen(text, sizeof text, "w");
	if (o->f == NULL)
		exit(99);
	out_row(o, columns, COLUMNS, cells);
	fclose(o->f);
	return text;
}

static void
rows(void)
{
	const struct cell full[COLUMNS] = {{.text = "a\tb"}, {.number = 7},
	    {.number = 2048}, {.when = NOW - 60}, {.when = NOW + 7200}, {0},
	    {.text = "because"}};
	const struct cell empty[COLUMNS] = {{0}};
	const struct cell due[COLUMNS] = {
	    {.text = "much too long"}, {0}, {0}, {0}, {.when = NOW - 1}};
	struct out o = {.mode = OUT_HUMAN, .width = 60, .now = NOW};

	is_str(row(&o, full),
	    "WHO        N   SIZE   AGE  NEXT  WHY\n"
	    "a\\x09b     7   2.0K   60s    2h  because\n",
	    "a head, once, and what others wrote made safe");
	is_str(row(&o, empty), "-          0      0     -     -  -\n",
	    "nothing at all");
	is_str(row(&o, due), "much +     0      0     -   now  -\n",
	    "what is due, what is cut");
	o.width = 12;
	is_str(row(&o, full), "a\\x09b  7\n", "what has room on a line");
	o.width = 8;
	is_str(row(&o, full), "a\\x09b  \n", "or nearly none");
	o.mode = OUT_PLAIN;
	is_str(row(&o, full),
	    "a\\x09b\t7\t2048\t2027-01-15T07:59:00Z\t2027-01-15T10:00:00Z\t-"
	    "\tbecause\n",
	    "between tabs");
	is_str(row(&o, empty), "-\t0\t0\t-\t-\t-\t-\n", "nothing, too");
	o.mode = OUT_JSON;
	is_str(row(&o, full),
	    "{\"who\":\"a\\u0009b\",\"n\":7,\"octets\":2048,"
	    "\"came\":\"2027-01-15T07:59:00Z\","
	    "\"next\":\"2027-01-15T10:00:00Z\",\"hidden\":null,"
	    "\"why\":\"because\"}\n",
	    "as an object");
	is_str(row(&o, empty),
	    "{\"who\":null,\"n\":0,\"octets\":0,\"came\":null,\"next\":null,"
	    "\"hidden\":null,\"why\":null}\n",
	    "nothing is null");
}

static void
size_is(uint64_t octets, const char *want)
{
	static const struct column size[] = {{"n", "N", CELL_SIZE, 8}};
	const struct cell cell = {.number = octets};
	struct out o = {
	    .mode = OUT_HUMAN, .width = 60, .now = NOW, .headed = true};

	o.f = fmemopen(text, sizeof text, "w");
	out_row(&o, size, 1, &cell);
	fclose(o.f);
	text[strcspn(text, "\n")] = '\0';
	is_str(text + strspn(text, " "), want, want);
}

static void
times(void)
{
	char span[OUT_SPAN], when[OUT_TIME];

	is_str(out_span(-5, span), "0s", "no time is before now");
	is_str(out_span(119, span), "119s", "seconds");
	is_str(out_span(7199, span), "119m", "minutes");
	is_str(out_span(2 * 86400 - 1, span), "47h", "hours");
	is_str(out_span(9 * 86400, span), "9d", "days");
	is_str(out_time(INT64_MAX, when), "-", "a year that can not be told");
}

int
main(void)
{
	rows();
	size_is(999, "999  ");
	size_is(1000, "1.0K  ");
	size_is(20480, "20K  ");
	size_is(5 << 20, "5.0M  ");
	size_is((uint64_t)3 << 30, "3.0G  ");
	size_is(UINT64_MAX, "16E  ");
	times();
	return done();
}
