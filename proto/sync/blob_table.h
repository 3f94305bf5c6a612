/*
 * A bounded table of blobs by hash, for what one exchange has to remember of each: how
 * far it has come.
 *
 * An open-addressing hash table with linear probing, at most half full: the names of blobs
 * are hashes themselves.  A peer that chooses them costs no more than a walk over the
 * bounded table.
 */
#ifndef PROTO_SYNC_BLOB_TABLE_H
#define PROTO_SYNC_BLOB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/hash.h"

struct blob_entry {
	bool used;		/* this place holds a blob */
	uint8_t hash[HASH_CONTENT_LEN];
	uint64_t offset;	/* the next byte that is to go over the wire */
	uint64_t size;		/* of the whole blob; 0 until it is known */
	bool whole;		/* the last piece has gone */
	bool doubted;		/* it is here: only its last byte is asked for */
};

struct blob_table {
	struct blob_entry *entries;
	size_t count;
	size_t capacity;	/* a power of two, or 0 */
	size_t max;		/* entries; more are refused */
};

/**
 * blob_table_init(table, max), blob_table_release(table):
 * Make an empty table for at most ${max} blobs; free what it holds.
 */
void blob_table_init(struct blob_table *table, size_t max);
/** Free what it holds, but not itself. */
void blob_table_release(struct blob_table *table);

/**
 * blob_table_find(table, hash):
 * Return the entry of ${hash}, valid until the table is next changed, or NULL.
 */
struct blob_entry *blob_table_find(const struct blob_table *table, const uint8_t *hash);

/**
 * blob_table_add(table, hash, offset):
 * Add ${hash}, to go on from ${offset}.  RS_EEXIST, RS_ELIMIT when the table is
 * full, RS_ENOMEM.
 */
int blob_table_add(struct blob_table *table, const uint8_t *hash, uint64_t offset);

/**
 * blob_table_remove(table, hash):
 * Forget ${hash}, if it is there.
 */
void blob_table_remove(struct blob_table *table, const uint8_t *hash);

#endif
