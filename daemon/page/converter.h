/*
 * What the walk from tree to blocks (convert.h) has in hand: the run that
 * gathers inline text, what it will become, and how deep it stands.
 */
#ifndef DAEMON_PAGE_CONVERTER_H
#define DAEMON_PAGE_CONVERTER_H

#include "daemon/page/block.h"
#include "daemon/page/measure.h"
#include "daemon/page/run.h"

enum {
	CONVERTER_QUEUE = 32,	/* images that wait for the end of one run */
	CONVERTER_NOTES = 512	/* footnotes that are referred to */
};

struct converter;

/* Walks what is below ${parent}.  RS_ELIMIT, RS_ENOMEM. */
typedef int converter_walk(struct converter *converter, const xmlNode *parent);

struct converter {
	struct block_list *blocks;
	converter_walk *walk;
	const char *base;		/* what links are relative to */
	struct buffer *explanation;	/* takes what becomes no block, or NULL */
	struct run run;
	uint32_t depth;			/* of the next block */
	Readsync__Block__Kind kind;	/* of what the run becomes */
	uint32_t level;			/* when that is a heading */
	bool in_figure;
	uint32_t caption_depth;		/* where captions stand: in the figure itself */
	const xmlNode *queue[CONVERTER_QUEUE];	/* images that stood in the run */
	size_t queued;
	const char *notes[CONVERTER_NOTES];	/* ids, borrowed from the tree */
	size_t note_count;
};

/**
 * converter_init(converter, walk, base, blocks, explanation), converter_release(converter):
 * Start with an empty run of paragraph text; free what is held.  The blocks
 * go to ${blocks}, which outlives the converter, as ${explanation} does.
 */
void converter_init(struct converter *converter, converter_walk *walk, const char *base,
    struct block_list *blocks, struct buffer *explanation);
/** Free what it holds, but not itself. */
void converter_release(struct converter *converter);

/**
 * converter_flush(converter):
 * End the run: it becomes a block, and the images that stood in it follow.  All
 * functions here fail with RS_ELIMIT or RS_ENOMEM.
 */
int converter_flush(struct converter *converter);

/**
 * converter_walk_as(converter, node, kind, level):
 * Walk what is below ${node}, with the run becoming blocks of ${kind}; of ${level}, when they
 * are headings.
 */
int converter_walk_as(struct converter *converter, const xmlNode *node,
    Readsync__Block__Kind kind, uint32_t level);

/**
 * converter_open(converter, kind, ret_place, ret_block):
 * End the run and open a container of ${kind}.  Where it and what it must hold
 * would be too deep, nothing is opened: ${ret_place} is then SIZE_MAX and
 * ${ret_block} NULL.
 */
int converter_open(struct converter *converter, Readsync__Block__Kind kind, size_t *ret_place,
    Readsync__Block **ret_block);

/**
 * converter_close(converter, place):
 * End the run and the container at ${place}; one that stayed empty vanishes,
 * unless it is a cell, which keeps its column.
 */
int converter_close(struct converter *converter, size_t place);

/**
 * converter_queue_image(converter, node):
 * Let the image ${node} follow the run.
 */
void converter_queue_image(struct converter *converter, const xmlNode *node);

/**
 * converter_add_embed(converter, node):
 * End the run and add the player ${node}, if it plays anything.
 */
int converter_add_embed(struct converter *converter, const xmlNode *node);

/**
 * converter_note(converter, id), converter_is_note(converter, id):
 * Remember that a footnote called ${id} is referred to; tell whether one is.
 */
void converter_note(struct converter *converter, const char *id);
bool converter_is_note(const struct converter *converter, const char *id);

#endif
