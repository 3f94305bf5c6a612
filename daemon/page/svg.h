/*
 * SVG images that can do nothing but be drawn.
 *
 * An SVG file is a document that may run scripts, load what it likes and hold a whole
 * page.  Only one that is made of nothing but the elements of a drawing, and refers to
 * nothing but itself and the raster images in it, is taken: that is safe however it is
 * looked at.  It is kept as it came; nothing is cut out of it, for what is left of a
 * file that was mended is for no program to be sure of.
 */
#ifndef DAEMON_PAGE_SVG_H
#define DAEMON_PAGE_SVG_H

#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

/**
 * svg_read(content, ret_width, ret_height, detail):
 * Look through ${content}, and tell how large the image wants to be, in pixels, 0 where it
 * does not say.  RS_ENOTPAGE with ${detail} when it is no well-formed SVG, or one that is
 * more than a drawing; RS_ENOMEM.
 */
int svg_read(struct bytes content, uint32_t *ret_width, uint32_t *ret_height,
    struct rs_err_detail *detail);

#endif
