#include <stdbool.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/hash.h"
#include "proto/base/secret.h"
#include "proto/base/utf8.h"
#include "proto/record/record.h"
#include "proto/record/unpack.h"
#include "proto/wire/frame.h"
#include "proto/wire/identity.h"
#include "proto/wire/message.h"

#define SECRET_LEN 32

_Static_assert((int)MESSAGE_MAX == (int)FRAME_PAYLOAD_MAX, "a message is a frame's payload");

/* ------------------------------------------------------- what is asked of each */

static bool
is_name(ProtobufCBinaryData name)
{
	return name.len == HASH_NAME_LEN;
}

static bool
is_text(const char *text, size_t max)
{
	struct bytes view = bytes_of_text(text);

	return view.len <= max && utf8_valid(view);
}

static bool
are_hashes(const ProtobufCBinaryData *hashes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (hashes[i].len != HASH_CONTENT_LEN)
			return false;
	}
	return true;
}

static bool
are_entries(Readsync__VectorEntry *const *entries, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!is_name(entries[i]->origin))
			return false;
	}
	return true;
}

static bool
check_hello(const Readsync__Hello *hello)
{
	return is_name(hello->device) &&
	    (hello->library.len == 0 || is_name(hello->library)) &&
	    (hello->digest.len == 0 || is_name(hello->digest)) &&
	    is_text(hello->software, MESSAGE_NAME_MAX);
}

static bool
check_record(const Readsync__Record *record, size_t origin_count)
{
	return record->kind != READSYNC__RECORD__KIND__NONE && is_name(record->entity) &&
	    record->field[0] != '\0' && is_text(record->field, RECORD_FIELD_MAX) &&
	    record->value.len <= RECORD_VALUE_MAX && record->origin < origin_count &&
	    record->clock != 0 && record->sequence != 0;
}

static bool
are_records(Readsync__Record *const *records, size_t count, const ProtobufCBinaryData *origins,
    size_t origin_count)
{
	size_t i;

	for (i = 0; i < origin_count; i++) {
		if (!is_name(origins[i]))
			return false;
	}
	for (i = 0; i < count; i++) {
		if (!check_record(records[i], origin_count))
			return false;
	}
	return true;
}

static bool
check_vector(const Readsync__Vector *vector)
{
	return are_entries(vector->entries, vector->n_entries) &&
	    are_entries(vector->begun, vector->n_begun) &&
	    vector->cursor.len <= MESSAGE_CURSOR_MAX;
}

static bool
check_records(const Readsync__Records *records)
{
	return are_records(records->records, records->n_records, records->origins,
	    records->n_origins) && are_entries(records->through, records->n_through);
}

static bool
check_snapshot(const Readsync__Snapshot *snapshot)
{
	return are_records(snapshot->records, snapshot->n_records, snapshot->origins,
	    snapshot->n_origins) && snapshot->cursor.len <= MESSAGE_CURSOR_MAX;
}

static bool
check_chunk(const Readsync__Chunk *chunk)
{
	if (chunk->blob.len != HASH_CONTENT_LEN || chunk->data.len > MESSAGE_CHUNK_MAX)
		return false;
	if (chunk->absent)
		return chunk->data.len == 0;
	return chunk->offset <= chunk->size && chunk->data.len <= chunk->size - chunk->offset;
}

static bool
check_welcome(const Readsync__Welcome *welcome)
{
	return is_name(welcome->library) && welcome->library_secret.len == SECRET_LEN &&
	    is_text(welcome->archive_name, MESSAGE_NAME_MAX) &&
	    is_name(welcome->archive_device);
}

static bool
check_change(const Readsync__SiteChange *change)
{
	return is_text(change->host, MESSAGE_HOST_MAX) && is_text(change->text, MESSAGE_URL_MAX) &&
	    is_text(change->user, MESSAGE_USER_MAX) &&
	    is_text(change->user_field, MESSAGE_HOST_MAX) &&
	    is_text(change->password_field, MESSAGE_HOST_MAX) &&
	    is_text(change->password, MESSAGE_PASSWORD_MAX);
}

static bool
check_request(const Readsync__Request *request)
{
	bool names_item = request->kind == READSYNC__REQUEST__KIND__REFETCH;
	bool names_device = request->kind == READSYNC__REQUEST__KIND__RENAME ||
	    request->kind == READSYNC__REQUEST__KIND__REVOKE;

	return (request->item.len == 0 ? !names_item : is_name(request->item)) &&
	    (request->device.len == 0 ? !names_device : request->device.len == IDENTITY_KEY_LEN) &&
	    is_text(request->name, MESSAGE_NAME_MAX) &&
	    is_text(request->site, MESSAGE_HOST_MAX) &&
	    (request->change == NULL || check_change(request->change));
}

static bool
check_queue(const Readsync__QueueStatus *queue)
{
	return is_text(queue->name, MESSAGE_LINE_MAX) && is_text(queue->kind, MESSAGE_NAME_MAX) &&
	    is_text(queue->problem, MESSAGE_LINE_MAX);
}

static bool
check_peer(const Readsync__PeerStatus *peer)
{
	return is_text(peer->name, MESSAGE_NAME_MAX) && is_text(peer->problem, MESSAGE_LINE_MAX);
}

static bool
check_device(const Readsync__Device *device)
{
	return device->key.len == IDENTITY_KEY_LEN && is_text(device->name, MESSAGE_NAME_MAX);
}

static bool
check_site(const Readsync__Site *site)
{
	return is_text(site->name, MESSAGE_HOST_MAX) && is_text(site->problem, MESSAGE_LINE_MAX) &&
	    is_text(site->user, MESSAGE_USER_MAX) && is_text(site->agent, MESSAGE_URL_MAX) &&
	    is_text(site->test_url, MESSAGE_URL_MAX) &&
	    is_text(site->outcome, MESSAGE_LINE_MAX);
}

static bool
check_response(const Readsync__Response *response)
{
	size_t i;

	for (i = 0; i < response->n_queues; i++) {
		if (!check_queue(response->queues[i]))
			return false;
	}
	for (i = 0; i < response->n_devices; i++) {
		if (!check_device(response->devices[i]))
			return false;
	}
	for (i = 0; i < response->n_archives; i++) {
		if (!check_peer(response->archives[i]))
			return false;
	}
	for (i = 0; i < response->n_sites; i++) {
		if (!check_site(response->sites[i]))
			return false;
	}
	return is_text(response->text, MESSAGE_LINE_MAX) &&
	    is_text(response->token, MESSAGE_TOKEN_MAX) &&
	    is_text(response->version, MESSAGE_NAME_MAX);
}

static bool
check_body(const Readsync__Message *message)
{
	switch (message->body_case) {
	case READSYNC__MESSAGE__BODY_HELLO:
		return check_hello(message->hello);
	case READSYNC__MESSAGE__BODY_VECTOR:
		return check_vector(message->vector);
	case READSYNC__MESSAGE__BODY_RECORDS:
		return check_records(message->records);
	case READSYNC__MESSAGE__BODY_ACKNOWLEDGE:
		return are_entries(message->acknowledge->entries,
		    message->acknowledge->n_entries) &&
		    are_hashes(message->acknowledge->blobs, message->acknowledge->n_blobs);
	case READSYNC__MESSAGE__BODY_WANTS:
		return are_hashes(message->wants->blobs, message->wants->n_blobs);
	case READSYNC__MESSAGE__BODY_CHUNK:
		return check_chunk(message->chunk);
	case READSYNC__MESSAGE__BODY_IDLE:
	case READSYNC__MESSAGE__BODY_COMPRESSED:
		return true;
	case READSYNC__MESSAGE__BODY_STANDING:
		return is_name(message->standing->origin);
	case READSYNC__MESSAGE__BODY_FAILURE:
		return is_text(message->failure->text, MESSAGE_LINE_MAX);
	case READSYNC__MESSAGE__BODY_WELCOME:
		return check_welcome(message->welcome);
	case READSYNC__MESSAGE__BODY_JOIN:
		return is_text(message->join->name, MESSAGE_NAME_MAX) &&
		    is_name(message->join->device);
	case READSYNC__MESSAGE__BODY_REQUEST:
		return check_request(message->request);
	case READSYNC__MESSAGE__BODY_RESPONSE:
		return check_response(message->response);
	case READSYNC__MESSAGE__BODY_SNAPSHOT:
		return check_snapshot(message->snapshot);
	case READSYNC__MESSAGE__BODY__NOT_SET:
	default: /* protobuf-c adds a value of its own that keeps the enum's size */
		return false;
	}
}

/* ----------------------------------------------------------------- both ways */

/*
 * A frame holds one member and nothing else.  Protobuf would let a second one
 * replace the first or merge into it; no honest sender does that.
 */
static int
check_envelope(struct bytes packed, bool *ret_known)
{
	struct unpack_field field;
	int err = packed.len == 0 ? RS_EPROTOCOL : unpack_field_next(&packed, &field);

	if (err != RS_OK)
		return err;
	if (packed.len > 0 || field.type != UNPACK_BYTES)
		return RS_EPROTOCOL;
	*ret_known = protobuf_c_message_descriptor_get_field(&readsync__message__descriptor,
	    field.number) != NULL;
	return RS_OK;
}

int
message_unpack(struct bytes packed, Readsync__Message **ret_message)
{
	ProtobufCMessage *base;
	Readsync__Message *message;
	bool known;
	int err = packed.len > MESSAGE_MAX ? RS_EPROTOCOL : check_envelope(packed, &known);

	if (err != RS_OK)
		return err;
	err = unpack_bounded(&readsync__message__descriptor, packed,
	    MESSAGE_MEMORY_BASE + MESSAGE_MEMORY_FACTOR * packed.len, &base);
	if (err != RS_OK)
		return err;
	message = (Readsync__Message *)base;
	if (known && !check_body(message)) {
		message_free(message);
		return RS_EPROTOCOL;
	}
	*ret_message = message;
	return RS_OK;
}

void
message_free(Readsync__Message *message)
{
	Readsync__SiteChange *change;
	ProtobufCBinaryData *key;

	if (message == NULL)
		return;
	if (message->body_case == READSYNC__MESSAGE__BODY_WELCOME) {
		key = &message->welcome->library_secret;
		secret_wipe(key->data, key->len);
	} else if (message->body_case == READSYNC__MESSAGE__BODY_REQUEST &&
	    message->request->change != NULL) {
		change = message->request->change;
		secret_wipe(change->cookies.data, change->cookies.len);
		/* An empty text is protobuf-c's own, and constant. */
		if (change->password[0] != '\0')
			secret_wipe(change->password, strlen(change->password));
	}
	readsync__message__free_unpacked(message, NULL);
}

int
message_pack(const Readsync__Message *message, struct buffer *out)
{
	size_t len;
	uint8_t *room;
	int err;

	if (!check_body(message))
		return RS_EINVAL;
	len = readsync__message__get_packed_size(message);
	if (len > MESSAGE_MAX)
		return RS_ELIMIT;
	err = buffer_reserve(out, len, &room);
	if (err != RS_OK)
		return err;
	buffer_commit(out, readsync__message__pack(message, room));
	return RS_OK;
}

/* The numbers of PROTOCOL.md, "Errors"; one that was once given is kept. */
static const struct {
	uint32_t code;
	int err;
} codes[] = {
	{ 0, RS_OK },
	{ 1, RS_ENOMEM },
	{ 2, RS_EIO },
	{ 3, RS_EFULL },
	{ 4, RS_ELIMIT },
	{ 5, RS_EINVAL },
	{ 6, RS_ENOTFOUND },
	{ 7, RS_EEXIST },
	{ 11, RS_EDAMAGED },
	{ 13, RS_EVERSION },
	{ 14, RS_EPROTOCOL },
	{ 15, RS_EAUTH },
	{ 16, RS_ETOKEN },
	{ 17, RS_ECLOCK },
	{ 19, RS_ETIMEOUT },
	{ 20, RS_ENETWORK },
	{ 21, RS_EREFUSED },
	{ 25, RS_EINTERNAL },
};

#define CODE_COUNT (sizeof(codes) / sizeof(codes[0]))

uint32_t
message_code(int err)
{
	size_t i;

	for (i = 0; i < CODE_COUNT; i++) {
		if (codes[i].err == err)
			return codes[i].code;
	}
	return message_code(RS_EINTERNAL);
}

int
message_err(uint32_t code)
{
	size_t i;

	for (i = 0; i < CODE_COUNT; i++) {
		if (codes[i].code == code)
			return codes[i].err;
	}
	return RS_EPROTOCOL;
}
