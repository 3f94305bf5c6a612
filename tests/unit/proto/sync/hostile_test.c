/*
 * A peer that has proved who it is and then misbehaves: each case ends the
 * exchange with a reason, and leaves the replica as it was.
 */
#include "proto/replica/pack.h"
#include "proto/sync/blobs.h"
#include "proto/sync/greeting.h"
#include "tests/unit/proto/sync/link.h"

#define DAY_MS (24 * 60 * 60 * INT64_C(1000))

enum stage {
	AT_START,	/* we await its Hello */
	AT_VECTOR,	/* and then its Vector */
	AT_EXCHANGE,	/* and then anything: it is known to hold nothing */
	AT_PLAIN	/* the same, with one that knows nothing compressed */
};

/* The peer's message, and all that can hang on it; valid until a case bends it. */
static uint8_t peer[16], library[16], digest[16], own[16], origins_data[4][16];
static uint8_t hashes[BLOBS_WINDOW + 1][32];
static Readsync__Message message;
static Readsync__Hello hello;
static Readsync__Vector vector;
static Readsync__Records records;
static Readsync__Snapshot snapshot;
static Readsync__Compressed compressed;
static uint8_t frame[256];
static Readsync__Acknowledge acknowledge;
static Readsync__Wants wants;
static Readsync__Chunk chunk;
static Readsync__Idle idle;
static Readsync__Standing standing;
static Readsync__Failure failure;
static Readsync__Join join;
static Readsync__VectorEntry entries[4], *entry_list[4];
static Readsync__Record record_data[4], *record_list[4];
static ProtobufCBinaryData origin_list[4], hash_list[BLOBS_WINDOW + 1];
static uint64_t offsets[BLOBS_WINDOW + 1];
static uint8_t value[1], entity[16] = { 200 };

static ProtobufCBinaryData
view(uint8_t *data, size_t len)
{
	return (ProtobufCBinaryData){ len, data };
}

static void
make_lists(void)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		memset(origins_data[i], 0x10 + (int)i, 16);
		readsync__vector_entry__init(&entries[i]);
		entries[i].origin = origin_list[i] = view(origins_data[i], 16);
		entries[i].sequence = 10;
		entries[i].clock = UINT64_C(1700000000000) << 16 | 99;
		entry_list[i] = &entries[i];
		readsync__record__init(&record_data[i]);
		record_data[i].kind = 1;
		record_data[i].entity = view(entity, 16);
		record_data[i].field = (char *)(i == 0 ? "a" : i == 1 ? "b" : i == 2 ? "c" : "d");
		record_data[i].value = view(value, 1);
		record_data[i].clock = UINT64_C(1700000000000) << 16 | i;
		record_data[i].sequence = 5 + i;
		record_list[i] = &record_data[i];
	}
	for (i = 0; i < BLOBS_WINDOW + 1; i++) {
		hashes[i][0] = (uint8_t)(i >> 8);
		hashes[i][1] = (uint8_t)i;
		hash_list[i] = view(hashes[i], 32);
		offsets[i] = 0;
	}
}

/* A sound message of each kind: two records of one origin, one of another. */
static void
make_messages(const struct host *victim)
{
	make_lists();
	readsync__message__init(&message);
	readsync__hello__init(&hello);
	readsync__vector__init(&vector);
	readsync__records__init(&records);
	readsync__snapshot__init(&snapshot);
	readsync__compressed__init(&compressed);
	readsync__acknowledge__init(&acknowledge);
	readsync__wants__init(&wants);
	readsync__chunk__init(&chunk);
	readsync__idle__init(&idle);
	readsync__standing__init(&standing);
	readsync__failure__init(&failure);
	readsync__join__init(&join);
	memset(peer, 0x77, sizeof(peer));
	memcpy(library, replica_library(victim->replica), 16);
	memcpy(own, replica_origin(victim->replica), 16);
	memset(digest, 0x55, sizeof(digest));
	hello.version = 1;
	hello.device = view(peer, 16);
	hello.library = view(library, 16);
	hello.digest = view(digest, 16);
	hello.now_ms = victim->now_ms;
	records.origins = origin_list;
	records.n_origins = 2;
	records.records = record_list;
	records.n_records = 3;
	records.through = entry_list;
	records.n_through = 2;
	record_data[2].origin = 1;
	records.last = true;
	chunk.blob = hash_list[0];
	chunk.size = 1;
	chunk.data = view(value, 1);
}

#define SAY(kind, member) \
	do { \
		message.body_case = READSYNC__MESSAGE__BODY_##kind; \
		message.member = &member; \
	} while (0)

static void sound_hello(void) { SAY(HELLO, hello); }
static void sound_records(void) { SAY(RECORDS, records); }
static void snapshot_unasked(void)
{
	SAY(SNAPSHOT, snapshot);
	snapshot.origins = origin_list;
	snapshot.n_origins = 2;
	snapshot.records = record_list;
	snapshot.n_records = 3;
}

/* Say what ${content} holds, compressed. */
static void
say_compressed(struct bytes content)
{
	struct pack *pack;
	struct buffer out;

	assert_int_equal(pack_new(&pack), RS_OK);
	buffer_init(&out, 2 * MESSAGE_MAX);
	assert_int_equal(pack_compress(pack, content, &out), RS_OK);
	assert_true(out.len <= sizeof(frame));
	memcpy(frame, out.data, out.len);
	compressed.frame = view(frame, out.len);
	SAY(COMPRESSED, compressed);
	buffer_release(&out);
	pack_free(pack);
}

/* Say in a frame what would be said as it is. */
static void
compress_message(void)
{
	struct buffer packed;

	buffer_init(&packed, MESSAGE_MAX);
	assert_int_equal(message_pack(&message, &packed), RS_OK);
	say_compressed(buffer_bytes(&packed));
	buffer_release(&packed);
}

static void compressed_records(void) { sound_records(); compress_message(); }
static void compressed_snapshot(void) { snapshot_unasked(); compress_message(); }
static void compressed_idle(void) { SAY(IDLE, idle); compress_message(); }
static void compressed_twice(void) { compressed_records(); compress_message(); }
static void compressed_cut(void) { compressed_records(); compressed.frame.len--; }
static void compressed_and_more(void) { compressed_records(); compressed.frame.len++; }
static void compressed_nothing(void) { SAY(COMPRESSED, compressed); }
static void compressed_no_message(void) { say_compressed(bytes_of_text("a message")); }
static void
compressed_too_long(void)
{
	static const uint8_t zeros[MESSAGE_MAX + 1];

	say_compressed(bytes_of(zeros, sizeof(zeros)));
}

static void version_zero(void) { SAY(HELLO, hello); hello.version = 0; }
static void future_version(void) { SAY(HELLO, hello); hello.version = 9; hello.features = 3; }
static void another_library(void) { SAY(HELLO, hello); library[0] ^= 1; }
static void no_library(void) { SAY(HELLO, hello); hello.library.len = 0; }
static void no_digest(void) { SAY(HELLO, hello); hello.digest.len = 0; }
static void itself(void) { SAY(HELLO, hello); memcpy(peer, own, 16); }
static void clock_ahead(void) { SAY(HELLO, hello); hello.now_ms += DAY_MS + 1; }
static void clock_behind(void) { SAY(HELLO, hello); hello.now_ms -= DAY_MS + 1; }
static void clock_at_the_limit(void) { SAY(HELLO, hello); hello.now_ms += DAY_MS; }
static void clock_impossible(void) { SAY(HELLO, hello); hello.now_ms = INT64_MIN; }
static void unknown_message(void) { message.body_case = READSYNC__MESSAGE__BODY__NOT_SET; }
static void idle_early(void) { SAY(IDLE, idle); }
static void a_join(void) { SAY(JOIN, join); }
static void gives_up(void)
{
	SAY(FAILURE, failure);
	failure.code = message_code(RS_EFULL);
	failure.text = (char *)"my disk is full";
}

static void sound_vector(void)
{
	SAY(VECTOR, vector);
	vector.entries = entry_list;
	vector.n_entries = 2;
}
static void vector_unsorted(void) { sound_vector(); entry_list[0] = &entries[2]; }
static void vector_twice(void) { sound_vector(); entry_list[1] = &entries[0]; }
static void vector_zero(void) { sound_vector(); entries[1].sequence = 0; }
static void vector_huge(void) { sound_vector(); entries[1].sequence = UINT64_MAX; }
static void begun_zero(void)
{
	sound_vector();
	vector.begun = entry_list;
	vector.n_begun = 2;
	vector.n_entries = 0;
	entries[1].sequence = 0;
}
static void begun_unsorted(void) { begun_zero(); entry_list[0] = &entries[2]; }
static void cursor_from_elsewhere(void)
{
	sound_vector();
	vector.snapshot = READSYNC__VECTOR__NEED__UNDER_WAY;
	vector.cursor = view(value, 1);
	vector.begun = entry_list;
	vector.n_begun = 2;
}
static void cursor_from_nowhere(void) { cursor_from_elsewhere(); vector.n_begun = 0; }
static void vector_endless(void) { sound_vector(); vector.n_entries = 0; vector.more = true; }
static void vector_knows_more_of_us(void)
{
	sound_vector();
	vector.n_entries = 1;
	memcpy(origins_data[0], own, 16);
	entries[0].sequence = 1000;
}

static void records_empty(void) { SAY(RECORDS, records); records.n_records = 0;
	records.n_origins = 0; records.n_through = 0; }
static void records_without_through(void) { SAY(RECORDS, records); records.n_through = 0; }
static void records_with_less_through(void) { SAY(RECORDS, records); records.n_through = 1; }
static void records_beyond_through(void) { SAY(RECORDS, records); entries[0].sequence = 5; }
static void records_backwards(void) { SAY(RECORDS, records); record_data[1].sequence = 4; }
static void records_twice(void) { SAY(RECORDS, records); record_data[1].sequence = 5; }
static void origins_interleaved(void) { SAY(RECORDS, records); record_data[0].origin = 1;
	record_data[2].origin = 0; }
static void origin_without_record(void) { SAY(RECORDS, records); records.n_records = 2; }
static void origins_unsorted(void)
{
	SAY(RECORDS, records);
	memset(origins_data[1], 1, 16);
}
static void through_alone(void) { SAY(RECORDS, records); records.n_records = 0;
	records.n_origins = 0; }
static void through_backwards(void) { through_alone(); entries[0].sequence = 0; }
static void through_impossible(void) { through_alone(); entries[1].sequence = UINT64_MAX; }
static void clock_beyond_storage(void) { SAY(RECORDS, records);
	record_data[2].clock = UINT64_MAX; }
static void writes_of_ours(void)
{
	SAY(RECORDS, records);
	records.n_records = records.n_origins = records.n_through = 1;
	memcpy(origins_data[0], own, 16);
	record_data[0].sequence = entries[0].sequence = 1000;
}

static uint64_t own_clock;	/* of the victim's only write */
static void vector_knows_us(void)
{
	vector_knows_more_of_us();
	entries[0].sequence = 1;
	entries[0].clock = own_clock;
}
static void vector_has_another_clock(void) { vector_knows_us(); entries[0].clock--; }
static void vector_without_clock(void) { sound_vector(); entries[1].clock = 0; }
static void horizon_too_high(void) { sound_vector(); entries[1].collected = 11; }
static void horizon_at_the_vector(void) { sound_vector(); entries[1].collected = 10; }
static void vector_clock_huge(void) { sound_vector(); entries[1].clock = UINT64_MAX; }

static void acknowledge_nothing(void) { SAY(ACKNOWLEDGE, acknowledge); }
static void acknowledge_unsent(void)
{
	SAY(ACKNOWLEDGE, acknowledge);
	acknowledge.entries = entry_list;
	acknowledge.n_entries = 1;
}
static void acknowledge_unsent_blob(void)
{
	SAY(ACKNOWLEDGE, acknowledge);
	acknowledge.blobs = hash_list;
	acknowledge.n_blobs = 1;
}
static void want_nothing(void) { SAY(WANTS, wants); }
static void want_window(void)
{
	SAY(WANTS, wants);
	wants.blobs = hash_list;
	wants.n_blobs = BLOBS_WINDOW;
}
static void want_too_much(void) { want_window(); wants.n_blobs = BLOBS_WINDOW + 1; }
static void want_twice(void) { want_window(); wants.n_blobs = 2; hash_list[1] = hash_list[0]; }
static void want_few_offsets(void) { want_window(); wants.offsets = offsets; wants.n_offsets = 1; }
static void chunk_unasked(void) { SAY(CHUNK, chunk); }
static void absence_unasked(void) { SAY(CHUNK, chunk); chunk.absent = true; chunk.data.len = 0; }
static void standing_unasked(void)
{
	SAY(STANDING, standing);
	standing.origin = origin_list[0];
	standing.through = 1;
}
static void second_hello(void) { SAY(HELLO, hello); }
static void second_vector(void) { SAY(VECTOR, vector); }

static const struct {
	const char *name;
	enum stage stage;
	void (*bend)(void);
	int err;		/* RS_OK: this one is honest */
	const char *reason;	/* a part of the detail */
} cases[] = {
	{ "a sound Hello", AT_START, sound_hello, RS_OK, NULL },
	{ "version 0", AT_START, version_zero, RS_EPROTOCOL, "incomplete" },
	{ "a future version", AT_START, future_version, RS_OK, NULL },
	{ "another library", AT_START, another_library, RS_EREFUSED, "another library" },
	{ "no library", AT_START, no_library, RS_EPROTOCOL, "incomplete" },
	{ "no digest", AT_START, no_digest, RS_EPROTOCOL, "incomplete" },
	{ "this device", AT_START, itself, RS_EREFUSED, "is this device" },
	{ "a clock ahead", AT_START, clock_ahead, RS_ECLOCK,
	    "it is 2023-11-14T22:13:20Z here, and 2023-11-15T22:13:20Z there" },
	{ "a clock behind", AT_START, clock_behind, RS_ECLOCK, "2023-11-13T22:13:19Z there" },
	{ "a clock at the limit", AT_START, clock_at_the_limit, RS_OK, NULL },
	{ "an impossible clock", AT_START, clock_impossible, RS_ECLOCK, "impossible time there" },
	{ "a message of a later version", AT_START, unknown_message, RS_OK, NULL },
	{ "Idle before Hello", AT_START, idle_early, RS_EPROTOCOL, "before its time" },
	{ "Vector before Hello", AT_START, sound_vector, RS_EPROTOCOL, "before its time" },
	{ "Records before Hello", AT_START, sound_records, RS_EPROTOCOL, "before its time" },
	{ "Join in an exchange", AT_START, a_join, RS_EPROTOCOL, "before its time" },
	{ "Failure", AT_START, gives_up, RS_EFULL, "the peer says: my disk is full" },

	{ "a sound Vector", AT_VECTOR, sound_vector, RS_OK, NULL },
	{ "a second Hello", AT_VECTOR, second_hello, RS_EPROTOCOL, "before its time" },
	{ "Records before Vector", AT_VECTOR, sound_records, RS_EPROTOCOL, "before its time" },
	{ "a Vector out of order", AT_VECTOR, vector_unsorted, RS_EPROTOCOL, "out of order" },
	{ "an origin twice", AT_VECTOR, vector_twice, RS_EPROTOCOL, "twice" },
	{ "sequence 0", AT_VECTOR, vector_zero, RS_EPROTOCOL, "impossible sequence" },
	{ "a sequence out of range", AT_VECTOR, vector_huge, RS_EPROTOCOL, "impossible sequence" },
	{ "an entry without a clock", AT_VECTOR, vector_without_clock, RS_EPROTOCOL,
	    "impossible sequence or clock" },
	{ "an entry's clock out of range", AT_VECTOR, vector_clock_huge, RS_EPROTOCOL,
	    "impossible sequence or clock" },
	{ "a horizon above its vector", AT_VECTOR, horizon_too_high, RS_EPROTOCOL,
	    "does not hold" },
	{ "a horizon at its vector", AT_VECTOR, horizon_at_the_vector, RS_OK, NULL },
	{ "a Vector without end", AT_VECTOR, vector_endless, RS_EPROTOCOL, "without an end" },
	{ "a snapshot that began with itself", AT_VECTOR, begun_zero, RS_EPROTOCOL,
	    "impossible sequence" },
	{ "begun out of order", AT_VECTOR, begun_unsorted, RS_EPROTOCOL, "out of order" },
	{ "a cursor from nowhere", AT_VECTOR, cursor_from_nowhere, RS_EPROTOCOL, "from nowhere" },
	{ "a cursor from elsewhere", AT_VECTOR, cursor_from_elsewhere, RS_OK, NULL },

	{ "sound Records", AT_EXCHANGE, sound_records, RS_OK, NULL },
	{ "a second Vector", AT_EXCHANGE, second_vector, RS_EPROTOCOL, "no place here" },
	{ "a list of what stands, unasked", AT_EXCHANGE, standing_unasked, RS_EPROTOCOL,
	    "unasked" },
	{ "Hello again", AT_EXCHANGE, second_hello, RS_EPROTOCOL, "no place here" },
	{ "Join", AT_EXCHANGE, a_join, RS_EPROTOCOL, "no place here" },
	{ "empty Records", AT_EXCHANGE, records_empty, RS_EPROTOCOL, "out of order" },
	{ "Records without through", AT_EXCHANGE, records_without_through, RS_EPROTOCOL,
	    "out of order" },
	{ "through that lacks an origin", AT_EXCHANGE, records_with_less_through, RS_EPROTOCOL,
	    "out of order" },
	{ "through below a record", AT_EXCHANGE, records_beyond_through, RS_EPROTOCOL,
	    "out of order" },
	{ "sequences that fall", AT_EXCHANGE, records_backwards, RS_EPROTOCOL, "out of order" },
	{ "a sequence twice", AT_EXCHANGE, records_twice, RS_EPROTOCOL, "twice" },
	{ "origins interleaved", AT_EXCHANGE, origins_interleaved, RS_EPROTOCOL, "out of order" },
	{ "an origin without records", AT_EXCHANGE, origin_without_record, RS_EPROTOCOL,
	    "out of order" },
	{ "origins out of order", AT_EXCHANGE, origins_unsorted, RS_EPROTOCOL, "out of order" },
	{ "through alone", AT_EXCHANGE, through_alone, RS_OK, NULL },
	{ "through that does not rise", AT_EXCHANGE, through_backwards, RS_EPROTOCOL,
	    "out of order" },
	{ "through out of range", AT_EXCHANGE, through_impossible, RS_EPROTOCOL,
	    "impossible sequence" },
	{ "a clock out of range", AT_EXCHANGE, clock_beyond_storage, RS_EPROTOCOL, "" },
	{ "a snapshot that nobody asked for", AT_EXCHANGE, snapshot_unasked, RS_EPROTOCOL,
	    "not asked for" },
	{ "Records, compressed", AT_EXCHANGE, compressed_records, RS_OK, NULL },
	{ "a snapshot that nobody asked for, compressed", AT_EXCHANGE, compressed_snapshot,
	    RS_EPROTOCOL, "not asked for" },
	{ "Idle, compressed", AT_EXCHANGE, compressed_idle, RS_EPROTOCOL, "goes as it is" },
	{ "Records, compressed twice", AT_EXCHANGE, compressed_twice, RS_EPROTOCOL,
	    "goes as it is" },
	{ "a frame that is cut", AT_EXCHANGE, compressed_cut, RS_EPROTOCOL, "broken" },
	{ "a frame, and more", AT_EXCHANGE, compressed_and_more, RS_EPROTOCOL, "broken" },
	{ "no frame", AT_EXCHANGE, compressed_nothing, RS_EPROTOCOL, "broken" },
	{ "a frame of no message", AT_EXCHANGE, compressed_no_message, RS_EPROTOCOL, "" },
	{ "a frame of more than a message", AT_EXCHANGE, compressed_too_long, RS_EPROTOCOL,
	    "too long" },
	{ "Compressed before Vector", AT_VECTOR, compressed_records, RS_EPROTOCOL,
	    "before its time" },
	{ "Records, compressed by one that does not know that", AT_PLAIN, compressed_records,
	    RS_EPROTOCOL, "no place here" },
	{ "Records of the same", AT_PLAIN, sound_records, RS_OK, NULL },
	{ "an empty Acknowledge", AT_EXCHANGE, acknowledge_nothing, RS_EPROTOCOL, "not sent" },
	{ "an acknowledgement of nothing", AT_EXCHANGE, acknowledge_unsent, RS_EPROTOCOL,
	    "not sent" },
	{ "of a blob that was not sent", AT_EXCHANGE, acknowledge_unsent_blob, RS_EPROTOCOL,
	    "not sent" },
	{ "an empty Wants", AT_EXCHANGE, want_nothing, RS_EPROTOCOL, "malformed" },
	{ "Wants up to the window", AT_EXCHANGE, want_window, RS_OK, NULL },
	{ "Wants beyond the window", AT_EXCHANGE, want_too_much, RS_EPROTOCOL, "too many" },
	{ "a blob wanted twice", AT_EXCHANGE, want_twice, RS_EPROTOCOL, "one twice" },
	{ "too few offsets", AT_EXCHANGE, want_few_offsets, RS_EPROTOCOL, "malformed" },
	{ "a blob that was not asked for", AT_EXCHANGE, chunk_unasked, RS_EPROTOCOL,
	    "not asked for" },
	{ "an absence that was not asked for", AT_EXCHANGE, absence_unasked, RS_EPROTOCOL,
	    "not asked for" },
};

/* Take what the victim has to say; returns the kind of the last message. */
static Readsync__Message__BodyCase
listen(struct sync_session *session)
{
	Readsync__Message__BodyCase last = READSYNC__MESSAGE__BODY__NOT_SET;
	Readsync__Message *said;
	struct buffer packed;
	bool any = true;

	buffer_init(&packed, MESSAGE_MAX);
	while (any) {
		buffer_clear(&packed);
		assert_int_equal(sync_session_next(session, &packed, &any), RS_OK);
		if (!any)
			break;
		assert_int_equal(message_unpack(buffer_bytes(&packed), &said), RS_OK);
		last = said->body_case;
		message_free(said);
	}
	buffer_release(&packed);
	return last;
}

static void
reach(struct sync_session *session, const struct host *victim, enum stage stage)
{
	struct rs_err_detail detail;

	make_messages(victim);
	if (stage >= AT_VECTOR) {
		SAY(HELLO, hello);
		/* Only who knows no snapshots may go on with Records to one that begins. */
		hello.features = stage == AT_VECTOR ? GREETING_SNAPSHOT :
		    stage == AT_EXCHANGE ? GREETING_COMPRESSED : 0;
		assert_int_equal(sync_session_receive(session, &message, &detail), RS_OK);
		(void)listen(session);
	}
	if (stage >= AT_EXCHANGE) {
		SAY(VECTOR, vector);
		assert_int_equal(sync_session_receive(session, &message, &detail), RS_OK);
		(void)listen(session);
	}
	make_messages(victim);
}

static void
run_case(struct host *victim, size_t number)
{
	uint64_t before[2] = { 0 }, after[2] = { 0 };
	struct sync_session *session;
	struct rs_err_detail detail = { "" };
	struct version_vector nothing;
	bool complete;
	int err;

	version_vector_init(&nothing);
	assert_int_equal(sync_session_new(victim->replica, false, &session), RS_OK);
	reach(session, victim, cases[number].stage);
	replica_changes(victim->replica, &nothing, host_hash_record, before, &complete);
	cases[number].bend();
	err = sync_session_receive(session, &message, &detail);
	if (err != cases[number].err)
		fail_msg("%s: %d, %s", cases[number].name, err, detail.text);
	if (err != RS_OK) {
		if (strstr(detail.text, cases[number].reason) == NULL)
			fail_msg("%s: %s", cases[number].name, detail.text);
		/* The reason is sent once, unless it was the peer's; nothing else is. */
		assert_int_equal(listen(session), message.body_case ==
		    READSYNC__MESSAGE__BODY_FAILURE ? READSYNC__MESSAGE__BODY__NOT_SET :
		    READSYNC__MESSAGE__BODY_FAILURE);
		assert_int_equal(listen(session), READSYNC__MESSAGE__BODY__NOT_SET);
		SAY(IDLE, idle);
		assert_int_equal(sync_session_receive(session, &message, &detail), err);
		assert_int_equal(sync_session_settle(session), RS_OK);
		assert_false(sync_session_idle(session));
	}
	sync_session_free(session);
	replica_changes(victim->replica, &nothing, host_hash_record, after, &complete);
	if (memcmp(before, after, sizeof(before)) != 0)
		fail_msg("%s: changed something", cases[number].name);
}

static void
misbehaving_peers_change_nothing(void **state)
{
	struct host victim;
	size_t i;

	(void)state;
	host_open(&victim, 1, REPLICA_ARCHIVE);
	host_write(&victim, 1, "title", "kept");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&victim, i);
	host_close(&victim);
}

/* Who holds writes of ours that are not here makes us go on under another name. */
static void
writes_of_ours_that_are_not_here(void **state)
{
	static const struct {
		enum stage stage;
		void (*bend)(void);
		bool ours;
	} claims[] = {
		{ AT_START, sound_hello, false },
		{ AT_VECTOR, vector_knows_us, false },
		{ AT_VECTOR, vector_has_another_clock, true },
		{ AT_VECTOR, vector_knows_more_of_us, true },
		{ AT_EXCHANGE, writes_of_ours, true },
	};
	struct rs_err_detail detail;
	struct sync_session *session;
	struct host victim;
	uint8_t old[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		host_open(&victim, 1, REPLICA_LAPTOP);
		host_write(&victim, 1, "title", "kept");
		own_clock = replica_vector(victim.replica)->entries[0].clock;
		memcpy(old, replica_origin(victim.replica), 16);
		assert_int_equal(sync_session_new(victim.replica, false, &session), RS_OK);
		reach(session, &victim, claims[i].stage);
		claims[i].bend();
		assert_int_equal(sync_session_receive(session, &message, &detail),
		    claims[i].ours ? RS_EREFUSED : RS_OK);
		sync_session_free(session);
		assert_int_equal(memcmp(old, replica_origin(victim.replica), 16) != 0,
		    claims[i].ours);
		assert_int_equal(version_vector_get(replica_vector(victim.replica), old),
		    !claims[i].ours);
		assert_int_equal(version_vector_get(replica_vector(victim.replica),
		    replica_origin(victim.replica)), 1);
		host_close(&victim);
	}
}

/* The same Records once more, and Idle twice: steps that do not bring us on. */
static void
repetition_is_refused(void **state)
{
	struct sync_session *session;
	struct rs_err_detail detail;
	struct host victim;

	(void)state;
	host_open(&victim, 1, REPLICA_ARCHIVE);
	assert_int_equal(sync_session_new(victim.replica, false, &session), RS_OK);
	reach(session, &victim, AT_EXCHANGE);
	SAY(RECORDS, records);
	assert_int_equal(sync_session_receive(session, &message, &detail), RS_OK);
	assert_int_equal(sync_session_settle(session), RS_OK);
	assert_int_equal(sync_session_receive(session, &message, &detail), RS_EPROTOCOL);
	sync_session_free(session);
	assert_int_equal(sync_session_new(victim.replica, false, &session), RS_OK);
	reach(session, &victim, AT_EXCHANGE);
	SAY(IDLE, idle);
	assert_int_equal(sync_session_receive(session, &message, &detail), RS_OK);
	assert_int_equal(sync_session_receive(session, &message, &detail), RS_EPROTOCOL);
	sync_session_free(session);
	host_close(&victim);
}

/* ${bend} spoils one Chunk on its way from an honest peer. */
static void
spoil_chunk(void (*bend)(Readsync__Chunk *chunk), bool kept)
{
	struct host laptop, archive;
	Readsync__Message *said;
	struct link *link;
	struct end *end;
	struct buffer *packed;
	int err = RS_OK;

	host_open(&laptop, 1, REPLICA_LAPTOP);
	host_open(&archive, 2, REPLICA_ARCHIVE);
	host_save_page(&laptop, 1, 100000);
	link = link_new(&laptop, &archive);
	end = &link->ends[1];
	while (err == RS_OK) {
		while (link_pull(link, 1))
			link_deliver(link, 0);
		assert_int_equal(sync_session_settle(link->ends[0].session), RS_OK);
		assert_true(link_pull(link, 0));
		packed = &end->queue[end->head++ % QUEUE_MAX];
		assert_int_equal(message_unpack(buffer_bytes(packed), &said), RS_OK);
		buffer_release(packed);
		if (said->body_case == READSYNC__MESSAGE__BODY_CHUNK)
			bend(said->chunk);
		err = sync_session_receive(end->session, said, &end->detail);
		message_free(said);
		if (err == RS_OK)
			assert_int_equal(sync_session_settle(end->session), RS_OK);
	}
	assert_int_equal(err, RS_EPROTOCOL);
	link_break(link);
	assert_int_equal(blob_wanted(archive.replica), 1);
	/* An honest exchange makes up for it, whatever had been stored. */
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	assert_int_equal(blob_wanted(archive.replica), 0);
	assert_int_equal(link->ends[0].bytes > 90000, !kept);
	link_break(link);
	host_close(&laptop);
	host_close(&archive);
}

static void flip_a_byte(Readsync__Chunk *spoiled) { spoiled->data.data[0] ^= 1; }
static void leave_gap(Readsync__Chunk *spoiled) { spoiled->offset += 1; spoiled->size += 1; }
static void grow(Readsync__Chunk *spoiled) { spoiled->size = UINT64_C(1) << 40; }
static void empty(Readsync__Chunk *spoiled) { spoiled->data.len = 0; }
static void resize(Readsync__Chunk *spoiled) { spoiled->size += spoiled->offset > 0; }
static void repeat(Readsync__Chunk *spoiled) { spoiled->offset = 0; }

static void
spoiled_chunks_are_refused(void **state)
{
	(void)state;
	spoil_chunk(flip_a_byte, false);
	spoil_chunk(leave_gap, false);
	spoil_chunk(grow, false);
	spoil_chunk(empty, false);
	spoil_chunk(resize, true);
	spoil_chunk(repeat, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misbehaving_peers_change_nothing),
		cmocka_unit_test(writes_of_ours_that_are_not_here),
		cmocka_unit_test(repetition_is_refused),
		cmocka_unit_test(spoiled_chunks_are_refused),
	};

	if (secret_start() != RS_OK)
		return 1;
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
