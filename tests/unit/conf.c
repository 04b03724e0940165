/* SPDX-License-Identifier: ISC */
/* mx.conf: every key, and what a mistake is told. */
#include "conf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static char file[] = "/tmp/conf.XXXXXX";

static int
load(struct conf *c, const char *text, char err[CONF_ERROR])
{
	FILE *f = fopen(file, "w");

	fputs(text, f);
	fclose(f);
	return conf_load(c, file, err);
}

static void
refused(const char *text, const char *want)
{
	char err[CONF_ERROR] = "", full[CONF_ERROR];
	struct conf c;

	snprintf(full, sizeof full, "%s:%s", file, want);
	is_int(load(&c, text, err), -1, want);
	is_str(err, full, "with file and line");
}

static void
good(void)
{
	char err[CONF_ERROR] = "", *text = NULL, ip[IP_TEXT];
	struct conf c, again;
	size_t n;
	FILE *f;

	is_int(load(&c,
		   "# a comment\n\n"
		   "hostname MX3.Example.NET.\n"
		   "\tspool  /var/spool/x \n"
		   "policy /p\nstate /s\nlibexec /l\nshare /d\n"
		   "resolver 192.0.2.1\nresolver 192.0.2.2:5353\n"
		   "resolver 2001:db8::1\nresolver [2001:db8::2]:54\n"
		   "terms be kind\ngreet_delay 0\n"
		   "max_message_size 1073741824\nidle_timeout 60\n"
		   "session_timeout 600\nbounce_after 86400\n"
		   "dsn_expire 7200\nworkers 4\nclamd /run/clamd\n"
		   "spamd 127.0.0.1:783\ntls_certificate /c\ntls_key /k\n"
		   "tls_certificate /both\ntls_helper /run/tls\n"
		   "arc_selector 2026\narc_key /a\narc_domain Example.NET\n",
		   err),
	    0, "every key is known");
	is_str(c.hostname, "mx3.example.net", "a host name, in inner form");
	is_str(c.spool, "/var/spool/x", "a path, blanks around it dropped");
	is_str(c.terms, "be kind", "a text keeps its blanks");
	is_int(c.greet_delay, 0, "seconds");
	ok(c.max_message_size == 1073741824, "octets");
	is_int(c.resolvers.n, 4, "resolvers");
	is_int(c.resolvers.at[1].port, 5353, "with a port");
	ip_format(&c.resolvers.at[3].ip, ip);
	is_str(ip, "2001:db8::2", "and IPv6");
	is_int(c.resolvers.at[2].port, 53, "port 53 by default");
	is_int(c.certificates, 2, "certificates");
	is_str(c.certificate[0].key, "/k", "one with its key");
	is_str(c.certificate[1].key, "/both", "one that has its key inside");
	is_str(c.arc_selector, "2026", "a selector");
	is_str(c.arc_domain, "example.net", "a domain");
	f = open_memstream(&text, &n);
	conf_print(&c, f);
	fclose(f);
	is_int(load(&again, text, err), 0, "what is printed can be read");
	ok(memcmp(&c, &again, sizeof c) == 0, "and says the same");
	free(text);
}

/* LINE so often, and once more. */
static void
many(struct conf *c, const char *line, unsigned most, const char *why)
{
	char text[512] = "hostname mx.example\n", err[CONF_ERROR] = "";

	for (unsigned i = 0; i < most; i++)
		strlcat(text, line, sizeof text);
	is_int(load(c, text, err), 0, "so many");
	strlcat(text, line, sizeof text);
	ok(load(c, text, err) == -1 && strstr(err, why) != NULL, "%s", why);
}

int
main(void)
{
	char err[CONF_ERROR], text[400];
	struct conf c;

	close(mkstemp(file));
	good();
	refused("hostname mx.example\nspol /x\n", "2: unknown key");
	refused("hostname\n", "1: the key has no value");
	refused("hostname localhost\n", "1: not a fully qualified host name");
	refused("spool var\n", "1: not an absolute path");
	refused("greet_delay soon\n", "1: not a number of seconds in range");
	refused("greet_delay -1\n", "1: not a number of seconds in range");
	refused("max_message_size 5\n", "1: not a number of octets in range");
	refused("workers 0\n", "1: not a number in range");
	refused("resolver ns.example\n",
	    "1: not a resolver: want addr, addr:port or [addr]:port");
	refused("resolver 192.0.2.1:0\n",
	    "1: not a resolver: want addr, addr:port or [addr]:port");
	refused("tls_key /k\n", "1: no tls_certificate is above it");
	refused("tls_certificate /c\ntls_key /k\ntls_key /l\n",
	    "3: its tls_certificate has a key already");
	refused("tls_certificate c\n", "1: not an absolute path");
	refused("arc_selector a..b\n",
	    "1: not a selector: want labels, as of a domain name");
	refused("hostname mx..example\n", "1: not a fully qualified host name");
	refused("terms \tbe\x01kind\n",
	    "1: the value has octets that are not printable ASCII");
	refused("postmaster nobody\n",
	    "1: not an address like postmaster@example.com");
	refused("postmaster postmaster\n",
	    "1: not an address like postmaster@example.com");
	refused("postmaster a@[192.0.2.1]\n",
	    "1: not an address like postmaster@example.com");
	refused("client_names perhaps\n", "1: neither yes nor no");
	many(&c, "resolver 192.0.2.1\n", 8, "more than 8 resolvers");
	many(&c, "tls_certificate /c\n", 8, "more than 8 certificates");
	snprintf(text, sizeof text, "terms %0300d\n", 1);
	refused(text, "1: the value is too long");
	ok(load(&c, "hostname mx.example\narc_selector a\n", err) == -1 &&
		strstr(err, "together") != NULL,
	    "a selector without a key");
	unlink(file);
	is_int(conf_load(&c, file, err), -1, "no such file");
	ok(strstr(err, "No such file") != NULL, "is said");
	return done();
}
