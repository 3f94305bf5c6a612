#include <stdio.h>
#include <string.h>

#include "proto/base/encode.h"
#include "proto/record/alias_url.h"
#include "proto/record/canonical_url.h"
#include "proto/replica/alias.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_field.h"
#include "proto/replica/item_row.h"
#include "proto/replica/register.h"
#include "proto/replica/work.h"

enum {
	/* An item, what it claims or claimed, and what claims these. */
	NEIGHBOURS_MAX = 3 * (1 + ALIAS_SET_MAX),
	DIRTY_MAX = NEIGHBOURS_MAX * 3,
	APART_LEN = sizeof("apart/") - 1,
	APART_SIZE = APART_LEN + 2 * HASH_NAME_LEN + 1
};

/* ---------------------------------------------------------------------- claims */

static void
apart_field(const uint8_t *other, char field[APART_SIZE])
{
	memcpy(field, "apart/", APART_LEN);
	encode_hex(bytes_of(other, HASH_NAME_LEN), field + APART_LEN);
}

bool
alias_read_apart(struct bytes field, uint8_t ret_item[HASH_NAME_LEN])
{
	static const char digits[] = "0123456789abcdef";

	if (field.len != APART_SIZE - 1 || memcmp(field.data, "apart/", APART_LEN) != 0)
		return false;
	for (size_t i = 0; i < 2 * HASH_NAME_LEN; i++) {
		const char *digit = memchr(digits, field.data[APART_LEN + i], sizeof(digits) - 1);

		if (digit == NULL)
			return false;
		ret_item[i / 2] = (uint8_t)(ret_item[i / 2] << 4 | (digit - digits));
	}
	return true;
}

/* Set ${ret_target} to what ${item} claims to be an alias of.  RS_ENOTFOUND for nothing. */
static int
find_claim(struct replica *replica, const uint8_t *item, uint8_t ret_target[HASH_NAME_LEN])
{
	struct rows rows = database_query(&replica->database,
	    "SELECT alias FROM item WHERE item = ? AND alias IS NOT NULL",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	bool found = database_next(&rows);
	int err;

	if (found)
		memcpy(ret_target, database_blob(&rows, 0).data, HASH_NAME_LEN);
	err = database_end(&rows);
	return err != RS_OK ? err : found ? RS_OK : RS_ENOTFOUND;
}

/* Read who claims to be an alias of ${target}; nobody when they are too many. */
static int
find_claimants(struct replica *replica, const uint8_t *target, size_t max,
    struct alias_set *ret_claimants)
{
	struct alias_set found = { .count = 0 };
	struct rows rows = database_query(&replica->database,
	    "SELECT item FROM item WHERE alias = ? LIMIT ?",
	    VALUES(DB_BLOB(target, HASH_NAME_LEN), DB_INTEGER(max + 1)));
	size_t count = 0;
	int err;

	for (; database_next(&rows); count++)
		if (count < max)
			memcpy(found.ids[found.count++], database_blob(&rows, 0).data,
			    HASH_NAME_LEN);
	if (count > max)
		found.count = 0;
	err = database_end(&rows);
	if (err == RS_OK)
		*ret_claimants = found;
	return err;
}

/* Tell whether the reader set the two apart. */
static int
are_apart(struct replica *replica, const uint8_t *a, const uint8_t *b, bool *ret_apart)
{
	char of_a[APART_SIZE], of_b[APART_SIZE];
	int64_t apart;
	int err;

	apart_field(b, of_a);
	apart_field(a, of_b);
	err = database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM register WHERE kind = 1 AND value = x'31'"
	    " AND ((entity = ?1 AND field = ?2) OR (entity = ?3 AND field = ?4)))",
	    VALUES(DB_BLOB(a, HASH_NAME_LEN), DB_BLOB(of_a, strlen(of_a)),
	    DB_BLOB(b, HASH_NAME_LEN), DB_BLOB(of_b, strlen(of_b))), &apart);
	if (err == RS_OK)
		*ret_apart = apart != 0;
	return err;
}

/* Tell whether ${target} may have aliases, and be ${claimant}'s: it points nowhere else. */
static int
is_counted(struct replica *replica, const uint8_t *claimant, const uint8_t *target,
    bool *ret_counted)
{
	uint8_t next[HASH_NAME_LEN];
	bool apart = false;
	int err = find_claim(replica, target, next);

	if (err == RS_OK && memcmp(next, claimant, HASH_NAME_LEN) != 0) {
		*ret_counted = false;
		return RS_OK;
	}
	if (err == RS_OK || err == RS_ENOTFOUND)
		err = are_apart(replica, claimant, target, &apart);
	if (err == RS_OK)
		*ret_counted = !apart;
	return err;
}

/* Read the set around ${target}: with all whose claims to it count. */
static int
read_set(struct replica *replica, const uint8_t *target, struct alias_set *ret_set)
{
	struct alias_set claimants, set = { .count = 1 };
	bool counted;
	int err = find_claimants(replica, target, ALIAS_CLAIMS_MAX, &claimants);

	memcpy(set.ids[0], target, HASH_NAME_LEN);
	for (size_t i = 0; err == RS_OK && i < claimants.count; i++) {
		err = is_counted(replica, claimants.ids[i], target, &counted);
		if (err == RS_OK && counted)
			memcpy(set.ids[set.count++], claimants.ids[i], HASH_NAME_LEN);
	}
	if (err == RS_OK)
		*ret_set = set;
	return err;
}

static bool
set_has(const struct alias_set *set, const uint8_t *item)
{
	for (size_t i = 0; i < set->count; i++)
		if (memcmp(set->ids[i], item, HASH_NAME_LEN) == 0)
			return true;
	return false;
}

int
alias_find(struct replica *replica, const uint8_t *item, struct alias_set *ret_set)
{
	uint8_t target[HASH_NAME_LEN];
	struct alias_set set;
	int err = find_claim(replica, item, target);

	if (err == RS_OK) {
		err = read_set(replica, target, &set);
		if (err == RS_OK && set_has(&set, item)) {
			*ret_set = set;
			return RS_OK;
		}
	}
	if (err != RS_OK && err != RS_ENOTFOUND)
		return err;
	return read_set(replica, item, ret_set);
}

/* ------------------------------------------------------------------------ rows */

int
alias_head(struct replica *replica, int64_t row, int64_t *ret_row,
    uint8_t ret_item[HASH_NAME_LEN])
{
	struct rows rows = database_query(&replica->database,
	    "SELECT id, item FROM item"
	    " WHERE id = (SELECT coalesce(head, id) FROM item WHERE id = ?)",
	    VALUES(DB_INTEGER(row)));
	bool found = database_next(&rows);
	int err;

	if (found) {
		*ret_row = database_integer(&rows, 0);
		if (ret_item != NULL)
			memcpy(ret_item, database_blob(&rows, 1).data, HASH_NAME_LEN);
	}
	err = database_end(&rows);
	return err != RS_OK ? err : found ? RS_OK : RS_ENOTFOUND;
}

int
alias_members(struct replica *replica, const uint8_t *item, struct alias_set *ret_set)
{
	struct alias_set set = { .count = 0 };
	struct rows rows;
	int64_t head;
	int err;

	err = database_lookup(&replica->database, "SELECT coalesce(head, id) FROM item"
	    " WHERE item = ? AND (shown OR head IS NOT NULL)",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)), &head);
	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database, "SELECT item FROM item WHERE id = ?1"
	    " UNION ALL SELECT item FROM item WHERE head = ?1", VALUES(DB_INTEGER(head)));
	while (set.count < ALIAS_SET_MAX && database_next(&rows))
		memcpy(set.ids[set.count++], database_blob(&rows, 0).data, HASH_NAME_LEN);
	err = database_end(&rows);
	if (err == RS_OK)
		*ret_set = set;
	return err;
}

/* Rows that are to be made anew, each once. */
struct dirty {
	int64_t rows[DIRTY_MAX];
	size_t count;
};

static void
dirty_add(struct dirty *dirty, int64_t row)
{
	for (size_t i = 0; i < dirty->count; i++)
		if (dirty->rows[i] == row)
			return;
	if (dirty->count < DIRTY_MAX)
		dirty->rows[dirty->count++] = row;
}

/* From now on ${row}, which was seen as ${from}, is seen as ${to}; each may be itself. */
static int
move(struct replica *replica, int64_t row, int64_t from, int64_t to)
{
	static const char *const moves[] = {
		"UPDATE fetch SET item = ? WHERE item = ? AND owner = ?",
		"UPDATE reading SET item = ? WHERE item = ? AND owner = ?",
		"UPDATE note SET item = ? WHERE item = ? AND owner = ?",
		"UPDATE highlight SET item = ? WHERE item = ? AND owner = ?",
	};
	int err;

	err = database_run(&replica->database, "UPDATE item SET head = ? WHERE id = ?",
	    VALUES(to == row ? DB_NULL : DB_INTEGER(to), DB_INTEGER(row)));
	if (err == RS_OK)
		err = index_change(replica, from);
	if (err == RS_OK)
		err = index_change(replica, to);
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]) && err == RS_OK; i++)
		err = database_run(&replica->database, moves[i],
		    VALUES(DB_INTEGER(to), DB_INTEGER(from), DB_INTEGER(row)));
	return err;
}

/* Find the row of ${item}, and what it is seen as.  RS_ENOTFOUND for none. */
static int
find_row(struct replica *replica, const uint8_t *item, int64_t *ret_row, int64_t *ret_head,
    bool *ret_there)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT id, coalesce(head, id), present AND url <> '' FROM item WHERE item = ?",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	bool found = database_next(&rows);
	int err;

	if (found) {
		*ret_row = database_integer(&rows, 0);
		*ret_head = database_integer(&rows, 1);
		*ret_there = database_integer(&rows, 2) != 0;
	}
	err = database_end(&rows);
	return err != RS_OK ? err : found ? RS_OK : RS_ENOTFOUND;
}

/* Let the items of ${set} that are there be seen as that with the least id. */
static int
arrange(struct replica *replica, const struct alias_set *set, struct dirty *dirty)
{
	int64_t rows[ALIAS_SET_MAX], heads[ALIAS_SET_MAX], head = 0;
	bool there[ALIAS_SET_MAX];
	const uint8_t *least = NULL;
	size_t i;
	int err;

	for (i = 0; i < set->count; i++) {
		err = find_row(replica, set->ids[i], &rows[i], &heads[i], &there[i]);
		if (err == RS_ENOTFOUND)
			rows[i] = 0;
		else if (err != RS_OK)
			return err;
		if (rows[i] != 0 && there[i] &&
		    (least == NULL || memcmp(set->ids[i], least, HASH_NAME_LEN) < 0)) {
			least = set->ids[i];
			head = rows[i];
		}
	}
	for (i = 0; i < set->count; i++) {
		int64_t to = rows[i] != 0 && there[i] ? head : rows[i];

		if (rows[i] == 0 || heads[i] == to)
			continue;
		err = move(replica, rows[i], heads[i], to);
		if (err != RS_OK)
			return err;
		dirty_add(dirty, rows[i]);
		dirty_add(dirty, heads[i]);
		dirty_add(dirty, to);
	}
	return RS_OK;
}

/* ----------------------------------------------------------------- what changes */

/* Items whose sets may have changed, each once. */
struct neighbours {
	uint8_t ids[NEIGHBOURS_MAX][HASH_NAME_LEN];
	size_t count;
};

static void
neighbours_add(struct neighbours *all, const uint8_t *item)
{
	for (size_t i = 0; i < all->count; i++)
		if (memcmp(all->ids[i], item, HASH_NAME_LEN) == 0)
			return;
	memcpy(all->ids[all->count++], item, HASH_NAME_LEN);
}

/*
 * Add ${item} and who claims to be its alias.  One claim more or less than
 * ALIAS_CLAIMS_MAX changes whether the others count; where there are still more, none
 * counted before, and none does now.
 */
static int
add_with_claimants(struct replica *replica, const uint8_t *item, struct neighbours *all)
{
	struct alias_set claimants;
	int err = find_claimants(replica, item, ALIAS_SET_MAX, &claimants);

	if (err != RS_OK)
		return err;
	neighbours_add(all, item);
	for (size_t i = 0; i < claimants.count; i++)
		neighbours_add(all, claimants.ids[i]);
	return RS_OK;
}

static int
find_neighbours(struct replica *replica, const uint8_t *item, const uint8_t *other,
    struct neighbours *all)
{
	uint8_t target[HASH_NAME_LEN];
	int err = add_with_claimants(replica, item, all);

	if (err == RS_OK && other != NULL)
		err = add_with_claimants(replica, other, all);
	if (err != RS_OK)
		return err;
	err = find_claim(replica, item, target);
	return err == RS_OK ? add_with_claimants(replica, target, all) :
	    err == RS_ENOTFOUND ? RS_OK : err;
}

/* Find the row of ${item}, and whether no claim is about it, as of most items. */
static int
find_own(struct replica *replica, const uint8_t *item, int64_t *ret_row, bool *ret_alone)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT id, alias IS NULL AND NOT EXISTS (SELECT 1 FROM item WHERE alias = ?1)"
	    " FROM item WHERE item = ?1", VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	bool found = database_next(&rows);
	int err;

	if (found) {
		*ret_row = database_integer(&rows, 0);
		*ret_alone = database_integer(&rows, 1) != 0;
	}
	err = database_end(&rows);
	return err != RS_OK ? err : found ? RS_OK : RS_ENOTFOUND;
}

int
alias_follow(struct replica *replica, const uint8_t *item, const uint8_t *other)
{
	struct neighbours all = { .count = 0 };
	struct dirty dirty = { .count = 0 };
	struct alias_set set;
	int64_t row;
	bool alone;
	int err;

	err = find_own(replica, item, &row, &alone);
	if (err == RS_OK && (!alone || other != NULL))
		err = find_neighbours(replica, item, other, &all);
	for (size_t i = 0; i < all.count && err == RS_OK; i++) {
		err = alias_find(replica, all.ids[i], &set);
		if (err == RS_OK)
			err = arrange(replica, &set, &dirty);
	}
	for (size_t i = 0; i < dirty.count && err == RS_OK; i++) {
		err = item_field_replay(replica, dirty.rows[i]);
		if (err == RS_OK)
			err = work_join(replica, dirty.rows[i]);
		if (err == RS_OK)
			err = item_row_refresh(replica, dirty.rows[i]);
	}
	return err == RS_OK ? item_row_refresh(replica, row) : err;
}

/* --------------------------------------------------------------------- writing */

/* Append the canonical form of ${url}, or nothing when it is no address. */
static int
canonical_form(const char *url, struct buffer *out)
{
	int err = canonical_url_make(url, out, NULL);

	return err == RS_EINVAL || err == RS_ELIMIT ? RS_OK : err;
}

static int
write_claim(struct replica *replica, const uint8_t *item, struct bytes target)
{
	struct buffer old;
	int err;

	buffer_init(&old, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_ITEM, item, bytes_of_text("alias"), &old, NULL);
	buffer_release(&old);
	/* What never claimed anything need not take it back. */
	if (err == RS_ENOTFOUND && target.len == 0)
		return RS_OK;
	if (err != RS_OK && err != RS_ENOTFOUND)
		return err;
	return replica_write(replica, RECORD_ITEM, item, "alias", target);
}

int
alias_claim(struct replica *replica, const uint8_t *item, const char *asked_url,
    const char *final_url, const char *canonical_url)
{
	struct buffer asked, final, named;
	const struct buffer *target = NULL;
	uint8_t id[HASH_NAME_LEN] = { 0 };
	int err;

	buffer_init(&asked, CANONICAL_URL_MAX);
	buffer_init(&final, CANONICAL_URL_MAX);
	buffer_init(&named, CANONICAL_URL_MAX);
	err = canonical_form(asked_url, &asked);
	if (err == RS_OK)
		err = canonical_form(final_url, &final);
	if (err == RS_OK)
		err = canonical_form(canonical_url, &named);
	if (err != RS_OK || asked.len == 0)
		goto out;
	/* The page knows better than the server, unless what it says cannot be. */
	if (named.len > 0 && alias_url_credible(buffer_text(&asked), buffer_text(&named)))
		target = &named;
	else if (final.len > 0 && !bytes_equal(buffer_bytes(&named), buffer_bytes(&asked)) &&
	    alias_url_credible(buffer_text(&asked), buffer_text(&final)))
		target = &final;
	if (target != NULL)
		canonical_url_item_id(buffer_bytes(target), replica_library_secret(replica), id);
	err = write_claim(replica, item, bytes_of(id, target == NULL ? 0 : sizeof(id)));
out:
	buffer_release(&named);
	buffer_release(&final);
	buffer_release(&asked);
	return err;
}

int
alias_part(struct replica *replica, const uint8_t *item)
{
	struct alias_set set;
	char field[APART_SIZE];
	int err = alias_find(replica, item, &set);

	for (size_t i = 0; err == RS_OK && i < set.count; i++) {
		if (memcmp(set.ids[i], item, HASH_NAME_LEN) == 0)
			continue;
		apart_field(set.ids[i], field);
		err = replica_write(replica, RECORD_ITEM, item, field, bytes_of_text("1"));
	}
	return err;
}
