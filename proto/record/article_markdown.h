/*
 * An article as Markdown: CommonMark 0.30, with the tables, deletions, formulas and
 * footnotes of GitHub, and the definitions of PHP Markdown Extra.
 *
 * Every sign that could mean something is escaped, so a text shows as it is, and no
 * HTML of the page it came from can get in: a '<' stands in code alone, or behind a
 * backslash.  What the blocks do not have is not written: no HTML, no reference links.
 */
#ifndef PROTO_RECORD_ARTICLE_MARKDOWN_H
#define PROTO_RECORD_ARTICLE_MARKDOWN_H

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

/**
 * article_markdown(article, out):
 * Append the blocks of ${article}, which article_validate accepts, to ${out}, a line feed
 * after each line.  Images and players are links to where they are.  Fails like
 * buffer_append.
 */
int article_markdown(const Readsync__Article *article, struct buffer *out);

/**
 * article_markdown_text(text, out):
 * Append ${text} as it is to show in a line: escaped, its line feeds as spaces.  Fails
 * like buffer_append.
 */
int article_markdown_text(const char *text, struct buffer *out);

#endif
