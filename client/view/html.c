#include "client/view/html.h"
#include "client/view/terminal.h"
#include "proto/base/clock.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

/*
 * The policy is the belt to the braces of article_html.h: should anything else stand in
 * the page after all, a browser still loads and runs nothing.
 */
static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<style>\n"
    "body { max-width: 40em; margin: 2em auto; padding: 0 1em; font: 1.1em/1.5 serif;"
    " overflow-wrap: break-word }\n"
    "header p, figcaption, cite { color: GrayText; font-size: 0.9em }\n"
    "img { max-width: 100%; height: auto }\n"
    "figure { margin: 1em 0 }\n"
    "pre { overflow-x: auto }\n"
    ".own { white-space: pre-line }\n"
    "td, th { border: 1px solid; padding: 0.2em 0.4em }\n"
    "@media (prefers-color-scheme: dark) { :root { color-scheme: dark } }\n"
    "</style>\n";

/* Append ${before}, ${text} as text, and ${after}. */
static int
put(struct buffer *out, const char *before, const char *text, const char *after)
{
	int err = buffer_append_text(out, before);

	if (err == RS_OK)
		err = article_html_escape(bytes_of_text(text), out);
	return err == RS_OK ? buffer_append_text(out, after) : err;
}

static int
put_byline(const Readsync__Article *article, struct buffer *out)
{
	char date[11];
	size_t i;
	int err;

	clock_format_day(article->published_ms, date);
	if (article->n_authors == 0 && article->site_name[0] == '\0' && date[0] == '\0')
		return RS_OK;
	err = buffer_append_text(out, "<p>");
	for (i = 0; i < article->n_authors && err == RS_OK; i++)
		err = put(out, i == 0 ? "" : ", ", article->authors[i], "");
	if (err == RS_OK && article->site_name[0] != '\0')
		err = put(out, i == 0 ? "" : " · ", article->site_name, "");
	if (err == RS_OK && date[0] != '\0')
		err = put(out, i == 0 && article->site_name[0] == '\0' ? "" : " · ", date, "");
	return err == RS_OK ? buffer_append_text(out, "</p>\n") : err;
}

static int
put_source(const char *url, struct buffer *out)
{
	int err;

	if (!article_url_is_safe(url, false))
		return put(out, "<p>", url, "</p>\n");
	err = put(out, "<p><a href=\"", url, "\">");
	return err == RS_OK ? put(out, "", url, "</a></p>\n") : err;
}

static int
put_header(const char *url, const Readsync__Reading *reading, const Readsync__Article *article,
    struct buffer *out)
{
	Readsync__Copy copy = reading->verdict->copy;
	int err = put(out, "<header>\n<h1>", article->title, "</h1>\n");

	if (err == RS_OK)
		err = put_byline(article, out);
	if (err == RS_OK)
		err = put_source(url, out);
	if (err == RS_OK && copy != READSYNC__COPY__COPY_FULL)
		err = put(out, "<p><strong>", terminal_copy_text(copy), "</strong></p>\n");
	return err == RS_OK ? buffer_append_text(out, "</header>\n") : err;
}

static int
put_notes(const struct annotation *annotation, struct buffer *out)
{
	char time[21];
	int err = RS_OK;

	for (size_t i = 0; i < annotation->note_count && err == RS_OK; i++) {
		const struct annotation_note *note = &annotation->notes[i];

		err = buffer_append_text(out, i == 0 ? "<h2>Note</h2>\n" : "<hr>\n");
		/* Who wrote it matters where there are two. */
		clock_format(note->at_ms, time);
		if (err == RS_OK && annotation->note_count > 1)
			err = put(out, "<p><cite>", annotation_device(note->device), ", ");
		if (err == RS_OK && annotation->note_count > 1)
			err = put(out, "", time, "</cite></p>\n");
		if (err == RS_OK)
			err = put(out, "<p class=\"own\">", note->text, "</p>\n");
	}
	return err;
}

static int
put_passages(const struct annotation *annotation, struct buffer *out)
{
	int err = annotation->passage_count == 0 ? RS_OK :
	    buffer_append_text(out, "<h2>Highlights</h2>\n<ol>\n");

	for (size_t i = 0; i < annotation->passage_count && err == RS_OK; i++) {
		const struct annotation_passage *passage = &annotation->passages[i];

		err = put(out, "<li><q>", passage->quote,
		    passage->found ? "</q>" : "</q> (not in this copy)");
		if (err == RS_OK && passage->comment[0] != '\0')
			err = put(out, "\n<p class=\"own\">", passage->comment, "</p>");
		if (err == RS_OK)
			err = buffer_append_text(out, "</li>\n");
	}
	return err != RS_OK || annotation->passage_count == 0 ? err :
	    buffer_append_text(out, "</ol>\n");
}

int
html_page(const char *url, const Readsync__Reading *reading,
    const Readsync__Article *article, const struct annotation *annotation,
    const struct article_html_parts *parts, struct buffer *out)
{
	int err = put(out, "<!doctype html>\n<html lang=\"", article->language,
	    article->right_to_left ? "\" dir=\"rtl\">\n" : "\">\n");

	if (err == RS_OK)
		err = buffer_append_text(out, head);
	if (err == RS_OK)
		err = put(out, "<title>", article->title, "</title>\n<article>\n");
	if (err == RS_OK)
		err = put_header(url, reading, article, out);
	if (err == RS_OK)
		err = article_html_whole(article, parts, out);
	if (err == RS_OK)
		err = buffer_append_text(out, "</article>\n");
	if (err == RS_OK)
		err = put_notes(annotation, out);
	if (err == RS_OK)
		err = put_passages(annotation, out);
	return err == RS_OK ? buffer_append_text(out, "</html>\n") : err;
}
