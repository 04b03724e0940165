/* SPDX-License-Identifier: ISC */
/*
 * Damaged handshakes: mx-tls' own code, confined as it is, shakes hands with a
 * peer of whom one record goes wrong; as a server, and as a client that demands
 * nothing or DANE.  It has to say no or yes to each in time, and must not end.
 * TLS_DAMAGED is how many, TLS_SEED which.
 */
#include <openssl/pem.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"
#include "tlsvictim.h"

enum {
	RECORDS = 9, /* one of the first so many is damaged */
	NONE = 1000,
	HEAD = 5, /* RFC 8446 5.1: type, version, length */
	MOST = 40000,
	PATIENCE_MS = 10000
};

static const char *const role_name[] = {"server", "client", "client, DANE"};
static char pem[] = "/tmp/unit-XXXXXX";
static SSL_CTX *peers[ROLES];
static uint64_t state;
static unsigned long ups, refusals;

/* ---- the peer, and what goes wrong */

static uint32_t
below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 11) % n);
}

static size_t
scribble(unsigned char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		b[i] = (unsigned char)below(256);
	return n;
}

static void
set_length(unsigned char *b, size_t n)
{
	b[3] = (unsigned char)(n >> 8);
	b[4] = (unsigned char)n;
}

/* One of the ways in which a record of N octets goes wrong; how long it is. */
static size_t
damage(unsigned char *b, size_t n)
{
	size_t at = HEAD + below((uint32_t)(n - HEAD) + 1), more;

	switch (below(8)) {
	case 0:
		for (uint32_t i = 0; i <= below(8); i++)
			b[below((uint32_t)n)] = (unsigned char)below(256);
		return n;
	case 1:
		b[below((uint32_t)n)] ^= (unsigned char)(1 << below(8));
		return n;
	case 2:
		return below((uint32_t)n);
	case 3:
		set_length(b, below(65536));
		return n;
	case 4: /* more in the middle, and an honest length */
		more = 1 + below(300);
		memmove(b + at + more, b + at, n - at);
		scribble(b + at, more);
		set_length(b, n - HEAD + more);
		return n + more;
	case 5: /* less, likewise */
		more = below((uint32_t)(n - at) + 1);
		memmove(b + at, b + at + more, n - at - more);
		set_length(b, n - HEAD - more);
		return n - more;
	case 6:
		b[0] = (unsigned char)(20 + below(6));
		return n;
	default:
		return scribble(b, 1 + below(600));
	}
}

/* All records that wait go out, until one was damaged.  False: it was. */
static bool
send_records(BIO *out, int fd, unsigned *left)
{
	unsigned char b[MOST];
	size_t n;

	while (BIO_read(out, b, HEAD) == HEAD) {
		n = (size_t)b[3] << 8 | b[4];
		if (BIO_read(out, b + HEAD, (int)n) != (int)n)
			return false;
		n += HEAD;
		if (*left == 0)
			n = damage(b, n);
		send(fd, b, n, MSG_NOSIGNAL);
		if ((*left)-- == 0)
			return false;
	}
	return true;
}

/* False when nothing comes any more. */
static bool
receive(BIO *in, int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char b[MOST];
	ssize_t n;

	if (poll(&p, 1, ms) != 1)
		return true;
	if ((n = recv(fd, b, sizeof b, MSG_DONTWAIT)) < 1)
		return false;
	return BIO_write(in, b, (int)n) == n;
}

static void
talk(SSL *ssl, int fd, unsigned left)
{
	for (int i = 0; i < 50; i++) {
		ERR_clear_error();
		if (SSL_do_handshake(ssl) == 1)
			SSL_write(ssl, "EHLO\r\n", 6);
		if (!send_records(SSL_get_wbio(ssl), fd, &left) ||
		    !receive(SSL_get_rbio(ssl), fd,
			SSL_is_init_finished(ssl) ? 0 : 1000))
			break;
	}
	shutdown(fd, SHUT_WR);
}

static void
hand_over(int fd, enum role role)
{
	char control[CMSG_SPACE(sizeof(int))] = "", octet = (char)role;
	struct iovec io = {&octet, 1};
	struct msghdr m = {.msg_iov = &io,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof control};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	sendmsg(victim, &m, MSG_NOSIGNAL);
}

/* Whether the victim came to an end with it, of which RECORD is damaged. */
static bool
play(enum role role, unsigned record)
{
	struct pollfd p = {.fd = victim, .events = POLLIN};
	SSL *ssl = SSL_new(peers[role]);
	char verdict = '\0';
	int sv[2];

	if (ssl == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1)
		exit(99);
	hand_over(sv[1], role);
	close(sv[1]);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	if (role == SERVER)
		SSL_set_connect_state(ssl);
	else
		SSL_set_accept_state(ssl);
	SSL_set_max_proto_version(
	    ssl, below(3) == 0 ? TLS1_3_VERSION : TLS1_2_VERSION);
	talk(ssl, sv[0], record);
	if (poll(&p, 1, PATIENCE_MS) == 1 && read(victim, &verdict, 1) != 1)
		verdict = '\0';
	close(sv[0]);
	SSL_free(ssl);
	ups += verdict == 'u';
	refusals += verdict == 'r';
	return verdict != '\0';
}

static void
suffer(enum role role, unsigned long count)
{
	unsigned long bad = 0;
	int status;

	start_victim();
	ups = refusals = 0;
	play(role, NONE);
	ok(ups == 1, "%s: one that is not damaged comes about",
	    role_name[role]);
	ups = refusals = 0;
	for (unsigned long i = 0; i < count; i++) {
		uint64_t before = state;

		if (play(role, below(RECORDS)))
			continue;
		kill(victim_pid, SIGKILL); /* has no effect on who is gone */
		printf("# TLS_SEED=%llu: %d\n", (unsigned long long)before,
		    end_victim());
		bad++;
		start_victim();
	}
	status = end_victim();
	ok(bad == 0 && status == 0,
	    "%s: %lu damaged handshakes, %lu refused, %lu came about, %lu bad",
	    role_name[role], count, refusals, ups, bad);
}

/* ---- certificates */

/* Key and certificate into one file; the key's digest into the TLSA record. */
static void
make_certificate(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	int n = i2d_PUBKEY(key, &der), fd = mkstemp(pem);
	unsigned len;
	FILE *f = fd == -1 ? NULL : fdopen(fd, "w");

	if (f == NULL)
		exit(99);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"mx.test", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	PEM_write_X509(f, x);
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	EVP_Digest(der, (size_t)n, digest, &len, EVP_sha256(), NULL);
	for (unsigned i = 0; i < len; i++)
		snprintf(tlsa + 6 + 2 * i, 3, "%02x", digest[i]);
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
}

static SSL_CTX *
make_server(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (SSL_CTX_use_certificate_chain_file(ctx, pem) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, pem, SSL_FILETYPE_PEM) != 1)
		exit(99);
	return ctx;
}

int
main(void)
{
	const char *many = getenv("TLS_DAMAGED"), *seed = getenv("TLS_SEED");
	unsigned long count = many == NULL ? 600 : strtoul(many, NULL, 10);
	struct tls_request request = {
	    .certificate = {1, {pem}}, .key = {1, {pem}}};
	struct tls_answer answer = {.up = false};

	state = seed == NULL ? (uint64_t)getpid() << 20 | 1
			     : strtoull(seed, NULL, 10);
	signal(SIGPIPE, SIG_IGN);
	make_certificate();
	if ((first = server_open(&request, &answer)) == NULL)
		return 99;
	peers[SERVER] = SSL_CTX_new(TLS_client_method());
	peers[CLIENT_ANY] = peers[CLIENT_DANE] = make_server();
	printf("# TLS_SEED=%llu\n", (unsigned long long)state);
	suffer(SERVER, count - 2 * (count / 3));
	suffer(CLIENT_ANY, count / 3);
	suffer(CLIENT_DANE, count / 3);
	unlink(pem);
	return done();
}
