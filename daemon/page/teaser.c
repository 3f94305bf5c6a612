#include <stdlib.h>
#include <string.h>

#include "daemon/page/teaser.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

static const char ellipsis[] = "\xe2\x80\xa6";

static size_t
text_len(const Readsync__Article *article)
{
	size_t len = 0;

	for (size_t i = 0; i < article->n_blocks; i++)
		len += strlen(article->blocks[i]->text);
	return len;
}

/* The last place up to ${most} at which ${text} can be cut. */
static size_t
cut_place(const char *text, size_t most)
{
	size_t place = most;

	while (place > 0 && text[place] != ' ')
		place--;
	/* Scripts without spaces are cut between two letters. */
	if (place < most / 2) {
		place = most;
		while (place > 0 && ((unsigned char)text[place] & 0xc0) == 0x80)
			place--;
	}
	return place;
}

/* Cut the marks of ${block} to the first ${len} bytes of its text. */
static void
cut_marks(Readsync__Block *block, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < block->n_marks; i++) {
		Readsync__Mark *mark = block->marks[i];

		if (mark->start >= len) {
			readsync__mark__free_unpacked(mark, NULL);
			continue;
		}
		if (mark->length > len - mark->start)
			mark->length = (uint32_t)(len - mark->start);
		block->marks[kept++] = mark;
	}
	block->n_marks = kept;
}

static int
cut_text(Readsync__Block *block, size_t most)
{
	size_t len = cut_place(block->text, most);
	char *text = malloc(len + sizeof(ellipsis));

	if (text == NULL)
		return RS_ENOMEM;
	memcpy(text, block->text, len);
	memcpy(text + len, ellipsis, sizeof(ellipsis));
	free(block->text);
	block->text = text;
	cut_marks(block, len);
	return RS_OK;
}

/* Free all blocks but ${kept}, which becomes the only one. */
static void
drop_others(Readsync__Article *article, Readsync__Block *kept)
{

	for (size_t i = 0; i < article->n_blocks; i++) {
		if (article->blocks[i] != kept)
			readsync__block__free_unpacked(article->blocks[i], NULL);
	}
	article->n_blocks = kept != NULL;
	if (kept != NULL) {
		article->blocks[0] = kept;
		kept->depth = 0;
	}
}

int
teaser_cut(Readsync__Article *article)
{
	size_t most = text_len(article) / 3;
	Readsync__Block *first = NULL;
	int err = RS_OK;

	for (size_t i = 0; i < article->n_blocks && first == NULL; i++) {
		if (article->blocks[i]->kind == READSYNC__BLOCK__KIND__PARAGRAPH)
			first = article->blocks[i];
	}
	drop_others(article, first);
	if (most > TEASER_BYTES)
		most = TEASER_BYTES;
	if (first != NULL && strlen(first->text) > most &&
	    (err = cut_text(first, most)) != RS_OK)
		drop_others(article, NULL);
	article->words = article_words(article);
	return err;
}
