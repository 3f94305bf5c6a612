/*
 * The database file as SQLite calls it: each shape of read and write, and what is
 * refused.
 */
#include "fixture.h"
#include "proto/vault/vfs.h"

enum { P = VAULT_PAGE_LEN };

struct bench {
	struct fixture *f;
	struct vfs *vfs;
	sqlite3_file *file;
};

static int
open_file(struct bench *b, int flags)
{
	return b->vfs->base.xOpen(&b->vfs->base, b->vfs->path, b->file,
	    SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE | flags, NULL);
}

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	void *fixture;

	assert_non_null(b);
	fixture_setup(&fixture);
	b->f = fixture;
	assert_int_equal(vfs_new(b->f->path, b->f->id, b->f->key, sqlite3_vfs_find(NULL), &b->vfs),
	    RS_OK);
	b->file = calloc(1, (size_t)b->vfs->base.szOsFile);
	assert_int_equal(open_file(b, SQLITE_OPEN_CREATE), SQLITE_OK);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;
	void *fixture = b->f;

	if (b->file->pMethods != NULL)
		b->file->pMethods->xClose(b->file);
	vfs_free(b->vfs);
	free(b->file);
	fixture_teardown(&fixture);
	free(b);
	return 0;
}

static int
put(struct bench *b, const void *data, int len, sqlite3_int64 at)
{
	return b->file->pMethods->xWrite(b->file, data, len, at);
}

static int
get(struct bench *b, void *data, int len, sqlite3_int64 at)
{
	return b->file->pMethods->xRead(b->file, data, len, at);
}

/* A page of ${byte}, as SQLite leaves pages: zeros in the reserve. */
static void
make_page(uint8_t *page, uint8_t byte)
{
	memset(page, byte, P);
	memset(page + P - SEAL_RESERVE_LEN, 0, SEAL_RESERVE_LEN);
}

/* Page 1 that counts 41, and pages 2 to 40 full of their numbers. */
static void
fill(struct bench *b)
{
	uint8_t page[P];
	int i;

	first_page_make(page);
	page[31] = 41;
	assert_int_equal(put(b, page, P, 0), SQLITE_OK);
	for (i = 2; i <= 40; i++) {
		make_page(page, (uint8_t)i);
		assert_int_equal(put(b, page, P, (sqlite3_int64)(i - 1) * P), SQLITE_OK);
	}
	assert_int_equal(b->file->pMethods->xSync(b->file, SQLITE_SYNC_NORMAL), SQLITE_OK);
}

static void
whole_pages_and_parts_of_one(void **state)
{
	struct bench *b = *state;
	uint8_t page[P], expected[P];

	assert_int_equal(get(b, page, 100, 0), SQLITE_IOERR_SHORT_READ);
	fill(b);
	first_page_make(expected);
	expected[31] = 41;
	assert_int_equal(get(b, page, P, 0), SQLITE_OK);
	assert_memory_equal(page, expected, P);
	assert_int_equal(get(b, page, 100, 0), SQLITE_OK);
	assert_memory_equal(page, expected, 100);
	assert_int_equal(get(b, page, 16, 24), SQLITE_OK);
	assert_memory_equal(page, expected + 24, 16);
	make_page(expected, 17);
	assert_int_equal(get(b, page, P, 16 * P), SQLITE_OK);
	assert_memory_equal(page, expected, P);
	assert_int_equal(get(b, page, P - SEAL_RESERVE_LEN, 16 * P), SQLITE_OK);
	assert_memory_equal(page, expected, P - SEAL_RESERVE_LEN);
}

/* A page is read back before a sync too, whatever was written beside it. */
static void
what_waits_is_read_back(void **state)
{
	struct bench *b = *state;
	uint8_t page[P], got[P];
	int i;

	fill(b);
	for (i = 0; i < 3; i++) {
		make_page(page, (uint8_t)(0xa0 + i));
		assert_int_equal(put(b, page, P, (sqlite3_int64)(5 - i) * P), SQLITE_OK);
		assert_int_equal(get(b, got, P, (sqlite3_int64)(5 - i) * P), SQLITE_OK);
		assert_memory_equal(got, page, P);
		assert_int_equal(put(b, page, P, (sqlite3_int64)(5 - i) * P), SQLITE_OK);
	}
	assert_int_equal(get(b, got, P, 4 * P), SQLITE_OK);
	assert_int_equal(got[0], 0xa1);
}

static void
other_shapes_are_refused(void **state)
{
	struct bench *b = *state;
	struct rs_err_detail detail;
	uint8_t page[2 * P] = { 0 };

	fill(b);
	assert_int_equal(get(b, page, P, P / 2) & 0xff, SQLITE_IOERR);
	assert_int_equal(vfs_take_failure(b->vfs, &detail), RS_EINTERNAL);
	assert_int_equal(get(b, page, 2 * P, 0) & 0xff, SQLITE_IOERR);
	make_page(page, 1);
	assert_int_equal(put(b, page, P / 2, P) & 0xff, SQLITE_IOERR);
	assert_int_equal(put(b, page, P, P / 2) & 0xff, SQLITE_IOERR);
	assert_int_equal(put(b, page, 2 * P, P) & 0xff, SQLITE_IOERR);
	/* No page 1 without SQLite's magic, and nothing in the reserve. */
	assert_int_equal(put(b, page, P, 0) & 0xff, SQLITE_IOERR);
	page[P - 1] = 1;
	assert_int_equal(put(b, page, P, P) & 0xff, SQLITE_IOERR);
	assert_int_equal(get(b, page, P, P), SQLITE_OK);
	assert_int_equal(page[0], 2);
}

static void
other_files_are_refused(void **state)
{
	static const int kinds[] = {
		SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_SUBJOURNAL, SQLITE_OPEN_TEMP_DB,
		SQLITE_OPEN_TEMP_JOURNAL, SQLITE_OPEN_TRANSIENT_DB, SQLITE_OPEN_SUPER_JOURNAL
	};
	struct bench *b = *state;
	sqlite3_vfs *vfs = &b->vfs->base;
	sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
	char path[128];
	size_t i;
	int answer;

	snprintf(path, sizeof(path), "%s-journal", b->f->path);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		assert_int_equal(vfs->xOpen(vfs, path, file, kinds[i] | SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_CREATE, NULL), SQLITE_CANTOPEN);
		assert_int_equal(vfs->xOpen(vfs, NULL, file, kinds[i] | SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE, NULL), SQLITE_CANTOPEN);
		assert_null(file->pMethods);
	}
	assert_int_equal(vfs->xOpen(vfs, path, file, SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE,
	    NULL), SQLITE_CANTOPEN);
	/* A journal that somebody put there is not rolled back. */
	put_contents(path, "journal", 7);
	assert_int_equal(vfs->xAccess(vfs, path, SQLITE_ACCESS_EXISTS, &answer), SQLITE_OK);
	assert_false(answer);
	assert_int_not_equal(vfs->xDelete(vfs, path, 0), SQLITE_OK);
	assert_int_equal(file_len(path), 7);
	free(file);
}

static void
every_byte_of_a_page_counts(void **state)
{
	struct bench *b = *state;
	struct rs_err_detail detail;
	uint8_t page[P];
	size_t at;

	fill(b);
	for (at = 0; at < P; at += 97) {
		flip(b->f->path, 6 * P + at);
		assert_int_equal(get(b, page, P, 6 * P), SQLITE_IOERR_DATA);
		assert_int_equal(vfs_take_failure(b->vfs, &detail), RS_EDAMAGED);
		assert_string_equal(detail.text, "page 7 of vault.db was changed or damaged");
		assert_int_equal(get(b, page, P, 7 * P), SQLITE_OK);
		flip(b->f->path, 6 * P + at);
		assert_int_equal(get(b, page, P, 6 * P), SQLITE_OK);
	}
	assert_int_equal(get(b, page, P, 40 * P), SQLITE_IOERR_DATA);
	assert_int_equal(vfs_take_failure(b->vfs, &detail), RS_EDAMAGED);
	assert_string_equal(detail.text, "vault.db is cut short: page 41 is missing");
	/* Never written, and not counted: zeros.  But only a whole page 1 can say so. */
	assert_int_equal(get(b, page, P, 41 * P), SQLITE_IOERR_SHORT_READ);
	assert_int_equal(page[0], 0);
	flip(b->f->path, P / 2);
	assert_int_equal(get(b, page, P, 41 * P), SQLITE_IOERR_DATA);
}

/* A torn page 1 answers for its header alone. */
static void
a_torn_first_page_keeps_its_header(void **state)
{
	struct bench *b = *state;
	uint8_t page[P], expected[P];

	fill(b);
	flip(b->f->path, P / 2);
	first_page_make(expected);
	assert_int_equal(get(b, page, 100, 0), SQLITE_OK);
	assert_memory_equal(page, expected, 100);
	assert_int_equal(get(b, page, P, 0), SQLITE_IOERR_DATA);
}

/* Each of the things that a file in the vault's place can be. */
static void
the_mark_tells_what_a_file_is(void **state)
{
	static const struct {
		int at;			/* byte of the mark that is changed, or -1 */
		uint8_t value;
		bool torn;		/* are all pages unreadable besides? */
		int err;
	} cases[] = {
		{ -1, 0, true, RS_OK },		/* page 1 may be in the log */
		{ 0, 'X', false, RS_EDAMAGED },
		{ 7, 2, false, RS_EDAMAGED },
		{ 15, 0xff, false, RS_EDAMAGED },
		{ 0, 'X', true, RS_ENOTVAULT },
		{ 7, 2, true, RS_EVERSION },
		{ 15, 0xff, true, RS_EKEY },
	};
	struct bench *b = *state;
	struct buffer whole, changed;
	size_t i, at;

	fill(b);
	b->file->pMethods->xClose(b->file);
	whole = contents(b->f->path);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		changed = contents(b->f->path);
		if (cases[i].at >= 0 && changed.data[cases[i].at] == cases[i].value)
			changed.data[cases[i].at]--;
		else if (cases[i].at >= 0)
			changed.data[cases[i].at] = cases[i].value;
		for (at = P / 2; cases[i].torn && at < changed.len; at += P)
			changed.data[at] ^= 1;
		put_contents(b->f->path, changed.data, changed.len);
		assert_int_equal(open_file(b, 0), cases[i].err == RS_OK ? SQLITE_OK :
		    SQLITE_CANTOPEN);
		assert_int_equal(vfs_take_failure(b->vfs, NULL), cases[i].err);
		if (cases[i].err == RS_OK)
			b->file->pMethods->xClose(b->file);
		put_contents(b->f->path, whole.data, whole.len);
		buffer_release(&changed);
	}
	b->file->pMethods = NULL;
	buffer_release(&whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_pages_and_parts_of_one, setup, teardown),
		cmocka_unit_test_setup_teardown(what_waits_is_read_back, setup, teardown),
		cmocka_unit_test_setup_teardown(other_shapes_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(other_files_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(every_byte_of_a_page_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(a_torn_first_page_keeps_its_header, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(the_mark_tells_what_a_file_is, setup, teardown),
	};

	return cmocka_run_group_tests_name("proto/vault/vfs_database", tests, NULL, NULL);
}
