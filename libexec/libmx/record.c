/* SPDX-License-Identifier: ISC */
/*
 * Lines of the journal: encoding, checksum, and the way back.  CRC-32C as in
 * RFC 3720 B.4 (polynomial 0x1edc6f41, reflected).
 */
#include "record.h"

#include <stdio.h>
#include <string.h>

enum { SUM_LEN = 9 }; /* 8 hex digits and a blank */

static uint32_t crc32c(const char *, size_t);
static bool is_plain(unsigned char);
static int hex_value(char);
static const char *find_value(const struct record_view *, const char *);

bool
value_encode(const char *s, size_t n, char *out, size_t size, size_t *len)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (used + 3 >= size)
			return false;
		if (is_plain(c)) {
			out[used++] = (char)c;
			continue;
		}
		out[used++] = '%';
		out[used++] = hex[c >> 4];
		out[used++] = hex[c & 15];
	}
	if (used >= size)
		return false;
	out[used] = '\0';
	*len = used;
	return true;
}

bool
value_decode(const char *s, size_t n, char *out, size_t size, size_t *len)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		int high, low;

		if (used + 1 >= size)
			return false;
		if (s[i] != '%') {
			out[used++] = s[i];
			continue;
		}
		if (n - i < 3 || (high = hex_value(s[i + 1])) == -1 ||
		    (low = hex_value(s[i + 2])) == -1)
			return false;
		out[used++] = (char)(high << 4 | low);
		i += 2;
	}
	if (used >= size)
		return false;
	out[used] = '\0';
	*len = used;
	return true;
}

void
record_begin(struct record *r, const char *type)
{
	size_t room = sizeof r->line - 1 - SUM_LEN;
	size_t used = strlcpy(r->line + SUM_LEN, type, room);

	r->overflow = used >= room;
	r->len = SUM_LEN + used;
}

void
record_add(struct record *r, const char *key, const char *value)
{
	record_add_octets(r, key, value, strlen(value));
}

void
record_add_octets(
    struct record *r, const char *key, const char *value, size_t n)
{
	size_t room, head, used;

	if (r->overflow)
		return;
	room = sizeof r->line - 1 - r->len; /* the newline has its own */
	head = (size_t)snprintf(r->line + r->len, room, " %s=", key);
	if (head >= room) {
		r->overflow = true;
		return;
	}
	r->len += head;
	room -= head;
	r->overflow = !value_encode(value, n, r->line + r->len, room, &used);
	if (!r->overflow)
		r->len += used;
}

void
record_add_number(struct record *r, const char *key, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	record_add(r, key, digits);
}

bool
record_end(struct record *r)
{
	char sum[SUM_LEN + 1];

	if (r->overflow)
		return false;
	snprintf(sum, sizeof sum, "%08x ",
	    (unsigned)crc32c(r->line + SUM_LEN, r->len - SUM_LEN));
	memcpy(r->line, sum, SUM_LEN);
	r->line[r->len++] = '\n';
	return true;
}

bool
record_parse(char *line, size_t n, struct record_view *out)
{
	uint32_t sum = 0;
	char *blank;

	if (n <= SUM_LEN || line[SUM_LEN - 1] != ' ' || memchr(line, 0, n))
		return false;
	for (int i = 0; i < SUM_LEN - 1; i++) {
		int digit = hex_value(line[i]);

		if (digit == -1)
			return false;
		sum = sum << 4 | (uint32_t)digit;
	}
	if (crc32c(line + SUM_LEN, n - SUM_LEN) != sum)
		return false;
	line[n] = '\0';
	out->type = line + SUM_LEN;
	out->fields = "";
	if ((blank = strchr(out->type, ' ')) != NULL) {
		*blank = '\0';
		out->fields = blank + 1;
	}
	return true;
}

bool
record_get(const struct record_view *r, const char *key, char *out, size_t size)
{
	const char *value = find_value(r, key);
	size_t len;

	return value != NULL &&
	    value_decode(value, strcspn(value, " "), out, size, &len) &&
	    strlen(out) == len;
}

bool
record_has(const struct record_view *r, const char *key)
{
	return find_value(r, key) != NULL;
}

bool
record_get_number(const struct record_view *r, const char *key, uint64_t *out)
{
	const char *value = find_value(r, key);
	size_t n = value ? strcspn(value, " ") : 0;

	if (n == 0 || n > 19)
		return false;
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(value[i] - '0');
	}
	return true;
}

/* The value of the first pair with this key, or NULL. */
static const char *
find_value(const struct record_view *r, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = r->fields; *p != '\0';) {
		if (strncmp(p, key, n) == 0 && p[n] == '=')
			return p + n + 1;
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	return NULL;
}

static bool
is_plain(unsigned char c)
{
	return c > 0x20 && c < 0x7f && c != '%';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four bits at a time: a table of 64 octets, fast enough for a few lines. */
static uint32_t
crc32c(const char *s, size_t n)
{
	static const uint32_t nibble[16] = {0x00000000, 0x105ec76f, 0x20bd8ede,
	    0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4,
	    0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)s[i];
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return ~crc;
}
