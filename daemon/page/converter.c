#include <stdlib.h>
#include <string.h>

#include "daemon/page/converter.h"
#include "daemon/page/explain.h"
#include "daemon/page/media.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

void
converter_init(struct converter *converter, converter_walk *walk, const char *base,
    struct block_list *blocks, struct buffer *explanation)
{

	memset(converter, 0, sizeof(*converter));
	converter->blocks = blocks;
	converter->walk = walk;
	converter->base = base;
	converter->explanation = explanation;
	converter->kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	run_init(&converter->run);
}

void
converter_release(struct converter *converter)
{

	run_release(&converter->run);
}

/* Give ${block} the text of an attribute, cleaned as text of the page is. */
static int
set_plain_text(struct converter *converter, Readsync__Block *block, const char *text)
{
	struct run run;
	int err;

	if (text == NULL)
		return 0;
	run_init(&run);
	if ((err = run_text(&run, text)) == 0 && !run_is_empty(&run))
		err = run_take(&run, converter->blocks, block);
	run_release(&run);
	return err;
}

/* Add a block for ${media}, which is released. */
static int
add_media(struct converter *converter, Readsync__Block__Kind kind, struct media *media)
{
	Readsync__Block *block;
	int err;

	err = block_list_add(converter->blocks, kind, converter->depth, &block);
	if (err == 0) {
		block->source = media->source;
		media->source = NULL;
		block->width = media->width;
		block->height = media->height;
		err = set_plain_text(converter, block, media->text);
	}
	media_release(media);
	return err;
}

/* Tell whether the last block shows ${source} already, as the copy of what loads late does. */
static bool
is_shown(const struct block_list *blocks, Readsync__Block__Kind kind, const char *source)
{
	const Readsync__Block *last;

	if (blocks->count == 0)
		return false;
	last = blocks->list[blocks->count - 1];
	return last->kind == kind && strcmp(last->source, source) == 0;
}

static int
add_image(struct converter *converter, const xmlNode *node)
{
	struct media media;
	int err;

	if ((err = media_image(node, converter->base, &media)) != 0)
		return err != RS_ENOTFOUND ? err : explain_part(node,
		    "no image, or one that only counts readers", converter->explanation);
	if (is_shown(converter->blocks, READSYNC__BLOCK__KIND__IMAGE, media.source)) {
		media_release(&media);
		return 0;
	}
	return add_media(converter, READSYNC__BLOCK__KIND__IMAGE, &media);
}

/* What the run becomes: a caption in a list or quote inside a figure is a paragraph. */
static Readsync__Block__Kind
kind_of_run(const struct converter *converter)
{
	bool caption = converter->kind == READSYNC__BLOCK__KIND__CAPTION ||
	    converter->kind == READSYNC__BLOCK__KIND__CREDIT;

	return caption && converter->depth != converter->caption_depth ?
	    READSYNC__BLOCK__KIND__PARAGRAPH : converter->kind;
}

int
converter_flush(struct converter *converter)
{
	Readsync__Block *block;
	size_t i, queued = converter->queued;
	int err;

	/* A drop cap in a block of its own waits for the rest of its word. */
	if (converter->run.glue)
		return 0;
	if (!run_is_empty(&converter->run)) {
		err = block_list_add(converter->blocks, kind_of_run(converter),
		    converter->depth, &block);
		if (err == 0)
			err = run_take(&converter->run, converter->blocks, block);
		if (err != 0)
			return err;
		block->level = converter->level;
	}
	converter->run.space = false;
	converter->queued = 0;
	for (i = 0; i < queued; i++)
		if ((err = add_image(converter, converter->queue[i])) != 0)
			return err;
	return 0;
}

int
converter_walk_as(struct converter *converter, const xmlNode *node, Readsync__Block__Kind kind,
    uint32_t level)
{
	Readsync__Block__Kind kind_before = converter->kind;
	uint32_t level_before = converter->level;
	int err;

	if ((err = converter_flush(converter)) != 0)
		return err;
	converter->kind = kind;
	converter->level = level;
	if ((err = converter->walk(converter, node)) == 0)
		err = converter_flush(converter);
	converter->kind = kind_before;
	converter->level = level_before;
	return err;
}

/* How many levels a container of ${kind} and what it must hold take. */
static uint32_t
levels_of(Readsync__Block__Kind kind)
{

	if (kind == READSYNC__BLOCK__KIND__TABLE)
		return 4;
	if (kind == READSYNC__BLOCK__KIND__ROW || kind == READSYNC__BLOCK__KIND__LIST)
		return 3;
	return 2;
}

int
converter_open(struct converter *converter, Readsync__Block__Kind kind, size_t *ret_place,
    Readsync__Block **ret_block)
{
	int err;

	*ret_place = SIZE_MAX;
	*ret_block = NULL;
	if ((err = converter_flush(converter)) != 0)
		return err;
	if (converter->depth + levels_of(kind) > ARTICLE_DEPTH_MAX + 1)
		return 0;
	err = block_list_add(converter->blocks, kind, converter->depth, ret_block);
	if (err != 0)
		return err;
	*ret_place = converter->blocks->count - 1;
	converter->depth++;
	return 0;
}

int
converter_close(struct converter *converter, size_t place)
{
	struct block_list *blocks = converter->blocks;
	int err;

	if ((err = converter_flush(converter)) != 0 || place == SIZE_MAX)
		return err;
	converter->depth--;
	if (place + 1 == blocks->count &&
	    blocks->list[place]->kind != READSYNC__BLOCK__KIND__CELL)
		block_list_cut(blocks, place, place + 1);
	return 0;
}

void
converter_queue_image(struct converter *converter, const xmlNode *node)
{

	if (converter->queued < CONVERTER_QUEUE)
		converter->queue[converter->queued++] = node;
}

int
converter_add_embed(struct converter *converter, const xmlNode *node)
{
	struct media media;
	int err;

	if ((err = converter_flush(converter)) != 0)
		return err;
	if ((err = media_embed(node, converter->base, &media)) != 0)
		return err != RS_ENOTFOUND ? err :
		    explain_part(node, "plays nothing", converter->explanation);
	if (is_shown(converter->blocks, READSYNC__BLOCK__KIND__EMBED, media.source)) {
		media_release(&media);
		return 0;
	}
	return add_media(converter, READSYNC__BLOCK__KIND__EMBED, &media);
}

void
converter_note(struct converter *converter, const char *id)
{

	if (converter->note_count < CONVERTER_NOTES)
		converter->notes[converter->note_count++] = id;
}

bool
converter_is_note(const struct converter *converter, const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < converter->note_count; i++)
		if (strcmp(id, converter->notes[i]) == 0)
			return true;
	return false;
}
