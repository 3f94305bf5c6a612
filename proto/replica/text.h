/*
 * What may be shown: text from registers comes from other devices, and beyond
 * them from pages.
 */
#ifndef PROTO_REPLICA_TEXT_H
#define PROTO_REPLICA_TEXT_H

#include <stdbool.h>

#include "proto/base/buffer.h"

/**
 * text_character(text, at, ret_point):
 * Return the length (1 to 4) of the UTF-8 sequence at byte ${at} of ${text}
 * and set ${ret_point} to its code point.  0 when it is not UTF-8 (RFC 3629): cut
 * short, overlong, a surrogate, or past U+10FFFF.
 */
size_t text_character(struct bytes text, size_t at, uint32_t *ret_point);

/**
 * text_is_line(text):
 * Tell whether ${text} is UTF-8 (RFC 3629) without control characters (U+0000
 * to U+001F, U+007F to U+009F), so that it cannot break a line or a
 * terminal.
 */
bool text_is_line(struct bytes text);

#endif
