#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/utf8.h"
#include "proto/record/quote.h"

/*
 * origins[i] is where byte i of the form comes from; there is one more, for its end.  No
 * character has a plain form that is longer than itself.
 */
struct quote_text {
	uint8_t *form;
	uint32_t *origins;
	size_t len;
};

/* ------------------------------------------------------------------- the plain form */

static bool
is_space(uint32_t point)
{
	return point == ' ' || (point >= '\t' && point <= '\r') || point == 0xa0 ||
	    (point >= 0x2000 && point <= 0x200a) || point == 0x202f || point == 0x3000;
}

/* Return what stands for ${point} in the plain form; NULL for itself. */
static const char *
plain_form(uint32_t point)
{
	if (is_space(point))
		return " ";
	if (point >= 0x2010 && point <= 0x2015)
		return "-";
	switch (point) {
	case 0xad:
	case 0x200b:
	case 0x2060:
	case 0xfeff:
		return "";
	case 0x2018:
	case 0x2019:
	case 0x201a:
		return "'";
	case 0x201c:
	case 0x201d:
	case 0x201e:
		return "\"";
	case 0x2026:
		return "...";
	default:
		return NULL;
	}
}

static void
append(struct quote_text *into, const void *bytes, size_t len, size_t origin)
{
	for (size_t i = 0; i < len; i++)
		into->origins[into->len + i] = (uint32_t)origin;
	memcpy(into->form + into->len, bytes, len);
	into->len += len;
}

/* Append the plain form of ${text} to ${into}, which has the room. */
static void
append_plain(struct quote_text *into, struct bytes text)
{
	const char *form;
	uint32_t point;
	size_t len, at;

	for (at = 0; at < text.len; at += len) {
		len = utf8_character(text, at, &point);
		form = len == 0 ? NULL : plain_form(point);
		if (len == 0)
			len = 1;
		if (form == NULL)
			append(into, text.data + at, len, at);
		else if (form[0] != ' ' || into->len == 0 || into->form[into->len - 1] != ' ')
			append(into, form, strlen(form), at);
	}
	into->origins[into->len] = (uint32_t)at;
}

int
quote_text_new(struct bytes text, struct quote_text **ret_text)
{
	struct quote_text *made;

	if (text.len > UINT32_MAX)
		return RS_ELIMIT;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return RS_ENOMEM;
	made->form = malloc(text.len + 1);
	made->origins = malloc((text.len + 1) * sizeof(*made->origins));
	if (made->form == NULL || made->origins == NULL) {
		quote_text_free(made);
		return RS_ENOMEM;
	}
	append_plain(made, text);
	*ret_text = made;
	return RS_OK;
}

void
quote_text_free(struct quote_text *text)
{
	if (text == NULL)
		return;
	free(text->form);
	free(text->origins);
	free(text);
}

/* ----------------------------------------------------------------------- the place */

/* The plain forms of what is looked for. */
struct wanted {
	struct quote_text *words;
	struct quote_text *prefix;
	struct quote_text *suffix;
	uint32_t start;
};

/* A place, by bytes of the form, and how well it fits. */
struct fit {
	size_t at;
	size_t around;		/* bytes of the prefix and suffix that stand there */
	uint64_t distance;	/* from where the quote stood */
};

static void
wanted_release(struct wanted *wanted)
{
	quote_text_free(wanted->words);
	quote_text_free(wanted->prefix);
	quote_text_free(wanted->suffix);
}

static int
wanted_init(struct wanted *wanted, const struct quote *quote)
{
	int err;

	memset(wanted, 0, sizeof(*wanted));
	wanted->start = quote->start;
	err = quote_text_new(bytes_of_text(quote->words), &wanted->words);
	if (err == RS_OK)
		err = quote_text_new(bytes_of_text(quote->prefix), &wanted->prefix);
	if (err == RS_OK)
		err = quote_text_new(bytes_of_text(quote->suffix), &wanted->suffix);
	if (err != RS_OK)
		wanted_release(wanted);
	return err;
}

/* The words without the space that a selection with a mouse takes along. */
static struct bytes
trimmed(const struct quote_text *words)
{
	size_t start = words->len > 0 && words->form[0] == ' ';
	size_t end = words->len;

	if (end > start && words->form[end - 1] == ' ')
		end--;
	return bytes_of(words->form + start, end - start);
}

static size_t
common_start(struct bytes a, struct bytes b)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.data[i] == b.data[i])
		i++;
	return i;
}

static size_t
common_end(struct bytes a, struct bytes b)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.data[a.len - 1 - i] == b.data[b.len - 1 - i])
		i++;
	return i;
}

static struct fit
measure(const struct quote_text *text, const struct wanted *wanted, size_t at, size_t len)
{
	size_t origin = text->origins[at];

	return (struct fit){
		.at = at,
		.around = common_end(bytes_of(text->form, at),
		    bytes_of(wanted->prefix->form, wanted->prefix->len)) +
		    common_start(bytes_of(text->form + at + len, text->len - at - len),
		    bytes_of(wanted->suffix->form, wanted->suffix->len)),
		.distance = origin > wanted->start ? origin - wanted->start :
		    wanted->start - origin
	};
}

static bool
fits_better(const struct fit *fit, const struct fit *best)
{
	return fit->around != best->around ? fit->around > best->around :
	    fit->distance < best->distance;
}

/* Go through the places, none inside the one before, so that no text takes long. */
static size_t
find_best(const struct quote_text *text, const struct wanted *wanted, struct bytes words,
    struct fit *best)
{
	const uint8_t *at = text->form, *end = text->form + text->len;
	size_t count = 0;
	struct fit fit;

	while (words.len > 0 &&
	    (at = memmem(at, (size_t)(end - at), words.data, words.len)) != NULL) {
		fit = measure(text, wanted, (size_t)(at - text->form), words.len);
		if (count++ == 0 || fits_better(&fit, best))
			*best = fit;
		at += words.len;
	}
	return count;
}

int
quote_find(const struct quote_text *text, const struct quote *quote,
    struct quote_place *ret_place, size_t *ret_count)
{
	struct fit best = { .at = 0 };
	struct wanted wanted;
	struct bytes words;
	size_t count;
	int err = wanted_init(&wanted, quote);

	if (err != RS_OK)
		return err;
	words = trimmed(wanted.words);
	count = find_best(text, &wanted, words, &best);
	if (count > 0) {
		ret_place->start = text->origins[best.at];
		ret_place->end = text->origins[best.at + words.len];
		*ret_count = count;
	}
	wanted_release(&wanted);
	return count > 0 ? RS_OK : RS_ENOTFOUND;
}
