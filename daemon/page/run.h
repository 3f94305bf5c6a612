/*
 * A run of inline text on its way into one block: white space folded, soft
 * hyphens and control characters gone, and the marks that cover it.
 *
 * Marks come out sorted and nested because they are opened and closed like
 * elements.  When a block is taken from a run while marks are open, they close
 * there and open again at the start of the next.
 */
#ifndef DAEMON_PAGE_RUN_H
#define DAEMON_PAGE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/page/block.h"
#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

enum {
	RUN_OPEN_MAX = 48	/* marks that are open at once; deeper ones are ignored */
};

struct run_mark {
	Readsync__Mark__Kind kind;
	uint32_t start;
	uint32_t length;
	char *href;		/* owned; NULL when the kind has none */
};

struct run {
	struct buffer text;
	struct run_mark *marks;
	size_t count;
	size_t capacity;
	size_t open[RUN_OPEN_MAX];	/* places in marks; SIZE_MAX for an ignored one */
	size_t open_count;	/* may pass RUN_OPEN_MAX; those beyond are not noted */
	bool space;		/* white space seen and not yet written */
	bool glue;		/* what comes next joins what is there, as after a drop cap */
};

/**
 * run_init(run), run_release(run):
 * Make the run empty; free what it holds.
 */
void run_init(struct run *run);
/** Free what it holds, but not itself. */
void run_release(struct run *run);

/**
 * run_text(run, text):
 * Add UTF-8 ${text} as a page shows it.  RS_ELIMIT, RS_ENOMEM.
 */
int run_text(struct run *run, const char *text);

/**
 * run_break(run):
 * Add a line break; one at the start or the end of a block vanishes.
 */
int run_break(struct run *run);

/**
 * run_open(run, kind, href), run_close(run):
 * Open a mark (href is copied, may be NULL), close the one opened last.  A mark
 * of a kind that is open already, one of no kind, and one over no text are
 * dropped.
 */
int run_open(struct run *run, Readsync__Mark__Kind kind, const char *href);
void run_close(struct run *run);

/**
 * run_ends_in_break(run):
 * Tell whether a line break is the last thing that was added.
 */
bool run_ends_in_break(const struct run *run);

/**
 * run_is_empty(run):
 * Tell whether there is nothing to take.
 */
bool run_is_empty(const struct run *run);

/**
 * run_take(run, blocks, block):
 * Move the text and marks into ${block} of ${blocks}.  RS_ELIMIT, RS_ENOMEM.
 */
int run_take(struct run *run, struct block_list *blocks, Readsync__Block *block);

#endif
