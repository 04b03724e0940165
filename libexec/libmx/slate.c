/* SPDX-License-Identifier: ISC */
#include "slate.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = SLATE_MOST / PAGE };

bool
slate_init(struct slate *s, size_t n, bool again)
{
	*s = (struct slate){.n = n};
	if (n > SLATE_MOST) {
		errno = EINVAL;
		return false;
	}
	s->octets = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->octets == MAP_FAILED)
		return false;
	/* a page in swap would look like one that was never touched */
	s->known = again && sysconf(_SC_PAGESIZE) == PAGE &&
	    mlock2(s->octets, n, MLOCK_ONFAULT) == 0;
	return true;
}

void
slate_wipe(const struct slate *s, void *p, size_t n)
{
	size_t at = (size_t)((char *)p - (char *)s->octets), end = at + n;
	size_t first = at / PAGE, to = (end + PAGE - 1) / PAGE;
	unsigned char there[PAGES];

	if (!s->known ||
	    mincore((char *)s->octets + first * PAGE, (to - first) * PAGE,
		there) == -1) {
		explicit_bzero(p, n);
		return;
	}
	for (size_t i = first; i < to; i++) {
		size_t next = (i + 1) * PAGE < end ? (i + 1) * PAGE : end;

		if (there[i - first] & 1)
			explicit_bzero((char *)s->octets + at, next - at);
		at = next;
	}
}
