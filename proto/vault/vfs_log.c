#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/vault/vfs_log.h"

enum {
	BATCH_FRAMES = 16,
	RECENT_FRAMES = 1024,	/* a few more than wal_autocheckpoint: 4 MiB at most */
	RECENT_LEN = RECENT_FRAMES * VFS_LOG_FRAME_LEN,
	/* in a frame */
	SALTS_AT = 8,
	SEALED_AT = 16,		/* what is before is bound, not encrypted */
	TEXT_LEN = VFS_LOG_FRAME_LEN - SEALED_AT - SEAL_RESERVE_LEN,
	/* 'W', frame number, the log's salts, the plain part of the frame */
	BOUND_LEN = 1 + 4 + VFS_LOG_SALTS_LEN + SEALED_AT,
	/* in the log's header (SQLite's File format, section 4.1) */
	HEADER_SALTS_AT = 16,
	HEADER_SUM_AT = 24,
	HEADER_MAGIC = 0x377f0682,	/* or one more: the order of bytes in sums */
	HEADER_VERSION = 3007000
};

_Static_assert((int)BOUND_LEN <= (int)SEAL_BOUND_MAX, "what a frame is bound to");

static uint32_t
get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static sqlite3_int64
frame_offset(uint32_t frame)
{
	return VFS_LOG_HEADER_LEN + (sqlite3_int64)(frame - 1) * VFS_LOG_FRAME_LEN;
}

static void
release_memory(struct vfs_log *log)
{
	vfs_batch_release(&log->batch);
	if (log->recent != NULL)
		munmap(log->recent, RECENT_LEN);
	sqlite3_free(log->unit);
}

/* What the frame in ${unit} is bound to, as number ${frame} of a log with ${salts}. */
static struct bytes
bind(uint32_t frame, const uint8_t *salts, const uint8_t *unit, uint8_t bound[BOUND_LEN])
{
	bound[0] = 'W';
	bound[1] = (uint8_t)(frame >> 24);
	bound[2] = (uint8_t)(frame >> 16);
	bound[3] = (uint8_t)(frame >> 8);
	bound[4] = (uint8_t)frame;
	memcpy(bound + 5, salts, VFS_LOG_SALTS_LEN);
	memcpy(bound + 5 + VFS_LOG_SALTS_LEN, unit, SEALED_AT);
	return bytes_of(bound, BOUND_LEN);
}

static uint8_t *
recent_slot(struct vfs_log *log, uint32_t frame)
{
	return log->recent + (size_t)(frame % RECENT_FRAMES) * VFS_LOG_FRAME_LEN;
}

/* Read frame ${frame} into the unit, sealed.  A frame cut short is SQLITE_IOERR_SHORT_READ. */
static int
fetch(struct vfs_log *log, uint32_t frame)
{
	int rc = vfs_batch_flush_for(&log->batch, frame_offset(frame), VFS_LOG_FRAME_LEN);

	log->loaded = 0;
	if (rc != SQLITE_OK)
		return rc;
	return log->lower->pMethods->xRead(log->lower, log->unit, VFS_LOG_FRAME_LEN,
	    frame_offset(frame));
}

static bool
open_unit(struct vfs_log *log, uint32_t frame, const uint8_t *salts)
{
	uint8_t bound[BOUND_LEN];

	return seal_open(log->vfs->seal, bind(frame, salts, log->unit, bound),
	    log->unit + SEALED_AT, TEXT_LEN) == RS_OK;
}

/*
 * Point ${ret_text} at the plaintext of ${frame}, for as long as nothing else is
 * loaded or written: SQLITE_IOERR_DATA when it does not authenticate.
 */
static int
load(struct vfs_log *log, uint32_t frame, uint8_t **ret_text)
{
	int rc;

	if (frame >= log->recent_first && frame <= log->recent_last) {
		*ret_text = recent_slot(log, frame);
		return SQLITE_OK;
	}
	if (log->loaded != frame) {
		rc = fetch(log, frame);
		if (rc == SQLITE_IOERR_SHORT_READ)
			return SQLITE_IOERR_DATA;
		if (rc != SQLITE_OK)
			return rc;
		if (!open_unit(log, frame, log->salts))
			return SQLITE_IOERR_DATA;
		log->loaded = frame;
	}
	*ret_text = log->unit;
	return SQLITE_OK;
}

/* Make room for ${frame} among the recent ones. */
static uint8_t *
claim_recent(struct vfs_log *log, uint32_t frame)
{
	if (log->recent_last == 0 || frame < log->recent_first || frame > log->recent_last + 1)
		log->recent_first = log->recent_last = frame;
	if (frame > log->recent_last)
		log->recent_last = frame;
	if (log->recent_last - log->recent_first >= RECENT_FRAMES)
		log->recent_first = log->recent_last - RECENT_FRAMES + 1;
	return recent_slot(log, frame);
}

/* Seal ${text} as ${frame}, to be written. */
static int
store(struct vfs_log *log, uint32_t frame, const uint8_t *text)
{
	uint8_t bound[BOUND_LEN], *room;
	int rc;

	/* Written again, it is not durable until the next sync. */
	if (log->durable >= frame)
		log->durable = frame - 1;
	if (log->written < frame)
		log->written = frame;
	if (log->loaded == frame && text != log->unit)
		log->loaded = 0;
	rc = vfs_batch_add(&log->batch, frame_offset(frame), VFS_LOG_FRAME_LEN, &room);
	if (rc != SQLITE_OK)
		return rc;
	memcpy(room, text, SEALED_AT);
	seal_lock(log->vfs->seal, bind(frame, log->salts, text, bound), log->durable,
	    text + SEALED_AT, TEXT_LEN, room + SEALED_AT);
	return SQLITE_OK;
}

static int
damaged(struct vfs_log *log, uint32_t frame)
{
	vfs_fail(log->vfs, RS_EDAMAGED, "frame %u of %s-wal was changed or damaged", frame,
	    log->vfs->name);
	return SQLITE_IOERR_DATA;
}

/* Write the header that waits over that of its frame, whose page is there already. */
static int
settle_header(struct vfs_log *log)
{
	uint32_t frame = log->waiting_frame;
	uint8_t *text;
	int rc;

	if (frame == 0)
		return SQLITE_OK;
	log->waiting_frame = 0;
	rc = load(log, frame, &text);
	if (rc == SQLITE_IOERR_DATA)
		return damaged(log, frame);
	if (rc != SQLITE_OK)
		return rc;
	memcpy(text, log->waiting, VFS_LOG_FRAME_HEADER_LEN);
	return store(log, frame, text);
}

/* Have everything that SQLite wrote in the lower file. */
static int
settle(struct vfs_log *log)
{
	int rc = settle_header(log), flush_rc = vfs_batch_flush(&log->batch);

	return rc != SQLITE_OK ? rc : flush_rc;
}

static int
log_close(sqlite3_file *file)
{
	struct vfs_log *log = (struct vfs_log *)file;
	int rc = settle(log), close_rc;

	release_memory(log);
	close_rc = log->lower->pMethods->xClose(log->lower);
	return rc != SQLITE_OK ? rc : close_rc;
}

/*
 * Look behind frame ${frame} for one of a log with ${salts} that authenticates and
 * counts ${frame} as durable.  With ${salts} NULL any that authenticates with its own
 * salts will do.
 */
static int
find_proof(struct vfs_log *log, uint32_t frame, const uint8_t *salts, bool *ret_found)
{
	const uint8_t *own = log->unit + SALTS_AT;
	uint8_t tried[VFS_LOG_SALTS_LEN];
	sqlite3_int64 len;
	uint32_t next;
	int rc = log->lower->pMethods->xFileSize(log->lower, &len);

	*ret_found = false;
	for (next = frame + 1; rc == SQLITE_OK && frame_offset(next + 1) <= len; next++) {
		rc = fetch(log, next);
		if (rc != SQLITE_OK)
			break;
		/* The cheap tests first: leftovers of an older log differ in salts. */
		if (salts != NULL && (memcmp(own, salts, VFS_LOG_SALTS_LEN) != 0 ||
		    seal_note(log->unit + SEALED_AT, TEXT_LEN) < frame))
			continue;
		memcpy(tried, own, sizeof(tried));
		if (open_unit(log, next, tried)) {
			*ret_found = true;
			break;
		}
	}
	return rc;
}

/* SQLite's checksum of a log's header, in the order of bytes that its magic tells. */
static bool
header_holds(const uint8_t *header)
{
	uint32_t magic = get_u32(header), first = 0, second = 0, word[2];
	bool big_endian = (magic & 1) != 0;
	size_t i, j;

	if ((magic & ~1U) != HEADER_MAGIC || get_u32(header + 4) != HEADER_VERSION ||
	    get_u32(header + 8) != VAULT_PAGE_LEN)
		return false;
	for (i = 0; i < HEADER_SUM_AT; i += 8) {
		for (j = 0; j < 2; j++) {
			word[j] = get_u32(header + i + 4 * j);
			if (!big_endian)
				word[j] = __builtin_bswap32(word[j]);
		}
		first += word[0] + second;
		second += word[1] + first;
	}
	return get_u32(header + HEADER_SUM_AT) == first &&
	    get_u32(header + HEADER_SUM_AT + 4) == second;
}

/* SQLite begins to recover the log: see whether to believe its header. */
static int
read_header(struct vfs_log *log, uint8_t *header)
{
	bool found;
	int rc = settle(log);

	if (rc == SQLITE_OK)
		rc = log->lower->pMethods->xRead(log->lower, header, VFS_LOG_HEADER_LEN, 0);

	if (rc != SQLITE_OK)
		return rc;
	log->loaded = 0;
	if (header_holds(header)) {
		memcpy(log->salts, header + HEADER_SALTS_AT, VFS_LOG_SALTS_LEN);
		return SQLITE_OK;
	}
	rc = find_proof(log, 0, NULL, &found);
	if (rc == SQLITE_OK && found) {
		log->vfs->broken = true;
		vfs_fail(log->vfs, RS_EDAMAGED, "the header of %s-wal was changed or damaged",
		    log->vfs->name);
		return SQLITE_IOERR_DATA;
	}
	/* Never synced, so nothing behind it was: SQLite takes zeros for an empty log. */
	memset(header, 0, VFS_LOG_HEADER_LEN);
	return rc;
}

/* Frame ${frame} does not authenticate where SQLite looks for the log's end: is it that? */
static int
end_or_damage(struct vfs_log *log, uint32_t frame)
{
	bool found;
	int rc = find_proof(log, frame, log->salts, &found);

	if (rc != SQLITE_OK || !found)
		return rc;
	log->vfs->broken = true;
	return damaged(log, frame);
}

static int
bad_shape(struct vfs_log *log, const char *what, int len, sqlite3_int64 offset)
{
	vfs_fail(log->vfs, RS_EINTERNAL, "%s of %d bytes at %lld of %s-wal", what, len,
	    (long long)offset, log->vfs->name);
	return SQLITE_IOERR;
}

/* Read a part of frame ${frame}, from its byte ${within} on. */
static int
read_frame(struct vfs_log *log, uint32_t frame, size_t within, uint8_t *out, size_t len)
{
	uint8_t *text;
	int rc = load(log, frame, &text);

	if (rc == SQLITE_OK) {
		memcpy(out, text + within, len);
		return SQLITE_OK;
	}
	if (rc != SQLITE_IOERR_DATA)
		return rc;
	/* Who asks for a page alone takes it from a frame known to be good. */
	if (within != 0 || frame <= log->written)
		return damaged(log, frame);
	rc = end_or_damage(log, frame);
	if (rc == SQLITE_OK)
		memset(out, 0, len);
	return rc;
}

static int
log_read(sqlite3_file *file, void *out, int len, sqlite3_int64 offset)
{
	struct vfs_log *log = (struct vfs_log *)file;
	uint32_t frame;
	size_t within;
	int rc = settle_header(log);

	if (rc != SQLITE_OK)
		return rc;
	if (offset == 0 && len == VFS_LOG_HEADER_LEN)
		return read_header(log, out);
	if (offset + len <= VFS_LOG_HEADER_LEN)
		return log->lower->pMethods->xRead(log->lower, out, len, offset);
	frame = (uint32_t)((offset - VFS_LOG_HEADER_LEN) / VFS_LOG_FRAME_LEN) + 1;
	within = (size_t)((offset - VFS_LOG_HEADER_LEN) % VFS_LOG_FRAME_LEN);
	if (offset < VFS_LOG_HEADER_LEN || within + (size_t)len > VFS_LOG_FRAME_LEN)
		return bad_shape(log, "read", len, offset);
	return read_frame(log, frame, within, out, (size_t)len);
}

/* SQLite begins the log anew. */
static int
write_header(struct vfs_log *log, const uint8_t *header)
{
	int rc;

	/* What still waits is of the log that ends here. */
	log->waiting_frame = 0;
	rc = vfs_batch_flush(&log->batch);
	if (rc == SQLITE_OK)
		rc = vfs_code(log->lower, log->lower->pMethods->xWrite(log->lower, header,
		    VFS_LOG_HEADER_LEN, 0));
	if (rc != SQLITE_OK)
		return rc;
	memcpy(log->salts, header + HEADER_SALTS_AT, VFS_LOG_SALTS_LEN);
	log->loaded = 0;
	log->recent_first = log->recent_last = 0;
	log->written = 0;
	log->durable = 0;
	log->found_len = 0;
	return SQLITE_OK;
}

/* Write a page: with the header that waits for it, or with the one that it has. */
static int
write_page(struct vfs_log *log, uint32_t frame, const uint8_t *page)
{
	uint8_t header[VFS_LOG_FRAME_HEADER_LEN], *text;
	int rc;

	if (log->waiting_frame == frame) {
		log->waiting_frame = 0;
		memcpy(header, log->waiting, sizeof(header));
	} else {
		rc = settle_header(log);
		if (rc == SQLITE_OK)
			rc = load(log, frame, &text);
		if (rc != SQLITE_OK)
			return rc == SQLITE_IOERR_DATA ? damaged(log, frame) : rc;
		memcpy(header, text, sizeof(header));
	}
	text = claim_recent(log, frame);
	memcpy(text, header, sizeof(header));
	memcpy(text + sizeof(header), page, VAULT_PAGE_LEN);
	return store(log, frame, text);
}

static int
log_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	struct vfs_log *log = (struct vfs_log *)file;
	uint32_t frame = (uint32_t)((offset - VFS_LOG_HEADER_LEN) / VFS_LOG_FRAME_LEN) + 1;
	size_t within = (size_t)((offset - VFS_LOG_HEADER_LEN) % VFS_LOG_FRAME_LEN);
	int rc;

	if (log->vfs->broken)
		return SQLITE_IOERR_WRITE;
	if (offset == 0 && len == VFS_LOG_HEADER_LEN)
		return write_header(log, data);
	if (offset >= VFS_LOG_HEADER_LEN && within == 0 && len == VFS_LOG_FRAME_HEADER_LEN) {
		rc = settle_header(log);
		if (rc != SQLITE_OK)
			return rc;
		memcpy(log->waiting, data, VFS_LOG_FRAME_HEADER_LEN);
		log->waiting_frame = frame;
		return SQLITE_OK;
	}
	if (offset >= VFS_LOG_HEADER_LEN && within == VFS_LOG_FRAME_HEADER_LEN &&
	    len == VAULT_PAGE_LEN && vfs_reserve_is_zero(data))
		return write_page(log, frame, data);
	return bad_shape(log, "write", len, offset);
}

static int
log_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	struct vfs_log *log = (struct vfs_log *)file;
	int rc = settle(log);

	if (rc != SQLITE_OK)
		return rc;
	if (log->vfs->broken)
		return SQLITE_IOERR_TRUNCATE;
	log->loaded = 0;
	log->recent_first = log->recent_last = 0;
	if (log->found_len > len)
		log->found_len = len;
	return vfs_code(log->lower, log->lower->pMethods->xTruncate(log->lower, len));
}

/*
 * Write what was found at open once more, as it is.  A sync that failed before the last holder
 * ended may have left it in the system's cache alone, counted as written: a checkpoint that
 * trusted a sync of that would leave the database to half of it.
 */
static int
write_found_again(struct vfs_log *log)
{
	sqlite3_file *lower = log->lower;
	sqlite3_int64 at, left;
	int rc = SQLITE_OK, len;

	for (at = 0; at < log->found_len && rc == SQLITE_OK; at += len) {
		left = log->found_len - at;
		/* The batch is empty: its room is free. */
		len = left < (sqlite3_int64)log->batch.max ? (int)left : (int)log->batch.max;
		rc = lower->pMethods->xRead(lower, log->batch.data, len, at);
		if (rc == SQLITE_OK)
			rc = vfs_code(lower, lower->pMethods->xWrite(lower, log->batch.data, len,
			    at));
	}
	if (rc == SQLITE_OK)
		log->found_len = 0;
	return rc;
}

static int
log_sync(sqlite3_file *file, int flags)
{
	struct vfs_log *log = (struct vfs_log *)file;
	int rc = settle(log);

	if (rc == SQLITE_OK && !log->vfs->broken)
		rc = write_found_again(log);
	if (rc == SQLITE_OK)
		rc = vfs_code(log->lower, log->lower->pMethods->xSync(log->lower, flags));
	if (rc == SQLITE_OK)
		log->durable = log->written;
	return rc;
}

static int
log_len(sqlite3_file *file, sqlite3_int64 *ret_len)
{
	struct vfs_log *log = (struct vfs_log *)file;
	int rc = settle(log);

	return rc == SQLITE_OK ? log->lower->pMethods->xFileSize(log->lower, ret_len) : rc;
}

/* Locks are on the database; SQLite takes none on its log. */
static int
log_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int
log_check_reserved_lock(sqlite3_file *file, int *ret_reserved)
{
	(void)file;
	*ret_reserved = 0;
	return SQLITE_OK;
}

static int
log_control(sqlite3_file *file, int operation, void *argument)
{
	(void)file;
	(void)operation;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int
log_sector_len(sqlite3_file *file)
{
	sqlite3_file *lower = ((struct vfs_log *)file)->lower;

	return lower->pMethods->xSectorSize(lower);
}

static int
log_characteristics(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_len,
	.xLock = log_lock,
	.xUnlock = log_lock,
	.xCheckReservedLock = log_check_reserved_lock,
	.xFileControl = log_control,
	.xSectorSize = log_sector_len,
	.xDeviceCharacteristics = log_characteristics
};

/* Memory of its own, taken where it is written to, and given back by vfs_log_rest. */
static uint8_t *
new_recent(void)
{
	void *room = mmap(NULL, RECENT_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);

	/* cppcheck-suppress memleak ; release_memory gives it back */
	return room == MAP_FAILED ? NULL : room;
}

/*
 * The log could not be opened: see if there is no room for its name.  SQLite tries once more
 * without making it, so that its errno says nothing.
 */
static void
explain_open(struct vfs *vfs)
{
	int fd = open(vfs->log_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	else if (rs_err_from_errno(errno) == RS_EFULL)
		vfs_fail(vfs, RS_EFULL, "%s: no space left on the disk; nothing already kept is "
		    "lost", vfs->path);
}

int
vfs_log_open(struct vfs_log *log, struct vfs *vfs, sqlite3_file *lower, int flags,
    int *ret_flags)
{
	int rc;

	memset(log, 0, sizeof(*log));
	log->vfs = vfs;
	log->lower = lower;
	log->recent = new_recent();
	log->unit = sqlite3_malloc(VFS_LOG_FRAME_LEN);
	rc = vfs_batch_init(&log->batch, lower, BATCH_FRAMES * VFS_LOG_FRAME_LEN);
	if (rc != SQLITE_OK || log->recent == NULL || log->unit == NULL) {
		release_memory(log);
		return SQLITE_NOMEM;
	}
	rc = vfs->lower->xOpen(vfs->lower, vfs->log_path, lower, flags, ret_flags);
	if (rc == SQLITE_CANTOPEN)
		explain_open(vfs);
	if (rc == SQLITE_OK)
		rc = lower->pMethods->xFileSize(lower, &log->found_len);
	if (rc != SQLITE_OK) {
		if (lower->pMethods != NULL)
			lower->pMethods->xClose(lower);
		release_memory(log);
		return rc;
	}
	log->base.pMethods = &methods;
	return SQLITE_OK;
}

void
vfs_log_rest(struct vfs_log *log)
{
	log->recent_first = log->recent_last = 0;
	(void)madvise(log->recent, RECENT_LEN, MADV_DONTNEED);
}
