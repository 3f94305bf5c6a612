#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/sync/blob_table.h"

#define FIRST_CAPACITY 16

void
blob_table_init(struct blob_table *table, size_t max)
{
	*table = (struct blob_table){ .max = max };
}

void
blob_table_release(struct blob_table *table)
{
	free(table->entries);
	blob_table_init(table, table->max);
}

/* Return the place at which the search for ${hash} begins. */
static size_t
home_of(const struct blob_table *table, const uint8_t *hash)
{
	uint64_t head;

	memcpy(&head, hash, sizeof(head));
	return (size_t)head & (table->capacity - 1);
}

static size_t
after(const struct blob_table *table, size_t at)
{
	return (at + 1) & (table->capacity - 1);
}

/* Return the place of ${hash}, or the free one where it belongs. */
static size_t
position(const struct blob_table *table, const uint8_t *hash)
{
	size_t at = home_of(table, hash);

	while (table->entries[at].used &&
	    memcmp(table->entries[at].hash, hash, HASH_CONTENT_LEN) != 0)
		at = after(table, at);
	return at;
}

struct blob_entry *
blob_table_find(const struct blob_table *table, const uint8_t *hash)
{
	struct blob_entry *entry;

	if (table->count == 0)
		return NULL;
	entry = &table->entries[position(table, hash)];
	return entry->used ? entry : NULL;
}

/* Make room for one more. */
static int
grow(struct blob_table *table)
{
	struct blob_table larger = *table;
	size_t i;

	if (table->count < table->capacity / 2)
		return RS_OK;
	larger.capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
	larger.entries = calloc(larger.capacity, sizeof(*larger.entries));
	if (larger.entries == NULL)
		return RS_ENOMEM;
	for (i = 0; i < table->capacity; i++)
		if (table->entries[i].used)
			larger.entries[position(&larger, table->entries[i].hash)] =
			    table->entries[i];
	free(table->entries);
	*table = larger;
	return RS_OK;
}

int
blob_table_add(struct blob_table *table, const uint8_t *hash, uint64_t offset)
{
	struct blob_entry *entry;
	int err;

	if (blob_table_find(table, hash) != NULL)
		return RS_EEXIST;
	if (table->count >= table->max)
		return RS_ELIMIT;
	err = grow(table);
	if (err != RS_OK)
		return err;
	entry = &table->entries[position(table, hash)];
	*entry = (struct blob_entry){ .used = true, .offset = offset };
	memcpy(entry->hash, hash, HASH_CONTENT_LEN);
	table->count++;
	return RS_OK;
}

void
blob_table_remove(struct blob_table *table, const uint8_t *hash)
{
	struct blob_entry *gap = blob_table_find(table, hash), *entry;
	size_t mask = table->capacity - 1, at, from;

	if (gap == NULL)
		return;
	/* What was pushed on by the one that goes moves up, so that no search ends too early. */
	for (at = after(table, (size_t)(gap - table->entries)); table->entries[at].used;
	    at = after(table, at)) {
		entry = &table->entries[at];
		from = home_of(table, entry->hash);
		/* The gap lies on its way: between where its search begins and where it is. */
		if (((at - from) & mask) >= ((at - (size_t)(gap - table->entries)) & mask)) {
			*gap = *entry;
			gap = entry;
		}
	}
	gap->used = false;
	table->count--;
}
