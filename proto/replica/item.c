#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/record/canonical_url.h"
#include "proto/replica/alias.h"
#include "proto/replica/erase.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/text.h"

/* The fields of an item that say what only another program understands. */
#define EXTRA "extra/"

/* The field of a tag. */
#define TAG "tag/"
#define TAG_FIELD_LEN (sizeof(TAG) + ITEM_TAG_MAX)

/* -------------------------------------------------------------------- writing */

static int
write_text(struct replica *replica, const uint8_t *id, const char *field, const char *text)
{
	return replica_write(replica, RECORD_ITEM, id, field, bytes_of_text(text));
}

/* Write the register of the item, and of all that are seen as it.  RS_ENOTFOUND. */
static int
write_each(struct replica *replica, const uint8_t *id, const char *field, struct bytes value)
{
	struct alias_set set;
	int err = alias_members(replica, id, &set);

	for (size_t i = 0; err == RS_OK && i < set.count; i++)
		err = replica_write(replica, RECORD_ITEM, set.ids[i], field, value);
	return err;
}

static bool
is_tag(const char *tag)
{
	struct bytes text = bytes_of_text(tag);

	return text.len > 0 && text.len <= ITEM_TAG_MAX && text_is_line(text);
}

static void
name_tag(const char *tag, char ret_field[TAG_FIELD_LEN])
{
	snprintf(ret_field, TAG_FIELD_LEN, TAG "%s", tag);
}

static int
write_tag(struct replica *replica, const uint8_t *id, const char *tag, bool present)
{
	char field[TAG_FIELD_LEN];

	name_tag(tag, field);
	return write_each(replica, id, field, bytes_of_text(present ? "1" : ""));
}

/* Tell whether an item is there, as itself or as an alias. */
static int
is_there(struct replica *replica, const uint8_t *id, bool *ret_there)
{
	struct alias_set set;
	int err = alias_members(replica, id, &set);

	if (err == RS_OK || err == RS_ENOTFOUND)
		*ret_there = err == RS_OK;
	return err == RS_ENOTFOUND ? RS_OK : err;
}

/* Tell whether the item was ever saved, here or elsewhere, and how it stands. */
static int
find_known(struct replica *replica, const uint8_t *id, int64_t *ret_state)
{
	return database_lookup(&replica->database, "SELECT state FROM item WHERE item = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), ret_state);
}

/* Tell whether the item was collected here. */
static int
is_gone(struct replica *replica, const uint8_t *id, bool *ret_gone)
{
	int64_t gone;
	int err = database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM gone WHERE item = ?)",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), &gone);

	if (err == RS_OK)
		*ret_gone = gone != 0;
	return err;
}

/* Tell whether the item, or one that is known to be its alias, was ever saved. */
static int
is_known(struct replica *replica, const uint8_t *id, bool *ret_known)
{
	struct alias_set set;
	int64_t state;
	int err = alias_find(replica, id, &set);
	bool known = false;

	for (size_t i = 0; err == RS_OK && !known && i < set.count; i++) {
		err = find_known(replica, set.ids[i], &state);
		known = err == RS_OK;
		if (err == RS_ENOTFOUND)
			err = is_gone(replica, set.ids[i], &known);
	}
	if (err == RS_OK)
		*ret_known = known;
	return err;
}

/* Write the registers of an item that is new, or comes back as if it were. */
static int
write_new(struct replica *replica, const uint8_t *id, struct bytes url,
    const struct item_save *save)
{
	bool titled = save->title != NULL && save->title[0] != '\0' &&
	    strlen(save->title) <= ITEM_TITLE_MAX && text_is_line(bytes_of_text(save->title));
	int64_t saved_ms = save->saved_ms != 0 ? save->saved_ms : clock_now_ms(replica->clock);
	int64_t state = ITEM_UNREAD;
	char saved[24];
	int err;

	err = find_known(replica, id, &state);
	if (err != RS_OK && err != RS_ENOTFOUND)
		return err;
	snprintf(saved, sizeof(saved), "%" PRId64, saved_ms);
	err = write_text(replica, id, "saved", saved);
	if (err == RS_OK && state != ITEM_UNREAD)
		err = write_text(replica, id, "state", "unread");
	if (err == RS_OK && titled)
		err = write_text(replica, id, "title", save->title);
	if (err == RS_OK)
		err = replica_write(replica, RECORD_ITEM, id, "url", url);
	/* Written even where it is the default, to win over a removal elsewhere. */
	if (err == RS_OK)
		err = write_text(replica, id, "present", "1");
	return err;
}

/* Find when the item of which ${id} is an alias was saved.  RS_ENOTFOUND when none is there. */
static int
find_alias(struct replica *replica, const uint8_t *id, int64_t *ret_saved_ms)
{
	struct alias_set set;
	int err = alias_find(replica, id, &set), found = RS_ENOTFOUND;

	for (size_t i = 0; err == RS_OK && found == RS_ENOTFOUND && i < set.count; i++)
		found = database_lookup(&replica->database, "SELECT saved_ms FROM item WHERE id ="
		    " (SELECT coalesce(head, id) FROM item WHERE item = ?) AND shown",
		    VALUES(DB_BLOB(set.ids[i], HASH_NAME_LEN)), ret_saved_ms);
	return err == RS_OK ? found : err;
}

/*
 * Write an item that is not there under its own address: as new, or as one more alias of
 * an item that is there, which stays as the reader has it.
 */
static int
write_address(struct replica *replica, const uint8_t *id, struct bytes url,
    const struct item_save *save, bool *ret_new)
{
	char saved[24];
	int64_t saved_ms;
	int err = find_alias(replica, id, &saved_ms);

	*ret_new = err == RS_ENOTFOUND;
	if (err == RS_ENOTFOUND)
		return write_new(replica, id, url, save);
	if (err != RS_OK)
		return err;
	snprintf(saved, sizeof(saved), "%" PRId64, saved_ms);
	err = write_text(replica, id, "saved", saved);
	if (err == RS_OK)
		err = replica_write(replica, RECORD_ITEM, id, "url", url);
	return err == RS_OK ? write_text(replica, id, "present", "1") : err;
}

/*
 * An item that comes back is a new one: what another device said of it, while it did not
 * know that it was removed, goes.
 */
static int
erase_leftovers(struct replica *replica, const uint8_t *id)
{
	int64_t removed;
	int err = database_lookup(&replica->database,
	    "SELECT NOT present OR EXISTS (SELECT 1 FROM register WHERE kind = 1"
	    " AND entity = ?1 AND field = CAST('url' AS BLOB) AND value = x'')"
	    " FROM item WHERE item = ?1", VALUES(DB_BLOB(id, HASH_NAME_LEN)), &removed);

	if (err != RS_OK || !removed)
		return err == RS_ENOTFOUND ? RS_OK : err;
	return erase_item(replica, id);
}

/* Say again at one address of an item what ${save} says, as far as it was said before. */
static int
renew_address(struct replica *replica, const uint8_t *id, const struct item_save *save)
{
	static const char *const fields[] = { "saved", "url", "present" };
	char tag[TAG_FIELD_LEN];
	int err = RS_OK;

	for (size_t i = 0; err == RS_OK && i < sizeof(fields) / sizeof(fields[0]); i++)
		err = replica_renew(replica, RECORD_ITEM, id, fields[i]);
	for (size_t i = 0; err == RS_OK && i < save->tag_count; i++) {
		name_tag(save->tags[i], tag);
		err = replica_renew(replica, RECORD_ITEM, id, tag);
	}
	if (err == RS_OK && save->archived)
		err = replica_renew(replica, RECORD_ITEM, id, "state");
	return err;
}

/* The same at each of its addresses. */
static int
renew(struct replica *replica, const uint8_t *id, const struct item_save *save)
{
	struct alias_set set;
	int err = alias_members(replica, id, &set);

	for (size_t i = 0; err == RS_OK && i < set.count; i++)
		err = renew_address(replica, set.ids[i], save);
	return err;
}

/* Write what ${save} adds to an item, new or not. */
static int
write_save(struct replica *replica, const uint8_t *id, struct bytes url,
    const struct item_save *save, bool *ret_new)
{
	bool there, new = false;
	int err = is_there(replica, id, &there);

	if (err == RS_OK && !there)
		err = erase_leftovers(replica, id);
	if (err == RS_OK && !there)
		err = write_address(replica, id, url, save, &new);
	else if (err == RS_OK && save->renew)
		err = renew(replica, id, save);
	for (size_t i = 0; i < save->tag_count && err == RS_OK; i++)
		err = write_tag(replica, id, save->tags[i], true);
	if (err == RS_OK && save->archived)
		err = item_set_state(replica, id, ITEM_ARCHIVED);
	if (err == RS_OK)
		*ret_new = new;
	return err;
}

int
item_save(struct replica *replica, const char *url, const struct item_save *save,
    uint8_t ret_id[HASH_NAME_LEN], bool *ret_new, struct rs_err_detail *detail)
{
	uint8_t id[HASH_NAME_LEN];
	struct buffer canonical;
	struct bytes given;
	char *spelling = strdup(url);
	bool known = false;
	int err;

	if (spelling == NULL)
		return RS_ENOMEM;
	canonical_url_drop_user(spelling, NULL);
	given = bytes_of_text(spelling);
	buffer_init(&canonical, 3 * CANONICAL_URL_MAX);
	err = canonical_url_make(url, &canonical, detail);
	for (size_t i = 0; i < save->tag_count && err == RS_OK; i++)
		if (!is_tag(save->tags[i])) {
			rs_err_detail_set(detail, "not a tag: \"%s\"", save->tags[i]);
			err = RS_EINVAL;
		}
	if (err != RS_OK)
		goto out;
	canonical_url_item_id(buffer_bytes(&canonical), replica_library_secret(replica), id);
	/* The reader's own spelling is fetched, unless it cannot stand in one line. */
	if (!text_is_line(given) || strchr(spelling, ' ') != NULL || given.len > CANONICAL_URL_MAX)
		given = buffer_bytes(&canonical);
	if (save->only_new)
		err = is_known(replica, id, &known);
	if (err == RS_OK && known)
		*ret_new = false;
	else if (err == RS_OK)
		err = write_save(replica, id, given, save, ret_new);
	if (err == RS_OK)
		memcpy(ret_id, id, sizeof(id));
out:
	buffer_release(&canonical);
	free(spelling);
	return err;
}

int
item_set_state(struct replica *replica, const uint8_t *id, enum item_state state)
{
	return write_each(replica, id, "state",
	    bytes_of_text(state == ITEM_ARCHIVED ? "archived" : "unread"));
}

int
item_tag(struct replica *replica, const uint8_t *id, const char *tag, bool present)
{
	return is_tag(tag) ? write_tag(replica, id, tag, present) : RS_EINVAL;
}

int
item_remove(struct replica *replica, const uint8_t *id)
{
	struct alias_set set;
	int err = alias_members(replica, id, &set);

	for (size_t i = 0; err == RS_OK && i < set.count; i++) {
		err = write_text(replica, set.ids[i], "present", "0");
		if (err == RS_OK)
			err = erase_item(replica, set.ids[i]);
	}
	return err;
}

int
item_set_title(struct replica *replica, const uint8_t *id, const char *title)
{
	if (strlen(title) > ITEM_TITLE_MAX || !text_is_line(bytes_of_text(title)))
		return RS_EINVAL;
	return write_each(replica, id, "title", bytes_of_text(title));
}

int
item_star(struct replica *replica, const uint8_t *id, bool starred)
{
	return write_each(replica, id, "starred", bytes_of_text(starred ? "1" : ""));
}

int
item_prefer(struct replica *replica, const uint8_t *id, const uint8_t *reading)
{
	return write_each(replica, id, "prefer", reading == NULL ? bytes_of(NULL, 0) :
	    bytes_of(reading, HASH_NAME_LEN));
}

int
item_set_waits(struct replica *replica, const uint8_t *id, const char *why)
{
	int64_t same;
	int err;

	if (strlen(why) > ITEM_WAITS_MAX || !text_is_line(bytes_of_text(why)))
		return RS_EINVAL;
	/* Most never wait: no register that says so is made. */
	err = database_lookup(&replica->database,
	    "SELECT waits = ?2 FROM item WHERE id = (SELECT coalesce(head, id) FROM item"
	    " WHERE item = ?1)", VALUES(DB_BLOB(id, HASH_NAME_LEN),
	    DB_TEXT(bytes_of_text(why))), &same);
	if (err != RS_OK || same)
		return err;
	return write_each(replica, id, "waits", bytes_of_text(why));
}

int
item_set_extra(struct replica *replica, const uint8_t *id, const char *key,
    struct bytes value)
{
	char field[sizeof(EXTRA) + ITEM_EXTRA_KEY_MAX];
	struct bytes name = bytes_of_text(key);

	if (name.len == 0 || name.len > ITEM_EXTRA_KEY_MAX || !text_is_line(name))
		return RS_EINVAL;
	if (value.len > RECORD_VALUE_MAX)
		return RS_ELIMIT;
	snprintf(field, sizeof(field), EXTRA "%s", key);
	return write_each(replica, id, field, value);
}

/* -------------------------------------------------------------------- aliases */

/* Set ${ret_id} to the id of the item with the address ${url}. */
static int
find_address(struct replica *replica, const char *url, uint8_t ret_id[HASH_NAME_LEN],
    struct rs_err_detail *detail)
{
	struct buffer canonical;
	int err;

	buffer_init(&canonical, 3 * CANONICAL_URL_MAX);
	err = canonical_url_make(url, &canonical, detail);
	if (err == RS_OK)
		canonical_url_item_id(buffer_bytes(&canonical), replica_library_secret(replica),
		    ret_id);
	buffer_release(&canonical);
	return err;
}

int
item_split(struct replica *replica, const uint8_t *id, const char *url,
    struct rs_err_detail *detail)
{
	uint8_t other[HASH_NAME_LEN];
	struct alias_set set;
	size_t i = 0;
	int err = find_address(replica, url, other, detail);

	if (err == RS_OK)
		err = alias_members(replica, id, &set);
	if (err != RS_OK)
		return err;
	while (i < set.count && memcmp(set.ids[i], other, HASH_NAME_LEN) != 0)
		i++;
	if (i == set.count) {
		rs_err_detail_set(detail, "that is not an address of this item");
		return RS_ENOTFOUND;
	}
	if (set.count == 1) {
		rs_err_detail_set(detail, "that is the item's only address");
		return RS_EINVAL;
	}
	return alias_part(replica, other);
}

/* Write that ${other} is an address of ${id}, unless it claims something itself. */
static int
write_alias(struct replica *replica, const uint8_t *id, const uint8_t *other)
{
	int64_t claims;
	int err = database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM item WHERE item = ? AND alias IS NOT NULL)",
	    VALUES(DB_BLOB(other, HASH_NAME_LEN)), &claims);

	return err != RS_OK || claims ? err :
	    replica_write(replica, RECORD_ITEM, other, "alias", bytes_of(id, HASH_NAME_LEN));
}

int
item_add_address(struct replica *replica, const uint8_t *id, const char *url,
    struct rs_err_detail *detail)
{
	struct item_save save = { 0 };
	uint8_t other[HASH_NAME_LEN];
	struct alias_set set;
	bool new;
	int err = find_address(replica, url, other, detail);

	if (err == RS_OK)
		err = alias_members(replica, id, &set);
	for (size_t i = 0; err == RS_OK && i < set.count; i++)
		if (memcmp(set.ids[i], other, HASH_NAME_LEN) == 0)
			return RS_OK;
	if (err == RS_OK)
		err = write_alias(replica, id, other);
	return err == RS_OK ? item_save(replica, url, &save, other, &new, detail) : err;
}

int
item_addresses(struct replica *replica, const uint8_t *id,
    bool (*on_address)(void *context, const char *url), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT url FROM item WHERE head ="
	    " (SELECT coalesce(head, id) FROM item WHERE item = ?) ORDER BY item",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	bool more = true;

	while (more && database_next(&rows))
		more = on_address(context, database_text(&rows, 0));
	return database_end(&rows);
}

/* -------------------------------------------------------------------- reading */

/*
 * Read the hexadecimal digits ${prefix} as the least and the greatest id that
 * begin so.
 */
static bool
read_prefix(const char *prefix, uint8_t least[HASH_NAME_LEN], uint8_t greatest[HASH_NAME_LEN])
{
	size_t len = strlen(prefix);
	unsigned digit;

	if (len == 0 || len > 2 * HASH_NAME_LEN)
		return false;
	memset(least, 0, HASH_NAME_LEN);
	memset(greatest, 0xff, HASH_NAME_LEN);
	for (size_t i = 0; i < len; i++) {
		if (prefix[i] >= '0' && prefix[i] <= '9')
			digit = (unsigned)(prefix[i] - '0');
		else if ((prefix[i] | 0x20) >= 'a' && (prefix[i] | 0x20) <= 'f')
			digit = (unsigned)((prefix[i] | 0x20) - 'a') + 10;
		else
			return false;
		least[i / 2] |= (uint8_t)(i % 2 == 0 ? digit << 4 : digit);
		greatest[i / 2] &= (uint8_t)(i % 2 == 0 ? digit << 4 | 0x0f : digit | 0xf0);
	}
	return true;
}

int
item_find(struct replica *replica, const char *prefix, uint8_t ret_id[HASH_NAME_LEN])
{
	uint8_t least[HASH_NAME_LEN], greatest[HASH_NAME_LEN], id[HASH_NAME_LEN];
	struct rows rows;
	int found = 0;

	if (!read_prefix(prefix, least, greatest))
		return RS_EINVAL;
	rows = database_query(&replica->database,
	    "SELECT DISTINCT coalesce(head.item, named.item) FROM item AS named"
	    " LEFT JOIN item AS head ON head.id = named.head WHERE named.item BETWEEN ? AND ?"
	    " AND (named.shown OR named.head IS NOT NULL) LIMIT 2",
	    VALUES(DB_BLOB(least, sizeof(least)), DB_BLOB(greatest, sizeof(greatest))));
	for (; database_next(&rows); found++)
		memcpy(id, database_blob(&rows, 0).data, sizeof(id));
	if (database_end(&rows) != RS_OK)
		return rows.err;
	if (found != 1)
		return found == 0 ? RS_ENOTFOUND : RS_EAMBIGUOUS;
	memcpy(ret_id, id, sizeof(id));
	return RS_OK;
}

unsigned
item_prefix_length(struct replica *replica)
{
	int64_t digits;

	if (database_lookup(&replica->database,
	    "SELECT value FROM derived WHERE name = 'prefix'", NO_VALUES, &digits) != RS_OK)
		return ITEM_ROW_PREFIX_MIN;
	return (unsigned)digits;
}

/* One text for each index that can serve a list in its order. */
static const char *
list_sql(const struct item_filter *filter)
{
	if (filter->tag == NULL)
		return filter->archived ?
		    "SELECT" ITEM_ROW_COLUMNS "FROM item WHERE shown"
		    " ORDER BY saved_ms DESC, item DESC LIMIT ?1 OFFSET ?2" :
		    "SELECT" ITEM_ROW_COLUMNS "FROM item WHERE shown AND state = 0"
		    " ORDER BY saved_ms DESC, item DESC LIMIT ?1 OFFSET ?2";
	return "SELECT" ITEM_ROW_COLUMNS "FROM item_tag AS tagged"
	    " JOIN item ON item.id = tagged.item WHERE tagged.tag = ?3 AND shown"
	    " AND (state = 0 OR ?4) ORDER BY saved_ms DESC, item.item DESC LIMIT ?1 OFFSET ?2";
}

int
item_list(struct replica *replica, const struct item_filter *filter,
    bool (*on_item)(void *context, const struct item *item), void *context)
{
	struct item item;
	struct rows rows;

	rows = filter->tag == NULL ?
	    database_query(&replica->database, list_sql(filter),
	    VALUES(DB_INTEGER(filter->limit == 0 ? -1 : (int64_t)filter->limit),
	    DB_INTEGER(filter->offset))) :
	    database_query(&replica->database, list_sql(filter),
	    VALUES(DB_INTEGER(filter->limit == 0 ? -1 : (int64_t)filter->limit),
	    DB_INTEGER(filter->offset), DB_TEXT(bytes_of_text(filter->tag)),
	    DB_INTEGER(filter->archived)));
	while (database_next(&rows)) {
		item_row_read(&rows, &item);
		if (!on_item(context, &item))
			break;
	}
	return database_end(&rows);
}

int
item_get(struct replica *replica, const uint8_t *id,
    bool (*on_item)(void *context, const struct item *item), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT" ITEM_ROW_COLUMNS "FROM item"
	    " WHERE id = (SELECT coalesce(head, id) FROM item WHERE item = ?) AND shown",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	struct item item;
	bool found = database_next(&rows);

	if (found) {
		item_row_read(&rows, &item);
		(void)on_item(context, &item);
	}
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

int
item_extras(struct replica *replica, const uint8_t *id,
    bool (*on_extra)(void *context, const char *key, struct bytes value), void *context)
{
	/* '0' is the byte behind '/'. */
	struct rows rows = database_query(&replica->database,
	    "WITH head (id) AS (SELECT coalesce(head, id) FROM item WHERE item = ?)"
	    " SELECT field, value FROM register JOIN origin ON origin.id = register.origin"
	    " WHERE kind = 1 AND entity IN (SELECT item FROM item JOIN head USING (id)"
	    " UNION ALL SELECT item FROM item JOIN head ON head.id = item.head)"
	    " AND field > CAST('" EXTRA "' AS BLOB) AND field < CAST('extra0' AS BLOB)"
	    " AND value <> x'' ORDER BY field, register.clock DESC, origin.origin DESC",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	char key[ITEM_EXTRA_KEY_MAX + 1] = "";
	bool more = true;

	while (more && database_next(&rows)) {
		struct bytes field = database_blob(&rows, 0), value = database_blob(&rows, 1);
		struct bytes name = bytes_of(field.data + strlen(EXTRA), field.len - strlen(EXTRA));

		if (name.len > ITEM_EXTRA_KEY_MAX || !text_is_line(name) ||
		    bytes_equal(name, bytes_of_text(key)))
			continue;
		memcpy(key, name.data, name.len);
		key[name.len] = '\0';
		more = on_extra(context, key, value);
	}
	return database_end(&rows);
}
