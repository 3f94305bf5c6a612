#include <stdlib.h>
#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"
#include "tests/sim/world.h"

enum { CLOCK_COUNTER_BITS = 16 };

static void
hash_value(struct bytes value, uint8_t ret_hash[HASH_NAME_LEN])
{
	hash_name(bytes_of(NULL, 0), &value, 1, ret_hash);
}

/* Tell which item a record is of. */
static void
find_item(const struct record *record, uint8_t item[HASH_NAME_LEN])
{
	Readsync__Reading *reading;
	Readsync__Fetch *fetch;

	if (record->kind == RECORD_ITEM) {
		memcpy(item, record->entity, HASH_NAME_LEN);
	} else if (record->kind == RECORD_FETCH &&
	    reading_unpack_fetch(record->value, &fetch) == RS_OK) {
		memcpy(item, fetch->item.data, HASH_NAME_LEN);
		readsync__fetch__free_unpacked(fetch, NULL);
	} else if (record->kind == RECORD_READING &&
	    reading_unpack(record->value, &reading) == RS_OK) {
		memcpy(item, reading->item.data, HASH_NAME_LEN);
		readsync__reading__free_unpacked(reading, NULL);
	}
}

static bool
is_taken(const struct ledger *ledger, const struct record *record)
{
	const struct ledger_entry *entry;
	size_t i;

	for (i = 0; i < ledger->count; i++) {
		entry = &ledger->entries[i];
		if (entry->sequence == record->sequence && entry->clock == record->clock &&
		    memcmp(entry->origin, record->origin, VERSION_ORIGIN_LEN) == 0)
			return true;
	}
	return false;
}

void
ledger_add(struct world *world, const struct host *host, const struct record *record)
{
	struct ledger *ledger = &world->ledger;
	struct ledger_entry *entry;

	if (world->forked && is_taken(ledger, record))
		ledger->ambiguous = true;
	if (ledger->count == ledger->capacity) {
		ledger->capacity = ledger->capacity * 2 + 64;
		ledger->entries = realloc(ledger->entries,
		    ledger->capacity * sizeof(*ledger->entries));
		WORLD_REQUIRE(world, ledger->entries != NULL, "no memory");
	}
	entry = &ledger->entries[ledger->count++];
	memset(entry, 0, sizeof(*entry));
	WORLD_REQUIRE(world, record->field.len < sizeof(entry->field), "a long field");
	entry->kind = record->kind;
	memcpy(entry->entity, record->entity, HASH_NAME_LEN);
	memcpy(entry->field, record->field.data, record->field.len);
	hash_value(record->value, entry->value);
	entry->nothing = record->value.len == 0;
	find_item(record, entry->item);
	entry->clock = record->clock;
	memcpy(entry->origin, record->origin, VERSION_ORIGIN_LEN);
	entry->sequence = record->sequence;
	entry->host = host->name;
	entry->step = world->step;
	entry->certain = true;
	world_note(world, "%s writes %llu, %s of %u/%02x%02x at %llx", host->name,
	    (unsigned long long)record->sequence, entry->field, entry->kind, entry->entity[0],
	    entry->entity[1], (unsigned long long)entry->clock);
}

/* Read a register: false when there is none. */
static bool
read_register(struct host *host, const struct ledger_entry *entry, uint64_t *ret_clock,
    uint8_t ret_value[HASH_NAME_LEN])
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(host->replica, entry->kind, entry->entity,
	    bytes_of_text(entry->field), &value, ret_clock);
	WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot read %s of %s",
	    entry->field, host->name);
	if (err == RS_OK)
		hash_value(buffer_bytes(&value), ret_value);
	buffer_release(&value);
	return err == RS_OK;
}

static bool
is_set_aside(struct host *host, const struct ledger_entry *entry)
{
	int64_t count = 0;

	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "SELECT count(*) FROM quarantine WHERE kind = ? AND entity = ? AND field = ?"
	    " AND clock >= ?", VALUES(DB_INTEGER(entry->kind),
	    DB_BLOB(entry->entity, HASH_NAME_LEN), DB_BYTES(bytes_of_text(entry->field)),
	    DB_INTEGER(entry->clock)), &count));
	return count > 0;
}

/* Tell whether some device holds a write, or a later one in its place. */
static bool
is_held(struct world *world, const struct ledger_entry *entry)
{
	uint8_t value[HASH_NAME_LEN];
	uint64_t clock;
	size_t i;

	for (i = 0; i < world->host_count; i++)
		if ((read_register(world->hosts[i], entry, &clock, value) &&
		    clock >= entry->clock) || is_set_aside(world->hosts[i], entry))
			return true;
	return false;
}

void
ledger_after_loss(struct world *world)
{
	struct ledger *ledger = &world->ledger;
	size_t i;

	for (i = 0; i < ledger->count; i++)
		if (ledger->entries[i].certain)
			ledger->entries[i].certain = is_held(world, &ledger->entries[i]);
}

static bool
same_register(const struct ledger_entry *a, const struct ledger_entry *b)
{
	return a->kind == b->kind && memcmp(a->entity, b->entity, HASH_NAME_LEN) == 0 &&
	    strcmp(a->field, b->field) == 0;
}

/*
 * Tell whether ${value} may be what became of ${entry}: itself, perhaps with the next clock,
 * from a replica that was left with it (register_claim); or, of a highlight, what took it back.
 */
static bool
may_become(const struct ledger_entry *entry, uint64_t clock, const uint8_t *value)
{
	uint8_t nothing[HASH_NAME_LEN];

	if (memcmp(entry->value, value, HASH_NAME_LEN) == 0)
		return clock - entry->clock <= 1;
	hash_value(bytes_of(NULL, 0), nothing);
	return entry->kind == RECORD_HIGHLIGHT && clock - entry->clock <= 2 &&
	    memcmp(nothing, value, HASH_NAME_LEN) == 0;
}

/* What stands in a register must come of a write that somebody made. */
static bool
was_written(const struct ledger *ledger, const struct ledger_entry *of, uint64_t clock,
    const uint8_t *value)
{
	const struct ledger_entry *entry;
	size_t i;

	for (i = 0; i < ledger->count; i++) {
		entry = &ledger->entries[i];
		if (same_register(entry, of) && may_become(entry, clock, value))
			return true;
	}
	return false;
}

static bool
was_removed(const struct ledger *ledger, const uint8_t *item)
{
	const struct ledger_entry *entry;
	size_t i;

	for (i = 0; i < ledger->count; i++) {
		entry = &ledger->entries[i];
		if (entry->kind == RECORD_ITEM && entry->nothing &&
		    strcmp(entry->field, "url") == 0 &&
		    memcmp(entry->entity, item, HASH_NAME_LEN) == 0)
			return true;
	}
	return false;
}

/* The verdict on a reading does not tell what it is of: but the reading does. */
static const uint8_t *
item_of(const struct ledger *ledger, const struct ledger_entry *of)
{
	static const uint8_t unknown[HASH_NAME_LEN];
	const struct ledger_entry *entry;
	size_t i;

	for (i = 0; i < ledger->count; i++) {
		entry = &ledger->entries[i];
		if (entry->kind == of->kind &&
		    memcmp(entry->entity, of->entity, HASH_NAME_LEN) == 0 &&
		    memcmp(entry->item, unknown, HASH_NAME_LEN) != 0)
			return entry->item;
	}
	return unknown;
}

void
ledger_after_collection(struct world *world, struct host *host)
{
	uint8_t value[HASH_NAME_LEN];
	struct ledger_entry *entry;
	uint64_t clock;
	size_t i;

	for (i = 0; i < world->ledger.count; i++) {
		entry = &world->ledger.entries[i];
		if (entry->sequence <= version_vector_get(replica_vector(host->replica),
		    entry->origin) && !read_register(host, entry, &clock, value) &&
		    !is_set_aside(host, entry))
			entry->collected = true;
	}
}

/* What stands in a register was not collected. */
static void
check_not_back(struct world *world, const struct host *host, const struct ledger_entry *of,
    uint64_t clock, const uint8_t *value)
{
	WORLD_REQUIRE(world, !of->collected || of->clock != clock ||
	    memcmp(of->value, value, HASH_NAME_LEN) != 0,
	    "%s holds again what %s wrote at step %u: %s of kind %u", host->name, of->host,
	    of->step, of->field, of->kind);
}

void
ledger_check(struct world *world, struct host *host)
{
	const struct ledger_entry *entry;
	uint8_t value[HASH_NAME_LEN];
	uint64_t clock = 0;
	bool held;
	size_t i;

	for (i = 0; i < world->ledger.count; i++) {
		entry = &world->ledger.entries[i];
		if (!entry->certain)
			continue;
		held = read_register(host, entry, &clock, value);
		if (held)
			check_not_back(world, host, entry, clock, value);
		else if (was_removed(&world->ledger, item_of(&world->ledger, entry)))
			continue;
		if (entry->collected)
			continue;
		WORLD_REQUIRE(world, held && clock >= entry->clock,
		    "%s lacks what %s wrote at step %u: %s of kind %u", host->name, entry->host,
		    entry->step, entry->field, entry->kind);
		WORLD_REQUIRE(world, was_written(&world->ledger, entry, clock, value),
		    "%s holds a value of %s that nobody wrote", host->name, entry->field);
	}
}

int64_t
ledger_newest_ms(const struct ledger *ledger)
{
	uint64_t newest = 0;
	size_t i;

	for (i = 0; i < ledger->count; i++)
		if (ledger->entries[i].clock > newest)
			newest = ledger->entries[i].clock;
	return (int64_t)(newest >> CLOCK_COUNTER_BITS);
}
