/* SPDX-License-Identifier: ISC */
/* SIGTERM: the message in hand is finished, then the session ends. */
#ifndef LEAVE_H
#define LEAVE_H

#include <stdbool.h>
#include <stdint.h>

void leave_when_asked(void);
/* Waits until FD is readable, or UNTIL; true when asked to leave meanwhile. */
bool leave_wait(int fd, int64_t until);

#endif
