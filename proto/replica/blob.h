/*
 * Blobs: immutable bytes named by their hash (BLAKE2b-256), outside the version vector.
 * Articles and raw pages are blobs; they are compressed before they become one,
 * so that nothing is compressed twice on its way.  Images are kept as they came.
 *
 * Which blobs ought to be here follows from the readings and fetches that name
 * them; what is missing is the want-list, in the order in which a reader wants
 * them: articles of unread items, newest first, then the others; then images, in the
 * same order; raw pages on an archive only.
 */
#ifndef PROTO_REPLICA_BLOB_H
#define PROTO_REPLICA_BLOB_H

#include "proto/replica/replica.h"

enum {
	BLOB_MAX = 64 * 1024 * 1024	/* bytes of one blob */
};

/**
 * blob_put(replica, content, ret_hash), blob_put_packed(...):
 * Store ${content} as it is; or compressed with zstd.  The hash is that of the
 * stored bytes.  Storing what is there already changes nothing.
 */
int blob_put(struct replica *replica, struct bytes content, uint8_t ret_hash[HASH_CONTENT_LEN]);
/** As blob_put, of what zstd makes of ${content}. */
int blob_put_packed(struct replica *replica, struct bytes content,
    uint8_t ret_hash[HASH_CONTENT_LEN]);

/**
 * blob_get(replica, hash, out), blob_get_packed(replica, hash, out):
 * Append the stored bytes to ${out}; or what they say once decompressed, at
 * most ${out}'s bound.  RS_ENOTFOUND when it is not (wholly) here.
 */
int blob_get(struct replica *replica, const uint8_t *hash, struct buffer *out);
/** As blob_get, decompressed. */
int blob_get_packed(struct replica *replica, const uint8_t *hash, struct buffer *out);

/**
 * blob_read(replica, hash, offset, max, out, ret_size):
 * Append up to ${max} stored bytes from ${offset} on to ${out} and set ${ret_size} to
 * the blob's size; reads no more than that.  RS_ENOTFOUND.
 */
int blob_read(struct replica *replica, const uint8_t *hash, uint64_t offset, size_t max,
    struct buffer *out, uint64_t *ret_size);

/**
 * blob_receive(replica, hash, offset, size, data, ret_complete):
 * Take over one piece of a blob of ${size} bytes.  Pieces come in order; one that
 * leaves a gap is RS_EPROTOCOL, and bytes that are here already, from another peer,
 * are passed over.  The last piece completes it: bytes that do not
 * have this hash are thrown away and give RS_EPROTOCOL.  What was received
 * before a break is kept: see blob_wants.
 */
int blob_receive(struct replica *replica, const uint8_t *hash, uint64_t offset, uint64_t size,
    struct bytes data, bool *ret_complete);

/**
 * blob_held(replica, hash, ret_held):
 * Tell whether the whole blob is here.
 */
int blob_held(struct replica *replica, const uint8_t *hash, bool *ret_held);

/**
 * blob_known(replica, hash, ret_size, ret_held):
 * Tell the size of the blob, 0 while nobody has said it, and whether the whole of it is
 * here.
 */
int blob_known(struct replica *replica, const uint8_t *hash, uint64_t *ret_size,
    bool *ret_held);

/**
 * blob_set_archive(replica, hash, archive):
 * The archive with the origin ${archive} has said that it holds the blob durably; or NULL:
 * no archive does any more.  Of one that is not known here, nothing is kept.
 */
int blob_set_archive(struct replica *replica, const uint8_t *hash, const uint8_t *archive);

/**
 * blob_on_archive(replica, hash, archive, ret_durable):
 * Tell whether the last archive that was heard of was the one with the origin ${archive}.
 */
int blob_on_archive(struct replica *replica, const uint8_t *hash, const uint8_t *archive,
    bool *ret_durable);

/**
 * blob_archive_mark(archive):
 * Return what stands for ${archive} in the table.
 */
int64_t blob_archive_mark(const uint8_t *archive);

/**
 * blob_give_up(replica, hashes, count):
 * Drop the bytes of ${count} whole blobs, and what was derived of them: their texts leave the
 * index.  Their sizes stay known, and what was said of archives.
 */
int blob_give_up(struct replica *replica, const uint8_t (*hashes)[HASH_CONTENT_LEN],
    size_t count);

/**
 * blob_forget(replica, hash):
 * Drop what was received of an incomplete blob.
 */
int blob_forget(struct replica *replica, const uint8_t *hash);

/**
 * blob_unnamed(replica, hash):
 * A register that named the blob says something else now: unless another one names it at
 * the end of the transaction, it is dropped, and nothing of it stays known.  One that is on
 * its way is not.
 */
int blob_unnamed(struct replica *replica, const uint8_t *hash);

/**
 * blob_wants(replica, on_want, context):
 * Hand the blobs that are missing (want.h) in the order in which they are wanted to
 * on_want(context, hash, offset), until it returns false; ${offset} is how many
 * of its bytes are here already.
 */
int blob_wants(struct replica *replica,
    bool (*on_want)(void *context, const uint8_t *hash, uint64_t offset), void *context);

/**
 * blob_wanted(replica):
 * Return how many blobs are missing.
 */
uint64_t blob_wanted(struct replica *replica);

/* For replica.c. */

/**
 * blob_register(replica):
 * Make the table of what blob_unnamed is told, before any call here.
 */
int blob_register(struct replica *replica);

/**
 * blob_settle(replica):
 * Drop what nothing names since this transaction; after index_settle, which may need it.
 */
int blob_settle(struct replica *replica);

#endif
