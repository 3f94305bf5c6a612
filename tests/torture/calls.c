/* The functions defined here must not be macros or inline wrappers of themselves. */
#undef _FORTIFY_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/file.h"
#include "tests/torture/calls.h"

enum {
	DESCRIPTORS = 256,
	PATH_LEN_MAX = 4096,
	FILE_LEN_MAX = 64 << 20,
	/* of a descriptor that is not of the directory, and of the directory itself */
	OTHER = 0,
	DIRECTORY = -1
};

static struct {
	char directory[PATH_LEN_MAX];	/* "" when nothing is recorded */
	struct calls_name names[CALLS_NAMES];	/* as they are now */
	struct calls_trace trace;
	long files[DESCRIPTORS];	/* what a descriptor is of: a file's number + 1, or see above */
	struct calls_fault fault;
	long calls;
	unsigned made;			/* by mkostemp */
} watched;

static void
check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "calls: %s\n", what);
		abort();
	}
}

/* ------------------------------------------------------------------------ names */

static struct calls_name *
find(struct calls_name *names, const char *name)
{
	for (size_t i = 0; i < CALLS_NAMES; i++)
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	return NULL;
}

static void
set_name(struct calls_name *names, const char *name, size_t file)
{
	struct calls_name *place = find(names, name);

	if (place == NULL)
		place = find(names, "");
	check(place != NULL && strlen(name) < CALLS_NAME_LEN, "too many names, or too long a one");
	strcpy(place->name, name);
	place->file = file;
}

static void
change_name(struct calls_name *names, const struct calls_op *op)
{
	struct calls_name *from = find(names, op->from);
	size_t file;

	switch (op->change) {
	case CALLS_MAKE:
		set_name(names, op->to, op->op.file);
		return;
	case CALLS_RENAME:
		/* What was to be renamed may have been lost. */
		if (from == NULL)
			return;
		file = from->file;
		from->name[0] = '\0';
		set_name(names, op->to, file);
		return;
	case CALLS_REMOVE:
		if (from != NULL)
			from->name[0] = '\0';
		return;
	case CALLS_NONE:
	case CALLS_SYNC_NAMES:
		return;
	}
}

/* The name in the watched directory that ${path} means; NULL when it is elsewhere. */
static const char *
name_in(const char *path)
{
	size_t len = strlen(watched.directory);

	if (len == 0 || strncmp(path, watched.directory, len) != 0 || path[len] != '/')
		return NULL;
	return strchr(path + len + 1, '/') == NULL ? path + len + 1 : NULL;
}

/* ------------------------------------------------------------------------ the trace */

static struct calls_op *
remember(void)
{
	struct calls_trace *trace = &watched.trace;

	if (trace->count == trace->capacity) {
		trace->capacity = trace->capacity * 2 + 256;
		trace->ops = realloc(trace->ops, trace->capacity * sizeof(*trace->ops));
		check(trace->ops != NULL, "no memory");
	}
	memset(&trace->ops[trace->count], 0, sizeof(trace->ops[0]));
	return &trace->ops[trace->count++];
}

static void
remember_bytes(enum disk_call call, size_t file, size_t at, const void *data, size_t len)
{
	struct calls_op *op = remember();

	op->op = (struct disk_op){ .call = call, .file = file, .at = at, .len = len };
	if (len == 0)
		return;
	op->op.data = malloc(len);
	check(op->op.data != NULL, "no memory");
	memcpy(op->op.data, data, len);
}

static void
remember_name(enum calls_name_change change, const char *from, const char *to, size_t file)
{
	struct calls_op *op = remember();

	op->change = change;
	op->op.file = file;
	snprintf(op->from, sizeof(op->from), "%s", from);
	snprintf(op->to, sizeof(op->to), "%s", to);
	change_name(watched.names, op);
}

static void
read_base(const char *path, struct disk_file *file)
{
	struct buffer content;

	buffer_init(&content, FILE_LEN_MAX);
	check(file_read(path, &content) == RS_OK, path);
	disk_fill(file, buffer_bytes(&content));
	buffer_release(&content);
}

void
calls_record(const char *directory)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;
	char path[PATH_LEN_MAX];

	check(entries != NULL && strlen(directory) < PATH_LEN_MAX / 2, directory);
	memset(watched.names, 0, sizeof(watched.names));
	calls_release(&watched.trace);
	watched.trace.base = calloc(CALLS_NAMES, sizeof(*watched.trace.base));
	check(watched.trace.base != NULL, "no memory");
	while ((entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		set_name(watched.names, entry->d_name, watched.trace.base_count);
		read_base(path, &watched.trace.base[watched.trace.base_count++]);
	}
	closedir(entries);
	memcpy(watched.trace.names, watched.names, sizeof(watched.names));
	watched.trace.file_count = watched.trace.base_count;
	strcpy(watched.directory, directory);
}

void
calls_mark(long mark)
{
	if (watched.directory[0] == '\0')
		return;
	remember_bytes(DISK_MARK, 0, 0, NULL, 0);
	watched.trace.ops[watched.trace.count - 1].op.mark = mark;
}

void
calls_end(struct calls_trace *ret_trace)
{
	*ret_trace = watched.trace;
	memset(&watched.trace, 0, sizeof(watched.trace));
	watched.directory[0] = '\0';
	memset(watched.files, 0, sizeof(watched.files));
}

void
calls_release(struct calls_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		free(trace->ops[i].op.data);
	free(trace->ops);
	for (size_t i = 0; i < trace->base_count; i++)
		free(trace->base[i].data);
	free(trace->base);
	memset(trace, 0, sizeof(*trace));
}

/* ------------------------------------------------------------------------ power cuts */

/* What a cut leaves of the directory's names. */
static void
cut_names(const struct calls_trace *trace, size_t at, uint64_t *seed, struct calls_name *names)
{
	struct calls_op **changes = calloc(at + 1, sizeof(*changes));
	struct disk_keeping keeping;
	size_t count = 0, i;

	check(changes != NULL, "no memory");
	memcpy(names, trace->names, sizeof(trace->names));
	for (i = 0; i < at; i++) {
		if (trace->ops[i].change == CALLS_SYNC_NAMES) {
			for (size_t j = 0; j < count; j++)
				change_name(names, changes[j]);
			count = 0;
		} else if (trace->ops[i].change != CALLS_NONE)
			changes[count++] = &trace->ops[i];
	}
	keeping = disk_keep_by((enum disk_loss)(disk_draw(seed) % DISK_LOSSES), count, seed);
	for (i = 0; i < count; i++)
		if (disk_keeps(&keeping, i))
			change_name(names, changes[i]);
	free(changes);
}

/* What a cut leaves of file number ${number}. */
static void
cut_file(const struct calls_trace *trace, size_t at, size_t number, enum disk_loss loss,
    uint64_t *seed, struct disk_file *ret_file)
{
	struct disk_op **ops = calloc(at + 1, sizeof(*ops)), *op;
	uint64_t none = 0;
	size_t count = 0, i;

	check(ops != NULL, "no memory");
	if (number < trace->base_count)
		disk_fill(ret_file, bytes_of(trace->base[number].data, trace->base[number].len));
	for (i = 0; i < at; i++) {
		op = &trace->ops[i].op;
		if (trace->ops[i].change != CALLS_NONE || op->file != number ||
		    op->call == DISK_MARK)
			continue;
		if (op->call == DISK_SYNC)
			disk_lose(ret_file, ops, count, DISK_LOSE_NONE, &none);
		else if (op->call == DISK_FAILED_SYNC)
			disk_lose(ret_file, ops, count, DISK_REORDER, seed);
		else {
			ops[count++] = op;
			continue;
		}
		count = 0;
	}
	disk_lose(ret_file, ops, count, loss, seed);
	free(ops);
}

static void
empty(const char *directory)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;

	check(entries != NULL, directory);
	while ((entry = readdir(entries)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(entries), entry->d_name, 0);
	closedir(entries);
}

static void
put_file(const char *directory, const char *name, const struct disk_file *file)
{
	char path[PATH_LEN_MAX];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	out = fopen(path, "w");
	check(out != NULL && (file->len == 0 ||
	    fwrite(file->data, 1, file->len, out) == file->len) && fclose(out) == 0 &&
	    chmod(path, 0600) == 0, path);
}

/* Have the files ${names} in ${directory}, and nothing else. */
static void
put_files(const struct calls_trace *trace, size_t at, enum disk_loss loss, uint64_t *seed,
    const struct calls_name *names, const char *directory)
{
	empty(directory);
	for (size_t i = 0; i < CALLS_NAMES; i++) {
		struct disk_file file = { .data = NULL };

		if (names[i].name[0] == '\0')
			continue;
		cut_file(trace, at, names[i].file, loss, seed, &file);
		put_file(directory, names[i].name, &file);
		free(file.data);
	}
}

void
calls_cut(const struct calls_trace *trace, size_t at, enum disk_loss loss, uint64_t seed,
    const char *directory)
{
	struct calls_name names[CALLS_NAMES];

	cut_names(trace, at, &seed, names);
	put_files(trace, at, loss, &seed, names, directory);
}

void
calls_kill(const struct calls_trace *trace, size_t at, const char *directory)
{
	uint64_t none = 0;

	calls_release(&watched.trace);
	watched.trace.base = calloc(CALLS_NAMES, sizeof(*watched.trace.base));
	check(watched.trace.base != NULL, "no memory");
	watched.trace.base_count = trace->base_count;
	watched.trace.file_count = trace->file_count;
	for (size_t i = 0; i < trace->base_count; i++)
		disk_fill(&watched.trace.base[i], bytes_of(trace->base[i].data,
		    trace->base[i].len));
	memcpy(watched.trace.names, trace->names, sizeof(trace->names));
	memcpy(watched.names, trace->names, sizeof(trace->names));
	for (size_t i = 0; i < at; i++) {
		const struct calls_op *op = &trace->ops[i];

		if (op->change != CALLS_NONE)
			remember_name(op->change, op->from, op->to, op->op.file);
		else
			remember_bytes(op->op.call, op->op.file, op->op.at, op->op.data, op->op.len);
		watched.trace.ops[i].op.mark = op->op.mark;
	}
	put_files(trace, at, DISK_LOSE_NONE, &none, watched.names, directory);
	strcpy(watched.directory, directory);
}

/* ------------------------------------------------------------------------ faults */

void
calls_fail(struct calls_fault fault)
{
	watched.fault = fault;
	watched.calls = 0;
}

long
calls_count(void)
{
	return watched.calls;
}

/* Count a call, which may need ${room}; tell whether it is to fail, and set errno. */
static bool
fails(bool room)
{
	watched.calls++;
	if (watched.calls < watched.fault.first || watched.calls > watched.fault.last ||
	    (watched.fault.number == ENOSPC && !room))
		return false;
	errno = watched.fault.number;
	return true;
}

/* ------------------------------------------------------------------------ the calls */

static long
file_of(int fd)
{
	return fd >= 0 && fd < DESCRIPTORS ? watched.files[fd] : OTHER;
}

/* Does open take a mode?  O_TMPFILE has the bits of O_DIRECTORY too. */
static bool
has_mode(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

static int
open_at(const char *path, int flags, mode_t mode)
{
	const char *name = name_in(path);
	struct calls_name *known = name == NULL ? NULL : find(watched.names, name);
	bool makes = name != NULL && known == NULL && (flags & O_CREAT) != 0;
	/* A file without a name, which linkat may give it. */
	bool nameless = (flags & O_TMPFILE) == O_TMPFILE && watched.directory[0] != '\0' &&
	    strcmp(path, watched.directory) == 0;
	int fd;

	if ((makes || nameless) && fails(true))
		return -1;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd < 0 || fd >= DESCRIPTORS)
		return fd;
	watched.files[fd] = OTHER;
	if (nameless)
		watched.files[fd] = (long)++watched.trace.file_count;
	else if (watched.directory[0] != '\0' && strcmp(path, watched.directory) == 0)
		watched.files[fd] = DIRECTORY;
	if (makes) {
		remember_name(CALLS_MAKE, "", name, watched.trace.file_count++);
		known = find(watched.names, name);
	}
	if (known != NULL)
		watched.files[fd] = (long)known->file + 1;
	if (known != NULL && !makes && (flags & O_TRUNC) != 0)
		remember_bytes(DISK_TRUNCATE, known->file, 0, NULL, 0);
	return fd;
}

int
open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return open_at(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return open_at(path, flags, mode);
}

int
mkostemp(char *template, int flags)
{
	char *end = template + strlen(template) - 6;

	snprintf(end, 7, "%06u", watched.made++ % 1000000);
	return open_at(template, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
}

int
close(int fd)
{
	if (fd >= 0 && fd < DESCRIPTORS)
		watched.files[fd] = OTHER;
	return (int)syscall(SYS_close, fd);
}

/* A write that fails has written a part, as on a real disk. */
ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	long file = file_of(fd);
	bool failing = file > 0 && fails(true);
	int number = errno;
	ssize_t put;

	if (failing)
		len /= 2;
	put = syscall(SYS_pwrite64, fd, data, len, at);
	if (file > 0 && put > 0)
		remember_bytes(DISK_WRITE, (size_t)file - 1, (size_t)at, data, (size_t)put);
	if (failing)
		errno = number;
	return failing ? -1 : put;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	return pwrite64(fd, data, len, at);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	bool appends;
	off_t at;
	ssize_t put;

	if (file_of(fd) <= 0)
		return syscall(SYS_write, fd, data, len);
	appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
	at = lseek(fd, 0, appends ? SEEK_END : SEEK_CUR);
	put = pwrite64(fd, data, len, at);
	if (put > 0)
		lseek(fd, put, SEEK_CUR);
	return put;
}

ssize_t
sendfile(int to, int from, off_t *at, size_t len)
{
	char data[65536];
	ssize_t got;

	got = pread(from, data, len < sizeof(data) ? len : sizeof(data), *at);
	if (got > 0)
		got = write(to, data, (size_t)got);
	if (got > 0)
		*at += got;
	return got;
}

int
ftruncate64(int fd, off64_t len)
{
	long file = file_of(fd);
	int rc;

	if (file > 0 && fails(false))
		return -1;
	rc = (int)syscall(SYS_ftruncate, fd, len);
	if (file > 0 && rc == 0)
		remember_bytes(DISK_TRUNCATE, (size_t)file - 1, (size_t)len, NULL, 0);
	return rc;
}

int
ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

int
fsync(int fd)
{
	long file = file_of(fd);
	bool failing = file != OTHER && fails(true);

	if (file == OTHER)
		return 0;
	if (file != DIRECTORY)
		remember_bytes(failing ? DISK_FAILED_SYNC : DISK_SYNC, (size_t)file - 1, 0, NULL, 0);
	else if (!failing)
		remember_name(CALLS_SYNC_NAMES, "", "", 0);
	return failing ? -1 : 0;
}

int
fdatasync(int fd)
{
	return fsync(fd);
}

int
renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
	const char *from_name = name_in(from), *to_name = name_in(to);
	int rc;

	if (from_name != NULL && fails(true))
		return -1;
	rc = (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
	if (rc == 0 && from_name != NULL && to_name != NULL)
		remember_name(CALLS_RENAME, from_name, to_name, 0);
	return rc;
}

/* Of a file without a name, by its link in /proc. */
int
linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
	const char *name = name_in(to);
	unsigned fd = DESCRIPTORS;
	int rc;

	if (name != NULL && fails(true))
		return -1;
	rc = (int)syscall(SYS_linkat, from_directory, from, to_directory, to, flags);
	if (rc == 0 && name != NULL) {
		check(sscanf(from, "/proc/self/fd/%u", &fd) == 1 && file_of((int)fd) > 0, from);
		remember_name(CALLS_MAKE, "", name, (size_t)file_of((int)fd) - 1);
	}
	return rc;
}

int
rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
unlink(const char *path)
{
	const char *name = name_in(path);
	int rc;

	if (name != NULL && find(watched.names, name) != NULL && fails(false))
		return -1;
	rc = (int)syscall(SYS_unlink, path);
	if (rc == 0 && name != NULL)
		remember_name(CALLS_REMOVE, name, "", 0);
	return rc;
}
