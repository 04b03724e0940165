/* SPDX-License-Identifier: ISC */
/*
 * libspf2 walks through records of canon.h, matches addresses and follows
 * include: and redirect=.  Its parser sees nothing that others wrote, its
 * macros, its resolver, its explanations and its free pass for 127.0.0.1 are
 * never used.
 */
#include "library.h"

#include <arpa/nameser.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* the library's headers want types that they do not include */
#include <spf2/spf.h>
#include <spf2/spf_log.h>

enum { MECHANISMS = 255 }; /* of ours it takes all: we count them ourselves */

struct library {
	SPF_dns_server_t dns; /* its hook: the look-up under way */
	SPF_server_t *server;
};

static void on_error(const char *, int, const char *) __attribute__((noreturn));
static int set_up(struct library *);
static SPF_dns_rr_t *on_lookup(SPF_dns_server_t *, const char *, ns_type, int);
static bool fill_addresses(SPF_dns_rr_t *, struct lookup *, const char *);
static bool fill_exchangers(SPF_dns_rr_t *, struct lookup *, const char *);
static SPF_errcode_t on_record(
    SPF_server_t *, SPF_request_t *, SPF_response_t *, SPF_record_t **);
static SPF_errcode_t compile(
    SPF_server_t *, SPF_response_t *, const struct canon *, SPF_record_t **);
static void interpret(struct library *, struct lookup *, SPF_request_t *);
static void set_client(SPF_request_t *, const struct ip *);
static void finish(struct lookup *, SPF_response_t *);

struct library *
library_new(void)
{
	struct library *lib = calloc(1, sizeof *lib);

	if (lib == NULL)
		return NULL;
	SPF_error_handler = on_error; /* else it aborts */
	lib->dns.lookup = on_lookup;
	lib->dns.get_spf = on_record;
	lib->dns.name = "ours";
	lib->server = SPF_server_new_dns(&lib->dns, 0);
	if (lib->server != NULL && set_up(lib) == 0)
		return lib;
	library_free(lib);
	errno = ENOMEM;
	return NULL;
}

void
library_free(struct library *lib)
{
	if (lib == NULL)
		return;
	if (lib->server != NULL)
		SPF_server_free(lib->server);
	free(lib);
}

void
library_evaluate(struct library *lib, struct lookup *l)
{
	SPF_request_t *request = SPF_request_new(lib->server);

	lib->dns.hook = l;
	if (request == NULL) {
		lookup_fail(l, "no memory");
		return;
	}
	set_client(request, l->client);
	request->cur_dom = "spf"; /* there is no term without a domain */
	interpret(lib, l, request);
	SPF_request_free(request);
	lib->dns.hook = NULL;
	lookup_clear(l);
}

static void
on_error(const char *file, int line, const char *text)
{
	errx(EX_SOFTWARE, "libspf2: %s:%d: %s", file, line, text);
}

/* No explanation with macros in it; what is counted we count. */
static int
set_up(struct library *lib)
{
	SPF_response_t *response = NULL;
	SPF_errcode_t error =
	    SPF_server_set_explanation(lib->server, "-", &response);

	if (response != NULL)
		SPF_response_free(response);
	lib->server->max_dns_mech = MECHANISMS;
	lib->server->max_dns_mx = MECHANISMS;
	return error == SPF_E_SUCCESS ? 0 : -1;
}

static SPF_dns_rr_t *
on_lookup(SPF_dns_server_t *dns, const char *token, ns_type type, int cache)
{
	struct lookup *l = dns->hook;
	SPF_dns_rr_t *rr =
	    SPF_dns_rr_new_init(dns, token, type, 0, NETDB_SUCCESS);
	bool good;

	(void)cache;
	if (rr == NULL)
		return NULL; /* it calls on_error() */
	good = type == ns_t_mx ? fill_exchangers(rr, l, token)
			       : fill_addresses(rr, l, token);
	if (!good) {
		rr->num_rr = 0;
		rr->herrno = TRY_AGAIN;
	} else if (rr->num_rr == 0) {
		rr->herrno = HOST_NOT_FOUND;
	}
	return rr;
}

static bool
fill_addresses(SPF_dns_rr_t *rr, struct lookup *l, const char *token)
{
	struct ip ip[DNS_ADDR_MAX];
	size_t n;

	if ((rr->rr_type != ns_t_a && rr->rr_type != ns_t_aaaa) ||
	    !lookup_addresses(l, token, ip, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (SPF_dns_rr_buf_realloc(
			rr, (int)i, sizeof(SPF_dns_rr_data_t)) != SPF_E_SUCCESS)
			return false;
		if (rr->rr_type == ns_t_a)
			memcpy(&rr->rr[i]->a, ip[i].octets, 4);
		else
			memcpy(&rr->rr[i]->aaaa, ip[i].octets, 16);
		rr->num_rr++;
	}
	return true;
}

static bool
fill_exchangers(SPF_dns_rr_t *rr, struct lookup *l, const char *token)
{
	struct token host;
	size_t n;

	if (!lookup_exchangers(l, token, &n) || !token_parse(&host, token))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (SPF_dns_rr_buf_realloc(rr, (int)i, TOKEN_LEN) !=
		    SPF_E_SUCCESS)
			return false;
		host.host = (unsigned)i + 1;
		token_format(&host, rr->rr[i]->mx);
		rr->num_rr++;
	}
	return true;
}

/* Of include: and redirect=. */
static SPF_errcode_t
on_record(SPF_server_t *server, SPF_request_t *request,
    SPF_response_t *response, SPF_record_t **out)
{
	struct lookup *l = server->resolver->hook;
	struct canon c;

	*out = NULL;
	if (!lookup_record(l, request->cur_dom, &c))
		return SPF_E_DNS_ERROR;
	return compile(server, response, &c, out);
}

/* It leaves out silently what is too much for it, so that we count. */
static SPF_errcode_t
compile(SPF_server_t *server, SPF_response_t *response, const struct canon *c,
    SPF_record_t **out)
{
	SPF_errcode_t error =
	    SPF_record_compile(server, response, out, c->text);

	if (error == SPF_E_SUCCESS && (*out)->num_mech != c->terms)
		error = SPF_E_INTERNAL_ERROR;
	return error;
}

static void
interpret(struct library *lib, struct lookup *l, SPF_request_t *request)
{
	SPF_response_t *response = SPF_response_new(request);
	SPF_record_t *record = NULL;
	struct canon c;

	if (response == NULL) {
		lookup_fail(l, "no memory");
		return;
	}
	if (lookup_record(l, NULL, &c)) {
		SPF_errcode_t error =
		    compile(lib->server, response, &c, &record);

		if (error == SPF_E_SUCCESS) {
			response->spf_record_exp = record;
			SPF_record_interpret(record, request, response, 0);
			finish(l, response);
		} else {
			lookup_fail(l, SPF_strerror(error));
		}
	}
	if (record != NULL)
		SPF_record_free(record);
	SPF_response_free(response);
}

static void
set_client(SPF_request_t *request, const struct ip *ip)
{
	struct in6_addr six;
	struct in_addr four;

	if (ip->family == AF_INET) {
		memcpy(&four, ip->octets, sizeof four);
		SPF_request_set_ipv4(request, four);
	} else {
		memcpy(&six, ip->octets, sizeof six);
		SPF_request_set_ipv6(request, six);
	}
}

static void
finish(struct lookup *l, SPF_response_t *response)
{
	switch (SPF_response_result(response)) {
	case SPF_RESULT_PASS:
		lookup_finish(l, SPF_PASS);
		break;
	case SPF_RESULT_FAIL:
		lookup_finish(l, SPF_FAIL);
		break;
	case SPF_RESULT_SOFTFAIL:
		lookup_finish(l, SPF_SOFTFAIL);
		break;
	case SPF_RESULT_NEUTRAL:
		lookup_finish(l, SPF_NEUTRAL);
		break;
	default: /* what is wrong with a record was settled before */
		lookup_fail(l, SPF_strerror(SPF_response_errcode(response)));
		break;
	}
}
