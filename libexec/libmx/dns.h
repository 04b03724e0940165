/* SPDX-License-Identifier: ISC */
/*
 * Questions to the DNS over c-ares: MX, addresses, names of an address.  Every
 * look-up has one overall deadline (wire_now() milliseconds); no answer by
 * then is a temporary failure.
 */
#ifndef DNS_H
#define DNS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "conf.h"
#include "endpoint.h"
#include "ip.h"
#include "tlsa.h"

enum dns_status {
	DNS_FOUND,
	DNS_NODATA,   /* the name exists, no such record */
	DNS_NXDOMAIN, /* the name does not exist */
	DNS_TEMPFAIL  /* time-out, SERVFAIL, refused, unparsable */
};

enum { DNS_MX_MAX = 32, DNS_ADDR_MAX = 32, DNS_FDS = 16 };
enum { DNS_TXT_MAX = 32, DNS_TXT_OCTETS = 16384 };
enum { DNS_NAMES_MAX = 10 }; /* RFC 7208 4.6.4 */

struct dns_mx {
	unsigned preference;
	char host[DOMAIN_LEN + 1]; /* inner form; "" is the null MX's root
				      (RFC 7505) */
};

struct dns;

/* How a look-up came to its result. */
struct dns_trail {
	bool secure; /* DNSSEC vouches for all of it, aliases too (RFC 4035
			4.3), and says who is trusted to tell */
	char name[DOMAIN_LEN + 1]; /* the last alias led here; else as asked */
};

/* Uses the resolvers of CONF, or /etc/resolv.conf when it names none.  NULL
 * with errno on trouble. */
struct dns *dns_new(const struct conf *);
/* Those of /etc/resolv.conf, for who will not be able to read it.  0; -1 with
 * errno. */
int dns_system(struct endpoints *);
void dns_free(struct dns *);
/* A resolver of this host itself, or one that mx.conf(5) trusts: what it marks
 * as authenticated (AD) is believed.  From others nothing is. */
bool dns_is_trusted(const struct dns *);
/* Of the last dns_mx() (its name is not told) or dns_addr(). */
const struct dns_trail *dns_trail(const struct dns *);

/*
 * MX records sorted by preference (equal ones in random order), the best
 * DNS_MX_MAX of them.  A host that is no domain name is left out, and a root
 * among other hosts: FOUND with no host means that none of the records is of
 * use, and is no leave to try the domain's own address.
 */
enum dns_status dns_mx(struct dns *, const char *domain, int64_t deadline,
    struct dns_mx out[DNS_MX_MAX], size_t *n);
/* AAAA and A of a host, asked in parallel, CNAMEs followed; AAAA first.
 * FOUND when either has any; TEMPFAIL when one failed and none was found. */
enum dns_status dns_addr(struct dns *, const char *host, int64_t deadline,
    struct ip out[DNS_ADDR_MAX], size_t *n);
/* Those of one family alone; HOST need be no host name, and a backslash in it
 * escapes. */
struct dns_host {
	const char *name;
	int family; /* AF_INET, AF_INET6 */
};
enum dns_status dns_addr_of(struct dns *, const struct dns_host *,
    int64_t deadline, struct ip out[DNS_ADDR_MAX], size_t *n);

/* The first names in the reverse zone of an address, in inner form; nothing
 * says that they are its own. */
enum dns_status dns_names(struct dns *, const struct ip *, int64_t deadline,
    char out[DNS_NAMES_MAX][DOMAIN_LEN + 1], size_t *n);

/* The TXT records of a name, the strings of each joined (RFC 7208 3.3). */
struct dns_text {
	size_t n;
	struct {
		const char *octets; /* into TEXT; a NUL follows the last */
		size_t len;	    /* there may be NULs among them */
	} record[DNS_TXT_MAX];
	char text[DNS_TXT_OCTETS];
};
/* FOUND with at least one record; more than fits is TEMPFAIL, for nobody may
 * judge by half an answer. */
enum dns_status dns_txt(
    struct dns *, const char *name, int64_t deadline, struct dns_text *out);

/*
 * TLSA records that DNSSEC vouches for.  Those it does not vouch for are NODATA
 * (RFC 7672 2.1.1); TEMPFAIL is also what is bogus, and no leave to do without.
 */
enum dns_status dns_tlsa(
    struct dns *, const char *name, int64_t deadline, struct tlsa *out);
/* DNSSEC vouches for NAME's being an alias, wherever that leads. */
bool dns_alias_is_secure(struct dns *, const char *name, int64_t deadline);

/*
 * PTR of an address, confirmed by its forward (RFC 1912 2.1): started now,
 * worked on by dns_step() while something else is waited for.  FOUND: there is
 * a confirmed name; NODATA: there are names, none leads back; NXDOMAIN: no
 * name.  The struct must stay where it is until it is done or dns_free() has
 * returned.  dns_mx() and dns_addr() end it too when their deadline passes.
 */
struct dns_ptr {
	enum dns_status status; /* valid once done */
	bool done;
	char name[DOMAIN_LEN + 1]; /* the confirmed name; "" if none is */
	/* the rest belongs to dns.c */
	struct dns *dns;
	struct ip ip;
	unsigned asked;
	bool failed;
};
void dns_ptr_start(struct dns *, const struct ip *, struct dns_ptr *);
/* Works on whatever is under way until FD (if not -1) is readable, nothing is
 * under way, or DEADLINE.  Returns true when FD is readable. */
bool dns_step(struct dns *, int fd, int64_t deadline);

#endif
