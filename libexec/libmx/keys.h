/* SPDX-License-Identifier: ISC */
/*
 * A block of pairs (pairs.h), read into a struct by a table: which keys there
 * are, what each may say, and where that goes.  Both ends of every helper's
 * protocol read so.  A block is malformed by a key that is not in the table,
 * one that came before and may come once, one that is missing, and a value
 * that is too long, out of its range, or has octets that it may not have.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pairs.h"

/* What a value is, and what the member is that it goes to. */
enum key_kind {
	KEY_SET,       /* its setter knows */
	KEY_BEGIN,     /* its setter knows, and may begin a part */
	KEY_TEXT,      /* char[]: printable ASCII */
	KEY_WORD,      /* char[]: the same without blanks */
	KEY_HOST,      /* char[]: as a host's name is inside, or part of one */
	KEY_OCTETS,    /* char[]: anything */
	KEY_MORE,      /* char[]: anything, behind what is there */
	KEY_CUT,       /* char[]: of TEXT what finds room, '?' for the rest */
	KEY_HINT,      /* char[]: a WORD; "" where it is none */
	KEY_NUMBER,    /* uint64_t: MOST, if it is not 0, is the highest */
	KEY_COUNT,     /* unsigned: LEAST to MOST */
	KEY_MS,	       /* unsigned: up to MOST; 0 leaves what is there */
	KEY_ONE_OF,    /* an enum: NAMES[LEAST] to NAMES[MOST] */
	KEY_FLAG,      /* bool: NAMES[0] or NAMES[1]; NULL: "1" */
	KEY_ENDPOINTS, /* struct endpoints: one more, MOST is the port where
			  none is given */
};

struct keys;

struct key {
	const char *name;    /* NULL ends a table */
	size_t offset, size; /* of the member */
	unsigned long long least, most;
	const char *const *names;
	/* False: malformed, or no memory, then with errno. */
	bool (*set)(void *member, const char *value);
	bool (*begin)(struct keys *, const char *value);
	enum key_kind kind;
	bool once, must; /* of a whole block's keys: comes no more than once;
			    comes, and says something */
};

/* A row; what else it says is designated: .most = 5, .must = true. */
#define KEY(key, of_kind, type, member, ...)                   \
	{                                                      \
		.name = key, .kind = of_kind,                  \
		.offset = offsetof(type, member),              \
		.size = sizeof((type *)0)->member, __VA_ARGS__ \
	}
#define KEY_TO(key, begins, ...)                                             \
	{                                                                    \
		.name = key, .kind = KEY_BEGIN, .begin = begins, __VA_ARGS__ \
	}
#define KEYS_END             \
	{                    \
		.name = NULL \
	}

struct keys {			/* a reading */
	const struct key *all;	/* keys that may come at any time, ... */
	void *whole;		/* ... and the struct that they are of */
	const struct key *part; /* the same of what was begun last, looked at */
	void *at;		/* first; NULL: nothing was */
	bool lenient;		/* keys that are not known are passed over */
	size_t n;		/* pairs so far */
	bool ended;		/* the stream has, not the block */
	uint64_t seen;		/* of ALL, a bit each */
};

/* A block.  0; -1 with errno, EBADMSG when it is malformed or torn. */
int keys_read(struct keys *, struct pairs_in *, int64_t deadline);
/* The same of a request on the descriptor IN, which may take its time. */
int keys_read_request(int in, const struct key *, void *whole);
/* The next of several.  1; 0: there is none, since the stream has ended or
 * nothing came until DEADLINE; -1 with errno. */
int keys_read_next(
    struct pairs_in *, int64_t deadline, const struct key *, void *whole);
/* The same of a helper's answer, of which nonsense is EPROTO. */
int keys_read_answer(struct keys *, struct pairs_in *, int64_t deadline);

/* ---- for setters ---- */
/* Which of the first N NAMES; -1: none. */
int keys_find(const char *const *names, size_t n, const char *name);
/* Digits alone, no more than MOST. */
bool keys_number(const char *, unsigned long long most, uint64_t *out);
/* Into a char *: a copy, for what was there. */
bool keys_set_copy(void *, const char *);
/* Into a char[DOMAIN_LEN + 1]: a domain in the inner form, else it is
 * nonsense. */
bool keys_set_domain(void *, const char *);

#endif
