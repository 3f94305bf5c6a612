#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <libxml/HTMLparser.h>

#include "daemon/feed/feed_repair.h"
#include "proto/base/err.h"

enum {
	NAME_MAX_LEN = 40	/* no entity that anyone uses has a longer name */
};

static bool
starts_with(struct bytes text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

/* Return the length of ${text} up to and with the first ${end}, or all of it. */
static size_t
length_through(struct bytes text, const char *end)
{
	const uint8_t *found = memmem(text.data, text.len, end, strlen(end));

	return found == NULL ? text.len : (size_t)(found - text.data) + strlen(end);
}

/* A document type declaration ends at the first '>' outside its brackets. */
static size_t
doctype_length(struct bytes text)
{
	size_t at;
	int brackets = 0;

	for (at = 0; at < text.len; at++) {
		if (text.data[at] == '[')
			brackets++;
		else if (text.data[at] == ']')
			brackets--;
		else if (text.data[at] == '>' && brackets <= 0)
			return at + 1;
	}
	return text.len;
}

/* Return the length of the construct at ${text} that must not be touched, or 0. */
static size_t
verbatim_length(struct bytes text)
{
	if (starts_with(text, "<![CDATA["))
		return length_through(text, "]]>");
	if (starts_with(text, "<!--"))
		return length_through(text, "-->");
	if (starts_with(text, "<?"))
		return length_through(text, "?>");
	if (starts_with(text, "<!DOCTYPE"))
		return doctype_length(text);
	return 0;
}

/* "#38;" or "#x26;" behind the ampersand that ${text} starts with. */
static bool
is_character_reference(struct bytes text)
{
	bool hex = text.len > 2 && text.data[2] == 'x';
	size_t at = hex ? 3 : 2;
	size_t first = at;

	if (text.len < 2 || text.data[1] != '#')
		return false;
	while (at < text.len && at < NAME_MAX_LEN &&
	    (hex ? isxdigit(text.data[at]) : isdigit(text.data[at])))
		at++;
	return at > first && at < text.len && text.data[at] == ';';
}

/* Copy the name of the reference at ${text}; false when it is no reference. */
static bool
read_name(struct bytes text, char name[NAME_MAX_LEN])
{
	size_t at;

	for (at = 1; at < text.len && at <= NAME_MAX_LEN; at++) {
		if (text.data[at] == ';' && at > 1) {
			memcpy(name, text.data + 1, at - 1);
			name[at - 1] = '\0';
			return true;
		}
		if (!isalnum(text.data[at]) && (at == 1 || strchr("-_.", text.data[at]) == NULL))
			return false;
	}
	return false;
}

/*
 * Append what becomes of the reference that ${text} starts with, and set
 * ${ret_len} to how much of ${text} that replaces.  A name that HTML does not know
 * is left to the parser when the document ${declares} entities.
 */
static int
append_reference(struct bytes text, bool declares, struct buffer *out, size_t *ret_len)
{
	const htmlEntityDesc *entity;
	char name[NAME_MAX_LEN];

	*ret_len = 1;
	if (is_character_reference(text))
		return buffer_append_byte(out, '&');
	if (!read_name(text, name))
		return buffer_append_text(out, "&#38;");
	/* HTML has no apos in version 4, whose entities libxml2 knows. */
	if (strcmp(name, "apos") == 0) {
		*ret_len = strlen("&apos;");
		return buffer_append_text(out, "&#39;");
	}
	entity = htmlEntityLookup(BAD_CAST name);
	if (entity == NULL)
		return buffer_append_text(out, declares ? "&" : "&#38;");
	*ret_len = strlen(name) + 2;
	return buffer_printf(out, "&#%u;", entity->value);
}

static bool
is_plain(uint8_t byte)
{
	return byte != '<' && byte != '&' &&
	    (byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r');
}

int
feed_repair(struct bytes text, struct buffer *out)
{
	bool declares = memmem(text.data, text.len, "<!ENTITY", 8) != NULL;
	size_t len;
	int err = RS_OK;

	while (text.len > 0 && err == RS_OK) {
		for (len = 0; len < text.len && is_plain(text.data[len]); len++)
			continue;
		if (len == 0 && text.data[0] == '<') {
			len = verbatim_length(text);
			len = len > 0 ? len : 1;
		}
		if (len > 0)
			err = buffer_append(out, text.data, len);
		else if (text.data[0] == '&')
			err = append_reference(text, declares, out, &len);
		else
			len = 1;
		text.data += len;
		text.len -= len;
	}
	return err;
}
