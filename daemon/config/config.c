#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "daemon/config/config.h"
#include "daemon/config/config_key.h"
#include "daemon/config/config_value.h"
#include "daemon/fetch/fetch.h"
#include "proto/base/file.h"

/* This machine alone: to be reached by others is for the reader to say. */
#define LISTEN_DEFAULT "127.0.0.1:7323"

enum {
	INI_LINE_SLACK = 3,		/* what inih wants beside a line: CR, LF, NUL */
	QUEUE_EVERY_MS = 15 * 60 * 1000,
	IMAGE_DEFAULT = 8 * 1024 * 1024,
	IMAGES_DEFAULT = 32 * 1024 * 1024
};

/* A key and its value, which may come in several lines. */
struct pair {
	bool open;
	unsigned line;
	char name[64];
	struct buffer value;
};

struct parser {
	struct config *config;
	struct config_errors *errors;
	const char *file;
	struct bytes rest;		/* what inih has not been given */
	unsigned line;			/* the number of the line it was given last */
	bool indented;			/* that line, which so may go on the one before */
	bool told;			/* inih found a key and a value in it */
	enum config_section section;
	unsigned section_line[CONFIG_SECTION_QUEUE];	/* where each was opened; 0: not yet */
	uint64_t seen;			/* bits of the keys met in this section */
	struct config_queue *queue;	/* of a queue's section */
	unsigned queue_lines[CONFIG_QUEUES_MAX];
	struct pair pair;
	int err;			/* RS_ENOMEM ends it all */
};

static void parser_error(struct parser *parser, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
parser_error(struct parser *parser, unsigned line, const char *format, ...)
{
	struct config_errors *errors = parser->errors;
	char text[sizeof(errors->lines[0].text)];
	va_list args;

	if (errors->count == CONFIG_ERRORS_MAX) {
		errors->untold++;
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (line == 0)
		rs_err_detail_set(&errors->lines[errors->count++], "%s: %s", parser->file, text);
	else
		rs_err_detail_set(&errors->lines[errors->count++], "%s:%u: %s", parser->file,
		    line, text);
}

static bool
has_seen(const struct parser *parser, const char *name)
{
	return (parser->seen & config_key_bit(config_key_find(parser->section, name))) != 0;
}

static void
pair_set(struct parser *parser, const struct pair *pair, const struct config_key *key)
{
	void *base = key->section == CONFIG_SECTION_QUEUE ? (void *)parser->queue :
	    (void *)parser->config;
	struct rs_err_detail detail;
	int err;

	if (!key->is_list && has_seen(parser, key->name)) {
		parser_error(parser, pair->line, "'%s' is already set in this [%s]", key->name,
		    config_key_section_name(key->section));
		return;
	}
	/* What the file says replaces the default list, and then adds to itself. */
	if (key->is_list && !has_seen(parser, key->name))
		config_value_list_release((struct config_list *)((char *)base + key->offset));
	parser->seen |= config_key_bit(key);
	err = config_key_set(key, buffer_text(&pair->value), base, &detail);
	if (err == RS_EINVAL)
		parser_error(parser, pair->line, "%s", detail.text);
	else if (err != RS_OK)
		parser->err = err;
}

/* The pair is complete: a new one, a heading or the end has come. */
static void
pair_close(struct parser *parser)
{
	struct pair *pair = &parser->pair;
	const struct config_key *key;
	struct rs_err_detail detail;

	if (!pair->open)
		return;
	pair->open = false;
	if (parser->section == CONFIG_SECTION_UNKNOWN)
		return;
	if (parser->section == CONFIG_SECTION_NONE) {
		parser_error(parser, pair->line, "'%s' stands before the first [section]",
		    pair->name);
		return;
	}
	key = config_key_find(parser->section, pair->name);
	if (key != NULL) {
		pair_set(parser, pair, key);
		return;
	}
	config_key_describe_unknown(parser->section, pair->name, &detail);
	parser_error(parser, pair->line, "%s", detail.text);
}

/* An indented line that is a key of this section was hardly meant to go on
 * the value above it. */
static bool
looks_like_key(const struct parser *parser, const char *text)
{
	size_t len = strcspn(text, " \t=:"), after = len + strspn(text + len, " \t");
	char name[64];

	if ((text[after] != '=' && text[after] != ':') || len >= sizeof(name))
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	return config_key_find(parser->section, name) != NULL;
}

static void
pair_append(struct parser *parser, const char *text, bool goes_on)
{
	struct pair *pair = &parser->pair;
	const struct config_key *key = config_key_find(parser->section, pair->name);
	int err = RS_OK;

	if (goes_on && looks_like_key(parser, text)) {
		parser_error(parser, parser->line, "indented, this goes on the value of '%s'; "
		    "keys stand at the beginning of a line", pair->name);
		return;
	}
	/* A list may break with its comma or instead of it. */
	if (goes_on && key != NULL && key->is_list && pair->value.len > 0 &&
	    pair->value.data[pair->value.len - 1] != ',')
		err = buffer_append_byte(&pair->value, ',');
	if (err == RS_OK)
		err = buffer_append_text(&pair->value, text);
	if (err == RS_ELIMIT)
		parser_error(parser, parser->line, "the value of '%s' is longer than %d bytes",
		    pair->name, CONFIG_VALUE_MAX);
	else if (err != RS_OK)
		parser->err = err;
}

/* inih found a key and a value, or one more line of the last value. */
static int
on_pair(void *context, const char *section, const char *name, const char *value)
{
	struct parser *parser = context;
	struct pair *pair = &parser->pair;

	(void)section;
	parser->told = true;
	if (parser->indented && pair->open) {
		pair_append(parser, value, true);
		return 1;
	}
	pair_close(parser);
	pair->open = true;
	pair->line = parser->line;
	snprintf(pair->name, sizeof(pair->name), "%s", name);
	buffer_clear(&pair->value);
	pair_append(parser, value, false);
	return 1;
}

/* A queue's section is complete: check what its type needs. */
static void
queue_close(struct parser *parser)
{
	const struct config_queue *queue = parser->queue;
	unsigned line;
	bool is_feed;

	parser->queue = NULL;
	/* What has a wrong type has been told of. */
	if (queue == NULL || (queue->kind == NULL && has_seen(parser, "type")))
		return;
	line = parser->queue_lines[queue - parser->config->queues];
	if (queue->kind == NULL) {
		parser_error(parser, line, "[queue %s] has no type; expected feed or folder",
		    queue->name);
		return;
	}
	is_feed = strcmp(queue->kind, "feed") == 0;
	if (!has_seen(parser, is_feed ? "url" : "path"))
		parser_error(parser, line, "[queue %s] is a %s and has no %s", queue->name,
		    queue->kind, is_feed ? "url" : "path");
	if ((is_feed ? queue->path : queue->url) != NULL)
		parser_error(parser, line, "[queue %s] is a %s; '%s' does not belong in it",
		    queue->name, queue->kind, is_feed ? "path" : "url");
}

static void
queue_open(struct parser *parser, const char *name)
{
	struct config *config = parser->config;
	struct config_queue *queues;
	size_t i;

	/* Its keys are looked at only where there is a queue to put them in. */
	parser->section = CONFIG_SECTION_UNKNOWN;
	if (!config_value_is_name(name)) {
		parser_error(parser, parser->line, "'%s' is not a name for a queue; expected "
		    "[queue NAME], NAME of at most %d letters, digits, '.', '-', '_'", name,
		    CONFIG_NAME_MAX);
		return;
	}
	for (i = 0; i < config->queue_count; i++) {
		if (strcmp(config->queues[i].name, name) == 0) {
			parser_error(parser, parser->line, "there is a [queue %s] already, in "
			    "line %u", name, parser->queue_lines[i]);
			return;
		}
	}
	if (config->queue_count == CONFIG_QUEUES_MAX) {
		parser_error(parser, parser->line, "more than %d queues", CONFIG_QUEUES_MAX);
		return;
	}
	queues = reallocarray(config->queues, config->queue_count + 1, sizeof(*queues));
	if (queues == NULL) {
		parser->err = RS_ENOMEM;
		return;
	}
	config->queues = queues;
	queues[config->queue_count] = (struct config_queue){ .every_ms = QUEUE_EVERY_MS };
	queues[config->queue_count].name = strdup(name);
	if (queues[config->queue_count].name == NULL) {
		parser->err = RS_ENOMEM;
		return;
	}
	parser->section = CONFIG_SECTION_QUEUE;
	parser->queue_lines[config->queue_count] = parser->line;
	parser->queue = &queues[config->queue_count++];
}

static void
section_open(struct parser *parser, char *name)
{
	size_t word = strcspn(name, " \t");
	const char *rest = name + word + strspn(name + word, " \t"), *near = NULL;
	enum config_section section;

	if (*rest != '\0')
		name[word] = '\0';
	section = config_key_section(name, &near);
	if (section == CONFIG_SECTION_QUEUE) {
		queue_open(parser, rest);
	} else if (section == CONFIG_SECTION_UNKNOWN && near != NULL) {
		parser_error(parser, parser->line, "unknown section [%s]; did you mean [%s]?",
		    name, near);
	} else if (section == CONFIG_SECTION_UNKNOWN || *rest != '\0') {
		parser_error(parser, parser->line, "unknown section [%s%s%s]; expected [daemon], "
		    "[vault], [fetch] or [queue NAME]", name, *rest != '\0' ? " " : "", rest);
	} else if (parser->section_line[section] != 0) {
		parser_error(parser, parser->line, "there is a [%s] already, in line %u", name,
		    parser->section_line[section]);
	} else {
		parser->section_line[section] = parser->line;
		parser->section = section;
	}
}

/* A line that begins with a bracket.  Read here, for inih is silent about a
 * section without keys and cuts long names. */
static void
read_heading(struct parser *parser, const char *line)
{
	const char *end = strchr(line, ']'), *after;
	char *name;
	size_t len;

	pair_close(parser);
	queue_close(parser);
	parser->section = CONFIG_SECTION_UNKNOWN;
	parser->seen = 0;
	after = end == NULL ? "" : end + 1 + strspn(end + 1, " \t\r\n");
	if (end == NULL || (*after != '\0' && *after != ';')) {
		parser_error(parser, parser->line, "a heading is [SECTION] and nothing else");
		return;
	}
	line += 1 + strspn(line + 1, " \t");
	for (len = (size_t)(end - line); len > 0 && strchr(" \t", line[len - 1]) != NULL; len--)
		;
	name = strndup(line, len);
	if (name == NULL) {
		parser->err = RS_ENOMEM;
		return;
	}
	section_open(parser, name);
	free(name);
}

/* inih has seen the line that it was given: did it understand? */
static void
close_line(struct parser *parser)
{
	if (!parser->told)
		parser_error(parser, parser->line, "expected 'key = value', a [heading] or a "
		    "comment");
	parser->told = true;
}

/* Take the next line out of the text, or say why it cannot be one. */
static void
take_line(struct parser *parser, char *line, size_t room)
{
	const char *start = (const char *)parser->rest.data;
	const char *end = memchr(start, '\n', parser->rest.len);
	size_t len = end == NULL ? parser->rest.len : (size_t)(end - start);
	size_t used = end == NULL ? len : len + 1;

	parser->rest = bytes_of(start + used, parser->rest.len - used);
	parser->line++;
	memcpy(line, "\n", 2);
	if (len + INI_LINE_SLACK > room)
		parser_error(parser, parser->line, "the line is longer than %zu bytes; a value "
		    "may go on in an indented line", room - INI_LINE_SLACK);
	else if (memchr(start, '\0', len) != NULL)
		parser_error(parser, parser->line, "a zero byte; is this a text file?");
	else {
		memcpy(line, start, len);
		memcpy(line + len, "\n", 2);
	}
}

/* What inih calls for its next line, in the manner of fgets. */
static char *
next_line(char *line, int size, void *context)
{
	struct parser *parser = context;
	const char *text;

	close_line(parser);
	if (parser->rest.len == 0 || parser->err != RS_OK)
		return NULL;
	take_line(parser, line, (size_t)size);
	text = line + strspn(line, " \t\r");
	parser->indented = text != line;
	/* An indented bracket goes on a value: the next address of a list. */
	if (*text == '[' && !(parser->indented && parser->pair.open))
		read_heading(parser, text);
	else if (*text != '\n' && *text != '#' && *text != ';')
		parser->told = false;
	return line;
}

int
config_defaults(struct config **ret_config)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		return RS_ENOMEM;
	config->log_level = LOG_LEVEL_INFO;
	config->spacing_ms = 500;
	config->connections_per_host = 2;
	config->timeout_ms = FETCH_TOTAL_DEFAULT_MS;
	config->max_page = FETCH_BODY_MAX;
	config->max_redirects = FETCH_REDIRECTS_DEFAULT;
	config->wait_ms = -1;
	config->keep_raw = true;
	config->keep_images = true;
	config->max_image = IMAGE_DEFAULT;
	config->max_images = IMAGES_DEFAULT;
	if (config_value_list_add(&config->listen, LISTEN_DEFAULT,
	    strlen(LISTEN_DEFAULT)) != RS_OK) {
		config_free(config);
		return RS_ENOMEM;
	}
	*ret_config = config;
	return RS_OK;
}

static void
parse_all(struct parser *parser)
{
	/* inih would take it for a part of the first line's word. */
	if (parser->rest.len >= 3 && memcmp(parser->rest.data, "\xef\xbb\xbf", 3) == 0)
		parser->rest = bytes_of(parser->rest.data + 3, parser->rest.len - 3);
	/* What it returns is the first line in error; each has been told of. */
	(void)ini_parse_stream(next_line, parser, on_pair, parser);
	pair_close(parser);
	queue_close(parser);
	if (parser->config->passphrase_file != NULL && parser->config->key_file != NULL)
		parser_error(parser, parser->section_line[CONFIG_SECTION_VAULT],
		    "[vault] is opened by passphrase_file or by key_file, not by both");
}

int
config_parse(const char *name, struct bytes text, struct config **ret_config,
    struct config_errors *errors)
{
	struct parser parser = { .errors = errors, .file = name, .rest = text, .told = true };
	int err;

	errors->count = 0;
	errors->untold = 0;
	err = config_defaults(&parser.config);
	if (err != RS_OK)
		return err;
	buffer_init(&parser.pair.value, CONFIG_VALUE_MAX);
	parse_all(&parser);
	buffer_release(&parser.pair.value);
	err = parser.err;
	if (err == RS_OK && errors->count > 0)
		err = RS_EINVAL;
	if (err != RS_OK) {
		config_free(parser.config);
		return err;
	}
	*ret_config = parser.config;
	return RS_OK;
}

int
config_load(const char *path, struct config **ret_config, struct config_errors *errors)
{
	struct buffer text;
	int err;

	buffer_init(&text, CONFIG_FILE_MAX);
	err = file_read(path, &text);
	if (err == RS_OK) {
		err = config_parse(path, buffer_bytes(&text), ret_config, errors);
	} else {
		errors->untold = 0;
		errors->count = 1;
		rs_err_detail_set(&errors->lines[0], "%s: %s", path, rs_err_text(err));
	}
	buffer_release(&text);
	return err;
}

void
config_free(struct config *config)
{
	size_t i;

	if (config == NULL)
		return;
	config_value_list_release(&config->listen);
	config_value_list_release(&config->announce);
	free(config->control);
	free(config->name);
	free(config->passphrase_file);
	free(config->key_file);
	free(config->agent_url);
	config_value_list_release(&config->allow_address);
	free(config->proxy);
	for (i = 0; i < config->queue_count; i++) {
		free(config->queues[i].name);
		free(config->queues[i].kind);
		free(config->queues[i].url);
		free(config->queues[i].path);
		config_value_list_release(&config->queues[i].tags);
	}
	free(config->queues);
	free(config);
}
