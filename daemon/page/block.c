#include <stdlib.h>
#include <string.h>

#include "daemon/page/block.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

void
block_list_init(struct block_list *blocks)
{

	memset(blocks, 0, sizeof(*blocks));
}

void
block_list_release(struct block_list *blocks)
{

	block_list_cut(blocks, 0, blocks->count);
	free(blocks->list);
	block_list_init(blocks);
}

static int
grow(struct block_list *blocks)
{
	size_t capacity = blocks->capacity == 0 ? 64 : 2 * blocks->capacity;
	Readsync__Block **list = realloc(blocks->list, capacity * sizeof(*list));

	if (list == NULL)
		return RS_ENOMEM;
	blocks->list = list;
	blocks->capacity = capacity;
	return 0;
}

int
block_list_insert(struct block_list *blocks, size_t at, Readsync__Block__Kind kind,
    uint32_t depth, Readsync__Block **ret_block)
{
	Readsync__Block *block;

	if (blocks->count >= ARTICLE_BLOCKS_MAX || depth > ARTICLE_DEPTH_MAX)
		return RS_ELIMIT;
	if (blocks->count == blocks->capacity && grow(blocks) != 0)
		return RS_ENOMEM;
	if ((block = malloc(sizeof(*block))) == NULL)
		return RS_ENOMEM;
	readsync__block__init(block);
	block->kind = kind;
	block->depth = depth;
	memmove(blocks->list + at + 1, blocks->list + at,
	    (blocks->count - at) * sizeof(*blocks->list));
	blocks->list[at] = block;
	blocks->count++;
	if (ret_block != NULL)
		*ret_block = block;
	return 0;
}

int
block_list_add(struct block_list *blocks, Readsync__Block__Kind kind, uint32_t depth,
    Readsync__Block **ret_block)
{

	return block_list_insert(blocks, blocks->count, kind, depth, ret_block);
}

void
block_list_cut(struct block_list *blocks, size_t from, size_t to)
{
	size_t i;

	if (from >= to)
		return;
	for (i = from; i < to; i++) {
		blocks->text -= strlen(blocks->list[i]->text);
		readsync__block__free_unpacked(blocks->list[i], NULL);
	}
	memmove(blocks->list + from, blocks->list + to,
	    (blocks->count - to) * sizeof(*blocks->list));
	blocks->count -= to - from;
}

void
block_list_sweep(struct block_list *blocks)
{
	size_t kept = 0;

	for (size_t i = 0; i < blocks->count; i++) {
		Readsync__Block *block = blocks->list[i];

		if (block->kind == READSYNC__BLOCK__KIND__NONE)
			continue;
		blocks->list[i] = blocks->list[kept];
		blocks->list[kept++] = block;
	}
	block_list_cut(blocks, kept, blocks->count);
}

int
block_set_text(struct block_list *blocks, Readsync__Block *block, struct bytes text)
{
	char *copy;

	if (text.len > ARTICLE_TEXT_MAX - blocks->text)
		return RS_ELIMIT;
	if ((copy = malloc(text.len + 1)) == NULL)
		return RS_ENOMEM;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	block->text = copy;
	blocks->text += text.len;
	return 0;
}

int
block_set(char **field, const char *text)
{
	char *copy = NULL;

	if (text != NULL && text[0] != '\0' && (copy = strdup(text)) == NULL)
		return RS_ENOMEM;
	if (*field != protobuf_c_empty_string)
		free(*field);
	*field = copy != NULL ? copy : (char *)(uintptr_t)protobuf_c_empty_string;
	return 0;
}

void
block_list_take(struct block_list *blocks, Readsync__Article *article)
{

	if (blocks->count == 0)
		return;
	article->blocks = blocks->list;
	article->n_blocks = blocks->count;
	block_list_init(blocks);
}
