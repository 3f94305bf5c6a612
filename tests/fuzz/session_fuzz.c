/*
 * An exchange with a paired device that sends anything: messages, each with two
 * bytes of length before it.  Its Hello is made to fit, so that what follows gets
 * past it.  The replica must stay usable, and each failure final.
 */
#include "proto/replica/blob.h"
#include "proto/sync/session.h"
#include "proto/wire/message.h"
#include "tests/fuzz/replica.h"

unsigned fuzz_runs = 20000;

/* Make a Hello one of our library; the rest stays as it came. */
static void
fit_hello(struct replica *replica, Readsync__Message *message)
{
	Readsync__Hello *hello = message->hello;

	if (message->body_case != READSYNC__MESSAGE__BODY_HELLO)
		return;
	hello->version = 1;
	hello->now_ms = FUZZ_NOW_MS;
	if (hello->library.len == 16)
		memcpy(hello->library.data, replica_library(replica), 16);
}

static void
answer(struct sync_session *session)
{
	struct buffer out;
	bool any = true;
	Readsync__Message *message;

	while (any) {
		buffer_init(&out, MESSAGE_MAX);
		fuzz_check(sync_session_next(session, &out, &any) == RS_OK);
		if (any) {
			fuzz_check(message_unpack(buffer_bytes(&out), &message) == RS_OK);
			message_free(message);
		}
		buffer_release(&out);
	}
}

static int
take(struct replica *replica, struct sync_session *session, struct bytes packed)
{
	struct rs_err_detail detail = { "" };
	Readsync__Message *message;
	int err;

	if (message_unpack(packed, &message) != RS_OK)
		return RS_OK;
	fit_hello(replica, message);
	err = sync_session_receive(session, message, &detail);
	message_free(message);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct replica *replica = fuzz_replica();
	struct sync_session *session;
	struct bytes packed;
	int err = RS_OK;

	if (len < 1)
		return 0;
	fuzz_check(sync_session_new(replica, data[0] & 1, &session) == RS_OK);
	fuzz_check(replica_begin(replica) == RS_OK);
	for (data++, len--; err == RS_OK && len >= 2; data += packed.len, len -= packed.len) {
		packed = bytes_of(data + 2, (size_t)data[0] << 8 | data[1]);
		data += 2;
		len -= 2;
		if (packed.len > len)
			packed.len = len;
		err = take(replica, session, packed);
		if (err == RS_OK && sync_session_settle(session) != RS_OK)
			break;
		answer(session);
	}
	sync_session_free(session);
	replica_rollback(replica);
	fuzz_check(replica_vector(replica) != NULL);
	fuzz_check(blob_wanted(replica) == 0);
	return 0;
}
