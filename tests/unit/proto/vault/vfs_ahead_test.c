/*
 * Scans of the database file, as SQLite makes them: what is read ahead is what the file holds,
 * whatever happens to it meanwhile.
 */
#include "fixture.h"
#include "lower.h"

#include <fcntl.h>

#include "proto/vault/vfs.h"
#include "proto/vault/vfs_database.h"

enum {
	P = VAULT_PAGE_LEN,
	PAGES = 700,
	CALLS_MAX = 2 * VFS_AHEAD_BLOCK + PAGES / VFS_AHEAD_BLOCK + 2
};

struct bench {
	struct fixture *f;
	struct vfs *vfs;
	sqlite3_file *file;
};

/* A page of its number and ${version}, as SQLite leaves pages: zeros in the reserve. */
static void
make_page(uint8_t *out, uint32_t page, uint8_t version)
{
	if (page == 1) {
		first_page_make(out);
		out[30] = PAGES >> 8;
		out[31] = PAGES & 0xff;
		return;
	}
	memset(out, version, P);
	memcpy(out, &page, sizeof(page));
	memset(out + P - SEAL_RESERVE_LEN, 0, SEAL_RESERVE_LEN);
}

static void
put(struct bench *b, uint32_t page, uint8_t version)
{
	uint8_t data[P];

	make_page(data, page, version);
	assert_int_equal(b->file->pMethods->xWrite(b->file, data, P,
	    (sqlite3_int64)(page - 1) * P), SQLITE_OK);
}

static void
sync_file(struct bench *b)
{
	assert_int_equal(b->file->pMethods->xSync(b->file, SQLITE_SYNC_NORMAL), SQLITE_OK);
}

static int
get(struct bench *b, uint32_t page, uint8_t *out)
{
	return b->file->pMethods->xRead(b->file, out, P, (sqlite3_int64)(page - 1) * P);
}

static void
assert_page(struct bench *b, uint32_t page, uint8_t version)
{
	uint8_t expected[P], got[P];

	make_page(expected, page, version);
	if (get(b, page, got) != SQLITE_OK || memcmp(got, expected, P) != 0)
		fail_msg("page %u is not what it was", page);
}

static void
scan(struct bench *b, uint32_t from, uint32_t to)
{
	for (uint32_t page = from; page <= to; page++)
		assert_page(b, page, 1);
}

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	void *fixture;

	assert_non_null(b);
	fixture_setup(&fixture);
	b->f = fixture;
	lower_start();
	assert_int_equal(vfs_new(b->f->path, b->f->id, b->f->key, sqlite3_vfs_find(NULL), &b->vfs),
	    RS_OK);
	b->file = calloc(1, (size_t)b->vfs->base.szOsFile);
	assert_non_null(b->file);
	assert_int_equal(b->vfs->base.xOpen(&b->vfs->base, b->vfs->path, b->file,
	    SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
	for (uint32_t page = 1; page <= PAGES; page++)
		put(b, page, 1);
	sync_file(b);
	lower.reads = 0;
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;
	void *fixture = b->f;

	b->file->pMethods->xClose(b->file);
	vfs_free(b->vfs);
	lower_stop();
	free(b->file);
	fixture_teardown(&fixture);
	free(b);
	return 0;
}

static void
a_scan_takes_a_call_for_many_pages(void **state)
{
	struct bench *b = *state;

	scan(b, 1, PAGES);
	assert_true(lower.reads <= CALLS_MAX);
	/* It is seen when it begins anew, and pages elsewhere do not end it. */
	lower.reads = 0;
	for (uint32_t page = 1; page <= PAGES; page++) {
		assert_page(b, page, 1);
		if (page % 50 == 0)
			assert_page(b, page == 350 ? 1 : 350, 1);
	}
	assert_true(lower.reads <= 2 * CALLS_MAX);
}

static void
pages_here_and_there_are_read_alone(void **state)
{
	struct bench *b = *state;
	uint32_t page = 1;

	for (int i = 0; i < PAGES; i++) {
		page = (page + 197) % PAGES + 1;
		assert_page(b, page, 1);
	}
	assert_int_equal(lower.reads, PAGES);
}

static void
a_few_pages_in_order_are_no_scan(void **state)
{
	struct bench *b = *state;

	scan(b, 1, VFS_AHEAD_BLOCK);
	assert_int_equal(lower.reads, VFS_AHEAD_BLOCK);
}

static void
a_changed_page_is_named_amid_a_scan(void **state)
{
	struct bench *b = *state;
	int fd = open(b->f->path, O_RDWR);
	uint8_t byte, page[P];
	struct rs_err_detail detail = { "" };

	assert_int_equal(pread(fd, &byte, 1, 332 * P + 99), 1);
	byte ^= 8;
	assert_int_equal(pwrite(fd, &byte, 1, 332 * P + 99), 1);
	scan(b, 1, 332);
	assert_int_equal(get(b, 333, page), SQLITE_IOERR_DATA);
	assert_int_equal(vfs_take_failure(b->vfs, &detail), RS_EDAMAGED);
	assert_string_equal(detail.text, "page 333 of vault.db was changed or damaged");
	scan(b, 334, PAGES);
	/* Two pages that changed places are two that were changed. */
	assert_int_equal(pread(fd, page, P, 500 * P), P);
	assert_int_equal(pwrite(fd, page, P, 501 * P), P);
	scan(b, 334, 501);
	assert_int_equal(get(b, 502, page), SQLITE_IOERR_DATA);
	close(fd);
}

static void
what_is_written_is_read_amid_a_scan(void **state)
{
	struct bench *b = *state;

	scan(b, 1, 300);
	put(b, 301, 2);
	put(b, 340, 2);
	assert_page(b, 301, 2);
	scan(b, 302, 339);
	assert_page(b, 340, 2);
	sync_file(b);
	scan(b, 341, 400);
	put(b, 401, 3);
	sync_file(b);
	scan(b, 341, 400);
	assert_page(b, 401, 3);
	scan(b, 402, PAGES);
}

static void
a_file_cut_short_is_said_to_be(void **state)
{
	struct bench *b = *state;
	struct rs_err_detail detail = { "" };
	uint8_t page[P];

	assert_int_equal(truncate(b->f->path, 500 * P + P / 2), 0);
	scan(b, 1, 500);
	for (uint32_t missing = 501; missing <= PAGES; missing++) {
		assert_int_equal(get(b, missing, page), SQLITE_IOERR_DATA);
		assert_int_equal(vfs_take_failure(b->vfs, &detail), RS_EDAMAGED);
	}
	assert_string_equal(detail.text, "vault.db is cut short: page 700 is missing");
	assert_int_equal(get(b, PAGES + 1, page), SQLITE_IOERR_SHORT_READ);
}

static void
a_scan_goes_on_after_a_rest(void **state)
{
	struct bench *b = *state;

	for (uint32_t page = 1; page <= PAGES; page++) {
		assert_page(b, page, 1);
		if (page % 130 == 0)
			vfs_database_rest((struct vfs_database *)b->file);
	}
	/* And the other way round, which is none. */
	for (uint32_t page = PAGES; page >= 1; page--)
		assert_page(b, page, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_scan_takes_a_call_for_many_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(pages_here_and_there_are_read_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(a_few_pages_in_order_are_no_scan, setup, teardown),
		cmocka_unit_test_setup_teardown(a_changed_page_is_named_amid_a_scan, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_written_is_read_amid_a_scan, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_cut_short_is_said_to_be, setup, teardown),
		cmocka_unit_test_setup_teardown(a_scan_goes_on_after_a_rest, setup, teardown),
	};

	return cmocka_run_group_tests_name("reading ahead", tests, NULL, NULL);
}
