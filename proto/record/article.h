/*
 * The article: what both ends rely on in a Readsync__Article.
 *
 * It is a flat list of blocks with a depth (proto/readsync.proto).  An article
 * that article_validate accepts keeps all of these; whoever makes one validates it
 * before it is packed, and whoever receives one before it is shown:
 *   - at most ARTICLE_BLOCKS_MAX blocks of known kinds, ARTICLE_TEXT_MAX bytes of
 *     text in all, ARTICLE_MARKS_MAX marks in a block;
 *   - the first block has depth 0; depth is at most ARTICLE_DEPTH_MAX and rises only
 *     by one, and only after a block that is a container;
 *   - items stand in lists, rows in tables, cells in rows, captions in figures
 *     or tables, credits in figures;
 *   - every text is UTF-8 without control bytes but line feed and tab;
 *   - marks lie inside the text between letters, sorted and nested; links are
 *     http, https or mailto, sources http or https.
 */
#ifndef PROTO_RECORD_ARTICLE_H
#define PROTO_RECORD_ARTICLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

enum {
	ARTICLE_BLOCKS_MAX = 20000,
	ARTICLE_DEPTH_MAX = 32,
	ARTICLE_TEXT_MAX = 4 * 1024 * 1024,
	ARTICLE_MARKS_MAX = 4096,
	ARTICLE_PACKED_MAX = 8 * 1024 * 1024
};

/**
 * article_is_container(kind):
 * Tell whether blocks may stand inside a block of ${kind}.
 */
bool article_is_container(Readsync__Block__Kind kind);

/**
 * article_validate(article):
 * Check all that the head of this file promises.  RS_EINVAL for what is
 * malformed, RS_ELIMIT for what passes a bound.
 */
int article_validate(const Readsync__Article *article);

/**
 * article_words(article):
 * Count the words of its blocks, captions and alternative texts left out.  A run of
 * letters and digits is a word; so is each letter of Chinese and Japanese, and so are each
 * four letters of a run in Thai, Lao, Burmese and Khmer, which have no spaces between words.
 */
uint32_t article_words(const Readsync__Article *article);

/**
 * article_words_of(text):
 * Count the words of one text.
 */
uint32_t article_words_of(const char *text);

/**
 * article_pack(article, out):
 * Validate ${article} and append its packed form to ${out}.  RS_EINVAL,
 * RS_ELIMIT (also when ${out} is full), RS_ENOMEM.
 */
int article_pack(const Readsync__Article *article, struct buffer *out);

/**
 * article_unpack(packed, ret_article):
 * Read and validate a packed article, however hostile: RS_EINVAL for what is no
 * valid article, RS_ELIMIT, RS_ENOMEM.  The caller frees it with
 * readsync__article__free_unpacked.
 */
int article_unpack(struct bytes packed, Readsync__Article **ret_article);

/**
 * article_url_is_safe(url, mail):
 * Tell whether ${url} is an http or https URL with a host, or, when ${mail},
 * a mailto address; without spaces and control bytes.
 */
bool article_url_is_safe(const char *url, bool mail);

#endif
