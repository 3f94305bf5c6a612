/*
 * The tokenizer of the search index, for FTS5.
 *
 * Text is cut into words as SQLite's unicode61 does, without case and
 * diacritics, save for runs of Chinese, Japanese and Korean characters, which have no
 * (reliable) spaces between words: those give every pair of neighbours.  So
 * "東京都" is indexed as 東京, 京都, and a lone 都 at the place of the last pair;
 * a query for "京都" is one token, one for "東京都" the phrase 東京 京都, and one
 * for a single character is a prefix.  (SQLite's own trigram tokenizer misses
 * words of two characters, most of Chinese.)
 */
#ifndef PROTO_REPLICA_TOKENIZER_H
#define PROTO_REPLICA_TOKENIZER_H

#include <stdbool.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

struct sqlite3;

/**
 * tokenizer_register(database):
 * Make the tokenizer "readsync" known to FTS5 on this connection.
 */
int tokenizer_register(struct sqlite3 *database);

/**
 * tokenizer_count(database, text, ret_count):
 * Count the tokens of ${text} as part of a query.
 */
int tokenizer_count(struct sqlite3 *database, struct bytes text, size_t *ret_count);

/**
 * tokenizer_ends_alone(text):
 * Tell whether ${text} ends in a CJK character with none before it: then its last
 * token must be searched as a prefix, since most of the pairs it stands in
 * begin with it.
 */
bool tokenizer_ends_alone(struct bytes text);

#endif
