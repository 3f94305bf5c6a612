#include <stdlib.h>
#include <string.h>

#include "daemon/page/hint.h"
#include "daemon/page/measure.h"
#include "proto/base/err.h"

/* Elements that are shown, but whose content is not text of the page. */
static bool
is_media(const xmlNode *node)
{
	static const char *const names[] = { "img", "picture", "iframe", "video", "audio",
		"object", "embed", "amp-anim", "amp-img", "amp-iframe", "amp-video", "amp-audio" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (dom_is(node, names[i]))
			return true;
	return false;
}

/* What a figure may show instead of an image. */
static bool
is_piece(const xmlNode *node)
{

	return dom_is(node, "table") || dom_is(node, "pre") || dom_is(node, "blockquote") ||
	    dom_is(node, "ul") || dom_is(node, "ol");
}

/*
 * The weight of the letter whose UTF-8 starts at ${text}: 3 for the scripts
 * of U+2E80 to U+D7FF and beyond U+20000 that write words in one or two signs.
 */
static uint32_t
letter_weight(const unsigned char *text)
{

	if (text[0] < 0x80)
		return text[0] > ' ';
	if ((text[0] & 0xc0) == 0x80)
		return 0;
	if (text[0] == 0xc2 && text[1] == 0xa0)
		return 0;
	if ((text[0] == 0xe2 && text[1] >= 0xba) || (text[0] >= 0xe3 && text[0] <= 0xed) ||
	    (text[0] == 0xf0 && text[1] >= 0xa0))
		return 3;
	return 1;
}

uint32_t
measure_text(const char *text)
{
	const unsigned char *at;
	uint32_t weight = 0;

	for (at = (const unsigned char *)text; *at != '\0'; at++)
		weight += letter_weight(at);
	return weight;
}

static void
note(struct measure *measure, xmlNode *node, struct memo *memo)
{
	xmlNode *child;
	struct measure *parent = node->parent == NULL ? NULL : node->parent->_private;

	measure->node = node;
	measure->is_media = is_media(node);
	measure->is_piece = is_piece(node);
	measure->parent = parent;
	measure->block = parent == NULL || dom_breaks_line(node) ? measure : parent->block;
	measure->hints = hint_of(node, memo);
	measure->in_link = (parent != NULL && parent->in_link) ||
	    (dom_is(node, "a") && dom_attribute(node, "href") != NULL);
	if (measure->is_media ? dom_concealed(node) : dom_hidden(node))
		measure->drop = MEASURE_HIDDEN;
	if (parent != NULL && parent->is_media)
		measure->drop = MEASURE_HIDDEN;
	if (measure->is_media)
		return;
	for (child = node->children; child != NULL; child = child->next)
		if (child->type == XML_TEXT_NODE && child->content != NULL)
			measure->text += measure_text((const char *)child->content);
}

int
measures_init(struct measures *measures, xmlNode *root)
{
	struct memo memo = { 0 };
	xmlNode *node;
	size_t count = 0, i;

	for (node = root; node != NULL; node = dom_next(node, root))
		count += node->type == XML_ELEMENT_NODE;
	measures->list = calloc(count + 1, sizeof(*measures->list));
	if (measures->list == NULL)
		return RS_ENOMEM;
	measures->count = count;
	i = 0;
	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		note(&measures->list[i], node, &memo);
		measures->list[i].end = &measures->list[i + 1];
		node->_private = &measures->list[i++];
	}
	while (i-- > 1)
		if (measures->list[i].parent->end < measures->list[i].end)
			measures->list[i].parent->end = measures->list[i].end;
	measures_sum(measures);
	return 0;
}

void
measures_release(struct measures *measures)
{
	size_t i;

	for (i = 0; i < measures->count; i++)
		measures->list[i].node->_private = NULL;
	free(measures->list);
	measures->list = NULL;
	measures->count = 0;
}

/* What an element brings itself, before anything is added from below. */
static void
sum_own(struct measure *measure)
{

	measure->weight = measure->link_weight = measure->running = 0;
	measure->own = measure->own_link = measure->links = measure->blocks = 0;
	measure->has_block = measure->has_media = measure->has_piece = false;
	measure->hints_below = 0;
	measure->gone = measure->drop != MEASURE_KEPT ||
	    (measure->parent != NULL && measure->parent->gone);
	if (measure->gone)
		return;
	measure->weight = measure->text;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): every element has been given one */
	measure->block->own += measure->text;
	if (measure->in_link) {
		measure->link_weight = measure->text;
		measure->block->own_link += measure->text;
	}
	measure->links = dom_is(measure->node, "a") && measure->in_link;
	measure->has_media = measure->is_media;
}

static void
sum_into_parent(struct measure *measure)
{
	struct measure *parent = measure->parent;

	if (measure->gone)
		return;
	if (measure->own >= MEASURE_SENTENCE && measure->own_link < measure->own / 2) {
		measure->running += measure->own - measure->own_link;
		measure->blocks++;
	}
	if (parent == NULL)
		return;
	parent->weight += measure->weight;
	parent->link_weight += measure->link_weight;
	parent->running += measure->running;
	parent->links += measure->links;
	parent->blocks += measure->blocks;
	parent->hints_below |= measure->hints | measure->hints_below;
	parent->has_media = parent->has_media || measure->has_media;
	parent->has_piece = parent->has_piece || measure->has_piece || measure->is_piece;
	parent->has_block = parent->has_block || measure->has_block || measure->block == measure;
}

void
measures_sum(struct measures *measures)
{
	size_t i;

	for (i = 0; i < measures->count; i++)
		sum_own(&measures->list[i]);
	while (i-- > 0)
		sum_into_parent(&measures->list[i]);
}

struct measure *
measure_of(const xmlNode *node)
{

	return node != NULL && node->type == XML_ELEMENT_NODE ? node->_private : NULL;
}
