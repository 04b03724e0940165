/* SPDX-License-Identifier: ISC */
/*
 * Answers of the DNS, as c-ares and we read them: the input is cut into
 * answers, two octets of length before each, and every question takes the
 * next; its first bit tells which are asked.  No socket is used, for
 * ares_send() is ours, and no system call, for arc4random() is.
 */
#include "dns.h"

#include <ares.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "wire.h"

enum { ANSWER = 4096, HEAD = 12 };

static struct {
	const uint8_t *at;
	size_t left;
} script;

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

void
ares_send(ares_channel channel, const unsigned char *question, int len,
    ares_callback callback, void *ctx)
{
	unsigned char answer[ANSWER];
	size_t n = 0;

	(void)channel;
	assert(len > HEAD && question != NULL);
	if (script.left < 2) {
		callback(ctx, ARES_ETIMEOUT, 0, NULL, 0);
		return;
	}
	n = ((size_t)script.at[0] << 8 | script.at[1]) % ANSWER;
	script.at += 2;
	script.left -= 2;
	n = n < script.left ? n : script.left;
	memcpy(answer, script.at, n);
	script.at += n;
	script.left -= n;
	callback(ctx, ARES_SUCCESS, 0, answer, (int)n);
}

uint32_t
arc4random(void)
{
	static uint32_t n;

	return n += 0x9e3779b9;
}

static void
is_name(const char *s)
{
	char name[DOMAIN_LEN + 1];

	assert(domain_normal(s, strlen(s), name) && strcmp(name, s) == 0);
}

static void
ask_hosts(struct dns *d, int64_t deadline)
{
	static char names[DNS_NAMES_MAX][DOMAIN_LEN + 1];
	static struct dns_mx mx[DNS_MX_MAX];
	static struct dns_ptr ptr;
	struct ip ip[DNS_ADDR_MAX], four;
	size_t n;

	assert(ip_parse(&four, "192.0.2.1", 9));
	if (dns_mx(d, "a.test", deadline, mx, &n) == DNS_FOUND) {
		assert(n <= DNS_MX_MAX);
		for (size_t i = 0; i < n; i++) {
			assert(
			    i == 0 || mx[i - 1].preference <= mx[i].preference);
			if (n > 1 || *mx[i].host != '\0')
				is_name(mx[i].host);
		}
	}
	if (dns_addr(d, "a.test", deadline, ip, &n) == DNS_FOUND)
		assert(n > 0 && n <= DNS_ADDR_MAX && ip[0].family != 0);
	if (dns_names(d, &four, deadline, names, &n) == DNS_FOUND)
		for (size_t i = 0; i < n; i++)
			is_name(names[i]);
	dns_ptr_start(d, &four, &ptr);
	assert(ptr.done);
	assert((ptr.status == DNS_FOUND) == (*ptr.name != '\0'));
}

static void
ask_texts(struct dns *d, int64_t deadline)
{
	static struct dns_text text;
	static struct tlsa tlsa;

	if (dns_txt(d, "a.test", deadline, &text) == DNS_FOUND)
		assert(text.n > 0);
	for (size_t i = 0; i < text.n; i++)
		assert(text.record[i].octets >= text.text &&
		    text.record[i].octets + text.record[i].len <
			text.text + sizeof text.text);
	if (dns_tlsa(d, "_25._tcp.a.test", deadline, &tlsa) == DNS_FOUND)
		assert(tlsa.n > 0 && tlsa.usable <= tlsa.n);
	dns_alias_is_secure(d, "a.test", deadline);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	static struct dns *d;
	int64_t deadline = wire_now() + 1000000;

	if (d == NULL) {
		assert(endpoints_add(&conf.resolvers, "127.0.0.1", 53));
		assert((d = dns_new(&conf)) != NULL);
	}
	script.at = data;
	script.left = size;
	if (size == 0 || (data[0] & 0x80) == 0)
		ask_hosts(d, deadline);
	else
		ask_texts(d, deadline);
	return 0;
}
