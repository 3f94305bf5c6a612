/*
 * Compression of articles and pages: one zstd frame (RFC 8878) that states its
 * content's size, so that a reader can bound its memory before it starts.
 */
#ifndef PROTO_REPLICA_PACK_H
#define PROTO_REPLICA_PACK_H

#include "proto/base/buffer.h"

struct pack;

/**
 * pack_new(ret_pack), pack_free(pack):
 * Make the working memory that the functions below use again and again.
 */
int pack_new(struct pack **ret_pack);
/** Free it; NULL is ignored. */
void pack_free(struct pack *pack);

/**
 * pack_rest(pack):
 * Give the working memory back; the next use takes it again.
 */
void pack_rest(struct pack *pack);

/**
 * pack_compress(pack, content, out):
 * Append ${content} as one frame to ${out}.
 */
int pack_compress(struct pack *pack, struct bytes content, struct buffer *out);

/**
 * pack_size(frame):
 * Return the size that ${frame} states of its content; 0 when it states none.
 */
uint64_t pack_size(struct bytes frame);

/**
 * pack_decompress(pack, frame, out):
 * Append the content of ${frame} to ${out}.  RS_ELIMIT when it does not fit
 * ${out}'s bound; RS_ENOTPAGE when ${frame} is not exactly one frame that states its
 * size.
 */
int pack_decompress(struct pack *pack, struct bytes frame, struct buffer *out);

#endif
