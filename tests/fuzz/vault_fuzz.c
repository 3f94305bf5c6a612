/*
 * A vault's database and log, changed in any way by somebody who has not the key: as a crash
 * left them, with an article more in each of three transactions of the log.  What opens must
 * be the articles up to some transaction, and all else a clear error.
 *
 * An input is edits of 8 bytes: what is done (the low bit says to which file: 0 the database,
 * 1 the log); where, 3 bytes; how many bytes, 2; and with which value, 2.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "proto/base/secret.h"
#include "proto/vault/vault.h"
#include "tests/fuzz/fuzz.h"

unsigned fuzz_runs = 3000;

enum {
	FILE_BYTES_MAX = 256 * 1024,
	EDIT_LEN = 8,
	COMMITS = 3,
	PATH_BYTES = 64
};

enum edit { EDIT_XOR, EDIT_FILL, EDIT_COPY, EDIT_CUT, EDITS };

struct file {
	char path[PATH_BYTES];
	uint8_t was[FILE_BYTES_MAX], data[FILE_BYTES_MAX];
	size_t was_len, len;
};

static struct {
	char directory[PATH_BYTES];
	struct file files[2];		/* the database, the log */
	uint8_t id[VAULT_ID_LEN];
	struct secret *key;
} scene;

static void
clear(void)
{
	unlink(scene.files[0].path);
	unlink(scene.files[1].path);
	rmdir(scene.directory);
}

static struct sqlite3 *
open_vault(unsigned flags, int *ret_err)
{
	struct rs_err_detail detail = { "" };
	struct sqlite3 *database = NULL;

	*ret_err = vault_open(scene.files[0].path, scene.id, scene.key, flags, 0, &database,
	    &detail);
	fuzz_check(*ret_err == RS_OK || detail.text[0] != '\0');
	return database;
}

static void
run(struct sqlite3 *database, const char *sql)
{
	fuzz_check(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void
load(struct file *file)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, file->was, sizeof(file->was));

	fuzz_check(len > 0 && (size_t)len < sizeof(file->was));
	file->was_len = (size_t)len;
	close(fd);
}

static void
store(const struct file *file)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	fuzz_check(fd >= 0 && write(fd, file->data, file->len) == (ssize_t)file->len);
	close(fd);
}

static void
set_scene(void)
{
	struct sqlite3 *database;
	char sql[100];
	int i, err;

	fuzz_check(secret_start() == RS_OK && secret_new(VAULT_KEY_LEN, &scene.key) == RS_OK);
	memset(scene.key->data, 7, scene.key->len);
	strcpy(scene.directory, "/dev/shm/vault-XXXXXX");
	fuzz_check(mkdtemp(scene.directory) != NULL);
	snprintf(scene.files[0].path, PATH_BYTES, "%s/vault.db", scene.directory);
	snprintf(scene.files[1].path, PATH_BYTES, "%s/vault.db-wal", scene.directory);
	atexit(clear);
	database = open_vault(VAULT_CREATE, &err);
	fuzz_check(err == RS_OK);
	run(database, "CREATE TABLE article (id INTEGER PRIMARY KEY, body TEXT);"
	    "CREATE INDEX article_body ON article (substr(body, 1, 9));"
	    "INSERT INTO article VALUES (0, hex(zeroblob(4000)))");
	vault_close(database);
	database = open_vault(0, &err);
	fuzz_check(err == RS_OK);
	for (i = 1; i <= COMMITS; i++) {
		snprintf(sql, sizeof(sql), "INSERT INTO article VALUES (%d, hex(zeroblob(4000)))", i);
		run(database, sql);
	}
	load(&scene.files[0]);
	load(&scene.files[1]);
	vault_close(database);
}

static void
edit(const uint8_t *data)
{
	struct file *file = &scene.files[data[0] & 1];
	size_t at = (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
	size_t len = (size_t)data[4] << 8 | data[5], value = (size_t)data[6] << 8 | data[7];
	size_t i;

	at = file->len == 0 ? 0 : at % file->len;
	if (len > file->len - at)
		len = file->len - at;
	switch ((enum edit)((data[0] >> 1) % EDITS)) {
	case EDIT_XOR:
		for (i = 0; i < len; i++)
			file->data[at + i] ^= (uint8_t)value;
		break;
	case EDIT_FILL:
		memset(file->data + at, (int)(value & 0xff), len);
		break;
	case EDIT_COPY:
		/* From the same file, in steps that meet pages and frames. */
		value = value * 8 % (file->was_len - 1);
		if (len > file->was_len - value)
			len = file->was_len - value;
		memcpy(file->data + at, file->was + value, len);
		break;
	case EDIT_CUT:
		file->len = at;
		break;
	case EDITS:
		break;
	}
}

/* Read all of it; tells whether that went well, and then gives the number of articles. */
static bool
read_articles(struct sqlite3 *database, int *ret_count)
{
	struct rs_err_detail detail = { "" };
	sqlite3_stmt *rows = NULL;
	int count = 0, code, err;

	code = sqlite3_prepare_v2(database, "SELECT id, body = hex(zeroblob(4000)) FROM article "
	    "ORDER BY id", -1, &rows, NULL);
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(rows);
		if (code == SQLITE_ROW)
			fuzz_check(sqlite3_column_int(rows, 0) == count++ &&
			    sqlite3_column_int(rows, 1) == 1);
	}
	sqlite3_finalize(rows);
	err = vault_error(database, code, &detail);
	fuzz_check(err == RS_OK || err == RS_EDAMAGED);
	*ret_count = count;
	return err == RS_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sqlite3 *database;
	size_t i;
	int count, err;

	if (scene.key == NULL)
		set_scene();
	for (i = 0; i < 2; i++) {
		memcpy(scene.files[i].data, scene.files[i].was, scene.files[i].was_len);
		scene.files[i].len = scene.files[i].was_len;
	}
	for (i = 0; i + EDIT_LEN <= len; i += EDIT_LEN)
		edit(data + i);
	store(&scene.files[0]);
	store(&scene.files[1]);
	database = open_vault(0, &err);
	fuzz_check(err == RS_OK || err == RS_EDAMAGED || err == RS_ENOTVAULT || err == RS_EKEY ||
	    err == RS_EVERSION);
	if (err == RS_OK && read_articles(database, &count))
		fuzz_check(count >= 1 && count <= 1 + COMMITS);
	vault_close(database);
	return 0;
}
