#include <string.h>

#include "daemon/page/explain.h"
#include "daemon/page/figure.h"
#include "daemon/page/hint.h"
#include "daemon/page/url.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

enum {
	CAPTION_WEIGHT = 600	/* a longer text is no caption, whatever it is called */
};

/* An address is all that the figure at ${place} says: what a program would put in its place. */
static int
embed_if_address(struct converter *converter, size_t place)
{
	struct block_list *blocks = converter->blocks;
	Readsync__Block *block;
	char *url;
	int err;

	if (place + 2 != blocks->count)
		return 0;
	block = blocks->list[place + 1];
	if (block->kind != READSYNC__BLOCK__KIND__CAPTION || block->n_marks > 0 ||
	    strncmp(block->text, "http", 4) != 0 ||
	    block->text[strcspn(block->text, " \n")] != '\0')
		return 0;
	err = url_resolve(converter->base, block->text, &url);
	if (err != 0)
		return err == RS_EINVAL ? 0 : err;
	block->kind = READSYNC__BLOCK__KIND__EMBED;
	block->source = url;
	return block_set(&block->text, "");
}

/* A figure of which nothing is left but what is written under it goes. */
static int
drop_if_bare(struct converter *converter, size_t place)
{
	struct block_list *blocks = converter->blocks;
	size_t i;
	int err = embed_if_address(converter, place);

	if (err != 0)
		return err;
	for (i = place + 1; i < blocks->count; i++)
		if (blocks->list[i]->kind != READSYNC__BLOCK__KIND__CAPTION &&
		    blocks->list[i]->kind != READSYNC__BLOCK__KIND__CREDIT)
			return 0;
	for (i = place + 1; i < blocks->count && err == 0; i++)
		err = explain_cut(blocks->list[i], "a caption of nothing",
		    converter->explanation);
	block_list_cut(blocks, place, blocks->count);
	return err;
}

int
figure_walk(struct converter *converter, const struct measure *measure)
{
	bool text = measure->has_piece, in_figure = converter->in_figure;
	uint32_t caption_depth = converter->caption_depth;
	Readsync__Block *block;
	size_t place;
	int err;

	/* Whole articles stand in figures, and cards of links; and figures hold figures. */
	if (in_figure || (!text && (measure->weight > 2 * CAPTION_WEIGHT ||
	    (!measure->has_media && measure->links > 0))))
		return converter->walk(converter, measure->node);
	err = converter_open(converter, READSYNC__BLOCK__KIND__FIGURE, &place, &block);
	if (err != 0)
		return err;
	converter->in_figure = place != SIZE_MAX;
	converter->caption_depth = converter->depth;
	err = converter_walk_as(converter, measure->node, text || place == SIZE_MAX ?
	    READSYNC__BLOCK__KIND__PARAGRAPH : READSYNC__BLOCK__KIND__CAPTION, 0);
	converter->in_figure = in_figure;
	converter->caption_depth = caption_depth;
	if (err == 0)
		err = converter_close(converter, place);
	if (err == 0 && place < converter->blocks->count)
		err = drop_if_bare(converter, place);
	return err;
}

/* Walk ${measure} into the figure at the end of the blocks, as its ${kind}. */
static int
walk_into_figure(struct converter *converter, const struct measure *measure,
    Readsync__Block__Kind kind)
{
	uint32_t caption_depth = converter->caption_depth;
	int err;

	converter->depth++;
	converter->in_figure = true;
	converter->caption_depth = converter->depth;
	err = converter_walk_as(converter, measure->node, kind, 0);
	converter->in_figure = false;
	converter->caption_depth = caption_depth;
	converter->depth--;
	return err;
}

/* Make a figure of the image that was the last block, and ${measure} its caption. */
static int
caption_image(struct converter *converter, const struct measure *measure,
    Readsync__Block__Kind kind)
{
	struct block_list *blocks = converter->blocks;
	size_t last = blocks->count - 1;
	int err;

	err = block_list_insert(blocks, last, READSYNC__BLOCK__KIND__FIGURE, converter->depth,
	    NULL);
	if (err != 0)
		return err;
	blocks->list[last + 1]->depth++;
	return walk_into_figure(converter, measure, kind);
}

/* Tell whether the block before is an image, or a figure that can take a caption. */
static bool
follows_image(const struct converter *converter)
{
	const struct block_list *blocks = converter->blocks;
	const Readsync__Block *last;

	if (blocks->count == 0 || converter->depth >= ARTICLE_DEPTH_MAX)
		return false;
	last = blocks->list[blocks->count - 1];
	return last->depth == converter->depth && (last->kind == READSYNC__BLOCK__KIND__IMAGE ||
	    last->kind == READSYNC__BLOCK__KIND__EMBED);
}

/* Tell whether the block before is a figure that has no ${kind} yet. */
static bool
follows_figure(const struct converter *converter, Readsync__Block__Kind kind)
{
	const struct block_list *blocks = converter->blocks;
	size_t i = blocks->count;

	while (i-- > 0 && blocks->list[i]->depth > converter->depth)
		if (blocks->list[i]->kind == kind)
			return false;
	return i < blocks->count && blocks->list[i]->kind == READSYNC__BLOCK__KIND__FIGURE &&
	    blocks->list[i]->depth == converter->depth;
}

int
figure_caption(struct converter *converter, const struct measure *measure)
{
	Readsync__Block__Kind kind = (measure->hints & HINT_CAPTION) != 0 ||
	    dom_is(measure->node, "figcaption") ? READSYNC__BLOCK__KIND__CAPTION :
	    READSYNC__BLOCK__KIND__CREDIT;
	int err;

	if (measure->has_media)
		return figure_walk(converter, measure);
	if (converter->in_figure)
		return converter_walk_as(converter, measure->node, kind, 0);
	if ((err = converter_flush(converter)) != 0)
		return err;
	if (follows_image(converter))
		return caption_image(converter, measure, kind);
	return follows_figure(converter, kind) ? walk_into_figure(converter, measure, kind) :
	    explain_part(measure->node, "a caption of nothing", converter->explanation);
}

bool
figure_is_caption(const struct converter *converter, const struct measure *measure)
{

	if (dom_is(measure->node, "figcaption"))
		return true;
	if (dom_is(measure->node, "figure") || measure->weight > CAPTION_WEIGHT)
		return false;
	if ((measure->hints & HINT_CAPTION) != 0)
		return measure->blocks < 4;
	return (measure->hints & HINT_CREDIT) != 0 && (converter->in_figure ||
	    measure->weight < CAPTION_WEIGHT / 4);
}
