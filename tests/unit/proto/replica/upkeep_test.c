/*
 * The commands of `vault`, as far as a program cannot reach them: what a slot costs to guess,
 * and how that rises; a recovery key that can neither be shown nor taken back.
 */
#include "fixture.h"

#include <unistd.h>

#include "proto/base/file.h"
#include "proto/replica/upkeep.h"

struct place {
	char root[40];
	char home[60];
	char keys[60];			/* its vault.keys */
	char word[60];			/* the file with the passphrase */
	struct upkeep_settings settings;
	struct buffer said;
};

/* A callback that is given no context finds it here. */
static struct place *losing;

static void
say(void *context, const char *line)
{
	struct place *place = context;

	OK(buffer_printf(&place->said, "%s\n", line));
}

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	OK(secret_start());
	strcpy(place->root, "/tmp/upkeep-test-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->home, sizeof(place->home), "%s/home", place->root);
	snprintf(place->keys, sizeof(place->keys), "%s/home/vault.keys", place->root);
	snprintf(place->word, sizeof(place->word), "%s/word", place->root);
	OK(file_create(place->word, bytes_of_text("correct horse\n"), 0600));
	place->settings = (struct upkeep_settings){ .say = say, .context = place,
	    .home = { .directory = place->home,
	    .replica = { clock_system(), random_system(), REPLICA_LAPTOP } } };
	OK(home_read_passphrase(place->word, (struct secret **)&place->settings.home.passphrase));
	buffer_init(&place->said, 1 << 16);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "home/vault.db", "home/vault.keys", "home", "word" };
	struct place *place = *state;
	char path[100];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", place->root, names[i]);
		assert_int_equal(remove(path), 0);
	}
	rmdir(place->root);
	secret_free((struct secret *)place->settings.home.passphrase);
	buffer_release(&place->said);
	free(place);
	return 0;
}

/* Run a command, and return what it says. */
static const char *
run(struct place *place, char *first, char *second)
{
	char *words[] = { first, second, NULL };
	struct rs_err_detail detail;

	buffer_clear(&place->said);
	if (upkeep_run(&place->settings, second == NULL ? 1 : 2, words, &detail) != RS_OK)
		fail_msg("%s: %s", first, detail.text);
	return buffer_text(&place->said);
}

static void
an_old_cost_is_told_of_and_raised(void **state)
{
	struct place *place = *state;
	struct vault_cost least = vault_cost_least();
	struct replica *replica;
	bool made;

	/* As a version made it for which less was enough. */
	place->settings.home.cost = &least;
	OK(home_open(&place->settings.home, &replica, &made, NULL));
	replica_close(replica);
	place->settings.home.cost = NULL;
	assert_non_null(strstr(run(place, "slot", "list"), "1 passes over 8 KiB"));
	assert_non_null(strstr(run(place, "info", NULL), "costs less to guess than a new one"));
	/* The same passphrase, at what it costs now. */
	run(place, "passwd", place->word);
	assert_non_null(strstr(run(place, "slot", "list"), "3 passes over 262144 KiB"));
	assert_null(strstr(run(place, "info", NULL), "costs less"));
	assert_non_null(strstr(buffer_text(&place->said), "slots: 1\n"));
	OK(home_open(&place->settings.home, &replica, &made, NULL));
	replica_close(replica);
}

/* The reader has gone, and the disk with the keys too. */
static int
lose_all(void)
{
	char away[70];

	snprintf(away, sizeof(away), "%s.away", losing->keys);
	assert_int_equal(rename(losing->keys, away), 0);
	return RS_EIO;
}

static void
a_recovery_key_that_stays_unseen_is_told_of(void **state)
{
	struct place *place = *state;
	char *words[] = { "slot", "add", "recovery-key", NULL };
	char away[70], name[9], expected[200];
	struct rs_err_detail detail;
	struct replica *replica;
	bool made;

	OK(home_open(&place->settings.home, &replica, &made, NULL));
	replica_close(replica);
	losing = place;
	place->settings.flush = lose_all;
	buffer_clear(&place->said);
	assert_int_equal(upkeep_run(&place->settings, 3, words, &detail), RS_EIO);
	snprintf(name, sizeof(name), "%s", buffer_text(&place->said));
	snprintf(expected, sizeof(expected), "the recovery key could not be shown (input/output "
	    "error), nor its slot taken back (not found): vault slot remove %s", name);
	assert_string_equal(detail.text, expected);
	snprintf(away, sizeof(away), "%s.away", place->keys);
	assert_int_equal(rename(away, place->keys), 0);
	place->settings.flush = NULL;
	assert_non_null(strstr(run(place, "slot", "list"), name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_old_cost_is_told_of_and_raised, setup, teardown),
		cmocka_unit_test_setup_teardown(a_recovery_key_that_stays_unseen_is_told_of, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name("proto/replica/upkeep", tests, NULL, NULL);
}
