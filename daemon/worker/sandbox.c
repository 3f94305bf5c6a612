#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

#include "daemon/worker/sandbox.h"

/* The one place that knows of sanitizers: gcc has macros for them, clang a question. */
#ifdef __has_feature
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum {
	LAST_DESCRIPTOR = 2	/* none may be opened above it */
};

/*
 * What computing, and speaking over descriptors that are open, needs.  Nothing
 * here takes a path, or names another process.
 */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek), SCMP_SYS(poll),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(sysinfo),
};

/* What no library that we use ever asks for. */
static const int deadly[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(socket),
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(io_uring_setup), SCMP_SYS(bpf),
	SCMP_SYS(userfaultfd), SCMP_SYS(perf_event_open), SCMP_SYS(unshare),
	SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(keyctl), SCMP_SYS(add_key),
	SCMP_SYS(request_key),
};

static int
set_limit(int resource, rlim_t most)
{
	struct rlimit limit;

	/* A tighter limit that is there already stays. */
	if (getrlimit(resource, &limit) != 0)
		return -1;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most)
		limit.rlim_max = most;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	return setrlimit(resource, &limit);
}

static int
set_limits(enum sandbox_kind kind)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    set_limit(RLIMIT_CORE, 0) != 0 ||
	    set_limit(RLIMIT_CPU, SANDBOX_CPU_SECONDS) != 0)
		return -1;
	/* Standard error may be a file: writing there then fails, but does not kill. */
	if (kind == SANDBOX_WORKER && (signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
	    set_limit(RLIMIT_FSIZE, 0) != 0))
		return -1;
	if (SANITIZED)
		return 0;
	if (set_limit(RLIMIT_NOFILE, LAST_DESCRIPTOR + 1) != 0 ||
	    set_limit(RLIMIT_NPROC, 0) != 0 ||
	    set_limit(RLIMIT_AS, (rlim_t)SANDBOX_MEMORY_MIB << 20) != 0)
		return -1;
	/* Nor may another process of this user look into it. */
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int
add_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code =
	    SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp self = SCMP_A0_64(SCMP_CMP_EQ, (uint64_t)getpid(), 0);
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && err == 0; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; i < sizeof(deadly) / sizeof(deadly[0]) && err == 0; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	/* Memory never becomes code. */
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code);
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
	/* abort() must be able to end this process, and no other. */
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, self);
	return err;
}

/* Return 0 or a negative errno value. */
static int
load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err;

	if (filter == NULL)
		return -ENOMEM;
	/* A call by the numbers of another architecture would mean another call. */
	err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* A binary tree: each call costs a few comparisons, not seventy. */
	if (err == 0)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (err == 0)
		err = add_rules(filter);
	if (err == 0)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

bool
sandbox_enforced(void)
{
	return !SANITIZED;
}

int
sandbox_close(enum sandbox_kind kind, struct rs_err_detail *detail)
{
	int err;

	if (set_limits(kind) != 0) {
		rs_err_detail_set(detail, "sandbox: limits: %s", strerror(errno));
		return RS_EREFUSED;
	}
	if (SANITIZED)
		return RS_OK;
	err = load_filter();
	if (err != 0) {
		rs_err_detail_set(detail, "sandbox: seccomp: %s", strerror(-err));
		return RS_EREFUSED;
	}
	return RS_OK;
}
