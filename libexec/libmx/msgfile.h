/* SPDX-License-Identifier: ISC */
/*
 * A message in its file: header fields (RFC 5322 2.2), an empty line, the body
 * in pieces.  Lines end with CR LF; a bare CR or LF is any octet.
 */
#ifndef MSGFILE_H
#define MSGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"

enum { MSGFILE_PIECE = 64 * 1024 };

struct msgfile {
	int fd; /* not owned; its offset is not used */
	/* the rest belongs to msgfile.c */
	uint64_t at, end; /* of what is not yet read */
	size_t fields;	  /* octets of the header fields */
	size_t field;	  /* where the next begins */
	size_t body;	  /* where the body begins */
	size_t n;
	char buffer[HEADER_LEN + MSGFILE_PIECE];
};

/* Reads the header section at OFFSET; SIZE 0 is to the end of the file.  0; -1
 * with errno, EMSGSIZE when it is longer than HEADER_LEN. */
int msgfile_begin(struct msgfile *, int fd, uint64_t offset, uint64_t size);
/* The next field, folded as it came, without its last CR LF; false: that was
 * all.  It stays where it is until msgfile_body(). */
bool msgfile_field(struct msgfile *, const char **field, size_t *n);
/* The next octets of the body, valid until the next call; 0 at its end, -1
 * with errno. */
ssize_t msgfile_body(struct msgfile *, const char **octets);

#endif
