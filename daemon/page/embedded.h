/*
 * Images that stand in a page itself, in data: URLs (RFC 2397): those of a page that a reader has
 * saved as one file.
 *
 * They become images like any other.  Each is named by an address that nobody else has: the
 * page's, with a fragment made of the image's bytes, so that equal ones are one.  That takes the
 * place of the data: URL in the tree before the body is looked for, and the bytes go where the
 * caller keeps those of images that were fetched.  What an image is, its bytes say (picture.h).
 *
 * What is small is no picture: it stands in for one until a script has loaded that, is a sign of
 * the page, or counts its readers.
 */
#ifndef DAEMON_PAGE_EMBEDDED_H
#define DAEMON_PAGE_EMBEDDED_H

#include <libxml/tree.h>

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

enum {
	EMBEDDED_COUNT_MAX = 100,		/* as many as a reading has images */
	EMBEDDED_SMALL = 64,			/* pixels wide and high, at most */
	EMBEDDED_DRAWING_MIN = 512,		/* bytes of an SVG image that draws something */
	EMBEDDED_BYTES_MAX = 24 * 1024 * 1024	/* of all of them: as base64, a page is full */
};

/* All zero but for the limits, to begin with. */
struct embedded {
	size_t image_max;			/* bytes of one */
	size_t images_max;			/* and of all of them */
	size_t total;				/* bytes that are held */
	Readsync__PageImage **images;
	size_t count;
};

/**
 * embedded_take(embedded, document, url, page):
 * Take the images in the data: URLs of ${document}, which came from ${url}, and put their names
 * in place of these; of an image that has no content, the one in its background, by a variable
 * that the bytes of the ${page} set (css_image.h).  One that is too large or damaged, or an SVG
 * image that is more than a drawing, is taken with its problem and without its bytes.  RS_ENOMEM.
 */
int embedded_take(struct embedded *embedded, xmlDoc *document, const char *url,
    struct bytes page);

/**
 * embedded_keep_shown(embedded, article):
 * Drop the images that no block of ${article} shows.
 */
void embedded_keep_shown(struct embedded *embedded, const Readsync__Article *article);

/**
 * embedded_release(embedded):
 * Free the images.
 */
void embedded_release(struct embedded *embedded);

#endif
