#include <stdlib.h>
#include <string.h>

#include "proto/replica/blob.h"
#include "proto/replica/internal.h"
#include "proto/replica/offline.h"
#include "tests/sim/partial.h"

/* Hashes of blobs. */
struct names {
	uint8_t (*hashes)[HASH_CONTENT_LEN];
	size_t count;
};

static struct names
names_of(struct host *host, const char *text)
{
	struct rows rows = database_query(&host->replica->database, text, NO_VALUES);
	struct names names = { NULL, 0 };

	while (database_next(&rows)) {
		names.hashes = realloc(names.hashes, (names.count + 1) * sizeof(*names.hashes));
		WORLD_REQUIRE(host->world, names.hashes != NULL, "no memory");
		memcpy(names.hashes[names.count++], database_blob(&rows, 0).data,
		    HASH_CONTENT_LEN);
	}
	WORLD_OK(host->world, database_end(&rows));
	return names;
}

static bool
holds(struct host *host, const uint8_t *hash)
{
	bool held = false;

	WORLD_OK(host->world, blob_held(host->replica, hash, &held));
	return held;
}

static bool
archive_holds(struct world *world, const uint8_t *hash)
{
	for (size_t i = 0; i < world->host_count; i++)
		if (world->hosts[i]->role == REPLICA_ARCHIVE && holds(world->hosts[i], hash))
			return true;
	return false;
}

/*
 * Tell whether an item that is shown names the blob, for an archive that has heard all that the
 * laptop has: else nobody asks for it any more.
 */
static bool
is_named(struct host *host, const uint8_t *hash)
{
	int64_t named = 0;

	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "SELECT EXISTS (SELECT 1 FROM reading JOIN item ON item.id = reading.item"
	    " WHERE reading.article = ?1 AND shown) OR EXISTS (SELECT 1 FROM fetch"
	    " JOIN item ON item.id = fetch.item WHERE page = ?1 AND shown)"
	    " OR EXISTS (SELECT 1 FROM image JOIN reading ON reading.reading = image.reading"
	    " JOIN item ON item.id = reading.item WHERE image.blob = ?1 AND shown)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)), &named));
	return named != 0;
}

void
partial_set_policy(struct host *host, const char *text)
{
	struct rs_err_detail detail = { "" };
	struct policy policy;

	WORLD_REQUIRE(host->world, policy_parse(text, &policy, &detail) == RS_OK, "%s",
	    detail.text);
	world_note(host->world, "%s keeps: %s", host->name, text);
	host_begin(host);
	WORLD_OK(host->world, offline_set_policy(host->replica, &policy));
	host_commit(host);
}

void
partial_choose(struct host *host)
{
	static const char *const policies[] = {
		"nothing", "unread, images no", "starred", "tag rail, tag sea", "newest 1 day",
		"unread, newest 3 days, at most 2 KB", "at most 1 KB", "everything"
	};

	partial_set_policy(host, policies[world_draw(host->world,
	    sizeof(policies) / sizeof(policies[0]))]);
}

static void
release(struct end *end, struct host *archive)
{
	struct host *host = end->host;
	struct names before = names_of(host, "SELECT hash FROM blob WHERE received = size");
	struct offline_released released = { 0 };
	uint64_t gone = 0;

	WORLD_OK(host->world, offline_release(host->replica, sync_session_archive(end->session),
	    NULL, NULL, &released));
	for (size_t i = 0; i < before.count; i++) {
		if (holds(host, before.hashes[i]))
			continue;
		gone++;
		WORLD_REQUIRE(host->world, archive_holds(host->world, before.hashes[i]) ||
		    !is_named(archive, before.hashes[i]), "%s has given up what no archive holds",
		    host->name);
	}
	WORLD_REQUIRE(host->world, gone == released.blobs, "%s miscounts what it has given up",
	    host->name);
	if (gone > 0)
		world_note(host->world, "%s gives up %llu blobs", host->name,
		    (unsigned long long)gone);
	host->world->released += gone;
	free(before.hashes);
}

/* Tell whether a part of a blob has come to ${host}: more of it may be on its way. */
static bool
has_begun(struct host *host)
{
	int64_t begun = 0;

	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "SELECT count(*) FROM blob WHERE received > 0 AND received < size", NO_VALUES,
	    &begun));
	return begun > 0;
}

/*
 * A program gives up when its one exchange is at rest.  Before that, or beside another, it
 * would forget what is on its way; and it could not be told from what has been lost what
 * has changed meanwhile.
 */
static bool
may_release(const struct end *end, struct host *archive, bool idle)
{
	struct host *host = end->host;

	if (end->session == NULL || sync_session_archive(end->session) == NULL)
		return false;
	if (idle)
		return host->world->link_count == 1 || !has_begun(host);
	return !end->over && !has_begun(host) && host->replica->depth == 0 &&
	    host->world->restores == 0 && host_holds(archive, replica_vector(host->replica));
}

void
partial_release(struct link *link, bool idle)
{
	for (size_t index = 0; index < 2; index++)
		if (may_release(&link->ends[index], link->ends[1 - index].host, idle))
			release(&link->ends[index], link->ends[1 - index].host);
}

void
partial_check(struct host *host, struct host *archive)
{
	struct names spare = names_of(host, "SELECT hash FROM want WHERE held AND NOT kept");
	struct names wanted = names_of(host, "SELECT hash FROM want WHERE kept AND NOT held");
	size_t i;

	for (i = 0; i < spare.count; i++)
		WORLD_REQUIRE(host->world, !holds(archive, spare.hashes[i]),
		    "%s keeps what it need not", host->name);
	for (i = 0; i < wanted.count; i++)
		WORLD_REQUIRE(host->world, !holds(archive, wanted.hashes[i]),
		    "%s lacks what its policy asks for", host->name);
	free(spare.hashes);
	free(wanted.hashes);
}
