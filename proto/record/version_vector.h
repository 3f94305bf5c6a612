/*
 * Version vector: for each origin, the sequence up to which every one of its
 * writes is held here or superseded by one that is.
 *
 * An origin is 16 random bytes, one for each incarnation of a replica.  The entries
 * are sorted by origin; an origin that is absent stands at 0.  An entry may carry the
 * clock of the write that it names, by which its maker tells whether it made that one.
 */
#ifndef PROTO_RECORD_VERSION_VECTOR_H
#define PROTO_RECORD_VERSION_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VERSION_ORIGIN_LEN = 16,
	VERSION_VECTOR_MAX = 4096	/* origins in one vector */
};

struct version_entry {
	uint8_t origin[VERSION_ORIGIN_LEN];
	uint64_t sequence;
	uint64_t clock;		/* of that write; 0 where nobody asks */
};

struct version_vector {
	struct version_entry *entries;
	size_t count;
	size_t capacity;
};

/**
 * version_vector_init(vector), version_vector_release(vector):
 * Make an empty vector; free what it holds and leave it empty.
 */
void version_vector_init(struct version_vector *vector);
/** Free what it holds, but not itself. */
void version_vector_release(struct version_vector *vector);

/**
 * version_vector_get(vector, origin):
 * Return the sequence of ${origin} (16 bytes), 0 when it is absent.
 */
uint64_t version_vector_get(const struct version_vector *vector, const uint8_t *origin);

/**
 * version_vector_raise(vector, origin, sequence):
 * Raise ${origin} to ${sequence}; a lower or equal one changes nothing.
 * RS_ENOMEM, RS_ELIMIT past VERSION_VECTOR_MAX origins.
 */
int version_vector_raise(struct version_vector *vector, const uint8_t *origin, uint64_t sequence);

/**
 * version_vector_raise_to(vector, entry):
 * The same, to the entry of another vector, clock included.
 */
int version_vector_raise_to(struct version_vector *vector, const struct version_entry *entry);

/**
 * version_vector_covers(a, b):
 * Tell whether ${a} is at least ${b} for every origin.
 */
bool version_vector_covers(const struct version_vector *a, const struct version_vector *b);

/**
 * version_vector_cover_together(a, other, b):
 * Tell whether for every origin ${a} or ${other} is at least ${b}.
 */
bool version_vector_cover_together(const struct version_vector *a,
    const struct version_vector *other, const struct version_vector *b);

/**
 * version_vector_digest(vector, digest):
 * Write the 16-byte hash of the entries above 0, in order, into ${digest}: two vectors
 * with the same digest are the same, in their clocks too.
 */
void version_vector_digest(const struct version_vector *vector, uint8_t digest[16]);

#endif
