/*
 * What the reader wrote on an item: the versions of its note, and its highlights with the
 * places where they stand in an article.  Held whole, so that the vault can be closed before
 * it is shown.
 */
#ifndef CLIENT_VIEW_ANNOTATION_H
#define CLIENT_VIEW_ANNOTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

/* A version of the note: mostly there is one; see proto/replica/note.h. */
struct annotation_note {
	char *text;
	char *device;			/* the name of the device that it is of, or "" */
	int64_t at_ms;
	uint8_t id[HASH_NAME_LEN];
};

struct annotation_passage {
	char *quote;
	char *comment;			/* or "" */
	char *device;
	int64_t at_ms;
	uint8_t id[HASH_NAME_LEN];
	bool found;			/* in the article, at these bytes of its text: */
	size_t start;
	size_t end;
};

struct annotation {
	struct annotation_note *notes;	/* oldest first */
	size_t note_count;
	struct annotation_passage *passages;	/* oldest first; they are numbered from 1 */
	size_t passage_count;
	size_t *offsets;		/* of each block in the article's text, or SIZE_MAX */
	uint8_t *signs;			/* of each byte of that text, and of its end */
};

enum {
	ANNOTATION_NUMBER_SIZE = 24	/* of a passage's number as a text */
};

/**
 * annotation_load(replica, item, article, ret_annotation), annotation_release(annotation):
 * Read all of it, with the places in ${article}, which may be NULL; free what it holds.
 */
int annotation_load(struct replica *replica, const uint8_t *item,
    const Readsync__Article *article, struct annotation *ret_annotation);
/** Free what it holds, but not itself. */
void annotation_release(struct annotation *annotation);

/**
 * annotation_at(annotation, block, at), annotation_ends(annotation, block, at, after):
 * Tell whether byte ${at} of the text of block number ${block} is highlighted; and return
 * the number of the first passage behind number ${after} that ends before it, or 0.
 */
bool annotation_at(const struct annotation *annotation, size_t block, size_t at);
/** Tell which passage ends there; see above. */
size_t annotation_ends(const struct annotation *annotation, size_t block, size_t at,
    size_t after);

/**
 * annotation_number(number, text):
 * Write how passage ${number} is referred to in an article.
 */
void annotation_number(size_t number, char text[ANNOTATION_NUMBER_SIZE]);

/**
 * annotation_print_note(out, note):
 * Write its text as it is but for control characters, and a line feed.
 */
void annotation_print_note(FILE *out, const struct annotation_note *note);

/**
 * annotation_device(device):
 * Return what to call the device with this name; "" is one that is not on the list.
 */
const char *annotation_device(const char *device);

/**
 * annotation_print_by(out, device, at_ms):
 * Write where and when something was written: "DEVICE, TIME".
 */
void annotation_print_by(FILE *out, const char *device, int64_t at_ms);

/**
 * annotation_print(out, annotation, columns, colour):
 * Write the note and the highlights, wrapped, as they stand below an article; nothing when
 * there are none.
 */
void annotation_print(FILE *out, const struct annotation *annotation, size_t columns,
    bool colour);

/**
 * annotation_print_passages(out, annotation, has_article, columns, colour):
 * Write the highlights alone, and of each that is not found in the article so, if
 * ${has_article}.
 */
void annotation_print_passages(FILE *out, const struct annotation *annotation,
    bool has_article, size_t columns, bool colour);

#endif
