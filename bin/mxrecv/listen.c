/* SPDX-License-Identifier: ISC */
/*
 * The parent: accepts, counts, forks; reads nothing that a client says.  A
 * client too many is answered here, at the price of one write.
 */
#include "listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"
#include "leave.h"
#include "log.h"
#include "policy_snapshot.h"
#include "scribe.h"
#include "serve.h"

enum {
	AT_ONCE = 64,
	SECOND = 1000,
	TEXT = 512,
	LOG_EVERY = 1,
	SCRIBE_LIFE = 1
};

struct listener {
	struct conf *conf;
	const char *file;
	struct sockets *sockets;
	struct crowd crowd;
	struct policy_snapshot *policy;
	int scribe[2]; /* its socket's ends */
	pid_t scribe_pid;
	time_t scribe_began;
	int signals; /* a descriptor */
	sigset_t before;
	bool leaving;
	unsigned refused; /* not logged yet */
	time_t logged;
};

static int set_up(struct listener *);
static void watch(struct listener *);
static void accept_some(struct listener *, int socket);
static void admit(struct listener *, int fd, const struct ip *);
static void start_child(struct listener *, int fd, const struct ip *network);
static void refuse(
    struct listener *, int fd, const struct ip *, enum crowd_answer);
static void take_signals(struct listener *);
static void reap(struct listener *);
static void reload(struct listener *);
static void leave(struct listener *);
static void start_scribe(struct listener *);
static void replace_scribe(struct listener *);
static void become_child(struct listener *);
static void tear_down(struct listener *);

int
listen_run(struct conf *conf, const char *file, struct sockets *sockets)
{
	struct listener l = {.conf = conf,
	    .file = file,
	    .sockets = sockets,
	    .scribe = {-1, -1},
	    .signals = -1};
	int status = set_up(&l);

	if (status == EX_OK) {
		while (!l.leaving || l.crowd.n > 0)
			watch(&l);
	} else {
		log_event(LOG_L_ERROR, "not-listening", "error",
		    strerror(errno), NULL);
	}
	tear_down(&l);
	return status;
}

static int
set_up(struct listener *l)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ours, &l->before);
	leave_when_asked(); /* of use to children only */
	tzset();	    /* each child need not read the time zone */
	l->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	l->policy = policy_snapshot_new(l->conf->policy);
	if (l->signals == -1 || l->policy == NULL ||
	    scribe_socket(l->scribe) == -1 ||
	    crowd_resize(&l->crowd, l->conf->connections) == -1)
		return EX_OSERR;
	policy_snapshot_look(l->policy);
	start_scribe(l);
	return EX_OK;
}

/* One wait, and what it brings. */
static void
watch(struct listener *l)
{
	struct pollfd p[SOCKETS_MAX + 1] = {
	    {.fd = l->signals, .events = POLLIN}};
	bool may_end = l->sockets->inetd && l->crowd.n == 0;
	unsigned n = 1;
	int ready;

	for (unsigned i = 0; i < l->sockets->n; i++)
		p[n++] =
		    (struct pollfd){.fd = l->sockets->fd[i], .events = POLLIN};
	ready = poll(p, n, may_end ? (int)l->conf->idle_timeout * SECOND : -1);
	if (ready == 0)
		l->leaving = true;
	if (ready < 1)
		return;
	if (p[0].revents != 0)
		take_signals(l);
	for (unsigned i = 1; i < n && !l->leaving; i++) {
		if (p[i].revents != 0)
			accept_some(l, p[i].fd);
	}
}

static void
accept_some(struct listener *l, int socket)
{
	for (int i = 0; i < AT_ONCE; i++) {
		struct sockaddr_storage ss;
		socklen_t len = sizeof ss;
		struct ip ip;
		int fd =
		    accept4(socket, (struct sockaddr *)&ss, &len, SOCK_CLOEXEC);

		if (fd == -1) {
			if (errno != EAGAIN && errno != EINTR &&
			    errno != ECONNABORTED)
				usleep(10000); /* no descriptors, no memory */
			return;
		}
		ip_from_sockaddr(&ip, (struct sockaddr *)&ss);
		admit(l, fd, &ip);
		close(fd);
	}
}

static void
admit(struct listener *l, int fd, const struct ip *ip)
{
	struct ip network = crowd_network(ip);
	enum crowd_answer answer =
	    crowd_admits(&l->crowd, &network, l->conf->connections_per_network);

	if (answer == CROWD_WELCOME)
		start_child(l, fd, &network);
	else
		refuse(l, fd, ip, answer);
}

static void
start_child(struct listener *l, int fd, const struct ip *network)
{
	struct lent lent = {policy_snapshot_look(l->policy), l->scribe[1]};
	pid_t pid = fork();

	if (pid == 0) {
		become_child(l);
		_exit(serve(l->conf, &lent, fd, fd));
	}
	if (pid == -1)
		refuse(l, fd, network, CROWD_FULL);
	else
		crowd_add(&l->crowd, pid, network);
}

/* The greeting has not begun, so 421 may be all of it (RFC 5321 3.8, 4.2.3). */
static void
refuse(
    struct listener *l, int fd, const struct ip *ip, enum crowd_answer answer)
{
	char text[TEXT], address[IP_TEXT], times[16];
	time_t now = time(NULL);
	int n;

	ip_format(ip, address);
	if (answer == CROWD_NETWORK_FULL)
		n = snprintf(text, sizeof text,
		    "421 4.7.0 %s Too many connections from [%s]; "
		    "try again later\r\n",
		    l->conf->hostname, address);
	else
		n = snprintf(text, sizeof text,
		    "421 4.3.2 %s Too many connections; try again later\r\n",
		    l->conf->hostname);
	send(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	l->refused++;
	if (now - l->logged < LOG_EVERY)
		return;
	snprintf(times, sizeof times, "%u", l->refused);
	log_event(
	    LOG_L_INFO, "too-many", "client", address, "refused", times, NULL);
	l->refused = 0;
	l->logged = now;
}

static void
take_signals(struct listener *l)
{
	struct signalfd_siginfo info;

	while (read(l->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap(l);
		else if (info.ssi_signo == SIGHUP)
			reload(l);
		else
			leave(l);
	}
}

static void
reap(struct listener *l)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		char number[16];

		if (policy_snapshot_reap(l->policy, pid, status))
			continue;
		if (pid == l->scribe_pid)
			replace_scribe(l);
		else
			crowd_remove(&l->crowd, pid);
		if (!WIFSIGNALED(status))
			continue;
		snprintf(number, sizeof number, "%d", WTERMSIG(status));
		log_event(LOG_L_ERROR, "child-killed", "signal", number, NULL);
	}
}

/* What is being served goes on as it began; the places of files, to which we
 * are confined, stay what they were. */
static void
reload(struct listener *l)
{
	const struct conf *old = l->conf;
	char error[CONF_ERROR];
	struct conf conf;

	if (conf_load(&conf, l->file, error) == -1) {
		log_event(LOG_L_ERROR, "config", "error", error, NULL);
		return;
	}
	memcpy(conf.spool, old->spool, sizeof conf.spool);
	memcpy(conf.policy, old->policy, sizeof conf.policy);
	memcpy(conf.state, old->state, sizeof conf.state);
	memcpy(conf.libexec, old->libexec, sizeof conf.libexec);
	if (crowd_resize(&l->crowd, conf.connections) == -1) {
		log_event(
		    LOG_L_ERROR, "config", "error", strerror(errno), NULL);
		return;
	}
	*l->conf = conf;
	log_event(LOG_L_INFO, "reloaded", "file", l->file, NULL);
}

/* Nobody new; who is here finishes the message in hand. */
static void
leave(struct listener *l)
{
	l->leaving = true;
	sockets_close(l->sockets);
	for (unsigned i = 0; i < l->crowd.n; i++)
		kill(l->crowd.guest[i].pid, SIGTERM);
}

static void
start_scribe(struct listener *l)
{
	l->scribe_began = time(NULL);
	if ((l->scribe_pid = fork()) != 0)
		return;
	become_child(l);
	close(l->scribe[1]);
	signal(SIGTERM, SIG_IGN); /* it ends when nobody writes any more */
	signal(SIGINT, SIG_IGN);
	_exit(scribe_run(l->conf, l->scribe[0]));
}

/* One that can not live is not tried again: connections write themselves. */
static void
replace_scribe(struct listener *l)
{
	if (time(NULL) - l->scribe_began > SCRIBE_LIFE) {
		start_scribe(l);
		return;
	}
	log_event(LOG_L_ERROR, "no-scribe", NULL);
	l->scribe_pid = 0;
	for (unsigned i = 0; i < 2; i++) {
		close(l->scribe[i]);
		l->scribe[i] = -1;
	}
}

static void
become_child(struct listener *l)
{
	sockets_close(l->sockets);
	close(l->signals);
	sigprocmask(SIG_SETMASK, &l->before, NULL);
}

static void
tear_down(struct listener *l)
{
	sockets_close(l->sockets);
	for (unsigned i = 0; i < 2; i++) {
		if (l->scribe[i] != -1)
			close(l->scribe[i]);
	}
	if (l->scribe_pid > 0)
		waitpid(l->scribe_pid, NULL, 0);
	policy_snapshot_free(l->policy);
	crowd_free(&l->crowd);
	if (l->signals != -1)
		close(l->signals);
}
