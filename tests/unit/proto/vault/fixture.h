/*
 * A vault in a directory of its own for a test, and hands to damage it with.
 */
#ifndef TESTS_VAULT_FIXTURE_H
#define TESTS_VAULT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/file.h"
#include "proto/base/hash.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"
#include "proto/vault/first_page.h"
#include "proto/vault/vault.h"

struct fixture {
	char directory[64];
	char path[96];		/* vault.db */
	char log[96];		/* vault.db-wal */
	uint8_t id[VAULT_ID_LEN];
	struct secret *key;
	struct rs_err_detail detail;
};

static inline int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(secret_start(), RS_OK);
	strcpy(f->directory, "/tmp/vault-test-XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(f->path, sizeof(f->path), "%s/vault.db", f->directory);
	snprintf(f->log, sizeof(f->log), "%s/vault.db-wal", f->directory);
	random_fill(random_system(), f->id, sizeof(f->id));
	assert_int_equal(secret_new(VAULT_KEY_LEN, &f->key), RS_OK);
	random_fill(random_system(), f->key->data, f->key->len);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	DIR *directory = opendir(f->directory);
	struct dirent *entry;

	while ((entry = readdir(directory)) != NULL)
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	rmdir(f->directory);
	secret_free(f->key);
	free(f);
	return 0;
}

static inline int
fixture_try(struct fixture *f, sqlite3 **ret_db)
{
	memset(&f->detail, 0, sizeof(f->detail));
	return vault_open(f->path, f->id, f->key, 0, 0, ret_db, &f->detail);
}

static inline sqlite3 *
fixture_open(struct fixture *f)
{
	sqlite3 *db = NULL;
	int err = vault_open(f->path, f->id, f->key, VAULT_CREATE, 0, &db, &f->detail);

	if (err != RS_OK)
		fail_msg("vault_open: %s: %s", rs_err_text(err), f->detail.text);
	return db;
}

static inline void
run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* The integer that ${sql} gives. */
static inline long long
ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	long long answer;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return answer;
}

static inline void
assert_whole(sqlite3 *db)
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
	sqlite3_finalize(statement);
}

static inline struct buffer
contents(const char *path)
{
	struct buffer buffer;

	buffer_init(&buffer, 64 << 20);
	assert_int_equal(file_read(path, &buffer), RS_OK);
	return buffer;
}

static inline void
put_contents(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "w");

	/* Not file_replace: a test of every bit would sync for ever. */
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void
copy_file(const char *from, const char *to)
{
	struct buffer buffer = contents(from);

	put_contents(to, buffer.data, buffer.len);
	buffer_release(&buffer);
}

/* Change one bit of byte ${at}. */
static inline void
flip(const char *path, size_t at)
{
	struct buffer buffer = contents(path);

	assert_true(at < buffer.len);
	buffer.data[at] ^= 0x10;
	put_contents(path, buffer.data, buffer.len);
	buffer_release(&buffer);
}

static inline size_t
file_len(const char *path)
{
	struct buffer buffer = contents(path);
	size_t len = buffer.len;

	buffer_release(&buffer);
	return len;
}

#endif
