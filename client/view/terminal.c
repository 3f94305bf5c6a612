#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/view/cells.h"
#include "client/view/figure.h"
#include "client/view/flow.h"
#include "client/view/terminal.h"
#include "proto/base/clock.h"
#include "proto/replica/image.h"

#define DEPTH_MAX 33
#define PREFIX_MAX 256
#define TABLE_COLUMNS_MAX 16
#define LINK_LOOK_BACK 200	/* further back, a link that comes again gets a number of its own */
#define NOTE_CELLS 16		/* of a footnote's name */

/* A container that is open around the block at hand. */
struct level {
	const Readsync__Block *block;
	unsigned items;			/* of a list, so far */
	bool marker_due;		/* of an item: its first line is still to come */
	unsigned number;		/* of an item in its list */
};

struct terminal {
	FILE *out;
	const Readsync__Article *article;
	const Readsync__Images *images;
	const struct annotation *annotation;
	const struct terminal_style *style;
	size_t index;			/* of the block at hand */
	struct flow flow;
	struct level levels[DEPTH_MAX];
	size_t depth;
	char first[PREFIX_MAX];
	char rest[PREFIX_MAX];
	const char **links;		/* borrowed from the article */
	size_t link_count;
	size_t link_room;
	bool begun;			/* something has been written */
};

/* ------------------------------------------------------------------ prefixes */

static void
add_prefix(char *prefix, const char *text)
{
	size_t len = strlen(prefix);

	snprintf(prefix + len, PREFIX_MAX - len, "%s", text);
}

/* How a footnote is referred to: unlike the numbers of links. */
static void
note_marker(const char *name, char *marker, size_t size)
{
	snprintf(marker, size, "[^%.*s] ", NOTE_CELLS, name);
}

/* What one open container puts before the first line, and before the others. */
static void
add_level(struct terminal *terminal, struct level *level)
{
	const struct level *list = level > terminal->levels ? level - 1 : NULL;
	char marker[24];

	switch ((int)level->block->kind) {
	case READSYNC__BLOCK__KIND__QUOTE:
		add_prefix(terminal->first, "│ ");
		add_prefix(terminal->rest, "│ ");
		break;
	case READSYNC__BLOCK__KIND__ITEM:
		if (list != NULL && list->block->ordered)
			snprintf(marker, sizeof(marker), "%3u. ", level->number);
		else
			snprintf(marker, sizeof(marker), "  • ");
		add_prefix(terminal->rest, list != NULL && list->block->ordered ? "     " : "    ");
		if (!level->marker_due)
			snprintf(marker, sizeof(marker), "%s",
			    list != NULL && list->block->ordered ? "     " : "    ");
		add_prefix(terminal->first, marker);
		level->marker_due = false;
		break;
	case READSYNC__BLOCK__KIND__FOOTNOTE:
		note_marker(level->block->name, marker, sizeof(marker));
		add_prefix(terminal->first, level->marker_due ? marker : "    ");
		add_prefix(terminal->rest, "    ");
		level->marker_due = false;
		break;
	case READSYNC__BLOCK__KIND__DESCRIPTION:
		add_prefix(terminal->first, "    ");
		add_prefix(terminal->rest, "    ");
		break;
	default:
		break;
	}
}

/* Items of a list stand together; everything else has an empty line before it. */
static bool
stands_close(const struct terminal *terminal)
{
	const struct level *last;

	if (terminal->depth == 0)
		return false;
	last = &terminal->levels[terminal->depth - 1];
	if (last->block->kind == READSYNC__BLOCK__KIND__DESCRIPTION)
		return true;
	return last->block->kind == READSYNC__BLOCK__KIND__ITEM && last->marker_due &&
	    (last->number > 1 || terminal->depth > 2);
}

static void
begin_block(struct terminal *terminal)
{
	size_t i;

	if (terminal->begun && !stands_close(terminal))
		fputc('\n', terminal->out);
	terminal->begun = true;
	terminal->first[0] = '\0';
	terminal->rest[0] = '\0';
	for (i = 0; i < terminal->depth; i++)
		add_level(terminal, &terminal->levels[i]);
	flow_begin(&terminal->flow, terminal->first, terminal->rest);
}

/* ------------------------------------------------------------------ flow text */

/* The number of the note for ${href}; 0 when there is no memory for one more. */
static unsigned
note_number(struct terminal *terminal, const char *href)
{
	const char **links;
	size_t i = 0, room;

	if (terminal->link_count > LINK_LOOK_BACK)
		i = terminal->link_count - LINK_LOOK_BACK;
	for (; i < terminal->link_count; i++) {
		if (strcmp(terminal->links[i], href) == 0)
			return (unsigned)i + 1;
	}
	if (terminal->link_count == terminal->link_room) {
		room = terminal->link_room == 0 ? 16 : 2 * terminal->link_room;
		links = realloc(terminal->links, room * sizeof(*links));
		if (links == NULL)
			return 0;
		terminal->links = links;
		terminal->link_room = room;
	}
	terminal->links[terminal->link_count++] = href;
	return (unsigned)terminal->link_count;
}

static void
put_note(struct terminal *terminal, const char *href)
{
	unsigned number = note_number(terminal, href);
	char text[16];

	snprintf(text, sizeof(text), "[%u]", number);
	if (number != 0)
		flow_text(&terminal->flow, text);
}

static unsigned
mark_style(const Readsync__Mark *mark)
{
	switch ((int)mark->kind) {
	case READSYNC__MARK__KIND__LINK: return FLOW_UNDERLINE;
	case READSYNC__MARK__KIND__STRONG: return FLOW_STRONG;
	case READSYNC__MARK__KIND__EMPHASIS: return FLOW_EMPHASIS;
	case READSYNC__MARK__KIND__CODE: return FLOW_CODE;
	case READSYNC__MARK__KIND__STRIKE: return FLOW_STRIKE;
	default: return 0;
	}
}

/* What is written where ${mark} ends: the number of a link, the name of a footnote. */
static void
end_mark(struct terminal *terminal, const Readsync__Mark *mark, unsigned base)
{
	char marker[NOTE_CELLS + 8];

	if (mark->kind != READSYNC__MARK__KIND__LINK && mark->kind != READSYNC__MARK__KIND__NOTE)
		return;
	flow_set_style(&terminal->flow, base);
	if (mark->kind == READSYNC__MARK__KIND__LINK) {
		put_note(terminal, mark->href);
		return;
	}
	note_marker(mark->href + 1, marker, sizeof(marker));
	marker[strlen(marker) - 1] = '\0';
	flow_text(&terminal->flow, marker);
}

/* The numbers of the reader's passages that end before byte ${at} of the block. */
static void
end_passages(struct terminal *terminal, size_t at, unsigned base)
{
	char number[ANNOTATION_NUMBER_SIZE];
	size_t passage = 0;

	while ((passage = annotation_ends(terminal->annotation, terminal->index, at,
	    passage)) > 0) {
		flow_set_style(&terminal->flow, base);
		annotation_number(passage, number);
		flow_text(&terminal->flow, number);
	}
}

/* One character under the innermost mark that is open there; returns its length. */
static size_t
put_character(struct terminal *terminal, const char *text, const Readsync__Mark *mark)
{
	struct cell cell;

	if (mark != NULL && mark->kind == READSYNC__MARK__KIND__BREAK && *text == '\n') {
		flow_break(&terminal->flow);
		return 1;
	}
	/* A reference's own sign means nothing here: its footnote's name stands for it. */
	if (mark != NULL && mark->kind == READSYNC__MARK__KIND__NOTE) {
		cells_take(text, &cell);
		return cell.len;
	}
	return flow_character(&terminal->flow, text);
}

/*
 * Write the marked text of a block.  Marks nest and are sorted, so those that are open
 * form a stack; its depth is bounded, deeper ones are passed over.
 */
static void
put_marked(struct terminal *terminal, const Readsync__Block *block, unsigned base)
{
	const Readsync__Mark *open[DEPTH_MAX];
	const char *text = block->text;
	size_t at = 0, len = strlen(text), next = 0, depth = 0, i;
	unsigned style;

	flow_set_style(&terminal->flow, base);
	while (at <= len) {
		while (depth > 0 && open[depth - 1]->start + open[depth - 1]->length <= at)
			end_mark(terminal, open[--depth], base);
		end_passages(terminal, at, base);
		for (; next < block->n_marks && block->marks[next]->start <= at; next++) {
			if (depth < DEPTH_MAX)
				open[depth++] = block->marks[next];
		}
		for (style = base, i = 0; i < depth; i++)
			style |= mark_style(open[i]);
		if (annotation_at(terminal->annotation, terminal->index, at))
			style |= FLOW_MARK;
		flow_set_style(&terminal->flow, style);
		if (at == len)
			break;
		at += put_character(terminal, text + at, depth == 0 ? NULL : open[depth - 1]);
	}
	flow_end(&terminal->flow);
}

static void
put_text_block(struct terminal *terminal, const Readsync__Block *block, unsigned style)
{
	begin_block(terminal);
	put_marked(terminal, block, style);
}

static void
put_prefix(struct terminal *terminal, const char *prefix)
{
	cells_print(terminal->out, prefix, SIZE_MAX);
}

/* Code keeps its lines and tabs; a long one is left to the terminal. */
static void
put_preformatted(struct terminal *terminal, const Readsync__Block *block)
{
	const char *text = block->text;
	struct cell cell;

	begin_block(terminal);
	put_prefix(terminal, terminal->first);
	for (;; text += cell.len) {
		fputs("    ", terminal->out);
		for (; *text != '\0' && *text != '\n'; text += cell.len) {
			cells_take(text, &cell);
			fputs(*text == '\t' ? "\t" : cell.bytes, terminal->out);
		}
		fputc('\n', terminal->out);
		cell.len = 1;
		if (*text == '\0' || text[1] == '\0')
			break;
		put_prefix(terminal, terminal->rest);
	}
}

/* A picture or a player: what it is, its words, and where it can be seen. */
static void
put_reference(struct terminal *terminal, const Readsync__Block *block, const char *what,
    const char *problem)
{
	begin_block(terminal);
	flow_set_style(&terminal->flow, FLOW_DIM);
	flow_text(&terminal->flow, "[");
	flow_text(&terminal->flow, what);
	if (block->text[0] != '\0') {
		flow_text(&terminal->flow, ": ");
		flow_text(&terminal->flow, block->text);
	}
	if (problem[0] != '\0') {
		flow_text(&terminal->flow, "; ");
		flow_text(&terminal->flow, problem);
	}
	flow_text(&terminal->flow, "]");
	if (block->source[0] != '\0')
		put_note(terminal, block->source);
	flow_end(&terminal->flow);
}

static void
put_image(struct terminal *terminal, const Readsync__Block *block)
{
	const Readsync__Image *image = image_find(terminal->images, block->source);
	char problem[FIGURE_WORDS_SIZE];

	if (figure_is_hidden(image))
		return;
	figure_words(image, problem);
	put_reference(terminal, block, "image", problem);
}

static void
put_rule(struct terminal *terminal)
{
	begin_block(terminal);
	flow_text(&terminal->flow, "* * *");
	flow_end(&terminal->flow);
}

/* -------------------------------------------------------------------- tables */

/* The text of the cell at ${index}, its blocks joined by spaces, into ${out}. */
static size_t
cell_text(const Readsync__Article *article, size_t index, struct buffer *out)
{
	uint32_t depth = article->blocks[index]->depth;

	buffer_clear(out);
	for (index++; index < article->n_blocks && article->blocks[index]->depth > depth; index++) {
		if (article->blocks[index]->text[0] == '\0')
			continue;
		/* Beyond its bound a cell loses its end. */
		if (out->len > 0)
			(void)buffer_append_byte(out, ' ');
		(void)buffer_append_text(out, article->blocks[index]->text);
	}
	return index;
}

/* Measure the table at ${index}, its widest row in ${ret_columns}; returns where it ends. */
static size_t
measure_table(const Readsync__Article *article, size_t index, size_t widths[TABLE_COLUMNS_MAX],
    size_t *ret_columns, struct buffer *text)
{
	uint32_t depth = article->blocks[index]->depth;
	size_t column = 0;

	*ret_columns = 0;
	for (index++; index < article->n_blocks && article->blocks[index]->depth > depth;) {
		if (article->blocks[index]->kind == READSYNC__BLOCK__KIND__ROW)
			column = 0;
		if (article->blocks[index]->kind != READSYNC__BLOCK__KIND__CELL) {
			index++;
			continue;
		}
		index = cell_text(article, index, text);
		if (column < TABLE_COLUMNS_MAX && cells_width(buffer_text(text)) > widths[column])
			widths[column] = cells_width(buffer_text(text));
		column++;
		if (column > *ret_columns)
			*ret_columns = column;
	}
	return index;
}

/* The cells of a row behind each other, wrapped as text is. */
static void
put_flowing_cell(struct terminal *terminal, const char *text, size_t column, bool header)
{
	flow_set_style(&terminal->flow, header ? FLOW_STRONG : 0);
	flow_text(&terminal->flow, column == 0 ? "" : " | ");
	flow_text(&terminal->flow, text);
}

/* One cell in its column, ${pad} cells behind the one before. */
static size_t
put_aligned_cell(struct terminal *terminal, const char *text, size_t pad, size_t width, bool header)
{
	bool bold = header && terminal->style->colour;
	size_t used;

	if (text[0] == '\0')
		return pad + width;
	fprintf(terminal->out, "%*s%s", (int)pad, "", bold ? "\033[1m" : "");
	used = cells_print(terminal->out, text, width);
	fputs(bold ? "\033[22m" : "", terminal->out);
	return width - used;
}

static size_t
put_row(struct terminal *terminal, size_t index, const size_t *widths, bool aligned,
    struct buffer *text)
{
	const Readsync__Article *article = terminal->article;
	uint32_t depth = article->blocks[index]->depth;
	size_t column = 0, pad = 0;
	bool header;

	flow_begin(&terminal->flow, terminal->first, terminal->rest);
	if (aligned)
		put_prefix(terminal, terminal->first);
	for (index++; index < article->n_blocks && article->blocks[index]->depth > depth;) {
		if (article->blocks[index]->kind != READSYNC__BLOCK__KIND__CELL) {
			index++;
			continue;
		}
		header = article->blocks[index]->header;
		index = cell_text(article, index, text);
		if (aligned)
			pad = put_aligned_cell(terminal, buffer_text(text),
			    pad + (column == 0 ? 0 : 2), widths[column], header);
		else
			put_flowing_cell(terminal, buffer_text(text), column, header);
		column++;
	}
	if (aligned)
		fputc('\n', terminal->out);
	else
		flow_end(&terminal->flow);
	memcpy(terminal->first, terminal->rest, sizeof(terminal->first));
	return index;
}

/* A table in columns where it fits, else a line for each row. */
static size_t
put_table(struct terminal *terminal, size_t index)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 }, total = 0, columns, end, i;
	struct buffer text;
	bool aligned;

	buffer_init(&text, 64 * 1024);
	end = measure_table(terminal->article, index, widths, &columns, &text);
	for (i = 0; i < TABLE_COLUMNS_MAX; i++)
		total += widths[i] == 0 ? 0 : widths[i] + 2;
	begin_block(terminal);
	aligned = columns <= TABLE_COLUMNS_MAX &&
	    total + cells_width(terminal->rest) <= terminal->style->columns;
	for (index++; index < end;) {
		const Readsync__Block *block = terminal->article->blocks[index];

		if (block->kind == READSYNC__BLOCK__KIND__ROW) {
			index = put_row(terminal, index, widths, aligned, &text);
			continue;
		}
		if (block->kind == READSYNC__BLOCK__KIND__CAPTION) {
			flow_begin(&terminal->flow, terminal->first, terminal->rest);
			put_marked(terminal, block, FLOW_EMPHASIS);
			memcpy(terminal->first, terminal->rest, sizeof(terminal->first));
		}
		index++;
	}
	buffer_release(&text);
	return end;
}

/* -------------------------------------------------------------------- blocks */

/* Close what ended before ${block}, and open it if it is a container. */
static void
enter(struct terminal *terminal, const Readsync__Block *block)
{
	struct level *level;

	while (terminal->depth > 0 &&
	    terminal->levels[terminal->depth - 1].block->depth >= block->depth)
		terminal->depth--;
	switch ((int)block->kind) {
	case READSYNC__BLOCK__KIND__QUOTE:
	case READSYNC__BLOCK__KIND__LIST:
	case READSYNC__BLOCK__KIND__ITEM:
	case READSYNC__BLOCK__KIND__FIGURE:
	case READSYNC__BLOCK__KIND__FOOTNOTE:
	case READSYNC__BLOCK__KIND__DESCRIPTION:
		if (terminal->depth == DEPTH_MAX)
			return;
		level = &terminal->levels[terminal->depth++];
		*level = (struct level){ .block = block, .marker_due = true };
		if (block->kind == READSYNC__BLOCK__KIND__ITEM && level > terminal->levels) {
			const Readsync__Block *list = level[-1].block;

			level->number = level[-1].items++ + (list->start == 0 ? 1 : list->start);
		}
		break;
	default:
		break;
	}
}

static size_t
put_block(struct terminal *terminal, size_t index)
{
	const Readsync__Block *block = terminal->article->blocks[index];

	terminal->index = index;
	enter(terminal, block);
	switch ((int)block->kind) {
	case READSYNC__BLOCK__KIND__PARAGRAPH:
	case READSYNC__BLOCK__KIND__MATH:
		put_text_block(terminal, block, 0);
		break;
	case READSYNC__BLOCK__KIND__HEADING:
		put_text_block(terminal, block,
		    FLOW_STRONG | (block->level <= 2 ? FLOW_UNDERLINE : 0));
		break;
	case READSYNC__BLOCK__KIND__TERM:
		put_text_block(terminal, block, FLOW_STRONG);
		break;
	case READSYNC__BLOCK__KIND__CAPTION:
		put_text_block(terminal, block, FLOW_EMPHASIS);
		break;
	case READSYNC__BLOCK__KIND__CREDIT:
		put_text_block(terminal, block, FLOW_DIM);
		break;
	case READSYNC__BLOCK__KIND__PREFORMATTED:
		put_preformatted(terminal, block);
		break;
	case READSYNC__BLOCK__KIND__RULE:
		put_rule(terminal);
		break;
	case READSYNC__BLOCK__KIND__IMAGE:
		put_image(terminal, block);
		break;
	case READSYNC__BLOCK__KIND__EMBED:
		put_reference(terminal, block, "embedded", "");
		break;
	case READSYNC__BLOCK__KIND__TABLE:
		return put_table(terminal, index);
	default:
		break;
	}
	return index + 1;
}

/* --------------------------------------------------------------- head and foot */

static void
put_line(struct terminal *terminal, const char *text, unsigned style)
{
	flow_begin(&terminal->flow, "", "");
	flow_set_style(&terminal->flow, style);
	flow_text(&terminal->flow, text);
	flow_end(&terminal->flow);
}

/* One part of the line below the title, apart from the part before. */
static void
put_part(struct terminal *terminal, const char *separator, const char *text, bool *any)
{
	if (text[0] == '\0')
		return;
	flow_text(&terminal->flow, *any ? separator : "");
	flow_text(&terminal->flow, text);
	*any = true;
}

static void
put_byline(struct terminal *terminal)
{
	const Readsync__Article *article = terminal->article;
	char date[11];
	bool any = false;
	size_t i;

	clock_format_day(article->published_ms, date);
	flow_begin(&terminal->flow, "", "");
	flow_set_style(&terminal->flow, FLOW_DIM);
	for (i = 0; i < article->n_authors; i++)
		put_part(terminal, ", ", article->authors[i], &any);
	put_part(terminal, " · ", article->site_name, &any);
	put_part(terminal, " · ", date, &any);
	flow_end(&terminal->flow);
}

const char *
terminal_copy_text(Readsync__Copy copy)
{
	switch ((int)copy) {
	case READSYNC__COPY__COPY_FULL: return "This copy is the whole article.";
	case READSYNC__COPY__COPY_PARTIAL: return "This copy lacks a part of the article.";
	case READSYNC__COPY__COPY_TEASER: return "This copy is a teaser, the beginning only.";
	case READSYNC__COPY__COPY_BLOCKED: return "This copy holds nothing of the article.";
	default: return "How complete this copy is cannot be told.";
	}
}

static void
put_head(struct terminal *terminal, const Readsync__Reading *reading, const char *url)
{
	put_line(terminal, terminal->article->title, FLOW_STRONG);
	put_byline(terminal);
	put_line(terminal, url, FLOW_DIM);
	if (reading->verdict->copy != READSYNC__COPY__COPY_FULL)
		put_line(terminal, terminal_copy_text(reading->verdict->copy), FLOW_EMPHASIS);
	terminal->begun = true;
}

static void
put_notes(struct terminal *terminal)
{
	char number[24], indent[] = "      ";
	size_t i;

	if (terminal->link_count > 0)
		fputc('\n', terminal->out);
	for (i = 0; i < terminal->link_count; i++) {
		snprintf(number, sizeof(number), "%4zu. ", i + 1);
		flow_begin(&terminal->flow, number, indent);
		flow_set_style(&terminal->flow, FLOW_DIM);
		flow_text(&terminal->flow, terminal->links[i]);
		flow_end(&terminal->flow);
	}
}

void
terminal_print(FILE *out, const char *url, const Readsync__Reading *reading,
    const Readsync__Article *article, const Readsync__Images *images,
    const struct annotation *annotation, const struct terminal_style *style)
{
	struct terminal_style used = *style;
	struct terminal terminal = { .out = out, .article = article, .images = images,
	    .annotation = annotation,
	    .style = &used };
	size_t i;

	if (used.columns < TERMINAL_COLUMNS_MIN)
		used.columns = TERMINAL_COLUMNS_MIN;
	flow_init(&terminal.flow, out, used.columns, used.colour);
	put_head(&terminal, reading, url);
	for (i = 0; i < article->n_blocks;)
		i = put_block(&terminal, i);
	put_notes(&terminal);
	annotation_print(out, annotation, used.columns, used.colour);
	flow_release(&terminal.flow);
	free(terminal.links);
}
