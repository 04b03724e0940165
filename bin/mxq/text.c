/* SPDX-License-Identifier: ISC */
/* Foreign text on its way to a terminal, a column or a JSON string. */
#include "text.h"

#include <string.h>

enum { PIECE = 17 }; /* one character escaped: "\xNN" four times */

static size_t escape(const char *s, bool utf8, char out[PIECE], unsigned *wide);

size_t
text_utf8(const char *s, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1
	    : c < 0xc2	    ? 0
	    : c < 0xe0	    ? 2
	    : c < 0xf0	    ? 3
			    : 4;

	if (n == 0 || c > 0xf4)
		return 0;
	if (n == 1) {
		*code = c;
		return 1;
	}
	*code = c & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n;
}

bool
text_is_unsafe(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return true;
	/* marks, separators and what turns the direction of writing */
	return (code >= 0x200b && code <= 0x200f) ||
	    (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	    code == 0x061c || code == 0xad ||
	    (code >= 0xfff0 && code <= 0xfffb) ||
	    (code >= 0xe0000 && code <= 0xe0fff);
}

void
text_print(FILE *f, const char *s, bool utf8)
{
	text_print_column(f, s, utf8, 0, false);
}

void
text_print_column(FILE *f, const char *s, bool utf8, unsigned columns, bool pad)
{
	char piece[PIECE];
	unsigned used = 0, wide;

	while (*s != '\0') {
		size_t n = escape(s, utf8, piece, &wide);
		bool last = s[n] == '\0';

		if (columns != 0 && used + wide + !last > columns) {
			fputc('+', f);
			used++;
			break;
		}
		fputs(piece, f);
		used += wide;
		s += n;
	}
	while (pad && used++ < columns)
		fputc(' ', f);
}

void
text_print_json(FILE *f, const char *s)
{
	uint32_t code;

	fputc('"', f);
	while (*s != '\0') {
		size_t n = text_utf8(s, &code);

		if (n == 0)
			fputs("\\ufffd", f);
		else if (code == '"' || code == '\\')
			fprintf(f, "\\%c", *s);
		else if (text_is_unsafe(code) && code > 0xffff)
			fprintf(f, "\\u%04x\\u%04x",
			    0xd800 + ((code - 0x10000) >> 10),
			    0xdc00 + ((code - 0x10000) & 0x3ff));
		else if (text_is_unsafe(code))
			fprintf(f, "\\u%04x", code);
		else
			fwrite(s, 1, n, f);
		s += n == 0 ? 1 : n;
	}
	fputc('"', f);
}

/* One character of S; the octets it took, its columns in *WIDE. */
static size_t
escape(const char *s, bool utf8, char out[PIECE], unsigned *wide)
{
	uint32_t code;
	size_t n = text_utf8(s, &code);

	if (n != 0 && !text_is_unsafe(code) && code != '\\' &&
	    (n == 1 || utf8)) {
		memcpy(out, s, n);
		out[n] = '\0';
		*wide = 1;
		return n;
	}
	if (*s == '\\') {
		memcpy(out, "\\\\", 3);
		*wide = 2;
		return 1;
	}
	n = n == 0 ? 1 : n;
	for (size_t i = 0; i < n; i++)
		snprintf(out + 4 * i, 5, "\\x%02x", (unsigned char)s[i]);
	*wide = (unsigned)(4 * n);
	return n;
}
