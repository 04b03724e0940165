/* SPDX-License-Identifier: ISC */
#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"

_Static_assert(sizeof(enum key_kind) == sizeof(unsigned), "an enum's size");

static int take(struct keys *, const char *, const char *);
static const struct key *find(const struct key *, const char *);
static bool may_come(struct keys *, const struct key *, const char *);
static bool is_missing(const struct keys *);
static bool set(struct keys *, const struct key *, void *, const char *);
static bool set_text(const struct key *, char *, const char *);
static bool set_number(const struct key *, void *, const char *);
static bool set_one_of(const struct key *, void *, const char *);
static bool set_flag(const struct key *, bool *, const char *);
static bool is_made_of(enum key_kind, const char *);
static void cut(char *, const char *, size_t);
static int malformed(void);

int
keys_read(struct keys *k, struct pairs_in *in, int64_t deadline)
{
	const char *key;
	char *value;

	for (;;) {
		switch (pairs_next(in, deadline, &key, &value)) {
		case PAIRS_PAIR:
			if (take(k, key, value) == -1)
				return -1;
			k->n++;
			break;
		case PAIRS_END:
			return is_missing(k) ? malformed() : 0;
		case PAIRS_EOF:
			k->ended = true;
			return malformed();
		case PAIRS_ERROR:
			return -1;
		}
	}
}

int
keys_read_request(int fd, const struct key *all, void *whole)
{
	struct keys k = {.all = all, .whole = whole};
	struct pairs_in in;

	pairs_in_init(&in, fd);
	return keys_read(&k, &in, -1);
}

int
keys_read_next(
    struct pairs_in *in, int64_t deadline, const struct key *all, void *whole)
{
	struct keys k = {.all = all, .whole = whole};

	if (keys_read(&k, in, deadline) == 0)
		return 1;
	if (k.n > 0 || in->start < in->end)
		return -1;
	return k.ended || errno == ETIMEDOUT ? 0 : -1;
}

int
keys_read_answer(struct keys *k, struct pairs_in *in, int64_t deadline)
{
	int result = keys_read(k, in, deadline);

	if (result == -1 && errno == EBADMSG)
		errno = EPROTO;
	return result;
}

int
keys_find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return (int)i;
	}
	return -1;
}

bool
keys_number(const char *s, unsigned long long most, uint64_t *out)
{
	size_t n = strspn(s, "0123456789");
	const char *wrong;

	*out = (uint64_t)strtonum(s, 0, (long long)most, &wrong);
	return wrong == NULL && s[n] == '\0';
}

bool
keys_set_copy(void *member, const char *value)
{
	char **at = member, *copy = strdup(value);

	if (copy == NULL)
		return false;
	free(*at);
	*at = copy;
	return true;
}

/* What is in hand knows its keys best. */
static int
take(struct keys *k, const char *name, const char *value)
{
	const struct key *key = find(k->part, name);
	void *into = k->at;

	if (key == NULL) {
		key = find(k->all, name);
		into = k->whole;
		if (key == NULL && k->lenient)
			return 0;
		if (key == NULL || !may_come(k, key, value))
			return malformed();
	}
	errno = 0;
	if (set(k, key, (char *)into + key->offset, value))
		return 0;
	return errno == ENOMEM ? -1 : malformed();
}

static const struct key *
find(const struct key *table, const char *name)
{
	for (; table != NULL && table->name != NULL; table++) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

static bool
may_come(struct keys *k, const struct key *key, const char *value)
{
	uint64_t bit = (uint64_t)1 << (key - k->all);

	if ((key->once && (k->seen & bit) != 0) ||
	    (key->must && *value == '\0'))
		return false;
	k->seen |= bit;
	return true;
}

static bool
is_missing(const struct keys *k)
{
	uint64_t bit = 1;

	for (const struct key *key = k->all; key->name != NULL; key++) {
		if (key->must && (k->seen & bit) == 0)
			return true;
		bit <<= 1;
	}
	return false;
}

static bool
set(struct keys *k, const struct key *key, void *at, const char *value)
{
	switch (key->kind) {
	case KEY_SET:
		return key->set(at, value);
	case KEY_BEGIN:
		return key->begin(k, value);
	case KEY_TEXT:
	case KEY_WORD:
	case KEY_HOST:
	case KEY_OCTETS:
	case KEY_MORE:
	case KEY_CUT:
	case KEY_HINT:
		return set_text(key, at, value);
	case KEY_NUMBER:
	case KEY_COUNT:
	case KEY_MS:
		return set_number(key, at, value);
	case KEY_ONE_OF:
		return set_one_of(key, at, value);
	case KEY_FLAG:
		return set_flag(key, at, value);
	case KEY_ENDPOINTS:
		return endpoints_add(at, value, (unsigned short)key->most);
	}
	return false;
}

static bool
set_text(const struct key *key, char *at, const char *value)
{
	bool good = is_made_of(key->kind, value);

	if (key->kind == KEY_CUT) {
		cut(at, value, key->size);
		return true;
	}
	if (key->kind == KEY_MORE)
		return strlcat(at, value, key->size) < key->size;
	if (strlcpy(at, value, key->size) >= key->size)
		good = false;
	if (good || key->kind != KEY_HINT)
		return good;
	*at = '\0';
	return true;
}

static bool
set_number(const struct key *key, void *at, const char *value)
{
	uint64_t n;

	if (!keys_number(value, key->most == 0 ? INT64_MAX : key->most, &n) ||
	    n < key->least)
		return false;
	if (key->kind == KEY_NUMBER)
		*(uint64_t *)at = n;
	else if (key->kind == KEY_COUNT || n > 0)
		*(unsigned *)at = (unsigned)n;
	return true;
}

static bool
set_one_of(const struct key *key, void *at, const char *value)
{
	int n = keys_find(key->names + key->least,
	    (size_t)(key->most - key->least + 1), value);
	unsigned word = (unsigned)key->least + (unsigned)n;

	if (n != -1)
		memcpy(at, &word, sizeof word);
	return n != -1;
}

static bool
set_flag(const struct key *key, bool *at, const char *value)
{
	int n = key->names != NULL    ? keys_find(key->names, 2, value)
	    : strcmp(value, "1") == 0 ? 1
				      : -1;

	*at = n == 1;
	return n != -1;
}

static bool
is_made_of(enum key_kind kind, const char *s)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
	char least = kind == KEY_TEXT ? ' ' : '!';

	if (kind == KEY_OCTETS)
		return true;
	if (kind == KEY_HOST)
		return s[strspn(s, name)] == '\0';
	while (*s >= least && *s <= '~')
		s++;
	return *s == '\0';
}

static void
cut(char *out, const char *s, size_t size)
{
	strlcpy(out, s, size);
	for (; *out != '\0'; out++) {
		if (*out < ' ' || *out > '~')
			*out = '?';
	}
}

static int
malformed(void)
{
	errno = EBADMSG;
	return -1;
}
