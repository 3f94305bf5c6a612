#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/record/canonical_url.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/text.h"

/* The fields of an item that say what only another program understands. */
#define EXTRA "extra/"

/* -------------------------------------------------------------------- writing */

static int
write_text(struct replica *replica, const uint8_t *id, const char *field, const char *text)
{
	return replica_write(replica, RECORD_ITEM, id, field, bytes_of_text(text));
}

static bool
is_tag(const char *tag)
{
	struct bytes text = bytes_of_text(tag);

	return text.len > 0 && text.len <= ITEM_TAG_MAX && text_is_line(text);
}

static int
write_tag(struct replica *replica, const uint8_t *id, const char *tag, bool present)
{
	char field[sizeof("tag/") + ITEM_TAG_MAX];

	snprintf(field, sizeof(field), "tag/%s", tag);
	return write_text(replica, id, field, present ? "1" : "0");
}

/* Set ${ret_state} to the state of the item; RS_ENOTFOUND when it is not shown. */
static int
find_shown(struct replica *replica, const uint8_t *id, int64_t *ret_state)
{
	return database_lookup(&replica->database,
	    "SELECT state FROM item WHERE item = ? AND shown",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), ret_state);
}

/* Tell whether the item was ever saved, here or elsewhere, and how it stands. */
static int
find_known(struct replica *replica, const uint8_t *id, int64_t *ret_state)
{
	return database_lookup(&replica->database, "SELECT state FROM item WHERE item = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), ret_state);
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

/* Write what ${save} adds to an item, new or not. */
static int
write_save(struct replica *replica, const uint8_t *id, struct bytes url,
    const struct item_save *save, bool *ret_new)
{
	int64_t state;
	int err, found = find_shown(replica, id, &state);

	err = found == RS_ENOTFOUND ? write_new(replica, id, url, save) : found;
	for (size_t i = 0; i < save->tag_count && err == RS_OK; i++)
		err = write_tag(replica, id, save->tags[i], true);
	if (err == RS_OK)
		*ret_new = found == RS_ENOTFOUND;
	return err;
}

int
item_save(struct replica *replica, const char *url, const struct item_save *save,
    uint8_t ret_id[HASH_NAME_LEN], bool *ret_new, struct rs_err_detail *detail)
{
	struct bytes given = bytes_of_text(url);
	uint8_t id[HASH_NAME_LEN];
	struct buffer canonical;
	int64_t state;
	int err;

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
	if (!text_is_line(given) || strchr(url, ' ') != NULL || given.len > CANONICAL_URL_MAX)
		given = buffer_bytes(&canonical);
	err = save->only_new ? find_known(replica, id, &state) : RS_ENOTFOUND;
	if (err == RS_OK)
		*ret_new = false;
	else if (err == RS_ENOTFOUND)
		err = write_save(replica, id, given, save, ret_new);
	if (err == RS_OK)
		memcpy(ret_id, id, sizeof(id));
out:
	buffer_release(&canonical);
	return err;
}

int
item_set_state(struct replica *replica, const uint8_t *id, enum item_state state)
{
	int64_t old;
	int err = find_shown(replica, id, &old);

	if (err != RS_OK)
		return err;
	return write_text(replica, id, "state", state == ITEM_ARCHIVED ? "archived" : "unread");
}

int
item_tag(struct replica *replica, const uint8_t *id, const char *tag, bool present)
{
	int64_t state;
	int err;

	if (!is_tag(tag))
		return RS_EINVAL;
	err = find_shown(replica, id, &state);
	return err == RS_OK ? write_tag(replica, id, tag, present) : err;
}

int
item_remove(struct replica *replica, const uint8_t *id)
{
	int64_t state;
	int err = find_shown(replica, id, &state);

	return err == RS_OK ? write_text(replica, id, "present", "0") : err;
}

int
item_set_title(struct replica *replica, const uint8_t *id, const char *title)
{
	int64_t state;
	int err;

	if (strlen(title) > ITEM_TITLE_MAX || !text_is_line(bytes_of_text(title)))
		return RS_EINVAL;
	err = find_shown(replica, id, &state);
	return err == RS_OK ? write_text(replica, id, "title", title) : err;
}

int
item_star(struct replica *replica, const uint8_t *id, bool starred)
{
	int64_t state;
	int err = find_shown(replica, id, &state);

	return err == RS_OK ? write_text(replica, id, "starred", starred ? "1" : "0") : err;
}

int
item_set_extra(struct replica *replica, const uint8_t *id, const char *key,
    struct bytes value)
{
	char field[sizeof(EXTRA) + ITEM_EXTRA_KEY_MAX];
	struct bytes name = bytes_of_text(key);
	int64_t state;
	int err;

	if (name.len == 0 || name.len > ITEM_EXTRA_KEY_MAX || !text_is_line(name))
		return RS_EINVAL;
	if (value.len > RECORD_VALUE_MAX)
		return RS_ELIMIT;
	err = find_shown(replica, id, &state);
	if (err != RS_OK)
		return err;
	snprintf(field, sizeof(field), EXTRA "%s", key);
	return replica_write(replica, RECORD_ITEM, id, field, value);
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
	    "SELECT item FROM item WHERE item BETWEEN ? AND ? AND shown LIMIT 2",
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
	    "SELECT" ITEM_ROW_COLUMNS "FROM item WHERE item = ? AND shown",
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
	    "SELECT field, value FROM register WHERE kind = ? AND entity = ?"
	    " AND field > CAST('" EXTRA "' AS BLOB) AND field < CAST('extra0' AS BLOB)"
	    " ORDER BY field",
	    VALUES(DB_INTEGER(RECORD_ITEM), DB_BLOB(id, HASH_NAME_LEN)));
	char key[ITEM_EXTRA_KEY_MAX + 1];
	bool more = true;

	while (more && database_next(&rows)) {
		struct bytes field = database_blob(&rows, 0), value = database_blob(&rows, 1);
		struct bytes name = bytes_of(field.data + strlen(EXTRA), field.len - strlen(EXTRA));

		if (name.len > ITEM_EXTRA_KEY_MAX || !text_is_line(name) || value.len == 0)
			continue;
		memcpy(key, name.data, name.len);
		key[name.len] = '\0';
		more = on_extra(context, key, value);
	}
	return database_end(&rows);
}
