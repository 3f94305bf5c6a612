/*
 * What the tests of this folder share: replicas in memory, and links between two
 * of them that carry messages in order until they break.
 */
#ifndef TESTS_UNIT_PROTO_SYNC_LINK_H
#define TESTS_UNIT_PROTO_SYNC_LINK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "proto/base/secret.h"
#include "proto/replica/blob.h"
#include "proto/replica/internal.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"
#include "proto/replica/replica.h"
#include "proto/sync/session.h"
#include "proto/wire/message.h"

enum {
	QUEUE_MAX = 4096,		/* messages on their way in one direction */
	FRAME_OVERHEAD = 18,		/* length and tag of a frame */
	NOW_MS = 1700000000
};

/* A replica with a clock and a generator of its own. */
struct host {
	struct replica *replica;
	struct clock clock;
	struct random random;
	struct replica_settings settings;
	int64_t now_ms;
	uint64_t state;
	struct sync_session *sessions[8];	/* told of each commit */
};

/* One end of a link, and what is on its way to it. */
struct end {
	struct host *host;
	struct sync_session *session;
	struct buffer queue[QUEUE_MAX];
	size_t head, tail;
	size_t bytes;			/* sent by this end, frames included */
	size_t messages;
	int err;			/* of the last receive */
	struct rs_err_detail detail;
};

struct link {
	struct end ends[2];		/* the initiator first */
};

static inline uint64_t
generate(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * UINT64_C(0x2545F4914F6CDD1D);
}

static inline int64_t
host_now(void *context)
{
	return ((struct host *)context)->now_ms;
}

static inline void
host_fill(void *context, void *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		((uint8_t *)data)[i] = (uint8_t)(generate(&((struct host *)context)->state) >> 40);
}

static inline void
host_changed(void *context, const struct replica_change *change)
{
	struct host *host = context;
	size_t i;

	(void)change;
	for (i = 0; i < 8; i++) {
		if (host->sessions[i] != NULL)
			sync_session_changed(host->sessions[i]);
	}
}

/* Open a replica in memory that belongs to the library which all tests share. */
static inline void
host_open(struct host *host, unsigned number, enum replica_role role)
{
	static const uint8_t library[16] = "the same library";
	static const uint8_t secret[32] = "and its secret, of 32 bytes";
	struct rs_err_detail detail = { "" };
	sqlite3 *database;

	memset(host, 0, sizeof(*host));
	host->now_ms = NOW_MS * INT64_C(1000);
	host->state = number * UINT64_C(0x9E3779B97F4A7C15) + 1;
	host->clock = (struct clock){ host_now, host };
	host->random = (struct random){ host_fill, host };
	host->settings = (struct replica_settings){ &host->clock, &host->random, role };
	assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
	if (replica_open(database, &host->settings, &host->replica, &detail) != RS_OK)
		fail_msg("replica_open: %s", detail.text);
	assert_int_equal(replica_begin(host->replica), RS_OK);
	assert_int_equal(replica_join(host->replica, library, secret), RS_OK);
	assert_int_equal(replica_commit(host->replica), RS_OK);
	replica_watch(host->replica, host_changed, host);
}

static inline void
host_close(struct host *host)
{
	replica_close(host->replica);
}

/* Write one register of an item in a transaction of its own. */
static inline void
host_write(struct host *host, unsigned item, const char *field, const char *value)
{
	uint8_t entity[16] = { (uint8_t)(item >> 8), (uint8_t)item };

	assert_int_equal(replica_begin(host->replica), RS_OK);
	assert_int_equal(replica_write(host->replica, RECORD_ITEM, entity, field,
	    bytes_of_text(value)), RS_OK);
	assert_int_equal(replica_commit(host->replica), RS_OK);
}

static inline void
end_join(struct end *end, struct host *host, bool initiator)
{
	size_t i;

	memset(end, 0, sizeof(*end));
	end->host = host;
	assert_int_equal(sync_session_new(host->replica, initiator, &end->session), RS_OK);
	for (i = 0; host->sessions[i] != NULL; i++)
		continue;
	host->sessions[i] = end->session;
}

static inline void
end_leave(struct end *end)
{
	size_t i;

	for (i = 0; i < 8; i++) {
		if (end->host->sessions[i] == end->session)
			end->host->sessions[i] = NULL;
	}
	sync_session_free(end->session);
	for (; end->head < end->tail; end->head++)
		buffer_release(&end->queue[end->head % QUEUE_MAX]);
	end->session = NULL;
}

static inline struct link *
link_new(struct host *initiator, struct host *responder)
{
	struct link *link = malloc(sizeof(*link));

	assert_non_null(link);
	end_join(&link->ends[0], initiator, true);
	end_join(&link->ends[1], responder, false);
	return link;
}

/* Break the link: what is on its way is lost, what is not settled too. */
static inline void
link_break(struct link *link)
{
	end_leave(&link->ends[0]);
	end_leave(&link->ends[1]);
	free(link);
}

/* Send one message from the end with ${index}; tells whether there was one. */
static inline bool
link_pull(struct link *link, int index)
{
	struct end *from = &link->ends[index], *to = &link->ends[1 - index];
	struct buffer *message = &to->queue[to->tail % QUEUE_MAX];
	bool any = false;

	buffer_init(message, MESSAGE_MAX);
	if (sync_session_next(from->session, message, &any) != RS_OK || !any) {
		buffer_release(message);
		return false;
	}
	assert_true(++to->tail - to->head < QUEUE_MAX);
	from->bytes += message->len + FRAME_OVERHEAD;
	from->messages++;
	return true;
}

/* Deliver one message to the end with ${index}; tells whether there was one. */
static inline bool
link_deliver(struct link *link, int index)
{
	struct end *end = &link->ends[index];
	Readsync__Message *message;
	struct buffer *packed;

	if (end->head == end->tail)
		return false;
	packed = &end->queue[end->head++ % QUEUE_MAX];
	assert_int_equal(message_unpack(buffer_bytes(packed), &message), RS_OK);
	end->err = sync_session_receive(end->session, message, &end->detail);
	message_free(message);
	buffer_release(packed);
	return true;
}

/* Let all messages flow until none is left. */
static inline void
link_run(struct link *link)
{
	bool moved = true;
	int index;

	while (moved) {
		moved = false;
		for (index = 0; index < 2; index++) {
			while (link_pull(link, index))
				moved = true;
			while (link_deliver(link, 1 - index))
				moved = true;
			(void)sync_session_settle(link->ends[1 - index].session);
		}
	}
}

static inline size_t
link_bytes(const struct link *link)
{
	return link->ends[0].bytes + link->ends[1].bytes;
}

static inline void
link_reset_bytes(struct link *link)
{
	link->ends[0].bytes = link->ends[1].bytes = 0;
	link->ends[0].messages = link->ends[1].messages = 0;
}

static inline bool
link_idle(const struct link *link)
{
	return sync_session_idle(link->ends[0].session) && sync_session_idle(link->ends[1].session);
}

/* Run a whole exchange that must end well. */
static inline void
host_sync(struct host *initiator, struct host *responder)
{
	struct link *link = link_new(initiator, responder);

	link_run(link);
	if (!link_idle(link))
		fail_msg("the exchange did not end: %s / %s", link->ends[0].detail.text,
		    link->ends[1].detail.text);
	link_break(link);
}

static inline bool
host_hash_record(void *context, const struct record *record)
{
	uint64_t *sum = context;
	uint8_t hash[16];
	struct bytes parts[] = {
		bytes_of(&record->kind, sizeof(record->kind)), bytes_of(record->entity, 16),
		record->field, record->value, bytes_of(&record->clock, 8),
		bytes_of(record->origin, 16), bytes_of(&record->sequence, 8)
	};

	/* A sum, so that the order in which records are handed over is free. */
	hash_name(bytes_of(NULL, 0), parts, 7, hash);
	sum[0] += *(uint64_t *)(void *)hash;
	sum[1]++;
	return true;
}

/* Tell whether two replicas hold the same registers and the same vector. */
static inline bool
hosts_equal(const struct host *a, const struct host *b)
{
	struct version_vector nothing;
	uint64_t sum_a[2] = { 0 }, sum_b[2] = { 0 };
	bool complete;

	version_vector_init(&nothing);
	assert_int_equal(replica_changes(a->replica, &nothing, host_hash_record, sum_a, &complete),
	    RS_OK);
	assert_int_equal(replica_changes(b->replica, &nothing, host_hash_record, sum_b, &complete),
	    RS_OK);
	return memcmp(sum_a, sum_b, sizeof(sum_a)) == 0 &&
	    version_vector_covers(replica_vector(a->replica), replica_vector(b->replica)) &&
	    version_vector_covers(replica_vector(b->replica), replica_vector(a->replica));
}

/* Save a page of ${size} bytes that nobody else has, as a reader's own copy. */
static inline void
host_save_page(struct host *host, unsigned number, size_t size)
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	uint8_t item[16], id[16], *page = malloc(size);
	char url[64];
	bool fresh;

	snprintf(url, sizeof(url), "https://example.com/%u", number);
	host_fill(host, page, size);
	assert_int_equal(replica_begin(host->replica), RS_OK);
	assert_int_equal(item_save(host->replica, url, &(struct item_save){ 0 }, item, &fresh,
	    NULL),
	    RS_OK);
	fetch.item = (ProtobufCBinaryData){ 16, item };
	fetch.url = fetch.final_url = url;
	fetch.at_ms = host->now_ms;
	fetch.content_type = (char *)"text/html";
	assert_int_equal(reading_add_fetch(host->replica, &fetch, bytes_of(page, size), id), RS_OK);
	assert_int_equal(replica_commit(host->replica), RS_OK);
	free(page);
}

#endif
