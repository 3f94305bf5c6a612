#include <stdlib.h>
#include <string.h>

#include "client/jsonl/extra.h"
#include "client/jsonl/line.h"

#define NUMERIC "+-.0123456789eE"

/* ------------------------------------------------------------------------ steps */

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static size_t
skip_blanks(struct bytes text, size_t at)
{
	while (at < text.len && is_blank(text.data[at]))
		at++;
	return at;
}

/* From the quote at ${at} to behind the one that ends the string. */
static size_t
skip_string(struct bytes text, size_t at)
{
	for (at++; at < text.len && text.data[at] != '"'; at++) {
		if (text.data[at] == '\\')
			at++;
	}
	return at < text.len ? at + 1 : text.len;
}

/* From the beginning of a value to the comma or the bracket behind it. */
static size_t
skip_value(struct bytes text, size_t at)
{
	size_t depth = 0;

	while (at < text.len) {
		uint8_t byte = text.data[at];

		if (byte == '"') {
			at = skip_string(text, at);
			continue;
		}
		if (depth == 0 && (byte == ',' || byte == '}' || byte == ']'))
			break;
		if (byte == '{' || byte == '[')
			depth++;
		else if (byte == '}' || byte == ']')
			depth--;
		at++;
	}
	return at;
}

bool
extra_next(struct bytes object, size_t *at, struct extra_member *ret_member)
{
	size_t begin, end, last;

	/* Over the bracket at first, then over the comma. */
	begin = skip_blanks(object, skip_blanks(object, *at) + 1);
	if (begin >= object.len || object.data[begin] != '"')
		return false;
	end = skip_string(object, begin);
	ret_member->name = bytes_of(object.data + begin + 1, end > begin + 2 ? end - begin - 2 : 0);
	/* Over the colon. */
	begin = skip_blanks(object, skip_blanks(object, end) + 1);
	if (begin >= object.len)
		return false;
	last = end = skip_value(object, begin);
	while (last > begin && is_blank(object.data[last - 1]))
		last--;
	ret_member->value = bytes_of(object.data + begin, last - begin);
	*at = end;
	return true;
}

/* ---------------------------------------------------------------------- numbers */

static size_t
skip_digits(struct bytes text, size_t at)
{
	while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
		at++;
	return at;
}

static bool
has(struct bytes text, size_t at, const char *any)
{
	return at < text.len && text.data[at] != '\0' && strchr(any, text.data[at]) != NULL;
}

/* How long the number at ${at} is, by RFC 8259, section 6; 0 when it is none. */
static size_t
number_length(struct bytes text, size_t at)
{
	size_t begin = at, digits;

	at += has(text, at, "-");
	digits = at;
	at = has(text, at, "0") ? at + 1 : skip_digits(text, at);
	if (at == digits)
		return 0;
	if (has(text, at, ".")) {
		digits = at + 1;
		at = skip_digits(text, digits);
		if (at == digits)
			return 0;
	}
	if (has(text, at, "eE")) {
		digits = at + 1 + has(text, at + 1, "+-");
		at = skip_digits(text, digits);
		if (at == digits)
			return 0;
	}
	/* What goes on like a number is none. */
	return has(text, at, NUMERIC) ? 0 : at - begin;
}

/* Make each number between ${at} and ${end} a 0 with blanks behind it. */
static void
blank_numbers(uint8_t *data, size_t at, size_t end)
{
	struct bytes text = bytes_of(data, end);

	while (at < end) {
		size_t len = number_length(text, at);

		if (len > 0) {
			memset(data + at, ' ', len);
			data[at] = '0';
			at += len;
		} else if (data[at] == '"') {
			at = skip_string(text, at);
		} else if (has(text, at, NUMERIC)) {
			/* All of what only looks like one: nor is its end. */
			while (has(text, at, NUMERIC))
				at++;
		} else {
			at++;
		}
	}
}

/* May its numbers be anything?  A name that is written with escapes may be one of ours. */
static bool
is_foreign(struct bytes name)
{
	char key[ITEM_EXTRA_KEY_MAX + 1];

	if (name.len >= sizeof(key) || memchr(name.data, '\\', name.len) != NULL)
		return false;
	memcpy(key, name.data, name.len);
	key[name.len] = '\0';
	return !line_known(key);
}

/* ------------------------------------------------------------------ whole texts */

static json_t *
load_blanked(struct bytes text, bool object, json_error_t *ret_error)
{
	uint8_t *copy = malloc(text.len);
	struct extra_member member;
	size_t at = 0;
	json_t *value;

	if (copy == NULL)
		return NULL;
	memcpy(copy, text.data, text.len);
	if (!object)
		blank_numbers(copy, 0, text.len);
	while (object && extra_next(text, &at, &member)) {
		size_t begin = (size_t)(member.value.data - text.data);

		if (is_foreign(member.name))
			blank_numbers(copy, begin, begin + member.value.len);
	}
	value = json_loadb((const char *)copy, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
	    ret_error);
	free(copy);
	return value;
}

static json_t *
load(struct bytes text, bool object, json_error_t *ret_error)
{
	json_t *value = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES |
	    (object ? 0 : JSON_DECODE_ANY), ret_error);

	if (value == NULL && json_error_code(ret_error) == json_error_numeric_overflow)
		value = load_blanked(text, object, ret_error);
	return value;
}

json_t *
extra_load(struct bytes text, json_error_t *ret_error)
{
	return load(text, true, ret_error);
}

void
extra_write(const char *key, struct bytes value, FILE *out)
{
	json_error_t error;
	json_t *sound = load(value, false, &error), *name = json_string(key);
	size_t i;

	if (sound != NULL && name != NULL) {
		fputc(',', out);
		json_dumpf(name, out, JSON_ENCODE_ANY);
		fputc(':', out);
		/* In JSON, control characters stand only where a blank may. */
		for (i = 0; i < value.len; i++)
			fputc(value.data[i] < ' ' ? ' ' : value.data[i], out);
	}
	json_decref(name);
	json_decref(sound);
}
