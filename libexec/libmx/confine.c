/* SPDX-License-Identifier: ISC */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define OTHER_ABI 0x40000000U /* x32: the same calls by other numbers */
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#define OTHER_ABI UINT32_MAX
#endif

enum { REFER_ABI = 2 }; /* before, no file can be linked elsewhere */

enum right { RIGHT_READ, RIGHT_RUN, RIGHT_WRITE };

struct place {
	const char *path;
	enum right right;
};

/* What the C library, the resolver and the helpers' libraries read. */
static const struct place common[] = {
    {"/lib", RIGHT_RUN},
    {"/lib64", RIGHT_RUN},
    {"/usr/lib", RIGHT_RUN},
    {"/usr/lib64", RIGHT_RUN},
    {"/usr/local/lib", RIGHT_RUN},
    {"/etc/ld.so.cache", RIGHT_READ},
    {"/etc/resolv.conf", RIGHT_READ},
    {"/etc/nsswitch.conf", RIGHT_READ},
    {"/etc/host.conf", RIGHT_READ},
    {"/etc/hosts", RIGHT_READ},
    {"/etc/gai.conf", RIGHT_READ},
    {"/etc/services", RIGHT_READ},
    {"/etc/localtime", RIGHT_READ},
    {"/usr/share/zoneinfo", RIGHT_READ},
    {"/etc/ssl", RIGHT_READ},
    {"/usr/share/ca-certificates", RIGHT_READ},
    {"/usr/local/share/ca-certificates", RIGHT_READ},
    {"/proc", RIGHT_READ},
    {"/dev/null", RIGHT_WRITE},
    {"/dev/urandom", RIGHT_READ},
};

static int filter_calls(void);
static int close_files(const struct conf *, enum confine_role);
static int add_common(int ruleset);
static int add_conf(int ruleset, const struct conf *, enum confine_role);
static int add_certificate(int ruleset, const char *path);
static int add_parent(int ruleset, const char *path, enum right);
static int add(int ruleset, const char *path, enum right);
static uint64_t rights_of(enum right, bool directory);

int
confine(const struct conf *c, enum confine_role role)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	if (!c->confine)
		return 0;
	return filter_calls() == -1 ? -1 : close_files(c, role);
}

#ifdef ARCH
#define LOAD(member) \
	BPF_STMT(    \
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define IF(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define DENY(call) IF(SYS_##call, 0, 1), RETURN(SECCOMP_RET_ERRNO | EPERM)

static int
filter_calls(void)
{
	static struct sock_filter code[] = {LOAD(arch), IF(ARCH, 1, 0),
	    RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr),
	    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_ABI, 0, 1),
	    RETURN(SECCOMP_RET_ERRNO | EPERM),
	    /* other processes, and the kernel's own affairs */
	    DENY(ptrace), DENY(process_vm_readv), DENY(process_vm_writev),
	    DENY(process_madvise), DENY(kcmp), DENY(pidfd_getfd),
	    DENY(perf_event_open), DENY(bpf), DENY(userfaultfd),
	    DENY(io_uring_setup), DENY(io_uring_enter), DENY(io_uring_register),
	    DENY(keyctl), DENY(add_key), DENY(request_key), DENY(syslog),
	    DENY(init_module), DENY(finit_module), DENY(delete_module),
	    DENY(kexec_load), DENY(reboot), DENY(swapon), DENY(swapoff),
	    DENY(acct), DENY(quotactl), DENY(personality), DENY(vhangup),
	    /* name spaces, mounts, roots */
	    DENY(mount), DENY(umount2), DENY(pivot_root), DENY(chroot),
	    DENY(setns), DENY(unshare), DENY(fsopen), DENY(fsmount),
	    DENY(move_mount), DENY(open_tree), DENY(mount_setattr),
	    DENY(open_by_handle_at), DENY(name_to_handle_at), DENY(mknodat),
	    /* clocks and names of the host */
	    DENY(settimeofday), DENY(clock_settime), DENY(adjtimex),
	    DENY(clock_adjtime), DENY(sethostname), DENY(setdomainname),
	    /* who we are */
	    DENY(setuid), DENY(setgid), DENY(setreuid), DENY(setregid),
	    DENY(setresuid), DENY(setresgid), DENY(setgroups), DENY(setfsuid),
	    DENY(setfsgid), DENY(capset), RETURN(SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {
	    .len = sizeof code / sizeof *code, .filter = code};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	log_event(LOG_L_DEBUG, "no-seccomp", NULL);
	return 0;
}
#else
static int
filter_calls(void)
{
	log_event(LOG_L_DEBUG, "no-seccomp", NULL);
	return 0;
}
#endif

static int
close_files(const struct conf *c, enum confine_role role)
{
	struct landlock_ruleset_attr handled = {
	    .handled_access_fs = rights_of(RIGHT_WRITE, true) |
		rights_of(RIGHT_RUN, true) | LANDLOCK_ACCESS_FS_MAKE_CHAR |
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
		LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM};
	int result = -1, saved, ruleset;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < REFER_ABI) {
		log_event(LOG_L_DEBUG, "no-landlock", NULL);
		return 0;
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled,
	    sizeof handled.handled_access_fs, 0);
	if (ruleset == -1)
		return -1;
	if (add_common(ruleset) == 0 && add_conf(ruleset, c, role) == 0)
		result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
	saved = errno;
	close(ruleset);
	errno = saved;
	return result;
}

static int
add_common(int ruleset)
{
	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		if (add(ruleset, common[i].path, common[i].right) == -1)
			return -1;
	}
	return 0;
}

static int
add_conf(int ruleset, const struct conf *c, enum confine_role role)
{
	bool made = access(c->spool, F_OK) == 0;

	if ((made ? add(ruleset, c->spool, RIGHT_WRITE)
		  : add_parent(ruleset, c->spool, RIGHT_WRITE)) == -1 ||
	    add_parent(ruleset, c->state, RIGHT_WRITE) == -1 ||
	    add_parent(ruleset, c->policy,
		role == CONFINE_RUNNER ? RIGHT_WRITE : RIGHT_READ) == -1 ||
	    add_parent(ruleset, c->file, RIGHT_READ) == -1 ||
	    add(ruleset, c->libexec, RIGHT_RUN) == -1 ||
	    (role == CONFINE_RUNNER && access(c->share, F_OK) == 0 &&
		add(ruleset, c->share, RIGHT_READ) == -1))
		return -1;
	for (unsigned i = 0; i < c->certificates; i++) {
		if (add_certificate(ruleset, c->certificate[i].file) == -1 ||
		    add_certificate(ruleset, c->certificate[i].key) == -1)
			return -1;
	}
	if (add_certificate(ruleset, c->arc_key) == -1 ||
	    add_certificate(ruleset, c->tls_client_authorities) == -1)
		return -1;
	return add_certificate(ruleset, c->tls_authorities);
}

/* A renewed one may be a link to another file beside the old. */
static int
add_certificate(int ruleset, const char *path)
{
	char target[PATH_MAX];

	if (*path == '\0')
		return 0;
	if (add_parent(ruleset, path, RIGHT_READ) == -1)
		return -1;
	return realpath(path, target) == NULL
	    ? 0
	    : add_parent(ruleset, target, RIGHT_READ);
}

/* The directory that has PATH in it: others are made beside a database. */
static int
add_parent(int ruleset, const char *path, enum right right)
{
	char copy[PATH_MAX];

	strlcpy(copy, path, sizeof copy);
	return add(ruleset, dirname(copy), right);
}

/* What is not there needs no right. */
static int
add(int ruleset, const char *path, enum right right)
{
	struct landlock_path_beneath_attr rule = {
	    .parent_fd = open(path, O_PATH | O_CLOEXEC)};
	struct stat st;
	int result, saved;

	if (rule.parent_fd == -1)
		return errno == EMFILE || errno == ENFILE ? -1 : 0;
	result = fstat(rule.parent_fd, &st);
	rule.allowed_access = rights_of(right, S_ISDIR(st.st_mode));
	if (result == 0)
		result = (int)syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	saved = errno;
	close(rule.parent_fd);
	errno = saved;
	return result;
}

static uint64_t
rights_of(enum right right, bool directory)
{
	static const uint64_t rights[] = {
	    [RIGHT_READ] =
		LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	    [RIGHT_RUN] = LANDLOCK_ACCESS_FS_READ_FILE |
		LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE,
	    [RIGHT_WRITE] = LANDLOCK_ACCESS_FS_READ_FILE |
		LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
		LANDLOCK_ACCESS_FS_REFER,
	};
	static const uint64_t of_files = LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE;

	return directory ? rights[right] : rights[right] & of_files;
}
