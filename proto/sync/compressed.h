/*
 * Compressed messages: the writes of many items say much the same, so a message of Records
 * or a Snapshot goes out as one zstd frame where both ends know that.  A first sync sends a
 * sixth less by it, as its articles are compressed each.  PROTOCOL.md, "Compressed".
 */
#ifndef PROTO_SYNC_COMPRESSED_H
#define PROTO_SYNC_COMPRESSED_H

#include "proto/base/buffer.h"
#include "proto/replica/pack.h"
#include "readsync.pb-c.h"

/**
 * compressed_pack(pack, out, start):
 * Make of the packed message that stands in ${out} from ${start} to its end a Compressed one,
 * if that is shorter.  RS_ENOMEM.
 */
int compressed_pack(struct pack *pack, struct buffer *out, size_t start);

/**
 * compressed_size(compressed):
 * Return how many bytes the message in ${compressed} has, before it is unpacked; what says more
 * than a message may have, or nothing, will be refused, and is 0.
 */
size_t compressed_size(const Readsync__Compressed *compressed);

/**
 * compressed_unpack(pack, compressed, ret_message, detail):
 * Give the message of Records or the Snapshot that ${compressed} holds; message_free frees
 * it.  RS_EPROTOCOL when it is no frame of one, or is longer than a message may be; else fails
 * like message_unpack.
 */
int compressed_unpack(struct pack *pack, const Readsync__Compressed *compressed,
    Readsync__Message **ret_message, struct rs_err_detail *detail);

#endif
