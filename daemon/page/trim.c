#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/measure.h"
#include "daemon/page/trim.h"

static bool
is_text(const Readsync__Block *block)
{

	return block->kind == READSYNC__BLOCK__KIND__PARAGRAPH ||
	    block->kind == READSYNC__BLOCK__KIND__HEADING;
}

/* Tell whether two texts are the same letters and digits, whatever is between. */
static bool
same_letters(const char *a, const char *b)
{

	while (*a != '\0' || *b != '\0') {
		while (*a != '\0' && (unsigned char)*a < 0x80 && !isalnum((unsigned char)*a))
			a++;
		while (*b != '\0' && (unsigned char)*b < 0x80 && !isalnum((unsigned char)*b))
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		a += *a != '\0';
		b += *b != '\0';
	}
	return true;
}

/* The heading that is the title stands among the first blocks. */
static void
cut_title(struct block_list *blocks, const struct metadata *metadata)
{
	size_t i;

	for (i = 0; i < blocks->count && i < 8; i++) {
		const Readsync__Block *block = blocks->list[i];

		if (!is_text(block))
			continue;
		if ((metadata != NULL && metadata->title != NULL &&
		    same_letters(block->text, metadata->title)) ||
		    (block->kind == READSYNC__BLOCK__KIND__HEADING && block->level == 1)) {
			block_list_cut(blocks, i, i + 1);
			return;
		}
	}
}

static void
cut_end(struct block_list *blocks)
{

	while (blocks->count > 0 && blocks->list[blocks->count - 1]->depth == 0 &&
	    (blocks->list[blocks->count - 1]->kind == READSYNC__BLOCK__KIND__HEADING ||
	    blocks->list[blocks->count - 1]->kind == READSYNC__BLOCK__KIND__RULE))
		block_list_cut(blocks, blocks->count - 1, blocks->count);
}

void
trim(struct block_list *blocks, const struct metadata *metadata)
{

	cut_title(blocks, metadata);
	cut_end(blocks);
}
