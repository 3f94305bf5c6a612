#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "proto/replica/collect.h"
#include "proto/replica/held.h"
#include "proto/replica/internal.h"
#include "proto/replica/register.h"
#include "proto/wire/identity.h"
#include "proto/wire/message.h"
#include "tests/sim/partial.h"
#include "tests/sim/world.h"

enum {
	/* First bytes of packed messages. */
	TAG_ACKNOWLEDGE = READSYNC__MESSAGE__BODY_ACKNOWLEDGE << 3 | 2,
	TAG_HELLO = READSYNC__MESSAGE__BODY_HELLO << 3 | 2,
	TAG_IDLE = READSYNC__MESSAGE__BODY_IDLE << 3 | 2
};

#define START_MS INT64_C(1700000000000)

void
world_fail(const struct world *world, const char *format, ...)
{
	va_list arguments;

	printf("not ok %s: ", world->name);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf(" (seed %llu, step %u; replay: sim %llu)\n", (unsigned long long)world->seed,
	    world->step, (unsigned long long)world->seed);
	exit(1);
}

void
world_note(const struct world *world, const char *format, ...)
{
	va_list arguments;

	if (!world->trace)
		return;
	printf("# %4u ", world->step);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t
generate(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

size_t
world_draw(struct world *world, size_t below)
{
	return generate(&world->generator) % below;
}

void
world_init(struct world *world, const char *name, uint64_t seed)
{
	*world = (struct world){ .name = name, .seed = seed, .generator = seed,
		.now_ms = START_MS };
}

void
world_release(struct world *world)
{
	size_t i;

	while (world->link_count > 0)
		link_break(world->links[0]);
	for (i = 0; i < world->host_count; i++) {
		replica_close(world->hosts[i]->replica);
		sqlite3_close(world->hosts[i]->backup);
		free(world->hosts[i]);
	}
	free(world->ledger.entries);
}

/* ------------------------------------------------------------------ devices */

static int64_t
host_now(void *context)
{
	const struct host *host = context;

	return host->world->now_ms + host->skew_ms;
}

static void
host_fill(void *context, void *data, size_t len)
{
	struct host *host = context;
	size_t i;

	for (i = 0; i < len; i++)
		((uint8_t *)data)[i] = (uint8_t)(generate(&host->generator) >> 24);
}

/* Every session of a replica is told of each commit. */
static void
on_change(void *context, const struct replica_change *change)
{
	struct host *host = context;
	struct world *world = host->world;
	size_t i, index;

	(void)change;
	for (i = 0; i < world->link_count; i++)
		for (index = 0; index < 2; index++)
			if (world->links[i]->ends[index].host == host &&
			    world->links[i]->ends[index].session != NULL)
				sync_session_changed(world->links[i]->ends[index].session);
}

static struct sqlite3 *
copy_database(const struct world *world, struct sqlite3 *from)
{
	sqlite3_backup *backup;
	struct sqlite3 *copy;

	WORLD_REQUIRE(world, sqlite3_open(":memory:", &copy) == SQLITE_OK, "no database");
	backup = sqlite3_backup_init(copy, "main", from, "main");
	WORLD_REQUIRE(world, backup != NULL && sqlite3_backup_step(backup, -1) == SQLITE_DONE &&
	    sqlite3_backup_finish(backup) == SQLITE_OK, "cannot copy a database: %s",
	    sqlite3_errmsg(copy));
	return copy;
}

static void
open_replica(struct host *host, struct sqlite3 *database)
{
	struct rs_err_detail detail = { "" };

	WORLD_REQUIRE(host->world, replica_open(database, &host->settings, &host->replica,
	    &detail) == RS_OK, "cannot open a replica: %s", detail.text);
	replica_watch(host->replica, on_change, host);
}

static struct host *
add_host(struct world *world, const char *name, enum replica_role role)
{
	struct host *host = calloc(1, sizeof(*host));

	WORLD_REQUIRE(world, host != NULL && world->host_count < WORLD_HOSTS, "no room");
	host->world = world;
	host->name = name;
	host->role = role;
	host->generator = world->seed << 8 | world->host_count;
	host->clock = (struct clock){ host_now, host };
	host->random = (struct random){ host_fill, host };
	host->settings = (struct replica_settings){ &host->clock, &host->random, role };
	world->hosts[world->host_count++] = host;
	return host;
}

/*
 * A database with the schema in it and nothing else, made once: to copy it is
 * faster by far than to make another.
 */
static struct sqlite3 *
empty_database(struct host *host)
{
	static struct sqlite3 *empty;
	struct sqlite3 *database;

	if (empty == NULL) {
		WORLD_REQUIRE(host->world, sqlite3_open(":memory:", &database) == SQLITE_OK,
		    "no database");
		open_replica(host, database);
		empty = copy_database(host->world, database);
		replica_close(host->replica);
		WORLD_REQUIRE(host->world, sqlite3_exec(empty, "DELETE FROM local", NULL, NULL,
		    NULL) == SQLITE_OK, "cannot empty a database");
		host->generator = host->world->seed << 8 | (host->world->host_count - 1);
	}
	return copy_database(host->world, empty);
}

/* Put ${host} on the list, where there is one. */
static void
list_host(struct host *host)
{
	struct host *first = host->world->hosts[0];
	struct secret *identity;

	WORLD_OK(host->world, device_identity(host->replica, &identity));
	identity_public(identity, host->key);
	secret_free(identity);
	if (first->role != REPLICA_ARCHIVE)
		return;
	WORLD_OK(host->world, replica_begin(first->replica));
	WORLD_OK(host->world, device_add(first->replica, host->key, host->name,
	    host->role == REPLICA_ARCHIVE));
	WORLD_OK(host->world, replica_commit(first->replica));
}

struct host *
world_host(struct world *world, const char *name, enum replica_role role)
{
	static const uint8_t library[16] = "the same library", secret[32] = "and its secret";
	struct host *host = add_host(world, name, role);

	open_replica(host, empty_database(host));
	WORLD_OK(world, replica_begin(host->replica));
	WORLD_OK(world, replica_join(host->replica, library, secret));
	WORLD_OK(world, replica_commit(host->replica));
	list_host(host);
	return host;
}

static void
give_up_links(struct host *host)
{
	struct world *world = host->world;
	size_t i, index;

	for (i = 0; i < world->link_count; i++)
		for (index = 0; index < 2; index++)
			if (world->links[i]->ends[index].host == host)
				link_give_up(world->links[i], index);
}

/* Put ${database} in the place of the host's own. */
static void
reopen(struct host *host, struct sqlite3 *database)
{
	give_up_links(host);
	replica_close(host->replica);
	open_replica(host, database);
}

/* Add what ${host} has acknowledged over the links that it is on. */
static void
gather_promises(const struct host *host, struct version_vector *promised)
{
	const struct world *world = host->world;
	const struct end *end;
	size_t i, index, at;

	for (i = 0; i < world->link_count; i++)
		for (index = 0; index < 2; index++) {
			end = &world->links[i]->ends[index];
			for (at = 0; end->host == host && at < end->promised.count; at++)
				WORLD_OK(world, version_vector_raise_to(promised,
				    &end->promised.entries[at]));
		}
}

void
host_kill(struct host *host)
{
	struct sqlite3 *handle = host->replica->database.handle;
	struct version_vector promised;

	version_vector_init(&promised);
	gather_promises(host, &promised);
	/* Below the replica, which must not know: this is what the disk would hold. */
	if (!sqlite3_get_autocommit(handle))
		WORLD_REQUIRE(host->world, sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL) ==
		    SQLITE_OK, "cannot roll back");
	host->world->kills++;
	world_note(host->world, "%s is killed", host->name);
	reopen(host, copy_database(host->world, handle));
	WORLD_REQUIRE(host->world, host_holds(host, &promised),
	    "%s has acknowledged what was not durable", host->name);
	version_vector_release(&promised);
}

void
host_collect(struct host *host)
{
	int64_t before = 0, after = 0;
	struct collect collect;
	bool more = true;

	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "SELECT count(*) FROM register", NO_VALUES, &before));
	host_begin(host);
	WORLD_OK(host->world, collect_begin(host->replica, &collect));
	while (more)
		WORLD_OK(host->world, collect_step(host->replica, &collect, &more));
	collect_release(&collect);
	host_commit(host);
	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "SELECT count(*) FROM register", NO_VALUES, &after));
	host->world->collections += before > after;
	ledger_after_collection(host->world, host);
	world_note(host->world, "%s collects %lld registers", host->name,
	    (long long)(before - after));
}

void
host_back_up(struct host *host)
{
	world_note(host->world, "%s is backed up", host->name);
	sqlite3_close(host->backup);
	host->backup = copy_database(host->world, host->replica->database.handle);
}

void
host_restore(struct host *host, bool told)
{
	struct world *world = host->world;
	size_t i;

	WORLD_REQUIRE(world, host->backup != NULL, "%s has no backup", host->name);
	world_note(world, "%s is restored%s", host->name, told ? ", and told" : "");
	/* It takes a while: all that were connected have found out by then. */
	for (i = world->link_count; i-- > 0;)
		if (world->links[i]->ends[0].host == host || world->links[i]->ends[1].host == host)
			link_break(world->links[i]);
	reopen(host, copy_database(world, host->backup));
	if (told) {
		WORLD_OK(world, replica_begin(host->replica));
		WORLD_OK(world, replica_reincarnate(host->replica));
		WORLD_OK(world, replica_commit(host->replica));
	} else {
		world->forked = true;
	}
	world->restores++;
	ledger_after_loss(world);
}

struct host *
host_clone(struct host *host, const char *name)
{
	struct host *clone = add_host(host->world, name, host->role);

	world_note(host->world, "%s is copied: %s", host->name, name);
	clone->skew_ms = host->skew_ms;
	memcpy(clone->key, host->key, sizeof(clone->key));
	open_replica(clone, copy_database(host->world, host->replica->database.handle));
	host->world->forked = true;
	return clone;
}

/* ----------------------------------------------------------- what is written */

void
host_begin(struct host *host)
{
	WORLD_OK(host->world, replica_begin(host->replica));
	host->written = version_vector_get(replica_vector(host->replica),
	    replica_origin(host->replica));
}

static void
raise(struct world *world, struct version_vector *vector, const uint8_t *origin, uint64_t sequence)
{
	WORLD_OK(world, version_vector_raise(vector, origin, sequence));
}

static bool
on_own_record(void *context, const struct record *record)
{
	struct host *host = context;

	ledger_add(host->world, host, record);
	return true;
}

void
host_commit(struct host *host)
{
	const struct version_vector *vector = replica_vector(host->replica);
	struct version_vector before;
	bool complete, own;
	size_t i;

	WORLD_OK(host->world, replica_commit(host->replica));
	version_vector_init(&before);
	for (i = 0; i < vector->count; i++) {
		own = memcmp(vector->entries[i].origin, replica_origin(host->replica),
		    VERSION_ORIGIN_LEN) == 0;
		raise(host->world, &before, vector->entries[i].origin,
		    own ? host->written : vector->entries[i].sequence);
	}
	WORLD_OK(host->world, replica_changes(host->replica, &before, on_own_record, host,
	    &complete));
	version_vector_release(&before);
}

void
host_write(struct host *host, uint32_t kind, const uint8_t *entity, const char *field,
    struct bytes value)
{
	host_begin(host);
	WORLD_OK(host->world, replica_write(host->replica, (enum record_kind)kind, entity, field,
	    value));
	host_commit(host);
}

/* -------------------------------------------------------------------- links */

static void
end_join(struct end *end, struct host *host, bool initiator)
{
	end->host = host;
	version_vector_init(&end->said);
	version_vector_init(&end->promised);
	WORLD_OK(host->world, sync_session_new(host->replica, initiator, &end->session));
}

struct link *
link_new(struct host *initiator, struct host *responder)
{
	struct world *world = initiator->world;
	struct link *link = calloc(1, sizeof(*link));

	WORLD_REQUIRE(world, link != NULL && world->link_count < WORLD_LINKS, "no room");
	world_note(world, "%s connects to %s", initiator->name, responder->name);
	end_join(&link->ends[0], initiator, true);
	end_join(&link->ends[1], responder, false);
	world->links[world->link_count++] = link;
	return link;
}

static void
drop_first(struct end *end)
{
	struct parcel *parcel = end->first;

	end->first = parcel->next;
	buffer_release(&parcel->packed);
	free(parcel);
}

void
link_give_up(struct link *link, size_t index)
{
	struct end *end = &link->ends[index];

	if (end->session != NULL)
		world_note(end->host->world, "%s loses %s", end->host->name,
		    link->ends[1 - index].host->name);
	sync_session_free(end->session);
	end->session = NULL;
	while (end->first != NULL)
		drop_first(end);
	version_vector_release(&end->said);
	version_vector_release(&end->promised);
}

void
link_break(struct link *link)
{
	struct world *world = link->ends[0].host->world;
	size_t i;

	link_give_up(link, 0);
	link_give_up(link, 1);
	for (i = 0; world->links[i] != link; i++)
		continue;
	world->links[i] = world->links[--world->link_count];
	free(link);
}

/* What ${end} held when it said that it is idle: a Hello that wants nothing says so too. */
static void
note_idle(struct end *end)
{
	const struct version_vector *vector = replica_vector(end->host->replica);
	size_t i;

	version_vector_release(&end->said);
	for (i = 0; i < vector->count; i++)
		WORLD_OK(end->host->world, version_vector_raise_to(&end->said,
		    &vector->entries[i]));
}

static void
note_promise(struct end *end, struct bytes packed)
{
	struct world *world = end->host->world;
	const Readsync__VectorEntry *entry;
	Readsync__Message *message;
	size_t i;

	WORLD_OK(world, message_unpack(packed, &message));
	for (i = 0; i < message->acknowledge->n_entries; i++) {
		entry = message->acknowledge->entries[i];
		raise(world, &end->promised, entry->origin.data, entry->sequence);
	}
	message_free(message);
}

/* Take down what ${end} gives its word for. */
static void
note_said(struct end *end, const struct buffer *packed)
{
	switch (packed->data[0]) {
	case TAG_HELLO:
	case TAG_IDLE:
		note_idle(end);
		break;
	case TAG_ACKNOWLEDGE:
		note_promise(end, buffer_bytes(packed));
		break;
	default:
		break;
	}
}

/* Put a message on its way to ${end}, which takes it over; if nobody is there, it is lost. */
static void
queue(struct end *end, struct parcel *parcel)
{
	if (end->session == NULL) {
		buffer_release(&parcel->packed);
		free(parcel);
		return;
	}
	if (end->first == NULL)
		end->first = parcel;
	else
		end->last->next = parcel;
	end->last = parcel;
}

static struct parcel *
parcel_new(const struct world *world)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));

	WORLD_REQUIRE(world, parcel != NULL, "no memory");
	buffer_init(&parcel->packed, MESSAGE_MAX);
	return parcel;
}

void
link_inject(struct link *link, size_t index, struct bytes packed)
{
	struct end *end = &link->ends[index];
	struct parcel *parcel = parcel_new(end->host->world);

	WORLD_OK(end->host->world, buffer_append(&parcel->packed, packed.data, packed.len));
	queue(end, parcel);
}

bool
link_pull(struct link *link, size_t index)
{
	struct end *from = &link->ends[index];
	struct parcel *parcel = parcel_new(from->host->world);
	bool any = false;

	if (from->session != NULL)
		WORLD_OK(from->host->world, sync_session_next(from->session, &parcel->packed,
		    &any));
	if (any) {
		note_said(from, &parcel->packed);
		queue(&link->ends[1 - index], parcel);
	} else {
		buffer_release(&parcel->packed);
		free(parcel);
	}
	return any;
}

/* A session may fail for what the run has done, and for nothing else. */
static void
check_failure(const struct end *end)
{
	const struct world *world = end->host->world;

	if (end->err == RS_ECLOCK)
		return;
	/* One end collected what the other had not been sent yet. */
	if (end->err == RS_EREFUSED && world->collections > 0 &&
	    strstr(end->detail.text, "forgotten meanwhile") != NULL)
		return;
	/* Two that write as one are found out, at the latest by a number that is taken. */
	if (world->forked && (end->err == RS_EREFUSED || end->err == RS_EPROTOCOL))
		return;
	world_fail(world, "%s ended an exchange: %s", end->host->name, end->detail.text);
}

static void
deliver(struct link *link, size_t index)
{
	struct end *end = &link->ends[index];
	Readsync__Message *message;
	int err;

	WORLD_OK(end->host->world, message_unpack(buffer_bytes(&end->first->packed), &message));
	if (end->host->world->tamper != NULL)
		end->host->world->tamper(link, index, message);
	err = sync_session_receive(end->session, message, &end->detail);
	message_free(message);
	drop_first(end);
	if (err != RS_OK && !end->over) {
		world_note(end->host->world, "%s refuses: %s", end->host->name, end->detail.text);
		end->over = true;
		end->err = err;
		check_failure(end);
	}
}

bool
link_deliver(struct link *link, size_t index, size_t count)
{
	struct end *end = &link->ends[index];
	bool any = end->first != NULL;

	while (count-- > 0 && end->first != NULL)
		deliver(link, index);
	return any;
}

void
link_settle(struct link *link, size_t index)
{
	struct end *end = &link->ends[index];

	if (end->session != NULL)
		WORLD_OK(end->host->world, sync_session_settle(end->session));
}

bool
link_step(struct link *link)
{
	bool moved = false;
	size_t index;

	for (index = 0; index < 2; index++) {
		while (link_pull(link, index))
			moved = true;
		if (link_deliver(link, 1 - index, SIZE_MAX))
			moved = true;
		link_settle(link, 1 - index);
	}
	return moved;
}

void
link_run(struct link *link)
{
	while (link_step(link))
		continue;
}

void
link_run_some(struct link *link, size_t messages)
{
	bool moved = true;
	size_t index;

	while (moved) {
		moved = false;
		for (index = 0; index < 2; index++) {
			while (link_pull(link, index))
				moved = true;
			for (; link->ends[1 - index].first != NULL; messages--) {
				if (messages == 0)
					return;
				link_deliver(link, 1 - index, 1);
			}
			if (messages == 0)
				return;
			link_settle(link, 1 - index);
		}
	}
}

bool
host_holds(struct host *host, const struct version_vector *vector)
{
	const struct version_entry *entry;
	uint64_t made;
	size_t i;
	int err;

	for (i = 0; i < vector->count; i++) {
		entry = &vector->entries[i];
		if (version_vector_get(replica_vector(host->replica), entry->origin) >=
		    entry->sequence)
			continue;
		err = register_former(host->replica, entry->origin, &made);
		WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot read");
		if (err == RS_ENOTFOUND)
			return false;
	}
	return true;
}

bool
link_check_idle(struct link *link)
{
	const struct end *near = &link->ends[0], *far = &link->ends[1];
	struct world *world = near->host->world;

	if (near->session == NULL || !sync_session_idle(near->session))
		return false;
	world->idles++;
	WORLD_REQUIRE(world, host_holds(near->host, &far->said),
	    "%s takes itself for idle and lacks what %s held", near->host->name,
	    far->host->name);
	WORLD_REQUIRE(world, host_holds(far->host, replica_vector(near->host->replica)),
	    "%s takes itself for idle, and %s lacks what it holds", near->host->name,
	    far->host->name);
	return true;
}

/* An archive at an end that has come to rest writes what the other one holds. */
static void
note_held(struct link *link, size_t index)
{
	const struct end *end = &link->ends[index];

	if (end->session == NULL || !sync_session_idle(end->session))
		return;
	host_begin(end->host);
	WORLD_OK(end->host->world, held_note(end->host->replica, link->ends[1 - index].host->key));
	host_commit(end->host);
}

void
link_note_held(struct link *link)
{
	note_held(link, 0);
	note_held(link, 1);
}

int
host_try_sync(struct host *initiator, struct host *responder)
{
	struct link *link = link_new(initiator, responder);
	const struct end *ends = link->ends;
	int err;

	link_run(link);
	err = ends[1].over ? ends[1].err : ends[0].over ? ends[0].err : RS_OK;
	WORLD_REQUIRE(initiator->world, err != RS_OK ||
	    (sync_session_idle(ends[1].session) && link_check_idle(link)), "%s and %s do not come to rest",
	    initiator->name, responder->name);
	if (err == RS_OK)
		partial_release(link, true);
	link_note_held(link);
	link_break(link);
	return err;
}

void
host_sync(struct host *initiator, struct host *responder)
{
	WORLD_OK(initiator->world, host_try_sync(initiator, responder));
}
