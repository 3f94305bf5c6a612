/*
 * The images of a reading in a line of JSON Lines: an array of Image messages
 * (proto/readsync.proto), and beside each that is held its file, as `file_base64`
 * (base64url without padding), the first time that the line has it.
 */
#ifndef CLIENT_JSONL_LINE_IMAGE_H
#define CLIENT_JSONL_LINE_IMAGE_H

#include <jansson.h>

#include "proto/replica/replica.h"

enum {
	LINE_IMAGE_FILES_MAX = 32 * 1024 * 1024	/* bytes in a line; more are left out */
};

/* Which files a line has already; empty at its beginning, its `names` freed at its end. */
struct line_image_files {
	json_t *names;			/* an object; NULL for none yet */
	size_t bytes;
};

/**
 * line_image_write(replica, reading, files, object):
 * Add to ${object} as `images` what is noted of the images of the reading with the id
 * ${reading}, if anything is.
 */
int line_image_write(struct replica *replica, const uint8_t *reading,
    struct line_image_files *files, json_t *object);

struct line_image;

/**
 * line_image_parse(array, ret_image, detail), line_image_free(image):
 * Read the array, NULL for none, and check all of it.  RS_EINVAL, RS_ELIMIT with
 * ${detail}; RS_ENOMEM.
 */
int line_image_parse(const json_t *array, struct line_image **ret_image,
    struct rs_err_detail *detail);
/** Free it; NULL is ignored. */
void line_image_free(struct line_image *image);

/**
 * line_image_keep(replica, reading, image):
 * Store the files, and note all of ${image} of the reading with the id ${reading}.
 */
int line_image_keep(struct replica *replica, const uint8_t *reading,
    const struct line_image *image);

#endif
