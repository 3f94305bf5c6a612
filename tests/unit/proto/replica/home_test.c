#include "tests/unit/proto/replica/fixture.h"

#include <sys/stat.h>

#include "proto/replica/home.h"

/* A directory for one test; its homes lie below it. */
struct place {
	char root[40];
	char home[60];
	struct home_settings settings;
	struct rs_err_detail detail;
	bool made;
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	OK(secret_start());
	strcpy(place->root, "/tmp/home-test-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->home, sizeof(place->home), "%s/a/b", place->root);
	place->settings = (struct home_settings){ .directory = place->home,
	    .replica = { clock_system(), random_system(), REPLICA_LAPTOP } };
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "vault.db", "vault.db-wal", "vault.keys", "key" };
	struct place *place = *state;
	char path[100];

	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", place->home, names[i]);
		unlink(path);
	}
	rmdir(place->home);
	snprintf(path, sizeof(path), "%s/a", place->root);
	rmdir(path);
	assert_int_equal(rmdir(place->root), 0);
	free(place);
	return 0;
}

static int
try(struct place *place)
{
	struct replica *replica = NULL;
	int err;

	place->made = false;
	place->detail.text[0] = '\0';
	err = home_open(&place->settings, &replica, &place->made, &place->detail);
	replica_close(replica);
	return err;
}

static void
remove_file(struct place *place, const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", place->home, name);
	assert_int_equal(unlink(path), 0);
}

static void
a_home_is_made_once_with_a_key_file(void **state)
{
	struct place *place = *state;
	struct stat status;
	char path[100];

	OK(try(place));
	assert_true(place->made);
	assert_int_equal(stat(place->home, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	snprintf(path, sizeof(path), "%s/key", place->home);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	OK(try(place));
	assert_false(place->made);
}

static void
a_vault_is_never_made_beside_half_a_one(void **state)
{
	static const char *const lost[] = { "vault.keys", "vault.db" };
	struct place *place = *state;

	for (int i = 0; i < 2; i++) {
		OK(try(place));
		remove_file(place, lost[i]);
		assert_int_equal(try(place), RS_ENOTFOUND);
		assert_non_null(strstr(place->detail.text, lost[i]));
		remove_file(place, lost[!i]);
	}
	/* The key file that was made for the lost vault serves the next one. */
	OK(try(place));
	assert_false(place->made);
}

static void
a_missing_or_wrong_key_is_said(void **state)
{
	struct place *place = *state;

	OK(try(place));
	remove_file(place, "key");
	assert_int_equal(try(place), RS_ENOTFOUND);
	assert_non_null(strstr(place->detail.text, "key file"));
	OK(secret_copy("wrong", 5, (struct secret **)&place->settings.passphrase));
	assert_int_equal(try(place), RS_EKEY);
	secret_free((struct secret *)place->settings.passphrase);
}

static void
a_passphrase_leaves_no_key_file(void **state)
{
	struct place *place = *state;
	char path[100];

	OK(secret_copy("open sesame", 11, (struct secret **)&place->settings.passphrase));
	OK(try(place));
	assert_false(place->made);
	snprintf(path, sizeof(path), "%s/key", place->home);
	assert_int_equal(access(path, F_OK), -1);
	OK(try(place));
	secret_free((struct secret *)place->settings.passphrase);
}

static void
a_home_is_open_to_one_program(void **state)
{
	struct place *place = *state;
	struct replica *replica;

	OK(home_open(&place->settings, &replica, &place->made, &place->detail));
	assert_int_equal(try(place), RS_ELOCKED);
	replica_close(replica);
	OK(try(place));
}

static void
a_home_that_cannot_be_made_is_named(void **state)
{
	struct place *place = *state;

	place->settings.directory = "/dev/null/home";
	assert_int_not_equal(try(place), RS_OK);
	assert_non_null(strstr(place->detail.text, "/dev/null"));
}

#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_PLACE(a_home_is_made_once_with_a_key_file),
		AT_A_PLACE(a_vault_is_never_made_beside_half_a_one),
		AT_A_PLACE(a_missing_or_wrong_key_is_said),
		AT_A_PLACE(a_passphrase_leaves_no_key_file),
		AT_A_PLACE(a_home_is_open_to_one_program),
		AT_A_PLACE(a_home_that_cannot_be_made_is_named),
	};

	return cmocka_run_group_tests_name("proto/replica/home", tests, NULL, NULL);
}
