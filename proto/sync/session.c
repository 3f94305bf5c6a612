#include <stdlib.h>
#include <string.h>

#include "proto/replica/snapshot.h"
#include "proto/sync/blobs.h"
#include "proto/sync/compressed.h"
#include "proto/sync/draft.h"
#include "proto/sync/greeting.h"
#include "proto/sync/incoming.h"
#include "proto/sync/outgoing.h"
#include "proto/sync/session.h"
#include "proto/sync/standing.h"
#include "proto/sync/supply.h"
#include "proto/sync/vectors.h"
#include "proto/wire/message.h"

/* Where the exchange stands; PROTOCOL.md, "The exchange", draws it. */
enum state {
	SAY_HELLO,	/* the initiator's Hello is due */
	AWAIT_HELLO,
	ANSWER_HELLO,	/* the initiator's Hello is here, the answer is due */
	AWAIT_VECTOR,	/* the digests differ, and the peer's vector is not whole */
	EXCHANGE,	/* it is known what the peer holds */
	SAY_FAILURE,	/* our Failure is due */
	OVER
};

struct sync_session {
	struct replica *replica;
	enum state state;
	bool open;		/* a transaction of ours, to be settled */

	struct greeting greeting;
	uint8_t device[VERSION_ORIGIN_LEN];	/* who we said we are; 0 before */
	struct vectors vectors;
	struct standing standing;
	struct supply supply;
	struct outgoing outgoing;
	struct incoming incoming;
	struct blobs blobs;

	bool left;		/* something came of a snapshot that our vector may not cover */
	bool held;
	bool idle_said;		/* by us, and nothing else since */
	bool idle_heard;	/* from the peer, and nothing else since */

	int failure;		/* why it is over */
	struct rs_err_detail failure_detail;
	struct sync_counts counts;
};

int
sync_session_new(struct replica *replica, bool initiator, struct sync_session **ret_session)
{
	struct sync_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return RS_ENOMEM;
	session->replica = replica;
	session->state = initiator ? SAY_HELLO : AWAIT_HELLO;
	greeting_init(&session->greeting, initiator);
	vectors_init(&session->vectors);
	standing_init(&session->standing);
	supply_init(&session->supply);
	outgoing_init(&session->outgoing);
	incoming_init(&session->incoming);
	blobs_init(&session->blobs, replica);
	*ret_session = session;
	return RS_OK;
}

void
sync_session_free(struct sync_session *session)
{
	if (session == NULL)
		return;
	if (session->open)
		replica_rollback(session->replica);
	greeting_release(&session->greeting);
	vectors_release(&session->vectors);
	standing_release(&session->standing);
	supply_release(&session->supply);
	outgoing_release(&session->outgoing);
	incoming_release(&session->incoming);
	blobs_release(&session->blobs);
	free(session);
}

void
sync_session_attach(struct sync_session *session, struct replica *replica)
{
	session->replica = replica;
	session->blobs.replica = replica;
}

void
sync_session_refuse_devices(struct sync_session *session)
{
	session->incoming.refuse_devices = true;
}

static void
set_state(struct sync_session *session, enum state state)
{
	session->state = state;
}

/* End the exchange for ${err}: nothing that is not settled stays. */
static void
end(struct sync_session *session, enum state state, int err, const struct rs_err_detail *detail)
{
	if (session->open)
		replica_rollback(session->replica);
	/* A blob that was found spoiled is forgotten in the next transaction. */
	if ((session->open || session->incoming.outrun) &&
	    replica_begin(session->replica) == RS_OK) {
		if (!session->incoming.outrun || replica_reincarnate(session->replica) == RS_OK)
			(void)replica_commit(session->replica);
		else
			replica_rollback(session->replica);
	}
	session->open = session->vectors.due = false;
	session->failure = err;
	rs_err_detail_set(&session->failure_detail, "%s",
	    detail->text[0] == '\0' ? replica_err_text(session->replica, err) : detail->text);
	set_state(session, state);
}

/* ------------------------------------------------------------- the greeting */

/* Both hold the same: nobody need list what that is. */
static int
begin_alike(struct sync_session *session)
{
	const struct version_vector *vector = &session->greeting.announced;
	size_t i;
	int err = RS_OK;

	for (i = 0; i < vector->count && err == RS_OK; i++) {
		err = outgoing_peer_holds(&session->outgoing, vector->entries[i].origin,
		    vector->entries[i].sequence);
		if (err == RS_OK)
			err = incoming_told(&session->incoming, vector->entries[i].origin,
			    vector->entries[i].sequence);
	}
	if (greeting_idle(&session->greeting)) {
		session->idle_said = session->idle_heard = true;
		session->blobs.look = false;
	}
	set_state(session, EXCHANGE);
	return err;
}

/* Both Hellos are known: go on with or without the vectors. */
static int
begin(struct sync_session *session)
{
	int err;

	err = standing_announce(&session->standing, session->replica,
	    &session->greeting.announced);
	if (err != RS_OK)
		return err;
	if (greeting_alike(&session->greeting))
		return begin_alike(session);
	set_state(session, AWAIT_VECTOR);
	return vectors_begin(&session->vectors, session->replica, &session->greeting);
}

static int
pack_hello(struct sync_session *session, struct buffer *out)
{
	int err = snapshot_is_left(session->replica, &session->left);

	memcpy(session->device, replica_origin(session->replica), sizeof(session->device));
	/* Whoever is held, or has something left, has a reason not to be idle at once. */
	if (err == RS_OK)
		err = greeting_pack(&session->greeting, session->replica,
		    session->held || session->left, out);
	if (err != RS_OK || session->state == ANSWER_HELLO)
		return err == RS_OK ? begin(session) : err;
	set_state(session, AWAIT_HELLO);
	return RS_OK;
}

static int
receive_hello(struct sync_session *session, const Readsync__Hello *hello,
    struct rs_err_detail *detail)
{
	int err = greeting_receive(&session->greeting, session->replica, hello, detail);

	if (err != RS_OK)
		return err;
	if (hello->archive && replica_role(session->replica) == REPLICA_LAPTOP)
		blobs_meet_archive(&session->blobs, hello->device.data);
	if (session->greeting.initiator)
		return begin(session);
	set_state(session, ANSWER_HELLO);
	return RS_OK;
}

/* -------------------------------------------------------------- the vectors */

/*
 * What the peer has collected is taken over at once, unless we are behind it.  What is left of
 * a snapshot may have been taken back by that.
 */
static int
begin_standing(struct sync_session *session)
{
	struct standing *standing = &session->standing;
	bool news;
	int err = standing_begin(standing, &session->greeting.announced, &session->vectors.peer);

	news = !standing->awaited && standing_news(standing, session->replica);
	if (err != RS_OK || (!news && !session->left))
		return err;
	err = replica_begin(session->replica);
	if (err != RS_OK)
		return err;
	if (session->left)
		err = snapshot_drop(session->replica, &standing->theirs);
	if (err == RS_OK && news)
		err = standing_follow(standing, session->replica);
	return replica_settle(session->replica, err);
}

/* From where on the one that asks as ${asking} is given a snapshot. */
static int
begin_supply(struct sync_session *session, const struct asking *asking)
{
	const struct version_vector *held = &session->greeting.announced;
	bool goes_on = vectors_goes_on(asking, &session->vectors.peer, held,
	    &session->standing.ours);

	return supply_begin(&session->supply, session->greeting.peer_device,
	    goes_on ? &asking->begun : held,
	    goes_on ? buffer_bytes(&asking->cursor) : bytes_of(NULL, 0));
}

/* It is known what both hold and ask for. */
static int
begin_exchange(struct sync_session *session)
{
	const struct vectors *vectors = &session->vectors;
	const struct version_vector *peer = &vectors->peer;
	const struct asking *ours = &vectors->ours, *theirs = &vectors->theirs;
	bool goes_on = vectors_goes_on(ours, &session->greeting.announced, peer,
	    &session->standing.theirs);
	bool initiator = session->greeting.initiator;
	bool given = vectors_is_given(ours, theirs, initiator);
	int err = RS_OK;

	for (size_t i = 0; i < peer->count && err == RS_OK; i++)
		err = outgoing_peer_holds(&session->outgoing, peer->entries[i].origin,
		    peer->entries[i].sequence);
	if (err == RS_OK)
		err = begin_standing(session);
	session->left |= given;
	if (err == RS_OK && given)
		err = incoming_await(&session->incoming, session->greeting.peer_device,
		    goes_on ? &ours->begun : peer, !goes_on);
	if (err == RS_OK && vectors_is_given(theirs, ours, !initiator))
		err = begin_supply(session, theirs);
	set_state(session, EXCHANGE);
	return err;
}

static int
receive_vector(struct sync_session *session, const Readsync__Vector *message,
    struct rs_err_detail *detail)
{
	int err = vectors_receive(&session->vectors, message, &session->greeting,
	    &session->standing, &session->incoming, session->replica, detail);

	if (err != RS_OK || message->more)
		return err;
	err = begin_exchange(session);
	if (err == RS_EPROTOCOL)
		rs_err_detail_set(detail, "the peer asked for a snapshot from nowhere");
	return err;
}

/* ------------------------------------------------------------- the exchange */

static int
open_transaction(struct sync_session *session)
{
	int err = session->open ? RS_OK : replica_begin(session->replica);

	if (err != RS_OK)
		return err;
	session->open = true;
	replica_gather(session->replica);
	return RS_OK;
}

static int
receive_records(struct sync_session *session, const Readsync__Records *records,
    struct rs_err_detail *detail)
{
	int err = open_transaction(session);

	if (err == RS_OK)
		err = incoming_records(&session->incoming, session->replica, records,
		    &session->outgoing, detail);
	blobs_look(&session->blobs);
	return err;
}

static int
receive_snapshot(struct sync_session *session, const Readsync__Snapshot *snapshot,
    struct rs_err_detail *detail)
{
	int err = open_transaction(session);

	if (err == RS_OK)
		err = incoming_snapshot(&session->incoming, session->replica, snapshot,
		    &session->outgoing, detail);
	blobs_look(&session->blobs);
	return err;
}

static int
receive_standing(struct sync_session *session, const Readsync__Standing *message,
    struct rs_err_detail *detail)
{
	int err = open_transaction(session);

	return err == RS_OK ? standing_receive(&session->standing, session->replica, message,
	    detail) : err;
}

static int
receive_chunk(struct sync_session *session, const Readsync__Chunk *chunk,
    struct rs_err_detail *detail)
{
	int err = open_transaction(session);

	return err == RS_OK ? blobs_receive_chunk(&session->blobs, chunk, detail) : err;
}

static int
receive_wants(struct sync_session *session, const Readsync__Wants *wants,
    struct rs_err_detail *detail)
{
	int err = session->blobs.with_archive ? open_transaction(session) : RS_OK;

	return err == RS_OK ? blobs_receive_wants(&session->blobs, wants, detail) : err;
}

static int
receive_acknowledge(struct sync_session *session, const Readsync__Acknowledge *acknowledge,
    struct rs_err_detail *detail)
{
	size_t i;
	int err = acknowledge->n_entries == 0 && acknowledge->n_blobs == 0 ? RS_EPROTOCOL : RS_OK;

	if (err == RS_OK && acknowledge->n_blobs > 0 && session->blobs.with_archive)
		err = open_transaction(session);

	for (i = 0; i < acknowledge->n_entries && err == RS_OK; i++)
		err = outgoing_acknowledge(&session->outgoing,
		    acknowledge->entries[i]->origin.data, acknowledge->entries[i]->sequence);
	for (i = 0; i < acknowledge->n_blobs && err == RS_OK; i++)
		err = blobs_receive_acknowledge(&session->blobs, acknowledge->blobs[i].data);
	if (err == RS_EPROTOCOL)
		rs_err_detail_set(detail, "the peer acknowledged what it was not sent");
	return err;
}

static int
receive_idle(struct sync_session *session, struct rs_err_detail *detail)
{
	if (session->idle_heard) {
		rs_err_detail_set(detail, "the peer said twice that it is idle");
		return RS_EPROTOCOL;
	}
	session->idle_heard = true;
	return RS_OK;
}

/* Messages that make sense once each knows what the other holds. */
static int
receive_exchange(struct sync_session *session, const Readsync__Message *message,
    struct rs_err_detail *detail)
{
	/* What comes before we know what the peer forgot could not be told from that. */
	if (session->standing.awaited && message->body_case != READSYNC__MESSAGE__BODY_STANDING) {
		rs_err_detail_set(detail, "the peer did not list what still stands");
		return RS_EPROTOCOL;
	}
	if (message->body_case == READSYNC__MESSAGE__BODY_IDLE)
		return receive_idle(session, detail);
	session->idle_heard = false;
	switch (message->body_case) {
	case READSYNC__MESSAGE__BODY_RECORDS:
		return receive_records(session, message->records, detail);
	case READSYNC__MESSAGE__BODY_SNAPSHOT:
		return receive_snapshot(session, message->snapshot, detail);
	case READSYNC__MESSAGE__BODY_ACKNOWLEDGE:
		return receive_acknowledge(session, message->acknowledge, detail);
	case READSYNC__MESSAGE__BODY_WANTS:
		return receive_wants(session, message->wants, detail);
	case READSYNC__MESSAGE__BODY_CHUNK:
		return receive_chunk(session, message->chunk, detail);
	case READSYNC__MESSAGE__BODY_STANDING:
		return receive_standing(session, message->standing, detail);
	default:
		rs_err_detail_set(detail, "the peer sent a message that has no place here");
		return RS_EPROTOCOL;
	}
}

/* The peer gives up, and says why. */
static int
receive_failure(struct sync_session *session, const Readsync__Failure *failure,
    struct rs_err_detail *detail)
{
	int err = message_err(failure->code);

	rs_err_detail_set(detail, "the peer says: %s", failure->text);
	end(session, OVER, err == RS_OK ? RS_EPROTOCOL : err, detail);
	return session->failure;
}

static bool
peer_compresses(const struct sync_session *session)
{
	return (session->greeting.peer_features & GREETING_COMPRESSED) != 0;
}

/* Records or a Snapshot, in a frame. */
static int
receive_compressed(struct sync_session *session, const Readsync__Compressed *compressed,
    struct rs_err_detail *detail)
{
	Readsync__Message *message;
	int err = compressed_unpack(replica_pack(session->replica), compressed, &message, detail);

	if (err != RS_OK)
		return err;
	err = receive_exchange(session, message, detail);
	message_free(message);
	return err;
}

static int
receive(struct sync_session *session, const Readsync__Message *message,
    struct rs_err_detail *detail)
{
	/* A message that only a later version knows. */
	if (message->body_case == READSYNC__MESSAGE__BODY__NOT_SET)
		return RS_OK;
	if (message->body_case == READSYNC__MESSAGE__BODY_FAILURE)
		return receive_failure(session, message->failure, detail);
	if (session->state == AWAIT_HELLO &&
	    message->body_case == READSYNC__MESSAGE__BODY_HELLO)
		return receive_hello(session, message->hello, detail);
	if (session->state == AWAIT_VECTOR &&
	    message->body_case == READSYNC__MESSAGE__BODY_VECTOR)
		return receive_vector(session, message->vector, detail);
	/* The peer cannot know what we lack before it has all of our vector. */
	if (session->state == EXCHANGE && !session->vectors.due)
		return message->body_case == READSYNC__MESSAGE__BODY_COMPRESSED &&
		    peer_compresses(session) ?
		    receive_compressed(session, message->compressed, detail) :
		    receive_exchange(session, message, detail);
	rs_err_detail_set(detail, "the peer sent a message before its time");
	return RS_EPROTOCOL;
}

/*
 * Tell whether the replica goes on as another device since it said who it is, because
 * another exchange found out about a copy of it.  What this peer was told that we hold
 * is no longer true: it would leave out what it takes for known.
 */
static bool
is_another(const struct sync_session *session)
{
	static const uint8_t nobody[VERSION_ORIGIN_LEN];

	return memcmp(session->device, nobody, sizeof(nobody)) != 0 &&
	    memcmp(session->device, replica_origin(session->replica), sizeof(nobody)) != 0;
}

static int
refuse_as_another(struct rs_err_detail *detail)
{
	rs_err_detail_set(detail, "this vault goes on as another device since; sync again");
	return RS_EREFUSED;
}

/*
 * What has become of the replica since the greeting, so that this exchange cannot go on;
 * RS_OK when it can.
 */
static int
check_replica(const struct sync_session *session, struct rs_err_detail *detail)
{
	if (is_another(session))
		return refuse_as_another(detail);
	if (session->state != EXCHANGE || !standing_is_overtaken(&session->standing,
	    session->replica, &session->outgoing.sent))
		return RS_OK;
	rs_err_detail_set(detail, "what was removed long ago was forgotten meanwhile; sync again");
	return RS_EREFUSED;
}

static void
update_counts(struct sync_session *session)
{
	session->counts = (struct sync_counts){
		.records_sent = session->outgoing.records + session->supply.records,
		.records_received = session->incoming.records,
		.items_received = session->incoming.items,
		.readings_received = session->incoming.readings,
		.blobs_sent = session->blobs.total_sent,
		.blobs_received = session->blobs.total_received,
		.blobs_wanted = session->blobs.wanted,
		.blobs_denied = session->blobs.total_denied
	};
}

int
sync_session_receive(struct sync_session *session, const Readsync__Message *message,
    struct rs_err_detail *detail)
{
	struct rs_err_detail own = { "" };
	int err;

	if (session->state != SAY_FAILURE && session->state != OVER) {
		err = is_another(session) ? refuse_as_another(&own) :
		    receive(session, message, &own);
		update_counts(session);
		if (err == RS_OK)
			return RS_OK;
		if (session->state != OVER)
			end(session, SAY_FAILURE, err, &own);
	}
	rs_err_detail_set(detail, "%s", session->failure_detail.text);
	return session->failure;
}

int
sync_session_settle(struct sync_session *session)
{
	struct rs_err_detail detail = { "" };
	int err;

	if (!session->open)
		return RS_OK;
	session->open = false;
	err = replica_commit(session->replica);
	if (err != RS_OK)
		end(session, SAY_FAILURE, err, &detail);
	return err;
}

/* ------------------------------------------------------------- what goes out */

static int
pack_failure(struct sync_session *session, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_FAILURE);

	set_state(session, OVER);
	if (draft == NULL)
		return RS_ENOMEM;
	draft->failure->code = message_code(session->failure);
	draft->failure->text = strdup(session->failure_detail.text);
	if (draft->failure->text == NULL) {
		draft->failure->text = (char *)protobuf_c_empty_string;
		draft_free(draft);
		return RS_ENOMEM;
	}
	return draft_finish(draft, out);
}

static int
pack_acknowledge(struct sync_session *session, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_ACKNOWLEDGE);
	int err = draft == NULL ? RS_ENOMEM :
	    incoming_acknowledge(&session->incoming, draft->acknowledge);

	if (err == RS_OK)
		err = blobs_acknowledge(&session->blobs, draft->acknowledge);
	if (err == RS_OK)
		return draft_finish(draft, out);
	draft_free(draft);
	return err;
}

/* What was appended from ${start} on repeats itself: compress it, for a peer that knows that. */
static int
compress(struct sync_session *session, struct buffer *out, size_t start)
{
	return peer_compresses(session) ?
	    compressed_pack(replica_pack(session->replica), out, start) : RS_OK;
}

/* With the last message, all that we held at the beginning counts as sent. */
static int
pack_snapshot(struct sync_session *session, struct buffer *out)
{
	size_t start = out->len;
	int err = supply_pack(&session->supply, session->replica, out);

	if (err == RS_OK)
		err = compress(session, out, start);
	return err == RS_OK && !session->supply.active ?
	    outgoing_sent(&session->outgoing, &session->supply.begun) : err;
}

static int
pack_records(struct sync_session *session, struct buffer *out)
{
	size_t start = out->len;
	int err = outgoing_pack(&session->outgoing, session->replica, out);

	return err == RS_OK ? compress(session, out, start) : err;
}

/* All that the peer holds is here: what it does not hold is to go out as ours. */
static int
give_up_left(struct sync_session *session)
{
	int err = replica_begin(session->replica);

	session->left = false;
	if (err == RS_OK)
		err = replica_settle(session->replica, snapshot_give_up(session->replica));
	return err;
}

static int
pack_idle(struct sync_session *session, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_IDLE);

	session->idle_said = true;
	return draft == NULL ? RS_ENOMEM : draft_finish(draft, out);
}

/*
 * Tell whether this end has done all it has to do: what it holds is durable
 * there, what it was sent is durable here and acknowledged, and no blob is
 * under way.
 */
static bool
is_quiet(const struct sync_session *session)
{
	return session->state == EXCHANGE && !session->open && !session->vectors.due &&
	    !session->held && !session->incoming.more && !session->supply.active &&
	    !session->standing.due && !session->standing.awaited &&
	    session->incoming.durable_next.count == 0 && !session->blobs.look &&
	    blobs_settled(&session->blobs) && outgoing_settled(&session->outgoing) &&
	    !outgoing_pending(&session->outgoing, session->replica);
}

/* Choose by urgency: a change never waits behind the pieces of a large blob. */
static int
pack_exchange(struct sync_session *session, struct buffer *out, bool *ret_any)
{
	struct blobs *blobs = &session->blobs;
	bool any = true;
	int err = RS_OK;

	if (session->standing.due) {
		err = standing_pack(&session->standing, session->replica, out);
	} else if (session->standing.awaited) {
		any = false;
	} else if (session->incoming.durable_next.count > 0 || blobs->received_count > 0) {
		err = pack_acknowledge(session, out);
	} else if (session->supply.active) {
		err = pack_snapshot(session, out);
	} else if (outgoing_pending(&session->outgoing, session->replica)) {
		err = pack_records(session, out);
	} else {
		/* What is wanted most is known when all records are here. */
		any = false;
		if (!session->incoming.more)
			err = blobs_pack_wants(blobs, out, &any);
		if (err == RS_OK && !any && blobs->queue_count > 0) {
			any = true;
			err = blobs_pack_chunk(blobs, out);
		}
	}
	if (err != RS_OK)
		return err;
	if (any)
		session->idle_said = false;
	else if (session->left && is_quiet(session)) {
		err = give_up_left(session);
		return err == RS_OK ? pack_exchange(session, out, ret_any) : err;
	} else if (!session->idle_said && is_quiet(session)) {
		any = true;
		err = pack_idle(session, out);
	}
	*ret_any = any;
	return err;
}

static int
pack_next(struct sync_session *session, struct buffer *out, bool *ret_any)
{
	*ret_any = true;
	if (session->vectors.due)
		return vectors_pack(&session->vectors, &session->greeting, &session->standing,
		    &session->incoming, out);
	switch (session->state) {
	case SAY_HELLO:
	case ANSWER_HELLO:
		return pack_hello(session, out);
	case SAY_FAILURE:
		return pack_failure(session, out);
	case EXCHANGE:
		return pack_exchange(session, out, ret_any);
	case AWAIT_HELLO:
	case AWAIT_VECTOR:
	case OVER:
		break;
	}
	*ret_any = false;
	return RS_OK;
}

int
sync_session_next(struct sync_session *session, struct buffer *out, bool *ret_any)
{
	struct rs_err_detail detail = { "" };
	bool any = false;
	int err = RS_OK;

	/* What is not durable yet is neither acknowledged nor passed on. */
	if (!session->open && session->state != SAY_FAILURE && session->state != OVER) {
		int changed = check_replica(session, &detail);

		if (changed != RS_OK)
			end(session, SAY_FAILURE, changed, &detail);
	}
	if (!session->open)
		err = pack_next(session, out, &any);
	update_counts(session);
	if (err != RS_OK) {
		if (session->state != OVER)
			end(session, SAY_FAILURE, err, &detail);
		return err;
	}
	*ret_any = any;
	return RS_OK;
}

void
sync_session_changed(struct sync_session *session)
{
	blobs_look(&session->blobs);
}

void
sync_session_hold(struct sync_session *session, bool hold)
{
	session->held = hold;
}

bool
sync_session_idle(const struct sync_session *session)
{
	return session->idle_said && session->idle_heard && is_quiet(session);
}

const uint8_t *
sync_session_archive(const struct sync_session *session)
{
	return session->blobs.with_archive ? session->blobs.archive : NULL;
}

const struct sync_counts *
sync_session_counts(const struct sync_session *session)
{
	return &session->counts;
}
