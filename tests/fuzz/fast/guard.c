/* SPDX-License-Identifier: ISC */
/*
 * Linked with -Wl,--wrap: a target that is built without the address sanitizer
 * gets its input at the end of a page, with one behind it that cannot be read.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ROOM = 1 << 20, PAGE = 1 << 12 };

int __real_LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
__wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t *room;

	if (room == NULL) {
		room = mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert(room != MAP_FAILED);
		assert(mprotect(room + ROOM, PAGE, PROT_NONE) == 0);
	}
	assert(size <= ROOM);
	return __real_LLVMFuzzerTestOneInput(
	    memcpy(room + ROOM - size, data, size), size);
}
