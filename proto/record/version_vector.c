#include <stdlib.h>
#include <string.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/hash.h"
#include "proto/record/version_vector.h"

#define FIRST_CAPACITY 8

void
version_vector_init(struct version_vector *vector)
{
	*vector = (struct version_vector){ 0 };
}

void
version_vector_release(struct version_vector *vector)
{
	free(vector->entries);
	version_vector_init(vector);
}

/* Find ${origin}, or the place where it belongs. */
static size_t
position(const struct version_vector *vector, const uint8_t *origin, bool *ret_found)
{
	size_t low = 0, high = vector->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = memcmp(vector->entries[middle].origin, origin, VERSION_ORIGIN_LEN);
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

uint64_t
version_vector_get(const struct version_vector *vector, const uint8_t *origin)
{
	bool found;
	size_t at = position(vector, origin, &found);

	return found ? vector->entries[at].sequence : 0;
}

static int
grow(struct version_vector *vector)
{
	size_t capacity = vector->capacity == 0 ? FIRST_CAPACITY : vector->capacity * 2;
	struct version_entry *entries;

	if (vector->count >= VERSION_VECTOR_MAX)
		return RS_ELIMIT;
	if (vector->count < vector->capacity)
		return RS_OK;
	entries = realloc(vector->entries, capacity * sizeof(*entries));
	if (entries == NULL)
		return RS_ENOMEM;
	vector->entries = entries;
	vector->capacity = capacity;
	return RS_OK;
}

int
version_vector_raise_to(struct version_vector *vector, const struct version_entry *entry)
{
	struct version_entry *own;
	bool found;
	size_t at = position(vector, entry->origin, &found);
	int err;

	if (found) {
		own = &vector->entries[at];
		if (entry->sequence > own->sequence)
			*own = *entry;
		return RS_OK;
	}
	/* An origin at 0 is absent: the empty vector has one form only. */
	if (entry->sequence == 0)
		return RS_OK;
	err = grow(vector);
	if (err != RS_OK)
		return err;
	own = &vector->entries[at];
	memmove(own + 1, own, (vector->count - at) * sizeof(*own));
	*own = *entry;
	vector->count++;
	return RS_OK;
}

int
version_vector_raise(struct version_vector *vector, const uint8_t *origin, uint64_t sequence)
{
	struct version_entry entry = { .sequence = sequence };

	memcpy(entry.origin, origin, VERSION_ORIGIN_LEN);
	return version_vector_raise_to(vector, &entry);
}

bool
version_vector_covers(const struct version_vector *a, const struct version_vector *b)
{
	return version_vector_cover_together(a, a, b);
}

bool
version_vector_cover_together(const struct version_vector *a,
    const struct version_vector *other, const struct version_vector *b)
{
	const struct version_entry *entry;

	for (size_t i = 0; i < b->count; i++) {
		entry = &b->entries[i];
		if (entry->sequence > version_vector_get(a, entry->origin) &&
		    entry->sequence > version_vector_get(other, entry->origin))
			return false;
	}
	return true;
}

void
version_vector_digest(const struct version_vector *vector, uint8_t digest[16])
{
	const struct version_entry *entry;
	uint8_t sequence[8], clock[8];
	struct bytes parts[3];
	size_t i;
	int byte;

	/* A chain, each entry keyed with the digest so far, needs no memory. */
	memset(digest, 0, HASH_NAME_LEN);
	for (i = 0; i < vector->count; i++) {
		entry = &vector->entries[i];
		if (entry->sequence == 0)
			continue;
		for (byte = 0; byte < 8; byte++) {
			sequence[byte] = (uint8_t)(entry->sequence >> (8 * byte));
			clock[byte] = (uint8_t)(entry->clock >> (8 * byte));
		}
		parts[0] = bytes_of(entry->origin, VERSION_ORIGIN_LEN);
		parts[1] = bytes_of(sequence, sizeof(sequence));
		parts[2] = bytes_of(clock, sizeof(clock));
		hash_name(bytes_of(digest, HASH_NAME_LEN), parts, 3, digest);
	}
}
