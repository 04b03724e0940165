/* SPDX-License-Identifier: ISC */
/* Lines of the journal: what goes in comes out, and damage is seen. */
#include "record.h"

#include <string.h>

#include "id.h"
#include "tap.h"

static void
checksum(void)
{
	/* RFC 3720 B.4 names the check value of "123456789" */
	char line[] = "e3069283 123456789";
	struct record_view view;

	ok(record_parse(line, strlen(line), &view), "CRC-32C's check value");
	is_str(view.type, "123456789", "a type without fields");
}

static void
every_octet(void)
{
	char all[255], back[256], line[RECORD_LEN];
	struct record_view view;
	struct record r;

	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	record_begin(&r, "rcpt");
	record_add(&r, "path", "a b=c%d");
	record_add_octets(&r, "x", all, sizeof all);
	record_add_number(&r, "n", UINT64_C(1) << 40);
	ok(record_end(&r), "a record ends");
	ok(r.line[r.len - 1] == '\n' && memchr(r.line, '\n', r.len - 1) == NULL,
	    "one line, whatever is in it");
	memcpy(line, r.line, r.len);
	ok(record_parse(line, r.len - 1, &view), "it parses");
	is_str(view.type, "rcpt", "its type");
	ok(record_get(&view, "path", back, sizeof back) &&
		strcmp(back, "a b=c%d") == 0,
	    "a value with blanks and signs");
	ok(record_get(&view, "x", back, sizeof back) &&
		memcmp(back, all, sizeof all) == 0,
	    "every octet comes back");
	uint64_t n;
	ok(record_get_number(&view, "n", &n) && n == UINT64_C(1) << 40,
	    "a number");
	ok(!record_get(&view, "pat", back, sizeof back), "no half keys");
	ok(!record_get(&view, "x", back, 10), "what does not fit is refused");
}

static void
damage(void)
{
	unsigned missed = 0;
	struct record_view view;
	struct record r;
	char line[RECORD_LEN];

	record_begin(&r, "done");
	record_add(&r, "reply", "250 2.0.0 ok");
	record_end(&r);
	for (size_t i = 0; i < r.len - 1; i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(line, r.line, r.len);
			line[i] ^= (char)(1 << bit);
			/* hex digits may change their case unharmed */
			if (i < 8 && bit == 5)
				continue;
			missed += record_parse(line, r.len - 1, &view);
		}
	}
	is_int(missed, 0, "every flipped bit is seen");
	for (size_t n = 0; n < r.len - 1; n++) {
		memcpy(line, r.line, r.len);
		missed += record_parse(line, n, &view);
	}
	is_int(missed, 0, "every torn line is seen");
}

static void
overflow(void)
{
	char big[RECORD_LEN];
	struct record r;
	size_t most = 0;
	int fits = 0;

	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	record_begin(&r, "try");
	record_add(&r, "reply", big);
	record_add(&r, "after", "x");
	ok(!record_end(&r), "a record too long is no record");
	record_begin(&r, big);
	ok(!record_end(&r), "nor is a type");
	for (size_t n = RECORD_LEN - 30; n < RECORD_LEN - 10; n++) {
		record_begin(&r, "try");
		record_add_octets(&r, "a", big, n);
		record_add(&r, "key", "");
		fits += record_end(&r);
		most = r.overflow ? most : r.len;
	}
	is_int(fits, 9, "a key may not fit");
	ok(most < RECORD_LEN, "what does is %zu octets at most", most);
}

static void
values(void)
{
	static const char *const bad[] = {
	    "n=", "n=1x", "n=1/2", "n=12345678901234567890", "m=1"};
	char out[8] = "x";
	uint64_t n;
	size_t len;

	ok(!value_encode("", 0, out, 0, &len), "nothing needs an octet");
	ok(!value_decode("", 0, out, 0, &len), "in either way");
	ok(*out == 'x', "and gets none");
	ok(value_encode("", 0, out, 1, &len) && len == 0, "but one is enough");
	ok(!value_decode("%0g", 3, out, sizeof out, &len), "half an octet");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct record_view view = {"try", bad[i]};

		ok(!record_get_number(&view, "n", &n), "%s is no n", bad[i]);
	}
}

static void
names(void)
{
	char id[ID_NAME + 1], dsn[ID_NAME + 1];

	is_int(id_new(id), 0, "a new name");
	is_int((long long)strlen(id), ID_LEN, "of 20 digits");
	ok(id_valid(id), "is valid");
	ok(id_time(id) > 1700000000, "and tells its time");
	id_dsn(dsn, id, 12);
	ok(id_valid(dsn), "so is a DSN's");
	ok(id_time(dsn) == id_time(id), "which tells its parent's time");
	ok(!id_valid("..") && !id_valid("") && !id_valid("x") &&
		!id_valid("0123456789abcdef012-1") &&
		!id_valid("0123456789abcdef0123-") &&
		!id_valid("0123456789abcdef0123-0") &&
		!id_valid("0123456789ABCDEF0123"),
	    "others are not");
	ok(id_sum("6b000000000000000001") + id_sum("6b000000000000000004") !=
		id_sum("6b000000000000000002") + id_sum("6b000000000000000003"),
	    "names that are alike do not add up alike");
}

int
main(void)
{
	checksum();
	every_octet();
	damage();
	overflow();
	values();
	names();
	return done();
}
