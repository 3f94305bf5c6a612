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

/* Append the text from ${from} to ${to}; a break's line feed is a <br>. */
static int
append_span(const Readsync__Block *block, size_t from, size_t to, struct buffer *out)
{

	return from >= to ? 0 : article_html_escape(bytes_of(block->text + from, to - from), out);
}

/* Close the marks of ${stack} that end at or before ${until}, with their text. */
static int
close_until(const Readsync__Block *block, const Readsync__Mark **stack, size_t *depth,
    size_t *at, size_t until, struct buffer *out)
{
	int err;

	while (*depth > 0) {
		const Readsync__Mark *top = stack[*depth - 1];
		size_t end = (size_t)top->start + top->length;

		if (end > until)
			return 0;
		if ((err = append_span(block, *at, end, out)) != 0 ||
		    (err = close_mark(top, out)) != 0)
			return err;
		*at = end > *at ? end : *at;
		(*depth)--;
	}
	return 0;
}

/* The text of a block with its marks as elements. */
static int
append_inline(const Readsync__Block *block, struct buffer *out)
{
	const Readsync__Mark *stack[2 * ARTICLE_DEPTH_MAX];
	size_t depth = 0, at = 0, i, len = strlen(block->text);
	int err;

	for (i = 0; i < block->n_marks; i++) {
		const Readsync__Mark *mark = block->marks[i];

		if ((err = close_until(block, stack, &depth, &at, mark->start, out)) != 0 ||
		    (err = append_span(block, at, mark->start, out)) != 0)
			return err;
		at = mark->start;
		if (mark->kind == READSYNC__MARK__KIND__BREAK) {
			if ((err = buffer_append_text(out, "<br>")) != 0)
				return err;
			at++;
			continue;
		}
		if ((err = open_mark(mark, out)) != 0)
			return err;
		stack[depth++] = mark;
	}
	if ((err = close_until(block, stack, &depth, &at, len, out)) != 0)
		return err;
	return append_span(block, at, len, out);
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
	default:
		return "div";
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
append_whole_image(const Readsync__Block *block, const struct article_html_images *images,
    struct buffer *out)
{
	struct article_html_image image = { .content = { NULL, 0 } };
	int err = images->find(images->context, block, &image);

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
append_image(const Readsync__Block *block, const struct article_html_images *images,
    struct buffer *out)
{
	int err;

	if (!article_url_is_safe(block->source, false))
		return 0;
	if (images != NULL)
		return append_whole_image(block, images, out);
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
append_element(const Readsync__Block *block, const char *element, struct buffer *out)
{
	int err;

	if ((err = buffer_printf(out, "<%s>", element)) != 0 ||
	    (err = append_inline(block, out)) != 0)
		return err;
	return buffer_printf(out, "</%s>\n", element);
}

static int
append_leaf(const Readsync__Block *block, Readsync__Block__Kind parent,
    const struct article_html_images *images, struct buffer *out)
{
	static const char *const headings[] = { "h1", "h1", "h2", "h3", "h4", "h5", "h6" };
	int err;

	switch (block->kind) {
	case READSYNC__BLOCK__KIND__PARAGRAPH:
		return append_element(block, "p", out);
	case READSYNC__BLOCK__KIND__HEADING:
		return append_element(block, headings[block->level <= 6 ? block->level : 6], out);
	case READSYNC__BLOCK__KIND__PREFORMATTED:
	case READSYNC__BLOCK__KIND__MATH:
		if ((err = buffer_append_text(out, "<pre><code>")) != 0 ||
		    (err = article_html_escape(bytes_of_text(block->text), out)) != 0)
			return err;
		return buffer_append_text(out, "</code></pre>\n");
	case READSYNC__BLOCK__KIND__RULE:
		return buffer_append_text(out, "<hr>\n");
	case READSYNC__BLOCK__KIND__IMAGE:
		return append_image(block, images, out);
	case READSYNC__BLOCK__KIND__CAPTION:
		return append_element(block,
		    parent == READSYNC__BLOCK__KIND__TABLE ? "caption" : "figcaption", out);
	case READSYNC__BLOCK__KIND__CREDIT:
		return append_element(block, "cite", out);
	case READSYNC__BLOCK__KIND__EMBED:
		return append_embed(block, out);
	case READSYNC__BLOCK__KIND__TERM:
		return append_element(block, "p", out);
	default:
		return 0;
	}
}

static int
append_blocks(const Readsync__Article *article, const struct article_html_images *images,
    struct buffer *out)
{
	const Readsync__Block *open[ARTICLE_DEPTH_MAX + 1];
	size_t depth = 0, i;
	int err;

	for (i = 0; i <= article->n_blocks; i++) {
		const Readsync__Block *block = i < article->n_blocks ? article->blocks[i] : NULL;
		size_t keep = block != NULL ? block->depth : 0;

		while (depth > keep) {
			err = buffer_printf(out, "</%s>\n", container_element(open[--depth]));
			if (err != 0)
				return err;
		}
		if (block == NULL)
			break;
		if (!article_is_container(block->kind)) {
			err = append_leaf(block, depth == 0 ? READSYNC__BLOCK__KIND__NONE :
			    open[depth - 1]->kind, images, out);
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
    const struct article_html_images *images, struct buffer *out)
{
	return append_blocks(article, images, out);
}
