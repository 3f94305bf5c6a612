#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "proto/replica/blob.h"
#include "proto/replica/derive.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/join.h"
#include "proto/replica/local.h"
#include "proto/replica/offline.h"
#include "proto/replica/page.h"
#include "proto/replica/register.h"
#include "proto/replica/schema.h"
#include "proto/vault/vault.h"

/* The names in `local` that are the replica's own. */
#define LOCAL_ORIGIN "replica/origin"
#define LOCAL_LIBRARY "replica/library"
#define LOCAL_SECRET "replica/library-secret"
#define LOCAL_PAIRED "replica/paired"
#define LOCAL_CLOCK "replica/clock"

#define SECRET_LEN 32
#define RANK_LEN 4	/* bytes of an origin that decide its rank among others, all but always */

/* Read the local value ${name}, which has exactly ${len} bytes. */
static int
load_local(struct replica *replica, const char *name, void *data, size_t len)
{
	struct buffer value;
	int err;

	buffer_init_secret(&value, len);
	err = local_get(replica, name, &value);
	if (err == RS_ELIMIT || (err == RS_OK && value.len != len))
		err = RS_EDAMAGED;
	if (err == RS_OK)
		memcpy(data, value.data, len);
	buffer_release(&value);
	return err;
}

/* Bring all copies that are kept in memory in line with the tables. */
static int
load(struct replica *replica)
{
	uint8_t secret[SECRET_LEN];
	int err;

	replica->wanted = -1;
	replica->stale = true;
	err = load_local(replica, LOCAL_ORIGIN, replica->origin, sizeof(replica->origin));
	if (err == RS_OK)
		err = load_local(replica, LOCAL_LIBRARY, replica->library,
		    sizeof(replica->library));
	if (err == RS_OK)
		err = load_local(replica, LOCAL_SECRET, secret, sizeof(secret));
	if (err == RS_OK)
		memcpy(replica->library_secret->data, secret, sizeof(secret));
	secret_wipe(secret, sizeof(secret));
	if (err == RS_OK)
		err = load_local(replica, LOCAL_CLOCK, &replica->hlc.last, sizeof(uint64_t));
	if (err == RS_OK)
		replica->hlc_stored = replica->hlc.last;
	if (err == RS_OK)
		err = offline_load(replica);
	if (err == RS_OK)
		err = page_load(replica);
	if (err == RS_OK)
		err = register_load(replica);
	replica->stale = err != RS_OK;
	return err;
}

/* A new replica is a library of its own until it joins another. */
static int
make_identity(struct replica *replica)
{
	struct secret *secret = replica->library_secret;
	uint8_t name[HASH_NAME_LEN];
	int err;

	random_fill(replica->random, name, sizeof(name));
	err = local_set(replica, LOCAL_ORIGIN, bytes_of(name, sizeof(name)));
	random_fill(replica->random, name, sizeof(name));
	if (err == RS_OK)
		err = local_set(replica, LOCAL_LIBRARY, bytes_of(name, sizeof(name)));
	random_fill(replica->random, secret->data, secret->len);
	if (err == RS_OK)
		err = local_set(replica, LOCAL_SECRET, bytes_of(secret->data, secret->len));
	if (err == RS_OK)
		err = local_set(replica, LOCAL_CLOCK,
		    bytes_of(&replica->hlc.last, sizeof(uint64_t)));
	return err;
}

/* Make what a new replica lacks, and the derived tables where they are out of date. */
static int
prepare(struct replica *replica)
{
	bool current;
	int err;

	err = replica_begin(replica);
	if (err != RS_OK)
		return err;
	err = load(replica);
	if (err == RS_ENOTFOUND) {
		err = make_identity(replica);
		if (err == RS_OK)
			err = load(replica);
	}
	if (err == RS_OK)
		err = derive_current(replica, &current);
	if (err == RS_OK && !current)
		err = derive_rebuild(replica);
	if (err == RS_OK)
		return replica_commit(replica);
	replica->broken = true;
	replica_rollback(replica);
	return err;
}

static void
release(struct replica *replica)
{
	database_release(&replica->database);
	version_vector_release(&replica->vector);
	version_vector_release(&replica->horizon);
	secret_free(replica->library_secret);
	pack_free(replica->pack);
	free(replica);
}

int
replica_open(struct sqlite3 *database, const struct replica_settings *settings,
    struct replica **ret_replica, struct rs_err_detail *detail)
{
	struct replica *replica = calloc(1, sizeof(*replica));
	int err;

	if (replica == NULL)
		return RS_ENOMEM;
	database_init(&replica->database, database);
	version_vector_init(&replica->vector);
	version_vector_init(&replica->horizon);
	replica->clock = settings->clock;
	replica->random = settings->random;
	replica->role = settings->role;
	err = secret_new(SECRET_LEN, &replica->library_secret);
	if (err == RS_OK)
		err = pack_new(&replica->pack);
	if (err == RS_OK)
		err = index_register(replica);
	if (err == RS_OK)
		err = item_row_register(replica);
	if (err == RS_OK)
		err = blob_register(replica);
	if (err == RS_OK)
		err = schema_upgrade(&replica->database, detail);
	if (err == RS_OK)
		err = prepare(replica);
	if (err != RS_OK) {
		if (detail != NULL && detail->text[0] == '\0')
			rs_err_detail_set(detail, "%s", replica_err_text(replica, err));
		release(replica);
		return err;
	}
	*ret_replica = replica;
	return RS_OK;
}

const char *
replica_err_text(const struct replica *replica, int err)
{
	return replica == NULL || err == RS_OK || replica->database.failure != err ?
	    rs_err_text(err) : replica->database.detail.text;
}

void
replica_close(struct replica *replica)
{
	struct sqlite3 *handle;

	if (replica == NULL)
		return;
	handle = replica->database.handle;
	release(replica);
	vault_close(handle);
}

/* ---------------------------------------------------------- the transaction */

/* Make ${record} our next write; its clock stays. */
static int
issue(struct replica *replica, struct record *record)
{
	struct version_entry entry;
	int err;

	memcpy(record->origin, replica->origin, sizeof(record->origin));
	record->sequence = version_vector_get(&replica->vector, replica->origin) + 1;
	memcpy(entry.origin, record->origin, sizeof(entry.origin));
	entry.sequence = record->sequence;
	entry.clock = record->clock;
	err = register_raise(replica, &entry);
	return err == RS_OK ? register_written(replica, entry.sequence, entry.clock) : err;
}

/* ${record} is of one of our former origins: make it ours again, unless it is superseded. */
static int
take_back(struct replica *replica, struct record *record)
{
	bool wins;
	int err;

	memcpy(record->origin, replica->origin, sizeof(record->origin));
	err = register_wins(replica, record, &wins);
	return err == RS_OK && wins ? issue(replica, record) : err;
}

/* Take over ${given}, which our clock allows. */
static int
accept_record(void *context, const struct record *given)
{
	struct replica *replica = context;
	struct record copy = *given, *record = &copy;
	uint64_t made;
	bool won = false;
	int err;

	hlc_observe(&replica->hlc, record->clock);
	err = register_former(replica, record->origin, &made);
	if (err == RS_OK)
		err = take_back(replica, record);
	if (err == RS_OK || err == RS_ENOTFOUND)
		err = register_put(replica, record, &won);
	if (err != RS_OK || !won)
		return err;
	replica->change.registers = true;
	return derive_register(replica, record);
}

/* The greatest clock that is not too far ahead. */
static uint64_t
clock_limit(const struct replica *replica)
{
	struct hlc hlc = { 0 };

	return hlc_tick(&hlc, clock_now_ms(replica->clock) + HLC_AHEAD_MAX_MS);
}

/* What must come first in a transaction, because of what went before it. */
static int
catch_up(struct replica *replica)
{
	uint64_t limit = clock_limit(replica);
	int err = RS_OK;

	if (replica->spoiled)
		err = blob_forget(replica, replica->spoiled_hash);
	if (err == RS_OK && replica->quarantine_next != 0 && replica->quarantine_next <= limit)
		err = register_release(replica, limit, accept_record, replica);
	return err == RS_OK ? offline_turn(replica) : err;
}

int
replica_begin(struct replica *replica)
{
	int err;

	if (replica->depth > 0) {
		replica->depth++;
		return RS_OK;
	}
	/* A rollback could not read the tables (on a failing disk): try again. */
	err = replica->stale ? load(replica) : RS_OK;
	if (err == RS_OK)
		err = database_script(&replica->database, "BEGIN IMMEDIATE");
	if (err != RS_OK)
		return err;
	replica->depth = 1;
	replica->broken = replica->gathering = false;
	replica->gathered = 0;
	replica->change = (struct replica_change){ 0 };
	err = catch_up(replica);
	if (err != RS_OK)
		replica_rollback(replica);
	return err;
}

static int
store_clock(struct replica *replica)
{
	int err;

	if (replica->hlc.last == replica->hlc_stored)
		return RS_OK;
	err = local_set(replica, LOCAL_CLOCK, bytes_of(&replica->hlc.last, sizeof(uint64_t)));
	if (err == RS_OK)
		replica->hlc_stored = replica->hlc.last;
	return err;
}

int
replica_commit(struct replica *replica)
{
	struct replica_change change;
	int err = replica->broken ? RS_EINTERRUPTED : RS_OK;

	if (replica->depth > 1) {
		replica->depth--;
		return err;
	}
	if (err == RS_OK)
		err = item_row_settle(replica);
	if (err == RS_OK)
		err = index_settle(replica);
	if (err == RS_OK)
		err = blob_settle(replica);
	if (err == RS_OK)
		err = store_clock(replica);
	if (err == RS_OK)
		err = database_script(&replica->database, "COMMIT");
	if (err != RS_OK) {
		replica_rollback(replica);
		return err;
	}
	replica->depth = 0;
	replica->spoiled = false;
	change = replica->change;
	if (replica->on_change != NULL && (change.registers || change.blobs || change.work))
		replica->on_change(replica->on_change_context, &change);
	return RS_OK;
}

void
replica_rollback(struct replica *replica)
{
	replica->broken = true;
	if (replica->depth > 1) {
		replica->depth--;
		return;
	}
	replica->depth = 0;
	/* SQLite may have rolled back by itself, on a full disk for one. */
	if (!sqlite3_get_autocommit(replica->database.handle))
		(void)database_script(&replica->database, "ROLLBACK");
	else
		index_forget(replica);
	(void)load(replica);
}

void
replica_gather(struct replica *replica)
{
	replica->gathering = true;
}

int
replica_settle(struct replica *replica, int err)
{
	if (err == RS_OK)
		return replica_commit(replica);
	replica_rollback(replica);
	return err;
}

void
replica_rest(struct replica *replica)
{
	vault_rest(replica->database.handle);
	pack_rest(replica->pack);
}

struct pack *
replica_pack(struct replica *replica)
{
	return replica->pack;
}

void
replica_watch(struct replica *replica,
    void (*on_change)(void *context, const struct replica_change *change), void *context)
{
	replica->on_change = on_change;
	replica->on_change_context = context;
}

/* ---------------------------------------------------------------- registers */

/*
 * Set ${ret_same} to whether the register holds ${value}, and see its clock.  One that is
 * absent says what an empty one says.
 */
static int
has_value(struct replica *replica, const struct record *record, bool *ret_same)
{
	struct buffer held;
	uint64_t clock;
	int err;

	buffer_init(&held, RECORD_VALUE_MAX);
	err = register_get(replica, record->kind, record->entity, record->field, &held, &clock);
	*ret_same = (err == RS_OK || err == RS_ENOTFOUND) &&
	    bytes_equal(buffer_bytes(&held), record->value);
	if (err == RS_OK)
		hlc_observe(&replica->hlc, clock);
	buffer_release(&held);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

static int
write_now(struct replica *replica, struct record *record)
{
	int err;

	record->clock = hlc_tick(&replica->hlc, clock_now_ms(replica->clock));
	err = issue(replica, record);
	return err == RS_OK ? accept_record(replica, record) : err;
}

int
replica_write(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field, struct bytes value)
{
	struct record record = { .kind = kind, .field = bytes_of_text(field), .value = value };
	bool same;
	int err;

	memcpy(record.entity, entity, sizeof(record.entity));
	record.sequence = record.clock = 1;	/* any that are valid */
	if (!record_valid(&record))
		return RS_EINVAL;
	err = has_value(replica, &record, &same);
	return err == RS_OK && !same ? write_now(replica, &record) : err;
}

int
replica_renew(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field)
{
	struct record record = { .kind = kind, .field = bytes_of_text(field) };
	struct buffer value;
	uint64_t clock;
	int err;

	memcpy(record.entity, entity, sizeof(record.entity));
	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, kind, entity, record.field, &value, &clock);
	if (err == RS_OK && value.len > 0) {
		hlc_observe(&replica->hlc, clock);
		record.value = buffer_bytes(&value);
		err = write_now(replica, &record);
	}
	buffer_release(&value);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

int
replica_withdraw(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field, uint64_t clock)
{
	struct record record = { .kind = kind, .field = bytes_of_text(field),
		.value = bytes_of(NULL, 0), .clock = clock + 1 };
	int err;

	memcpy(record.entity, entity, sizeof(record.entity));
	err = issue(replica, &record);
	return err == RS_OK ? accept_record(replica, &record) : err;
}

int
replica_disowns(struct replica *replica, uint64_t sequence, uint64_t clock, bool *ret_disowns)
{
	uint64_t own_clock;
	int err;

	if (sequence > version_vector_get(&replica->vector, replica->origin)) {
		*ret_disowns = true;
		return RS_OK;
	}
	err = register_clock(replica, sequence, &own_clock);
	if (err == RS_OK)
		*ret_disowns = own_clock != clock;
	return err == RS_ENOTFOUND ? RS_EDAMAGED : err;
}

/*
 * Choose an origin that ranks just above the old one.  Our writes come again with the
 * same clocks: one that won over another device's of the same clock, by the
 * greater origin, must still win.
 */
static void
choose_origin(const struct replica *replica, uint8_t origin[VERSION_ORIGIN_LEN])
{
	size_t i;

	random_fill(replica->random, origin, VERSION_ORIGIN_LEN);
	memcpy(origin, replica->origin, RANK_LEN);
	for (i = RANK_LEN; i-- > 0 && ++origin[i] == 0;)
		continue;
}

int
replica_reincarnate(struct replica *replica)
{
	uint8_t origin[VERSION_ORIGIN_LEN];
	int err;

	choose_origin(replica, origin);
	err = register_reissue(replica, replica->origin, origin);
	if (err == RS_OK)
		err = local_set(replica, LOCAL_ORIGIN, bytes_of(origin, sizeof(origin)));
	if (err == RS_OK)
		memcpy(replica->origin, origin, sizeof(origin));
	return err;
}

/* Nobody but us makes writes of our origin: see replica_reincarnate. */
static bool
is_news_of_ours(const struct replica *replica, const uint8_t *origin, uint64_t sequence)
{
	return memcmp(origin, replica->origin, sizeof(replica->origin)) == 0 &&
	    sequence > version_vector_get(&replica->vector, origin);
}

int
replica_apply(struct replica *replica, const struct record *record)
{
	/* Both are kept in SQLite's signed integers. */
	if (!record_valid(record) || record->clock > INT64_MAX || record->sequence > INT64_MAX ||
	    is_news_of_ours(replica, record->origin, record->sequence))
		return RS_EPROTOCOL;
	if (record->clock > clock_limit(replica))
		return register_set_aside(replica, record);
	return accept_record(replica, record);
}

/*
 * Of a former origin we made some writes, and somebody else those that made us leave
 * it.  Our own are no step towards the others: only those count.
 */
static int
is_former_write(struct replica *replica, const struct version_entry *entry, bool *ret_ours)
{
	uint64_t made, clock;
	int err;

	*ret_ours = false;
	err = register_former(replica, entry->origin, &made);
	if (err == RS_OK && entry->sequence <= made) {
		err = register_clock(replica, entry->sequence, &clock);
		*ret_ours = err == RS_OK && clock == entry->clock;
	}
	return err == RS_ENOTFOUND ? RS_OK : err;
}

int
replica_adopt(struct replica *replica, const struct version_entry *entry)
{
	bool ours;
	int err;

	if (entry->sequence > INT64_MAX || entry->clock > INT64_MAX ||
	    is_news_of_ours(replica, entry->origin, entry->sequence))
		return RS_EPROTOCOL;
	err = is_former_write(replica, entry, &ours);
	return err != RS_OK || ours ? err : register_raise(replica, entry);
}

const struct version_vector *
replica_vector(const struct replica *replica)
{
	return &replica->vector;
}

int
replica_changes(struct replica *replica, const struct version_vector *after,
    bool (*on_record)(void *context, const struct record *record), void *context,
    bool *ret_complete)
{
	const struct version_entry *entry;
	struct version_entry from;
	bool complete = true;
	int err = RS_OK;

	for (size_t i = 0; i < replica->vector.count && complete && err == RS_OK; i++) {
		entry = &replica->vector.entries[i];
		memcpy(from.origin, entry->origin, sizeof(from.origin));
		from.sequence = version_vector_get(after, entry->origin);
		if (from.sequence < entry->sequence)
			err = register_each(replica, &from, entry->sequence, on_record, context,
			    &complete);
	}
	if (err == RS_OK)
		*ret_complete = complete;
	return err;
}

/* ----------------------------------------------------------------- identity */

const uint8_t *
replica_origin(const struct replica *replica)
{
	return replica->origin;
}

const uint8_t *
replica_library(const struct replica *replica)
{
	return replica->library;
}

const uint8_t *
replica_library_secret(const struct replica *replica)
{
	return replica->library_secret->data;
}

enum replica_role
replica_role(const struct replica *replica)
{
	return replica->role;
}

const struct clock *
replica_clock(const struct replica *replica)
{
	return replica->clock;
}

/* Tell whether other devices know this library: its ids cannot change any more. */
static int
is_shared(struct replica *replica, bool *ret_shared)
{
	int64_t paired, shared;
	int err;

	err = database_lookup(&replica->database,
	    "SELECT count(*) FROM local WHERE name = '" LOCAL_PAIRED "'", NO_VALUES, &paired);
	/* An archive has its own place on the list from its first start on. */
	if (err == RS_OK)
		err = database_lookup(&replica->database,
		    "SELECT count(*) > (NOT EXISTS (SELECT 1 FROM item)) FROM device",
		    NO_VALUES, &shared);
	if (err == RS_OK)
		*ret_shared = paired > 0 || shared;
	return err;
}

int
replica_join(struct replica *replica, const uint8_t library[16], const uint8_t secret[32])
{
	bool shared;
	int err;

	if (memcmp(library, replica->library, HASH_NAME_LEN) == 0)
		return RS_OK;
	err = is_shared(replica, &shared);
	if (err != RS_OK || shared)
		return err != RS_OK ? err : RS_EREFUSED;
	err = local_set(replica, LOCAL_LIBRARY, bytes_of(library, HASH_NAME_LEN));
	if (err == RS_OK)
		err = local_set(replica, LOCAL_SECRET, bytes_of(secret, SECRET_LEN));
	if (err == RS_OK)
		err = local_set(replica, LOCAL_PAIRED, bytes_of("1", 1));
	if (err != RS_OK)
		return err;
	memcpy(replica->library, library, HASH_NAME_LEN);
	memcpy(replica->library_secret->data, secret, SECRET_LEN);
	err = join_rewrite(replica);
	return err == RS_OK ? derive_rebuild(replica) : err;
}
