#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/file.h"

#define READ_STEP 65536

void
file_open_standard(void)
{
	int fd, opened;

	/* In rising order, for the lowest number that is free is taken. */
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
		if (opened != fd)
			return;
	}
}

/* Read up to ${len} bytes into ${data}; a signal does not end a read. */
static int
read_some(int fd, void *data, size_t len, size_t *ret_got)
{
	ssize_t got;

	do
		got = read(fd, data, len);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return rs_err_from_errno(errno);
	*ret_got = (size_t)got;
	return RS_OK;
}

static int
read_all(int fd, struct buffer *out)
{
	size_t step, got = 0;
	uint8_t *room, more;
	int err;

	for (;;) {
		/* At the bound, one byte more tells a full file from a longer one. */
		if (out->len == out->max) {
			err = read_some(fd, &more, 1, &got);
			return err == RS_OK && got > 0 ? RS_ELIMIT : err;
		}
		step = out->max - out->len < READ_STEP ? out->max - out->len : READ_STEP;
		err = buffer_reserve(out, step, &room);
		if (err == RS_OK)
			err = read_some(fd, room, step, &got);
		if (err != RS_OK || got == 0)
			return err;
		buffer_commit(out, got);
	}
}

int
file_read(const char *path, struct buffer *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t start = out->len;
	int err;

	if (fd < 0)
		return rs_err_from_errno(errno);
	err = read_all(fd, out);
	if (err != RS_OK)
		buffer_truncate(out, start);
	close(fd);
	return err;
}

int
file_sync_name(const char *path)
{
	char *copy = strdup(path);
	int fd, err = RS_OK;

	if (copy == NULL)
		return RS_ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (fd < 0)
		return rs_err_from_errno(errno);
	if (fsync(fd) != 0)
		err = rs_err_from_errno(errno);
	close(fd);
	return err;
}

static int
write_all(int fd, struct bytes content)
{
	ssize_t put;

	while (content.len > 0) {
		put = write(fd, content.data, content.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return rs_err_from_errno(errno);
		content = bytes_of(content.data + put, content.len - (size_t)put);
	}
	return fsync(fd) == 0 ? RS_OK : rs_err_from_errno(errno);
}

/* Make ${content} all that the new file ${fd} holds, on the disk too. */
static int
fill(int fd, struct bytes content, mode_t mode)
{
	return fchmod(fd, mode) == 0 ? write_all(fd, content) : rs_err_from_errno(errno);
}

int
file_move(const char *from, const char *to)
{
	return rename(from, to) == 0 ? file_sync_name(to) : rs_err_from_errno(errno);
}

int
file_replace(const char *path, struct bytes content, mode_t mode)
{
	char fresh[PATH_MAX];
	int fd, err;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return RS_ELIMIT;
	/* A leftover of an earlier cut may have other permissions: start anew. */
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return rs_err_from_errno(errno);
	err = fill(fd, content, mode);
	close(fd);
	if (err == RS_OK && rename(fresh, path) != 0)
		err = rs_err_from_errno(errno);
	if (err != RS_OK) {
		unlink(fresh);
		return err;
	}
	return file_sync_name(path);
}

/*
 * Give the file ${fresh} the name ${path}, unless another has it.  With link(2) a kill
 * leaves both names, and so a copy of a key that nobody looks for.
 */
static int
name_new(const char *fresh, const char *path)
{
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return RS_OK;
	/* Not every file system can: NFS, for one. */
	if (errno == EINVAL && link(fresh, path) == 0)
		return RS_OK;
	return rs_err_from_errno(errno);
}

/* Create ${path} under another name first. */
static int
create_named(const char *path, struct bytes content, mode_t mode)
{
	char fresh[PATH_MAX];
	int fd, err;

	/* A name of its own: two creators must not write into one file. */
	if (snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path) >= (int)sizeof(fresh))
		return RS_ELIMIT;
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return rs_err_from_errno(errno);
	err = fill(fd, content, mode);
	close(fd);
	if (err == RS_OK)
		err = name_new(fresh, path);
	unlink(fresh);
	return err;
}

/* Open a file without a name beside ${path}; -1 where there can be none. */
static int
open_nameless(const char *path)
{
	char *copy = strdup(path);
	int fd = copy == NULL ? -1 :
	    open(dirname(copy), O_WRONLY | O_TMPFILE | O_CLOEXEC, S_IRUSR | S_IWUSR);

	free(copy);
	return fd;
}

/* Give the file ${fd} the name ${path}, unless another has it; see open(2), O_TMPFILE. */
static int
name_nameless(int fd, const char *path)
{
	char link[40];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? RS_OK :
	    rs_err_from_errno(errno);
}

int
file_create(const char *path, struct bytes content, mode_t mode)
{
	int fd = open_nameless(path), err = RS_ENOTFOUND;

	if (fd >= 0) {
		err = fill(fd, content, mode);
		if (err == RS_OK)
			err = name_nameless(fd, path);
		close(fd);
	}
	/* Not every file system has such files, and without /proc they get no name. */
	if (err == RS_ENOTFOUND)
		err = create_named(path, content, mode);
	return err == RS_OK ? file_sync_name(path) : err;
}
