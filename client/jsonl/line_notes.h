/*
 * The notes and highlights of a line (line.h): every revision of the note, and every
 * highlight that was not removed, under their own names.
 */
#ifndef CLIENT_JSONL_LINE_NOTES_H
#define CLIENT_JSONL_LINE_NOTES_H

#include <jansson.h>

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum {
	LINE_NOTES_MAX = 10000		/* revisions of an item, and as many highlights */
};

struct line_notes {
	struct line_note *notes;
	size_t note_count;
	struct line_highlight *highlights;
	size_t highlight_count;
};

/**
 * line_notes_write(replica, item, object):
 * Add to ${object} what there is of both.
 */
int line_notes_write(struct replica *replica, const uint8_t *item, json_t *object);

/**
 * line_notes_read(notes, root, url, saved_ms, detail), line_notes_release(notes):
 * Read both from the line ${root}, and check all that can be checked.  What has no id gets
 * one of its words and ${url}; a mere text, the time ${saved_ms}.  RS_EINVAL, RS_ELIMIT with
 * ${detail}.  ${notes} is empty, and is released on failure too.
 */
int line_notes_read(struct line_notes *notes, const json_t *root, const char *url,
    int64_t saved_ms, struct rs_err_detail *detail);
/** Free what it holds, but not itself. */
void line_notes_release(struct line_notes *notes);

/**
 * line_notes_keep(notes, replica, item):
 * Write to ${item} those that are not here.
 */
int line_notes_keep(const struct line_notes *notes, struct replica *replica,
    const uint8_t *item);

#endif
