/* SPDX-License-Identifier: ISC */
/*
 * What others wrote, made safe to print: no control octet of a client or of a
 * primary reaches a terminal, a column or a JSON string.  Pure.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Octets of the valid UTF-8 sequence (RFC 3629) at S, its number in *CODE;
 * 0 when there is none.  S ends with NUL. */
size_t text_utf8(const char *s, uint32_t *code);
/* A character that would move, hide or turn round what stands beside it. */
bool text_is_unsafe(uint32_t code);
/*
 * S with each unsafe or invalid octet as "\xNN" and the backslash doubled; all
 * beyond ASCII too unless UTF8.  At most COLUMNS characters (0: no limit), the
 * last a '+' when some are missing; padded to that length when PAD.
 */
void text_print(FILE *, const char *s, bool utf8);
void text_print_column(
    FILE *, const char *s, bool utf8, unsigned columns, bool pad);
/* A JSON string with its quotes (RFC 8259 7): unsafe characters as \uXXXX, an
 * octet that is not UTF-8 as \ufffd. */
void text_print_json(FILE *, const char *s);

#endif
