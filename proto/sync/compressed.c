#include "proto/base/err.h"
#include "proto/sync/compressed.h"
#include "proto/sync/draft.h"
#include "proto/wire/message.h"

/* Bytes of a message that is not worth a frame: a change alone hardly repeats itself. */
#define SHORT 512

int
compressed_pack(struct pack *pack, struct buffer *out, size_t start)
{
	struct bytes content = { out->data + start, out->len - start };
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	Readsync__Compressed compressed = READSYNC__COMPRESSED__INIT;
	struct buffer frame;
	int err;

	if (content.len < SHORT)
		return RS_OK;
	buffer_init(&frame, 2 * MESSAGE_MAX);
	err = pack_compress(pack, content, &frame);
	message.body_case = READSYNC__MESSAGE__BODY_COMPRESSED;
	message.compressed = &compressed;
	compressed.frame.data = frame.data;
	compressed.frame.len = frame.len;
	if (err == RS_OK && readsync__message__get_packed_size(&message) < content.len) {
		buffer_truncate(out, start);
		err = message_pack(&message, out);
	}
	buffer_release(&frame);
	return err;
}

size_t
compressed_size(const Readsync__Compressed *compressed)
{
	uint64_t size = pack_size(bytes_of(compressed->frame.data, compressed->frame.len));

	return size <= MESSAGE_MAX ? (size_t)size : 0;
}

int
compressed_unpack(struct pack *pack, const Readsync__Compressed *compressed,
    Readsync__Message **ret_message, struct rs_err_detail *detail)
{
	struct bytes frame = { compressed->frame.data, compressed->frame.len };
	Readsync__Message *message = NULL;
	struct buffer content;
	int err;

	buffer_init(&content, MESSAGE_MAX);
	err = pack_decompress(pack, frame, &content);
	if (err == RS_ENOTPAGE || err == RS_ELIMIT) {
		rs_err_detail_set(detail, "a compressed message is broken, or too long");
		err = RS_EPROTOCOL;
	}
	if (err == RS_OK)
		err = message_unpack(buffer_bytes(&content), &message);
	buffer_release(&content);
	if (err != RS_OK)
		return err;
	if (message->body_case != READSYNC__MESSAGE__BODY_RECORDS &&
	    message->body_case != READSYNC__MESSAGE__BODY_SNAPSHOT) {
		rs_err_detail_set(detail, "the peer compressed a message that goes as it is");
		message_free(message);
		return RS_EPROTOCOL;
	}
	*ret_message = message;
	return RS_OK;
}
