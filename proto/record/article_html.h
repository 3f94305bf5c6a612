/*
 * An article as clean, semantic HTML.
 *
 * Made from the blocks alone: the elements and attributes below are all that
 * this module can write, and every text goes through one function that escapes
 * it.  So no markup of the page it came from can survive.
 *
 *   p h1-h6 pre code hr blockquote ul ol[start] li table caption tr
 *   td[colspan rowspan] th[colspan rowspan] figure img[src alt width height]
 *   figcaption cite aside[id] dl dt dd a[href] strong em sub sup s br
 */
#ifndef PROTO_RECORD_ARTICLE_HTML_H
#define PROTO_RECORD_ARTICLE_HTML_H

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

/**
 * article_html(article, out):
 * Append the blocks of ${article}, which article_validate accepts, to ${out} as
 * an HTML fragment.  Fails like buffer_append.
 */
int article_html(const Readsync__Article *article, struct buffer *out);

#endif
