#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"

static void
no_program_that_holds_secrets_dumps_core(void **state)
{
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 0);
	assert_int_equal(limit.rlim_max, 0);
}

static void
a_secret_begins_as_zeros_and_copies_are_its_own(void **state)
{
	static const uint8_t zeros[48];
	struct secret *secret, *copy;

	(void)state;
	assert_int_equal(secret_new(sizeof(zeros), &secret), RS_OK);
	assert_int_equal(secret->len, sizeof(zeros));
	assert_memory_equal(secret->data, zeros, sizeof(zeros));
	memset(secret->data, 7, secret->len);
	assert_int_equal(secret_copy(secret->data, secret->len, &copy), RS_OK);
	secret_wipe(secret->data, secret->len);
	assert_memory_equal(secret->data, zeros, sizeof(zeros));
	assert_int_equal(copy->data[47], 7);
	secret_free(secret);
	secret_free(copy);
	secret_free(NULL);
}

/* A read past its end meets a guard page, not somebody else's bytes. */
static void
a_read_past_a_secret_ends_the_program(void **state)
{
	struct secret *secret;
	int status = 0;
	pid_t child;

	(void)state;
	assert_int_equal(secret_new(32, &secret), RS_OK);
	child = fork();
	if (child == 0) {
		volatile const uint8_t *bytes = secret->data;

		/* Past cmocka, which would take it for a failure of this case. */
		signal(SIGSEGV, SIG_DFL);
		_exit(bytes[secret->len]);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	secret_free(secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_program_that_holds_secrets_dumps_core),
		cmocka_unit_test(a_secret_begins_as_zeros_and_copies_are_its_own),
		cmocka_unit_test(a_read_past_a_secret_ends_the_program),
	};

	if (secret_start() != RS_OK)
		return 1;
	return cmocka_run_group_tests_name("proto/base/secret", tests, NULL, NULL);
}
