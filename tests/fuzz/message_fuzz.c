/*
 * Messages from any bytes, within the budget (run with -malloc_limit_mb=2).
 * What is taken must keep every bound, so it can be packed again, and what
 * was packed says the same when it is unpacked and packed once more.  An article
 * has deeper nesting than any message, so the bytes are tried as one too.
 */
#include <stdint.h>
#include <stdlib.h>

#include "proto/base/err.h"
#include "proto/record/unpack.h"
#include "proto/wire/message.h"
#include "tests/fuzz/fuzz.h"

static void
check_packing(const Readsync__Message *message)
{
	Readsync__Message *again;
	struct buffer first, second;
	int err;

	buffer_init(&first, MESSAGE_MAX);
	buffer_init(&second, MESSAGE_MAX);
	err = message_pack(message, &first);
	/* Only sloppy numbers pack into more bytes than they came in. */
	if (err == RS_OK) {
		if (message_unpack(buffer_bytes(&first), &again) != RS_OK ||
		    message_pack(again, &second) != RS_OK ||
		    !bytes_equal(buffer_bytes(&first), buffer_bytes(&second)))
			abort();
		message_free(again);
	} else if (err != RS_ELIMIT) {
		abort();
	}
	buffer_release(&first);
	buffer_release(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	Readsync__Message *message;
	ProtobufCMessage *article;

	if (message_unpack(bytes_of(data, len), &message) == RS_OK) {
		if (message->body_case != READSYNC__MESSAGE__BODY__NOT_SET)
			check_packing(message);
		message_free(message);
	}
	if (unpack_bounded(&readsync__article__descriptor, bytes_of(data, len), 1 << 20,
	    &article) == RS_OK)
		protobuf_c_message_free_unpacked(article, NULL);
	return 0;
}
