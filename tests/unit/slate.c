/* SPDX-License-Identifier: ISC */
/* Memory that is used again: what was written is gone, what was not touched
 * stays so. */
#include "slate.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

enum { PAGE = 4096, PAGES = 40, OCTETS = PAGES * PAGE - 100 };

static unsigned
touched(const struct slate *s)
{
	unsigned char there[PAGES];
	unsigned n = 0;

	if (mincore(s->octets, s->n, there) == -1)
		return 0;
	for (unsigned i = 0; i < PAGES; i++)
		n += there[i] & 1;
	return n;
}

/* How many octets from A to B are not zero. */
static size_t
written(const struct slate *s, size_t a, size_t b)
{
	const char *octets = s->octets;
	size_t n = 0;

	for (size_t i = a; i < b; i++)
		n += octets[i] != 0;
	return n;
}

static void
test_wiped(bool again, bool known)
{
	struct slate s;
	char *p;

	ok(slate_init(&s, OCTETS, again), "memory, %s",
	    again ? "again" : "once");
	s.known = s.known && known;
	p = s.octets;
	is_int((long long)written(&s, 0, OCTETS), 0, "zeroes");
	memset(p, 'x', OCTETS);
	slate_wipe(&s, p + 10, 5 * PAGE);
	is_int((long long)written(&s, 0, OCTETS), OCTETS - 5 * PAGE,
	    "a part in it is wiped");
	is_int((long long)written(&s, 10, 10 + 5 * PAGE), 0, "that one");
	slate_wipe(&s, p + 7 * PAGE + 1, 10);
	is_int((long long)written(&s, 7 * PAGE, 8 * PAGE), PAGE - 10,
	    "a few octets");
	slate_wipe(&s, p, OCTETS);
	is_int((long long)written(&s, 0, OCTETS), 0, "and all of it");
	munmap(p, OCTETS);
}

static void
test_untouched(void)
{
	struct slate s;
	char *p;

	ok(slate_init(&s, OCTETS, true), "memory");
	if (!s.known) {
		ok(true, "# SKIP it may not be locked here");
		return;
	}
	p = s.octets;
	is_int(touched(&s), 0, "nothing of it is there");
	p[3 * PAGE + 5] = p[9 * PAGE] = p[OCTETS - 1] = 'x';
	is_int(touched(&s), 3, "then what was written");
	slate_wipe(&s, p, OCTETS);
	is_int(touched(&s), 3, "to wipe it touches no more");
	is_int((long long)written(&s, 0, OCTETS), 0, "and it is gone");
	ok(madvise(p, OCTETS, MADV_PAGEOUT) == -1 && errno == EINVAL,
	    "none goes to swap");
	munmap(p, OCTETS);
}

int
main(void)
{
	struct slate s;

	test_wiped(false, false);
	test_wiped(true, false);
	test_wiped(true, true);
	test_untouched();
	ok(!slate_init(&s, SLATE_MOST + 1, true) && errno == EINVAL,
	    "more than there may be");
	return done();
}
