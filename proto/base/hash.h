/*
 * BLAKE2b (RFC 7693) as the one hash of readsync: 16 bytes where a name is
 * meant, 32 where content is, keyed where nobody outside may guess.
 */
#ifndef PROTO_BASE_HASH_H
#define PROTO_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"

enum {
	HASH_NAME_LEN = 16,	/* names: items, fetches, readings, devices */
	HASH_CONTENT_LEN = 32	/* blobs */
};

/**
 * hash_name(key, parts, part_count, name):
 * Hash ${part_count} views, each preceded by its length (8 bytes, little
 * endian) so that no two lists of parts hash alike, into the 16 bytes
 * ${name}.  ${key} is 16 to 64 bytes, or empty for an unkeyed hash.
 */
void hash_name(struct bytes key, const struct bytes *parts, size_t part_count,
    uint8_t name[HASH_NAME_LEN]);

/**
 * hash_content(content, hash):
 * Hash ${content} into the 32 bytes ${hash}, unkeyed and without a prefix.
 */
void hash_content(struct bytes content, uint8_t hash[HASH_CONTENT_LEN]);

/* The same of content that comes in pieces; libsodium's own state. */
struct hash_stream {
	_Alignas(64) uint8_t state[384];
};

/**
 * hash_stream_begin(stream), hash_stream_add(stream, piece), hash_stream_end(stream, hash):
 * Begin; add the next ${piece}; write what hash_content gives of all pieces into ${hash}.
 */
void hash_stream_begin(struct hash_stream *stream);
/** Add the next ${piece}. */
void hash_stream_add(struct hash_stream *stream, struct bytes piece);
/** Write the hash of all pieces into ${hash}. */
void hash_stream_end(struct hash_stream *stream, uint8_t hash[HASH_CONTENT_LEN]);

#endif
