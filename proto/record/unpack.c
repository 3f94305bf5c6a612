#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/utf8.h"
#include "proto/record/unpack.h"

#define VARINT_LEN_MAX 10
#define FIELD_NUMBER_MAX 536870911	/* 2^29 - 1: protobuf's own bound */

/* What one unpacking may still allocate, and why it failed if it did. */
struct budget {
	size_t left;
	int err;
};

static int
take_varint(struct bytes *packed, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < packed->len && i < VARINT_LEN_MAX; i++) {
		value |= (uint64_t)(packed->data[i] & 0x7f) << (7 * i);
		if (packed->data[i] < 0x80) {
			*packed = bytes_of(packed->data + i + 1, packed->len - i - 1);
			*ret_value = value;
			return RS_OK;
		}
	}
	return RS_EPROTOCOL;
}

static int
take_bytes(struct bytes *packed, uint64_t len, struct bytes *ret_bytes)
{
	if (len > packed->len)
		return RS_EPROTOCOL;
	*ret_bytes = bytes_of(packed->data, (size_t)len);
	*packed = bytes_of(packed->data + len, packed->len - (size_t)len);
	return RS_OK;
}

int
unpack_field_next(struct bytes *packed, struct unpack_field *ret_field)
{
	struct unpack_field field = { 0 };
	struct bytes rest = *packed, number;
	uint64_t tag, value = 0;
	int err = take_varint(&rest, &tag);

	if (err != RS_OK || tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX)
		return RS_EPROTOCOL;
	field.number = (uint32_t)(tag >> 3);
	field.type = tag & 7;
	switch (tag & 7) {
	case UNPACK_VARINT:
		err = take_varint(&rest, &value);
		break;
	case UNPACK_FIXED64:
		err = take_bytes(&rest, 8, &number);
		break;
	case UNPACK_BYTES:
		err = take_varint(&rest, &value);
		if (err == RS_OK)
			err = take_bytes(&rest, value, &field.content);
		break;
	case UNPACK_FIXED32:
		err = take_bytes(&rest, 4, &number);
		break;
	default:
		err = RS_EPROTOCOL;
	}
	if (err != RS_OK)
		return err;
	*packed = rest;
	*ret_field = field;
	return RS_OK;
}

/*
 * Look at every text before protobuf-c turns it into a C string: two texts that
 * differ behind a NUL would be one register here and two in another program,
 * and the replicas would never agree.  The recursion follows the schema, which
 * has no cycle.
 */
static int
check_texts(const ProtobufCMessageDescriptor *descriptor, struct bytes packed, int depth)
{
	const ProtobufCFieldDescriptor *known;
	struct unpack_field field;
	int err = depth > UNPACK_DEPTH_MAX ? RS_ELIMIT : RS_OK;

	while (err == RS_OK && packed.len > 0) {
		err = unpack_field_next(&packed, &field);
		if (err != RS_OK || field.type != UNPACK_BYTES || field.content.len == 0)
			continue;
		known = protobuf_c_message_descriptor_get_field(descriptor, field.number);
		if (known == NULL)
			continue;
		if (known->type == PROTOBUF_C_TYPE_MESSAGE)
			err = check_texts(known->descriptor, field.content, depth + 1);
		else if (known->type == PROTOBUF_C_TYPE_STRING &&
		    (!utf8_valid(field.content) ||
		    memchr(field.content.data, '\0', field.content.len) != NULL))
			err = RS_EPROTOCOL;
	}
	return err;
}

static void *
allocate_counted(void *context, size_t size)
{
	struct budget *budget = context;
	void *memory;

	if (budget->left < UNPACK_ALLOCATION_OVERHEAD ||
	    size > budget->left - UNPACK_ALLOCATION_OVERHEAD) {
		budget->err = RS_ELIMIT;
		return NULL;
	}
	memory = malloc(size);
	if (memory == NULL) {
		budget->err = RS_ENOMEM;
		return NULL;
	}
	budget->left -= size + UNPACK_ALLOCATION_OVERHEAD;
	return memory;
}

static void
free_counted(void *context, void *memory)
{
	(void)context;
	free(memory);
}

int
unpack_bounded(const ProtobufCMessageDescriptor *descriptor, struct bytes packed,
    size_t max_memory, ProtobufCMessage **ret_message)
{
	struct budget budget = { max_memory, RS_EPROTOCOL };
	ProtobufCAllocator allocator = { allocate_counted, free_counted, &budget };
	ProtobufCMessage *message;
	int err = check_texts(descriptor, packed, 0);

	if (err != RS_OK)
		return err;
	message = protobuf_c_message_unpack(descriptor, &allocator, packed.len, packed.data);
	if (message == NULL)
		return budget.err;
	*ret_message = message;
	return RS_OK;
}
