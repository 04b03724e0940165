/* SPDX-License-Identifier: ISC */
/* mx-tls as a client: what a server's certificate has to prove, and to whom. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../libexec/mx-tls/client.h"
#include "../../libexec/mx-tls/handshake.h"
#include "tap.h"
#include "wire.h"

enum { DEADLINE_MS = 5000, DAY = 86400 };

static char good[] = "/tmp/unit-XXXXXX", old[] = "/tmp/unit-XXXXXX";
static char digest[80]; /* of good's key, "3 1 1 hex" */
static struct tls_answer answer;

/* ---- the server, in a child: one handshake, and what was asked for as SNI */

static void
serve(int fd, const char *file, int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl;
	const char *name;
	char octet;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, version);
	if (SSL_CTX_use_certificate_chain_file(ctx, file) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, file, SSL_FILETYPE_PEM) != 1)
		_exit(99);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) != 1)
		_exit(1);
	name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	SSL_read(ssl, &octet, 1);
	_exit(name != NULL && strcmp(name, "xn--mx-eka.test") == 0 ? 2 : 0);
}

/* Shakes hands as R demands; the server's exit status. */
static int
meet_version(const struct tls_request *r, const char *file, int version)
{
	int sv[2], status;
	pid_t pid;
	SSL *ssl;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1 ||
	    (pid = fork()) == -1)
		exit(99);
	if (pid == 0) {
		close(sv[0]);
		serve(sv[1], file, version);
	}
	close(sv[1]);
	answer = (struct tls_answer){.up = false};
	ERR_clear_error();
	if ((ssl = client_open(r, &answer)) != NULL &&
	    handshake(ssl, sv[0], wire_now() + DEADLINE_MS, &answer))
		client_judge(ssl, r, &answer);
	SSL_free(ssl);
	close(sv[0]);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int
meet(const struct tls_request *r, const char *file)
{
	return meet_version(r, file, TLS1_3_VERSION);
}

/* ---- what is demanded */

static struct tls_request
demand(enum tls_verify verify, const char *name)
{
	return (struct tls_request){.mode = TLS_CLIENT,
	    .verify = verify,
	    .ca_file = good,
	    .name = {1, {name}}};
}

static bool
fails(const struct tls_request *r, const char *file, enum tls_failure why)
{
	meet(r, file);
	return !answer.up && answer.failure == why && *answer.reason != '\0';
}

static void
anybody(void)
{
	struct tls_request r = {.mode = TLS_CLIENT};

	meet(&r, old);
	ok(answer.up && answer.verified == TLS_UNVERIFIED &&
		answer.failure == TLS_NO_FAILURE,
	    "any: an expired certificate will do");
	is_str(answer.protocol, "TLSv1.3", "over TLS 1.3");
	is_str(answer.subject, "CN=xn--mx-eka.test", "and its subject is told");
	meet_version(&r, good, TLS1_2_VERSION);
	is_str(answer.protocol, "TLSv1.2", "over TLS 1.2");
	meet_version(&r, good, TLS1_1_VERSION);
	ok(!answer.up && answer.failure == TLS_VALIDATION, "not TLS 1.1: %s",
	    answer.reason);
	meet_version(&r, good, TLS1_VERSION);
	ok(!answer.up && answer.failure == TLS_VALIDATION, "not TLS 1.0: %s",
	    answer.reason);
	is_int(meet(&r, good), 0, "no SNI by itself");
	r.server_name = "xn--mx-eka.test";
	is_int(meet(&r, good), 2, "SNI of an internationalized name");
}

static void
pkix(void)
{
	struct tls_request r = demand(TLS_PKIX, "xn--mx-eka.test");

	meet(&r, good);
	ok(answer.up && answer.verified == TLS_BY_PKIX, "pkix: verified");
	r.name.item[0] = "XN--MX-EKA.test";
	meet(&r, good);
	ok(answer.up && answer.verified == TLS_BY_PKIX,
	    "letters of a name are of either case");
	r.name = (struct tls_list){2, {"other.test", "xn--mx-eka.test"}};
	meet(&r, good);
	ok(answer.up && answer.verified == TLS_BY_PKIX, "the second name");
	r.name = (struct tls_list){1, {"sub.xn--mx-eka.test"}};
	ok(fails(&r, good, TLS_HOST_MISMATCH), "another name: %s",
	    answer.reason);
	r.lenient = true;
	meet(&r, good);
	ok(answer.up && answer.failure == TLS_HOST_MISMATCH &&
		answer.verified == TLS_UNVERIFIED,
	    "which a lenient client tells, and goes on");
	r = demand(TLS_PKIX, "xn--mx-eka.test");
	ok(fails(&r, old, TLS_NOT_TRUSTED), "nobody's certificate: %s",
	    answer.reason);
	r.ca_file = old;
	ok(fails(&r, old, TLS_EXPIRED), "an expired one: %s", answer.reason);
	r.ca_file = "/nowhere";
	ok(fails(&r, good, TLS_VALIDATION), "no authorities: %s",
	    answer.reason);
}

static void
dane(void)
{
	struct tls_request r = demand(TLS_DANE, "other.test");
	char wrong[sizeof digest];

	r.tlsa = (struct tls_list){1, {digest}};
	meet(&r, good);
	ok(answer.up && answer.verified == TLS_BY_DANE,
	    "dane 3 1 1: whatever its name");
	r.tlsa.item[0] = "3 1 1 00";
	meet(&r, good);
	ok(answer.up && answer.failure == TLS_TLSA_INVALID,
	    "a digest that is too short is no record: %s", answer.reason);
	strlcpy(wrong, digest, sizeof wrong);
	wrong[6] = wrong[6] == '0' ? '1' : '0';
	r.tlsa.item[0] = wrong;
	meet(&r, good);
	ok(!answer.up, "another key: %s", answer.reason);
	r.tlsa = (struct tls_list){2, {wrong, digest}};
	meet(&r, good);
	ok(answer.up && answer.verified == TLS_BY_DANE, "one of two records");
	r.tlsa = (struct tls_list){1, {"0 0 1 00"}};
	meet(&r, good);
	ok(answer.up && answer.failure == TLS_TLSA_INVALID &&
		answer.verified == TLS_UNVERIFIED,
	    "no record of use: encrypted, and told");
	r.tlsa = (struct tls_list){1, {digest}};
	meet(&r, old);
	ok(!answer.up, "another certificate's key: %s", answer.reason);
}

/* A server that says nothing, and one that hangs up. */
static void
silence(void)
{
	const struct tls_request r = {.mode = TLS_CLIENT};
	int sv[2];

	for (int hangs_up = 0; hangs_up <= 1; hangs_up++) {
		SSL *ssl = client_open(&r, &answer);

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1)
			exit(99);
		if (hangs_up)
			shutdown(sv[1], SHUT_WR);
		answer = (struct tls_answer){.up = false};
		ok(!handshake(ssl, sv[0], wire_now() + 100, &answer) &&
			answer.failure == TLS_VALIDATION,
		    "%s", answer.reason);
		SSL_free(ssl);
		close(sv[0]);
		close(sv[1]);
	}
}

/* ---- certificates */

static EVP_PKEY *
make_certificate(char *file, long from, long until)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_subject_alt_name, "DNS:xn--mx-eka.test");
	int fd = mkstemp(file);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "w");

	if (f == NULL)
		exit(99);
	X509_set_version(x, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), until);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"xn--mx-eka.test", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	X509_add_ext(x, e, -1);
	X509_sign(x, key, EVP_sha256());
	PEM_write_X509(f, x);
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	X509_EXTENSION_free(e);
	X509_free(x);
	return key;
}

static void
make_digest(EVP_PKEY *key)
{
	unsigned char *der = NULL, sum[EVP_MAX_MD_SIZE];
	int n = i2d_PUBKEY(key, &der);
	unsigned len;

	EVP_Digest(der, (size_t)n, sum, &len, EVP_sha256(), NULL);
	strlcpy(digest, "3 1 1 ", sizeof digest);
	for (unsigned i = 0; i < len; i++)
		snprintf(digest + 6 + 2 * i, 3, "%02x", sum[i]);
	OPENSSL_free(der);
}

int
main(void)
{
	EVP_PKEY *key = make_certificate(good, -60, DAY);

	signal(SIGPIPE, SIG_IGN);
	make_digest(key);
	EVP_PKEY_free(key);
	EVP_PKEY_free(make_certificate(old, -2 * DAY, -DAY));
	anybody();
	pkix();
	dane();
	silence();
	unlink(good);
	unlink(old);
	return done();
}
