#include <stdlib.h>
#include <string.h>

#include "client/jsonl/message.h"
#include "proto/base/encode.h"

/* How many bytes one value of ${field} takes in a message, or in the array of a repeated one. */
static size_t
size_of(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return sizeof(uint64_t);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	default:
		return sizeof(uint32_t);
	}
}

static void *
member(const ProtobufCMessage *message, size_t offset)
{
	return (uint8_t *)message + offset;
}

/* ------------------------------------------------------------------- writing */

static json_t *
hex(const ProtobufCBinaryData *bytes)
{
	char *text;
	json_t *value;

	if (bytes->len == 0)
		return NULL;
	text = malloc(2 * bytes->len + 1);
	if (text == NULL)
		return NULL;
	encode_hex(bytes_of(bytes->data, bytes->len), text);
	value = json_string(text);
	free(text);
	return value;
}

static json_t *
enum_name(const ProtobufCFieldDescriptor *field, int number)
{
	const ProtobufCEnumValue *value =
	    protobuf_c_enum_descriptor_get_value(field->descriptor, number);

	/* A number that this version has no name for stays a number. */
	return value != NULL ? json_string(value->name) : json_integer(number);
}

/* Return the value at ${at}; NULL when it is the field's zero, unless ${always}. */
static json_t *
value_to_json(const ProtobufCFieldDescriptor *field, const void *at, bool always)
{
	static const uint8_t zeros[sizeof(uint64_t)];
	const char *text;

	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		text = *(char *const *)at;
		return text == NULL || (text[0] == '\0' && !always) ? NULL : json_string(text);
	case PROTOBUF_C_TYPE_BYTES:
		return hex(at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return *(void *const *)at == NULL ? NULL :
		    message_to_json(*(ProtobufCMessage *const *)at);
	default:
		break;
	}
	if (!always && memcmp(at, zeros, size_of(field)) == 0)
		return NULL;
	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		return json_boolean(*(const protobuf_c_boolean *)at);
	case PROTOBUF_C_TYPE_ENUM:
		return enum_name(field, *(const int *)at);
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return json_integer(*(const int32_t *)at);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return json_integer(*(const uint32_t *)at);
	default:
		return json_integer((json_int_t)*(const uint64_t *)at);
	}
}

static json_t *
list_to_json(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	size_t count = *(size_t *)member(message, field->quantifier_offset), i;
	const uint8_t *values = *(uint8_t **)member(message, field->offset);
	json_t *array = count == 0 ? NULL : json_array();

	for (i = 0; i < count; i++)
		json_array_append_new(array,
		    value_to_json(field, values + i * size_of(field), true));
	return array;
}

json_t *
message_to_json(const ProtobufCMessage *message)
{
	json_t *object = json_object();
	unsigned i;

	for (i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		json_t *value = field->label == PROTOBUF_C_LABEL_REPEATED ?
		    list_to_json(message, field) :
		    value_to_json(field, member(message, field->offset), false);

		if (value != NULL)
			json_object_set_new(object, field->name, value);
	}
	return object;
}

/* ------------------------------------------------------------------- reading */

bool
message_read_hex(const char *text, uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t i;

	if (strlen(text) != 2 * len)
		return false;
	for (i = 0; i < len; i++) {
		high = strchr(digits, text[2 * i]);
		low = strchr(digits, text[2 * i + 1]);
		if (high == NULL || low == NULL)
			return false;
		bytes[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return true;
}

static int
bytes_from_json(const json_t *value, ProtobufCBinaryData *bytes)
{
	size_t len = json_string_length(value) / 2;
	uint8_t *data;

	if (!json_is_string(value))
		return RS_EINVAL;
	data = malloc(len + 1);
	if (data == NULL)
		return RS_ENOMEM;
	if (!message_read_hex(json_string_value(value), data, len)) {
		free(data);
		return RS_EINVAL;
	}
	bytes->data = data;
	bytes->len = len;
	return RS_OK;
}

static int
text_from_json(const json_t *value, char **text)
{
	char *copy;

	if (!json_is_string(value))
		return RS_EINVAL;
	copy = strdup(json_string_value(value));
	if (copy == NULL)
		return RS_ENOMEM;
	*text = copy;
	return RS_OK;
}

static int
enum_from_json(const ProtobufCFieldDescriptor *field, const json_t *value, int *number)
{
	const ProtobufCEnumValue *found;

	if (!json_is_string(value))
		return RS_EINVAL;
	found = protobuf_c_enum_descriptor_get_value_by_name(field->descriptor,
	    json_string_value(value));
	if (found == NULL)
		return RS_EINVAL;
	*number = found->value;
	return RS_OK;
}

/* Numbers are read with the bounds of their types, as what they would become is another. */
static int
number_from_json(const ProtobufCFieldDescriptor *field, const json_t *value, void *at)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return RS_EINVAL;
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		if (number < INT32_MIN || number > INT32_MAX)
			return RS_EINVAL;
		*(int32_t *)at = (int32_t)number;
		return RS_OK;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		if (number < 0 || number > UINT32_MAX)
			return RS_EINVAL;
		*(uint32_t *)at = (uint32_t)number;
		return RS_OK;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		if (number < 0)
			return RS_EINVAL;
		break;
	default:
		break;
	}
	*(int64_t *)at = number;
	return RS_OK;
}

static int
value_from_json(const ProtobufCFieldDescriptor *field, const json_t *value, void *at,
    struct rs_err_detail *detail)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return text_from_json(value, at);
	case PROTOBUF_C_TYPE_BYTES:
		return bytes_from_json(value, at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return message_from_json(value, field->descriptor, at, detail);
	case PROTOBUF_C_TYPE_ENUM:
		return enum_from_json(field, value, at);
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)at = json_is_true(value);
		return json_is_boolean(value) ? RS_OK : RS_EINVAL;
	default:
		return number_from_json(field, value, at);
	}
}

static int
list_from_json(const ProtobufCFieldDescriptor *field, const json_t *array,
    ProtobufCMessage *message, struct rs_err_detail *detail)
{
	size_t *count = member(message, field->quantifier_offset), i;
	int err = RS_OK;
	uint8_t *values;

	if (!json_is_array(array))
		return RS_EINVAL;
	if (json_array_size(array) == 0)
		return RS_OK;
	values = calloc(json_array_size(array), size_of(field));
	if (values == NULL)
		return RS_ENOMEM;
	*(uint8_t **)member(message, field->offset) = values;
	for (i = 0; i < json_array_size(array) && err == RS_OK; i++) {
		err = value_from_json(field, json_array_get(array, i), values + i * size_of(field),
		    detail);
		/* What is counted is freed with the message, so it must be there. */
		if (err == RS_OK)
			*count = i + 1;
	}
	return err;
}

static int
field_from_json(const char *name, const json_t *value, ProtobufCMessage *message,
    struct rs_err_detail *detail)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
	int err = RS_EINVAL;

	if (field != NULL)
		err = field->label == PROTOBUF_C_LABEL_REPEATED ?
		    list_from_json(field, value, message, detail) :
		    value_from_json(field, value, member(message, field->offset), detail);
	if (err == RS_EINVAL && detail->text[0] == '\0')
		rs_err_detail_set(detail, "%s \"%.80s\" in %s", field == NULL ?
		    "there is no field" : "not a usable value of", name,
		    message->descriptor->short_name);
	return err;
}

int
message_from_json(const json_t *object, const ProtobufCMessageDescriptor *descriptor,
    ProtobufCMessage **ret_message, struct rs_err_detail *detail)
{
	ProtobufCMessage *message;
	const char *name;
	json_t *value;
	int err = RS_OK;

	if (!json_is_object(object))
		return RS_EINVAL;
	message = malloc(descriptor->sizeof_message);
	if (message == NULL)
		return RS_ENOMEM;
	protobuf_c_message_init(descriptor, message);
	json_object_foreach((json_t *)object, name, value) {
		err = field_from_json(name, value, message, detail);
		if (err != RS_OK)
			break;
	}
	if (err == RS_OK)
		*ret_message = message;
	else
		protobuf_c_message_free_unpacked(message, NULL);
	return err;
}
