#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/record/version_vector.h"
#include "proto/sync/draft.h"
#include "proto/wire/message.h"

Readsync__Message *
draft_new(Readsync__Message__BodyCase body_case)
{
	const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
	    &readsync__message__descriptor, body_case);
	const ProtobufCMessageDescriptor *type = field->descriptor;
	Readsync__Message *draft = malloc(sizeof(*draft));
	ProtobufCMessage *body = malloc(type->sizeof_message);

	if (draft == NULL || body == NULL) {
		free(draft);
		free(body);
		return NULL;
	}
	readsync__message__init(draft);
	protobuf_c_message_init(type, body);
	draft->body_case = body_case;
	/* The members of the union are pointers to their messages, all alike. */
	memcpy(&draft->hello, &body, sizeof(body));
	return draft;
}

int
draft_finish(Readsync__Message *draft, struct buffer *out)
{
	int err = message_pack(draft, out);

	draft_free(draft);
	return err;
}

void
draft_free(Readsync__Message *draft)
{
	readsync__message__free_unpacked(draft, NULL);
}

void *
draft_grow(void *list, size_t count, size_t size)
{
	/* A full list holds a power of two, or nothing. */
	if ((count & (count - 1)) != 0)
		return list;
	return realloc(list, (count == 0 ? 1 : count * 2) * size);
}

int
draft_set_bytes(ProtobufCBinaryData *field, const void *data, size_t len)
{
	/* Never malloc(0), which may give NULL without being out of memory. */
	field->data = malloc(len + 1);
	if (field->data == NULL)
		return RS_ENOMEM;
	if (len > 0)
		memcpy(field->data, data, len);
	field->len = len;
	return RS_OK;
}

int
draft_add_bytes(ProtobufCBinaryData **list, size_t *count, const void *data, size_t len)
{
	ProtobufCBinaryData *grown = draft_grow(*list, *count, sizeof(*grown));
	int err;

	if (grown == NULL)
		return RS_ENOMEM;
	*list = grown;
	err = draft_set_bytes(&grown[*count], data, len);
	if (err == RS_OK)
		++*count;
	return err;
}

int
draft_add_entry(Readsync__VectorEntry ***list, size_t *count, const struct version_entry *entry)
{
	Readsync__VectorEntry **grown = draft_grow(*list, *count, sizeof(*grown)), *copy;

	if (grown == NULL)
		return RS_ENOMEM;
	*list = grown;
	copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return RS_ENOMEM;
	readsync__vector_entry__init(copy);
	if (draft_set_bytes(&copy->origin, entry->origin, VERSION_ORIGIN_LEN) != RS_OK) {
		free(copy);
		return RS_ENOMEM;
	}
	copy->sequence = entry->sequence;
	copy->clock = entry->clock;
	grown[(*count)++] = copy;
	return RS_OK;
}
