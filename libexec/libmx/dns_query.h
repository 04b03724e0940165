/* SPDX-License-Identifier: ISC */
/* What the files of dns.h share; no one else includes it. */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include "dns.h"

/* ANSWER is valid only when STATUS is ARES_SUCCESS, and until it returns. */
typedef void dns_answer(
    void *ctx, int ares_status, const unsigned char *answer, int len);

/* One absolute name, class IN.  ANSWER is called once, perhaps before this
 * returns, at the latest by dns_free(). */
void dns_ask(struct dns *, const char *name, int type, dns_answer *, void *ctx);
/* Until both are true; what is under way at DEADLINE is cancelled, which
 * answers it with an error. */
void dns_wait(struct dns *, const bool *one, const bool *two, int64_t deadline);
/* AD is set; it is taken out of an answer that may not be believed. */
bool dns_answer_is_secure(const unsigned char *answer, int len);
/* To be filled by who looks up. */
struct dns_trail *dns_trail_begin(struct dns *, const char *name);
enum dns_status dns_status_of(int ares_status);
/* Of an answer that was parsed: a name in it that is none makes it no answer,
 * not the name that was asked for one that does not exist. */
enum dns_status dns_status_parsed(int ares_status);
/* The addresses of an answer to A (AF_INET) or AAAA (AF_INET6). */
enum dns_status dns_parse_addr(int family, const unsigned char *answer, int len,
    struct ip out[DNS_ADDR_MAX], size_t *n);

#endif
