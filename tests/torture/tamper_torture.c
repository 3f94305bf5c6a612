/*
 * Tampering: a small vault, and a small log beside it as a crash leaves it, with every bit
 * flipped in turn (or every so many-th), pages and frames put in each other's place, those
 * of another vault put in theirs, and the database cut short.  In the database that
 * is an error that names the page.  In the log it is an error that names the frame, or
 * costs the last transaction, and only where it touches that one.  Nothing ever reads as
 * something that was not written, and what is found damaged is left as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/vault/first_page.h"
#include "proto/vault/vfs_log.h"
#include "tests/torture/disk.h"
#include "tests/torture/world.h"

enum {
	P = VAULT_PAGE_LEN,
	F = VFS_LOG_FRAME_LEN,
	STRIDE = 61,		/* of the short form: hits each bit of a byte, and every page */
	COMMITS = 3		/* in the log */
};

/* The files as they were, and what they said. */
struct scene {
	struct vault vault;
	uint8_t *database, *log;
	size_t database_len, log_len;
	size_t last_frame;	/* the first of the last transaction, from 1 */
	struct state states[COMMITS + 1];	/* after each commit */
	long errors, losses;	/* counted */
};

static uint8_t *
copy_of(const char *name, size_t *ret_len)
{
	struct disk_file *file = disk_find(name);
	uint8_t *copy;

	assert_non_null(file);
	copy = malloc(file->len);
	assert_non_null(copy);
	memcpy(copy, file->data, file->len);
	*ret_len = file->len;
	return copy;
}

/* Rows in a tree with an index, with and without overflow pages, and free pages. */
static void
fill(struct vault *vault)
{
	assert_int_equal(vault_run(vault, "BEGIN; CREATE TABLE article (id INTEGER PRIMARY KEY, "
	    "body TEXT); CREATE INDEX article_body ON article (substr(body, 1, 9)); "
	    "INSERT INTO article VALUES (1, hex(zeroblob(2500))), (2, 'short'), "
	    "(3, hex(zeroblob(700))), (4, hex(zeroblob(900))); CREATE TABLE gone AS SELECT hex(zeroblob(2500)); "
	    "DROP TABLE gone; COMMIT"), RS_OK);
}

/* Fill an empty vault that is open, and close it; or leave it as a crash would, with a log. */
static void
build(struct scene *scene, bool crashed)
{
	char sql[100];
	int i;

	fill(&scene->vault);
	vault_down(&scene->vault);
	assert_int_equal(vault_up(&scene->vault), RS_OK);
	assert_int_equal(vault_state(&scene->vault, &scene->states[0]), RS_OK);
	for (i = 1; i <= COMMITS && crashed; i++) {
		scene->last_frame = i == 1 ? 1 : (disk_find("vault.db-wal")->len -
		    VFS_LOG_HEADER_LEN) / F + 1;
		snprintf(sql, sizeof(sql), "INSERT INTO article VALUES (%d, 'row %d of the log')",
		    10 + i, i);
		assert_int_equal(vault_run(&scene->vault, sql), RS_OK);
		assert_int_equal(vault_state(&scene->vault, &scene->states[i]), RS_OK);
	}
	scene->database = copy_of("vault.db", &scene->database_len);
	if (crashed)
		scene->log = copy_of("vault.db-wal", &scene->log_len);
	vault_down(&scene->vault);
}

static void
set_scene(struct scene *scene, bool crashed)
{
	memset(scene, 0, sizeof(*scene));
	vault_start(&scene->vault);
	build(scene, crashed);
}

enum foreign { FOREIGN_ID, FOREIGN_KEY, FOREIGNS };

/* The same work in a vault that has the same key and another id, or the other way round. */
static void
set_foreign_scene(struct scene *scene, enum foreign foreign, struct scene *ret_foreign)
{
	uint8_t *differs = foreign == FOREIGN_ID ? scene->vault.id : scene->vault.key->data;

	vault_down(&scene->vault);
	disk_remove("vault.db");
	disk_remove("vault.db-wal");
	unlink(scene->vault.path);
	memset(ret_foreign, 0, sizeof(*ret_foreign));
	ret_foreign->vault = scene->vault;
	*differs ^= 1;
	memcpy(ret_foreign->vault.id, scene->vault.id, sizeof(scene->vault.id));
	assert_int_equal(vault_up(&ret_foreign->vault), RS_OK);
	build(ret_foreign, scene->log != NULL);
	*differs ^= 1;
	assert_int_equal(ret_foreign->database_len, scene->database_len);
	assert_int_equal(ret_foreign->log_len, scene->log_len);
}

static void
end_scene(struct scene *scene)
{
	printf("# %ld errors, %ld losses of the last transaction\n", scene->errors,
	    scene->losses);
	free(scene->database);
	free(scene->log);
	vault_end(&scene->vault);
}

/* Put the files back; the caller then changes them. */
static void
put_back(struct scene *scene)
{
	vault_down(&scene->vault);
	disk_put("vault.db", bytes_of(scene->database, scene->database_len));
	if (scene->log != NULL)
		disk_put("vault.db-wal", bytes_of(scene->log, scene->log_len));
}

/* Read all there is: an rs_err. */
static int
read_all(struct scene *scene, struct state *ret_state)
{
	int err = vault_check(&scene->vault);

	/* A free page is nothing that SQLite ever reads. */
	if (err == RS_OK && scene->log == NULL)
		err = vault_verify(&scene->vault);
	return err == RS_OK ? vault_state(&scene->vault, ret_state) : err;
}

static void
assert_untouched(const char *name, uint8_t *tampered, size_t len)
{
	struct disk_file *file = disk_find(name);

	assert_non_null(file);
	assert_int_equal(file->len, len);
	assert_memory_equal(file->data, tampered, len);
	free(tampered);
}

/* The database was tampered with at page ${page}: that must come out. */
static void
assert_page_named(struct scene *scene, size_t page, const char *what)
{
	uint8_t *tampered;
	struct state state;
	char expected[64];
	size_t len;
	int err;

	tampered = copy_of("vault.db", &len);
	err = read_all(scene, &state);
	snprintf(expected, sizeof(expected), "page %zu of vault.db was changed or damaged", page);
	if (err != RS_EDAMAGED || strstr(scene->vault.detail.text, expected) == NULL)
		fail_msg("%s at page %zu: error %d, %s", what, page, err,
		    scene->vault.detail.text);
	vault_down(&scene->vault);
	assert_untouched("vault.db", tampered, len);
	scene->errors++;
}

/*
 * The log was tampered with, first at frame ${frame}, 0 for its header: what was committed
 * after that frame proves it, or it was in the last transaction.
 */
static void
assert_log_holds(struct scene *scene, size_t frame, const char *what)
{
	struct state state;
	uint8_t *tampered;
	char expected[64];
	size_t len;
	int err;

	tampered = copy_of("vault.db-wal", &len);
	err = read_all(scene, &state);
	if (frame >= scene->last_frame) {
		if (err != RS_OK || memcmp(&state, &scene->states[COMMITS - 1], sizeof(state)) != 0)
			fail_msg("%s at frame %zu: error %d, %s", what, frame, err,
			    scene->vault.detail.text);
		scene->losses++;
		free(tampered);
		return;
	}
	snprintf(expected, sizeof(expected), frame == 0 ? "the header of vault.db-wal" :
	    "frame %zu of vault.db-wal", frame);
	if (err != RS_EDAMAGED || strstr(scene->vault.detail.text, expected) == NULL)
		fail_msg("%s at frame %zu: error %d, %s", what, frame, err,
		    scene->vault.detail.text);
	vault_down(&scene->vault);
	assert_untouched("vault.db-wal", tampered, len);
	scene->errors++;
}

static void
every_bit_of_the_database(void **state)
{
	struct scene scene;
	size_t bit;

	(void)state;
	set_scene(&scene, false);
	for (bit = 0; bit < scene.database_len * 8; bit += torture_full() ? 1 : STRIDE) {
		put_back(&scene);
		disk_find("vault.db")->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_page_named(&scene, bit / 8 / P + 1, "a flipped bit");
	}
	end_scene(&scene);
}

static void
every_bit_of_the_log(void **state)
{
	struct scene scene;
	size_t bit, byte;

	(void)state;
	set_scene(&scene, true);
	for (bit = 0; bit < scene.log_len * 8; bit += torture_full() ? 1 : STRIDE) {
		byte = bit / 8;
		put_back(&scene);
		disk_find("vault.db-wal")->data[byte] ^= (uint8_t)(1 << bit % 8);
		assert_log_holds(&scene, byte < VFS_LOG_HEADER_LEN ? 0 :
		    (byte - VFS_LOG_HEADER_LEN) / F + 1, "a flipped bit");
	}
	assert_true(scene.errors > 0 && scene.losses > 0);
	end_scene(&scene);
}

static void
put_page(struct scene *scene, size_t page, const uint8_t *from)
{
	put_back(scene);
	memcpy(disk_find("vault.db")->data + page * P, from, P);
}

static void
pages_out_of_place(void **state)
{
	struct scene scene, foreign;
	size_t to, from, pages;
	int kind;

	(void)state;
	set_scene(&scene, false);
	pages = scene.database_len / P;
	for (to = 0; to < pages; to++) {
		for (from = 0; from < pages; from++) {
			if (to == from)
				continue;
			put_page(&scene, to, scene.database + from * P);
			assert_page_named(&scene, to + 1, "another page");
		}
	}
	for (kind = 0; kind < FOREIGNS; kind++) {
		set_foreign_scene(&scene, (enum foreign)kind, &foreign);
		for (to = 0; to < pages; to++) {
			put_page(&scene, to, foreign.database + to * P);
			assert_page_named(&scene, to + 1, "another vault's page");
		}
		free(foreign.database);
	}
	end_scene(&scene);
}

/* Put ${from} in the place of frame ${frame}, but for its first ${keep} bytes. */
static void
put_frame(struct scene *scene, size_t frame, const uint8_t *from, size_t keep)
{
	uint8_t *to;

	put_back(scene);
	to = disk_find("vault.db-wal")->data + VFS_LOG_HEADER_LEN + (frame - 1) * F;
	memcpy(to + keep, from + keep, F - keep);
}

static const uint8_t *
frame_of(const struct scene *scene, size_t frame)
{
	return scene->log + VFS_LOG_HEADER_LEN + (frame - 1) * F;
}

/* Whole, and with the page number and salts that belong there. */
static void
frames_out_of_place(void **state)
{
	enum { PLAIN = 16 };
	struct scene scene, foreign;
	size_t to, from, frames, keep;
	int kind;

	(void)state;
	set_scene(&scene, true);
	frames = (scene.log_len - VFS_LOG_HEADER_LEN) / F;
	for (keep = 0; keep <= PLAIN; keep += PLAIN) {
		for (to = 1; to <= frames; to++) {
			for (from = 1; from <= frames; from++) {
				if (to == from)
					continue;
				put_frame(&scene, to, frame_of(&scene, from), keep);
				assert_log_holds(&scene, to, "another frame");
			}
		}
	}
	for (kind = 0; kind < FOREIGNS; kind++) {
		set_foreign_scene(&scene, (enum foreign)kind, &foreign);
		for (to = 1; to <= frames; to++) {
			put_frame(&scene, to, frame_of(&foreign, to), PLAIN);
			assert_log_holds(&scene, to, "another vault's frame");
		}
		free(foreign.database);
		free(foreign.log);
	}
	end_scene(&scene);
}

static void
a_database_cut_short(void **state)
{
	struct scene scene;
	struct state read;
	size_t len;
	int err;

	(void)state;
	set_scene(&scene, false);
	for (len = 0; len < scene.database_len; len += len % P == 0 || len % P == P - 1 ? 1 : P - 2) {
		put_back(&scene);
		disk_put("vault.db", bytes_of(scene.database, len));
		err = read_all(&scene, &read);
		if (err != (len < FIRST_PAGE_MARK_LEN ? RS_ENOTVAULT : RS_EDAMAGED) ||
		    strstr(scene.vault.detail.text, len < FIRST_PAGE_MARK_LEN ?
		    "vault.db is not a vault" : len < P ? "vault.db is cut short: page 1 " :
		    "vault.db") == NULL)
			fail_msg("cut at %zu: error %d, %s", len, err, scene.vault.detail.text);
		scene.errors++;
	}
	end_scene(&scene);
}

/* It is not noticed; but what is read is what some commit left. */
static void
a_log_cut_short(void **state)
{
	struct scene scene;
	struct state read;
	size_t len;
	int i;

	(void)state;
	set_scene(&scene, true);
	for (len = 0; len < scene.log_len; len += torture_full() ? 1 : STRIDE) {
		put_back(&scene);
		disk_put("vault.db-wal", bytes_of(scene.log, len));
		if (read_all(&scene, &read) != RS_OK)
			fail_msg("cut at %zu: %s", len, scene.vault.detail.text);
		for (i = 0; i < COMMITS && memcmp(&read, &scene.states[i], sizeof(read)) != 0; i++)
			;
		if (i == COMMITS)
			fail_msg("cut at %zu: what no commit left", len);
		scene.losses++;
	}
	end_scene(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bit_of_the_database),
		cmocka_unit_test(every_bit_of_the_log),
		cmocka_unit_test(pages_out_of_place),
		cmocka_unit_test(frames_out_of_place),
		cmocka_unit_test(a_database_cut_short),
		cmocka_unit_test(a_log_cut_short),
	};

	return cmocka_run_group_tests_name("tampering", tests, NULL, NULL);
}
