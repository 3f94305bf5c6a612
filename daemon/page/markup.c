#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/markup.h"
#include "proto/base/err.h"

enum {
	ATTRIBUTES_MAX = 512,	/* of one element; what follows them is left out */
	NAME_BYTES = 100,	/* of a name; libxml2 takes what follows them for another */
	STYLE_PLACE = 11	/* bytes of what says where a style sheet begins, and a NUL */
};

static bool
is_blank(uint8_t byte)
{

	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Where the name at ${at} ends, as far as libxml2 reads it at once. */
static size_t
name_end(struct bytes page, size_t at)
{
	size_t most = page.len - at < NAME_BYTES ? page.len : at + NAME_BYTES;

	while (at < most && (isalnum(page.data[at]) || page.data[at] == '-' ||
	    page.data[at] == '_' || page.data[at] == ':' || page.data[at] == '.'))
		at++;
	return at;
}

static size_t
blanks_end(struct bytes page, size_t at)
{

	while (at < page.len && is_blank(page.data[at]))
		at++;
	return at;
}

/* Tell whether the tag ends at ${at}; ${closed}, with "/>". */
static bool
ends_tag(struct bytes page, size_t at, bool *closed)
{

	*closed = page.data[at] == '/' && at + 1 < page.len && page.data[at + 1] == '>';
	return *closed || page.data[at] == '>';
}

/*
 * Where the attribute at ${at} ends, as libxml2 reads it (htmlParseStartElement): what has no name
 * is left out up to the next blank, quotes and all.
 */
static size_t
attribute_end(struct bytes page, size_t at)
{
	size_t end = name_end(page, at);
	const uint8_t *quote;
	bool closed;

	if (end == at || isdigit(page.data[at]) || page.data[at] == '-') {
		while (at < page.len && !is_blank(page.data[at]) && !ends_tag(page, at, &closed))
			at++;
		return at;
	}
	at = blanks_end(page, end);
	if (at == page.len || page.data[at] != '=')
		return at;
	at = blanks_end(page, at + 1);
	if (at < page.len && (page.data[at] == '"' || page.data[at] == '\'')) {
		quote = memchr(page.data + at + 1, page.data[at], page.len - at - 1);
		return quote == NULL ? page.len : (size_t)(quote - page.data) + 1;
	}
	while (at < page.len && !is_blank(page.data[at]) && page.data[at] != '>')
		at++;
	return at;
}

/* Tell whether ${page} has ${text} at ${at}, ignoring ASCII case. */
static bool
has_at(struct bytes page, size_t at, const char *text)
{

	/* Most differ there. */
	if (at >= page.len || ((page.data[at] ^ text[0]) & ~('a' ^ 'A')) != 0)
		return false;
	return page.len - at >= strlen(text) &&
	    strncasecmp((const char *)page.data + at, text, strlen(text)) == 0;
}

/* The raw text element, script or style, whose name is at ${at}; or NULL. */
static const char *
raw_name(struct bytes page, size_t at)
{
	static const char *const raws[] = { "script", "style" };

	for (size_t i = 0; i < sizeof(raws) / sizeof(raws[0]); i++)
		if (has_at(page, at, raws[i]) && name_end(page, at) == at + strlen(raws[i]))
			return raws[i];
	return NULL;
}

/* Where the raw text from ${at} on ends: behind the '<' of its end tag. */
static size_t
raw_end(struct bytes page, size_t at, const char *name)
{
	size_t len = strlen(name);
	const uint8_t *found;

	while (at < page.len && (found = memchr(page.data + at, '<', page.len - at)) != NULL) {
		at = (size_t)(found - page.data) + 1;
		if (!has_at(page, at, "/") || !has_at(page, at + 1, name))
			continue;
		if (name_end(page, at + 1) == at + 1 + len)
			return at;
		/* An end tag of something else, and whatever it has in it. */
		found = memchr(page.data + at, '>', page.len - at);
		at = found == NULL ? page.len : (size_t)(found - page.data);
	}
	return page.len;
}

/* Where the '>' is of the comment whose "!--" starts at ${at}, for libxml2; ${at} if none does. */
static size_t
comment_end(struct bytes page, size_t at)
{
	const uint8_t *found;
	size_t end;

	if (!has_at(page, at, "!--"))
		return at;
	end = at + strlen("!--");
	while ((found = memmem(page.data + end, page.len - end, "--", 2)) != NULL) {
		end = (size_t)(found - page.data) + 2;
		if (has_at(page, end, ">") || has_at(page, end, "!>"))
			return end + (page.data[end] == '!');
		end--;
	}
	return page.len;
}

/* A page, and the text that is made of it: never longer. */
struct markup {
	struct bytes page;
	size_t done;			/* bytes of the page that are in the text, or left out */
	uint8_t *text;
	size_t len;
};

/* Take what comes before ${at} as it is. */
static void
take(struct markup *markup, size_t at)
{

	memcpy(markup->text + markup->len, markup->page.data + markup->done, at - markup->done);
	markup->len += at - markup->done;
	markup->done = at;
}

/*
 * Return where the '>' is of the tag whose name starts at ${at}, where libxml2 finds it: else what
 * is left out behind it would be another text than the one meant.
 */
static size_t
tag_end(struct bytes page, size_t at)
{
	bool closed = false;

	at = blanks_end(page, name_end(page, at));
	while (at < page.len && !ends_tag(page, at, &closed))
		at = blanks_end(page, attribute_end(page, at));
	return at + closed;
}

/*
 * The same, for a tag of which no more than its first attributes are taken.  ${ret_closed} tells
 * whether it ends with "/>".
 */
static size_t
take_attributes(struct markup *markup, size_t at, bool *ret_closed)
{
	struct bytes page = markup->page;
	unsigned attributes = 0;
	size_t excess = 0;
	bool closed = false;

	at = blanks_end(page, name_end(page, at));
	while (at < page.len && !ends_tag(page, at, &closed)) {
		if (++attributes > ATTRIBUTES_MAX && excess == 0)
			excess = at;
		at = blanks_end(page, attribute_end(page, at));
	}
	if (excess != 0) {
		take(markup, excess);
		markup->done = at;
	}
	*ret_closed = closed;
	return at + closed;
}

/*
 * Tell whether ${page} has at ${at} what follows the '<' of a comment that is one for browsers
 * alone: what is declared in no HTML, as "<![endif]>", and "<!-->" (HTML Standard, "markup
 * declaration open state").
 */
static bool
is_odd_comment(struct bytes page, size_t at)
{

	if (page.len - at < 2 || page.data[at] != '!' || page.data[at + 1] == '>')
		return false;
	if (has_at(page, at, "!--"))
		return has_at(page, at, "!-->") || has_at(page, at, "!--->");
	return !has_at(page, at, "!doctype");
}

/*
 * Tell whether the script whose tag is [${at}, ${end}) holds data that somebody reads, or may:
 * its type might be spelled with character references.
 */
static bool
is_data(struct bytes page, size_t at, size_t end)
{
	struct bytes tag = { page.data, end };

	for (; at < end; at++)
		if (page.data[at] == '&' || has_at(tag, at, "ld+json") ||
		    has_at(tag, at, "math/tex"))
			return true;
	return false;
}

/* Say where the text of a style sheet begins instead of it, which goes up to ${end}. */
static void
note_style(struct markup *markup, size_t end)
{
	char place[STYLE_PLACE];
	size_t len = (size_t)snprintf(place, sizeof(place), "%zu", markup->done);

	/* A shorter one hides nothing. */
	if (end - markup->done >= len) {
		memcpy(markup->text + markup->len, place, len);
		markup->len += len;
	}
	markup->done = end;
}

/* Leave out the text of the comment whose "!--" starts at ${at}, and whose '>' is at ${end}. */
static void
empty_comment(struct markup *markup, size_t at, size_t end)
{

	take(markup, at + strlen("!--"));
	memcpy(markup->text + markup->len, "--", 2);
	markup->len += 2;
	markup->done = end;
}

/*
 * Take the tag whose name starts at ${at}, and the text of a script or style; return where
 * what follows begins.
 */
static size_t
take_tag(struct markup *markup, size_t at, bool programs)
{
	struct bytes page = markup->page;
	const char *raw = raw_name(page, at);
	size_t end, next, text_end;
	bool closed;

	end = take_attributes(markup, at, &closed);
	if (raw == NULL || end == page.len || closed)
		return end;
	next = raw_end(page, end, raw);
	text_end = next < page.len ? next - 1 : next;
	if (strcmp(raw, "style") == 0) {
		take(markup, end + 1);
		note_style(markup, text_end);
	} else if (!programs && !is_data(page, at, end)) {
		take(markup, end + 1);
		markup->done = text_end;
	}
	return text_end;
}

/*
 * Tell whether ${page} has at ${at} what follows the '<' of an end tag, an instruction or a
 * document type: it ends at the next '>', whatever it has in it.
 */
static bool
has_no_attributes(struct bytes page, size_t at)
{

	if (page.len - at > 1 && (page.data[at] == '/' || page.data[at] == '?'))
		return isalpha(page.data[at + 1]);
	return has_at(page, at, "!doctype");
}

/*
 * Where the '>' is of what is to become an instruction and has ${at} behind its '<', or the end of
 * the page; ${at} for what stays.
 */
static size_t
instruction_end(struct bytes page, size_t at)
{
	const uint8_t *end;

	if (has_at(page, at, "wbr") && name_end(page, at) == at + 3)
		return tag_end(page, at);
	if (!is_odd_comment(page, at))
		return at;
	end = memchr(page.data + at, '>', page.len - at);
	return end == NULL ? page.len : (size_t)(end - page.data);
}

int
markup_mend(struct bytes page, bool programs, uint8_t **ret_text, size_t *ret_len)
{
	struct markup markup = { .page = page, .text = malloc(page.len) };
	const uint8_t *found;
	size_t at = 0, end;

	if (markup.text == NULL)
		return RS_ENOMEM;
	while (at < page.len &&
	    (found = memchr(page.data + at, '<', page.len - at)) != NULL) {
		at = (size_t)(found - page.data) + 1;
		if ((end = instruction_end(page, at)) != at) {
			take(&markup, end == page.len ? at - 1 : at);
			/* What has no end goes on to that of the page. */
			markup.done = end;
			if (end == page.len)
				break;
			markup.text[markup.len++] = '?';
			markup.text[markup.len++] = 'w';
			at = end;
		} else if ((end = comment_end(page, at)) != at) {
			if (!programs && end < page.len)
				empty_comment(&markup, at, end);
			at = end;
		} else if (at < page.len && isalpha(page.data[at])) {
			at = take_tag(&markup, at, programs);
		} else if (has_no_attributes(page, at)) {
			found = memchr(page.data + at, '>', page.len - at);
			at = found == NULL ? page.len : (size_t)(found - page.data);
		}
	}
	take(&markup, page.len);
	*ret_text = markup.text;
	*ret_len = markup.len;
	return RS_OK;
}

struct bytes
markup_style_sheet(struct bytes page, size_t start, size_t *done)
{
	size_t next;

	/* Where the parser sees another end of a tag, the page may say what it likes. */
	if (start == 0 || start < *done || start > page.len)
		return bytes_of(NULL, 0);
	next = raw_end(page, start, "style");
	*done = next;
	return bytes_of(page.data + start, (next < page.len ? next - 1 : next) - start);
}
