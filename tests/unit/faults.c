/* SPDX-License-Identifier: ISC */
/*
 * What talks to helpers, to the DNS and to files, where one call after another
 * fails, or memory runs out: it is told, with a reason, and no descriptor, no
 * memory and no child is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "descriptors.h"
#include "dkimproto.h"
#include "dns.h"
#include "failing.h"
#include "helper.h"
#include "id.h"
#include "msgfile.h"
#include "sandbox.h"
#include "scanproto.h"
#include "scratch.h"
#include "sealproto.h"
#include "sendproto.h"
#include "spfproto.h"
#include "stsproto.h"
#include "tap.h"
#include "tlsproto.h"
#include "wire.h"

enum { WAIT_MS = 5000, MESSAGE_FIELDS = 30, CALLS = 30 };

static char libexec[] = "/tmp/unit-XXXXXX";
static char listener[64], config[64];
static int message;

/* ---- what is tried: 0, or -1 with errno */

static int
try_helper(void)
{
	struct pairs p;
	struct helper h;
	const char *key;
	char *value;
	int error = 0;

	if (helper_start(&h, libexec, "mx-spf", message) == -1)
		return -1;
	pairs_init(&p);
	pairs_add(&p, "a", "b c");
	pairs_add_number(&p, "n", 1);
	if (pairs_send(&p, h.fd, message, wire_now() + WAIT_MS) == -1 ||
	    pairs_next(&h.in, wire_now() + WAIT_MS, &key, &value) != PAIRS_PAIR)
		error = errno == 0 ? EPROTO : errno;
	helper_end(&h, true);
	errno = error;
	return error == 0 ? 0 : -1;
}

static int
try_connect(void)
{
	struct helper h;

	if (helper_connect(&h, listener) == -1)
		return -1;
	helper_end(&h, true);
	return 0;
}

static int
end_kept(struct kept *k, int result)
{
	int error = errno;

	kept_end(k);
	errno = error;
	return result;
}

static int
try_spf(void)
{
	struct spf_request r = {.helo = "a.test"};
	static struct spf_answer a;
	static struct kept k;
	int result = spf_start(libexec, &r, &k);

	if (result == 0)
		result = spf_finish(&k, wire_now() + WAIT_MS, &a);
	return end_kept(&k, result);
}

static int
try_dkim(void)
{
	struct dkim_request r = {.fd = message, .spf_domain = "a.test"};
	static struct dkim_answer a;
	static struct kept k;
	int result = dkim_start(libexec, &r, &k);

	if (result == 0)
		result = dkim_finish(&k, wire_now() + WAIT_MS, &a);
	return end_kept(&k, result);
}

static int
try_scan(void)
{
	struct scan_request r = {
	    .fd = message, .socket = "/s", .trace = "X: y"};
	struct scan_answer a;
	struct helper h;

	if (scan_start(libexec, &r, &h) == -1)
		return -1;
	scan_finish(&h, wire_now() + WAIT_MS, &a);
	return a.result == SCAN_FAILED && *a.reason != '\0' ? 0 : -1;
}

static int
try_seal(void)
{
	struct seal_request r = {.fd = message,
	    .key = "/k",
	    .domain = "a.test",
	    .selector = "s",
	    .cv = "none",
	    .results = "r"};
	static struct seal_answer a;

	seal_ask(libexec, &r, wire_now() + WAIT_MS, &a);
	return *a.fields == '\0' && *a.error != '\0' ? 0 : -1;
}

static int
try_sts(void)
{
	struct sts_request r = {.domain = "b.test", .deadline_ms = WAIT_MS};
	static struct sts_answer a;

	endpoints_add(&r.addresses, "192.0.2.1", 443);
	strlcpy(r.libexec, libexec, sizeof r.libexec);
	return sts_ask(&r, &a);
}

static int
try_tls(void)
{
	struct tls_request r = {.mode = TLS_CHECK};
	struct tls_call c = {libexec, -1, wire_now() + WAIT_MS};
	static struct tls_answer a;
	struct helper h;

	r.certificate.item[r.certificate.n++] = "/c";
	r.key.item[r.key.n++] = "/k";
	if (tls_start(&c, &r, &h, &a) == -1)
		return -1;
	return tls_finish(&h, c.deadline, &a);
}

static int
try_dns(void)
{
	static struct conf c;
	static struct dns_text text;
	struct dns *dns;
	struct dns_ptr ptr;
	struct ip ip;
	int64_t deadline = wire_now() + WAIT_MS;
	enum dns_status found;

	endpoints_add(&c.resolvers, "127.0.0.1:9", RESOLVER_PORT);
	ip_parse(&ip, "192.0.2.1", 9);
	if ((dns = dns_new(&c)) == NULL)
		return -1;
	dns_ptr_start(dns, &ip, &ptr);
	while (!ptr.done && dns_step(dns, -1, deadline))
		continue;
	found = dns_txt(dns, "a.test", deadline, &text);
	dns_free(dns);
	return ptr.status == DNS_TEMPFAIL && found == DNS_TEMPFAIL ? 0 : -1;
}

static int
try_sandbox(void)
{
	struct sandbox s = {.dns = true};
	const struct sandbox_filter *f = sandbox_prepare(&s);

	free((void *)(uintptr_t)f);
	return f == NULL ? -1 : 0;
}

static int
try_request(void)
{
	static const char text[] =
	    "op=mail\nfrom=a@a.test\nenvid=x\ntrace=X:%20y%0d%0a\n"
	    "rcpt=b@b.test\norcpt=rfc822;b@b.test\nrcpt=c@b.test\n\n"
	    "op=open\nhelo=a.test\ntarget=192.0.2.1:25\ntlsa=3\ntlsa=4\n\n";
	int fd = memfd_create("in", MFD_CLOEXEC), result, error;
	struct send_stream *s;
	struct send_request r;

	if (fd == -1 || syscall(SYS_write, fd, text, sizeof text - 1) == -1)
		abort();
	lseek(fd, 0, SEEK_SET);
	if ((s = send_stream_new(fd, -1)) == NULL) {
		close(fd);
		return -1;
	}
	do {
		result = send_read(s, &r);
		error = errno;
		send_request_free(&r);
	} while (result == 1);
	send_stream_free(s);
	close(fd);
	errno = error;
	return result;
}

static int
try_conf(void)
{
	static struct conf c;
	char wrong[CONF_ERROR];

	return conf_load(&c, config, wrong);
}

static int
try_id(void)
{
	char id[ID_NAME + 1];

	return id_new(id);
}

static int
try_message(void)
{
	static struct msgfile m;
	const char *octets;
	ssize_t n;

	if (msgfile_begin(&m, message, 0, 0) == -1)
		return -1;
	while ((n = msgfile_body(&m, &octets)) > 0)
		continue;
	return (int)n;
}

/* ---- each call in its turn */

/* What is left of a try; NULL: nothing. */
static const char *
is_left(int fds, long before)
{
	if (descriptors() != fds)
		return "a descriptor";
	if (blocks != before)
		return "memory";
	return syscall(SYS_wait4, -1, NULL, WNOHANG, NULL) != -1 ? "a child"
								 : NULL;
}

static void
each(int (*try)(void), int error, const char *name)
{
	int fds = descriptors(), n = 0, result;
	const char *wrong = NULL;
	long before;

	fault.at = 0;
	try(); /* what libraries keep is there then */
	do {
		before = blocks;
		fault.error = error;
		fault.calls = 0;
		errno = 0;
		fault.at = ++n;
		result = try();
		fault.at = 0;
		if (result == -1 && errno == 0)
			wrong = "no reason";
		if (wrong == NULL)
			wrong = is_left(fds, before);
	} while (wrong == NULL && fault.calls >= n);
	if (!ok(wrong == NULL, "%s, %s, %d calls", name, strerrorname_np(error),
		n - 1))
		printf("# %s at call %d, %ld\n", wrong, n, blocks - before);
}

/* In a child, which says whether it is confined. */
static bool
is_entered(const struct sandbox *s, int at)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		fault.error = EPERM;
		fault.calls = 0;
		fault.at = at;
		errno = 0;
		status = sandbox_enter(s);
		_exit(status == 0			    ? 0
			: errno == EPERM || errno == ENOMEM ? 1
							    : 2);
	}
	if (syscall(SYS_wait4, pid, &status, 0, NULL) == -1 ||
	    !WIFEXITED(status) || WEXITSTATUS(status) > 1)
		ok(false, "in a sandbox: %x at call %d", (unsigned)status, at);
	return status == 0;
}

static void
test_sandbox(void)
{
	struct sandbox s = {.dns = true, .seconds = 5, .descriptors = 20};
	int n = 1;

	s.filter = sandbox_prepare(&s);
	while (n < CALLS && !is_entered(&s, n))
		n++;
	free((void *)(uintptr_t)s.filter);
	/* each limit is read and set: five, or a sanitizer's three */
	ok(n > 6 && n < CALLS, "nobody is half in a sandbox, %d calls", n - 1);
}

static void
make_helper(const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", libexec, name);
	if (symlink("/bin/cat", path) == -1)
		exit(99);
}

static void
make_files(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *f;

	snprintf(listener, sizeof listener, "%s/socket", libexec);
	strlcpy(un.sun_path, listener, sizeof un.sun_path);
	if (bind(fd, (struct sockaddr *)&un, sizeof un) == -1 ||
	    listen(fd, 1000) == -1)
		exit(99);
	snprintf(config, sizeof config, "%s/mx.conf", libexec);
	if ((f = fopen(config, "w")) == NULL)
		exit(99);
	fprintf(f, "hostname mx.test\nspool /spool\n");
	fclose(f);
	message = memfd_create("message", MFD_CLOEXEC);
	for (int i = 0; i < MESSAGE_FIELDS; i++) {
		if (write(message, "Subject: a\r\n b\r\n", 16) != 16)
			exit(99);
	}
	if (write(message, "\r\ntext\r\n", 8) != 8)
		exit(99);
}

int
main(void)
{
	static const struct {
		const char *name;
		int (*try)(void);
	} tried[] = {{"a helper", try_helper},
	    {"one that listens", try_connect}, {"SPF", try_spf},
	    {"DKIM", try_dkim}, {"a scanner", try_scan}, {"a seal", try_seal},
	    {"MTA-STS", try_sts}, {"TLS", try_tls}, {"the DNS", try_dns},
	    {"a request", try_request}, {"mx.conf", try_conf},
	    {"a name", try_id}, {"a message", try_message}};
	static const char *const names[] = {
	    "mx-spf", "mx-dkim", "mx-scan", "mx-arc", "mx-sts", "mx-tls"};

	if (mkdtemp(libexec) == NULL)
		return 1;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		make_helper(names[i]);
	make_files();
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++)
		each(tried[i].try, ENOMEM, tried[i].name);
	each(try_sandbox, EMFILE, "a filter"); /* libseccomp minds ENOMEM */
	each(try_helper, EINTR, "a helper");
	each(try_helper, EAGAIN, "a helper");
	each(try_message, EINTR, "a message");
	test_sandbox();
	if (tap_failed == 0)
		scratch_remove(libexec);
	return done();
}
