#include <string.h>

#include "proto/replica/blob.h"
#include "proto/replica/derive.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/want.h"

/* Part `offset` of blob b is row b << OFFSET_BITS | offset: BLOB_MAX is 2^OFFSET_BITS. */
#define OFFSET_BITS 26
#define FIRST_PART(blob) ((blob) << OFFSET_BITS)

/*
 * Bytes of a part at most: four such rows fill a page of the vault.  A larger one would have
 * overflow pages, and of an article's few kilobytes half of the last one is empty.
 */
#define PART_LEN 997

struct entry {
	int64_t id;			/* 0: the blob is not known */
	uint64_t size;
	uint64_t received;
};

static int
find(struct replica *replica, const uint8_t *hash, struct entry *entry)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT id, size, received FROM blob WHERE hash = ?",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)));

	memset(entry, 0, sizeof(*entry));
	if (database_next(&rows)) {
		entry->id = database_integer(&rows, 0);
		entry->size = (uint64_t)database_integer(&rows, 1);
		entry->received = (uint64_t)database_integer(&rows, 2);
	}
	return database_end(&rows);
}

int
blob_known(struct replica *replica, const uint8_t *hash, uint64_t *ret_size, bool *ret_held)
{
	struct entry entry;
	int err = find(replica, hash, &entry);

	if (err != RS_OK)
		return err;
	*ret_size = entry.size;
	*ret_held = entry.id != 0 && entry.received == entry.size;
	return RS_OK;
}

int
blob_held(struct replica *replica, const uint8_t *hash, bool *ret_held)
{
	uint64_t size;

	return blob_known(replica, hash, &size, ret_held);
}

/* The size of a blob has come to be known, or no longer is: a bound reckons with it. */
static int
resized(struct replica *replica, const uint8_t *hash)
{
	return replica->limited ? want_refresh(replica, hash) : RS_OK;
}

static int
drop_parts(struct replica *replica, const struct entry *entry)
{
	return database_run(&replica->database,
	    "DELETE FROM blob_part WHERE id >= ? AND id < ?",
	    VALUES(DB_INTEGER(FIRST_PART(entry->id)), DB_INTEGER(FIRST_PART(entry->id + 1))));
}

/* Forget the blob: its bytes, if any, and what was known of it. */
static int
erase(struct replica *replica, const uint8_t *hash, const struct entry *entry)
{
	int err = drop_parts(replica, entry);

	if (err == RS_OK)
		err = database_run(&replica->database, "DELETE FROM blob WHERE id = ?",
		    VALUES(DB_INTEGER(entry->id)));
	return err == RS_OK ? resized(replica, hash) : err;
}

int
blob_forget(struct replica *replica, const uint8_t *hash)
{
	struct entry entry;
	int err = find(replica, hash, &entry);

	if (err != RS_OK || entry.id == 0 || entry.received == entry.size)
		return err;
	return erase(replica, hash, &entry);
}

/* -------------------------------------------------------------------- archives */

int64_t
blob_archive_mark(const uint8_t *archive)
{
	int64_t mark;

	memcpy(&mark, archive, sizeof(mark));
	return mark;
}

int
blob_set_archive(struct replica *replica, const uint8_t *hash, const uint8_t *archive)
{
	return database_run(&replica->database,
	    "UPDATE blob SET archive = ?1 WHERE hash = ?2 AND archive <> ?1",
	    VALUES(DB_INTEGER(archive == NULL ? 0 : blob_archive_mark(archive)),
	    DB_BLOB(hash, HASH_CONTENT_LEN)));
}

int
blob_on_archive(struct replica *replica, const uint8_t *hash, const uint8_t *archive,
    bool *ret_durable)
{
	int64_t durable;
	int err = database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM blob WHERE hash = ? AND archive = ?)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN), DB_INTEGER(blob_archive_mark(archive))),
	    &durable);

	if (err == RS_OK)
		*ret_durable = durable != 0;
	return err;
}

static int
empty(struct replica *replica, const uint8_t *hash)
{
	struct entry entry;
	int err = find(replica, hash, &entry);

	if (err == RS_OK)
		err = drop_parts(replica, &entry);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "UPDATE blob SET received = 0 WHERE id = ?", VALUES(DB_INTEGER(entry.id)));
	return err == RS_OK ? want_refresh(replica, hash) : err;
}

int
blob_give_up(struct replica *replica, const uint8_t (*hashes)[HASH_CONTENT_LEN], size_t count)
{
	int err = RS_OK;
	size_t i;

	/* An entry leaves the index by the text that it was made of. */
	for (i = 0; i < count && err == RS_OK; i++)
		err = item_row_lose_article(replica, hashes[i]);
	if (err == RS_OK)
		err = index_settle(replica);
	for (i = 0; i < count && err == RS_OK; i++)
		err = empty(replica, hashes[i]);
	return err;
}

/* ------------------------------------------------------- what nothing names any more */

int
blob_register(struct replica *replica)
{
	return database_script(&replica->database,
	    "CREATE TEMPORARY TABLE spare (hash BLOB PRIMARY KEY) WITHOUT ROWID");
}

static int
is_named(struct replica *replica, const uint8_t *hash, bool *ret_named)
{
	int64_t named;
	int err = database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM reading WHERE article = ?1)"
	    " OR EXISTS (SELECT 1 FROM fetch WHERE page = ?1)"
	    " OR EXISTS (SELECT 1 FROM image WHERE blob = ?1)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)), &named);

	if (err == RS_OK)
		*ret_named = named != 0;
	return err;
}

int
blob_unnamed(struct replica *replica, const uint8_t *hash)
{
	bool named;
	int err = is_named(replica, hash, &named);

	/* Whoever takes the last name away later calls this then. */
	if (err != RS_OK || named)
		return err;
	return database_run(&replica->database,
	    "INSERT OR IGNORE INTO temp.spare (hash) VALUES (?)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)));
}

/* Drop a blob that nothing names any more. */
static int
drop(struct replica *replica, const uint8_t *hash)
{
	struct entry entry;
	bool named;
	int err = is_named(replica, hash, &named);

	if (err != RS_OK || named)
		return err;
	err = find(replica, hash, &entry);
	/* A peer that is sending it goes on from where it is. */
	if (err != RS_OK || entry.id == 0 ||
	    (entry.received > 0 && entry.received < entry.size))
		return err;
	err = erase(replica, hash, &entry);
	return err == RS_OK ? want_refresh(replica, hash) : err;
}

int
blob_settle(struct replica *replica)
{
	struct rows rows = database_query(&replica->database, "SELECT hash FROM temp.spare",
	    NO_VALUES);
	bool any = false;

	while (database_next(&rows)) {
		any = true;
		rows.err = drop(replica, database_blob(&rows, 0).data);
	}
	if (database_end(&rows) != RS_OK || !any)
		return rows.err;
	return database_run(&replica->database, "DELETE FROM temp.spare", NO_VALUES);
}

/* -------------------------------------------------------------------- receiving */

/* Note how much is here of the blob ${hash}, which may have been unknown. */
static int
put(struct replica *replica, const uint8_t *hash, struct entry *entry, uint64_t received)
{
	int err;

	if (entry->id != 0)
		return database_run(&replica->database,
		    "UPDATE blob SET received = ? WHERE id = ?",
		    VALUES(DB_INTEGER(received), DB_INTEGER(entry->id)));
	err = database_insert(&replica->database,
	    "INSERT INTO blob (hash, size, received) VALUES (?, ?, ?)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN), DB_INTEGER(entry->size),
	    DB_INTEGER(received)), &entry->id);
	return err == RS_OK ? resized(replica, hash) : err;
}

/* Put what comes next into parts, of one size to a byte, so that no page has an odd one. */
static int
append(struct replica *replica, const uint8_t *hash, struct entry *entry, struct bytes data)
{
	size_t parts = (data.len + PART_LEN - 1) / PART_LEN, len;
	int err = put(replica, hash, entry, entry->received + data.len);

	for (; parts > 0 && err == RS_OK; parts--) {
		len = (data.len + parts - 1) / parts;
		err = database_run(&replica->database,
		    "INSERT INTO blob_part (id, data) VALUES (?, ?)",
		    VALUES(DB_INTEGER(FIRST_PART(entry->id) | (int64_t)entry->received),
		    DB_BLOB(data.data, len)));
		entry->received += len;
		data = bytes_of(data.data + len, data.len - len);
	}
	return err;
}

static int
completed(struct replica *replica, const uint8_t *hash)
{
	replica->change.blobs = true;
	return derive_blob(replica, hash);
}

int
blob_put(struct replica *replica, struct bytes content, uint8_t ret_hash[HASH_CONTENT_LEN])
{
	struct entry entry;
	uint8_t hash[HASH_CONTENT_LEN];
	bool held;
	int err;

	if (content.len > BLOB_MAX)
		return RS_ELIMIT;
	hash_content(content, hash);
	err = blob_held(replica, hash, &held);
	if (err == RS_OK && !held) {
		err = blob_forget(replica, hash);
		entry = (struct entry){ .size = content.len };
		if (err == RS_OK)
			err = append(replica, hash, &entry, content);
		if (err == RS_OK)
			err = completed(replica, hash);
	}
	if (err == RS_OK)
		memcpy(ret_hash, hash, sizeof(hash));
	return err;
}

int
blob_put_packed(struct replica *replica, struct bytes content,
    uint8_t ret_hash[HASH_CONTENT_LEN])
{
	struct buffer frame;
	int err;

	if (content.len > BLOB_MAX)
		return RS_ELIMIT;
	/* zstd's bound on what its frame adds to bytes that do not shrink. */
	buffer_init(&frame, BLOB_MAX + (BLOB_MAX >> 8) + 64);
	err = pack_compress(replica->pack, content, &frame);
	if (err == RS_OK)
		err = blob_put(replica, buffer_bytes(&frame), ret_hash);
	buffer_release(&frame);
	return err;
}

/*
 * Hand up to ${max} bytes from ${offset} on, of what has been received, to on_part, piece by
 * piece; it returns 0 or an error that ends this.
 */
static int
each_part(struct replica *replica, const struct entry *entry, uint64_t offset, uint64_t max,
    int (*on_part)(void *context, struct bytes part), void *context)
{
	int64_t first = FIRST_PART(entry->id), at = first | (int64_t)offset;
	struct bytes part;
	struct rows rows;
	uint64_t skip;

	if (offset >= entry->received || max == 0)
		return RS_OK;
	if (max > entry->received - offset)
		max = entry->received - offset;
	rows = database_query(&replica->database,
	    "SELECT id, data FROM blob_part WHERE id >="
	    " (SELECT max(id) FROM blob_part WHERE id <= ?1) AND id < ?1 + ?2 ORDER BY id",
	    VALUES(DB_INTEGER(at), DB_INTEGER(max)));
	while (max > 0 && database_next(&rows)) {
		part = database_blob(&rows, 1);
		skip = (uint64_t)(at - database_integer(&rows, 0));
		if (skip >= part.len) {
			rows.err = RS_EDAMAGED;
			break;
		}
		part = bytes_of(part.data + skip, part.len - skip);
		if (part.len > max)
			part.len = max;
		rows.err = on_part(context, part);
		at += (int64_t)part.len;
		max -= part.len;
	}
	return database_end(&rows);
}

static int
append_to_buffer(void *context, struct bytes part)
{
	return buffer_append(context, part.data, part.len);
}

int
blob_read(struct replica *replica, const uint8_t *hash, uint64_t offset, size_t max,
    struct buffer *out, uint64_t *ret_size)
{
	struct entry entry;
	int err;

	err = find(replica, hash, &entry);
	if (err != RS_OK)
		return err;
	if (entry.id == 0 || entry.received != entry.size)
		return RS_ENOTFOUND;
	err = each_part(replica, &entry, offset, max, append_to_buffer, out);
	if (err == RS_OK)
		*ret_size = entry.size;
	return err;
}

int
blob_get(struct replica *replica, const uint8_t *hash, struct buffer *out)
{
	uint64_t size;

	return blob_read(replica, hash, 0, BLOB_MAX, out, &size);
}

int
blob_get_packed(struct replica *replica, const uint8_t *hash, struct buffer *out)
{
	struct buffer frame;
	int err;

	buffer_init(&frame, BLOB_MAX);
	err = blob_get(replica, hash, &frame);
	if (err == RS_OK)
		err = pack_decompress(replica->pack, buffer_bytes(&frame), out);
	buffer_release(&frame);
	return err;
}

static int
add_to_hash(void *context, struct bytes part)
{
	hash_stream_add(context, part);
	return RS_OK;
}

/* Tell whether what was received and the ${last} piece have the hash that names them. */
static int
verify(struct replica *replica, const uint8_t *hash, const struct entry *entry,
    struct bytes last, bool *ret_good)
{
	uint8_t found[HASH_CONTENT_LEN];
	struct hash_stream stream;
	int err;

	hash_stream_begin(&stream);
	err = each_part(replica, entry, 0, BLOB_MAX, add_to_hash, &stream);
	hash_stream_add(&stream, last);
	hash_stream_end(&stream, found);
	if (err == RS_OK)
		*ret_good = memcmp(found, hash, sizeof(found)) == 0;
	return err;
}

/*
 * Begin this blob again: what is here of it is not what its hash says, or not of the
 * size that the peer says.  The caller rolls back, hence `spoiled`.
 */
static int
spoil(struct replica *replica, const uint8_t *hash)
{
	int err = blob_forget(replica, hash);

	replica->spoiled = true;
	memcpy(replica->spoiled_hash, hash, HASH_CONTENT_LEN);
	return err == RS_OK ? RS_EPROTOCOL : err;
}

int
blob_receive(struct replica *replica, const uint8_t *hash, uint64_t offset, uint64_t size,
    struct bytes data, bool *ret_complete)
{
	struct entry entry;
	uint64_t known;
	bool good;
	int err;

	/* A piece without bytes brings nothing on, save the one of an empty blob. */
	if (size > BLOB_MAX || offset > size || data.len > size - offset ||
	    (data.len == 0 && size > 0))
		return RS_EPROTOCOL;
	err = find(replica, hash, &entry);
	if (err != RS_OK)
		return err;
	if (entry.id != 0 && entry.received == entry.size) {
		*ret_complete = true;
		return RS_OK;
	}
	if (entry.id != 0 && entry.size != size)
		return spoil(replica, hash);
	if (offset > entry.received)
		return RS_EPROTOCOL;
	/* Another peer, which sends the same blob, may be ahead of this one. */
	known = entry.received - offset;
	if (known >= data.len && size > 0) {
		*ret_complete = false;
		return RS_OK;
	}
	data = bytes_of(data.data + known, data.len - known);
	entry.size = size;
	if (entry.received + data.len < size) {
		err = append(replica, hash, &entry, data);
		if (err == RS_OK)
			*ret_complete = false;
		return err;
	}
	/* The last piece is looked at first: a whole blob in the table is a good one. */
	err = verify(replica, hash, &entry, data, &good);
	if (err == RS_OK && !good)
		return spoil(replica, hash);
	if (err == RS_OK)
		err = append(replica, hash, &entry, data);
	if (err == RS_OK)
		err = completed(replica, hash);
	if (err == RS_OK)
		*ret_complete = true;
	return err;
}

int
blob_wants(struct replica *replica,
    bool (*on_want)(void *context, const uint8_t *hash, uint64_t offset), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT want.hash, coalesce(blob.received, 0) FROM want"
	    " LEFT JOIN blob ON blob.hash = want.hash WHERE kept AND NOT held"
	    " ORDER BY want.rank, want.saved_ms DESC, want.hash", NO_VALUES);

	while (database_next(&rows))
		if (!on_want(context, database_blob(&rows, 0).data,
		    (uint64_t)database_integer(&rows, 1)))
			break;
	return database_end(&rows);
}

uint64_t
blob_wanted(struct replica *replica)
{
	int64_t count;

	/* Counted once, then kept up to date: a first sync asks after each batch. */
	if (replica->wanted < 0 && database_lookup(&replica->database,
	    "SELECT count(*) FROM want WHERE kept AND NOT held", NO_VALUES, &count) == RS_OK)
		replica->wanted = count;
	return replica->wanted < 0 ? 0 : (uint64_t)replica->wanted;
}
