/* SPDX-License-Identifier: ISC */
/*
 * Who vouches for the message, told to the filters behind us (RFC 8601 2.2,
 * RFC 7208 9.1), above the Received field of this hop:
 *
 *	Authentication-Results: backup.example.net;
 *		spf=pass smtp.mailfrom=a@example.org;
 *		dkim=fail reason="the body was changed" header.d=example.org
 *		header.s=2026 header.a=rsa-sha256;
 *		dmarc=pass header.from=example.org policy.dmarc=reject;
 *		arc=pass header.oldest-pass=0 smtp.remote-ip=192.0.2.1
 *	Received-SPF: pass (backup.example.net: ip4:192.0.2.0/24)
 *		identity=mailfrom; client-ip=192.0.2.1; helo=mail.example.org;
 *		envelope-from="a@example.org"; receiver=backup.example.net
 *
 * Words of others are tokens or stand in quotes: none can end a field.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dkimproto.h"
#include "evidence.h"
#include "spfproto.h"
#include "trace.h"

enum { WIDTH = 76, TAB = 8, WORD = 2 * MAILBOX_LEN + 64 };

struct field { /* being written */
	char *out;
	size_t len, column;
	bool full;
};

static void add_iprev(struct field *, const struct session *);
static void add_spf(
    struct field *, const struct session *, const struct spf_finding *);
static void add_dkim(struct field *, const struct dkim_answer *);
static void add_signature(struct field *, const struct dkim_signature *);
static void add_dmarc(struct field *, const struct dkim_dmarc *);
static void add_arc(
    struct field *, const struct session *, const struct dkim_arc *);
static void add_result(
    struct field *, const char *method, const char *result, const char *reason);
static void add_pair(struct field *, const char *key, const char *text);
static void add_mailfrom(struct field *, const struct path *);
static struct field begin(char out[TRACE_LEN]);
static void end(struct field *, size_t from);
__attribute__((format(printf, 2, 3))) static void add_word(
    struct field *, const char *fmt, ...);
static void add(struct field *, const char *);
static void value(const char *, char out[WORD]);
static void quote(
    const char *, const char *unsafe, const char *mark, char out[WORD]);

void
trace_results(const struct session *s, char out[TRACE_LEN])
{
	struct field f = begin(out);
	size_t from = f.len, head;
	struct evidence e;

	evidence_collect(s, &e);
	add(&f, "Authentication-Results:");
	add_word(&f, "%s", s->conf->hostname);
	head = f.len;
	add_iprev(&f, s);
	if (e.spf != NULL)
		add_spf(&f, s, &e.spf->mailfrom);
	if (e.dkim != NULL) {
		add_dkim(&f, e.dkim);
		add_dmarc(&f, &e.dkim->dmarc);
		add_arc(&f, s, &e.dkim->arc);
	}
	f.full |= f.len == head;
	end(&f, from);
}

void
trace_spf(const struct session *s, char out[TRACE_LEN])
{
	bool null = path_is_null(&s->mail.sender);
	const struct spf_finding *spf;
	struct field f = begin(out);
	size_t from = f.len;
	char address[IP_TEXT], word[WORD];
	struct evidence e;

	evidence_collect(s, &e);
	if (e.spf == NULL)
		return;
	spf = &e.spf->mailfrom;
	ip_format(&s->client.ip, address);
	add(&f, "Received-SPF:");
	add_word(&f, "%s", spf_result_name[spf->result]);
	quote(spf->reason, "()\\", "", word);
	add_word(&f, "(%s%s%s)", s->conf->hostname, *word ? ": " : "", word);
	add_word(&f, "identity=%s;", null ? "helo" : "mailfrom");
	value(address, word);
	add_word(&f, "client-ip=%s;", word);
	value(s->helo, word);
	add_word(&f, "helo=%s;", word);
	quote(s->mail.sender.mailbox, "\"\\", "\"", word);
	if (!null)
		add_word(&f, "envelope-from=%s;", word);
	add_word(&f, "receiver=%s", s->conf->hostname);
	end(&f, from);
}

/* RFC 8601 2.7.3 */
static void
add_iprev(struct field *f, const struct session *s)
{
	char address[IP_TEXT];

	if (s->client.named == ANSWER_UNAVAILABLE)
		return;
	ip_format(&s->client.ip, address);
	add_result(
	    f, "iprev", s->client.named == ANSWER_YES ? "pass" : "fail", "");
	add_pair(f, "policy.iprev", address);
}

/* RFC 8601 2.7.2 */
static void
add_spf(struct field *f, const struct session *s, const struct spf_finding *spf)
{
	add_result(f, "spf", spf_result_name[spf->result],
	    spf->result == SPF_PASS ? "" : spf->reason);
	if (path_is_null(&s->mail.sender))
		add_pair(f, "smtp.helo", s->helo);
	else
		add_mailfrom(f, &s->mail.sender);
}

/* RFC 8601 2.7.1 */
static void
add_dkim(struct field *f, const struct dkim_answer *a)
{
	if (a->n == 0)
		add_result(f, "dkim", "none", "");
	for (size_t i = 0; i < a->n; i++)
		add_signature(f, &a->signature[i]);
}

static void
add_signature(struct field *f, const struct dkim_signature *g)
{
	add_result(f, "dkim", dkim_result_name[g->result], g->reason);
	add_pair(f, "header.d", g->domain);
	add_pair(f, "header.s", g->selector);
	add_pair(f, "header.a", g->algorithm);
}

/* RFC 9989 9.1-2 */
static void
add_dmarc(struct field *f, const struct dkim_dmarc *d)
{
	add_result(f, "dmarc", dmarc_result_name[d->result], d->reason);
	add_pair(f, "header.from", d->from_domain);
	if (*d->policy_domain != '\0')
		add_pair(f, "policy.dmarc", dmarc_policy_name[d->policy]);
}

/* RFC 8617 6; a chain that could not be verified has failed (5.2.1). */
static void
add_arc(struct field *f, const struct session *s, const struct dkim_arc *c)
{
	char number[16], address[IP_TEXT];

	add_result(f, "arc",
	    arc_result_name[c->result == ARC_TEMPERROR ? ARC_FAIL : c->result],
	    c->reason);
	if (c->result == ARC_NONE)
		return;
	if (c->result == ARC_PASS) {
		snprintf(number, sizeof number, "%u", c->oldest_pass);
		add_pair(f, "header.oldest-pass", number);
	}
	ip_format(&s->client.ip, address);
	add_pair(f, "smtp.remote-ip", address);
}

/* On a line of its own, behind what is there. */
static void
add_result(
    struct field *f, const char *method, const char *result, const char *reason)
{
	char word[WORD];

	add(f, ";");
	f->column = WIDTH;
	add_word(f, "%s=%s", method, result);
	if (*reason == '\0')
		return;
	quote(reason, "\"\\", "\"", word);
	add_word(f, "reason=%s", word);
}

static void
add_pair(struct field *f, const char *key, const char *text)
{
	char word[WORD];

	if (*text == '\0')
		return;
	value(text, word);
	add_word(f, "%s=%s", key, word);
}

/* A token, or in quotes (RFC 2045 5.1). */
static void
value(const char *text, char out[WORD])
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_+";

	quote(text, "\"\\", text[strspn(text, token)] ? "\"" : "", out);
}

/* The whole address where it needs no quotes, else its domain alone. */
static void
add_mailfrom(struct field *f, const struct path *p)
{
	static const char atoms[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.!#$%&'*+-/=?^_`{|}~";

	if (p->literal || strspn(p->mailbox, atoms) != p->local_len)
		add_pair(f, "smtp.mailfrom", path_domain(p));
	else
		add_word(f, "smtp.mailfrom=%s", p->mailbox);
}

static struct field
begin(char out[TRACE_LEN])
{
	return (struct field){.out = out, .len = strlen(out)};
}

/* A field that has become too long is none. */
static void
end(struct field *f, size_t from)
{
	add(f, "\r\n");
	if (f->full)
		f->out[from] = '\0';
}

/* Behind a blank, or on the next line where the field is to be folded. */
static void
add_word(struct field *f, const char *fmt, ...)
{
	char word[2 * WORD];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(word, sizeof word, fmt, ap);
	va_end(ap);
	n = strlen(word);
	if (f->column + 1 + n > WIDTH) {
		add(f, "\r\n\t");
		f->column = TAB;
	} else {
		add(f, " ");
	}
	add(f, word);
}

static void
add(struct field *f, const char *text)
{
	size_t n = strlen(text);

	f->full |= n >= TRACE_LEN - f->len;
	if (f->full)
		return;
	memcpy(f->out + f->len, text, n + 1);
	f->len += n;
	f->column += n;
}

/* Between two MARKs, a backslash before each UNSAFE octet, and no control
 * octet. */
static void
quote(const char *s, const char *unsafe, const char *mark, char out[WORD])
{
	size_t n = strlcpy(out, mark, WORD);

	for (; *s != '\0' && n < WORD - 4; s++) {
		if (strchr(unsafe, *s) != NULL)
			out[n++] = '\\';
		out[n++] = (unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s;
	}
	out[n] = '\0';
	strlcat(out, mark, WORD);
}
