/*
 * Values of registers that are messages: packed, within what a register holds; and read
 * back by the rules for what a peer sends.
 */
#ifndef PROTO_REPLICA_VALUE_H
#define PROTO_REPLICA_VALUE_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

/**
 * value_pack(message, out):
 * Append ${message}, packed, to ${out}.  Fails like buffer_append.
 */
int value_pack(const ProtobufCMessage *message, struct buffer *out);

/**
 * value_write(replica, kind, entity, field, message):
 * replica_write with ${message} as the value.  RS_ELIMIT when no register can hold it.
 */
int value_write(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field, const ProtobufCMessage *message);

/**
 * value_unpack(descriptor, value, ret_message):
 * Read ${value} as a message of the type ${descriptor}; freed with
 * protobuf_c_message_free_unpacked(message, NULL).  RS_EPROTOCOL when it is none,
 * RS_ENOMEM.
 */
int value_unpack(const ProtobufCMessageDescriptor *descriptor, struct bytes value,
    ProtobufCMessage **ret_message);

#endif
