/*
 * UTF-8, the one character encoding inside readsync: asked at every border, so
 * that nothing behind it need ask again.
 */
#ifndef PROTO_BASE_UTF8_H
#define PROTO_BASE_UTF8_H

#include <stdbool.h>

#include "proto/base/buffer.h"

/**
 * utf8_character(text, at, ret_point):
 * Return how many bytes (1 to 4) the character at byte ${at} of ${text} has, and
 * set ${ret_point} to its code point.  0 when there is none in UTF-8.
 */
size_t utf8_character(struct bytes text, size_t at, uint32_t *ret_point);

/**
 * utf8_ascii_len(text, at):
 * Return how many bytes of ${text} from ${at} on are below 0x80, perhaps some less than
 * there are: 0 only when the one at ${at} is not, or is the end.  Most text is ASCII, and
 * this takes eight at a time.
 */
size_t utf8_ascii_len(struct bytes text, size_t at);

/**
 * utf8_valid(text):
 * Tell whether ${text} is UTF-8 as RFC 3629 defines it: shortest forms only, no
 * surrogates, nothing above U+10FFFF.  NUL is a character like any other; an
 * empty text is valid.
 */
bool utf8_valid(struct bytes text);

#endif
