/* SPDX-License-Identifier: ISC */
/*
 * A whole evaluation, libspf2 included, by a DNS that says what the input has:
 * one answer after another, each a line.
 *
 *	tTEXT	TXT records, divided by "|"	aADDRESS,ADDRESS …
 *	mHOST,HOST …				nNAME,NAME …
 *	x no such name				! no answer
 *
 * An answer of another type than what is asked for is none.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../../libexec/mx-spf/check.h"
#include "domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct script {
	const char *at, *end;
	unsigned asked;
};

static enum dns_status
next(struct script *s, char type, const char **line, size_t *n)
{
	const char *end;

	s->asked++;
	if (s->at == s->end)
		return DNS_NXDOMAIN;
	end = memchr(s->at, '\n', (size_t)(s->end - s->at));
	*line = s->at;
	*n = (size_t)((end == NULL ? s->end : end) - s->at);
	s->at = end == NULL ? s->end : end + 1;
	if (*n == 0 || **line == 'x')
		return DNS_NXDOMAIN;
	if (**line == '!')
		return DNS_TEMPFAIL;
	++*line;
	--*n;
	return line[0][-1] == type ? DNS_FOUND : DNS_NODATA;
}

/* The next part of a line; false at its end. */
static bool
part(const char **line, size_t *n, char divider, const char **out, size_t *len)
{
	const char *end = memchr(*line, divider, *n);

	if (*n == 0)
		return false;
	*out = *line;
	*len = end == NULL ? *n : (size_t)(end - *line);
	*line += *len + (end != NULL);
	*n -= *len + (end != NULL);
	return true;
}

static enum dns_status
text(void *ctx, const char *name, struct dns_text *out)
{
	const char *line, *s;
	size_t n, len, used = 0;
	enum dns_status status = next(ctx, 't', &line, &n);

	assert(*name != '\0' && strlen(name) <= DOMAIN_LEN);
	out->n = 0;
	while (status == DNS_FOUND && out->n < DNS_TXT_MAX &&
	    part(&line, &n, '|', &s, &len) && used + len < sizeof out->text) {
		memcpy(out->text + used, s, len);
		out->record[out->n].octets = out->text + used;
		out->record[out->n++].len = len;
		used += len;
	}
	return status == DNS_FOUND && out->n == 0 ? DNS_NODATA : status;
}

static enum dns_status
addresses(void *ctx, const char *name, int family, struct ip out[DNS_ADDR_MAX],
    size_t *n)
{
	const char *line, *s;
	size_t left, len;
	enum dns_status status = next(ctx, 'a', &line, &left);

	assert(*name != '\0' && strlen(name) <= DOMAIN_LEN);
	*n = 0;
	while (status == DNS_FOUND && *n < DNS_ADDR_MAX &&
	    part(&line, &left, ',', &s, &len)) {
		if (ip_parse(&out[*n], s, len) && out[*n].family == family)
			++*n;
	}
	return status == DNS_FOUND && *n == 0 ? DNS_NODATA : status;
}

static enum dns_status
exchangers(
    void *ctx, const char *name, struct dns_mx out[DNS_MX_MAX], size_t *n)
{
	const char *line, *s;
	size_t left, len;
	enum dns_status status = next(ctx, 'm', &line, &left);

	assert(*name != '\0' && strlen(name) <= DOMAIN_LEN);
	*n = 0;
	while (status == DNS_FOUND && *n < DNS_MX_MAX &&
	    part(&line, &left, ',', &s, &len)) {
		if (len == 0 || domain_normal(s, len, out[*n].host))
			++*n;
	}
	return status;
}

static enum dns_status
names(void *ctx, const struct ip *ip, char out[DNS_NAMES_MAX][DOMAIN_LEN + 1],
    size_t *n)
{
	const char *line, *s;
	size_t left, len;
	enum dns_status status = next(ctx, 'n', &line, &left);

	assert(ip->family != 0);
	*n = 0;
	while (status == DNS_FOUND && *n < DNS_NAMES_MAX &&
	    part(&line, &left, ',', &s, &len)) {
		if (domain_normal(s, len, out[*n]))
			++*n;
	}
	return status;
}

static void
sane(const struct spf_finding *f)
{
	assert(f->result < SPF_RESULTS && *f->reason != '\0');
	for (const char *p = f->reason; *p != '\0'; p++)
		assert(*p >= ' ' && *p <= '~');
	/* the library found nothing that we had not */
	assert(f->result != SPF_TEMPERROR ||
	    strncmp(f->reason, "libspf2", 7) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct spf_request r = {.helo = "c.test",
	    .sender = "j.o-e+x@a.test",
	    .receiver = "mx.test"};
	static struct spf_answer a;
	struct script s = {(const char *)data, (const char *)data + size, 0};
	const struct source source = {text, addresses, exchangers, names, &s};
	bool six = size % 2 == 1;

	assert(ip_parse(
	    &r.client, six ? "2001:db8::1" : "192.0.2.1", six ? 11 : 9));
	assert(check_with(&source, &r, &a) == 0);
	sane(&a.mailfrom);
	sane(&a.helo);
	/* for each identity: its record, 10 terms of which each is an mx with
	 * 10 hosts; for both the client's names */
	assert(s.asked <= 2 * (1 + 10 * 11) + 11);
	return 0;
}
