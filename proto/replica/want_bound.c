#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/want.h"
#include "proto/replica/want_bound.h"

static bool
has_bound(const struct replica *replica)
{
	return replica->limited && replica->policy.bytes_max > 0;
}

/* A row at the end of what is kept. */
struct edge {
	bool found;
	uint8_t hash[HASH_CONTENT_LEN];
	struct want_place place;
};

static int
read_edge(struct rows *rows, struct edge *edge)
{
	edge->found = database_next(rows);
	if (edge->found) {
		memcpy(edge->hash, database_blob(rows, 0).data, HASH_CONTENT_LEN);
		edge->place.rank = database_integer(rows, 1);
		edge->place.saved_ms = database_integer(rows, 2);
		edge->place.size = database_integer(rows, 3);
		edge->place.held = database_integer(rows, 4) != 0;
	}
	return database_end(rows);
}

static int
last_kept(struct replica *replica, struct edge *edge)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT hash, rank, saved_ms, size, held FROM want WHERE kept = 1 AND size > 0"
	    " ORDER BY rank DESC, saved_ms, hash DESC LIMIT 1", NO_VALUES);

	return read_edge(&rows, edge);
}

static int
first_left_out(struct replica *replica, struct edge *edge)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT hash, rank, saved_ms, size, held FROM want WHERE kept = 0 AND size > 0"
	    " ORDER BY rank, saved_ms DESC, hash LIMIT 1", NO_VALUES);

	return read_edge(&rows, edge);
}

/* Tell whether the first stands before the second in the order of the want-list. */
static bool
is_before(const struct want_place *a, const uint8_t *hash, const struct edge *b)
{
	if (a->rank != b->place.rank)
		return a->rank < b->place.rank;
	if (a->saved_ms != b->place.saved_ms)
		return a->saved_ms > b->place.saved_ms;
	return memcmp(hash, b->hash, HASH_CONTENT_LEN) < 0;
}

int
want_bound_keeps(struct replica *replica, const uint8_t *hash, struct want_place *place)
{
	struct edge edge;
	int err;

	place->kept = place->rank < WANT_SPARE;
	if (!place->kept || !has_bound(replica))
		return RS_OK;
	err = first_left_out(replica, &edge);
	if (err == RS_OK && edge.found)
		place->kept = is_before(place, hash, &edge);
	return err;
}

int
want_bound_add(struct replica *replica, int64_t size)
{
	return !has_bound(replica) ? RS_OK : database_run(&replica->database,
	    "UPDATE derived SET value = value + ? WHERE name = 'kept'",
	    VALUES(DB_INTEGER(size)));
}

/* Move the end over the row ${edge}. */
static int
move(struct replica *replica, const struct edge *edge, bool keep)
{
	int err = database_run(&replica->database, "UPDATE want SET kept = ? WHERE hash = ?",
	    VALUES(DB_INTEGER(keep), DB_BLOB(edge->hash, HASH_CONTENT_LEN)));

	if (err == RS_OK && replica->wanted >= 0 && !edge->place.held)
		replica->wanted += keep ? 1 : -1;
	return err == RS_OK ? want_bound_add(replica, keep ? edge->place.size :
	    -edge->place.size) : err;
}

int
want_bound_settle(struct replica *replica)
{
	int64_t max = (int64_t)replica->policy.bytes_max, sum = 0;
	struct edge edge = { .found = false };
	int err;

	if (!has_bound(replica))
		return RS_OK;
	err = database_lookup(&replica->database, "SELECT value FROM derived WHERE name = 'kept'",
	    NO_VALUES, &sum);
	while (err == RS_OK && sum > max) {
		err = last_kept(replica, &edge);
		/* There is a row as long as there is a sum of them. */
		if (err == RS_OK)
			err = !edge.found ? RS_EINTERNAL : move(replica, &edge, false);
		sum -= edge.place.size;
	}
	while (err == RS_OK) {
		err = first_left_out(replica, &edge);
		if (err != RS_OK || !edge.found || edge.place.size > max - sum)
			break;
		err = move(replica, &edge, true);
		sum += edge.place.size;
	}
	return err;
}

int
want_bound_clear(struct replica *replica)
{
	int err = database_script(&replica->database,
	    "DELETE FROM want; DELETE FROM derived WHERE name = 'kept'");

	replica->wanted = -1;
	return err != RS_OK || !has_bound(replica) ? err : database_run(&replica->database,
	    "INSERT INTO derived (name, value) VALUES ('kept', 0)", NO_VALUES);
}
