#include "proto/record/article_text.h"

bool
article_text_has(const Readsync__Block *block)
{
	switch (block->kind) {
	case READSYNC__BLOCK__KIND__PARAGRAPH:
	case READSYNC__BLOCK__KIND__HEADING:
	case READSYNC__BLOCK__KIND__PREFORMATTED:
	case READSYNC__BLOCK__KIND__MATH:
	case READSYNC__BLOCK__KIND__TERM:
		return block->text[0] != '\0';
	default:
		return false;
	}
}

int
article_text(const Readsync__Article *article, struct buffer *out)
{
	bool first = true;
	size_t i;
	int err;

	for (i = 0; i < article->n_blocks; i++) {
		if (!article_text_has(article->blocks[i]))
			continue;
		if (!first && (err = buffer_append_byte(out, '\n')) != 0)
			return err;
		if ((err = buffer_append_text(out, article->blocks[i]->text)) != 0)
			return err;
		first = false;
	}
	return 0;
}
