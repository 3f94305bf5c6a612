#include <stdbool.h>
#include <string.h>

#include "daemon/page/byline.h"
#include "daemon/page/heading.h"
#include "daemon/page/plain.h"
#include "proto/base/buffer.h"

enum {
	HEADING_NODES = 50	/* of one that are looked at */
};

/* Tell whether ${node}, in a heading, is no part of it: its date, who wrote it, a side remark. */
static bool
is_aside(struct memo *bylines, const xmlNode *node)
{
	const char *class = dom_attribute(node, "class");

	return dom_is(node, "time") || dom_is(node, "small") ||
	    (class != NULL && memo_value(bylines, class, byline_marks) != 0);
}

/* Cut the text of ${aside} off the end of ${text} that has it. */
static void
cut_aside(struct buffer *text, const xmlNode *aside)
{
	struct buffer line;

	buffer_init(&line, HEADING_TEXT);
	if (dom_append_text(aside, &line) == 0 && line.len > 0 && line.len < text->len) {
		if (memcmp(text->data + text->len - line.len, line.data, line.len) == 0)
			buffer_truncate(text, text->len - line.len);
		else if (memcmp(text->data, line.data, line.len) == 0)
			buffer_consume(text, line.len);
	}
	while (text->len > 0 && text->data[text->len - 1] == ' ')
		buffer_truncate(text, text->len - 1);
	buffer_release(&line);
}

/*
 * The heading ${text} as one line.  What reads like a tag there was written for the reader ("Why
 * we need <dialog>"), unless one is closed: then it is markup that was escaped twice.
 */
static char *
heading_line(const char *text)
{
	struct buffer escaped;
	char *line;

	if (strchr(text, '<') == NULL || strstr(text, "</") != NULL)
		return plain_text(text, HEADING_TEXT);
	buffer_init(&escaped, HEADING_TEXT);
	for (; *text != '\0'; text++)
		if ((*text == '<' ? buffer_append_text(&escaped, "&lt;") :
		    buffer_append_byte(&escaped, (uint8_t)*text)) < 0)
			break;
	line = plain_text(buffer_text(&escaped), HEADING_TEXT);
	buffer_release(&escaped);
	return line;
}

char *
heading_text(xmlNode *node, struct memo *bylines)
{
	static const char sign[] = "\xc2\xb6";
	struct buffer text;
	char *line;

	buffer_init(&text, HEADING_TEXT);
	dom_append_text(node, &text);
	/* Twice: the day may stand before the byline. */
	for (unsigned pass = 0; pass < 2; pass++) {
		xmlNode *inner = dom_next(node, node);

		for (unsigned nodes = 0; inner != NULL && nodes < HEADING_NODES; nodes++) {
			if (inner->type == XML_ELEMENT_NODE && is_aside(bylines, inner))
				cut_aside(&text, inner);
			inner = dom_next(inner, node);
		}
	}
	/* Of a link to the heading itself. */
	if (text.len > sizeof(sign) &&
	    strcmp(buffer_text(&text) + text.len - (sizeof(sign) - 1), sign) == 0)
		buffer_truncate(&text, text.len - (sizeof(sign) - 1));
	line = heading_line(buffer_text(&text));
	buffer_release(&text);
	return line;
}
