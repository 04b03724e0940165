/* SPDX-License-Identifier: ISC */
/*
 * An IP address without a port.  IPv4-mapped IPv6 (RFC 4291 2.5.5.2) is IPv4.
 */
#ifndef IP_H
#define IP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { IP_TEXT = 46 }; /* INET6_ADDRSTRLEN */

struct ip {
	int family; /* AF_INET, AF_INET6; 0: none */
	unsigned char octets[16];
};

/* From a socket's address; false (and family 0) for any other family. */
bool ip_from_sockaddr(struct ip *, const struct sockaddr *);
/* Fills SS for connect(2) or bind(2); returns its length. */
socklen_t ip_to_sockaddr(
    const struct ip *, unsigned short port, struct sockaddr_storage *ss);
/* "192.0.2.1" or "2001:db8::1", no brackets, no zone. */
bool ip_parse(struct ip *, const char *s, size_t n);
/* The address literal of RFC 5321 4.1.3: "[192.0.2.1]", "[IPv6:2001:db8::1]",
 * the tag in any case. */
bool ip_parse_literal(struct ip *, const char *s, size_t n);
/* Plain text; "unknown" for family 0. */
void ip_format(const struct ip *, char out[IP_TEXT]);
/* As a literal, brackets included; out has LITERAL_LEN + 1 octets. */
void ip_format_literal(const struct ip *, char *out);
/* "192.0.2.0/24", "2001:db8::/32" or an address alone. */
bool ip_parse_network(struct ip *, unsigned *bits, const char *s, size_t n);
/* Clears all but the first BITS. */
void ip_mask(struct ip *, unsigned bits);
bool ip_equal(const struct ip *, const struct ip *);
/* 127/8, ::1, 0/8, ::, and every address of this host's interfaces: what a
 * next hop must never be (RFC 5321 5.1). */
bool ip_is_ours(const struct ip *);

#endif
