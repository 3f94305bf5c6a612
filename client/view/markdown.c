#include "client/view/markdown.h"
#include "client/view/terminal.h"
#include "proto/base/clock.h"
#include "proto/base/err.h"
#include "proto/record/article.h"
#include "proto/record/article_markdown.h"

/* Append ${before}, ${text} escaped, and ${after}; nothing where ${text} is empty. */
static int
put(struct buffer *out, const char *before, const char *text, const char *after)
{
	int err;

	if (text[0] == '\0')
		return RS_OK;
	if ((err = buffer_append_text(out, before)) != RS_OK ||
	    (err = article_markdown_text(text, out)) != RS_OK)
		return err;
	return buffer_append_text(out, after);
}

static int
put_byline(const Readsync__Article *article, struct buffer *out)
{
	size_t start = out->len, i;
	char date[11];
	int err = RS_OK;

	clock_format_day(article->published_ms, date);
	for (i = 0; i < article->n_authors && err == RS_OK; i++)
		err = put(out, i == 0 ? "" : ", ", article->authors[i], "");
	if (err == RS_OK)
		err = put(out, out->len == start ? "" : " · ", article->site_name, "");
	if (err == RS_OK)
		err = put(out, out->len == start ? "" : " · ", date, "");
	return err != RS_OK || out->len == start ? err : buffer_append_text(out, "\n\n");
}

int
markdown_page(const char *url, const Readsync__Reading *reading,
    const Readsync__Article *article, struct buffer *out)
{
	Readsync__Copy copy = reading->verdict->copy;
	int err = put(out, "# ", article->title, "\n\n");

	if (err == RS_OK)
		err = put_byline(article, out);
	if (err == RS_OK)
		err = article_url_is_safe(url, false) ? buffer_printf(out, "<%s>\n\n", url) :
		    put(out, "", url, "\n\n");
	if (err == RS_OK && copy != READSYNC__COPY__COPY_FULL)
		err = put(out, "**", terminal_copy_text(copy), "**\n\n");
	return err == RS_OK ? article_markdown(article, out) : err;
}
