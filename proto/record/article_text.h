/*
 * An article as plain text: what is searched, counted and compared.
 *
 * One line per block, without captions, credits, and the alternative texts of
 * images: only what the author wrote as the running text.
 */
#ifndef PROTO_RECORD_ARTICLE_TEXT_H
#define PROTO_RECORD_ARTICLE_TEXT_H

#include <stdbool.h>

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

/**
 * article_text(article, out):
 * Append the text of ${article}, which article_validate accepts, to ${out}.
 * Fails like buffer_append.
 */
int article_text(const Readsync__Article *article, struct buffer *out);

/**
 * article_text_has(block):
 * Tell whether the text of ${block} is a line of it.
 */
bool article_text_has(const Readsync__Block *block);

#endif
