/*
 * Text folded for comparison: what two writers of the same words would agree
 * on.  Lower case, without accents, apostrophes and invisible characters; every run
 * of anything but letters and digits is one space.
 *
 * It covers the letters of the languages that the project knows phrases and
 * months in (Latin, Greek, Cyrillic, full-width forms); other scripts have no case
 * and pass through.
 */
#ifndef DAEMON_PAGE_FOLD_H
#define DAEMON_PAGE_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buffer.h"

/**
 * fold_decode(text, ret_length):
 * Return the code point at the start of ${text}, UTF-8 that ends with a NUL,
 * and set ${ret_length} to its bytes.  A byte that is not UTF-8 counts as the
 * character of its own value; at the NUL returns 0 and a length of 0.
 */
uint32_t fold_decode(const char *text, unsigned *ret_length);

/**
 * fold_append(text, out):
 * Append ${text} folded to ${out}, after a space when ${out} is neither empty
 * nor ends with one.  Fails like buffer_append.
 */
int fold_append(const char *text, struct buffer *out);

/**
 * fold_equal(a, b):
 * Tell whether the two texts are the same when folded; false when either
 * folds to nothing or memory is exhausted.
 */
bool fold_equal(const char *a, const char *b);

/**
 * fold_is_ideographic(character):
 * Tell whether ${character} belongs to a script that is written without spaces
 * between words (Han, Kana, Hangul counts as such too).
 */
bool fold_is_ideographic(uint32_t character);

#endif
