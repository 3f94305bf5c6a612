/*
 * The body of an article: finds the part of the tree that is the text, prunes
 * what is not, and turns it into blocks.
 */
#ifndef DAEMON_PAGE_BODY_H
#define DAEMON_PAGE_BODY_H

#include "daemon/page/dom.h"
#include "daemon/page/metadata.h"
#include "readsync.pb-c.h"

/**
 * body_extract(document, url, metadata, prunes, article, explanation):
 * Find the body in ${document}, which it may change, leave out what is not the article, if it
 * ${prunes}, and set the blocks, words
 * and direction of ${article}; links and images are made absolute against
 * ${url} (or the page's base).  Leaves the article without blocks when there is no
 * body.  Appends to ${explanation}, unless it is NULL, what became of each
 * element (see explain.h).  RS_ENOMEM, RS_ELIMIT.
 */
int body_extract(xmlDoc *document, const char *url, const struct metadata *metadata,
    bool prunes, Readsync__Article *article, struct buffer *explanation);

#endif
