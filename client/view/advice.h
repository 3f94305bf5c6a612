/*
 * What a reader can do about a copy that is not whole.
 */
#ifndef CLIENT_VIEW_ADVICE_H
#define CLIENT_VIEW_ADVICE_H

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

enum {
	ADVICE_MAX = 8 * 1024		/* bytes of what is appended */
};

/**
 * advice_append(verdict, url, out):
 * Append what can be done about the copy of ${url} that ${verdict} judges, in one paragraph of
 * plain words with the commands in them, by what tells most of the evidence; nothing where nothing
 * is to be done, or known.  Fails like buffer_append.
 */
int advice_append(const Readsync__Verdict *verdict, const char *url, struct buffer *out);

#endif
