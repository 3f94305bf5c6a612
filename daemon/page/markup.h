/*
 * What libxml2 is given of a page to parse: without what it cannot bear, and what nobody reads.
 *
 * It compares each attribute of an element with all before it.  So that a tag of a
 * million attributes does not cost a million times a million steps, what follows the
 * first few hundred of a tag is left out.
 *
 * It does not know that a <wbr> holds nothing, and stops where a thousand of them stand in one
 * another, as they would in a long text.  They become instructions, which mean as little; and so
 * do the comments that it would take for text, or for the beginning of one that has no end.
 *
 * The text of programs and comments is left out, and that of a style sheet becomes the place
 * where it stands in the page.  For that, a tag must end here where libxml2 ends it.
 */
#ifndef DAEMON_PAGE_MARKUP_H
#define DAEMON_PAGE_MARKUP_H

#include <stdbool.h>

#include "proto/base/buffer.h"

/**
 * markup_mend(page, programs, ret_text, ret_len):
 * Make the text of which ${page}, which is not empty, is parsed, with the text of programs
 * and comments if ${programs}.  It is never longer than the page; the caller frees it.  RS_ENOMEM.
 */
int markup_mend(struct bytes page, bool programs, uint8_t **ret_text, size_t *ret_len);

/**
 * markup_style_sheet(page, start, done):
 * Return the style sheet that begins at byte ${start} of ${page}, as its element says; empty for
 * 0, and for what cannot be so.  They are asked for in their order: ${done} is 0 before the first,
 * and how far the page has been read after each.
 */
struct bytes markup_style_sheet(struct bytes page, size_t start, size_t *done);

#endif
