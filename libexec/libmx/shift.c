/* SPDX-License-Identifier: ISC */
/* CPU time is counted from the start of a process, so each request begins with
 * less than half of it used. */
#include "shift.h"

#include <malloc.h>
#include <time.h>

#include "wire.h"

static bool has_time(const struct shift *);
static bool has_memory(void);

unsigned
shift_seconds(const struct shift *s)
{
	return 2 * s->seconds;
}

int64_t
shift_patience(const struct shift *s)
{
	return s->requests == 0 ? -1 : wire_now() + SHIFT_IDLE_MS;
}

bool
shift_goes_on(struct shift *s)
{
	return ++s->requests < SHIFT_REQUESTS && has_time(s) && has_memory();
}

static bool
has_time(const struct shift *s)
{
	struct timespec used;

	return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0 &&
	    used.tv_sec < (time_t)s->seconds;
}

/* What the allocator has of the system, in use or not. */
static bool
has_memory(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.arena + m.hblkhd < SHIFT_MEMORY;
}
