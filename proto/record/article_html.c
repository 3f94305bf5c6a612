#include <stdbool.h>
#include <string.h>

#include "proto/base/encode.h"
#include "proto/record/article.h"
#include "proto/record/article_html.h"

/* Append ${text} with the five significant characters as references. */
int
article_html_escape(struct bytes text, struct buffer *out)
{
	size_t i, plain = 0;
	const char *reference;
	int err;

	for (i = 0; i < text.len; i++) {
		switch (text.data[i]) {
		case '&':
			reference = "&amp;";
			break;
		case '<':
			reference = "&lt;";
			break;
		case '>':
			reference = "&gt;";
			break;
		case '"':
			reference = "&quot;";
			break;
		case '\'':
			reference = "&#39;";
			break;
		default:
			continue;
		}
		if ((err = buffer_append(out, text.data + plain, i - plain)) != 0 ||
		    (err = buffer_append_text(out, reference)) != 0)
			return err;
		plain = i + 1;
	}
	return text.len == plain ? 0 : buffer_append(out, text.data + plain, text.len - plain);
}

/* Append ${name}="${value}" with a space before it. */
static int
append_attribute(struct buffer *out, const char *name, const char *value)
{
	int err;

	if ((err = buffer_printf(out, " %s=\"", name)) != 0)
		return err;
	if ((err = article_html_escape(bytes_of_text(value), out)) != 0)
		return err;
	return buffer_append_byte(out, '"');
}

/* ----------------------------------------------------------------- marks */

/* The element that stands for a mark; NULL for those with code of their own. */
static const char *
mark_element(Readsync__Mark__Kind kind)
{

	switch (kind) {
	case READSYNC__MARK__KIND__LINK:
		return "a";
	case READSYNC__MARK__KIND__STRONG:
		return "strong";
	case READSYNC__MARK__KIND__EMPHASIS:
		return "em";
	case READSYNC__MARK__KIND__CODE:
	case READSYNC__MARK__KIND__MATH:
		return "code";
	case READSYNC__MARK__KIND__SUBSCRIPT:
		return "sub";
	case READSYNC__MARK__KIND__SUPERSCRIPT:
		return "sup";
	case READSYNC__MARK__KIND__STRIKE:
		return "s";
	case READSYNC__MARK__KIND__NOTE:
		return "a";
	default:
		return NULL;
	}
}

static int
open_mark(const Readsync__Mark *mark, struct buffer *out)
{
	const char *element = mark_element(mark->kind);
	int err;

	if (element == NULL)
		return 0;
	if ((err = buffer_printf(out, "<%s", element)) != 0)
		return err;
	/* Looked at again, whoever made the article: this is where a link gets out. */
	if ((mark->kind == READSYNC__MARK__KIND__LINK && article_url_is_safe(mark->href, true)) ||
	    (mark->kind == READSYNC__MARK__KIND__NOTE && mark->href[0] == '#'))
		err = append_attribute(out, "href", mark->href);
	return err != 0 ? err : buffer_append_byte(out, '>');
}

static int
close_mark(const Readsync__Mark *mark, struct buffer *out)
{
	const char *element = mark_element(mark->kind);

	return element == NULL ? 0 : buffer_printf(out, "</%s>", element);
}

/* The text of a block, on its way out. */
struct text {
	const Readsync__Block *block;
	size_t number;			/* of the block */
	const struct article_html_parts *parts;	/* NULL for none */
	struct buffer *out;
};

static bool
is_marked(const struct text *text, size_t at)
{
	return text->parts != NULL && text->parts->marked != NULL &&
	    text->parts->marked(text->parts->context, text->number, at);
}

/* Append the text from ${from} to ${to}, in which no mark begins or ends but the reader's. */
static int
append_span(const struct text *text, size_t from, size_t to)
{
	size_t end;
	bool marked;
	int err = 0;

	for (; from < to && err == 0; from = end) {
		marked = is_marked(text, from);
		for (end = from + 1; end < to && is_marked(text, end) == marked; end++)
			continue;
		if (marked)
			err = buffer_append_text(text->out, "<mark>");
		if (err == 0)
			err = article_html_escape(bytes_of(text->block->text + from, end - from),
			    text->out);
		if (err == 0 && marked)
			err = buffer_append_text(text->out, "</mark>");
	}
	return err;
}

/* Close the marks of ${stack} that end at or before ${until}, with their text. */
static int
close_until(const struct text *text, const Readsync__Mark **stack, size_t *depth, size_t *at,
    size_t until)
{
	int err;

	while (*depth > 0) {
		const Readsync__Mark *top = stack[*depth - 1];
		size_t end = (size_t)top->start + top->length;

		if (end > until)
			return 0;
		if ((err = append_span(text, *at, end)) != 0 ||
		    (err = close_mark(top, text->out)) != 0)
			return err;
		*at = end > *at ? end : *at;
		(*depth)--;
	}
	return 0;
}

/* The text of a block with its marks as elements; a break's line feed is a <br>. */
static int
append_inline(const struct text *text)
{
	const Readsync__Mark *stack[2 * ARTICLE_DEPTH_MAX];
	const Readsync__Block *block = text->block;
	size_t depth = 0, at = 0, i, len = strlen(block->text);
	int err;

	for (i = 0; i < block->n_marks; i++) {
		const Readsync__Mark *mark = block->marks[i];

		if ((err = close_until(text, stack, &depth, &at, mark->start)) != 0 ||
		    (err = append_span(text, at, mark->start)) != 0)
			return err;
		at = mark->start;
		if (mark->kind == READSYNC__MARK__KIND__BREAK) {
			if ((err = buffer_append_text(text->out, "<br>")) != 0)
				return err;
			at++;
			continue;
		}
		if ((err = open_mark(mark, text->out)) != 0)
			return err;
		stack[depth++] = mark;
	}
	if ((err = close_until(text, stack, &depth, &at, len)) != 0)
		return err;
	return append_span(text, at, len);
}

/* ---------------------------------------------------------------- blocks */

/* A container's element; lists and cells need more than its name. */
static const char *
container_element(const Readsync__Block *block)
{

	switch (block->kind) {
	case READSYNC__BLOCK__KIND__QUOTE:
		return "blockquote";
	case READSYNC__BLOCK__KIND__LIST:
		return block->ordered ? "ol" : "ul";
	case READSYNC__BLOCK__KIND__ITEM:
		return "li";
	case READSYNC__BLOCK__KIND__TABLE:
		return "table";
	case READSYNC__BLOCK__KIND__ROW:
		return "tr";
	case READSYNC__BLOCK__KIND__CELL:
		return block->header ? "th" : "td";
	case READSYNC__BLOCK__KIND__FIGURE:
		return "figure";
	case READSYNC__BLOCK__KIND__FOOTNOTE:
		return "aside";
	case READSYNC__BLOCK__KIND__DESCRIPTION:
	default:
		return "dd";
	}
}

static int
open_container(const Readsync__Block *block, struct buffer *out)
{
	int err = buffer_printf(out, "<%s", container_element(block));

	if (err == 0 && block->kind == READSYNC__BLOCK__KIND__LIST && block->ordered &&
	    block->start > 1)
		err = buffer_printf(out, " start=\"%u\"", block->start);
	if (err == 0 && block->kind == READSYNC__BLOCK__KIND__CELL && block->column_span > 1)
		err = buffer_printf(out, " colspan=\"%u\"", block->column_span);
	if (err == 0 && block->kind == READSYNC__BLOCK__KIND__CELL && block->row_span > 1)
		err = buffer_printf(out, " rowspan=\"%u\"", block->row_span);
	if (err == 0 && block->kind == READSYNC__BLOCK__KIND__FOOTNOTE && block->name[0] != '\0')
		err = append_attribute(out, "id", block->name);
	return err != 0 ? err : buffer_append_text(out, ">\n");
}

/* The end of an image: its words, and its size where that is known. */
static int
append_image_end(const char *words, uint32_t width, uint32_t height, struct buffer *out)
{
	int err = append_attribute(out, "alt", words);

	if (err == 0 && width > 0 && height > 0)
		err = buffer_printf(out, " width=\"%u\" height=\"%u\"", width, height);
	return err != 0 ? err : buffer_append_text(out, ">\n");
}

/* What stands in place of an image that is not here. */
static int
append_missing(const Readsync__Block *block, const char *problem, struct buffer *out)
{
	int err;

	if ((err = buffer_append_text(out, "<p>[<a")) != 0 ||
	    (err = append_attribute(out, "href", block->source)) != 0 ||
	    (err = buffer_append_text(out, ">image</a>")) != 0)
		return err;
	if (block->text[0] != '\0' &&
	    ((err = buffer_append_text(out, ": ")) != 0 ||
	    (err = article_html_escape(bytes_of_text(block->text), out)) != 0))
		return err;
	if (problem != NULL && problem[0] != '\0' &&
	    ((err = buffer_append_text(out, "; ")) != 0 ||
	    (err = article_html_escape(bytes_of_text(problem), out)) != 0))
		return err;
	return buffer_append_text(out, "]</p>\n");
}

static int
append_whole_image(const Readsync__Block *block, const struct article_html_parts *parts,
    struct buffer *out)
{
	struct article_html_image image = { .content = { NULL, 0 } };
	int err = parts->find(parts->context, block, &image);

	if (err != 0 || image.hidden)
		return err;
	if (image.content.len == 0)
		return append_missing(block, image.problem, out);
	if ((err = buffer_printf(out, "<img src=\"data:%s;base64,", image.type)) != 0 ||
	    (err = encode_base64_padded(image.content, out)) != 0 ||
	    (err = buffer_append_byte(out, '"')) != 0)
		return err;
	return append_image_end(block->text, block->width, block->height, out);
}

static int
append_image(const Readsync__Block *block, const struct article_html_parts *parts,
    struct buffer *out)
{
	int err;

	if (!article_url_is_safe(block->source, false))
		return 0;
	if (parts != NULL)
		return append_whole_image(block, parts, out);
	if ((err = buffer_append_text(out, "<img")) != 0 ||
	    (err = append_attribute(out, "src", block->source)) != 0)
		return err;
	return append_image_end(block->text, block->width, block->height, out);
}

static int
append_embed(const Readsync__Block *block, struct buffer *out)
{
	const char *text = block->text[0] != '\0' ? block->text : block->source;
	int err;

	if (!article_url_is_safe(block->source, false))
		return 0;
	if ((err = buffer_append_text(out, "<p><a")) != 0 ||
	    (err = append_attribute(out, "href", block->source)) != 0 ||
	    (err = buffer_append_byte(out, '>')) != 0 ||
	    (err = article_html_escape(bytes_of_text(text), out)) != 0)
		return err;
	return buffer_append_text(out, "</a></p>\n");
}

/* A block that is one element with text in it. */
static int
append_element(const struct text *text, const char *element)
{
	int err;

	if ((err = buffer_printf(text->out, "<%s>", element)) != 0 ||
	    (err = append_inline(text)) != 0)
		return err;
	return buffer_printf(text->out, "</%s>\n", element);
}

/* Code and formulas; the language of code as highlighters read it (HTML, 4.5.15). */
static int
append_preformatted(const struct text *text)
{
	const Readsync__Block *block = text->block;
	struct buffer *out = text->out;
	int err = buffer_append_text(out, "<pre><code");

	if (err == 0 && block->language[0] != '\0' &&
	    (err = buffer_append_text(out, " class=\"language-")) == 0 &&
	    (err = article_html_escape(bytes_of_text(block->language), out)) == 0)
		err = buffer_append_byte(out, '"');
	if (err != 0 || (err = buffer_append_byte(out, '>')) != 0 ||
	    (err = append_span(text, 0, strlen(block->text))) != 0)
		return err;
	return buffer_append_text(out, "</code></pre>\n");
}

static int
append_leaf(const struct text *text, Readsync__Block__Kind parent)
{
	static const char *const headings[] = { "h1", "h1", "h2", "h3", "h4", "h5", "h6" };
	const Readsync__Block *block = text->block;
	struct buffer *out = text->out;

	switch (block->kind) {
	case READSYNC__BLOCK__KIND__PARAGRAPH:
		return append_element(text, "p");
	case READSYNC__BLOCK__KIND__HEADING:
		return append_element(text, headings[block->level <= 6 ? block->level : 6]);
	case READSYNC__BLOCK__KIND__PREFORMATTED:
	case READSYNC__BLOCK__KIND__MATH:
		return append_preformatted(text);
	case READSYNC__BLOCK__KIND__RULE:
		return buffer_append_text(out, "<hr>\n");
	case READSYNC__BLOCK__KIND__IMAGE:
		return append_image(block, text->parts, out);
	case READSYNC__BLOCK__KIND__CAPTION:
		return append_element(text,
		    parent == READSYNC__BLOCK__KIND__TABLE ? "caption" : "figcaption");
	case READSYNC__BLOCK__KIND__CREDIT:
		return append_element(text, "cite");
	case READSYNC__BLOCK__KIND__EMBED:
		return append_embed(block, out);
	case READSYNC__BLOCK__KIND__TERM:
		return append_element(text, "dt");
	default:
		return 0;
	}
}

/* Terms and descriptions that follow each other are a list, which has no block. */
static int
switch_list(bool *list, bool is_list, struct buffer *out)
{
	bool was_list = *list;

	*list = is_list;
	if (was_list == is_list)
		return 0;
	return buffer_append_text(out, is_list ? "<dl>\n" : "</dl>\n");
}

static bool
is_of_list(const Readsync__Block *block)
{

	return block != NULL && (block->kind == READSYNC__BLOCK__KIND__TERM ||
	    block->kind == READSYNC__BLOCK__KIND__DESCRIPTION);
}

static int
append_blocks(const Readsync__Article *article, const struct article_html_parts *parts,
    struct buffer *out)
{
	const Readsync__Block *open[ARTICLE_DEPTH_MAX + 1];
	bool list[ARTICLE_DEPTH_MAX + 2] = { false };	/* is a <dl> open in this depth? */
	size_t depth = 0, i;
	int err;

	for (i = 0; i <= article->n_blocks; i++) {
		const Readsync__Block *block = i < article->n_blocks ? article->blocks[i] : NULL;
		size_t keep = block != NULL ? block->depth : 0;

		while (depth > keep) {
			if ((err = switch_list(&list[depth], false, out)) != 0 ||
			    (err = buffer_printf(out, "</%s>\n",
			    container_element(open[--depth]))) != 0)
				return err;
		}
		if ((err = switch_list(&list[depth], is_of_list(block), out)) != 0)
			return err;
		if (block == NULL)
			break;
		if (!article_is_container(block->kind)) {
			err = append_leaf(&(struct text){ block, i, parts, out }, depth == 0 ?
			    READSYNC__BLOCK__KIND__NONE : open[depth - 1]->kind);
		} else {
			err = open_container(block, out);
			open[depth++] = block;
		}
		if (err != 0)
			return err;
	}
	return 0;
}

int
article_html(const Readsync__Article *article, struct buffer *out)
{
	return append_blocks(article, NULL, out);
}

int
article_html_whole(const Readsync__Article *article,
    const struct article_html_parts *parts, struct buffer *out)
{
	return append_blocks(article, parts, out);
}
