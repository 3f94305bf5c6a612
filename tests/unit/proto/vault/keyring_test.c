#include <errno.h>
#include <linux/keyctl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "proto/vault/keyring.h"

enum { LONG_S = 3600, SHORT_S = 1, WAIT_S = 20 };

/* Where the kernel refuses, as in many containers, there is nothing to try. */
static void
need_keyring(void)
{
	long serial = syscall(SYS_add_key, "user", "readsync:test", "x", 1,
	    KEY_SPEC_PROCESS_KEYRING);

	if (serial < 0) {
		print_message("SKIPPED: this system gives no keyring: %s\n", strerror(errno));
		skip();
	}
}

static void
assert_held(const struct fixture *f, const struct secret *key)
{
	struct secret *found = NULL;

	assert_int_equal(keyring_find(f->id, &found), RS_OK);
	assert_int_equal(found->len, key->len);
	assert_memory_equal(found->data, key->data, key->len);
	secret_free(found);
}

static void
assert_not_held(const uint8_t *id)
{
	struct secret *found = NULL;

	assert_int_equal(keyring_find(id, &found), RS_ENOTFOUND);
	assert_null(found);
}

static void
a_key_is_held_for_its_vault_until_it_is_dropped(void **state)
{
	struct fixture *f = *state;
	uint8_t other[VAULT_ID_LEN];

	need_keyring();
	memcpy(other, f->id, sizeof(other));
	other[VAULT_ID_LEN - 1] ^= 1;
	assert_not_held(f->id);
	assert_int_equal(keyring_drop(f->id), RS_ENOTFOUND);
	assert_int_equal(keyring_hold(f->id, f->key, LONG_S, NULL), RS_OK);
	assert_held(f, f->key);
	assert_not_held(other);
	assert_int_equal(keyring_drop(f->id), RS_OK);
	assert_not_held(f->id);
}

static void
another_key_takes_its_place(void **state)
{
	struct fixture *f = *state;
	struct secret *other;

	need_keyring();
	assert_int_equal(secret_copy(f->key->data, f->key->len, &other), RS_OK);
	other->data[0] ^= 1;
	assert_int_equal(keyring_hold(f->id, other, LONG_S, NULL), RS_OK);
	assert_held(f, other);
	assert_int_equal(keyring_hold(f->id, f->key, LONG_S, NULL), RS_OK);
	assert_held(f, f->key);
	assert_int_equal(keyring_drop(f->id), RS_OK);
	assert_not_held(f->id);
	secret_free(other);
}

/* Run ${check} in a process that has another session keyring, as a service has. */
static void
elsewhere(void (*check)(struct fixture *f), struct fixture *f)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
			_exit(2);
		check(f);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
check_held(struct fixture *f)
{
	struct secret *found;

	if (keyring_find(f->id, &found) != RS_OK ||
	    memcmp(found->data, f->key->data, f->key->len) != 0)
		_exit(1);
}

static void
drop(struct fixture *f)
{
	if (keyring_drop(f->id) != RS_OK)
		_exit(1);
}

static void
other_sessions_find_it_and_can_end_it(void **state)
{
	struct fixture *f = *state;

	need_keyring();
	assert_int_equal(keyring_hold(f->id, f->key, LONG_S, NULL), RS_OK);
	elsewhere(check_held, f);
	elsewhere(drop, f);
	assert_not_held(f->id);
}

static void
its_time_ends(void **state)
{
	struct fixture *f = *state;
	const struct timespec moment = { .tv_nsec = 20000000 };
	struct secret *found;
	time_t end;
	int err;

	need_keyring();
	assert_int_equal(keyring_hold(f->id, f->key, SHORT_S, NULL), RS_OK);
	end = time(NULL) + WAIT_S;
	while ((err = keyring_find(f->id, &found)) == RS_OK && time(NULL) < end) {
		secret_free(found);
		nanosleep(&moment, NULL);
	}
	assert_int_equal(err, RS_ENOTFOUND);
}

/* What somebody else put there is not taken for a key. */
static void
something_else_of_that_name_is_none(void **state)
{
	struct fixture *f = *state;
	char name[64] = "readsync:";
	long serial;

	need_keyring();
	for (size_t i = 0; i < VAULT_ID_LEN; i++)
		snprintf(name + 9 + 2 * i, 3, "%02x", f->id[i]);
	serial = syscall(SYS_add_key, "user", name, "no key at all, and longer than one has to be",
	    44, KEY_SPEC_USER_KEYRING);
	assert_true(serial >= 0);
	assert_not_held(f->id);
	assert_int_equal(keyring_hold(f->id, f->key, LONG_S, NULL), RS_OK);
	assert_held(f, f->key);
	assert_int_equal(keyring_drop(f->id), RS_OK);
}

/* What a container does that forbids these calls. */
static int
forbid(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (filter == NULL ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(keyctl), 0) != 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(add_key), 0) != 0 ||
	    seccomp_load(filter) != 0)
		return -1;
	seccomp_release(filter);
	return 0;
}

static void
a_system_without_one_is_said_to_be(void **state)
{
	struct fixture *f = *state;
	struct rs_err_detail detail = { "" };
	struct secret *found;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (forbid() != 0)
			_exit(9);
		if (keyring_hold(f->id, f->key, LONG_S, &detail) != RS_EREFUSED)
			_exit(1);
		if (strstr(detail.text, "Operation not permitted") == NULL ||
		    strstr(detail.text, "the key stays locked") == NULL)
			_exit(2);
		if (keyring_find(f->id, &found) != RS_ENOTFOUND)
			_exit(3);
		_exit(keyring_drop(f->id) == RS_ENOTFOUND ? 0 : 4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_key_is_held_for_its_vault_until_it_is_dropped,
		    fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(another_key_takes_its_place, fixture_setup,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(other_sessions_find_it_and_can_end_it,
		    fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(its_time_ends, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(something_else_of_that_name_is_none, fixture_setup,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(a_system_without_one_is_said_to_be, fixture_setup,
		    fixture_teardown),
	};

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
