/* SPDX-License-Identifier: ISC */
/*
 * mx.conf(5): facts of this host, one "key value" a line, # comments.
 */
#ifndef CONF_H
#define CONF_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bounds.h"
#include "endpoint.h"

enum { CONF_TEXT = 256, CONF_ERROR = 512 };
enum { CONF_CERTIFICATES = 8, CONF_FILE = 256 };

struct conf_certificate {
	char file[CONF_FILE], key[CONF_FILE]; /* may be one */
};

struct conf {
	char file[PATH_MAX];	       /* that it was read from */
	char hostname[DOMAIN_LEN + 1]; /* one name everywhere (DESIGN rule 6) */
	char spool[PATH_MAX];
	char policy[PATH_MAX]; /* policy.db */
	char state[PATH_MAX];  /* state.db */
	char libexec[PATH_MAX];
	char postmaster[MAILBOX_LEN + 1]; /* whom <postmaster> means, or "" */
	char share[PATH_MAX];		  /* templates */
	struct endpoints resolvers;	  /* none: /etc/resolv.conf */
	bool resolvers_trusted; /* to have checked DNSSEC, and on the way */
	char terms[CONF_TEXT];	/* second line of the greeting */
	unsigned greet_delay;	/* seconds */
	uint64_t max_message_size;
	unsigned idle_timeout, session_timeout;	       /* seconds */
	unsigned connections, connections_per_network; /* at once */
	unsigned child_connections;		       /* one after the other */
	unsigned bounce_after, dsn_expire;	       /* seconds */
	unsigned workers;  /* domains mxrun serves at once */
	bool client_names; /* are looked up */
	bool confine;	   /* confine.h */
	char clamd[PATH_MAX], spamd[PATH_MAX];
	struct conf_certificate certificate[CONF_CERTIFICATES];
	/* "": nothing is sealed or signed; for the domain: conf_signer() */
	char arc_key[CONF_FILE], arc_selector[DOMAIN_LEN + 1];
	char arc_domain[DOMAIN_LEN + 1];
	unsigned certificates;		/* 0: no STARTTLS */
	char tls_helper[PATH_MAX];	/* socket of an mx-tls; "": libexec's */
	char tls_authorities[PATH_MAX]; /* of primaries; "": the system's */
	char tls_client_authorities[CONF_FILE]; /* "": no client is asked */
};

/* Reads FILE over the defaults.  0; -1 with "file:line: what is wrong" (or
 * "file: No such file") in ERR.  Exit EX_CONFIG (78) then. */
int conf_load(struct conf *, const char *file, char err[CONF_ERROR]);
/* Whose name seals and signatures bear: arc_domain, or else the hostname. */
const char *conf_signer(const struct conf *);
/* The effective configuration, in the file's own syntax. */
void conf_print(const struct conf *, FILE *);

#endif
