#include "tests/unit/proto/replica/fixture.h"

#include <fcntl.h>

#include "proto/replica/alias.h"
#include "proto/replica/device.h"
#include "proto/replica/highlight.h"
#include "proto/replica/note.h"
#include "proto/replica/verify.h"

/* What a check said, and how it ended. */
struct outcome {
	char text[8192];
	char parts[200];		/* that told how far they are, each once */
	int err;
	struct rs_err_detail detail;
};

static struct outcome outcome;

static void
say(void *context, const char *line)
{
	struct outcome *into = context;
	size_t len = strlen(into->text);

	snprintf(into->text + len, sizeof(into->text) - len, "%s\n", line);
}

static void
note_progress(const char *what, uint64_t done, uint64_t total)
{
	size_t len = strlen(outcome.parts);

	assert_true(done <= total);
	if (done == total)
		snprintf(outcome.parts + len, sizeof(outcome.parts) - len, "%s ", what);
}

/* Check the vault of a node that is closed. */
static void
check_closed(struct node *node)
{
	const struct verify_report report = { say, note_progress, &outcome };
	struct sqlite3 *database;

	memset(&outcome, 0, sizeof(outcome));
	OK(vault_open(node->path, node->vault_id, node->key, 0, 0, &database, NULL));
	outcome.err = verify_vault(database, &node->settings, &report, &outcome.detail);
}

/* Close the replica, check its vault, and open it again. */
static void
check(struct node *node)
{
	node_close(node);
	check_closed(node);
	node_open(node);
}

static void
assert_sound(struct node *node)
{
	check(node);
	if (outcome.err != RS_OK)
		fail_msg("%s%s", outcome.text, outcome.detail.text);
	assert_non_null(strstr(outcome.text, "pages: all "));
	assert_non_null(strstr(outcome.text, "structure: sound\n"));
	assert_non_null(strstr(outcome.text, "blobs: all 6 are"));
	assert_non_null(strstr(outcome.text, "tables: as the registers say\n"));
	assert_string_equal(outcome.parts, "pages structure blobs tables ");
}

static void
assert_finds(struct node *node, const char *finding)
{
	check(node);
	assert_int_equal(outcome.err, RS_EDAMAGED);
	assert_non_null(strstr(outcome.detail.text, "findings: "));
	if (strstr(outcome.text, finding) == NULL)
		fail_msg("'%s' is not in: %s", finding, outcome.text);
}

static int
library_setup(void **state)
{
	struct node *node = node_new(REPLICA_ARCHIVE, 1);
	uint8_t item[HASH_NAME_LEN], highlight[HASH_NAME_LEN], key[32] = "a device";
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	struct note_heads heads = { .count = 0 };
	char url[64], text[64];

	for (int i = 0; i < 3; i++) {
		snprintf(url, sizeof(url), "https://example.org/%d", i);
		snprintf(text, sizeof(text), "The text of article %d.", i);
		keep(node, url, "A title", text, item);
		IN(node, item_tag(node->replica, item, "economy", true));
	}
	/* One that calls itself another: seen as one item. */
	IN(node, alias_claim(node->replica, item, "https://example.org/2", "",
	    "https://example.org/1"));
	assert_int_equal(ask(node, "SELECT count(*) FROM item WHERE head <> id"), 1);
	save(node, "https://example.org/waiting", NULL, item);
	IN(node, device_add(node->replica, key, "laptop", false));
	IN(node, note_write(node->replica, item, "A note.", &heads));
	OK(note_heads(node->replica, item, &heads));
	IN(node, note_write(node->replica, item, "A note, edited.", &heads));
	passage.quote = (char *)"text";
	IN(node, highlight_add(node->replica, item, &passage, highlight));
	*state = node;
	return 0;
}

static void
a_sound_vault_is_said_to_be(void **state)
{
	struct node *node = *state;
	struct buffer before, after;

	buffer_init(&before, 1 << 20);
	buffer_init(&after, 1 << 20);
	dump_derived(node, &before);
	dump_truth(node, &before);
	assert_sound(node);
	dump_derived(node, &after);
	dump_truth(node, &after);
	assert_string_equal(buffer_text(&after), buffer_text(&before));
	buffer_release(&before);
	buffer_release(&after);
}

/* Each table, changed behind the registers' back, is found and made anew. */
static void
a_derived_table_that_lies_is_made_anew(void **state)
{
	static const struct {
		const char *change;
		const char *finding;
	} lies[] = {
		{ "UPDATE item SET words = words + 1 WHERE id = 1", "table item " },
		{ "UPDATE item SET best = NULL WHERE id = 2", "table item " },
		{ "UPDATE item SET head = 2 WHERE id = 1", "table item " },
		{ "UPDATE fetch SET owner = 2 WHERE id = 1", "table fetch " },
		{ "UPDATE reading SET owner = 2 WHERE id = 1", "table reading " },
		{ "UPDATE item SET starred = 1 WHERE id = 4", "table item " },
		{ "DELETE FROM item_tag WHERE item = 1", "table item_tag " },
		{ "UPDATE fetch SET at_ms = 7 WHERE id = 1", "table fetch " },
		{ "UPDATE reading SET copy = 1 WHERE id = 1", "table reading " },
		{ "INSERT INTO want VALUES (x'00', 0, 0, 0, 0, 1)", "table want " },
		{ "UPDATE device SET revoked = 1", "table device " },
		{ "UPDATE note SET owner = 1", "table note " },
		{ "DELETE FROM note_replaced", "table note_replaced " },
		{ "UPDATE highlight SET present = 0", "table highlight " },
		{ "UPDATE note SET text = 'Another.' WHERE text = 'A note, edited.'",
		    "the search index " },
		{ "INSERT INTO search (search, rowid, title, body) VALUES"
		    " ('delete', 1, 'A title', 'A title The text of article 0.')",
		    "the search index " },
	};
	struct node *node = *state;

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		IN(node, database_script(&node->replica->database, lies[i].change));
		assert_finds(node, lies[i].finding);
		assert_non_null(strstr(outcome.text, "made anew from the registers\n"));
		assert_sound(node);
	}
}

static void
a_blob_is_what_its_hash_says(void **state)
{
	struct node *node = *state;

	IN(node, database_script(&node->replica->database, "UPDATE blob_part SET data ="
	    " zeroblob(length(data)) WHERE id = (SELECT min(id) FROM blob_part)"));
	assert_finds(node, "the bytes of blob ");
	assert_null(strstr(outcome.text, "tables"));
}

/* Change a byte of page ${page} on the disk. */
static void
harm(struct node *node, unsigned page)
{
	int fd = open(node->path, O_RDWR);
	off_t at = (off_t)(page - 1) * 4096 + 2000;
	uint8_t byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void
every_damaged_page_is_named(void **state)
{
	struct node *node = *state;
	unsigned a = (unsigned)ask(node, "SELECT rootpage FROM sqlite_schema WHERE name = 'invite'");
	unsigned b = (unsigned)ask(node, "SELECT rootpage FROM sqlite_schema WHERE name = 'item'");
	char finding[100];

	node_close(node);
	harm(node, a);
	harm(node, b);
	check_closed(node);
	harm(node, a);
	harm(node, b);
	assert_int_equal(outcome.err, RS_EDAMAGED);
	assert_true(a < b);
	snprintf(finding, sizeof(finding), "page %u was changed or damaged\npage %u was changed or "
	    "damaged\n", a, b);
	assert_string_equal(outcome.text, finding);
	assert_string_equal(outcome.detail.text, "the vault is damaged; findings: 2");
	node_open(node);
	assert_sound(node);
}

/* SQLite's own check sees what no page's seal can: a structure that does not hold. */
static void
a_structure_that_does_not_hold_is_found(void **state)
{
	struct node *node = *state;

	sqlite3_db_config(node->replica->database.handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	IN(node, database_script(&node->replica->database, "PRAGMA writable_schema = ON;"
	    " UPDATE sqlite_schema SET sql = replace(sql, 'tag, item', 'item, tag')"
	    " WHERE name = 'item_tag_name'; PRAGMA writable_schema = OFF"));
	assert_finds(node, "SQLite: ");
}

#define WITH_LIBRARY(test) cmocka_unit_test_setup_teardown(test, library_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LIBRARY(a_sound_vault_is_said_to_be),
		WITH_LIBRARY(a_derived_table_that_lies_is_made_anew),
		WITH_LIBRARY(a_blob_is_what_its_hash_says),
		WITH_LIBRARY(every_damaged_page_is_named),
		WITH_LIBRARY(a_structure_that_does_not_hold_is_found),
	};

	return cmocka_run_group_tests_name("proto/replica/verify", tests, NULL, NULL);
}
