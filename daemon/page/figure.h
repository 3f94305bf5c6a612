/*
 * Figures of the walk from tree to blocks (convert.h): an image or a player, with what is
 * written under it.
 *
 * A figure holds its images, players, captions and credits, and what else stands in it.  A
 * caption or a credit that stands outside belongs to the image, player or figure before it, which
 * becomes a figure then.  One that belongs to nothing is no text, and goes.
 */
#ifndef DAEMON_PAGE_FIGURE_H
#define DAEMON_PAGE_FIGURE_H

#include <stdbool.h>

#include "daemon/page/converter.h"

/**
 * figure_walk(converter, measure):
 * Walk what is below ${measure} into a figure; one without an image, a player or text vanishes.
 * A whole article that is marked up as a figure, a card of links, and a figure in another
 * dissolve.  RS_ELIMIT, RS_ENOMEM.
 */
int figure_walk(struct converter *converter, const struct measure *measure);

/**
 * figure_is_caption(converter, measure):
 * Tell whether ${measure} is called a caption or a credit, and short enough to be one.
 */
bool figure_is_caption(const struct converter *converter, const struct measure *measure);

/**
 * figure_caption(converter, measure):
 * Walk ${measure}, of which figure_is_caption is true, as the caption or the credit of the
 * figure around it or of the image before it; as a figure, when it holds the image itself.
 * RS_ELIMIT, RS_ENOMEM.
 */
int figure_caption(struct converter *converter, const struct measure *measure);

#endif
