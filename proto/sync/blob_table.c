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

/* Return the place of ${hash}, or where it belongs. */
static size_t
position(const struct blob_table *table, const uint8_t *hash, bool *ret_found)
{
	size_t low = 0, high = table->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = memcmp(table->entries[middle].hash, hash, HASH_CONTENT_LEN);
		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_found = false;
	return low;
}

struct blob_entry *
blob_table_find(const struct blob_table *table, const uint8_t *hash)
{
	bool found;
	size_t at = position(table, hash, &found);

	return found ? &table->entries[at] : NULL;
}

int
blob_table_add(struct blob_table *table, const uint8_t *hash, uint64_t offset)
{
	struct blob_entry *entries = table->entries;
	size_t at, capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
	bool found;

	at = position(table, hash, &found);
	if (found)
		return RS_EEXIST;
	if (table->count >= table->max)
		return RS_ELIMIT;
	if (table->count == table->capacity) {
		entries = realloc(entries, capacity * sizeof(*entries));
		if (entries == NULL)
			return RS_ENOMEM;
		table->entries = entries;
		table->capacity = capacity;
	}
	memmove(entries + at + 1, entries + at, (table->count - at) * sizeof(*entries));
	entries[at] = (struct blob_entry){ .offset = offset };
	memcpy(entries[at].hash, hash, HASH_CONTENT_LEN);
	table->count++;
	return RS_OK;
}

void
blob_table_remove(struct blob_table *table, const uint8_t *hash)
{
	bool found;
	size_t at = position(table, hash, &found);

	if (!found)
		return;
	table->count--;
	memmove(table->entries + at, table->entries + at + 1,
	    (table->count - at) * sizeof(*table->entries));
}
