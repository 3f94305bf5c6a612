/*
 * Unpacking protobuf that somebody else packed: bounded memory, clean text.
 *
 * protobuf-c alone would let a few kilobytes of empty sub-messages claim
 * megabytes, cut a text at a NUL inside it, and take any bytes for text.  What
 * comes out of here was made within a stated budget, and each `string` in it,
 * at any depth, is UTF-8 without a NUL.
 */
#ifndef PROTO_RECORD_UNPACK_H
#define PROTO_RECORD_UNPACK_H

#include <protobuf-c/protobuf-c.h>

#include "proto/base/buffer.h"

enum {
	/* What the heap adds to an allocation, counted against the budget. */
	UNPACK_ALLOCATION_OVERHEAD = 16,
	/* Messages inside messages; no type of readsync.proto reaches it. */
	UNPACK_DEPTH_MAX = 8
};

/* Protobuf's "wire types"; 3 and 4, groups, are not in proto3. */
enum unpack_type {
	UNPACK_VARINT = 0,
	UNPACK_FIXED64 = 1,
	UNPACK_BYTES = 2,	/* string, bytes, message, packed numbers */
	UNPACK_FIXED32 = 5
};

/* One field as it stands in packed bytes. */
struct unpack_field {
	uint32_t number;
	enum unpack_type type;
	struct bytes content;	/* of UNPACK_BYTES; borrowed, else empty */
};

/**
 * unpack_field_next(packed, ret_field):
 * Take the first field off ${packed}, which must not be empty, and move
 * ${packed} behind it.  RS_EPROTOCOL when no whole field stands there, or one
 * of the two group types, which proto3 does not have.
 */
int unpack_field_next(struct bytes *packed, struct unpack_field *ret_field);

/**
 * unpack_bounded(descriptor, packed, max_memory, ret_message):
 * Unpack ${packed} as a message of the type ${descriptor}.  At most
 * ${max_memory} bytes are allocated in all, UNPACK_ALLOCATION_OVERHEAD for each
 * allocation and what is freed again on the way included.  For scale, this was
 * measured: 7 times the packed bytes for a full frame of small records or
 * vector entries, 1.5 times for paragraphs of 400 bytes, 36 times for a table of
 * empty cells.
 *
 * The message is made with malloc: the generated X__free_unpacked(message,
 * NULL) frees it.  RS_EPROTOCOL for malformed bytes or text, RS_ELIMIT past
 * the budget, RS_ENOMEM.
 */
int unpack_bounded(const ProtobufCMessageDescriptor *descriptor, struct bytes packed,
    size_t max_memory, ProtobufCMessage **ret_message);

#endif
