/* SPDX-License-Identifier: ISC */
/* The parent: accepts, counts, forks; reads nothing that a client says. */
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
#include "refusal.h"
#include "scribe.h"
#include "serve.h"
#include "standby.h"

enum { AT_ONCE = 64, SECOND = 1000, SCRIBE_LIFE = 1 };

struct listener {
	struct conf *conf;
	const char *file;
	struct sockets *sockets;
	struct crowd crowd;
	struct standby standby;
	struct policy_snapshot *policy;
	unsigned version; /* of the policy, as children on standby know it */
	int scribe[2];	  /* its socket's ends */
	pid_t scribe_pid;
	time_t scribe_began;
	int signals; /* a descriptor */
	sigset_t before;
	bool leaving;
	struct refusal refusal;
};

static int set_up(struct listener *);
static void watch(struct listener *);
static int patience(const struct listener *);
static void hear(struct listener *);
static void accept_some(struct listener *, int socket);
static void admit(struct listener *, int fd, const struct ip *);
static bool serve_guest(struct listener *, int fd, const struct ip *network);
static struct policy_db *look(struct listener *);
static pid_t start_child(struct listener *, int fd, struct policy_db *);
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
	    .signals = -1,
	    .standby = {.watch = -1}};
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
	    scribe_socket(l->scribe) == -1 || standby_init(&l->standby) == -1 ||
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
	enum { SIGNALS, STANDBY, FIRST };
	struct pollfd p[SOCKETS_MAX + FIRST] = {
	    [SIGNALS] = {.fd = l->signals, .events = POLLIN},
	    [STANDBY] = {.fd = l->standby.watch, .events = POLLIN}};
	unsigned n = FIRST;
	int ready;

	for (unsigned i = 0; i < l->sockets->n; i++)
		p[n++] =
		    (struct pollfd){.fd = l->sockets->fd[i], .events = POLLIN};
	ready = poll(p, n, patience(l));
	if (ready == 0 && l->standby.waiting == 0)
		l->leaving = true;
	standby_dismiss(&l->standby, STANDBY_MS);
	if (ready < 1)
		return;
	if (p[STANDBY].revents != 0)
		hear(l);
	if (p[SIGNALS].revents != 0)
		take_signals(l);
	for (unsigned i = FIRST; i < n && !l->leaving; i++) {
		if (p[i].revents != 0)
			accept_some(l, p[i].fd);
	}
}

/* Milliseconds; -1: as long as it takes. */
static int
patience(const struct listener *l)
{
	if (l->standby.waiting > 0)
		return STANDBY_MS;
	return l->sockets->inetd && l->crowd.n == 0
	    ? (int)l->conf->idle_timeout * SECOND
	    : -1;
}

/* Who has served somebody, and could serve another. */
static void
hear(struct listener *l)
{
	pid_t pid;

	if (l->standby.n == 0)
		return;
	while ((pid = standby_heard(&l->standby)) != 0)
		crowd_remove(&l->crowd, pid);
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
	unsigned most = l->conf->connections_per_network;
	enum crowd_answer answer;

	hear(l); /* whoever is done meanwhile makes room, and saves a fork */
	answer = crowd_admits(&l->crowd, &network, most);
	if (answer != CROWD_WELCOME) { /* so does who has ended */
		reap(l);
		answer = crowd_admits(&l->crowd, &network, most);
	}
	if (answer == CROWD_WELCOME && !serve_guest(l, fd, &network))
		answer = CROWD_FULL;
	if (answer != CROWD_WELCOME)
		refusal_send(&l->refusal, fd, ip, answer, l->conf->hostname);
}

/* By one who waits, or by one more. */
static bool
serve_guest(struct listener *l, int fd, const struct ip *network)
{
	struct policy_db *policy = look(l);
	pid_t pid = standby_hand(&l->standby, fd);

	if (pid == 0)
		pid = start_child(l, fd, policy);
	if (pid != -1)
		crowd_add(&l->crowd, pid, network);
	return pid != -1;
}

/* Who waits knows the policy that was there when it began. */
static struct policy_db *
look(struct listener *l)
{
	struct policy_db *policy = policy_snapshot_look(l->policy);
	unsigned version =
	    policy == NULL ? 0 : policy_snapshot_version(l->policy);

	if (version != l->version)
		standby_renew(&l->standby);
	l->version = version;
	return policy;
}

static pid_t
start_child(struct listener *l, int fd, struct policy_db *policy)
{
	unsigned left = l->conf->child_connections - 1;
	int ends[2] = {-1, -1};
	pid_t pid;

	if (left > 0 && standby_socket(ends) == -1)
		left = 0;
	if ((pid = fork()) == 0) {
		struct lent lent = {policy, l->scribe[1], ends[1]};

		if (left > 0)
			close(ends[0]);
		become_child(l);
		_exit(serve(l->conf, &lent, fd, fd));
	}
	if (left > 0) {
		close(ends[1]);
		standby_add(&l->standby, pid, ends[0], left);
	}
	return pid;
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
		standby_remove(&l->standby, pid);
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
	standby_renew(&l->standby);
	log_event(LOG_L_INFO, "reloaded", "file", l->file, NULL);
}

/* Nobody new; who is here finishes the message in hand. */
static void
leave(struct listener *l)
{
	l->leaving = true;
	sockets_close(l->sockets);
	standby_renew(&l->standby);
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
	standby_renew(&l->standby);
	for (unsigned i = 0; i < 2; i++) {
		close(l->scribe[i]);
		l->scribe[i] = -1;
	}
}

static void
become_child(struct listener *l)
{
	sockets_close(l->sockets);
	standby_free(&l->standby);
	close(l->signals);
	sigprocmask(SIG_SETMASK, &l->before, NULL);
}

static void
tear_down(struct listener *l)
{
	sockets_close(l->sockets);
	standby_free(&l->standby);
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
