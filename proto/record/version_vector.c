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
version_vector_raise(struct version_vector *vector, const uint8_t *origin, uint64_t sequence)
{
	struct version_entry *entry;
	bool found;
	size_t at = position(vector, origin, &found);
	int err;

	if (found) {
		entry = &vector->entries[at];
		if (sequence > entry->sequence)
			entry->sequence = sequence;
		return RS_OK;
	}
	/* An origin at 0 is absent: the empty vector has one form only. */
	if (sequence == 0)
		return RS_OK;
	err = grow(vector);
	if (err != RS_OK)
		return err;
	entry = &vector->entries[at];
	memmove(entry + 1, entry, (vector->count - at) * sizeof(*entry));
	memcpy(entry->origin, origin, VERSION_ORIGIN_LEN);
	entry->sequence = sequence;
	vector->count++;
	return RS_OK;
}

bool
version_vector_covers(const struct version_vector *a, const struct version_vector *b)
{
	size_t i;

	for (i = 0; i < b->count; i++) {
		if (version_vector_get(a, b->entries[i].origin) < b->entries[i].sequence)
			return false;
	}
	return true;
}

void
version_vector_digest(const struct version_vector *vector, uint8_t digest[16])
{
	uint8_t sequence[8];
	struct bytes parts[2];
	size_t i;
	int byte;

	/* A chain, each entry keyed with the digest so far, needs no memory. */
	memset(digest, 0, HASH_NAME_LEN);
	for (i = 0; i < vector->count; i++) {
		if (vector->entries[i].sequence == 0)
			continue;
		for (byte = 0; byte < 8; byte++)
			sequence[byte] = (uint8_t)(vector->entries[i].sequence >> (8 * byte));
		parts[0] = bytes_of(vector->entries[i].origin, VERSION_ORIGIN_LEN);
		parts[1] = bytes_of(sequence, sizeof(sequence));
		hash_name(bytes_of(digest, HASH_NAME_LEN), parts, 2, digest);
	}
}
