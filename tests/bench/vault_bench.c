/*
 * What sealing costs: the same work on a vault and on plain SQLite with the same
 * settings, in turns, so that both meet the same machine.  The size of pages is that which
 * SQLite takes by itself.
 *
 *     make build/tests/bench/vault_bench && build/tests/bench/vault_bench [DIRECTORY]
 *
 * Work: 20,000 rows of 6,000 bytes of text in transactions of 100; a scan of them all; a
 * full-text index of them all; the last two from a freshly opened database.  And opening a
 * home that is there, with its key file.  Prints seconds and the ratio of the medians;
 * asserts nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "proto/base/random.h"
#include "proto/base/secret.h"
#include "proto/replica/home.h"
#include "proto/vault/first_page.h"
#include "proto/vault/vault.h"
#include "tests/bench/prose.h"

enum { RUNS = 5, OPENS = 101, ROWS = 20000, ROW_LEN = 6000, ROWS_A_COMMIT = 100, BODIES = 2000 };

_Static_assert(VAULT_PAGE_LEN == 4096, "SQLite's own, or both are to be compared with");

enum kind { PLAIN, SEALED, KINDS };

struct bench {
	char path[KINDS][512];
	uint8_t id[VAULT_ID_LEN];
	struct secret *key;
	char bodies[BODIES][ROW_LEN + 1];
};

static void
must(int ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "vault_bench: %s failed\n", what);
		exit(1);
	}
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
run_sql(sqlite3 *db, const char *sql)
{
	must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

/* Plain SQLite, set as a vault is. */
static sqlite3 *
open_plain(const char *path)
{
	char sql[64];
	sqlite3 *db;

	must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, "sqlite3_open_v2");
	snprintf(sql, sizeof(sql), "PRAGMA page_size=%d", VAULT_PAGE_LEN);
	run_sql(db, sql);
	run_sql(db, "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA locking_mode=EXCLUSIVE;"
	    "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA journal_mode=WAL;"
	    "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
	    "PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=1000;"
	    "PRAGMA journal_size_limit=16777216");
	return db;
}

static sqlite3 *
open_kind(struct bench *bench, enum kind kind)
{
	sqlite3 *db;

	if (kind == PLAIN)
		return open_plain(bench->path[PLAIN]);
	must(vault_open(bench->path[SEALED], bench->id, bench->key, VAULT_CREATE, 0, &db, NULL) ==
	    RS_OK, "vault_open");
	return db;
}

static void
close_kind(enum kind kind, sqlite3 *db)
{
	if (kind == PLAIN)
		sqlite3_close(db);
	else
		vault_close(db);
}

static void
write_rows(struct bench *bench, sqlite3 *db)
{
	sqlite3_stmt *insert;
	int i;

	run_sql(db, "CREATE TABLE article (id INTEGER PRIMARY KEY, body TEXT)");
	must(sqlite3_prepare_v2(db, "INSERT INTO article (body) VALUES (?1)", -1, &insert, NULL) ==
	    SQLITE_OK, "prepare");
	for (i = 0; i < ROWS; i++) {
		if (i % ROWS_A_COMMIT == 0)
			run_sql(db, "BEGIN");
		sqlite3_bind_text(insert, 1, bench->bodies[i % BODIES], ROW_LEN, SQLITE_STATIC);
		must(sqlite3_step(insert) == SQLITE_DONE, "insert");
		sqlite3_reset(insert);
		if (i % ROWS_A_COMMIT == ROWS_A_COMMIT - 1)
			run_sql(db, "COMMIT");
	}
	sqlite3_finalize(insert);
}

static double
time_write(struct bench *bench, enum kind kind)
{
	double start = seconds();
	sqlite3 *db = open_kind(bench, kind);

	write_rows(bench, db);
	close_kind(kind, db);
	return seconds() - start;
}

static double
time_scan(struct bench *bench, enum kind kind)
{
	double start = seconds();
	sqlite3 *db = open_kind(bench, kind);

	run_sql(db, "SELECT sum(instr(body, 'x')) FROM article");
	close_kind(kind, db);
	return seconds() - start;
}

static double
time_index(struct bench *bench, enum kind kind)
{
	double start = seconds();
	sqlite3 *db = open_kind(bench, kind);

	run_sql(db, "CREATE VIRTUAL TABLE search USING fts5 (body, content='article',"
	    " content_rowid='id', tokenize='unicode61')");
	run_sql(db, "INSERT INTO search (search) VALUES ('rebuild')");
	close_kind(kind, db);
	return seconds() - start;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
remove_home(const char *directory)
{
	static const char *const names[] = { "key", "vault.db", "vault.db-wal", "vault.keys" };
	char path[600];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	must(rmdir(directory) == 0, directory);
}

/* Open and close a home, with its vault and key file, again and again. */
static void
report_open(const char *directory)
{
	struct home_settings settings = {
		.replica = { clock_system(), random_system(), REPLICA_LAPTOP }
	};
	static double times[OPENS];
	struct replica *replica;
	char path[512];
	bool made;
	int i;

	snprintf(path, sizeof(path), "%s/bench-home-XXXXXX", directory);
	must(mkdtemp(path) != NULL, "mkdtemp");
	settings.directory = path;
	for (i = -1; i < OPENS; i++) {
		double start = seconds();

		must(home_open(&settings, &replica, &made, NULL) == RS_OK, "home_open");
		if (i >= 0)
			times[i] = seconds() - start;
		replica_close(replica);
	}
	qsort(times, OPENS, sizeof(times[0]), compare);
	printf("open   an existing home with a key file: %.2f ms, worst of %d %.2f ms\n",
	    times[OPENS / 2] * 1e3, OPENS, times[OPENS - 1] * 1e3);
	remove_home(path);
}

static void
report(const char *what, double times[KINDS][RUNS])
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		qsort(times[kind], RUNS, sizeof(times[kind][0]), compare);
	printf("%-6s plain %.3f s  sealed %.3f s  ratio %.2f (best %.2f)\n", what,
	    times[PLAIN][RUNS / 2], times[SEALED][RUNS / 2],
	    times[SEALED][RUNS / 2] / times[PLAIN][RUNS / 2], times[SEALED][0] / times[PLAIN][0]);
}

int
main(int argc, char **argv)
{
	static double (*const works[])(struct bench *, enum kind) = {
		time_write, time_scan, time_index
	};
	static const char *const names[] = { "write", "scan", "index", "all" };
	enum { WORKS = 3 };
	static struct bench bench;
	static struct prose prose;
	static double times[WORKS + 1][KINDS][RUNS];
	int run, kind, work, i;

	must(secret_start() == RS_OK && secret_new(VAULT_KEY_LEN, &bench.key) == RS_OK, "sodium");
	snprintf(bench.path[PLAIN], sizeof(bench.path[0]), "%s/bench-plain.db",
	    argc > 1 ? argv[1] : "build");
	snprintf(bench.path[SEALED], sizeof(bench.path[0]), "%s/bench-sealed.db",
	    argc > 1 ? argv[1] : "build");
	prose_init(&prose, 1);
	for (i = 0; i < BODIES; i++) {
		memset(bench.bodies[i], ' ', ROW_LEN);
		prose_write(&prose, ROW_LEN, bench.bodies[i], ROW_LEN);
	}
	for (run = 0; run < RUNS; run++) {
		for (kind = 0; kind < KINDS; kind++)
			unlink(bench.path[kind]);
		for (work = 0; work < WORKS; work++)
			for (kind = 0; kind < KINDS; kind++) {
				times[work][kind][run] = works[work](&bench, (enum kind)kind);
				times[WORKS][kind][run] += times[work][kind][run];
			}
	}
	printf("%d rows of %d bytes, medians of %d runs in turns\n", ROWS, ROW_LEN, RUNS);
	for (work = 0; work <= WORKS; work++)
		report(names[work], times[work]);
	report_open(argc > 1 ? argv[1] : "build");
	for (kind = 0; kind < KINDS; kind++)
		unlink(bench.path[kind]);
	secret_free(bench.key);
	return 0;
}
