/*
 * The opening of a text that is not ours to keep whole.
 */
#ifndef DAEMON_PAGE_TEASER_H
#define DAEMON_PAGE_TEASER_H

#include "readsync.pb-c.h"

enum {
	TEASER_BYTES = 600	/* of text: some hundred words, 200 signs of Chinese */
};

/**
 * teaser_cut(article):
 * Leave of the blocks of ${article} the start of its first paragraph alone: at most
 * TEASER_BYTES and at most a third of all its text, cut between words where
 * there are spaces.  Sets its words.  RS_ENOMEM, and then there is no block left.
 */
int teaser_cut(Readsync__Article *article);

#endif
