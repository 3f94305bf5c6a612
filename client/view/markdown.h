/*
 * An article as one Markdown file, for an editor or a folder of notes.
 */
#ifndef CLIENT_VIEW_MARKDOWN_H
#define CLIENT_VIEW_MARKDOWN_H

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

/**
 * markdown_page(url, reading, article, out):
 * Append ${article} headed by its title, authors, site, day and ${url}, and by how complete
 * the copy is where it is not full.  Fails like buffer_append.
 */
int markdown_page(const char *url, const Readsync__Reading *reading,
    const Readsync__Article *article, struct buffer *out);

#endif
