/*
 * Goal: a round admits whom it should, and what one connection asks never leaks into
 * the work of another.  The rounds run on a real vault thread.
 */
#include "tests/unit/proto/replica/fixture.h"

#include <uv.h>

#include "daemon/peer/connection.h"
#include "daemon/peer/round.h"
#include "proto/replica/pack.h"
#include "proto/sync/draft.h"
#include "proto/sync/greeting.h"
#include "proto/wire/message.h"

struct fixture {
	uv_loop_t loop;
	struct node *node;
	struct vault_thread *vault;
	struct round round;
	bool done;
};

static void
on_change(void *context, const struct replica_change *change)
{
	(void)context;
	(void)change;
}

static void
on_done(void *context)
{
	((struct fixture *)context)->done = true;
}

static void
wait_done(struct fixture *fixture)
{
	while (!fixture->done)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	fixture->done = false;
}

/* An archive, given to a vault thread. */
static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->node = node_new(REPLICA_ARCHIVE, 1);
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	round_init(&fixture->round, false, "archive", on_done, fixture);
	fixture->round.view = calloc(1, sizeof(*fixture->round.view));
	assert_non_null(fixture->round.view);
	*state = fixture;
	return 0;
}

static void
start_vault(struct fixture *fixture)
{
	OK(vault_thread_start(&fixture->loop, fixture->node->replica, on_change, NULL,
	    &fixture->vault));
}

/* Take the replica back from the thread, to look at it. */
static void
stop_vault(struct fixture *fixture)
{
	vault_thread_stop(fixture->vault, on_done, fixture);
	wait_done(fixture);
	node_open(fixture->node);
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	round_release(&fixture->round);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	node_free(fixture->node);
	free(fixture);
	return 0;
}

/* ---------------------------------------------------------------- invitations */

static const uint8_t peer_key[DEVICE_KEY_LEN] = { 7 };

static int
admit(struct fixture *fixture, const uint8_t *seed)
{
	round_admit(&fixture->round, fixture->vault, peer_key, seed);
	wait_done(fixture);
	return fixture->round.err;
}

static void
an_invitation_admits_once(void **state)
{
	struct fixture *fixture = *state;
	uint8_t seed[DEVICE_INVITE_LEN];
	struct bytes message;
	int64_t expires_ms;

	IN(fixture->node, device_invite(fixture->node->replica, false, seed, &expires_ms));
	fixture->node->now_ms = expires_ms - 1;
	start_vault(fixture);
	assert_int_equal(admit(fixture, seed), RS_OK);
	assert_true(round_next_out(&fixture->round, &message));
	assert_true(fixture->round.invitations_changed);
	assert_int_equal(fixture->round.invitation_count, 0);
	assert_int_equal(admit(fixture, seed), RS_ETOKEN);
	assert_false(round_next_out(&fixture->round, &message));
	stop_vault(fixture);
}

static void
an_expired_invitation_admits_nobody(void **state)
{
	struct fixture *fixture = *state;
	uint8_t seed[DEVICE_INVITE_LEN];
	struct bytes message;
	int64_t expires_ms;

	IN(fixture->node, device_invite(fixture->node->replica, false, seed, &expires_ms));
	fixture->node->now_ms = expires_ms;
	start_vault(fixture);
	assert_int_equal(admit(fixture, seed), RS_ETOKEN);
	assert_false(round_next_out(&fixture->round, &message));
	/* Nor does it by being tried become a device. */
	assert_int_equal(admit(fixture, NULL), RS_EAUTH);
	stop_vault(fixture);
}

static void add_request(struct round_inbox *inbox, Readsync__Request__Kind kind);

/* Whoever has got the token may come before another job of the vault's is done. */
static void
the_loop_knows_an_invitation_with_its_answer(void **state)
{
	struct fixture *fixture = *state;
	struct round_inbox *inbox = calloc(1, sizeof(*inbox));
	uint8_t seed[DEVICE_INVITE_LEN];

	assert_non_null(inbox);
	fixture->round.local = true;
	fixture->round.view->address_count = 1;
	strcpy(fixture->round.view->addresses[0], "192.0.2.1:7323");
	start_vault(fixture);
	add_request(inbox, READSYNC__REQUEST__KIND__INVITE);
	round_exchange(&fixture->round, fixture->vault, inbox);
	wait_done(fixture);
	OK(fixture->round.err);
	assert_true(fixture->round.invitations_changed);
	assert_int_equal(fixture->round.invitation_count, 1);
	memcpy(seed, fixture->round.invitations[0], sizeof(seed));
	assert_int_equal(admit(fixture, seed), RS_OK);
	assert_int_equal(fixture->round.invitation_count, 0);
	stop_vault(fixture);
	free(inbox);
}

/* ------------------------------------------------------------------ an exchange */

/* Hand the round what the laptop says; tell whether there were records in it. */
static bool
take_from(struct sync_session *laptop, struct round_inbox *inbox)
{
	Readsync__Message *message;
	struct buffer packed;
	bool any = true, records = false;

	buffer_init(&packed, MESSAGE_MAX);
	for (;;) {
		buffer_clear(&packed);
		OK(sync_session_next(laptop, &packed, &any));
		if (!any)
			break;
		OK(message_unpack(buffer_bytes(&packed), &message));
		records = records || message->body_case == READSYNC__MESSAGE__BODY_RECORDS;
		OK(round_inbox_add(inbox, message, packed.len));
	}
	buffer_release(&packed);
	return records;
}

static void
give_to(struct sync_session *laptop, struct round *round)
{
	struct rs_err_detail detail;
	Readsync__Message *message;
	struct bytes packed;

	while (round_next_out(round, &packed)) {
		OK(message_unpack(packed, &message));
		OK(sync_session_receive(laptop, message, &detail));
		message_free(message);
	}
	OK(sync_session_settle(laptop));
}

static void
add_request(struct round_inbox *inbox, Readsync__Request__Kind kind)
{
	Readsync__Message *message = malloc(sizeof(*message));

	assert_non_null(message);
	readsync__message__init(message);
	message->body_case = READSYNC__MESSAGE__BODY_REQUEST;
	message->request = malloc(sizeof(*message->request));
	assert_non_null(message->request);
	readsync__request__init(message->request);
	message->request->kind = kind;
	OK(round_inbox_add(inbox, message, 4));
}

/* Over the network nobody may ask for the library. */
static void
add_library_request(struct round_inbox *inbox)
{
	add_request(inbox, READSYNC__REQUEST__KIND__SYNC);
}

/* Nor may who is paired already join again. */
static void
add_join(struct round_inbox *inbox)
{
	Readsync__Message *message = malloc(sizeof(*message));

	assert_non_null(message);
	readsync__message__init(message);
	message->body_case = READSYNC__MESSAGE__BODY_JOIN;
	message->join = malloc(sizeof(*message->join));
	assert_non_null(message->join);
	readsync__join__init(message->join);
	OK(round_inbox_add(inbox, message, 4));
}

/* What another connection, or the pipeline, does meanwhile. */
struct other {
	struct vault_job job;
	struct fixture *fixture;
	int err;
};

static void
other_work(struct vault_job *job, struct replica *replica)
{
	struct other *other = (struct other *)job;
	struct item_save what = { .title = "Other" };
	uint8_t id[HASH_NAME_LEN];
	bool new;

	other->err = replica_begin(replica);
	if (other->err == RS_OK)
		other->err = item_save(replica, "https://example.org/other", &what, id, &new, NULL);
	if (other->err == RS_OK)
		other->err = replica_commit(replica);
}

static void
on_other_done(struct vault_job *job)
{
	((struct other *)job)->fixture->done = true;
}

/* Send records and, in the same round, what is refused. */
static void
refuse_amid_records(struct fixture *fixture, void (*add)(struct round_inbox *inbox))
{
	struct other other = { { other_work, on_other_done, NULL }, fixture, 0 };
	struct node *laptop = node_new(REPLICA_LAPTOP, 2);
	struct sync_session *session;
	struct round_inbox *inbox = calloc(1, sizeof(*inbox));
	uint8_t id[HASH_NAME_LEN];
	bool records = false;
	int i;

	assert_non_null(inbox);
	pair(fixture->node, laptop);
	IN(fixture->node, device_add(fixture->node->replica, fixture->round.peer_key, "laptop",
	    false));
	save(laptop, "https://example.org/a", "Title", id);
	OK(sync_session_new(laptop->replica, true, &session));
	start_vault(fixture);
	for (i = 0; i < 10 && !records; i++) {
		records = take_from(session, inbox);
		if (records)
			add(inbox);
		round_exchange(&fixture->round, fixture->vault, inbox);
		wait_done(fixture);
		if (!records)
			give_to(session, &fixture->round);
	}
	assert_true(records);
	assert_int_equal(fixture->round.err, RS_EPROTOCOL);
	vault_thread_post(fixture->vault, &other.job);
	wait_done(fixture);
	OK(other.err);
	round_end(&fixture->round, fixture->vault);
	wait_done(fixture);
	stop_vault(fixture);
	assert_int_equal(ask(fixture->node, "SELECT count(*) FROM item WHERE title = 'Other'"), 1);
	assert_int_equal(ask(fixture->node, "SELECT count(*) FROM item WHERE title = 'Title'"), 1);
	sync_session_free(session);
	node_free(laptop);
	free(inbox);
}

static void
a_request_amid_records_leaves_nothing_open(void **state)
{
	refuse_amid_records(*state, add_library_request);
}

static void
a_join_amid_records_leaves_nothing_open(void **state)
{
	refuse_amid_records(*state, add_join);
}

/* A revocation that came in between ends what goes on, and says why. */
static void
revoke_work(struct vault_job *job, struct replica *replica)
{
	struct other *other = (struct other *)job;

	other->err = replica_begin(replica);
	if (other->err == RS_OK)
		other->err = device_revoke(replica, peer_key);
	if (other->err == RS_OK)
		other->err = replica_commit(replica);
}

static void
a_revoked_device_is_turned_away(void **state)
{
	struct fixture *fixture = *state;
	struct other revoke = { { revoke_work, on_other_done, NULL }, fixture, 0 };
	struct round_inbox *inbox = calloc(1, sizeof(*inbox));
	Readsync__Message *message;
	struct bytes packed;

	assert_non_null(inbox);
	IN(fixture->node, device_add(fixture->node->replica, peer_key, "laptop", false));
	start_vault(fixture);
	assert_int_equal(admit(fixture, NULL), RS_OK);
	add_request(inbox, READSYNC__REQUEST__KIND__STATUS);
	round_exchange(&fixture->round, fixture->vault, inbox);
	wait_done(fixture);
	OK(fixture->round.err);
	assert_false(fixture->round.invitations_changed);
	vault_thread_post(fixture->vault, &revoke.job);
	wait_done(fixture);
	OK(revoke.err);
	add_request(inbox, READSYNC__REQUEST__KIND__STATUS);
	round_exchange(&fixture->round, fixture->vault, inbox);
	wait_done(fixture);
	assert_int_equal(fixture->round.err, RS_EAUTH);
	assert_true(round_next_out(&fixture->round, &packed));
	OK(message_unpack(packed, &message));
	assert_int_equal(message->body_case, READSYNC__MESSAGE__BODY_FAILURE);
	assert_int_equal(message->failure->code, message_code(RS_EAUTH));
	message_free(message);
	assert_false(round_next_out(&fixture->round, &packed));
	assert_int_equal(admit(fixture, NULL), RS_EAUTH);
	stop_vault(fixture);
	free(inbox);
}

/* A Hello of a device that holds what the archive holds, and wants nothing. */
static void
greet(struct fixture *fixture, struct round_inbox *inbox, const uint8_t digest[HASH_NAME_LEN])
{
	Readsync__Message message = READSYNC__MESSAGE__INIT, *unpacked;
	Readsync__Hello hello = READSYNC__HELLO__INIT;
	static const uint8_t device[HASH_NAME_LEN] = "a laptop it is";
	struct buffer packed;

	hello.version = 1;
	hello.device = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)device };
	hello.library = (ProtobufCBinaryData){ HASH_NAME_LEN,
	    (uint8_t *)replica_library(fixture->node->replica) };
	hello.digest = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)digest };
	hello.now_ms = fixture->node->now_ms;
	hello.features = GREETING_COMPRESSED;
	message.body_case = READSYNC__MESSAGE__BODY_HELLO;
	message.hello = &hello;
	buffer_init(&packed, MESSAGE_MAX);
	OK(message_pack(&message, &packed));
	OK(message_unpack(buffer_bytes(&packed), &unpacked));
	OK(round_inbox_add(inbox, unpacked, packed.len));
	buffer_release(&packed);
}

static void
what_a_device_holds_is_noted_at_rest(void **state)
{
	struct fixture *fixture = *state;
	struct round_inbox inbox = { .messages = NULL };
	uint8_t digest[HASH_NAME_LEN];

	IN(fixture->node, device_add(fixture->node->replica, peer_key, "laptop", false));
	version_vector_digest(replica_vector(fixture->node->replica), digest);
	greet(fixture, &inbox, digest);
	start_vault(fixture);
	assert_int_equal(admit(fixture, NULL), RS_OK);
	round_exchange(&fixture->round, fixture->vault, &inbox);
	wait_done(fixture);
	assert_int_equal(fixture->round.err, RS_OK);
	/* The answer first; what is noted comes to rest in a second round. */
	round_exchange(&fixture->round, fixture->vault, &inbox);
	wait_done(fixture);
	round_end(&fixture->round, fixture->vault);
	wait_done(fixture);
	stop_vault(fixture);
	assert_int_equal(ask(fixture->node, "SELECT count(*) FROM register WHERE kind = 4"
	    " AND field = CAST('held' AS BLOB)"), 1);
}

/* What is little on the way may be much to collect: others wait meanwhile. */
static void
a_round_sends_so_much_and_no_more(void **state)
{
	static const uint8_t value[RECORD_VALUE_MAX], nobody[HASH_NAME_LEN];
	struct fixture *fixture = *state;
	struct round_inbox inbox = { .messages = NULL };
	uint8_t item[HASH_NAME_LEN] = { 1 };
	Readsync__Message *vector;
	struct bytes packed;
	size_t count;

	IN(fixture->node, device_add(fixture->node->replica, peer_key, "laptop", false));
	OK(replica_begin(fixture->node->replica));
	for (count = 0; count < 2 * ROUND_OUT_COUNT; count++) {
		item[1] = (uint8_t)count;
		item[2] = (uint8_t)(count >> 8);
		OK(replica_write(fixture->node->replica, RECORD_ITEM, item, "a field",
		    bytes_of(value, sizeof(value))));
	}
	OK(replica_commit(fixture->node->replica));
	greet(fixture, &inbox, nobody);
	vector = draft_new(READSYNC__MESSAGE__BODY_VECTOR);
	assert_non_null(vector);
	start_vault(fixture);
	assert_int_equal(admit(fixture, NULL), RS_OK);
	round_exchange(&fixture->round, fixture->vault, &inbox);
	wait_done(fixture);
	OK(round_inbox_add(&inbox, vector, 4));
	round_exchange(&fixture->round, fixture->vault, &inbox);
	wait_done(fixture);
	OK(fixture->round.err);
	for (count = 0; round_next_out(&fixture->round, &packed); count++)
		continue;
	assert_int_equal(count, ROUND_OUT_COUNT);
	assert_true(fixture->round.more);
	round_end(&fixture->round, fixture->vault);
	wait_done(fixture);
	stop_vault(fixture);
}

static void
a_full_inbox_takes_no_more(void **state)
{
	struct round_inbox *inbox = calloc(1, sizeof(*inbox));
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	size_t i;

	(void)state;
	assert_non_null(inbox);
	/* No round answers more than a few: others would wait. */
	for (i = 0; i < ROUND_REQUESTS; i++) {
		assert_false(round_inbox_is_full(inbox));
		add_request(inbox, READSYNC__REQUEST__KIND__STATUS);
	}
	assert_true(round_inbox_is_full(inbox));
	for (; i < ROUND_INBOX_COUNT - 1; i++)
		add_request(inbox, READSYNC__REQUEST__KIND__STATUS);
	assert_true(round_inbox_has_request(inbox));
	assert_false(round_inbox_asks_poll(inbox));
	add_request(inbox, READSYNC__REQUEST__KIND__POLL);
	assert_true(round_inbox_asks_poll(inbox));
	assert_int_equal(round_inbox_add(inbox, &message, 1), RS_ELIMIT);
	round_inbox_release(inbox);
	assert_int_equal(inbox->bytes, 0);
	free(inbox);
}

/* What is little on the way may be much to apply. */
static void
a_full_inbox_counts_what_is_compressed(void **state)
{
	static const uint8_t zeros[MESSAGE_MAX];
	struct round_inbox inbox = { .messages = NULL };
	Readsync__Message *message;
	struct buffer frame;
	struct pack *pack;

	(void)state;
	buffer_init(&frame, 2 * MESSAGE_MAX);
	assert_int_equal(pack_new(&pack), RS_OK);
	assert_int_equal(pack_compress(pack, bytes_of(zeros, sizeof(zeros)), &frame), RS_OK);
	while (!round_inbox_is_full(&inbox)) {
		message = draft_new(READSYNC__MESSAGE__BODY_COMPRESSED);
		assert_non_null(message);
		assert_int_equal(draft_set_bytes(&message->compressed->frame, frame.data,
		    frame.len), RS_OK);
		assert_int_equal(round_inbox_add(&inbox, message, frame.len), RS_OK);
	}
	assert_in_range(inbox.count, 1, CONNECTION_INBOX_MAX / MESSAGE_MAX + 1);
	round_inbox_release(&inbox);
	pack_free(pack);
	buffer_release(&frame);
}

#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARCHIVE(an_invitation_admits_once),
		WITH_ARCHIVE(an_expired_invitation_admits_nobody),
		WITH_ARCHIVE(the_loop_knows_an_invitation_with_its_answer),
		WITH_ARCHIVE(a_request_amid_records_leaves_nothing_open),
		WITH_ARCHIVE(a_join_amid_records_leaves_nothing_open),
		WITH_ARCHIVE(a_revoked_device_is_turned_away),
		WITH_ARCHIVE(what_a_device_holds_is_noted_at_rest),
		WITH_ARCHIVE(a_round_sends_so_much_and_no_more),
		cmocka_unit_test(a_full_inbox_takes_no_more),
		cmocka_unit_test(a_full_inbox_counts_what_is_compressed),
	};

	return cmocka_run_group_tests_name("daemon/peer/round", tests, NULL, NULL);
}
