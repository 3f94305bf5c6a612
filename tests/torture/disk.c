#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "proto/base/err.h"
#include "proto/base/file.h"
#include "tests/torture/disk.h"

/* An open file, as SQLite allocates it. */
struct opened {
	sqlite3_file base;
	size_t file;
};

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *system;
	struct disk_file files[DISK_FILES];
	struct disk_trace trace;
	bool recording;
	void (*on_write)(const struct disk_file *file, size_t at, size_t len);
	struct disk_fault fault;
	long calls;
	int last_errno;
} disk;

static void
check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "disk: %s\n", what);
		abort();
	}
}

uint64_t
disk_draw(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* ------------------------------------------------------------------ the files */

static void
set_len(struct disk_file *file, size_t len)
{
	if (len > file->capacity) {
		file->capacity = len * 2;
		file->data = realloc(file->data, file->capacity);
		check(file->data != NULL, "no memory");
	}
	if (len > file->len)
		memset(file->data + file->len, 0, len - file->len);
	file->len = len;
}

static void
put(struct disk_file *file, size_t at, const uint8_t *data, size_t len)
{
	if (at + len > file->len)
		set_len(file, at + len);
	memcpy(file->data + at, data, len);
}

static void
copy(struct disk_file *to, const struct disk_file *from)
{
	memcpy(to->name, from->name, sizeof(to->name));
	to->there = from->there;
	set_len(to, 0);
	if (from->len > 0)
		put(to, 0, from->data, from->len);
}

static struct disk_file *
find(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	size_t i;

	for (i = 0; i < DISK_FILES && disk.files[i].name[0] != '\0'; i++)
		if (strcmp(disk.files[i].name, name) == 0)
			return &disk.files[i];
	check(i < DISK_FILES && strlen(name) < sizeof(disk.files[i].name), "too many files");
	strcpy(disk.files[i].name, name);
	return &disk.files[i];
}

struct disk_file *
disk_file(size_t number)
{
	return &disk.files[number];
}

struct disk_file *
disk_find(const char *name)
{
	struct disk_file *file = find(name);

	return file->there ? file : NULL;
}

void
disk_fill(struct disk_file *file, struct bytes content)
{
	file->there = true;
	set_len(file, 0);
	if (content.len > 0)
		put(file, 0, content.data, content.len);
}

void
disk_put(const char *name, struct bytes content)
{
	disk_fill(find(name), content);
}

void
disk_remove(const char *name)
{
	struct disk_file *file = find(name);

	file->there = false;
	set_len(file, 0);
}

/* ------------------------------------------------------------------ the trace */

static void
remember(enum disk_call call, const struct disk_file *file, size_t at, const void *data, size_t len)
{
	struct disk_trace *trace = &disk.trace;
	struct disk_op *op;

	if (!disk.recording)
		return;
	if (trace->count == trace->capacity) {
		trace->capacity = trace->capacity * 2 + 256;
		trace->ops = realloc(trace->ops, trace->capacity * sizeof(*trace->ops));
		check(trace->ops != NULL, "no memory");
	}
	op = &trace->ops[trace->count++];
	*op = (struct disk_op){ .call = call, .at = at, .len = len,
	    .file = file != NULL ? (size_t)(file - disk.files) : 0 };
	if (len == 0)
		return;
	op->data = malloc(len);
	check(op->data != NULL, "no memory");
	memcpy(op->data, data, len);
}

void
disk_record(void)
{
	disk_release(&disk.trace);
	for (size_t i = 0; i < DISK_FILES; i++)
		copy(&disk.trace.base[i], &disk.files[i]);
	disk.recording = true;
}

void
disk_mark(long mark)
{
	remember(DISK_MARK, NULL, 0, NULL, 0);
	if (disk.recording)
		disk.trace.ops[disk.trace.count - 1].mark = mark;
}

void
disk_end(struct disk_trace *ret_trace)
{
	*ret_trace = disk.trace;
	memset(&disk.trace, 0, sizeof(disk.trace));
	disk.recording = false;
}

void
disk_release(struct disk_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		free(trace->ops[i].data);
	free(trace->ops);
	for (size_t i = 0; i < DISK_FILES; i++)
		free(trace->base[i].data);
	memset(trace, 0, sizeof(*trace));
}

/* ------------------------------------------------------------------ power cuts */

bool
disk_keeps(const struct disk_keeping *keeping, size_t number)
{
	if (keeping->loss == DISK_REORDER)
		return (disk_draw(keeping->seed) & 1) != 0;
	if (keeping->loss == DISK_LOSE_ONE)
		return number != keeping->from;
	return number >= keeping->from && number < keeping->to;
}

/* The part of ${op}'s data from ${done} on that lies in one sector. */
static size_t
sector_part(const struct disk_op *op, size_t done)
{
	size_t len = DISK_SECTOR - (op->at + done) % DISK_SECTOR;

	return len < op->len - done ? len : op->len - done;
}

static size_t
count_sectors(struct disk_op *const *ops, size_t count)
{
	size_t sectors = 0, i, done;

	for (i = 0; i < count; i++)
		for (done = 0; done < ops[i]->len; done += sector_part(ops[i], done))
			sectors++;
	return sectors;
}

/* Do to ${file} what is kept of ${ops}, none of which is a deletion. */
static void
do_some(struct disk_file *file, struct disk_op *const *ops, size_t count,
    const struct disk_keeping *keeping)
{
	size_t sector = 0, i, done, part;

	for (i = 0; i < count; i++) {
		if (ops[i]->call == DISK_TRUNCATE && disk_keeps(keeping, sector))
			set_len(file, ops[i]->at);
		if (ops[i]->call != DISK_WRITE)
			continue;
		for (done = 0; done < ops[i]->len; done += part, sector++) {
			part = sector_part(ops[i], done);
			if (disk_keeps(keeping, sector)) {
				put(file, ops[i]->at + done, ops[i]->data + done, part);
				file->there = true;
			}
		}
	}
}

struct disk_keeping
disk_keep_by(enum disk_loss loss, size_t count, uint64_t *seed)
{
	size_t drawn = (size_t)(disk_draw(seed) % (count + 1));

	switch (loss) {
	case DISK_LOSE_ALL:
		return (struct disk_keeping){ loss, 0, 0, seed };
	case DISK_TEAR:
		return (struct disk_keeping){ loss, 0, drawn, seed };
	case DISK_LOSE_EARLIER:
	case DISK_LOSE_ONE:
		return (struct disk_keeping){ loss, drawn, SIZE_MAX, seed };
	case DISK_LOSE_NONE:
	case DISK_REORDER:
	case DISK_LOSSES:
		break;
	}
	return (struct disk_keeping){ loss, 0, SIZE_MAX, seed };
}

void
disk_lose(struct disk_file *file, struct disk_op *const *ops, size_t count, enum disk_loss loss,
    uint64_t *seed)
{
	size_t deletions = 0, which, from = 0, to = count, i;
	struct disk_keeping keeping;

	for (i = 0; i < count; i++)
		deletions += ops[i]->call == DISK_DELETE;
	which = loss == DISK_LOSE_ALL ? 0 : loss == DISK_LOSE_NONE ? deletions :
	    (size_t)(disk_draw(seed) % (deletions + 1));
	for (i = 0, deletions = 0; i < count; i++) {
		if (ops[i]->call != DISK_DELETE)
			continue;
		if (++deletions == which)
			from = i + 1;
		else if (deletions == which + 1)
			to = i;
	}
	if (which > 0) {
		set_len(file, 0);
		file->there = false;
	}
	keeping = disk_keep_by(loss, count_sectors(ops + from, to - from), seed);
	do_some(file, ops + from, to - from, &keeping);
}

static void
do_all(struct disk_file *file, struct disk_op *const *ops, size_t count)
{
	uint64_t none = 0;

	disk_lose(file, ops, count, DISK_LOSE_NONE, &none);
}

void
disk_cut(const struct disk_trace *trace, size_t at, enum disk_loss loss, uint64_t seed)
{
	struct disk_op **ops = calloc(at + 1, sizeof(*ops)), *op;
	size_t file, count, i;

	check(ops != NULL, "no memory");
	for (file = 0; file < DISK_FILES; file++) {
		copy(&disk.files[file], &trace->base[file]);
		for (i = 0, count = 0; i < at; i++) {
			op = &trace->ops[i];
			if (op->file != file || op->call == DISK_MARK)
				continue;
			if (op->call == DISK_SYNC)
				do_all(&disk.files[file], ops, count);
			else if (op->call == DISK_FAILED_SYNC)
				disk_lose(&disk.files[file], ops, count, DISK_REORDER, &seed);
			else {
				ops[count++] = op;
				continue;
			}
			count = 0;
		}
		disk_lose(&disk.files[file], ops, count, loss, &seed);
	}
	free(ops);
}

/* ------------------------------------------------------------------ the VFS */

void
disk_watch(void (*on_write)(const struct disk_file *file, size_t at, size_t len))
{
	disk.on_write = on_write;
}

void
disk_fail(struct disk_fault fault)
{
	disk.fault = fault;
	disk.calls = 0;
}

long
disk_calls(void)
{
	return disk.calls;
}

/* Count a call; tell whether it is to fail. */
static bool
fails(enum disk_call call)
{
	if ((disk.fault.kinds >> call & 1) == 0)
		return false;
	disk.calls++;
	if (disk.calls < disk.fault.first || disk.calls > disk.fault.last)
		return false;
	disk.last_errno = disk.fault.code == SQLITE_FULL ? ENOSPC : EIO;
	return true;
}

static struct disk_file *
file_of(sqlite3_file *base)
{
	return &disk.files[((struct opened *)base)->file];
}

static int
on_close(sqlite3_file *base)
{
	(void)base;
	return SQLITE_OK;
}

static int
on_read(sqlite3_file *base, void *out, int len, sqlite3_int64 at)
{
	struct disk_file *file = file_of(base);
	size_t here = (size_t)at < file->len ? file->len - (size_t)at : 0;

	if (fails(DISK_READ))
		return SQLITE_IOERR_READ;
	if (here >= (size_t)len) {
		memcpy(out, file->data + at, (size_t)len);
		return SQLITE_OK;
	}
	memset(out, 0, (size_t)len);
	if (here > 0)
		memcpy(out, file->data + at, here);
	return SQLITE_IOERR_SHORT_READ;
}

/* One that fails has written a part, as on a real disk. */
static int
on_write(sqlite3_file *base, const void *data, int len, sqlite3_int64 at)
{
	struct disk_file *file = file_of(base);
	bool failing = fails(DISK_WRITE);
	size_t part = failing ? (size_t)len / 2 : (size_t)len;

	remember(DISK_WRITE, file, (size_t)at, data, part);
	put(file, (size_t)at, data, part);
	if (disk.on_write != NULL)
		disk.on_write(file, (size_t)at, part);
	if (!failing)
		return SQLITE_OK;
	return disk.fault.code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
on_truncate(sqlite3_file *base, sqlite3_int64 len)
{
	if (fails(DISK_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	remember(DISK_TRUNCATE, file_of(base), (size_t)len, NULL, 0);
	set_len(file_of(base), (size_t)len);
	return SQLITE_OK;
}

static int
on_sync(sqlite3_file *base, int flags)
{
	bool failing = fails(DISK_SYNC);

	(void)flags;
	remember(failing ? DISK_FAILED_SYNC : DISK_SYNC, file_of(base), 0, NULL, 0);
	return failing ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int
on_len(sqlite3_file *base, sqlite3_int64 *ret_len)
{
	*ret_len = (sqlite3_int64)file_of(base)->len;
	return SQLITE_OK;
}

static int
on_lock(sqlite3_file *base, int level)
{
	(void)base;
	(void)level;
	return SQLITE_OK;
}

static int
on_check(sqlite3_file *base, int *ret_reserved)
{
	(void)base;
	*ret_reserved = 0;
	return SQLITE_OK;
}

static int
on_control(sqlite3_file *base, int operation, void *argument)
{
	(void)base;
	if (operation != SQLITE_FCNTL_LAST_ERRNO)
		return SQLITE_NOTFOUND;
	*(int *)argument = disk.last_errno;
	return SQLITE_OK;
}

static int
on_sector_len(sqlite3_file *base)
{
	(void)base;
	return DISK_SECTOR;
}

static int
on_characteristics(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_len,
	.xLock = on_lock,
	.xUnlock = on_lock,
	.xCheckReservedLock = on_check,
	.xFileControl = on_control,
	.xSectorSize = on_sector_len,
	.xDeviceCharacteristics = on_characteristics
};

/* Take over what vault_open made on the real disk. */
static void
adopt(const char *path, struct disk_file *file)
{
	struct buffer content;

	buffer_init(&content, 1 << 20);
	if (file_read(path, &content) == RS_OK) {
		file->there = true;
		put(file, 0, content.data, content.len);
	}
	buffer_release(&content);
}

static int
on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *ret_flags)
{
	struct disk_file *file = find(path != NULL ? path : "a temporary file");

	(void)vfs;
	base->pMethods = NULL;
	if (!file->there && (flags & SQLITE_OPEN_MAIN_DB) != 0)
		adopt(path, file);
	if (!file->there && (flags & SQLITE_OPEN_CREATE) == 0)
		return SQLITE_CANTOPEN;
	file->there = true;
	((struct opened *)base)->file = (size_t)(file - disk.files);
	base->pMethods = &methods;
	if (ret_flags != NULL)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int
on_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
	struct disk_file *file = find(path);

	(void)vfs;
	(void)sync_directory;
	if (fails(DISK_DELETE))
		return SQLITE_IOERR_DELETE;
	remember(DISK_DELETE, file, 0, NULL, 0);
	file->there = false;
	set_len(file, 0);
	return SQLITE_OK;
}

static int
on_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret_answer)
{
	(void)vfs;
	(void)flags;
	*ret_answer = find(path)->there;
	return SQLITE_OK;
}

void
disk_start(void)
{
	/* A test that failed has left it. */
	if (disk.system != NULL)
		disk_stop();
	disk.system = sqlite3_vfs_find("unix");
	disk.vfs = *disk.system;
	disk.vfs.iVersion = 1;
	disk.vfs.zName = "torture";
	disk.vfs.szOsFile = (int)sizeof(struct opened);
	disk.vfs.xOpen = on_open;
	disk.vfs.xDelete = on_delete;
	disk.vfs.xAccess = on_access;
	sqlite3_vfs_register(&disk.vfs, 1);
}

void
disk_stop(void)
{
	sqlite3_vfs_unregister(&disk.vfs);
	sqlite3_vfs_register(disk.system, 1);
	disk_release(&disk.trace);
	for (size_t i = 0; i < DISK_FILES; i++)
		free(disk.files[i].data);
	memset(&disk, 0, sizeof(disk));
}
