/*
 * Quotes: where the words that a reader marked stand in an article, also in another copy
 * of it than the one that they were marked in.
 *
 * Text and quote are compared in a plain form, in which spaces and line ends are alike, and
 * typographic quotes and dashes are those of a keyboard: a copy may be set otherwise, and
 * a person types what a keyboard has (PROTOCOL.md, "The records").
 */
#ifndef PROTO_RECORD_QUOTE_H
#define PROTO_RECORD_QUOTE_H

#include "proto/base/buffer.h"

/* A text in its plain form. */
struct quote_text;

/* What is looked for. */
struct quote {
	const char *words;
	const char *prefix;		/* what stood before them, or "" */
	const char *suffix;		/* and behind them */
	uint32_t start;			/* where they stood */
};

/* Bytes of the text. */
struct quote_place {
	size_t start;
	size_t end;
};

/**
 * quote_text_new(text, ret_text), quote_text_free(text):
 * Make the plain form of ${text}, at most UINT32_MAX bytes, which is not kept.  RS_ELIMIT,
 * RS_ENOMEM.
 */
int quote_text_new(struct bytes text, struct quote_text **ret_text);
/** Free it; NULL is ignored. */
void quote_text_free(struct quote_text *text);

/**
 * quote_find(text, quote, ret_place, ret_count):
 * Find the place of ${quote}: of those with its words, the one with most of its prefix
 * and suffix about it, then the one nearest to where it stood.  ${ret_count} says how many
 * there are.  RS_ENOTFOUND when there is none, RS_ENOMEM.  Takes time in proportion to
 * the text.
 */
int quote_find(const struct quote_text *text, const struct quote *quote,
    struct quote_place *ret_place, size_t *ret_count);

#endif
