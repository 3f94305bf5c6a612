#include <string.h>

#include "proto/record/hlc.h"
#include "proto/replica/blob.h"
#include "proto/replica/offline.h"
#include "proto/sync/draft.h"
#include "proto/sync/greeting.h"

void
greeting_init(struct greeting *greeting, bool initiator)
{
	*greeting = (struct greeting){ .initiator = initiator };
	version_vector_init(&greeting->announced);
}

void
greeting_release(struct greeting *greeting)
{
	version_vector_release(&greeting->announced);
}

bool
greeting_alike(const struct greeting *greeting)
{
	return memcmp(greeting->digest, greeting->peer_digest, GREETING_DIGEST_LEN) == 0;
}

bool
greeting_idle(const struct greeting *greeting)
{
	return greeting_alike(greeting) && !greeting->wants && !greeting->peer_wants;
}

/* Note what we say of ourselves, for as long as the answer is under way. */
static int
announce(struct greeting *greeting, struct replica *replica, bool busy)
{
	const struct version_vector *vector = replica_vector(replica);
	size_t i;
	int err = RS_OK;

	for (i = 0; i < vector->count && err == RS_OK; i++)
		err = version_vector_raise_to(&greeting->announced, &vector->entries[i]);
	version_vector_digest(&greeting->announced, greeting->digest);
	greeting->wants = busy || blob_wanted(replica) > 0 || offline_any_spare(replica);
	return err;
}

static int
fill_hello(const struct greeting *greeting, struct replica *replica, Readsync__Hello *hello)
{
	int err;

	hello->version = GREETING_VERSION;
	hello->features = GREETING_SNAPSHOT | GREETING_COMPRESSED;
	hello->archive = replica_role(replica) == REPLICA_ARCHIVE;
	hello->wants = greeting->wants;
	hello->now_ms = clock_now_ms(replica_clock(replica));
	err = draft_set_bytes(&hello->device, replica_origin(replica), VERSION_ORIGIN_LEN);
	if (err == RS_OK && greeting->initiator)
		err = draft_set_bytes(&hello->library, replica_library(replica), HASH_NAME_LEN);
	if (err == RS_OK && (greeting->initiator || !greeting_alike(greeting)))
		err = draft_set_bytes(&hello->digest, greeting->digest, GREETING_DIGEST_LEN);
	return err;
}

int
greeting_pack(struct greeting *greeting, struct replica *replica, bool busy, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_HELLO);
	int err = draft == NULL ? RS_ENOMEM : announce(greeting, replica, busy);

	if (err == RS_OK)
		err = fill_hello(greeting, replica, draft->hello);
	if (err == RS_OK)
		return draft_finish(draft, out);
	draft_free(draft);
	return err;
}

static int
check_clock(const struct replica *replica, int64_t peer_ms, struct rs_err_detail *detail)
{
	int64_t own_ms = clock_now_ms(replica_clock(replica));
	char own[21], peer[21];

	if (peer_ms >= own_ms - HLC_AHEAD_MAX_MS && peer_ms <= own_ms + HLC_AHEAD_MAX_MS)
		return RS_OK;
	clock_format(own_ms, own);
	clock_format(peer_ms, peer);
	rs_err_detail_set(detail, "the clocks are more than a day apart: it is %s here, and %s "
	    "there",
	    own, peer[0] == '\0' ? "an impossible time" : peer);
	return RS_ECLOCK;
}

static int
check_hello(const struct greeting *greeting, const struct replica *replica,
    const Readsync__Hello *hello, struct rs_err_detail *detail)
{
	if (hello->version == 0 ||
	    (!greeting->initiator && (hello->library.len == 0 || hello->digest.len == 0))) {
		rs_err_detail_set(detail, "the peer's Hello is incomplete");
		return RS_EPROTOCOL;
	}
	if (hello->library.len > 0 && memcmp(hello->library.data,
	    replica_library(replica), HASH_NAME_LEN) != 0) {
		rs_err_detail_set(detail, "the peer belongs to another library");
		return RS_EREFUSED;
	}
	if (memcmp(hello->device.data, replica_origin(replica),
	    VERSION_ORIGIN_LEN) == 0) {
		rs_err_detail_set(detail, "the peer is this device, or a copy of it");
		return RS_EREFUSED;
	}
	return check_clock(replica, hello->now_ms, detail);
}

int
greeting_receive(struct greeting *greeting, const struct replica *replica,
    const Readsync__Hello *hello, struct rs_err_detail *detail)
{
	int err = check_hello(greeting, replica, hello, detail);

	if (err != RS_OK)
		return err;
	memcpy(greeting->peer_digest, hello->digest.len == 0 ? greeting->digest :
	    hello->digest.data, GREETING_DIGEST_LEN);
	greeting->peer_wants = hello->wants;
	greeting->peer_features = hello->features;
	memcpy(greeting->peer_device, hello->device.data, sizeof(greeting->peer_device));
	return RS_OK;
}
