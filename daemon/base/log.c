#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"

enum {
	LINE_SIZE_MAX = 2048,	/* with its end */
	VALUE_SIZE_MAX = 1024	/* a longer value is cut */
};

static struct {
	struct log_settings settings;
	bool journal;		/* the other end is journald */
} state = { { STDERR_FILENO, LOG_LEVEL_INFO, false }, false };

static const struct {
	enum log_level level;
	const char *word;
} levels[] = {
	{ LOG_LEVEL_ERROR, "error" },
	{ LOG_LEVEL_WARNING, "warning" },
	{ LOG_LEVEL_NOTICE, "notice" },
	{ LOG_LEVEL_INFO, "info" },
	{ LOG_LEVEL_DEBUG, "debug" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Tell whether fd is the stream that systemd announced: JOURNAL_STREAM stays
 * in the environment of children whose output goes elsewhere. */
static bool
is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	/* NOLINTNEXTLINE(cert-err34-c): what does not fit is no descriptor of ours either */
	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	    fstat(fd, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

void
log_set(const struct log_settings *settings)
{
	state.settings = *settings;
	state.journal = is_journal(settings->fd);
}

int
log_level_read(const char *text, enum log_level *ret_level)
{
	size_t i;

	for (i = 0; i < COUNT(levels); i++) {
		if (strcmp(levels[i].word, text) == 0) {
			*ret_level = levels[i].level;
			return RS_OK;
		}
	}
	return RS_EINVAL;
}

struct log_field
log_text(const char *key, const char *text)
{
	return (struct log_field){ text == NULL ? NULL : key, LOG_PLAIN, text, 0 };
}

struct log_field
log_private(const char *key, const char *text)
{
	return (struct log_field){ text == NULL ? NULL : key, LOG_PRIVATE, text, 0 };
}

struct log_field
log_number(const char *key, int64_t number)
{
	return (struct log_field){ key, LOG_PLAIN, NULL, number };
}

static const char *
level_word(enum log_level level)
{
	size_t i;

	for (i = 0; i < COUNT(levels); i++) {
		if (levels[i].level == level)
			return levels[i].word;
	}
	return "error";
}

/* Return how many bytes at ${at} are one control character: C0, DEL, or C1 in
 * UTF-8 (which some terminals obey), else 0. */
static size_t
control_len(const unsigned char *at)
{
	if (*at < 0x20 || *at == 0x7f)
		return 1;
	return *at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0 ? 2 : 0;
}

/* Tell whether a value reads as one word without quotes. */
static bool
is_plain(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	for (; *at != '\0'; at++) {
		if (control_len(at) != 0 || strchr(" \"=\\", *at) != NULL)
			return false;
	}
	return at != (const unsigned char *)text;
}

/* Append a text in quotes.  Control characters become escapes: a stranger's
 * title must neither end the line nor drive the terminal that shows it. */
static int
append_quoted(struct buffer *line, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t start = line->len, control;
	int err;

	err = buffer_append_byte(line, '"');
	for (; err == RS_OK && *at != '\0'; at++) {
		/* Never amid a character. */
		if (line->len - start >= VALUE_SIZE_MAX && (*at & 0xc0) != 0x80)
			break;
		control = control_len(at);
		if (*at == '\n')
			err = buffer_append_text(line, "\\n");
		else if (control == 2)
			err = buffer_printf(line, "\\x%02x\\x%02x", at[0], at[1]);
		else if (control == 1)
			err = buffer_printf(line, "\\x%02x", *at);
		else if (*at == '"' || *at == '\\')
			err = buffer_printf(line, "\\%c", *at);
		else
			err = buffer_append_byte(line, *at);
		if (control == 2)
			at++;
	}
	if (err == RS_OK && *at != '\0')
		err = buffer_append_text(line, "...");
	return err == RS_OK ? buffer_append_byte(line, '"') : err;
}

static int
append_value(struct buffer *line, const struct log_field *field)
{
	if (field->text == NULL)
		return buffer_printf(line, "%lld", (long long)field->number);
	if (is_plain(field->text) && strlen(field->text) < VALUE_SIZE_MAX)
		return buffer_append_text(line, field->text);
	return append_quoted(line, field->text);
}

/* A field that no longer fits is left out as a whole. */
static void
append_field(struct buffer *line, const struct log_field *field)
{
	size_t before = line->len;

	if (field->key == NULL || (field->class == LOG_PRIVATE && !state.settings.titles))
		return;
	if (buffer_printf(line, " %s=", field->key) != RS_OK ||
	    append_value(line, field) != RS_OK)
		buffer_truncate(line, before);
}

void
log_event(enum log_level level, const char *event, const struct log_field *fields, size_t count)
{
	struct buffer line;
	size_t i;

	if (level > state.settings.level)
		return;
	/* One byte less than the line, for its end. */
	buffer_init(&line, LINE_SIZE_MAX - 1);
	if (state.journal)
		buffer_printf(&line, "<%d>%s", (int)level, event);
	else
		buffer_printf(&line, "%s: %s", level_word(level), event);
	for (i = 0; i < count; i++)
		append_field(&line, &fields[i]);
	line.max = LINE_SIZE_MAX;
	buffer_append_byte(&line, '\n');
	(void)!write(state.settings.fd, buffer_text(&line), line.len);
	buffer_release(&line);
}
