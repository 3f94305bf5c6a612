/*
 * Messages of proto/readsync.proto as JSON, by their descriptors, so that a field which
 * is added there is exported and imported without a word here.
 *
 * An object has the message's own field names; a field that has its zero is left out.
 * Enumerations are the names of their values, bytes are hexadecimal, times and all other
 * numbers are integers.
 */
#ifndef CLIENT_JSONL_MESSAGE_H
#define CLIENT_JSONL_MESSAGE_H

#include <stdbool.h>

#include <jansson.h>

#include "proto/base/err.h"
#include "readsync.pb-c.h"

/**
 * message_to_json(message):
 * Return ${message} as an object that the caller frees, NULL without memory.
 */
json_t *message_to_json(const ProtobufCMessage *message);

/**
 * message_from_json(object, descriptor, ret_message, detail):
 * Make the message that ${object} tells of; freed with
 * protobuf_c_message_free_unpacked(message, NULL).  RS_EINVAL, with the field in
 * ${detail}, for a field that the message does not have or a value that does not fit
 * it; RS_ENOMEM.
 */
int message_from_json(const json_t *object, const ProtobufCMessageDescriptor *descriptor,
    ProtobufCMessage **ret_message, struct rs_err_detail *detail);

/**
 * message_read_hex(text, bytes, len):
 * Read exactly ${len} bytes from the hexadecimal ${text}; tells whether it is that.
 */
bool message_read_hex(const char *text, uint8_t *bytes, size_t len);

#endif
