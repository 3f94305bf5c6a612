#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "client/jsonl/plain.h"
#include "proto/record/article.h"

void
plain_clean(char *text)
{
	unsigned char *at;

	for (at = (unsigned char *)text; *at != '\0'; at++) {
		if (*at < ' ' || *at == 0x7f) {
			*at = ' ';
		} else if (*at == 0xc2 && at[1] < 0xa0) {	/* U+0080 to U+009F */
			at[0] = ' ';
			at[1] = ' ';
		}
	}
}

/* Tell whether a line without anything but blanks stands between two that have more. */
static bool
has_blank_line(const char *text)
{
	const char *end;

	for (text += strspn(text, " \t\r\n"); (end = strchr(text, '\n')) != NULL; text = end + 1) {
		size_t blanks = strspn(end + 1, " \t\r");

		if (end[1 + blanks] == '\n')
			return end[1 + strspn(end + 1, " \t\r\n")] != '\0';
	}
	return false;
}

/* Return the end of the paragraph that begins at ${text}. */
static const char *
paragraph_end(const char *text, bool by_blank_lines)
{
	const char *end = text + strcspn(text, "\n");

	while (by_blank_lines && *end != '\0') {
		size_t blanks = strspn(end + 1, " \t\r");

		if (end[1 + blanks] == '\n' || end[1 + blanks] == '\0')
			break;
		end += 1 + strcspn(end + 1, "\n");
	}
	return end;
}

static int
add_paragraph(Readsync__Article *article, const char *text, size_t len)
{
	Readsync__Block *block;

	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		len--;
	if (article->n_blocks == ARTICLE_BLOCKS_MAX)
		return RS_ELIMIT;
	block = malloc(sizeof(*block));
	if (block == NULL)
		return RS_ENOMEM;
	readsync__block__init(block);
	article->blocks[article->n_blocks++] = block;
	block->kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block->text = strndup(text, len);
	if (block->text == NULL)
		return RS_ENOMEM;
	plain_clean(block->text);
	return RS_OK;
}

static int
add_paragraphs(Readsync__Article *article, const char *text)
{
	bool by_blank_lines = has_blank_line(text);
	int err = RS_OK;

	article->blocks = malloc(ARTICLE_BLOCKS_MAX * sizeof(*article->blocks));
	if (article->blocks == NULL)
		return RS_ENOMEM;
	while (err == RS_OK && *(text += strspn(text, " \t\r\n")) != '\0') {
		const char *end = paragraph_end(text, by_blank_lines);

		err = add_paragraph(article, text, (size_t)(end - text));
		text = end;
	}
	return err;
}

int
plain_article(const char *title, const char *text, Readsync__Article **ret_article)
{
	Readsync__Article *article = malloc(sizeof(*article));
	int err;

	if (article == NULL)
		return RS_ENOMEM;
	readsync__article__init(article);
	article->title = strdup(title);
	err = article->title == NULL ? RS_ENOMEM : add_paragraphs(article, text);
	if (err == RS_OK) {
		article->words = article_words(article);
		*ret_article = article;
	} else {
		readsync__article__free_unpacked(article, NULL);
	}
	return err;
}
