#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/command.h"
#include "client/jsonl/line.h"

enum {
	READ_STEP = 65536,
	COMMIT_LINES = 1000,
	COMMIT_BYTES = 32 * 1024 * 1024,
	REST_MS = 20		/* without a byte, and the vault is let go */
};

/* A file, read line by line. */
struct reader {
	int fd;
	struct buffer buffer;
	size_t start;		/* of the line that comes next, in the buffer */
	size_t searched;	/* there is no line feed before this */
	bool ended;
	bool patient;		/* the next read may take any time */
	bool skipping;		/* the rest of a line that was too long */
	int problem;		/* errno of a read that failed */
};

struct importing {
	struct client *client;
	const char *path;
	struct reader reader;
	unsigned long line;	/* the number of the last one, from 1 */
	unsigned long fresh, known, refused;
	unsigned pending;	/* lines in the open transaction, */
	size_t pending_bytes;	/* and how long they are */
	unsigned lost;		/* lines in one that failed */
	struct rs_err_detail detail;	/* why the vault could not be opened again */
	bool progress;
	bool progress_shown;
};

/* ---------------------------------------------------------------------- reading */

/*
 * Read on.  RS_ELIMIT when the line that has begun is too long to be held; RS_ETIMEOUT when
 * nothing comes for a moment: the next call waits as long as it takes.
 */
static int
read_more(struct reader *reader)
{
	struct pollfd input = { .fd = reader->fd, .events = POLLIN };
	uint8_t *room;
	ssize_t got;
	int err;

	if (!reader->patient && poll(&input, 1, REST_MS) == 0) {
		reader->patient = true;
		return RS_ETIMEOUT;
	}
	reader->patient = false;
	buffer_consume(&reader->buffer, reader->start);
	reader->searched -= reader->start;
	reader->start = 0;
	err = buffer_reserve(&reader->buffer, READ_STEP, &room);
	if (err != RS_OK)
		return err;
	do {
		got = read(reader->fd, room, READ_STEP);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		reader->problem = errno;
		return rs_err_from_errno(errno);
	}
	reader->ended = got == 0;
	buffer_commit(&reader->buffer, (size_t)got);
	return RS_OK;
}

/* Is the line ${ret_line} complete?  The last one need not end in a line feed. */
static bool
take_line(struct reader *reader, struct bytes *ret_line)
{
	uint8_t *from = reader->buffer.data + reader->start, *end = NULL;
	size_t len = reader->buffer.len - reader->start;

	if (reader->buffer.len > reader->searched)
		end = memchr(reader->buffer.data + reader->searched, '\n',
		    reader->buffer.len - reader->searched);
	reader->searched = reader->buffer.len;
	if (end == NULL && !(reader->ended && len > 0))
		return false;
	*ret_line = bytes_of(from, end == NULL ? len : (size_t)(end - from));
	reader->start += ret_line->len + (end != NULL);
	reader->searched = reader->start;
	return true;
}

/*
 * Set ${ret_line} to the next line, borrowed until the next call.  RS_ENOTFOUND at the
 * end; RS_ELIMIT once for a line that is too long, which is then passed over; RS_ETIMEOUT
 * as read_more.
 */
static int
next_line(struct reader *reader, struct bytes *ret_line)
{
	bool cut = reader->skipping;
	int err;

	while (!take_line(reader, ret_line)) {
		if (reader->ended)
			return RS_ENOTFOUND;
		err = read_more(reader);
		if (err == RS_ELIMIT) {
			reader->skipping = true;
			reader->start = reader->searched = reader->buffer.len;
			if (!cut)
				return err;
		} else if (err != RS_OK) {
			return err;
		}
	}
	reader->skipping = false;
	return cut ? next_line(reader, ret_line) : RS_OK;
}

/* ---------------------------------------------------------------------- importing */

static void
end_progress(struct importing *importing)
{
	if (importing->progress_shown)
		fputs("\r\033[K", stderr);
	importing->progress_shown = false;
}

static int
commit(struct importing *importing)
{
	int err = importing->pending == 0 ? RS_OK : replica_commit(importing->client->replica);

	importing->lost = err == RS_OK ? 0 : importing->pending;
	importing->pending = 0;
	importing->pending_bytes = 0;
	if (importing->progress && err == RS_OK) {
		fprintf(stderr, "\r%lu lines\033[K", importing->line);
		importing->progress_shown = true;
	}
	return err == RS_OK && importing->client->replica != NULL ?
	    client_give_way(importing->client, &importing->detail) : err;
}

/* Tell of a line that cannot be kept; returns RS_OK, as the rest goes on. */
static int
refuse_line(struct importing *importing, int err, const struct rs_err_detail *detail)
{
	end_progress(importing);
	client_fail(importing->client, err, "%s, line %lu: %s", importing->path, importing->line,
	    detail->text[0] != '\0' ? detail->text : rs_err_text(err));
	importing->refused++;
	return RS_OK;
}

/* Whoever writes what we read may take his time: keep what came, and let go of the vault. */
static int
rest(struct importing *importing)
{
	struct client *client = importing->client;
	int err = commit(importing);

	if (err == RS_OK) {
		replica_close(client->replica);
		client->replica = NULL;
	}
	return err;
}

/* Begin a transaction, over the vault opened again after a rest. */
static int
begin(struct importing *importing)
{
	struct client *client = importing->client;
	int err = client->replica != NULL ? RS_OK :
	    client_open_again(client, &importing->detail);

	return err == RS_OK ? replica_begin(client->replica) : err;
}

static int
keep_line(struct importing *importing, struct bytes text, const struct line *line)
{
	bool fresh;
	int err = importing->pending == 0 ? begin(importing) : RS_OK;

	if (err != RS_OK)
		return err;
	importing->pending++;
	importing->pending_bytes += text.len;
	err = line_keep(importing->client->replica, line, &fresh);
	if (err != RS_OK)
		return err;
	importing->fresh += fresh;
	importing->known += !fresh;
	return importing->pending >= COMMIT_LINES || importing->pending_bytes >= COMMIT_BYTES ?
	    commit(importing) : RS_OK;
}

static bool
is_blank(struct bytes text)
{
	size_t i = 0;

	while (i < text.len &&
	    (text.data[i] == ' ' || text.data[i] == '\t' || text.data[i] == '\r'))
		i++;
	return i == text.len;
}

/* Take one line; an error is one that ends it all. */
static int
import_line(struct importing *importing, struct bytes text)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };	/* U+FEFF, of some editors */
	struct rs_err_detail detail = { "" };
	struct line *line;
	int err;

	if (importing->line == 1 && text.len >= sizeof(mark) &&
	    memcmp(text.data, mark, sizeof(mark)) == 0)
		text = bytes_of(text.data + sizeof(mark), text.len - sizeof(mark));
	if (is_blank(text))
		return RS_OK;
	err = line_parse(text, &line, &detail);
	if (err == RS_EINVAL || err == RS_ELIMIT)
		return refuse_line(importing, err, &detail);
	if (err != RS_OK)
		return err;
	err = keep_line(importing, text, line);
	line_free(line);
	return err;
}

static int
import(struct importing *importing)
{
	struct rs_err_detail too_long = { "" };
	struct bytes text;
	int err;

	rs_err_detail_set(&too_long, "it has more than %d MiB", LINE_MAX_BYTES >> 20);
	for (;;) {
		err = next_line(&importing->reader, &text);
		if (err == RS_ENOTFOUND)
			return commit(importing);
		importing->line += err != RS_ETIMEOUT;
		if (err == RS_OK)
			err = import_line(importing, text);
		else if (err == RS_ETIMEOUT)
			err = rest(importing);
		else if (err == RS_ELIMIT)
			err = refuse_line(importing, err, &too_long);
		if (err != RS_OK)
			return err;
	}
}

/* What was committed stays: the same file again goes on from there. */
static int
fail(struct importing *importing, int err)
{
	struct client *client = importing->client;
	const char *why = importing->reader.problem != 0 ? strerror(importing->reader.problem) :
	    importing->detail.text[0] != '\0' ? importing->detail.text :
	    replica_err_text(client->replica, err);

	end_progress(importing);
	if (importing->pending > 0) {
		replica_rollback(client->replica);
		importing->lost = importing->pending;
	}
	return client_fail(client, err, "%s, line %lu: %s; the last %u lines were not kept: import "
	    "the file again", importing->path, importing->line, why, importing->lost);
}

static int
tell(struct importing *importing)
{
	end_progress(importing);
	printf("%lu new, %lu known, %lu refused\n", importing->fresh, importing->known,
	    importing->refused);
	return importing->refused > 0 ? rs_err_exit_status(RS_EINVAL) : 0;
}

static int
open_file(struct client *client, const char *path, int *ret_fd)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return client_fail(client, rs_err_from_errno(errno), "%s: %s", path,
		    strerror(errno));
	*ret_fd = fd;
	return 0;
}

static int
run(struct client *client, int argc, char **argv)
{
	struct importing importing = {
		.client = client,
		.path = strcmp(argv[0], "-") == 0 ? "standard input" : argv[0],
		.progress = !client->options.quiet && isatty(STDERR_FILENO)
	};
	int err, status;

	(void)argc;
	if (!client->options.jsonl)
		return client_fail(client, RS_EINVAL, "name the format: --jsonl, JSON Lines");
	status = open_file(client, argv[0], &importing.reader.fd);
	if (status != 0)
		return status;
	buffer_init(&importing.reader.buffer, LINE_MAX_BYTES);
	client->keeps_key = true;
	err = client_open(client);
	if (err != RS_OK) {
		status = rs_err_exit_status(err);
	} else {
		err = import(&importing);
		status = err != RS_OK ? fail(&importing, err) : tell(&importing);
	}
	buffer_release(&importing.reader.buffer);
	if (importing.reader.fd != STDIN_FILENO)
		close(importing.reader.fd);
	return status;
}

const struct command command_import = {
	.name = "import",
	.arguments = "FILE",
	.summary = "take over items from JSON Lines",
	.description =
	    "Saves what FILE (-: standard input) says, one JSON object a line, of which\n"
	    "only \"url\" is needed: what 'readsync export' wrote, or lines with \"title\",\n"
	    "\"tags\", \"saved_at\", \"state\", and \"text\" or \"html\". An item that is here\n"
	    "already keeps its title, state and time. A line that cannot be kept is told\n"
	    "with its number, and the rest goes on. Works without a network.\n",
	.options = "lq",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run
};
