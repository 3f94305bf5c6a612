#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/HTMLparser.h>

#include "daemon/page/fold.h"
#include "daemon/page/plain.h"
#include "daemon/page/url.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

enum {
	PLAIN_REFERENCE = 32,	/* bytes of the longest character reference */
	PLAIN_TAG = 200		/* bytes of the longest tag that is dropped */
};

/* Write ${character} in UTF-8 into ${bytes}; return how many. */
static size_t
encode(uint32_t character, char bytes[4])
{
	size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 :
	    character < 0x10000 ? 3 : 4;

	if (length == 1) {
		bytes[0] = (char)character;
		return 1;
	}
	for (size_t i = length - 1; i > 0; i--, character >>= 6)
		bytes[i] = (char)(0x80 | (character & 0x3F));
	bytes[0] = (char)((0xF00 >> length) | character);
	return length;
}

/* The character of the reference at ${at} and its length; 0 if there is none. */
static uint32_t
read_reference(const char *at, size_t *ret_length)
{
	const char *end = memchr(at, ';', strnlen(at, PLAIN_REFERENCE));
	char name[PLAIN_REFERENCE];
	const htmlEntityDesc *entity;
	unsigned long number;
	char *stop;

	if (end == NULL || end - at < 3)
		return 0;
	memcpy(name, at + 1, (size_t)(end - at - 1));
	name[end - at - 1] = '\0';
	*ret_length = (size_t)(end - at) + 1;
	if (name[0] != '#') {
		entity = htmlEntityLookup((const xmlChar *)name);
		return entity != NULL ? entity->value : 0;
	}
	number = name[1] == 'x' || name[1] == 'X' ? strtoul(name + 2, &stop, 16) :
	    strtoul(name + 1, &stop, 10);
	if (*stop != '\0' || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000))
		return 0;
	return (uint32_t)number;
}

/* The length of the tag at ${at}: "<b>", "</a>"; 0 if it is none. */
static size_t
tag_length(const char *at)
{
	const char *name = at + 1 + (at[1] == '/');
	const char *end;

	if (!isalpha((unsigned char)*name))
		return 0;
	end = memchr(at, '>', strnlen(at, PLAIN_TAG));
	return end == NULL ? 0 : (size_t)(end - at) + 1;
}

/* One step of plain_text: what stands at ${at}, as one character (0: nothing). */
static uint32_t
next_character(const char *at, size_t *ret_length)
{
	uint32_t character;
	unsigned length;

	if (*at == '&' && (character = read_reference(at, ret_length)) != 0)
		return character;
	if (*at == '<' && (*ret_length = tag_length(at)) != 0)
		return ' ';
	character = fold_decode(at, &length);
	*ret_length = length;
	return character;
}

static bool
is_blank(uint32_t c)
{
	return c <= ' ' || c == 0x7F || c == 0xA0 || c == 0x3000 || c == 0xFEFF ||
	    (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029;
}

char *
plain_text(const char *text, size_t max)
{
	struct buffer out;
	bool space = false;
	size_t length;

	buffer_init(&out, max);
	for (; *text != '\0'; text += length) {
		uint32_t character = next_character(text, &length);
		char bytes[5];
		size_t count;

		if (is_blank(character)) {
			space = out.len > 0;
			continue;
		}
		/* C1, left by a page that was decoded wrongly: no text may keep it. */
		if (character >= 0x80 && character < 0xA0)
			continue;
		bytes[0] = ' ';
		count = encode(character, bytes + 1);
		/* A full buffer ends the text, whole characters only. */
		if (buffer_append(&out, bytes + !space, count + space) < 0)
			break;
		space = false;
	}
	if (out.len == 0) {
		buffer_release(&out);
		return NULL;
	}
	return (char *)out.data;
}

char *
plain_url(const char *text, const char *base)
{
	char *trimmed = plain_text(text, URL_MAX), *url = NULL;

	if (trimmed != NULL && url_resolve(base, trimmed, &url) == RS_OK &&
	    !article_url_is_safe(url, false)) {
		free(url);
		url = NULL;
	}
	free(trimmed);
	return url;
}
