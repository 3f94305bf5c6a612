/*
 * What a site answers in JSON to who has sent a password: whether it says that this was in vain,
 * and in which words.
 *
 * There is no norm for that.  It is in vain where the answer names an error that is one
 * ({"error": null} is none), or a success that is none, or a state that is bad; unless it says
 * as plainly that it was a success.  Where neither is said, nothing is concluded.
 *
 * It runs on foreign bytes, in the worker.
 */
#ifndef DAEMON_PAGE_ANSWER_H
#define DAEMON_PAGE_ANSWER_H

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

enum {
	ANSWER_DEPTH = 4,		/* objects within one another that are looked at */
	ANSWER_WORDS_MAX = 160		/* bytes of the site's words that are kept */
};

/**
 * answer_read(text, form):
 * Set ${form}->refused and ${form}->refusal, which is its words in one line, or "", by ${text},
 * if that is JSON.  What there is no memory for is not said.
 */
void answer_read(struct bytes text, Readsync__Form *form);

#endif
