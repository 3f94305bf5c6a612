#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/charset.h"
#include "daemon/page/url.h"
#include "daemon/source/links.h"

#define BLANKS " \t\r\f\v"

/* What is being read; the three forms differ only in how a line is taken. */
struct reader {
	struct links *links;
	unsigned line;
	bool shortcut;		/* [InternetShortcut] or [Desktop Entry] */
	const char *name;	/* the Name= of a shortcut, borrowed, or NULL */
};

static void
add_problem(struct reader *reader, const char *text)
{
	struct links *links = reader->links;

	links->skipped++;
	if (links->problem_count < LINKS_PROBLEMS_MAX)
		links->problems[links->problem_count++] =
		    (struct links_problem){ reader->line, text };
}

/* Return ${title} cut to its bound, between two characters. */
static char *
copy_title(const char *title)
{
	size_t len = strlen(title);

	if (len > LINKS_TITLE_MAX) {
		len = LINKS_TITLE_MAX;
		while (len > 0 && ((unsigned char)title[len] & 0xc0) == 0x80)
			len--;
	}
	return strndup(title, len);
}

/* Make room for one link more: the array doubles. */
static int
grow(struct links *links)
{
	struct links_entry *entries;

	if (links->count != 0 && (links->count & (links->count - 1)) != 0)
		return RS_OK;
	entries = realloc(links->entries,
	    (links->count == 0 ? 1 : 2 * links->count) * sizeof(*entries));
	if (entries == NULL)
		return RS_ENOMEM;
	links->entries = entries;
	return RS_OK;
}

static int
add_link(struct reader *reader, const char *reference, const char *title)
{
	struct links *links = reader->links;
	struct links_entry link = { reader->line, NULL, NULL };
	int err;

	if (links->count >= LINKS_MAX) {
		add_problem(reader, "too many links in one file");
		return RS_OK;
	}
	err = url_resolve("", reference, &link.url);
	if (err == RS_ENOMEM)
		return err;
	if (err != RS_OK || strncmp(link.url, "http", 4) != 0) {
		add_problem(reader, "not an http or https link");
		free(link.url);
		return RS_OK;
	}
	link.title = copy_title(title);
	if (link.title == NULL || grow(links) != RS_OK) {
		free(link.url);
		free(link.title);
		return RS_ENOMEM;
	}
	links->entries[links->count++] = link;
	return RS_OK;
}

/* A line of a plain list: the link, then perhaps a title. */
static int
read_listed(struct reader *reader, char *line)
{
	char *title;

	if (*line == '#')
		return RS_OK;
	title = line + strcspn(line, BLANKS);
	if (*title != '\0')
		*title++ = '\0';
	return add_link(reader, line, title + strspn(title, BLANKS));
}

/* A line of a shortcut: of all its keys, two matter. */
static int
read_shortcut(struct reader *reader, char *line)
{
	if (strncasecmp(line, "Name=", 5) == 0)
		reader->name = line + 5;
	else if (strncasecmp(line, "URL=", 4) == 0)
		return add_link(reader, line + 4, "");
	return RS_OK;
}

static bool
begins_shortcut(const char *line)
{
	return strcasecmp(line, "[InternetShortcut]") == 0 ||
	    strcasecmp(line, "[Desktop Entry]") == 0;
}

/* Take the line at *${at}, trimmed and ended with a NUL, and move past it. */
static char *
take_line(char **at)
{
	char *line = *at;
	char *end = line + strcspn(line, "\n");

	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	line += strspn(line, BLANKS);
	while (end > line && strchr(BLANKS, end[-1]) != NULL)
		*--end = '\0';
	return line;
}

/* Read all lines of ${text}, which is cut up. */
static int
read_lines(struct reader *reader, char *text)
{
	bool first = true;
	char *line;
	int err = RS_OK;

	while (*text != '\0' && err == RS_OK) {
		line = take_line(&text);
		reader->line++;
		if (*line == '\0')
			continue;
		if (first && begins_shortcut(line))
			reader->shortcut = true;
		else if (reader->shortcut)
			err = read_shortcut(reader, line);
		else
			err = read_listed(reader, line);
		first = first && *line == '#';
	}
	return err;
}

/* The Name= of a shortcut stands before its URL= or after it. */
static int
name_shortcut(struct reader *reader)
{
	struct links *links = reader->links;
	char *title;

	if (reader->name == NULL || links->count == 0)
		return RS_OK;
	title = copy_title(reader->name);
	if (title == NULL)
		return RS_ENOMEM;
	free(links->entries[0].title);
	links->entries[0].title = title;
	return RS_OK;
}

int
links_parse(struct bytes text, struct links **ret_links, struct rs_err_detail *detail)
{
	struct reader reader = { NULL, 0, false, NULL };
	uint8_t *decoded = NULL;
	char *lines = NULL;
	size_t len;
	int err;

	if (text.len > LINKS_SIZE_MAX) {
		rs_err_detail_set(detail, "a file of links larger than %d bytes",
		    LINKS_SIZE_MAX);
		return RS_ELIMIT;
	}
	err = charset_decode(text, NULL, 3 * text.len, &decoded, &len, detail);
	if (err != RS_OK)
		return err;
	reader.links = calloc(1, sizeof(*reader.links));
	lines = strndup((const char *)decoded, len);
	if (reader.links == NULL || lines == NULL)
		err = RS_ENOMEM;
	if (err == RS_OK)
		err = read_lines(&reader, lines);
	if (err == RS_OK)
		err = name_shortcut(&reader);
	free(decoded);
	free(lines);
	if (err == RS_OK)
		*ret_links = reader.links;
	else
		links_free(reader.links);
	return err;
}

void
links_free(struct links *links)
{
	size_t i;

	if (links == NULL)
		return;
	for (i = 0; i < links->count; i++) {
		free(links->entries[i].url);
		free(links->entries[i].title);
	}
	free(links->entries);
	free(links);
}
