/*
 * An article as clean, semantic HTML.
 *
 * Made from the blocks alone: the elements and attributes below are all that
 * this module can write, and every text goes through one function that escapes
 * it.  So no markup of the page it came from can survive.
 *
 *   p h1-h6 pre code hr blockquote ul ol[start] li table caption tr
 *   td[colspan rowspan] th[colspan rowspan] figure img[src alt width height]
 *   figcaption cite aside[id] dl dt dd a[href] strong em sub sup s br mark
 */
#ifndef PROTO_RECORD_ARTICLE_HTML_H
#define PROTO_RECORD_ARTICLE_HTML_H

#include <stdbool.h>

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

/* What stands where the article shows an image. */
struct article_html_image {
	const char *type;		/* the media type of its file, of the caller's own words */
	struct bytes content;		/* the file; empty when it is not here */
	const char *problem;		/* then why: a few words, or "" */
	bool hidden;			/* nothing is shown in its place */
};

/* What a whole page needs beside the article; the context is that of both functions. */
struct article_html_parts {
	/*
	 * Fill in ${ret_image}, which is empty, for the image of ${block}; what it points to
	 * lasts until the next call.  An error ends the rendering.
	 */
	int (*find)(void *context, const Readsync__Block *block,
	    struct article_html_image *ret_image);
	/*
	 * Tell whether the reader marked byte ${at} of the text of block number ${block}; NULL
	 * when nothing is marked.
	 */
	bool (*marked)(void *context, size_t block, size_t at);
	void *context;
};

/**
 * article_html(article, out):
 * Append the blocks of ${article}, which article_validate accepts, to ${out} as
 * an HTML fragment.  Fails like buffer_append.
 */
int article_html(const Readsync__Article *article, struct buffer *out);

/**
 * article_html_whole(article, parts, out):
 * The same with the files of its images in it, as data: URLs, so that it loads nothing
 * from anywhere; in place of one that is not here stand its words, why, and a link.  What
 * the reader marked is marked.
 */
int article_html_whole(const Readsync__Article *article,
    const struct article_html_parts *parts, struct buffer *out);

/**
 * article_html_escape(text, out):
 * Append ${text} so that it is text in an element, and in a quoted attribute.
 */
int article_html_escape(struct bytes text, struct buffer *out);

#endif
