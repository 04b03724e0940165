/* SPDX-License-Identifier: ISC */
/*
 * The small texts of policy.db's rows and of the envelope: addresses and
 * networks, a route, the codes of a DNS list, what was verified.  What is read
 * can be said again and is the same then.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "dnsbl.h"
#include "domain.h"
#include "id.h"
#include "ip.h"
#include "route.h"
#include "verified.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
address(const char *s, size_t n)
{
	struct ip ip, again;
	char text[IP_TEXT], literal[LITERAL_LEN + 1];
	unsigned bits;

	if (ip_parse(&ip, s, n)) {
		ip_format(&ip, text);
		assert(ip_parse(&again, text, strlen(text)));
		assert(ip_equal(&ip, &again));
		ip_format_literal(&ip, literal);
		assert(ip_parse_literal(&again, literal, strlen(literal)));
		assert(ip_equal(&ip, &again));
	}
	if (ip_parse_literal(&ip, s, n))
		assert(s[0] == '[' && s[n - 1] == ']' && ip.family != 0);
	if (ip_parse_network(&ip, &bits, s, n)) {
		assert(bits <= 128);
		again = ip;
		ip_mask(&again, bits);
		ip_mask(&again, bits);
		assert(again.family == ip.family);
	}
}

static void
verified(const char *text)
{
	char out[VERIFIED_LEN], again[VERIFIED_LEN];
	struct verified v;

	verified_parse(text, &v);
	verified_format(&v, out);
	verified_parse(out, &v);
	verified_format(&v, again);
	assert(strcmp(out, again) == 0);
	assert(!verified_is_genuine(&v, "a@a.test") ||
	    !verified_is_forged(&v, "a@a.test"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char listed[4] = {127, 0, 0, 2};
	char text[1024], host[DOMAIN_LEN + 1];
	unsigned short port;

	address((const char *)data, size);
	if (size >= sizeof text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (route_parse(text, host, &port))
		assert(port > 0 && strlen(host) <= DOMAIN_LEN);
	if (dnsbl_codes_match(text, listed))
		assert(*text != '\0');
	dnsbl_codes_valid(text);
	if (id_valid(text))
		assert(strlen(text) <= ID_NAME && id_time(text) >= 0);
	verified(text);
	return 0;
}
