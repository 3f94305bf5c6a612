/*
 * What may be shown: text from registers comes from other devices, and beyond
 * them from pages.
 */
#ifndef PROTO_REPLICA_TEXT_H
#define PROTO_REPLICA_TEXT_H

#include <stdbool.h>

#include "proto/base/buffer.h"

/**
 * text_is_line(text):
 * Tell whether ${text} is UTF-8 without control characters (U+0000 to U+001F,
 * U+007F to U+009F), so that it cannot break a line or a terminal.
 */
bool text_is_line(struct bytes text);

/**
 * text_is_prose(text):
 * The same, but line feeds and tabs may stand in it, as in what a person writes.
 */
bool text_is_prose(struct bytes text);

#endif
