/* SPDX-License-Identifier: ISC */
/* IP addresses: text, literals (RFC 5321 4.1.3), sockets, and our own. */
#include "ip.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"

static const unsigned char mapped[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void from_octets6(struct ip *, const unsigned char *);
static bool is_interface(const struct ip *);

bool
ip_from_sockaddr(struct ip *ip, const struct sockaddr *sa)
{
	*ip = (struct ip){0};
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		ip->family = AF_INET;
		memcpy(ip->octets, &in->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		from_octets6(ip, in6->sin6_addr.s6_addr);
	}
	return ip->family != 0;
}

socklen_t
ip_to_sockaddr(
    const struct ip *ip, unsigned short port, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof *ss);
	ss->ss_family = (sa_family_t)ip->family;
	if (ip->family == AF_INET) {
		struct sockaddr_in *in = (void *)ss;

		in->sin_port = htons(port);
		memcpy(&in->sin_addr, ip->octets, 4);
		return sizeof *in;
	}
	struct sockaddr_in6 *in6 = (void *)ss;

	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, ip->octets, 16);
	return sizeof *in6;
}

bool
ip_parse(struct ip *ip, const char *s, size_t n)
{
	unsigned char octets[16];
	char text[IP_TEXT];

	*ip = (struct ip){0};
	if (n >= sizeof text)
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (strlen(text) != n)
		return false;
	if (inet_pton(AF_INET, text, octets) == 1) {
		ip->family = AF_INET;
		memcpy(ip->octets, octets, 4);
		return true;
	}
	if (inet_pton(AF_INET6, text, octets) != 1)
		return false;
	from_octets6(ip, octets);
	return true;
}

bool
ip_parse_literal(struct ip *ip, const char *s, size_t n)
{
	static const char tag[] = "IPv6:";
	const size_t tag_len = sizeof tag - 1;

	*ip = (struct ip){0};
	if (n < 3 || s[0] != '[' || s[n - 1] != ']')
		return false;
	s++;
	n -= 2;
	if (n > tag_len && strncasecmp(s, tag, tag_len) == 0)
		return memchr(s + tag_len, ':', n - tag_len) != NULL &&
		    ip_parse(ip, s + tag_len, n - tag_len);
	return memchr(s, ':', n) == NULL && ip_parse(ip, s, n);
}

void
ip_format(const struct ip *ip, char out[IP_TEXT])
{
	if (ip->family == 0 ||
	    inet_ntop(ip->family, ip->octets, out, IP_TEXT) == NULL)
		strlcpy(out, "unknown", IP_TEXT);
}

void
ip_format_literal(const struct ip *ip, char *out)
{
	char text[IP_TEXT];

	ip_format(ip, text);
	snprintf(out, LITERAL_LEN + 1,
	    ip->family == AF_INET6 ? "[IPv6:%s]" : "[%s]", text);
}

bool
ip_parse_network(struct ip *ip, unsigned *bits, const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	size_t len = slash == NULL ? n : (size_t)(slash - s);
	unsigned most;

	if (!ip_parse(ip, s, len))
		return false;
	most = ip->family == AF_INET6 ? 128 : 32;
	if (slash == NULL) {
		*bits = most;
		return true;
	}
	*bits = 0;
	if (++len == n)
		return false;
	for (; len < n; len++) {
		if (s[len] < '0' || s[len] > '9')
			return false;
		*bits = *bits * 10 + (unsigned)(s[len] - '0');
		if (*bits > most)
			return false;
	}
	return true;
}

void
ip_mask(struct ip *ip, unsigned bits)
{
	for (unsigned i = 0; i < sizeof ip->octets; i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;

		if (keep < 8)
			ip->octets[i] &= (unsigned char)(0xff00U >> keep);
	}
}

bool
ip_equal(const struct ip *a, const struct ip *b)
{
	size_t n = a->family == AF_INET ? 4 : 16;

	return a->family == b->family && a->family != 0 &&
	    memcmp(a->octets, b->octets, n) == 0;
}

bool
ip_is_ours(const struct ip *ip)
{
	if (ip->family == AF_INET)
		return ip->octets[0] == 127 || ip->octets[0] == 0 ||
		    is_interface(ip);
	for (int i = 0; i < 15; i++) {
		if (ip->octets[i] != 0)
			return is_interface(ip);
	}
	return ip->octets[15] <= 1; /* :: and ::1 */
}

/* RFC 4291 2.5.5.2: ::ffff:192.0.2.1 is 192.0.2.1 */
static void
from_octets6(struct ip *ip, const unsigned char *octets)
{
	if (memcmp(octets, mapped, sizeof mapped) == 0) {
		ip->family = AF_INET;
		memcpy(ip->octets, octets + 12, 4);
		return;
	}
	ip->family = AF_INET6;
	memcpy(ip->octets, octets, 16);
}

static bool
is_interface(const struct ip *ip)
{
	struct ifaddrs *all;
	bool found = false;
	struct ip own;

	if (getifaddrs(&all) == -1)
		return false;
	for (struct ifaddrs *i = all; i != NULL && !found; i = i->ifa_next)
		found = i->ifa_addr != NULL &&
		    ip_from_sockaddr(&own, i->ifa_addr) && ip_equal(&own, ip);
	freeifaddrs(all);
	return found;
}
