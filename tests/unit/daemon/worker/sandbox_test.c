/*
 * Goal: what an attacker would do first inside the sandbox fails or kills.  Each
 * attempt runs in a child of its own, which closes the sandbox round itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/worker/sandbox.h"

static int file = -1;		/* an open file, for those that write to it */

/* Run ${attempt} in a sandboxed child and return its wait status. */
static int
status_of(int (*attempt)(void), enum sandbox_kind kind)
{
	struct rs_err_detail detail;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (sandbox_close(kind, &detail) != RS_OK)
			_exit(99);
		_exit(attempt());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* An attempt returns the errno value that it got, 0 when it succeeded. */
static void
assert_gives(int (*attempt)(void), int expected)
{
	int status = status_of(attempt, SANDBOX_WORKER);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

static void
assert_killed(int (*attempt)(void), int signal_number)
{
	int status = status_of(attempt, SANDBOX_WORKER);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signal_number);
}

static int
result(long outcome)
{
	return outcome < 0 ? errno : 0;
}

static int try_read(void) { return result(open("/etc/passwd", O_RDONLY)); }
static int try_create(void) { return result(open("x", O_WRONLY | O_CREAT, 0600)); }
static int try_old_open(void) { return result(syscall(SYS_open, "/etc/passwd", O_RDONLY)); }
static int try_unlink(void) { return result(unlink("/tmp/no such file")); }
static int try_stat(void) { return result(access("/etc/passwd", R_OK)); }
static int try_kill(void) { return result(kill(getppid(), 0)); }
static int try_limits(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	return result(setrlimit(RLIMIT_AS, &limit));
}
static int try_code(void)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return code == MAP_FAILED ? errno : 0;
}
static int try_protect(void)
{
	void *data = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return result(mprotect(data, 4096, PROT_READ | PROT_EXEC));
}

static void
refuses_files_signals_limits_and_code(void **state)
{
	(void)state;
	assert_gives(try_read, EPERM);
	assert_gives(try_create, EPERM);
	assert_gives(try_old_open, EPERM);
	assert_gives(try_unlink, EPERM);
	assert_gives(try_stat, EPERM);
	assert_gives(try_kill, EPERM);
	assert_gives(try_limits, EPERM);
	assert_gives(try_code, EPERM);
	assert_gives(try_protect, EPERM);
}

static int try_fork(void) { return result(fork()); }
static int try_socket(void) { return result(socket(AF_INET, SOCK_STREAM, 0)); }
static int try_peek(void)
{
	return result(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}
static int try_program(void)
{
	char *arguments[] = { (char *)"true", NULL };

	return result(execve("/bin/true", arguments, arguments + 1));
}

static void
kills_for_processes_programs_and_sockets(void **state)
{
	(void)state;
	assert_killed(try_fork, SIGSYS);
	assert_killed(try_program, SIGSYS);
	assert_killed(try_socket, SIGSYS);
	assert_killed(try_peek, SIGSYS);
}

static int
try_memory(void)
{
	void *much = malloc((size_t)SANDBOX_MEMORY_MIB << 20);

	return much == NULL ? errno : 0;
}

static int try_abort(void) { abort(); }
static int try_write(void) { return write(file, "x", 1) == 1 ? 0 : errno; }

static void
bounds_memory_and_writing(void **state)
{
	FILE *temporary = tmpfile();
	int status;

	(void)state;
	assert_gives(try_memory, ENOMEM);
	assert_killed(try_abort, SIGABRT);
	assert_non_null(temporary);
	file = fileno(temporary);
	assert_gives(try_write, EFBIG);
	status = status_of(try_write, SANDBOX_FILTER);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	fclose(temporary);
}

static int
compute(void)
{
	char *text = malloc(1000000);

	if (text == NULL)
		return 1;
	memset(text, 'x', 1000000);
	text = realloc(text, 100000000);
	if (text == NULL)
		return 2;
	free(text);
	return time(NULL) > 0 ? 0 : 3;
}

static void
lets_it_compute(void **state)
{
	(void)state;
	assert_gives(compute, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_it_compute),
		cmocka_unit_test(refuses_files_signals_limits_and_code),
		cmocka_unit_test(kills_for_processes_programs_and_sockets),
		cmocka_unit_test(bounds_memory_and_writing),
	};

	if (!sandbox_enforced()) {
		puts("skip every_case: a sanitizer leaves no room for the sandbox");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
