#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/wire/message.h"

#define PACKED(literal) bytes_of(literal, sizeof(literal) - 1)

static uint8_t filler[70000];
static char long_text[5000];

static ProtobufCBinaryData
binary(size_t len)
{
	ProtobufCBinaryData data = { len, filler };

	return data;
}

/* One valid message of every kind, for the cases below to spoil. */
static Readsync__Message message;
static Readsync__Hello hello;
static Readsync__Vector vector;
static Readsync__VectorEntry entry, *entries[1] = { &entry };
static Readsync__Record record, *record_list[1] = { &record };
static Readsync__Records records;
static Readsync__Snapshot snapshot;
static Readsync__Acknowledge acknowledge;
static Readsync__Wants wants;
static Readsync__Chunk chunk;
static Readsync__Idle idle;
static Readsync__Standing standing;
static Readsync__Compressed compressed;
static Readsync__Failure failure;
static Readsync__Welcome welcome;
static Readsync__Join join;
static Readsync__Request request;
static Readsync__Response response;
static Readsync__QueueStatus queue, *queues[1] = { &queue };
static Readsync__Device device, *devices[1] = { &device };
static ProtobufCBinaryData names[1], hashes[1];

static void
reset_exchange(void)
{
	hello = (Readsync__Hello)READSYNC__HELLO__INIT;
	hello.device = hello.library = hello.digest = binary(16);
	hello.software = "readsync/1";
	entry = (Readsync__VectorEntry)READSYNC__VECTOR_ENTRY__INIT;
	entry.origin = binary(16);
	vector = (Readsync__Vector)READSYNC__VECTOR__INIT;
	vector.entries = entries;
	vector.n_entries = 1;
	record = (Readsync__Record)READSYNC__RECORD__INIT;
	record.kind = 1;
	record.entity = binary(16);
	record.field = "url";
	record.value = binary(10);
	record.clock = record.sequence = 1;
	records = (Readsync__Records)READSYNC__RECORDS__INIT;
	records.records = record_list;
	records.origins = names;
	records.through = entries;
	records.n_records = records.n_origins = records.n_through = 1;
	snapshot = (Readsync__Snapshot)READSYNC__SNAPSHOT__INIT;
	snapshot.records = record_list;
	snapshot.origins = names;
	snapshot.n_records = snapshot.n_origins = 1;
	snapshot.cursor = binary(512);
	acknowledge = (Readsync__Acknowledge)READSYNC__ACKNOWLEDGE__INIT;
	acknowledge.entries = entries;
	acknowledge.blobs = hashes;
	acknowledge.n_entries = acknowledge.n_blobs = 1;
	wants = (Readsync__Wants)READSYNC__WANTS__INIT;
	wants.blobs = hashes;
	wants.n_blobs = 1;
	chunk = (Readsync__Chunk)READSYNC__CHUNK__INIT;
	chunk.blob = binary(32);
	chunk.data = binary(100);
	chunk.size = 300;
	chunk.offset = 200;
	standing = (Readsync__Standing)READSYNC__STANDING__INIT;
	standing.origin = binary(16);
	standing.through = 3;
}

static void
reset(void)
{
	names[0] = binary(16);
	hashes[0] = binary(32);
	message = (Readsync__Message)READSYNC__MESSAGE__INIT;
	reset_exchange();
	idle = (Readsync__Idle)READSYNC__IDLE__INIT;
	compressed = (Readsync__Compressed)READSYNC__COMPRESSED__INIT;
	failure = (Readsync__Failure)READSYNC__FAILURE__INIT;
	failure.text = "what went wrong";
	welcome = (Readsync__Welcome)READSYNC__WELCOME__INIT;
	welcome.library = welcome.archive_device = binary(16);
	welcome.library_secret = binary(32);
	join = (Readsync__Join)READSYNC__JOIN__INIT;
	join.name = "laptop";
	join.device = binary(16);
	request = (Readsync__Request)READSYNC__REQUEST__INIT;
	request.kind = READSYNC__REQUEST__KIND__REFETCH;
	request.item = binary(16);
	queue = (Readsync__QueueStatus)READSYNC__QUEUE_STATUS__INIT;
	response = (Readsync__Response)READSYNC__RESPONSE__INIT;
	response.queues = queues;
	response.n_queues = 1;
	device = (Readsync__Device)READSYNC__DEVICE__INIT;
	device.key = binary(32);
	response.devices = devices;
	response.n_devices = 1;
}

#define BODY(NAME, name) { READSYNC__MESSAGE__BODY_##NAME, &name }

static const struct {
	Readsync__Message__BodyCase body_case;
	void *body;
} bodies[] = {
	BODY(HELLO, hello), BODY(VECTOR, vector), BODY(RECORDS, records),
	BODY(ACKNOWLEDGE, acknowledge), BODY(WANTS, wants), BODY(CHUNK, chunk),
	BODY(IDLE, idle), BODY(FAILURE, failure), BODY(WELCOME, welcome), BODY(JOIN, join),
	BODY(REQUEST, request), BODY(RESPONSE, response),
	BODY(SNAPSHOT, snapshot), BODY(STANDING, standing), BODY(COMPRESSED, compressed),
};

#define BODY_COUNT (sizeof(bodies) / sizeof(bodies[0]))

static void
choose(Readsync__Message__BodyCase body_case)
{
	size_t i;

	for (i = 0; i < BODY_COUNT; i++) {
		if (bodies[i].body_case == body_case)
			message.hello = bodies[i].body;
	}
	message.body_case = body_case;
}

/* Pack without a check, as a peer of ill will can. */
static int
send_anyway(void)
{
	size_t len = readsync__message__get_packed_size(&message);
	uint8_t *packed = malloc(len);
	Readsync__Message *back = NULL;
	int err;

	readsync__message__pack(&message, packed);
	err = message_unpack(bytes_of(packed, len), &back);
	if (err == RS_OK)
		message_free(back);
	else
		assert_null(back);
	free(packed);
	return err;
}

static void
carries_every_kind(void **state)
{
	Readsync__Message *back;
	struct buffer out;
	size_t i;

	(void)state;
	assert_int_equal(BODY_COUNT, readsync__message__descriptor.n_fields);
	buffer_init(&out, MESSAGE_MAX);
	for (i = 0; i < BODY_COUNT; i++) {
		reset();
		choose(bodies[i].body_case);
		buffer_clear(&out);
		assert_int_equal(message_pack(&message, &out), RS_OK);
		assert_int_equal(message_unpack(buffer_bytes(&out), &back), RS_OK);
		assert_int_equal(back->body_case, bodies[i].body_case);
		message_free(back);
	}
	buffer_release(&out);
	message_free(NULL);
}

/* Every bound, one step past it: neither sent nor taken. */
#define PAST(NAME, change) do { \
	reset(); \
	choose(READSYNC__MESSAGE__BODY_##NAME); \
	change; \
	buffer_clear(&out); \
	assert_int_equal(message_pack(&message, &out), RS_EINVAL); \
	assert_int_equal(out.len, 0); \
	assert_int_equal(send_anyway(), RS_EPROTOCOL); \
} while (0)

/* And at it: both. */
#define AT(NAME, change) do { \
	reset(); \
	choose(READSYNC__MESSAGE__BODY_##NAME); \
	change; \
	buffer_clear(&out); \
	assert_int_equal(message_pack(&message, &out), RS_OK); \
	assert_int_equal(send_anyway(), RS_OK); \
} while (0)

static char *
text_of(size_t len)
{
	return long_text + sizeof(long_text) - 1 - len;
}

static void
checks_the_bounds_of_the_exchange(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, MESSAGE_MAX);
	PAST(HELLO, hello.device.len = 15);
	PAST(HELLO, hello.library.len = 17);
	PAST(HELLO, hello.digest.len = 15);
	AT(HELLO, hello.library.len = hello.digest.len = 0);
	PAST(HELLO, hello.software = text_of(65));
	AT(HELLO, hello.software = text_of(64));
	PAST(HELLO, hello.software = "\xff");
	PAST(VECTOR, entry.origin.len = 15);
	AT(VECTOR, vector.n_entries = 0);
	PAST(VECTOR, vector.cursor = binary(513));
	AT(VECTOR, vector.cursor = binary(512));
	AT(SNAPSHOT, snapshot.cursor = binary(512));
	PAST(SNAPSHOT, snapshot.cursor = binary(513));
	PAST(SNAPSHOT, snapshot.n_origins = 0);
	PAST(SNAPSHOT, names[0].len = 32);
	PAST(SNAPSHOT, record.origin = 1);
	PAST(SNAPSHOT, record.sequence = 0);
	PAST(RECORDS, record.kind = 0);
	AT(RECORDS, record.kind = 99);
	PAST(RECORDS, record.entity.len = 0);
	PAST(RECORDS, record.field = "");
	AT(RECORDS, record.field = text_of(200));
	PAST(RECORDS, record.field = text_of(201));
	PAST(RECORDS, record.field = "tag/\xe9");
	AT(RECORDS, record.value = binary(32768));
	PAST(RECORDS, record.value = binary(32769));
	PAST(RECORDS, record.clock = 0);
	PAST(RECORDS, record.sequence = 0);
	PAST(RECORDS, record.origin = 1);
	PAST(RECORDS, records.n_origins = 0);
	PAST(RECORDS, names[0].len = 32);
	PAST(RECORDS, entry.origin.len = 20);
	PAST(ACKNOWLEDGE, entry.origin.len = 0);
	PAST(ACKNOWLEDGE, hashes[0].len = 16);
	PAST(WANTS, hashes[0].len = 33);
	buffer_release(&out);
}

static void
checks_the_bounds_of_chunks(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, MESSAGE_MAX);
	PAST(CHUNK, chunk.blob.len = 0);
	PAST(CHUNK, chunk.offset = 201);
	PAST(CHUNK, chunk.offset = 301);
	PAST(CHUNK, chunk.offset = UINT64_MAX);
	PAST(CHUNK, chunk.size = 0);
	PAST(CHUNK, chunk.absent = true);
	AT(CHUNK, (chunk.absent = true, chunk.data.len = 0, chunk.size = 0));
	AT(CHUNK, (chunk.data = binary(60000), chunk.size = 60200));
	PAST(CHUNK, (chunk.data = binary(60001), chunk.size = 60201));
	AT(CHUNK, (chunk.offset = UINT64_MAX - 100, chunk.size = UINT64_MAX));
	buffer_release(&out);
}

static void
checks_the_bounds_of_pairing_and_requests(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, MESSAGE_MAX);
	AT(FAILURE, failure.text = text_of(500));
	PAST(FAILURE, failure.text = text_of(501));
	PAST(WELCOME, welcome.library.len = 8);
	PAST(WELCOME, welcome.library_secret.len = 31);
	PAST(WELCOME, welcome.archive_device.len = 0);
	PAST(WELCOME, welcome.archive_name = text_of(65));
	PAST(JOIN, join.name = text_of(65));
	PAST(JOIN, join.name = "\xed\xa0\x80");
	PAST(JOIN, join.device.len = 17);
	PAST(REQUEST, request.item.len = 0);
	PAST(REQUEST, request.item.len = 15);
	AT(REQUEST, (request.kind = READSYNC__REQUEST__KIND__STATUS, request.item.len = 0));
	PAST(REQUEST, request.device = binary(31));
	PAST(REQUEST, request.kind = READSYNC__REQUEST__KIND__RENAME);
	PAST(REQUEST, request.kind = READSYNC__REQUEST__KIND__REVOKE);
	AT(REQUEST, (request.kind = READSYNC__REQUEST__KIND__REVOKE, request.device = binary(32)));
	AT(REQUEST, request.name = text_of(64));
	PAST(REQUEST, request.name = text_of(65));
	PAST(RESPONSE, response.text = text_of(501));
	PAST(RESPONSE, response.token = text_of(4097));
	PAST(RESPONSE, response.version = text_of(65));
	PAST(RESPONSE, queue.name = text_of(501));
	PAST(RESPONSE, queue.kind = text_of(65));
	PAST(RESPONSE, queue.problem = text_of(501));
	PAST(RESPONSE, device.key = binary(16));
	PAST(RESPONSE, device.name = text_of(65));
	buffer_release(&out);
}

static void
takes_exactly_one_member(void **state)
{
	static const struct {
		struct bytes packed;
		int err;
		Readsync__Message__BodyCase body_case;
	} cases[] = {
#define CASE(literal, err, what) { { (const uint8_t *)(literal), sizeof(literal) - 1 }, err, \
    READSYNC__MESSAGE__BODY_##what }
		CASE("", RS_EPROTOCOL, _NOT_SET),
		CASE("\x3a\x00", RS_OK, IDLE),
		CASE("\x3a\x00\x3a\x00", RS_EPROTOCOL, _NOT_SET),	/* twice */
		CASE("\x3a\x00\x2a\x00", RS_EPROTOCOL, _NOT_SET),	/* two */
		CASE("\x3a\x00\x00", RS_EPROTOCOL, _NOT_SET),		/* and more */
		CASE("\x3a\x01", RS_EPROTOCOL, _NOT_SET),		/* cut */
		CASE("\x3a", RS_EPROTOCOL, _NOT_SET),
		CASE("\x38\x00", RS_EPROTOCOL, _NOT_SET),		/* a number */
		CASE("\x3a\x02\x08\x05", RS_OK, IDLE),
		CASE("\x3a\x03\x92\x01\x00", RS_OK, IDLE),		/* an unknown field */
		CASE("\xfa\x01\x00", RS_OK, _NOT_SET),			/* an unknown member */
		CASE("\xfa\x01\x02hi", RS_OK, _NOT_SET),
		CASE("\xf8\x01\x02", RS_EPROTOCOL, _NOT_SET),
#undef CASE
	};
	Readsync__Message *back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		back = NULL;
		assert_int_equal(message_unpack(cases[i].packed, &back), cases[i].err);
		if (back != NULL)
			assert_int_equal(back->body_case, cases[i].body_case);
		message_free(back);
	}
	assert_int_equal(message_unpack(bytes_of(filler, MESSAGE_MAX + 1), &back), RS_EPROTOCOL);
	reset();
	assert_int_equal(message_pack(&message, &(struct buffer){ .max = 10 }), RS_EINVAL);
}

/* Every message, cut at every byte: never a message, never a crash. */
static void
refuses_every_cut(void **state)
{
	Readsync__Message *back;
	struct buffer out;
	size_t i, len;

	(void)state;
	buffer_init(&out, MESSAGE_MAX);
	for (i = 0; i < BODY_COUNT; i++) {
		reset();
		choose(bodies[i].body_case);
		buffer_clear(&out);
		assert_int_equal(message_pack(&message, &out), RS_OK);
		for (len = 0; len < out.len; len++)
			assert_int_equal(message_unpack(bytes_of(out.data, len), &back),
			    RS_EPROTOCOL);
	}
	buffer_release(&out);
}

static void
packs_what_fits_a_frame(void **state)
{
	Readsync__Record copies[2], *list[2] = { &copies[0], &copies[1] };
	struct buffer out;

	(void)state;
	reset();
	choose(READSYNC__MESSAGE__BODY_RECORDS);
	record.value = binary(32768);
	copies[0] = copies[1] = record;
	records.records = list;
	records.n_records = 2;
	buffer_init(&out, (size_t)1 << 20);
	assert_int_equal(message_pack(&message, &out), RS_ELIMIT);
	assert_int_equal(out.len, 0);
	copies[1].value.len = 32000;
	assert_int_equal(message_pack(&message, &out), RS_OK);
	assert_in_range(out.len, 60000, MESSAGE_MAX);
	buffer_release(&out);
	buffer_init(&out, 100);
	assert_int_equal(message_pack(&message, &out), RS_ELIMIT);
	buffer_release(&out);
}

/* A frame full of the smallest things that an honest peer sends is taken. */
static void
has_memory_for_honest_frames(void **state)
{
	enum { COUNT = 1400 };
	static Readsync__Record *small[COUNT];
	static Readsync__VectorEntry *smallest[2 * COUNT];
	static ProtobufCBinaryData wanted[COUNT];
	size_t i;

	(void)state;
	reset();
	choose(READSYNC__MESSAGE__BODY_RECORDS);
	record.field = "a";
	record.value.len = 0;
	for (i = 0; i < COUNT; i++)
		small[i] = &record;
	records.records = small;
	records.n_records = COUNT;
	assert_in_range(readsync__message__get_packed_size(&message), 50000, MESSAGE_MAX);
	assert_int_equal(send_anyway(), RS_OK);

	choose(READSYNC__MESSAGE__BODY_VECTOR);
	for (i = 0; i < 2 * COUNT; i++)
		smallest[i] = &entry;
	vector.entries = smallest;
	vector.n_entries = 2 * COUNT;
	assert_in_range(readsync__message__get_packed_size(&message), 50000, MESSAGE_MAX);
	assert_int_equal(send_anyway(), RS_OK);

	choose(READSYNC__MESSAGE__BODY_WANTS);
	for (i = 0; i < COUNT; i++)
		wanted[i] = binary(32);
	wants.blobs = wanted;
	wants.n_blobs = COUNT;
	assert_in_range(readsync__message__get_packed_size(&message), 45000, MESSAGE_MAX);
	assert_int_equal(send_anyway(), RS_OK);
}

/* A full frame of empty records, entries and origins claims memory in vain. */
static void
keeps_its_budget_against_bombs(void **state)
{
	static const uint8_t tags[][2] = {
		{ 3 << 3 | 2, 2 << 3 | 2 },	/* Records: empty records */
		{ 3 << 3 | 2, 3 << 3 | 2 },	/* Records: empty entries */
		{ 2 << 3 | 2, 1 << 3 | 2 },	/* Vector: empty entries */
		{ 12 << 3 | 2, 13 << 3 | 2 },	/* Response: empty queues */
		{ 3 << 3 | 2, 1 << 3 | 2 },	/* Records: empty origins */
		{ 5 << 3 | 2, 1 << 3 | 2 },	/* Wants: empty hashes */
		{ 7 << 3 | 2, 15 << 3 | 2 },	/* Idle: unknown fields */
	};
	static uint8_t packed[MESSAGE_MAX];
	Readsync__Message *back;
	size_t i, at, inner = MESSAGE_MAX - 4;

	(void)state;
	inner -= inner % 2;
	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		packed[0] = tags[i][0];
		packed[1] = (uint8_t)(0x80 | (inner & 0x7f));
		packed[2] = (uint8_t)(0x80 | (inner >> 7 & 0x7f));
		packed[3] = (uint8_t)(inner >> 14);
		for (at = 0; at < inner; at += 2) {
			packed[4 + at] = tags[i][1];
			packed[5 + at] = 0;
		}
		assert_int_equal(message_unpack(bytes_of(packed, 4 + inner), &back), RS_ELIMIT);
	}
}

static void
keeps_its_codes(void **state)
{
	int err;

	(void)state;
	assert_int_equal(message_code(RS_OK), 0);
	assert_int_equal(message_code(RS_EVERSION), 13);
	assert_int_equal(message_code(RS_ETOKEN), 16);
	assert_int_equal(message_code(RS_EREFUSED), 21);
	assert_int_equal(message_code(RS_EKEY), 25);	/* ours alone: internal */
	assert_int_equal(message_code(-1000), 25);
	assert_int_equal(message_err(999), RS_EPROTOCOL);
	for (err = 0; err >= RS_EINTERNAL; err--) {
		if (message_code(err) != message_code(RS_EINTERNAL))
			assert_int_equal(message_err(message_code(err)), err);
	}
}

static int
start(void **state)
{
	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_every_kind),
		cmocka_unit_test(checks_the_bounds_of_the_exchange),
		cmocka_unit_test(checks_the_bounds_of_chunks),
		cmocka_unit_test(checks_the_bounds_of_pairing_and_requests),
		cmocka_unit_test(takes_exactly_one_member),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(packs_what_fits_a_frame),
		cmocka_unit_test(has_memory_for_honest_frames),
		cmocka_unit_test(keeps_its_budget_against_bombs),
		cmocka_unit_test(keeps_its_codes),
	};

	return cmocka_run_group_tests_name("proto/wire/message", tests, start, NULL);
}
