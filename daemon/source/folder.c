#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/source/links.h"
#include "daemon/source/source.h"
#include "proto/base/file.h"

/*
 * A drop folder as a queue: files of links that somebody puts there.  Once the
 * links of a file are kept, it is moved into the folder's subdirectory
 * "imported", so the folder itself is the cursor.  A file that cannot be
 * read stays where it is, and the queue's status says which and why; so does one that
 * was written to since it was read, to be read again.
 *
 * Reading and putting away are done on a thread of libuv's pool, for a folder may lie on a
 * disk that sleeps or on another machine; the loop is told, and does the logging.
 */

#define IMPORTED "imported"
#define FILES_MAX 100			/* taken at one poll */
#define ENTRIES_MAX 20000		/* links taken at one poll */
#define SKIPPED_MAX 100			/* lines that are told */
#define SAME_NAME_MAX 10000		/* files of one name in "imported" */

/* A file that was read whole. */
struct dropped {
	char *name;
	struct stat status;		/* from before it was read */
};

/* A line of a file that gives no link. */
struct skipped {
	char *file;
	unsigned line;
	const char *problem;
};

struct source_poll {
	uv_work_t work;			/* all below is the pool's while it runs */
	bool reading;			/* loop's: the result is not told yet */
	bool cancelled;			/* loop's: nobody wants it any more */
	uv_loop_t *loop;
	char *directory;
	struct skipped skipped[SKIPPED_MAX];
	size_t skipped_count;
	int put_away_errno;		/* of the first file that stayed; 0 for none */
	struct dropped files[FILES_MAX];
	size_t file_count;
	Readsync__FeedEntry **entries;
	size_t entry_count;
	struct source_found found;
	struct rs_err_detail detail;
	void (*on_found)(void *context, const struct source_found *found);
	void *context;
};

/* ----------------------------------------------------------------- reading */

static int
add_entry(struct source_poll *poll, const struct links_entry *link)
{
	Readsync__FeedEntry *entry = malloc(sizeof(*entry));

	if (entry == NULL)
		return RS_ENOMEM;
	readsync__feed_entry__init(entry);
	entry->link = strdup(link->url);
	entry->title = strdup(link->title);
	if (entry->link == NULL || entry->title == NULL) {
		free(entry->link);
		free(entry->title);
		free(entry);
		return RS_ENOMEM;
	}
	poll->entries[poll->entry_count++] = entry;
	return RS_OK;
}

static int
add_skipped(struct source_poll *poll, const char *name, const struct links_problem *problem)
{
	struct skipped *skipped = &poll->skipped[poll->skipped_count];

	if (poll->skipped_count == SKIPPED_MAX)
		return RS_OK;
	skipped->file = strdup(name);
	if (skipped->file == NULL)
		return RS_ENOMEM;
	skipped->line = problem->line;
	skipped->problem = problem->text;
	poll->skipped_count++;
	return RS_OK;
}

/* Take the links of one file, if there is still room for all of them. */
static int
take_links(struct source_poll *poll, const char *name, const struct stat *status,
    const struct links *links)
{
	size_t i;
	int err = RS_OK;

	if (poll->entry_count + links->count > ENTRIES_MAX)
		return RS_ELIMIT;
	for (i = 0; i < links->count && err == RS_OK; i++)
		err = add_entry(poll, &links->entries[i]);
	if (err != RS_OK)
		return err;
	for (i = 0; i < links->problem_count && err == RS_OK; i++)
		err = add_skipped(poll, name, &links->problems[i]);
	if (err != RS_OK)
		return err;
	/* A file without a single link is a mistake that somebody should see. */
	if (links->count == 0) {
		rs_err_detail_set(&poll->detail, "%s/%s holds no link%s%s", poll->directory, name,
		    links->problem_count == 0 ? "" : ": ",
		    links->problem_count == 0 ? "" : links->problems[0].text);
		return RS_OK;
	}
	poll->files[poll->file_count] = (struct dropped){ strdup(name), *status };
	if (poll->files[poll->file_count].name == NULL)
		return RS_ENOMEM;
	poll->file_count++;
	return RS_OK;
}

static int
read_file(struct source_poll *poll, const char *name, const struct stat *status)
{
	struct rs_err_detail why = { "" };
	struct links *links = NULL;
	char path[PATH_MAX];
	struct buffer text;
	int err;

	buffer_init(&text, LINKS_SIZE_MAX);
	snprintf(path, sizeof(path), "%s/%s", poll->directory, name);
	err = file_read(path, &text);
	if (err == RS_OK)
		err = links_parse(buffer_bytes(&text), &links, &why);
	if (err == RS_OK) {
		err = take_links(poll, name, status, links);
	} else if (err != RS_ENOMEM) {
		/* One file that cannot be read does not keep the others. */
		rs_err_detail_set(&poll->detail, "%s: %s", path,
		    why.text[0] == '\0' ? rs_err_text(err) : why.text);
		err = RS_OK;
	}
	links_free(links);
	buffer_release(&text);
	return err;
}

/* A plain file that no program is still writing under a hidden or temporary name. */
static bool
is_dropped(int directory, const char *name, struct stat *ret_status)
{
	size_t len = strlen(name);

	if (name[0] == '.' || (len > 5 && strcmp(name + len - 5, ".part") == 0) ||
	    name[len - 1] == '~')
		return false;
	return fstatat(directory, name, ret_status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(ret_status->st_mode);
}

static int
read_folder(struct source_poll *poll)
{
	DIR *directory = opendir(poll->directory);
	struct dirent *entry;
	struct stat status;
	int err = RS_OK;

	if (directory == NULL) {
		rs_err_detail_set(&poll->detail, "%s: %s", poll->directory, strerror(errno));
		return rs_err_from_errno(errno);
	}
	while (err == RS_OK && poll->file_count < FILES_MAX &&
	    (entry = readdir(directory)) != NULL) {
		if (is_dropped(dirfd(directory), entry->d_name, &status))
			err = read_file(poll, entry->d_name, &status);
	}
	closedir(directory);
	/* What does not fit this time comes with the next poll. */
	return err == RS_ELIMIT ? RS_OK : err;
}

/* Read all that lies there; on a thread of the pool. */
static void
read_work(uv_work_t *work)
{
	struct source_poll *poll = work->data;

	poll->found.err = read_folder(poll);
	/* What was read is saved even if something else was wrong. */
	if (poll->found.err == RS_OK && poll->entry_count == 0 && poll->detail.text[0] != '\0')
		poll->found.err = RS_ENOTPAGE;
	poll->found.detail = poll->detail.text;
	poll->found.entries = poll->entries;
	poll->found.entry_count = poll->entry_count;
}

/* Tell whether the file at ${path} is still as it was before it was read. */
static bool
is_unchanged(const char *path, const struct stat *before)
{
	struct stat now;

	return lstat(path, &now) == 0 && now.st_ino == before->st_ino &&
	    now.st_size == before->st_size && now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

/* Rename unless there is a ${to} already; 0 or an errno value. */
static int
move_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return errno;
	/* Not every file system can: NFS, for one. */
	if (access(to, F_OK) == 0)
		return EEXIST;
	return rename(from, to) == 0 ? 0 : errno;
}

/* Put one file away, under its name or the next that is free; 0 or an errno value. */
static int
put_away(const struct source_poll *poll, const struct dropped *file)
{
	char from[PATH_MAX], to[PATH_MAX];
	int number, len, error;

	snprintf(from, sizeof(from), "%s/%s", poll->directory, file->name);
	if (!is_unchanged(from, &file->status))
		return 0;
	len = snprintf(to, sizeof(to), "%s/%s/%s", poll->directory, IMPORTED, file->name);
	if (len < 0 || (size_t)len + sizeof(".10000") > sizeof(to))
		return ENAMETOOLONG;
	error = move_new(from, to);
	for (number = 1; error == EEXIST && number < SAME_NAME_MAX; number++) {
		snprintf(to + len, sizeof(to) - (size_t)len, ".%d", number);
		error = move_new(from, to);
	}
	/* One that is not there any more is out of the way too. */
	return error == ENOENT ? 0 : error;
}

/* Put the files away whose links are kept; on a thread of the pool. */
static void
put_away_work(uv_work_t *work)
{
	struct source_poll *poll = work->data;
	char imported[PATH_MAX];
	size_t i;
	int error;

	snprintf(imported, sizeof(imported), "%s/%s", poll->directory, IMPORTED);
	if (mkdir(imported, 0700) != 0 && errno != EEXIST) {
		poll->put_away_errno = errno;
		return;
	}
	for (i = 0; i < poll->file_count; i++) {
		error = put_away(poll, &poll->files[i]);
		if (error != 0 && poll->put_away_errno == 0)
			poll->put_away_errno = error;
	}
}

/* -------------------------------------------------------------- the interface */

static void
poll_free(struct source_poll *poll)
{
	size_t i;

	for (i = 0; i < poll->entry_count; i++)
		readsync__feed_entry__free_unpacked(poll->entries[i], NULL);
	for (i = 0; i < poll->file_count; i++)
		free(poll->files[i].name);
	for (i = 0; i < poll->skipped_count; i++)
		free(poll->skipped[i].file);
	free(poll->entries);
	free(poll->directory);
	free(poll);
}

static void
on_read(uv_work_t *work, int status)
{
	struct source_poll *poll = work->data;
	size_t i;

	(void)status;
	poll->reading = false;
	if (poll->cancelled) {
		poll_free(poll);
		return;
	}
	for (i = 0; i < poll->skipped_count; i++) {
		LOG(LOG_LEVEL_WARNING, "link-skipped", log_private("file", poll->skipped[i].file),
		    log_number("line", poll->skipped[i].line),
		    log_text("problem", poll->skipped[i].problem));
	}
	poll->on_found(poll->context, &poll->found);
}

static void
on_put_away(uv_work_t *work, int status)
{
	struct source_poll *poll = work->data;

	(void)status;
	if (poll->put_away_errno != 0) {
		LOG(LOG_LEVEL_WARNING, "not-put-away", log_text("folder", poll->directory),
		    log_text("error", strerror(poll->put_away_errno)));
	}
	poll_free(poll);
}

static void
folder_finish(struct source_poll *poll, bool kept)
{
	if (poll->reading) {
		poll->cancelled = true;
		(void)uv_cancel((uv_req_t *)&poll->work);
	} else if (!kept || poll->file_count == 0 ||
	    uv_queue_work(poll->loop, &poll->work, put_away_work, on_put_away) != 0) {
		poll_free(poll);
	}
}

static int
folder_start(const struct source_parts *parts, const struct config_queue *queue, const char *cursor,
    void (*on_found)(void *context, const struct source_found *found), void *context,
    struct source_poll **ret_poll)
{
	struct source_poll *poll = calloc(1, sizeof(*poll));

	(void)cursor;
	if (poll == NULL)
		return RS_ENOMEM;
	poll->directory = strdup(queue->path);
	poll->entries = calloc(ENTRIES_MAX, sizeof(*poll->entries));
	poll->loop = parts->loop;
	poll->on_found = on_found;
	poll->context = context;
	poll->work.data = poll;
	poll->reading = true;
	if (poll->directory == NULL || poll->entries == NULL ||
	    uv_queue_work(parts->loop, &poll->work, read_work, on_read) != 0) {
		poll_free(poll);
		return RS_ENOMEM;
	}
	*ret_poll = poll;
	return RS_OK;
}

const struct source_ops source_folder = {
	.kind = "folder",
	.start = folder_start,
	.finish = folder_finish
};
