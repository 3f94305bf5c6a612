/*
 * What an image is: told by its bytes, whatever its name or its server says.
 *
 * Nothing is decoded.  Of a raster image only the header is read, so that one that
 * would fill gigabytes costs no more than another; of an SVG image, all (svg.h).
 */
#ifndef DAEMON_PAGE_PICTURE_H
#define DAEMON_PAGE_PICTURE_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "readsync.pb-c.h"

enum {
	PICTURE_TINY = 3,		/* as wide or high as a tracking pixel may be */
	PICTURE_PIXELS_MAX = 100 * 1000 * 1000	/* more is made to exhaust whoever looks at it */
};

/**
 * picture_read(content, image, detail):
 * Set the kind, width and height of ${image}: JPEG, PNG, GIF, WebP, AVIF, an SVG image that
 * can do nothing but be drawn, or PIXEL when it is no larger than a tracking pixel.
 * RS_ENOTPAGE for anything else, RS_ELIMIT for one with more than PICTURE_PIXELS_MAX, with
 * ${detail}, which quotes nothing; RS_ENOMEM.
 */
int picture_read(struct bytes content, Readsync__Image *image, struct rs_err_detail *detail);

#endif
