#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/code.h"
#include "daemon/page/convert.h"
#include "daemon/page/converter.h"
#include "daemon/page/figure.h"
#include "daemon/page/formula.h"
#include "daemon/page/hint.h"
#include "daemon/page/mathml.h"
#include "daemon/page/media.h"
#include "daemon/page/note.h"
#include "daemon/page/player.h"
#include "daemon/page/table.h"
#include "daemon/page/url.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

enum {
	SPAN_MAX = 1000,	/* columns or rows that one cell may span */
	NOTE_WEIGHT = 3000,	/* a longer text is no footnote */
	NOTES_LOOK = 8,		/* items of a list that may be some; the first need not be one */
	MATH_BYTES = 16384,	/* of a formula */
	SIGN_BYTES = 32		/* of what an image of one sign stands for; some emoji are long */
};

typedef int handler(struct converter *converter, const struct measure *measure);

static int walk(struct converter *converter, const xmlNode *parent);
static int add_tex(struct converter *converter, const char *tex, bool display);
static int visit(struct converter *converter, const struct measure *measure);

static int
walk_container(struct converter *converter, const xmlNode *node, Readsync__Block__Kind kind)
{
	Readsync__Block *block;
	size_t place;
	int err;

	if ((err = converter_open(converter, kind, &place, &block)) != 0)
		return err;
	if ((err = converter_walk_as(converter, node, READSYNC__BLOCK__KIND__PARAGRAPH, 0)) != 0)
		return err;
	return converter_close(converter, place);
}

/* ------------------------------------------------------- inline elements */

/* A link from a footnote back to its place, or from a heading to itself: it says nothing. */
static bool
is_way_back(const struct converter *converter, const xmlNode *node)
{
	const char *name;

	return note_way_back(node, &name) &&
	    (name == NULL || converter_is_note(converter, name));
}

static int
open_link(struct converter *converter, const xmlNode *node)
{
	const char *href = dom_attribute(node, "href");
	char *url;
	int err;

	if (href == NULL)
		return run_open(&converter->run, READSYNC__MARK__KIND__NONE, NULL);
	if (note_refers(node)) {
		converter_note(converter, href + 1);
		return run_open(&converter->run, READSYNC__MARK__KIND__NOTE, href);
	}
	if (href[0] == '#')
		return run_open(&converter->run, READSYNC__MARK__KIND__NONE, NULL);
	err = url_resolve(converter->base, href, &url);
	if (err != 0)
		return err == RS_EINVAL ? run_open(&converter->run, READSYNC__MARK__KIND__NONE,
		    NULL) : err;
	err = run_open(&converter->run, READSYNC__MARK__KIND__LINK, url);
	free(url);
	return err;
}

static Readsync__Mark__Kind
mark_of(const xmlNode *node)
{
	static const struct { const char *name; Readsync__Mark__Kind kind; } marks[] = {
		{ "b", READSYNC__MARK__KIND__STRONG }, { "strong", READSYNC__MARK__KIND__STRONG },
		{ "i", READSYNC__MARK__KIND__EMPHASIS }, { "em", READSYNC__MARK__KIND__EMPHASIS },
		{ "cite", READSYNC__MARK__KIND__EMPHASIS },
		{ "dfn", READSYNC__MARK__KIND__EMPHASIS },
		{ "var", READSYNC__MARK__KIND__EMPHASIS }, { "code", READSYNC__MARK__KIND__CODE },
		{ "kbd", READSYNC__MARK__KIND__CODE }, { "samp", READSYNC__MARK__KIND__CODE },
		{ "tt", READSYNC__MARK__KIND__CODE }, { "sub", READSYNC__MARK__KIND__SUBSCRIPT },
		{ "sup", READSYNC__MARK__KIND__SUPERSCRIPT },
		{ "del", READSYNC__MARK__KIND__STRIKE },
		{ "s", READSYNC__MARK__KIND__STRIKE }, { "strike", READSYNC__MARK__KIND__STRIKE },
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (dom_is(node, marks[i].name))
			return marks[i].kind;
	return READSYNC__MARK__KIND__NONE;
}

static bool
is_drop_cap(const struct measure *measure)
{

	return (measure->hints & HINT_DROPCAP) != 0 && measure->weight > 0 && measure->weight <= 2;
}

/* Tell whether ${node}, a drop cap, is a word by itself, which white space follows. */
static bool
is_word_alone(const struct converter *converter, const xmlNode *node)
{
	/* In the languages of Western Europe, and in Russian. */
	static const char *const words[] = { "A", "E", "I", "O", "Y", "\xc3\x80", "\xd0\x90",
		"\xd0\x92", "\xd0\x98", "\xd0\x9a", "\xd0\x9e", "\xd0\xa1", "\xd0\xa3",
		"\xd0\xaf" };
	const struct buffer *text = &converter->run.text;
	size_t i, len;

	if (node->next == NULL || node->next->type != XML_TEXT_NODE ||
	    node->next->content == NULL || !isspace(node->next->content[0]))
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if (text->len >= len && memcmp(text->data + text->len - len, words[i], len) == 0)
			return true;
	}
	return false;
}

/* What stands before and after what ${node} says, or NULL. */
static const char *
sign_before(const xmlNode *node)
{

	if (dom_is(node, "q"))
		return "\xe2\x80\x9c";
	/* It stands in the sentence, and is set beside it. */
	if (dom_is(node, "span") && (dom_has_token(dom_attribute(node, "class"), "sidenote") ||
	    dom_has_token(dom_attribute(node, "class"), "marginnote")))
		return " (";
	/* How a word is read: most pages part it from the word for readers without <ruby>. */
	return dom_is(node, "rt") && !dom_is(xmlPreviousElementSibling((xmlNode *)node), "rp") ?
	    "(" : NULL;
}

/* An element that means nothing but, perhaps, a mark. */
static int
walk_inline(struct converter *converter, const struct measure *measure)
{
	const xmlNode *node = measure->node;
	const char *before = sign_before(node);
	int err;

	if (dom_is(node, "a") && is_way_back(converter, node))
		return 0;
	if (dom_is(node, "a"))
		err = open_link(converter, node);
	else
		err = run_open(&converter->run, mark_of(node), NULL);
	if (err != 0)
		return err;
	if (before != NULL)
		err = run_text(&converter->run, before);
	if (err == 0)
		err = walk(converter, node);
	if (err == 0 && before != NULL)
		err = run_text(&converter->run, strchr(before, '(') != NULL ? ")" : "\xe2\x80\x9d");
	run_close(&converter->run);
	if (is_drop_cap(measure))
		converter->run.glue = !is_word_alone(converter, node);
	return err;
}

static int
handle_break(struct converter *converter, const struct measure *measure)
{

	(void)measure;
	/* Two breaks in a row are how old pages part their paragraphs. */
	if (run_ends_in_break(&converter->run))
		return converter_flush(converter);
	return run_break(&converter->run);
}

/* ---------------------------------------------------------------- blocks */

static int
handle_heading(struct converter *converter, const struct measure *measure)
{

	return converter_walk_as(converter, measure->node, READSYNC__BLOCK__KIND__HEADING,
	    (uint32_t)(measure->node->name[1] - '0'));
}

/* The level that a block says it is a heading of, by its role (ARIA); 0 when it is none. */
static uint32_t
level_of_role(const xmlNode *node)
{
	const char *role = dom_attribute(node, "role"), *level;
	long value;

	if (role == NULL || !dom_has_token(role, "heading"))
		return 0;
	level = dom_attribute(node, "aria-level");
	value = level == NULL ? 2 : strtol(level, NULL, 10);
	return value < 1 ? 2 : value > 6 ? 6 : (uint32_t)value;
}

static int
handle_quote(struct converter *converter, const struct measure *measure)
{

	return walk_container(converter, measure->node, READSYNC__BLOCK__KIND__QUOTE);
}

static int
handle_rule(struct converter *converter, const struct measure *measure)
{
	int err;

	(void)measure;
	if ((err = converter_flush(converter)) != 0)
		return err;
	return block_list_add(converter->blocks, READSYNC__BLOCK__KIND__RULE, converter->depth,
	    NULL);
}

/* Tell whether an element that is in no list is a footnote that the text refers to. */
static bool
is_note(const struct converter *converter, const struct measure *measure)
{
	const xmlNode *node = measure->node;

	if (converter->note_count == 0 || converter->in_figure || measure->weight > NOTE_WEIGHT)
		return false;
	return (dom_is(node, "p") || dom_is(node, "div") || dom_is(node, "aside")) &&
	    converter_is_note(converter, note_name(node));
}

static int
walk_note(struct converter *converter, const xmlNode *node)
{
	Readsync__Block *block;
	size_t place;
	int err;

	err = converter_open(converter, READSYNC__BLOCK__KIND__FOOTNOTE, &place, &block);
	if (err == 0 && block != NULL)
		err = block_set(&block->name, note_name(node));
	if (err == 0)
		err = converter_walk_as(converter, node, READSYNC__BLOCK__KIND__PARAGRAPH, 0);
	return err != 0 ? err : converter_close(converter, place);
}

/* Tell whether the items of a list are the footnotes that the text refers to. */
static bool
holds_notes(const struct converter *converter, const xmlNode *list)
{
	const xmlNode *node;
	unsigned items = 0;

	for (node = list->children; node != NULL && items < NOTES_LOOK; node = node->next) {
		if (!dom_is(node, "li"))
			continue;
		if (converter_is_note(converter, dom_attribute(node, "id")))
			return true;
		items++;
	}
	return false;
}

/* One child of the list whose block stands at ${list}. */
static int
walk_list_child(struct converter *converter, const struct measure *child, size_t list)
{
	int err;

	/* A list straight inside a list belongs to the item before it. */
	if ((dom_is(child->node, "ul") || dom_is(child->node, "ol")) && list != SIZE_MAX &&
	    converter->blocks->count > list + 1) {
		converter->depth++;
		err = visit(converter, child);
		converter->depth--;
		return err;
	}
	/* Too deep for a list: what stands in it is text. */
	if (list == SIZE_MAX)
		return converter_walk_as(converter, child->node, READSYNC__BLOCK__KIND__PARAGRAPH,
		    0);
	return walk_container(converter, child->node, READSYNC__BLOCK__KIND__ITEM);
}

/* The number of the first item; 0 when it is not said, or nothing that we count to. */
static uint32_t
start_of(const xmlNode *list)
{
	const char *text = dom_attribute(list, "start");
	const xmlNode *item = xmlFirstElementChild((xmlNode *)list);
	long start;

	if (text == NULL && item != NULL)
		text = dom_attribute(item, "value");
	start = text == NULL ? 0 : strtol(text, NULL, 10);

	return start > 0 && start <= INT32_MAX ? (uint32_t)start : 0;
}

static int
handle_list(struct converter *converter, const struct measure *measure)
{
	bool notes = holds_notes(converter, measure->node);
	const struct measure *child;
	Readsync__Block *block = NULL;
	const xmlNode *node;
	size_t place = SIZE_MAX;
	int err = 0;

	if (!notes)
		err = converter_open(converter, READSYNC__BLOCK__KIND__LIST, &place, &block);
	if (block != NULL) {
		block->ordered = dom_is(measure->node, "ol");
		block->start = block->ordered ? start_of(measure->node) : 0;
	}
	for (node = measure->node->children; node != NULL && err == 0; node = node->next) {
		child = measure_of(node);
		if (child == NULL || child->gone)
			continue;
		if (!notes)
			err = walk_list_child(converter, child, place);
		else if (converter_is_note(converter, dom_attribute(node, "id")))
			err = walk_note(converter, node);
		else
			err = visit(converter, child);
	}
	return err != 0 ? err : converter_close(converter, place);
}

static int
handle_term(struct converter *converter, const struct measure *measure)
{

	return converter_walk_as(converter, measure->node, READSYNC__BLOCK__KIND__TERM, 0);
}

static int
handle_description(struct converter *converter, const struct measure *measure)
{

	return walk_container(converter, measure->node, READSYNC__BLOCK__KIND__DESCRIPTION);
}

static int
handle_code(struct converter *converter, const struct measure *measure)
{
	char language[CODE_LANGUAGE_MAX];
	Readsync__Block *block;
	struct buffer text;
	int err;

	if ((err = converter_flush(converter)) != 0)
		return err;
	buffer_init(&text, ARTICLE_TEXT_MAX);
	if ((err = code_append(measure->node, &text)) != 0 || text.len == 0)
		goto out;
	err = block_list_add(converter->blocks, READSYNC__BLOCK__KIND__PREFORMATTED,
	    converter->depth, &block);
	if (err != 0)
		goto out;
	if ((err = block_set_text(converter->blocks, block, buffer_bytes(&text))) != 0)
		goto out;
	code_language(measure->node, language);
	err = block_set(&block->language, language);
out:
	buffer_release(&text);
	return err;
}

/* -------------------------------------------------------- images, players */

/* A letter or a sign of the text, as an image: what it stands for, or NULL. */
static const char *
sign_of_image(const struct measure *measure)
{
	const char *text = dom_attribute(measure->node, "alt");

	return (measure->hints & (HINT_DROPCAP | HINT_SIGN)) != 0 && text != NULL &&
	    text[0] != '\0' && strlen(text) <= SIGN_BYTES ? text : NULL;
}

static int
handle_image(struct converter *converter, const struct measure *measure)
{
	const char *tex = formula_of_image(measure), *sign = sign_of_image(measure);
	int err;

	if (tex != NULL)
		return add_tex(converter, tex, false);
	if (sign != NULL) {
		err = run_text(&converter->run, sign);
		converter->run.glue = (measure->hints & HINT_DROPCAP) != 0 &&
		    !is_word_alone(converter, measure->node);
		return err;
	}
	converter_queue_image(converter, measure->node);
	return 0;
}

static int
handle_embed(struct converter *converter, const struct measure *measure)
{

	return converter_add_embed(converter, measure->node);
}

/* What a program of the page would fill; a text that stands in it until then is one. */
static int
handle_player(struct converter *converter, const struct measure *measure)
{
	int err = 0;

	if (measure->running > 0 &&
	    ((err = converter_flush(converter)) != 0 ||
	    (err = walk(converter, measure->node)) != 0))
		return err;
	return converter_add_embed(converter, measure->node);
}

/* The copy for readers without scripts of what a script would load. */
static int
visit_noscript(struct converter *converter, xmlNode *noscript)
{
	xmlNode *node;

	for (node = noscript; node != NULL; node = dom_next(node, noscript)) {
		if (dom_is(node, "iframe"))
			return dom_concealed(node) ? 0 : converter_add_embed(converter, node);
		if (!dom_is(node, "img"))
			continue;
		converter_queue_image(converter, node);
		break;
	}
	return 0;
}

/* ---------------------------------------------------------------- tables */

static uint32_t
span_of(const xmlNode *cell, const char *name)
{
	const char *text = dom_attribute(cell, name);
	long span = text == NULL ? 1 : strtol(text, NULL, 10);

	return span < 1 ? 1 : span > SPAN_MAX ? SPAN_MAX : (uint32_t)span;
}

static int
walk_cell(struct converter *converter, const xmlNode *cell)
{
	Readsync__Block *block;
	size_t place;
	int err;

	err = converter_open(converter, READSYNC__BLOCK__KIND__CELL, &place, &block);
	if (err != 0)
		return err;
	if (block != NULL) {
		block->header = dom_is(cell, "th");
		block->column_span = span_of(cell, "colspan");
		block->row_span = span_of(cell, "rowspan");
	}
	if ((err = converter_walk_as(converter, cell, READSYNC__BLOCK__KIND__PARAGRAPH, 0)) != 0)
		return err;
	return converter_close(converter, place);
}

static int
walk_row(struct converter *converter, const struct measure *row)
{
	const struct measure *cell;
	Readsync__Block *block;
	const xmlNode *node;
	size_t place;
	int err;

	if (row->weight == 0 && !row->has_media)
		return 0;
	err = converter_open(converter, READSYNC__BLOCK__KIND__ROW, &place, &block);
	for (node = row->node->children; node != NULL && err == 0; node = node->next) {
		cell = measure_of(node);
		if (cell != NULL && !cell->gone && (dom_is(node, "td") || dom_is(node, "th")))
			err = walk_cell(converter, node);
	}
	return err != 0 ? err : converter_close(converter, place);
}

/* A table's caption: beside its rows a table holds text only, whatever is in there. */
static int
walk_table_caption(struct converter *converter, const xmlNode *node)
{
	struct block_list *blocks = converter->blocks;
	size_t i = blocks->count;
	int err = converter_walk_as(converter, node, READSYNC__BLOCK__KIND__PARAGRAPH, 0);

	while (err == 0 && i < blocks->count) {
		Readsync__Block *block = blocks->list[i];

		if (block->text[0] == '\0' || block->source[0] != '\0') {
			block_list_cut(blocks, i, i + 1);
			continue;
		}
		block->kind = READSYNC__BLOCK__KIND__CAPTION;
		block->depth = converter->depth;
		block->level = 0;
		i++;
	}
	return err;
}

static int
walk_rows(struct converter *converter, const struct measure *table)
{
	struct table_groups groups = table_groups_of(table);
	const struct measure *row;
	enum table_part part;
	int err = 0;

	for (part = TABLE_HEAD; part <= TABLE_FOOT; part++) {
		row = NULL;
		while (err == 0 && (row = table_row_next(table, row)) != NULL)
			if (table_part_of(&groups, row) == part)
				err = walk_row(converter, row);
	}
	return err;
}

static int
handle_table(struct converter *converter, const struct measure *measure)
{
	const struct measure *child;
	Readsync__Block *block;
	const xmlNode *node;
	size_t place;
	int err;

	if (!table_is_data(measure))
		return converter_walk_as(converter, measure->node, converter->kind,
		    converter->level);
	err = converter_open(converter, READSYNC__BLOCK__KIND__TABLE, &place, &block);
	if (err == 0 && place == SIZE_MAX)
		return walk(converter, measure->node);
	for (node = measure->node->children; node != NULL && err == 0; node = node->next) {
		child = measure_of(node);
		if (child != NULL && !child->gone && dom_is(node, "caption"))
			err = walk_table_caption(converter, node);
	}
	if (err == 0)
		err = walk_rows(converter, measure);
	return err != 0 ? err : converter_close(converter, place);
}

/* ------------------------------------------------------------------ math */

static int
add_tex(struct converter *converter, const char *tex, bool display)
{
	Readsync__Block__Kind kind = converter->kind;
	int err;

	if (!display) {
		err = run_open(&converter->run, READSYNC__MARK__KIND__MATH, NULL);
		if (err == 0)
			err = run_text(&converter->run, tex);
		run_close(&converter->run);
		return err;
	}
	if ((err = converter_flush(converter)) != 0)
		return err;
	converter->kind = READSYNC__BLOCK__KIND__MATH;
	if ((err = run_text(&converter->run, tex)) == 0)
		err = converter_flush(converter);
	converter->kind = kind;
	return err;
}

static int
handle_math(struct converter *converter, const struct measure *measure)
{
	const char *display = dom_attribute(measure->node, "display");
	const char *tex = formula_of_math(measure->node);
	bool block = display != NULL && strcmp(display, "block") == 0;
	struct buffer text;
	int err;

	if (tex != NULL)
		return add_tex(converter, tex, block);
	buffer_init(&text, MATH_BYTES);
	err = mathml_append(measure->node, &text);
	if (block && (err == 0 || err == RS_ELIMIT))
		err = converter_flush(converter);
	/* What is longer is cut. */
	if (err == 0 || err == RS_ELIMIT)
		err = run_text(&converter->run, buffer_text(&text));
	buffer_release(&text);
	return err != 0 || !block ? err : converter_flush(converter);
}

/* TeX that a script of the page would set. */
static int
visit_script(struct converter *converter, const xmlNode *script)
{
	bool display;
	const char *tex = formula_of_script(script, &display);

	return tex == NULL ? 0 : add_tex(converter, tex, display);
}

/* -------------------------------------------------------------- the walk */

/* In strcmp order. */
static const struct element {
	const char *name;
	handler *handle;
} elements[] = {
	{ "amp-anim", handle_image },
	{ "amp-audio", handle_embed },
	{ "amp-iframe", handle_embed },
	{ "amp-img", handle_image },
	{ "amp-video", handle_embed },
	{ "audio", handle_embed },
	{ "blockquote", handle_quote },
	{ "br", handle_break },
	{ "dd", handle_description },
	{ "dt", handle_term },
	{ "embed", handle_embed },
	{ "figure", figure_walk },
	{ "h1", handle_heading },
	{ "h2", handle_heading },
	{ "h3", handle_heading },
	{ "h4", handle_heading },
	{ "h5", handle_heading },
	{ "h6", handle_heading },
	{ "hr", handle_rule },
	{ "iframe", handle_embed },
	{ "img", handle_image },
	{ "math", handle_math },
	{ "object", handle_embed },
	{ "ol", handle_list },
	{ "picture", handle_image },
	{ "pre", handle_code },
	{ "table", handle_table },
	{ "ul", handle_list },
	{ "video", handle_embed },
};

static int
compare_elements(const void *name, const void *element)
{

	return strcmp(name, ((const struct element *)element)->name);
}

static int
visit(struct converter *converter, const struct measure *measure)
{
	const struct element *element;
	xmlNode *node = measure->node;
	uint32_t level;
	int err;

	if (measure->gone) {
		if (dom_is(node, "noscript"))
			return visit_noscript(converter, node);
		return dom_is(node, "script") ? visit_script(converter, node) : 0;
	}
	if (formula_is_set(node))
		return 0;
	if (figure_is_caption(converter, measure))
		return figure_caption(converter, measure);
	if (is_note(converter, measure))
		return walk_note(converter, node);
	if (player_is(measure))
		return handle_player(converter, measure);
	element = bsearch((const char *)node->name, elements,
	    sizeof(elements) / sizeof(elements[0]), sizeof(elements[0]), compare_elements);
	if (element != NULL)
		return element->handle(converter, measure);
	if (!dom_breaks_line(node) || is_drop_cap(measure))
		return walk_inline(converter, measure);
	if ((level = level_of_role(node)) > 0)
		return converter_walk_as(converter, node, READSYNC__BLOCK__KIND__HEADING, level);
	if ((err = converter_flush(converter)) != 0)
		return err;
	if ((err = walk(converter, node)) != 0)
		return err;
	return converter_flush(converter);
}

static int
walk(struct converter *converter, const xmlNode *parent)
{
	const struct measure *measure;
	const xmlNode *node;
	int err = 0;

	for (node = parent->children; node != NULL && err == 0; node = node->next) {
		if (node->type == XML_TEXT_NODE && node->content != NULL)
			err = run_text(&converter->run, (const char *)node->content);
		else if ((measure = measure_of(node)) != NULL)
			err = visit(converter, measure);
	}
	return err;
}

int
convert(const struct candidate *candidate, const char *base, struct block_list *blocks,
    struct buffer *explanation)
{
	struct converter converter;
	size_t i;
	int err = 0;

	converter_init(&converter, walk, base, blocks, explanation);
	for (i = 0; i < candidate->count && err == 0; i++) {
		err = visit(&converter, candidate->roots[i]);
		converter.run.glue = false;
		if (err == 0)
			err = converter_flush(&converter);
	}
	converter_release(&converter);
	return err;
}
