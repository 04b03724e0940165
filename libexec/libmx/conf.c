/* SPDX-License-Identifier: ISC */
/* mx.conf(5): a table of keys, one parser, one printer. */
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain.h"
#include "path.h"

enum kind {
	HOSTNAME,
	LABELS,
	PATH,
	TEXT,
	MAILBOX,
	SECONDS,
	COUNT,
	OCTETS,
	YESNO,
	RESOLVER,
	CERTIFICATE,
	KEY
};

struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	size_t size; /* of a string */
	long long min, max;
};

#define STRING(name, kind, member)                         \
	{                                                  \
		name, kind, offsetof(struct conf, member), \
		    sizeof((struct conf *)0)->member, 0, 0 \
	}
#define NUMBER(name, kind, member, min, max)                           \
	{                                                              \
		name, kind, offsetof(struct conf, member), 0, min, max \
	}

static const struct key keys[] = {
    STRING("hostname", HOSTNAME, hostname),
    STRING("spool", PATH, spool),
    STRING("policy", PATH, policy),
    STRING("state", PATH, state),
    STRING("libexec", PATH, libexec),
    STRING("share", PATH, share),
    NUMBER("resolver", RESOLVER, resolvers, 0, 0),
    NUMBER("resolvers_trusted", YESNO, resolvers_trusted, 0, 1),
    STRING("terms", TEXT, terms),
    STRING("postmaster", MAILBOX, postmaster),
    NUMBER("greet_delay", SECONDS, greet_delay, 0, 30),
    NUMBER("max_message_size", OCTETS, max_message_size, 65536, 1LL << 40),
    NUMBER("idle_timeout", SECONDS, idle_timeout, 1, 86400),
    NUMBER("session_timeout", SECONDS, session_timeout, 1, 86400),
    NUMBER("connections", COUNT, connections, 1, 65535),
    NUMBER("connections_per_network", COUNT, connections_per_network, 1, 65535),
    NUMBER("child_connections", COUNT, child_connections, 1, 1000),
    NUMBER("bounce_after", SECONDS, bounce_after, 3600, 366 * 86400),
    NUMBER("dsn_expire", SECONDS, dsn_expire, 3600, 366 * 86400),
    NUMBER("workers", COUNT, workers, 1, 500),
    STRING("clamd", TEXT, clamd),
    STRING("spamd", TEXT, spamd),
    NUMBER("tls_certificate", CERTIFICATE, certificate, 0, 0),
    NUMBER("tls_key", KEY, certificate, 0, 0),
    STRING("tls_helper", PATH, tls_helper),
    STRING("tls_authorities", PATH, tls_authorities),
    STRING("tls_client_authorities", PATH, tls_client_authorities),
    NUMBER("client_names", YESNO, client_names, 0, 1),
    STRING("arc_key", PATH, arc_key),
    STRING("arc_selector", LABELS, arc_selector),
    STRING("arc_domain", HOSTNAME, arc_domain),
    NUMBER("confine", YESNO, confine, 0, 1),
};

static void defaults(struct conf *);
static const char *parse_line(struct conf *, char *line);
static const char *set_key(struct conf *, const struct key *, const char *);
static const char *set_path(char *, size_t, const char *);
static const char *set_number(void *, const struct key *, const char *);
static const char *set_string(char *, size_t, const char *);
static const char *set_mailbox(char *, const struct key *, const char *);
static const char *set_yes_or_no(bool *, const char *);
static const char *add_resolver(struct conf *, const char *);
static const char *add_certificate(struct conf *, const char *);
static const char *set_certificate_key(struct conf *, const char *);
static void print_certificates(const struct conf *, FILE *);
static void print_resolvers(const struct conf *, FILE *);

int
conf_load(struct conf *c, const char *file, char err[CONF_ERROR])
{
	const char *wrong = NULL;
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	ssize_t n;
	FILE *f;

	defaults(c);
	strlcpy(c->file, file, sizeof c->file);
	if ((f = fopen(file, "re")) == NULL) {
		snprintf(err, CONF_ERROR, "%s: %s", file, strerror(errno));
		return -1;
	}
	while (wrong == NULL && (n = getline(&line, &room, f)) != -1) {
		number++;
		if (memchr(line, '\0', (size_t)n) != NULL)
			wrong = "a NUL octet";
		else
			wrong = parse_line(c, line);
	}
	if (wrong != NULL)
		snprintf(err, CONF_ERROR, "%s:%u: %s", file, number, wrong);
	else if (!feof(f)) /* an error of the file, or no memory for a line */
		snprintf(err, CONF_ERROR, "%s: cannot be read", wrong = file);
	else if (*c->hostname == '\0')
		snprintf(err, CONF_ERROR,
		    "%s: hostname is missing, and the system's own name is "
		    "not fully qualified",
		    wrong = file);
	else if ((*c->arc_key == '\0') != (*c->arc_selector == '\0'))
		snprintf(err, CONF_ERROR,
		    "%s: arc_key and arc_selector are of use together only",
		    wrong = file);
	free(line);
	fclose(f);
	return wrong == NULL ? 0 : -1;
}

const char *
conf_signer(const struct conf *c)
{
	return *c->arc_domain != '\0' ? c->arc_domain : c->hostname;
}

void
conf_print(const struct conf *c, FILE *f)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct key *k = &keys[i];
		const char *at = (const char *)c + k->offset;

		switch (k->kind) {
		case HOSTNAME:
		case LABELS:
		case PATH:
		case TEXT:
		case MAILBOX:
			if (*at != '\0')
				fprintf(f, "%s %s\n", k->name, at);
			break;
		case SECONDS:
		case COUNT:
			fprintf(f, "%s %u\n", k->name,
			    *(const unsigned *)(const void *)at);
			break;
		case OCTETS:
			fprintf(f, "%s %" PRIu64 "\n", k->name,
			    *(const uint64_t *)(const void *)at);
			break;
		case YESNO:
			fprintf(f, "%s %s\n", k->name,
			    *(const bool *)at ? "yes" : "no");
			break;
		case RESOLVER:
			print_resolvers(c, f);
			break;
		case CERTIFICATE:
			print_certificates(c, f);
			break;
		case KEY: /* beside its certificate */
			break;
		}
	}
}

static void
defaults(struct conf *c)
{
	char name[256];

	*c = (struct conf){
	    .spool = "/var/spool/tertiary-mx",
	    .policy = "/var/lib/tertiary-mx/policy.db",
	    .state = "/var/lib/tertiary-mx/state.db",
	    .libexec = LIBEXECDIR,
	    .share = DATADIR,
	    .terms = "backup mail exchanger: no unsolicited bulk mail",
	    .greet_delay = 3,
	    .max_message_size = MESSAGE_SIZE,
	    .idle_timeout = IDLE_TIMEOUT,
	    .session_timeout = SESSION_TIMEOUT,
	    .connections = 400,
	    .connections_per_network = 40,
	    .child_connections = 1,
	    .bounce_after = BOUNCE_AFTER,
	    .dsn_expire = DSN_EXPIRE,
	    .workers = 20,
	    .client_names = true,
	    .confine = true,
	};
	if (gethostname(name, sizeof name - 1) == 0) {
		name[sizeof name - 1] = '\0';
		if (!domain_normal(name, strlen(name), c->hostname) ||
		    !domain_is_qualified(c->hostname))
			*c->hostname = '\0';
	}
}

/* NULL when the line is good, else what is wrong with it. */
static const char *
parse_line(struct conf *c, char *line)
{
	char *value, *end;

	line[strcspn(line, "\n")] = '\0';
	line += strspn(line, " \t\r");
	if (*line == '\0' || *line == '#')
		return NULL;
	value = line + strcspn(line, " \t");
	if (*value != '\0')
		*value++ = '\0';
	value += strspn(value, " \t");
	for (end = value + strlen(value);
	     end > value && strchr(" \t\r", end[-1]) != NULL;)
		*--end = '\0';
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(line, keys[i].name) != 0)
			continue;
		if (*value == '\0')
			return "the key has no value";
		return set_key(c, &keys[i], value);
	}
	return "unknown key";
}

static const char *
set_key(struct conf *c, const struct key *k, const char *value)
{
	void *at = (char *)c + k->offset;

	switch (k->kind) {
	case HOSTNAME:
		if (!domain_normal(value, strlen(value), at) ||
		    !domain_is_qualified(at))
			return "not a fully qualified host name";
		return NULL;
	case LABELS:
		return domain_normal(value, strlen(value), at)
		    ? NULL
		    : "not a selector: want labels, as of a domain name";
	case PATH:
		return set_path(at, k->size, value);
	case TEXT:
		return set_string(at, k->size, value);
	case MAILBOX:
		return set_mailbox(at, k, value);
	case SECONDS:
	case COUNT:
	case OCTETS:
		return set_number(at, k, value);
	case YESNO:
		return set_yes_or_no(at, value);
	case RESOLVER:
		return add_resolver(c, value);
	case CERTIFICATE:
		return add_certificate(c, value);
	case KEY:
		return set_certificate_key(c, value);
	}
	return "unknown key";
}

static const char *
set_string(char *at, size_t size, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (!isprint((unsigned char)*p))
			return "the value has octets that are not printable "
			       "ASCII";
	}
	if (strlcpy(at, value, size) >= size)
		return "the value is too long";
	return NULL;
}

static const char *
set_mailbox(char *at, const struct key *k, const char *value)
{
	struct path p;

	if (path_parse_mailbox(value, strlen(value), &p) != PATH_OK ||
	    path_is_postmaster(&p) || p.literal)
		return "not an address like postmaster@example.com";
	return set_string(at, k->size, p.mailbox);
}

static const char *
set_path(char *at, size_t size, const char *value)
{
	return *value == '/' ? set_string(at, size, value)
			     : "not an absolute path";
}

static const char *
set_number(void *at, const struct key *k, const char *value)
{
	const char *wrong;
	long long n = strtonum(value, k->min, k->max, &wrong);

	if (wrong != NULL) {
		if (k->kind == OCTETS)
			return "not a number of octets in range";
		if (k->kind == SECONDS)
			return "not a number of seconds in range";
		return "not a number in range";
	}
	if (k->kind == OCTETS)
		*(uint64_t *)at = (uint64_t)n;
	else
		*(unsigned *)at = (unsigned)n;
	return NULL;
}

static const char *
set_yes_or_no(bool *at, const char *value)
{
	*at = strcmp(value, "yes") == 0;
	return *at || strcmp(value, "no") == 0 ? NULL : "neither yes nor no";
}

static const char *
add_resolver(struct conf *c, const char *value)
{
	if (c->resolvers.n == ENDPOINTS)
		return "more than 8 resolvers";
	if (!endpoints_add(&c->resolvers, value, RESOLVER_PORT))
		return "not a resolver: want addr, addr:port or [addr]:port";
	return NULL;
}

/* Its key is in the same file, unless the next line says where it is. */
static const char *
add_certificate(struct conf *c, const char *value)
{
	struct conf_certificate *at = &c->certificate[c->certificates];
	const char *wrong;

	if (c->certificates == CONF_CERTIFICATES)
		return "more than 8 certificates";
	c->certificates++;
	wrong = set_path(at->file, sizeof at->file, value);
	memcpy(at->key, at->file, sizeof at->key);
	return wrong;
}

static const char *
set_certificate_key(struct conf *c, const char *value)
{
	struct conf_certificate *at;

	if (c->certificates == 0)
		return "no tls_certificate is above it";
	at = &c->certificate[c->certificates - 1];
	if (strcmp(at->key, at->file) != 0)
		return "its tls_certificate has a key already";
	return set_path(at->key, sizeof at->key, value);
}

static void
print_certificates(const struct conf *c, FILE *f)
{
	for (unsigned i = 0; i < c->certificates; i++)
		fprintf(f, "tls_certificate %s\ntls_key %s\n",
		    c->certificate[i].file, c->certificate[i].key);
}

static void
print_resolvers(const struct conf *c, FILE *f)
{
	char text[ENDPOINT_TEXT];

	for (unsigned i = 0; i < c->resolvers.n; i++) {
		endpoint_format(&c->resolvers.at[i], text);
		fprintf(f, "resolver %s\n", text);
	}
}
