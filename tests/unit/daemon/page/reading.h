/*
 * A page as a test reads it: from markup to article and verdict, with what every
 * article must keep checked on the way.  For the test programs of this folder only.
 */
#ifndef TESTS_UNIT_DAEMON_PAGE_READING_H
#define TESTS_UNIT_DAEMON_PAGE_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/page.h"
#include "proto/record/article.h"
#include "proto/record/article_html.h"
#include "proto/record/article_text.h"

#define READING_URL "https://example.org/news/story.html"

/* Prose of our own; each is running text, and no two are alike. */
#define PROSE_1 "The ferry left the harbour before dawn, as it had every day since the bridge fell, " \
    "and nobody on the quay looked up from their coffee."
#define PROSE_2 "By the time the fog had lifted, the captain had counted eleven passengers, four crates " \
    "of apples and one goat that belonged to no one."
#define PROSE_3 "The council had promised a new bridge within the year; that was three councils ago, " \
    "and the drawings hang in the library still."
#define PROSE_4 "What the island needs, says the teacher, is not a bridge but a reason to cross one, " \
    "and on most evenings her pupils agree with her."
#define PROSE_5 "So the ferry will sail again tomorrow, at the hour that it always has, and somebody will " \
    "have to find out whose goat that is."
#define P1 "<p>" PROSE_1 "</p>"
#define P2 "<p>" PROSE_2 "</p>"
#define P3 "<p>" PROSE_3 "</p>"
#define P4 "<p>" PROSE_4 "</p>"
#define P5 "<p>" PROSE_5 "</p>"
/* Some 400 words, more than any teaser; it ends as nothing in it does. */
#define LONG_PROSE P1 P2 P3 P4 P1 P2 P3 P4 P1 P2 P3 P4 P1 P2 P3 P4 P5
#define ARTICLE(inside) "<html><body><article><h1>The last ferry</h1>" inside "</article></body></html>"

struct reading {
	Readsync__Article *article;
	Readsync__Verdict *verdict;
	struct buffer text;		/* as article_text renders it */
	struct buffer html;
};

static inline void
reading_of(const struct page_input *input, struct reading *reading)
{
	struct rs_err_detail detail = { "" };
	int err;

	memset(reading, 0, sizeof(*reading));
	buffer_init(&reading->text, 16 << 20);
	buffer_init(&reading->html, 16 << 20);
	err = page_read(input, &reading->article, &reading->verdict, &detail);
	if (err != RS_OK)
		fail_msg("%d %s: %.300s", err, detail.text, (const char *)input->body.data);
	if ((err = article_validate(reading->article)) != RS_OK)
		fail_msg("an invalid article of: %.300s", (const char *)input->body.data);
	assert_int_equal(article_text(reading->article, &reading->text), RS_OK);
	assert_int_equal(article_html(reading->article, &reading->html), RS_OK);
}

/* A page that a reader saved. */
static inline void
reading_of_page(const char *page, struct reading *reading)
{
	struct page_input input = { .body = bytes_of_text(page), .url = READING_URL };

	reading_of(&input, reading);
}

static inline void
reading_free(struct reading *reading)
{

	readsync__article__free_unpacked(reading->article, NULL);
	readsync__verdict__free_unpacked(reading->verdict, NULL);
	buffer_release(&reading->text);
	buffer_release(&reading->html);
}

/* Is ${part} anywhere in what is kept: text, markup or metadata? */
static inline bool
reading_holds(const struct reading *reading, const char *part)
{

	return strstr(buffer_text(&reading->text), part) != NULL ||
	    strstr(buffer_text(&reading->html), part) != NULL ||
	    strstr(reading->article->title, part) != NULL ||
	    strstr(reading->article->excerpt, part) != NULL;
}

static inline bool
reading_has_evidence(const struct reading *reading, const char *id)
{

	for (size_t i = 0; i < reading->verdict->n_evidence; i++) {
		if (strcmp(reading->verdict->evidence[i]->id, id) == 0)
			return true;
	}
	return false;
}

#endif
