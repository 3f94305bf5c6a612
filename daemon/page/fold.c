#include <string.h>

#include "daemon/page/fold.h"
#include "proto/base/err.h"

enum {
	FOLD_DROP = 0,		/* leaves no trace */
	FOLD_SPACE = ' ',
	FOLD_CHUNK = 256,	/* bytes that are appended at once */
	FOLD_MAX = 1 << 20	/* bytes of a text that is compared as a whole */
};

/* ASCII: small letters and digits; what is dropped, or a space for what is neither. */
static const char ascii_base[] =
    "                                "
    "       \0        0123456789      "
    " abcdefghijklmnopqrstuvwxyz     "
    "\0abcdefghijklmnopqrstuvwxyz     ";

/* U+00C0 to U+017F without their accents; a space stands for no letter. */
static const char latin_base[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk"
    "llllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

uint32_t
fold_decode(const char *text, unsigned *ret_length)
{
	const unsigned char *byte = (const unsigned char *)text;
	unsigned length, i;
	uint32_t character;

	*ret_length = byte[0] != 0;
	if (byte[0] < 0xC2 || byte[0] > 0xF4)
		return byte[0];
	length = byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
	character = byte[0] & (0xFF >> (length + 1));
	for (i = 1; i < length; i++) {
		if ((byte[i] & 0xC0) != 0x80)
			return byte[0];
		character = character << 6 | (byte[i] & 0x3F);
	}
	*ret_length = length;
	return character;
}

bool
fold_is_ideographic(uint32_t character)
{
	return (character >= 0x2E80 && character < 0x3000) ||
	    (character >= 0x3040 && character < 0xA4D0) ||
	    (character >= 0xAC00 && character < 0xD7B0) ||
	    (character >= 0xF900 && character < 0xFB00) ||
	    (character >= 0x20000 && character < 0x32000);
}

/* Apostrophes join ("you've"), invisible characters never count. */
static bool
is_dropped(uint32_t c)
{
	return c == 0xAD || c == 0xB4 || c == 0x2BC ||
	    c == 0x2018 || c == 0x2019 || (c >= 0x200B && c <= 0x200F) ||
	    (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF ||
	    (c >= 0xFE00 && c <= 0xFE0F) ||		/* how a sign is drawn */
	    (c >= 0x300 && c <= 0x36F) ||		/* combining accents */
	    c == 0x640 || (c >= 0x64B && c <= 0x652);	/* Arabic kashida and vowels */
}

static bool
is_separator(uint32_t c)
{
	return (c >= 0x80 && c < 0xC0 && c != 0xAA && c != 0xBA) ||
	    (c >= 0x2000 && c < 0x2070) || (c >= 0x20A0 && c < 0x20D0) ||
	    (c >= 0x2190 && c < 0x2C00) || (c >= 0x3000 && c <= 0x3004) ||
	    (c >= 0x3008 && c <= 0x3020) || c == 0x3030 || c == 0x30FB ||
	    c == 0x60C || c == 0x61B || c == 0x61F || c == 0x66A || c == 0x6D4 ||
	    (c >= 0xE000 && c < 0xF900) ||		/* private: icon fonts */
	    (c >= 0xFE30 && c < 0xFE70) || (c >= 0xFF00 && c <= 0xFF0F) ||
	    (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) ||
	    (c >= 0xFF5B && c <= 0xFF65) || (c >= 0x1F000 && c < 0x20000);
}

/* The character that stands for c when texts are compared. */
static uint32_t
folded(uint32_t c)
{
	if (c < 0x80)
		return (unsigned char)ascii_base[c];
	if (is_dropped(c))
		return FOLD_DROP;
	if (is_separator(c))
		return FOLD_SPACE;
	if (c >= 0xC0 && c < 0x180)
		return (unsigned char)latin_base[c - 0xC0];
	if (c >= 0x218 && c <= 0x21B)			/* Romanian s and t */
		return c < 0x21A ? 's' : 't';
	if (c >= 0x391 && c <= 0x3A9)			/* Greek capitals */
		return c + 32;
	if (c >= 0x400 && c < 0x430)			/* Cyrillic capitals */
		c = c < 0x410 ? c + 80 : c + 32;
	if (c == 0x451)					/* yo is written as ye */
		return 0x435;
	if (c >= 0xFF10 && c < 0xFF5B)			/* full width */
		return folded(c - 0xFEE0);
	return c;
}

/* Write ${c} to ${at}; return where it ends. */
static uint8_t *
write_character(uint8_t *at, uint32_t c)
{
	unsigned length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (length == 1) {
		*at = (uint8_t)c;
		return at + 1;
	}
	for (unsigned i = length - 1; i > 0; i--, c >>= 6)
		at[i] = (uint8_t)(0x80 | (c & 0x3F));
	at[0] = (uint8_t)((0xF00 >> length) | c);
	return at + length;
}

int
fold_append(const char *text, struct buffer *out)
{
	bool space = out->len > 0 && out->data[out->len - 1] != ' ';
	bool any = false;
	uint8_t chunk[FOLD_CHUNK], *at = chunk;
	unsigned length;
	int err;

	for (; *text != '\0'; text += length) {
		uint32_t c = (unsigned char)*text;

		length = 1;
		c = c < 0x80 ? (unsigned char)ascii_base[c] : folded(fold_decode(text, &length));
		if (c == FOLD_DROP)
			continue;
		if (c == FOLD_SPACE) {
			space = space || any;
			continue;
		}
		if (at > chunk + sizeof(chunk) - 1 - 4) {
			if ((err = buffer_append(out, chunk, (size_t)(at - chunk))) < 0)
				return err;
			at = chunk;
		}
		if (space)
			*at++ = ' ';
		at = write_character(at, c);
		space = false;
		any = true;
	}
	return buffer_append(out, chunk, (size_t)(at - chunk));
}

/* The first character that ${text} is folded to; 0 for none. */
static uint32_t
first_folded(const char *text)
{
	unsigned length;
	uint32_t c;

	for (; *text != '\0'; text += length)
		if ((c = folded(fold_decode(text, &length))) != FOLD_DROP && c != FOLD_SPACE)
			return c;
	return 0;
}

bool
fold_equal(const char *a, const char *b)
{
	struct buffer folded_a, folded_b;
	bool equal;

	/* Most texts that are compared differ there. */
	if (first_folded(a) != first_folded(b))
		return false;
	buffer_init(&folded_a, FOLD_MAX);
	buffer_init(&folded_b, FOLD_MAX);
	equal = fold_append(a, &folded_a) == RS_OK && fold_append(b, &folded_b) == RS_OK &&
	    folded_a.len > 0 && bytes_equal(buffer_bytes(&folded_a), buffer_bytes(&folded_b));
	buffer_release(&folded_a);
	buffer_release(&folded_b);
	return equal;
}
