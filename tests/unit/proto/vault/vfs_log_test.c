/*
 * The log as SQLite calls it: each shape of read and write, and what recovery is
 * told of frames that do not authenticate.
 */
#include "fixture.h"
#include "proto/vault/vfs.h"
#include "proto/vault/vfs_log.h"

enum { P = VAULT_PAGE_LEN, H = VFS_LOG_FRAME_HEADER_LEN, F = VFS_LOG_FRAME_LEN, FRAMES = 6 };

struct bench {
	struct fixture *f;
	struct vfs *vfs;
	sqlite3_file *file;
	uint8_t header[VFS_LOG_HEADER_LEN];
};

static void
open_log(struct bench *b)
{
	assert_int_equal(b->vfs->base.xOpen(&b->vfs->base, b->vfs->log_path, b->file,
	    SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
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
	/* The system's VFS gives a log the permissions of its database. */
	put_contents(b->f->path, "", 0);
	open_log(b);
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
	free(b->file);
	fixture_teardown(&fixture);
	free(b);
	return 0;
}

/* What a crashed program's successor does. */
static void
reopen(struct bench *b)
{
	assert_int_equal(b->file->pMethods->xClose(b->file), SQLITE_OK);
	b->vfs->broken = false;
	vfs_take_failure(b->vfs, NULL);
	open_log(b);
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

static void
sync_log(struct bench *b)
{
	assert_int_equal(b->file->pMethods->xSync(b->file, SQLITE_SYNC_NORMAL), SQLITE_OK);
}

static sqlite3_int64
at_frame(int frame)
{
	return VFS_LOG_HEADER_LEN + (sqlite3_int64)(frame - 1) * F;
}

static void
put_u32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

/* Begin a log with salts of ${salt}, as SQLite would on a big-endian machine. */
static void
begin_log(struct bench *b, uint8_t salt)
{
	uint32_t first = 0, second = 0;
	size_t i;

	put_u32(b->header, 0x377f0683);
	put_u32(b->header + 4, 3007000);
	put_u32(b->header + 8, P);
	put_u32(b->header + 12, 0);
	memset(b->header + 16, salt, 8);
	for (i = 0; i < 24; i += 8) {
		const uint8_t *w = b->header + i;

		first += ((uint32_t)w[0] << 24 | w[1] << 16 | w[2] << 8 | w[3]) + second;
		second += ((uint32_t)w[4] << 24 | w[5] << 16 | w[6] << 8 | w[7]) + first;
	}
	put_u32(b->header + 24, first);
	put_u32(b->header + 28, second);
	assert_int_equal(put(b, b->header, sizeof(b->header), 0), SQLITE_OK);
}

/* The header and page that frame ${frame} gets in these tests. */
static void
make_frame(struct bench *b, int frame, uint8_t byte, uint8_t *text)
{
	memset(text, byte, F);
	put_u32(text, (uint32_t)frame + 100);
	put_u32(text + 4, 7);
	memcpy(text + 8, b->header + 16, 8);
	memset(text + F - SEAL_RESERVE_LEN, 0, SEAL_RESERVE_LEN);
}

/* Write it as SQLite does: header, then page. */
static void
put_frame(struct bench *b, int frame, uint8_t byte)
{
	uint8_t text[F];

	make_frame(b, frame, byte, text);
	assert_int_equal(put(b, text, H, at_frame(frame)), SQLITE_OK);
	assert_int_equal(put(b, text + H, P, at_frame(frame) + H), SQLITE_OK);
}

static void
assert_frame(struct bench *b, int frame, const uint8_t *expected)
{
	uint8_t got[F];

	assert_int_equal(get(b, got, F, at_frame(frame)), SQLITE_OK);
	assert_memory_equal(got, expected, F);
	assert_int_equal(get(b, got, P, at_frame(frame) + H), SQLITE_OK);
	assert_memory_equal(got, expected + H, P);
	assert_int_equal(get(b, got, 8, at_frame(frame) + 16), SQLITE_OK);
	assert_memory_equal(got, expected + 16, 8);
	assert_int_equal(get(b, got, H, at_frame(frame)), SQLITE_OK);
	assert_memory_equal(got, expected, H);
}

/* A log of frames 1 to FRAMES, each a transaction of its own, and synced. */
static void
fill(struct bench *b, uint8_t salt)
{
	int frame;

	begin_log(b, salt);
	for (frame = 1; frame <= FRAMES; frame++) {
		put_frame(b, frame, (uint8_t)frame);
		sync_log(b);
	}
}

/* Read the header as recovery does. */
static int
recover(struct bench *b)
{
	uint8_t header[VFS_LOG_HEADER_LEN];

	return get(b, header, sizeof(header), 0);
}

static void
every_shape_from_memory_and_from_disk(void **state)
{
	struct bench *b = *state;
	uint8_t text[F], header[VFS_LOG_HEADER_LEN];
	int round, frame;

	fill(b, 9);
	for (round = 0; round < 2; round++) {
		assert_int_equal(get(b, header, sizeof(header), 0), SQLITE_OK);
		assert_memory_equal(header, b->header, sizeof(header));
		assert_int_equal(get(b, header, 8, 24), SQLITE_OK);
		assert_memory_equal(header, b->header + 24, 8);
		for (frame = FRAMES; frame >= 1; frame--) {
			make_frame(b, frame, (uint8_t)frame, text);
			assert_frame(b, frame, text);
		}
		reopen(b);
	}
	assert_int_equal(file_len(b->f->log), VFS_LOG_HEADER_LEN + FRAMES * F);
}

/* What SQLite does with a transaction larger than its cache. */
static void
pages_and_headers_are_rewritten_in_place(void **state)
{
	struct bench *b = *state;
	uint8_t text[F], other[F];
	int round;

	for (round = 0; round < 2; round++) {
		fill(b, (uint8_t)(20 + round));
		if (round == 1) {
			/* Frames of before, no longer in memory. */
			reopen(b);
			assert_int_equal(recover(b), SQLITE_OK);
		}
		make_frame(b, 3, 3, text);
		make_frame(b, 3, 0xcc, other);
		/* The page alone: keeps its header. */
		assert_int_equal(put(b, other + H, P, at_frame(3) + H), SQLITE_OK);
		memcpy(text + H, other + H, P);
		assert_frame(b, 3, text);
		/* Headers alone, one after the other: keep their pages. */
		put_u32(text + 16, 0x11111111);
		assert_int_equal(put(b, text, H, at_frame(3)), SQLITE_OK);
		make_frame(b, 4, 4, other);
		memset(other + 8, 0, 16);
		assert_int_equal(put(b, other, H, at_frame(4)), SQLITE_OK);
		sync_log(b);
		assert_frame(b, 3, text);
		assert_frame(b, 4, other);
		/* And so they lie on disk. */
		reopen(b);
		assert_int_equal(recover(b), SQLITE_OK);
		assert_frame(b, 3, text);
		assert_frame(b, 4, other);
	}
}

static void
other_shapes_are_refused(void **state)
{
	struct bench *b = *state;
	uint8_t text[2 * F] = { 0 };

	fill(b, 9);
	make_frame(b, 1, 1, text);
	assert_int_equal(put(b, text, F, at_frame(1)) & 0xff, SQLITE_IOERR);
	assert_int_equal(vfs_take_failure(b->vfs, NULL), RS_EINTERNAL);
	assert_int_equal(put(b, text, P, at_frame(1)) & 0xff, SQLITE_IOERR);
	assert_int_equal(put(b, text, 8, at_frame(1) + 16) & 0xff, SQLITE_IOERR);
	assert_int_equal(put(b, text, 8, 24) & 0xff, SQLITE_IOERR);
	assert_int_equal(put(b, text + H, P, at_frame(1) + H + 1) & 0xff, SQLITE_IOERR);
	text[F - 1] = 1;
	assert_int_equal(put(b, text + H, P, at_frame(1) + H) & 0xff, SQLITE_IOERR);
	assert_int_equal(get(b, text, F, at_frame(1) + 1) & 0xff, SQLITE_IOERR);
	assert_int_equal(get(b, text, 2 * F, at_frame(1)) & 0xff, SQLITE_IOERR);
	assert_int_equal(get(b, text, 64, 0) & 0xff, SQLITE_IOERR);
	/* A header for a frame that is not there. */
	assert_int_equal(put(b, text, H, at_frame(FRAMES + 2)), SQLITE_OK);
	assert_int_equal(b->file->pMethods->xSync(b->file, 0), SQLITE_IOERR_DATA);
	make_frame(b, 2, 2, text);
	assert_frame(b, 2, text);
}

/* Recover, and say what a read of ${frame} meets: RS_OK, RS_EDAMAGED, or 1 for the end. */
static int
look(struct bench *b, int frame)
{
	uint8_t got[F], zero[F] = { 0 };
	int rc;

	reopen(b);
	if (recover(b) != SQLITE_OK)
		return vfs_take_failure(b->vfs, NULL);
	rc = get(b, got, F, at_frame(frame));
	if (rc != SQLITE_OK) {
		assert_true(b->vfs->broken);
		return vfs_take_failure(b->vfs, NULL);
	}
	return memcmp(got, zero, F) == 0 ? 1 : RS_OK;
}

/* Any byte: an error while a later transaction is there, the end in the last. */
static void
every_byte_of_a_frame_counts(void **state)
{
	struct bench *b = *state;
	size_t at;

	fill(b, 9);
	reopen(b);
	for (at = 0; at < F; at += at < H ? 1 : 101) {
		flip(b->f->log, (size_t)at_frame(FRAMES - 1) + at);
		assert_int_equal(look(b, FRAMES - 2), RS_OK);
		assert_int_equal(look(b, FRAMES - 1), RS_EDAMAGED);
		flip(b->f->log, (size_t)at_frame(FRAMES - 1) + at);
		flip(b->f->log, (size_t)at_frame(FRAMES) + at);
		assert_int_equal(look(b, FRAMES), 1);
		flip(b->f->log, (size_t)at_frame(FRAMES) + at);
	}
	for (at = 0; at < VFS_LOG_HEADER_LEN; at++) {
		flip(b->f->log, at);
		assert_int_equal(look(b, 1), RS_EDAMAGED);
		flip(b->f->log, at);
	}
	assert_int_equal(look(b, FRAMES), RS_OK);
}

/* A frame moved within its log, or brought from an older one, is not a frame. */
static void
frames_stay_where_they_are(void **state)
{
	struct bench *b = *state;
	struct buffer old, log;

	fill(b, 1);
	old = contents(b->f->log);
	fill(b, 2);
	log = contents(b->f->log);
	memcpy(log.data + at_frame(2), log.data + at_frame(3), F);
	put_contents(b->f->log, log.data, log.len);
	assert_int_equal(look(b, 2), RS_EDAMAGED);
	memcpy(log.data + at_frame(2), old.data + at_frame(2), F);
	put_contents(b->f->log, log.data, log.len);
	assert_int_equal(look(b, 2), RS_EDAMAGED);
	/* With the new salts in its header neither. */
	memset(log.data + at_frame(2) + 8, 2, 8);
	put_contents(b->f->log, log.data, log.len);
	assert_int_equal(look(b, 2), RS_EDAMAGED);
	buffer_release(&old);
	buffer_release(&log);
}

/* A power cut harms a transaction of several frames anywhere: that is no damage. */
static void
a_torn_transaction_is_the_end(void **state)
{
	struct bench *b = *state;
	int frame;

	fill(b, 9);
	for (frame = FRAMES + 1; frame <= FRAMES + 4; frame++)
		put_frame(b, frame, 0x55);
	for (frame = FRAMES + 1; frame <= FRAMES + 4; frame++) {
		reopen(b);
		flip(b->f->log, (size_t)at_frame(frame) + 1000);
		assert_int_equal(look(b, FRAMES), RS_OK);
		assert_int_equal(look(b, frame), 1);
		flip(b->f->log, (size_t)at_frame(frame) + 1000);
	}
}

/*
 * Leftovers behind a torn transaction must not look like later ones: those of one
 * that was rolled back, and those of the log before.
 */
static void
leftovers_prove_nothing(void **state)
{
	struct bench *b = *state;
	int frame;

	fill(b, 9);
	for (frame = FRAMES + 1; frame <= FRAMES + 4; frame++)
		put_frame(b, frame, 0x55);
	/* Even when they were synced before they were given up. */
	sync_log(b);
	put_frame(b, FRAMES + 1, 0x66);
	reopen(b);
	flip(b->f->log, (size_t)at_frame(FRAMES + 1) + 1000);
	assert_int_equal(look(b, FRAMES + 1), 1);

	begin_log(b, 10);
	put_frame(b, 1, 0x77);
	reopen(b);
	flip(b->f->log, (size_t)at_frame(1) + 1000);
	assert_int_equal(look(b, 1), 1);
	assert_int_equal(look(b, 2), 1);
}

/* Damage that recovery found stays on disk as it is. */
static void
a_damaged_log_is_left_alone(void **state)
{
	struct bench *b = *state;
	uint8_t page[P] = { 0 };

	fill(b, 9);
	reopen(b);
	flip(b->f->log, (size_t)at_frame(2) + 1000);
	assert_int_equal(look(b, 2), RS_EDAMAGED);
	assert_int_not_equal(b->file->pMethods->xTruncate(b->file, 0), SQLITE_OK);
	assert_int_not_equal(put(b, b->header, sizeof(b->header), 0), SQLITE_OK);
	assert_int_not_equal(put(b, page, H, at_frame(1)), SQLITE_OK);
	assert_int_not_equal(b->vfs->base.xDelete(&b->vfs->base, b->f->log, 0), SQLITE_OK);
	assert_int_equal(file_len(b->f->log), VFS_LOG_HEADER_LEN + FRAMES * F);
}

/* More frames than are kept in memory come back from disk. */
static void
a_long_log_comes_back(void **state)
{
	enum { LONG = 1100 };
	struct bench *b = *state;
	uint8_t text[F], got[P];
	int frame;

	begin_log(b, 3);
	for (frame = 1; frame <= LONG; frame++)
		put_frame(b, frame, (uint8_t)frame);
	for (frame = 1; frame <= LONG; frame += 7) {
		make_frame(b, frame, (uint8_t)frame, text);
		assert_int_equal(get(b, got, P, at_frame(frame) + H), SQLITE_OK);
		assert_memory_equal(got, text + H, P);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_shape_from_memory_and_from_disk, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(pages_and_headers_are_rewritten_in_place, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(other_shapes_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(every_byte_of_a_frame_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(frames_stay_where_they_are, setup, teardown),
		cmocka_unit_test_setup_teardown(a_torn_transaction_is_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(leftovers_prove_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_damaged_log_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_log_comes_back, setup, teardown),
	};

	return cmocka_run_group_tests_name("proto/vault/vfs_log", tests, NULL, NULL);
}
