/*
 * A draft: a message of the exchange while it is made.  Like every generated
 * message, it owns what hangs on it, so that one call frees it whole or
 * half-made.
 */
#ifndef PROTO_SYNC_DRAFT_H
#define PROTO_SYNC_DRAFT_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/record/version_vector.h"
#include "readsync.pb-c.h"

/**
 * draft_new(body_case):
 * Return a new message with an empty body of the kind ${body_case} (one of those
 * that two replicas exchange), or NULL when memory is exhausted.
 */
Readsync__Message *draft_new(Readsync__Message__BodyCase body_case);

/**
 * draft_finish(draft, out):
 * Append ${draft}, packed, to ${out}, and free it in any case.  Fails like
 * message_pack.
 */
int draft_finish(Readsync__Message *draft, struct buffer *out);

/**
 * draft_free(draft):
 * Free a draft that is not sent; NULL is ignored.
 */
void draft_free(Readsync__Message *draft);

/**
 * draft_grow(list, count, size):
 * Return ${list}, of ${count} elements of ${size} bytes, with room for at least
 * one more, or NULL when memory is exhausted and ${list} is as it was.
 */
void *draft_grow(void *list, size_t count, size_t size);

/**
 * draft_set_bytes(field, data, len):
 * Put a copy of ${len} bytes at ${data} into the empty ${field}.  RS_ENOMEM.
 */
int draft_set_bytes(ProtobufCBinaryData *field, const void *data, size_t len);

/**
 * draft_add_bytes(list, count, data, len):
 * Append a copy of ${len} bytes at ${data} to a repeated field.  RS_ENOMEM.
 */
int draft_add_bytes(ProtobufCBinaryData **list, size_t *count, const void *data, size_t len);

/**
 * draft_add_entry(list, count, entry):
 * Append an entry of a version vector to a repeated field.  RS_ENOMEM.
 */
int draft_add_entry(Readsync__VectorEntry ***list, size_t *count,
    const struct version_entry *entry);

#endif
