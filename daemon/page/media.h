/*
 * Images and embedded players: which URL stands for the thing itself.
 *
 * Pages that load images late put a placeholder into src and the image into
 * data-src, srcset or another attribute; pages count their readers with images of
 * one pixel.  The former are looked through, the latter are no images.
 */
#ifndef DAEMON_PAGE_MEDIA_H
#define DAEMON_PAGE_MEDIA_H

#include <stdint.h>

#include "daemon/page/dom.h"

struct media {
	char *source;		/* absolute http or https; owned */
	char *text;		/* the alternative text or title; owned, may be NULL */
	uint32_t width;		/* in CSS pixels; 0 when the page does not say */
	uint32_t height;
};

/**
 * media_image(node, base, media):
 * Find the image that ${node}, an <img> or <picture>, shows.  RS_ENOTFOUND when
 * it shows none, or is a tracking pixel; RS_ENOMEM.
 */
int media_image(const xmlNode *node, const char *base, struct media *media);

/**
 * media_embed(node, base, media):
 * Find the page or file that ${node}, an <iframe>, <video>, <audio>, <embed>,
 * <object>, what AMP has in their place, or another player (player.h), plays.  Fails like
 * media_image.
 */
int media_embed(const xmlNode *node, const char *base, struct media *media);

/**
 * media_release(media):
 * Free what it holds.
 */
void media_release(struct media *media);

#endif
