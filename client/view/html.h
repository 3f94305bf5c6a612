/*
 * An article as one HTML file: it holds its images, loads nothing and runs nothing, so
 * that a browser shows it without a network, and tells nobody that it is read.
 */
#ifndef CLIENT_VIEW_HTML_H
#define CLIENT_VIEW_HTML_H

#include "client/view/annotation.h"
#include "proto/base/buffer.h"
#include "proto/record/article_html.h"

/**
 * html_page(url, reading, article, annotation, parts, out):
 * Append ${article} as a whole page, headed by its title, authors, site, date and ${url}, and
 * by how complete the copy is where it is not full; below it, the note and the highlights of
 * ${annotation}.  ${parts} say what stands for each image, and what is marked.  Fails like
 * buffer_append, or as ${parts} do.
 */
int html_page(const char *url, const Readsync__Reading *reading,
    const Readsync__Article *article, const struct annotation *annotation,
    const struct article_html_parts *parts, struct buffer *out);

#endif
