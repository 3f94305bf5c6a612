/*
 * Images that a page keeps in its style sheet, as SingleFile does with those that occur twice:
 * ":root{--sf-img-1:url("data:image/png;base64,…")}", and an image of no content that has
 * "background-image:var(--sf-img-1)" in its style.
 *
 * The variables are looked for in the bytes of the page, once, and only when an element asks.
 */
#ifndef DAEMON_PAGE_CSS_IMAGE_H
#define DAEMON_PAGE_CSS_IMAGE_H

#include <stdbool.h>

#include "proto/base/buffer.h"

enum {
	CSS_IMAGE_COUNT_MAX = 200	/* variables of a page that are looked at */
};

struct css_image {
	struct bytes name, url;		/* of the variable; its data: URL: views of the page */
	bool done;			/* somebody has asked for it, */
	char *source;			/* and called it so; NULL where it is none to be kept */
};

/* All zero but for the page, to begin with. */
struct css_images {
	struct bytes page;
	struct css_image variables[CSS_IMAGE_COUNT_MAX];
	size_t count;
	bool read;
};

/**
 * css_image_find(images, style):
 * Return the image that an element with the attribute ${style} has as its background by a
 * variable; NULL where there is none.
 * CSS Custom Properties Level 1; CSS Backgrounds Level 3, 2.3.
 */
struct css_image *css_image_find(struct css_images *images, const char *style);

/**
 * css_image_release(images):
 * Free what they are called.
 */
void css_image_release(struct css_images *images);

#endif
