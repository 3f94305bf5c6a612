#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "proto/record/article.h"
#include "proto/record/article_markdown.h"

enum {
	PREFIX_MAX = 80,	/* bytes before a line of one container */
	NAME_MAX_LEN = 40,	/* of a footnote */
	FENCE_LEAST = 3
};

/* A container that is open, and what stands before its lines. */
struct level {
	Readsync__Block__Kind kind;
	uint32_t depth;
	uint32_t number;		/* of the next item of a list; 0: it has none */
	char first[PREFIX_MAX];
	size_t rest;			/* spaces before each further line; a quote repeats */
	bool begun;
};

struct markdown {
	const Readsync__Article *article;
	struct level levels[ARTICLE_DEPTH_MAX + 1];
	size_t count;
	bool begun;			/* something was written */
	bool in_line;			/* breaks are spaces: a heading or a cell */
	size_t line;			/* where the text of the line at hand begins in out */
	struct buffer *out;
};

/* ----------------------------------------------------------------- lines */

/* Append what stands before a line; ${blank} for one with nothing on it. */
static int
append_prefix(struct markdown *markdown, bool blank)
{
	struct buffer *out = markdown->out;
	size_t i, start = out->len;
	int err = 0;

	for (i = 0; i < markdown->count && err == 0; i++) {
		struct level *level = &markdown->levels[i];

		if (level->first[0] == '\0' || (blank && !level->begun))
			continue;
		if (!level->begun || level->kind == READSYNC__BLOCK__KIND__QUOTE)
			err = buffer_append_text(out, level->first);
		else
			err = buffer_printf(out, "%*s", (int)level->rest, "");
		level->begun = true;
	}
	while (blank && err == 0 && out->len > start && out->data[out->len - 1] == ' ')
		buffer_truncate(out, out->len - 1);
	markdown->line = out->len;
	return err;
}

static int
end_line(struct markdown *markdown)
{

	return buffer_append_byte(markdown->out, '\n');
}

/* Begin a block, with an empty line before it. */
static int
begin_block(struct markdown *markdown)
{
	int err = 0;

	if (markdown->begun && ((err = append_prefix(markdown, true)) != 0 ||
	    (err = end_line(markdown)) != 0))
		return err;
	markdown->begun = true;
	return append_prefix(markdown, false);
}

/* ------------------------------------------------------------------ text */

/* Tell whether the line at hand has digits and nothing else yet: "1." would begin a list. */
static bool
is_number(const struct markdown *markdown)
{
	size_t i = markdown->line;

	while (i < markdown->out->len && isdigit(markdown->out->data[i]))
		i++;
	return i > markdown->line && i == markdown->out->len;
}

/* Append ${text}, with a backslash before what could mean something. */
static int
append_escaped(struct markdown *markdown, const char *text, size_t len)
{
	struct buffer *out = markdown->out;
	size_t i;
	int err = 0;

	for (i = 0; i < len && err == 0; i++) {
		bool refers = text[i] == '&' && i + 1 < len &&
		    (text[i + 1] == '#' || isalpha((unsigned char)text[i + 1]));

		if (refers || strchr("\\`*_[]<#|~$", text[i]) != NULL ||
		    (out->len == markdown->line && strchr("+-=:>", text[i]) != NULL) ||
		    (strchr(".)", text[i]) != NULL && is_number(markdown)))
			err = buffer_append_byte(out, '\\');
		if (err == 0)
			err = buffer_append_byte(out, text[i] == '\n' ? ' ' : (uint8_t)text[i]);
	}
	return err;
}

/* The most backticks in a row in ${text}. */
static size_t
longest_fence(const char *text, size_t len)
{
	size_t longest = 0, run = 0, i;

	for (i = 0; i < len; i++) {
		run = text[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static int
append_fence(struct buffer *out, size_t len)
{
	int err = 0;

	while (len-- > 0 && err == 0)
		err = buffer_append_byte(out, '`');
	return err;
}

/* Code in a line (6.1): what it holds means nothing; in a table, '|' does. */
static int
append_code(struct markdown *markdown, const char *text, size_t len)
{
	struct buffer *out = markdown->out;
	size_t fence = longest_fence(text, len) + 1, i;
	bool padded = len > 0 && (text[0] == '`' || text[len - 1] == '`');
	int err;

	if ((err = append_fence(out, fence)) != 0 ||
	    (padded && (err = buffer_append_byte(out, ' ')) != 0))
		return err;
	for (i = 0; i < len && err == 0; i++) {
		if (text[i] == '|' && markdown->in_line)
			err = buffer_append_byte(out, '\\');
		if (err == 0)
			err = buffer_append_byte(out, text[i] == '\n' ? ' ' : (uint8_t)text[i]);
	}
	if (err != 0 || (padded && (err = buffer_append_byte(out, ' ')) != 0))
		return err;
	return append_fence(out, fence);
}

/* A footnote's name, of what may stand in one. */
static int
append_name(const char *name, struct buffer *out)
{
	size_t i;
	int err = buffer_append_text(out, "[^");

	for (i = 0; name[i] != '\0' && i < NAME_MAX_LEN && err == 0; i++)
		err = buffer_append_byte(out,
		    isalnum((unsigned char)name[i]) ? (uint8_t)name[i] : '-');
	return err != 0 ? err : buffer_append_byte(out, ']');
}

/* What stands on both sides of a mark that nests. */
static const char *
sign_of(Readsync__Mark__Kind kind)
{

	switch (kind) {
	case READSYNC__MARK__KIND__STRONG:
		return "**";
	case READSYNC__MARK__KIND__EMPHASIS:
		return "*";
	case READSYNC__MARK__KIND__STRIKE:
		return "~~";
	default:
		return "";
	}
}

static int
open_mark(struct markdown *markdown, const Readsync__Mark *mark)
{

	if (mark->kind == READSYNC__MARK__KIND__LINK)
		return buffer_append_byte(markdown->out, '[');
	return buffer_append_text(markdown->out, sign_of(mark->kind));
}

static int
append_target(struct markdown *markdown, const char *url, bool mail)
{

	/* Looked at again, whoever made the article: this is where a link gets out. */
	return buffer_printf(markdown->out, "](<%s>)", article_url_is_safe(url, mail) ? url : "");
}

static int
close_mark(struct markdown *markdown, const Readsync__Mark *mark)
{

	if (mark->kind == READSYNC__MARK__KIND__LINK)
		return append_target(markdown, mark->href, true);
	return buffer_append_text(markdown->out, sign_of(mark->kind));
}

/* A mark that is written at once, with its text; what is in it is not looked at. */
static bool
is_whole(Readsync__Mark__Kind kind)
{

	return kind == READSYNC__MARK__KIND__CODE || kind == READSYNC__MARK__KIND__MATH ||
	    kind == READSYNC__MARK__KIND__NOTE || kind == READSYNC__MARK__KIND__BREAK;
}

static int
append_whole(struct markdown *markdown, const char *text, const Readsync__Mark *mark)
{
	struct buffer *out = markdown->out;
	int err;

	switch (mark->kind) {
	case READSYNC__MARK__KIND__NOTE:
		return append_name(mark->href + 1, out);
	case READSYNC__MARK__KIND__BREAK:
		if (markdown->in_line)
			return buffer_append_byte(out, ' ');
		if ((err = buffer_append_text(out, "\\\n")) != 0)
			return err;
		return append_prefix(markdown, false);
	case READSYNC__MARK__KIND__MATH:
		if ((err = buffer_append_byte(out, '$')) != 0 ||
		    (err = append_code(markdown, text + mark->start, mark->length)) != 0)
			return err;
		return buffer_append_byte(out, '$');
	default:
		return append_code(markdown, text + mark->start, mark->length);
	}
}

/* Close what ends at or before ${until} of the ${depth} marks of ${stack}, with its text. */
static int
close_until(struct markdown *markdown, const char *text, const Readsync__Mark **stack,
    size_t *depth, size_t *at, size_t until)
{
	int err;

	while (*depth > 0) {
		size_t end = (size_t)stack[*depth - 1]->start + stack[*depth - 1]->length;

		if (end > until)
			return 0;
		if (end > *at) {
			if ((err = append_escaped(markdown, text + *at, end - *at)) != 0)
				return err;
			*at = end;
		}
		if ((err = close_mark(markdown, stack[--*depth])) != 0)
			return err;
	}
	return 0;
}

/* The text of ${block} with its marks. */
static int
append_inline(struct markdown *markdown, const Readsync__Block *block)
{
	const Readsync__Mark *stack[2 * ARTICLE_DEPTH_MAX], *mark;
	size_t depth = 0, at = 0, i, len = strlen(block->text);
	int err;

	for (i = 0; i < block->n_marks; i++) {
		mark = block->marks[i];
		if (mark->start < at)
			continue;
		if ((err = close_until(markdown, block->text, stack, &depth, &at,
		    mark->start)) != 0 ||
		    (err = append_escaped(markdown, block->text + at, mark->start - at)) != 0)
			return err;
		at = mark->start;
		if (!is_whole(mark->kind)) {
			err = open_mark(markdown, mark);
			stack[depth++] = mark;
		} else {
			err = append_whole(markdown, block->text, mark);
			at += mark->length;
		}
		if (err != 0)
			return err;
	}
	if ((err = close_until(markdown, block->text, stack, &depth, &at, len)) != 0)
		return err;
	return append_escaped(markdown, block->text + at, len - at);
}

/* ---------------------------------------------------------------- blocks */

/* Text of more than one line between fences, with ${info} behind the first. */
static int
append_fenced(struct markdown *markdown, const char *text, const char *info)
{
	size_t fence = longest_fence(text, strlen(text)) + 1, run;
	struct buffer *out = markdown->out;
	int err;

	fence = fence < FENCE_LEAST ? FENCE_LEAST : fence;
	if ((err = append_fence(out, fence)) != 0)
		return err;
	for (; *info != '\0' && err == 0; info++)
		err = buffer_append_byte(out,
		    isgraph((unsigned char)*info) && *info != '`' ? (uint8_t)*info : '-');
	while (err == 0) {
		run = strcspn(text, "\n");
		if ((err = end_line(markdown)) != 0 ||
		    (err = append_prefix(markdown, run == 0)) != 0 ||
		    (err = buffer_append(out, text, run)) != 0)
			return err;
		if (text[run] == '\0')
			break;
		text += run + 1;
	}
	if (err != 0 || (err = end_line(markdown)) != 0 ||
	    (err = append_prefix(markdown, false)) != 0)
		return err;
	return append_fence(out, fence);
}

/* A link to what a block shows or plays; ${sign} makes an image of it. */
static int
append_source(struct markdown *markdown, const Readsync__Block *block, const char *sign)
{
	const char *text = block->text[0] != '\0' || sign[0] != '\0' ? block->text :
	    block->source;
	int err;

	if ((err = buffer_printf(markdown->out, "%s[", sign)) != 0 ||
	    (err = append_escaped(markdown, text, strlen(text))) != 0)
		return err;
	return append_target(markdown, block->source, false);
}

/* What stands on the lines of a block that is no container. */
static int
append_leaf(struct markdown *markdown, const Readsync__Block *block)
{
	int err = 0;

	switch (block->kind) {
	case READSYNC__BLOCK__KIND__HEADING:
		for (uint32_t i = 0; i < block->level && i < 6 && err == 0; i++)
			err = buffer_append_byte(markdown->out, '#');
		if (err == 0)
			err = buffer_append_byte(markdown->out, ' ');
		markdown->in_line = true;
		if (err == 0)
			err = append_inline(markdown, block);
		markdown->in_line = false;
		return err;
	case READSYNC__BLOCK__KIND__PREFORMATTED:
		return append_fenced(markdown, block->text, block->language);
	case READSYNC__BLOCK__KIND__MATH:
		return append_fenced(markdown, block->text, "math");
	case READSYNC__BLOCK__KIND__RULE:
		return buffer_append_text(markdown->out, "* * *");
	case READSYNC__BLOCK__KIND__IMAGE:
		return append_source(markdown, block, "!");
	case READSYNC__BLOCK__KIND__EMBED:
		return append_source(markdown, block, "");
	default:
		return append_inline(markdown, block);
	}
}

/* What stands before the first line of a container; ${list}: the level above, or NULL. */
static int
append_first(const Readsync__Block *block, struct level *list, struct buffer *out)
{
	int err;

	switch (block->kind) {
	case READSYNC__BLOCK__KIND__QUOTE:
		return buffer_append_text(out, "> ");
	case READSYNC__BLOCK__KIND__DESCRIPTION:
		return buffer_append_text(out, ":   ");
	case READSYNC__BLOCK__KIND__FOOTNOTE:
		err = append_name(block->name, out);
		return err != 0 ? err : buffer_append_text(out, ": ");
	case READSYNC__BLOCK__KIND__ITEM:
		return list != NULL && list->number > 0 ?
		    buffer_printf(out, "%u. ", list->number++) : buffer_append_text(out, "- ");
	default:
		return 0;
	}
}

/* Open a container; what stands before its first line is written with that. */
static int
open_level(struct markdown *markdown, const Readsync__Block *block)
{
	struct level *level = &markdown->levels[markdown->count];
	struct level *list = markdown->count > 0 ? level - 1 : NULL;
	struct buffer first;
	int err;

	memset(level, 0, sizeof(*level));
	level->kind = block->kind;
	level->depth = block->depth;
	if (block->kind == READSYNC__BLOCK__KIND__LIST && block->ordered)
		level->number = block->start > 0 ? block->start : 1;
	buffer_init(&first, PREFIX_MAX - 1);
	err = append_first(block, list, &first);
	if (err == 0) {
		memcpy(level->first, buffer_text(&first), first.len + 1);
		level->rest = block->kind == READSYNC__BLOCK__KIND__FOOTNOTE ? 4 : first.len;
		markdown->count++;
	}
	buffer_release(&first);
	return err;
}

static void
close_levels(struct markdown *markdown, uint32_t depth)
{

	while (markdown->count > 0 && markdown->levels[markdown->count - 1].depth >= depth)
		markdown->count--;
}

static bool
is_container(Readsync__Block__Kind kind)
{

	return kind == READSYNC__BLOCK__KIND__QUOTE || kind == READSYNC__BLOCK__KIND__LIST ||
	    kind == READSYNC__BLOCK__KIND__ITEM || kind == READSYNC__BLOCK__KIND__FIGURE ||
	    kind == READSYNC__BLOCK__KIND__FOOTNOTE ||
	    kind == READSYNC__BLOCK__KIND__DESCRIPTION;
}

/* ---------------------------------------------------------------- tables */

/* The first block after ${at} and all that is in it. */
static size_t
end_of(const Readsync__Article *article, size_t at)
{
	uint32_t depth = article->blocks[at]->depth;

	for (at++; at < article->n_blocks && article->blocks[at]->depth > depth; at++)
		continue;
	return at;
}

/* All that one cell holds, in a line; then the columns that it spans. */
static int
append_cell(struct markdown *markdown, size_t at, size_t end)
{
	const Readsync__Block *cell = markdown->article->blocks[at];
	uint32_t i;
	int err = 0;

	for (at++; at < end && err == 0; at++) {
		const Readsync__Block *block = markdown->article->blocks[at];

		if (block->kind == READSYNC__BLOCK__KIND__IMAGE)
			err = append_source(markdown, block, " !");
		else if (block->kind == READSYNC__BLOCK__KIND__EMBED)
			err = append_source(markdown, block, " ");
		else if (block->text[0] != '\0' &&
		    (err = buffer_append_byte(markdown->out, ' ')) == 0)
			err = append_inline(markdown, block);
	}
	for (i = 0; (i == 0 || i < cell->column_span) && err == 0; i++)
		err = buffer_append_text(markdown->out, " |");
	return err;
}

/* A row of ${columns} cells which all hold ${cell}. */
static int
append_alike(struct markdown *markdown, size_t columns, const char *cell)
{
	int err = buffer_append_byte(markdown->out, '|');

	while (columns-- > 0 && err == 0)
		err = buffer_printf(markdown->out, " %s |", cell);
	return err != 0 ? err : end_line(markdown);
}

static int
append_row(struct markdown *markdown, size_t at)
{
	size_t end = end_of(markdown->article, at), next;
	int err = buffer_append_byte(markdown->out, '|');

	for (at++; at < end && err == 0; at = next) {
		next = end_of(markdown->article, at);
		err = append_cell(markdown, at, next);
	}
	return err != 0 ? err : end_line(markdown);
}

/* How many columns the row at ${at} has; ${ret_header} tells whether it names them. */
static size_t
columns_of(const Readsync__Article *article, size_t at, bool *ret_header)
{
	size_t end = end_of(article, at), columns = 0;

	*ret_header = false;
	for (at++; at < end; at = end_of(article, at)) {
		columns += article->blocks[at]->column_span > 1 ?
		    article->blocks[at]->column_span : 1;
		*ret_header = *ret_header || article->blocks[at]->header;
	}
	return columns;
}

static int
append_caption(struct markdown *markdown, const Readsync__Block *caption)
{
	int err = begin_block(markdown);

	if (err == 0)
		err = append_inline(markdown, caption);
	return err != 0 ? err : end_line(markdown);
}

/* The first row, as the names of the columns, or behind names that are empty; and a rule. */
static int
append_first_row(struct markdown *markdown, size_t at)
{
	bool header;
	size_t columns = columns_of(markdown->article, at, &header);
	int err = begin_block(markdown);

	if (err == 0)
		err = header ? append_row(markdown, at) : append_alike(markdown, columns, "");
	if (err == 0)
		err = append_prefix(markdown, false);
	if (err == 0)
		err = append_alike(markdown, columns, "---");
	if (err == 0 && !header)
		err = append_prefix(markdown, false);
	return err == 0 && !header ? append_row(markdown, at) : err;
}

/* A table (GFM, 4.10): it must begin with the names of its columns, so they may be empty. */
static int
append_table(struct markdown *markdown, size_t at)
{
	const Readsync__Article *article = markdown->article;
	size_t end = end_of(article, at);
	bool first = true;
	int err = 0;

	for (at++; at < end && err == 0; at = end_of(article, at)) {
		if (article->blocks[at]->kind == READSYNC__BLOCK__KIND__CAPTION) {
			err = append_caption(markdown, article->blocks[at]);
			continue;
		}
		markdown->in_line = true;
		if (first)
			err = append_first_row(markdown, at);
		else if ((err = append_prefix(markdown, false)) == 0)
			err = append_row(markdown, at);
		markdown->in_line = false;
		first = false;
	}
	return err;
}

int
article_markdown(const Readsync__Article *article, struct buffer *out)
{
	struct markdown markdown = { .article = article, .out = out };
	size_t at, next;
	int err = 0;

	for (at = 0; at < article->n_blocks && err == 0; at = next) {
		const Readsync__Block *block = article->blocks[at];

		next = at + 1;
		close_levels(&markdown, block->depth);
		if (is_container(block->kind)) {
			err = open_level(&markdown, block);
		} else if (block->kind == READSYNC__BLOCK__KIND__TABLE) {
			err = append_table(&markdown, at);
			next = end_of(article, at);
		} else if ((err = begin_block(&markdown)) == 0 &&
		    (err = append_leaf(&markdown, block)) == 0) {
			err = end_line(&markdown);
		}
	}
	return err;
}

int
article_markdown_text(const char *text, struct buffer *out)
{
	struct markdown markdown = { .out = out, .line = out->len };

	return append_escaped(&markdown, text, strlen(text));
}
