#include "proto/record/unpack.h"
#include "proto/replica/value.h"

enum {
	VALUE_MEMORY_MAX = 4 * 1024 * 1024	/* of an unpacked register: see unpack.h */
};

int
value_pack(const ProtobufCMessage *message, struct buffer *out)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *room;
	int err = buffer_reserve(out, len, &room);

	if (err != RS_OK)
		return err;
	buffer_commit(out, protobuf_c_message_pack(message, room));
	return RS_OK;
}

int
value_write(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field, const ProtobufCMessage *message)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = value_pack(message, &value);
	if (err == RS_OK)
		err = replica_write(replica, kind, entity, field, buffer_bytes(&value));
	buffer_release(&value);
	return err;
}

int
value_unpack(const ProtobufCMessageDescriptor *descriptor, struct bytes value,
    ProtobufCMessage **ret_message)
{
	int err = unpack_bounded(descriptor, value, VALUE_MEMORY_MAX, ret_message);

	return err == RS_OK || err == RS_ENOMEM ? err : RS_EPROTOCOL;
}
