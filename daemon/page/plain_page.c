#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/plain_page.h"
#include "proto/base/err.h"

enum {
	WRAPPED_MAX = 120,	/* letters of a line that was broken to fit */
	GROWTH = 7,		/* bytes for one, at most: "<p>&amp;\n</p>" for "&\n" */
	ROOM = 64		/* bytes for what stands around the text */
};

/* A line of the text, without its end. */
struct line {
	struct bytes text;
	bool blank;
	bool indented;
};

bool
plain_page_is(const char *content_type, struct bytes text)
{
	static const char *const types[] = { "text/plain", "text/markdown" };
	size_t at = 0;

	while (at < text.len && isspace(text.data[at]))
		at++;
	if (content_type == NULL || (at < text.len && text.data[at] == '<'))
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t len = strlen(types[i]);

		if (strncasecmp(content_type, types[i], len) == 0 &&
		    strchr("; \t", content_type[len]) != NULL)
			return true;
	}
	return false;
}

/* Read the line at ${at}; return the place after it. */
static size_t
read_line(struct bytes text, size_t at, struct line *line)
{
	const uint8_t *start = text.data + at, *end = memchr(start, '\n', text.len - at);
	size_t len = end == NULL ? text.len - at : (size_t)(end - start), first = 0;

	line->text = bytes_of(start, len);
	while (first < len && isspace(start[first]))
		first++;
	line->blank = first == len;
	line->indented = first > 1 || (first == 1 && start[0] == '\t');
	return at + len + (end != NULL);
}

/*
 * Tell whether its lines were broken to fit, so that an end of a line means nothing: most of
 * the text is in such, though an address may be longer.
 */
static bool
is_wrapped(struct bytes text)
{
	size_t all = 0, in_long = 0, letters = 0;

	for (size_t at = 0; at < text.len; at++) {
		letters += (text.data[at] & 0xc0) != 0x80;
		if (text.data[at] != '\n' && at + 1 < text.len)
			continue;
		all += letters;
		in_long += letters > WRAPPED_MAX ? letters : 0;
		letters = 0;
	}
	return in_long <= all / 2;
}

/* Where the paragraph that starts at ${at} ends, and whether its lines are to be kept. */
static size_t
paragraph_end(struct bytes text, size_t at, bool wrapped, bool *ret_kept)
{
	size_t lines = 0, indented = 0, next;
	struct line line;

	for (; at < text.len; at = next) {
		next = read_line(text, at, &line);
		if (line.blank || (!wrapped && lines > 0 && !line.indented))
			break;
		lines++;
		indented += line.indented;
	}
	/* The first line of a paragraph is often indented; the second is not. */
	*ret_kept = indented > 1 && indented + 1 >= lines;
	return at;
}

static void
append_escaped(struct bytes text, struct buffer *out)
{

	for (size_t at = 0; at < text.len; at++) {
		if (text.data[at] == '&')
			buffer_append_text(out, "&amp;");
		else if (text.data[at] == '<')
			buffer_append_text(out, "&lt;");
		else
			buffer_append_byte(out, text.data[at]);
	}
}

int
plain_page_mark_up(struct bytes text, uint8_t **ret_page, size_t *ret_len)
{
	bool wrapped = is_wrapped(text), kept;
	size_t at = 0, end, next;
	struct buffer out;
	struct line line;
	uint8_t *room;
	int err;

	/* With room for all of it, the appends need no check. */
	buffer_init(&out, text.len * GROWTH + ROOM);
	if ((err = buffer_reserve(&out, out.max, &room)) < 0)
		return err;
	buffer_append_text(&out, "<body><article>");
	for (; at < text.len; at = end) {
		next = read_line(text, at, &line);
		end = line.blank ? next : paragraph_end(text, at, wrapped, &kept);
		if (line.blank)
			continue;
		buffer_append_text(&out, kept ? "<pre>" : "<p>");
		append_escaped(bytes_of(text.data + at, end - at), &out);
		buffer_append_text(&out, kept ? "</pre>" : "</p>");
	}
	*ret_len = out.len;
	*ret_page = out.data;
	return RS_OK;
}
