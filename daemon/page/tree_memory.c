#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlmemory.h>

#include "daemon/page/tree_memory.h"

enum {
	PIECE_FIRST = 64 * 1024,
	PIECE_MAX = 16 * 1024 * 1024,	/* each is twice the one before it, up to here */
	BLOCK_MAX = 4096,		/* larger ones can be moved, and are few */
	BLOCK_ALIGN = 16
};

/* A block; what it holds is behind the first of these, and aligned, as the block is not. */
struct block {
	size_t size;			/* of what it may hold */
	struct block *next;		/* of those of its size that are free: it holds nothing */
};

enum { BLOCK_HEADER = offsetof(struct block, next) };

struct piece {
	struct piece *next;
	uint8_t *at, *end;		/* what no block has yet */
	size_t in_use;			/* blocks */
	size_t len;			/* of the room */
	uint8_t room[];
};

_Static_assert((offsetof(struct piece, room) + BLOCK_HEADER) % BLOCK_ALIGN == 0, "alignment");

#ifdef PLAIN_MEMORY
static const bool fills = false;
#else
static const bool fills = true;
#endif

/* The first piece is the one that is filled; else the one out of which a block was freed last. */
static _Thread_local struct {
	struct piece *pieces;
	bool filling;
	struct block *freed[BLOCK_MAX / BLOCK_ALIGN + 1];	/* while it is filled, by size */
} memory;

/* The piece that ${data} is in; or NULL.  A tree is freed from piece to piece. */
static struct piece *
piece_of(const void *data)
{
	const uint8_t *at = data;
	struct piece **link, *piece;

	for (link = &memory.pieces; (piece = *link) != NULL; link = &piece->next)
		if (at >= piece->room && at < piece->end)
			break;
	if (piece != NULL && !memory.filling && piece != memory.pieces) {
		*link = piece->next;
		piece->next = memory.pieces;
		memory.pieces = piece;
	}
	return piece;
}

static struct block *
block_of(void *data)
{

	return (struct block *)((uint8_t *)data - BLOCK_HEADER);
}

static uint8_t *
data_of(struct block *block)
{

	return (uint8_t *)block + BLOCK_HEADER;
}

static void
drop_piece(struct piece **link)
{
	struct piece *piece = *link;

	*link = piece->next;
	free(piece);
}

/* Have ${size} bytes at the end of the first piece, or of a new one. */
static bool
make_room(size_t size)
{
	struct piece *piece = memory.pieces;
	size_t len;

	if (piece != NULL && size <= (size_t)(piece->end - piece->at))
		return true;
	len = piece == NULL ? PIECE_FIRST : 2 * piece->len;
	if (len > PIECE_MAX)
		len = PIECE_MAX;
	if ((piece = malloc(sizeof(*piece) + len)) == NULL)
		return false;
	*piece = (struct piece){ .next = memory.pieces, .at = piece->room,
		.end = piece->room + len, .len = len };
	memory.pieces = piece;
	return true;
}

/* What a block may hold that is to hold ${size} bytes. */
static size_t
data_size(size_t size)
{
	size_t least = size < sizeof(void *) ? sizeof(void *) : size;

	return (BLOCK_HEADER + least + BLOCK_ALIGN - 1) / BLOCK_ALIGN * BLOCK_ALIGN - BLOCK_HEADER;
}

static struct block **
freed_of(size_t size)
{

	return &memory.freed[size / BLOCK_ALIGN];
}

static void *
allocate(size_t size)
{
	struct block **freed, *block;
	size_t most;

	if (!memory.filling || size > BLOCK_MAX)
		return malloc(size);
	most = data_size(size);
	freed = freed_of(most);
	if ((block = *freed) != NULL) {
		*freed = block->next;
		piece_of(block)->in_use++;
		return data_of(block);
	}
	/* Where there is no memory for a piece, there may be some for a block. */
	if (!make_room(BLOCK_HEADER + most))
		return malloc(size);
	block = (struct block *)memory.pieces->at;
	block->size = most;
	memory.pieces->at += BLOCK_HEADER + most;
	memory.pieces->in_use++;
	return data_of(block);
}

static void
release(void *data)
{
	struct piece *piece = piece_of(data);
	struct block *block;

	if (piece == NULL) {
		free(data);
		return;
	}
	piece->in_use--;
	if (memory.filling) {
		block = block_of(data);
		block->next = *freed_of(block->size);
		*freed_of(block->size) = block;
	} else if (piece->in_use == 0) {
		drop_piece(&memory.pieces);
	}
}

static void *
resize(void *data, size_t size)
{
	struct piece *piece;
	struct block *block;
	void *other;

	if (data == NULL)
		return allocate(size);
	if ((piece = piece_of(data)) == NULL)
		return realloc(data, size);
	block = block_of(data);
	if (size <= block->size)
		return data;
	/* The last block of its piece grows where it is. */
	if (data_of(block) + block->size == piece->at && size <= BLOCK_MAX &&
	    data_size(size) <= (size_t)(piece->end - data_of(block))) {
		block->size = data_size(size);
		piece->at = data_of(block) + block->size;
		return data;
	}
	if ((other = allocate(size)) == NULL)
		return NULL;
	memcpy(other, data, block->size);
	release(data);
	return other;
}

static char *
duplicate(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = allocate(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

/* What libxml2 keeps for good, it has before there is a piece. */
static void
install(void)
{

	(void)xmlMemSetup(release, allocate, resize, duplicate);
	xmlInitParser();
}

void
tree_memory_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, install);
	memory.filling = fills;
}

void
tree_memory_end(void)
{
	struct piece **link = &memory.pieces;

	/* It may name what was wrong with the page. */
	xmlResetLastError();
	memory.filling = false;
	memset(memory.freed, 0, sizeof(memory.freed));
	while (*link != NULL)
		if ((*link)->in_use == 0)
			drop_piece(link);
		else
			link = &(*link)->next;
}

size_t
tree_memory_pieces(void)
{
	size_t count = 0;

	for (const struct piece *piece = memory.pieces; piece != NULL; piece = piece->next)
		count++;
	return count;
}
