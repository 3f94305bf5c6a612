#include <stdlib.h>
#include <string.h>

#include "proto/base/utf8.h"
#include "proto/record/article.h"
#include "proto/replica/alias.h"
#include "proto/replica/blob.h"
#include "proto/replica/image.h"
#include "proto/replica/image_work.h"
#include "proto/replica/internal.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"
#include "proto/replica/value.h"

enum {
	/* A page can claim any text; what is kept of it in a reading, in bytes. */
	NAME_MAX_LEN = 200,
	TEXT_MAX_LEN = 1000,
	URL_MAX_LEN = 4096,
	AUTHORS_MAX = 16,
	EVIDENCE_MAX = 32
};

/* ---------------------------------------------------------------- the registers */

/* A reading that came without a verdict says nothing of its copy, in a verdict. */
static int
complete(Readsync__Reading *reading)
{
	if (reading->verdict != NULL)
		return RS_OK;
	reading->verdict = malloc(sizeof(*reading->verdict));
	if (reading->verdict == NULL)
		return RS_ENOMEM;
	readsync__verdict__init(reading->verdict);
	return RS_OK;
}

int
reading_unpack(struct bytes value, Readsync__Reading **ret_reading)
{
	ProtobufCMessage *message;
	Readsync__Reading *reading;
	int err;

	err = value_unpack(&readsync__reading__descriptor, value, &message);
	if (err != RS_OK)
		return err;
	reading = (Readsync__Reading *)message;
	if (reading->item.len != HASH_NAME_LEN || reading->fetch.len != HASH_NAME_LEN ||
	    (reading->article.len != 0 && reading->article.len != HASH_CONTENT_LEN)) {
		readsync__reading__free_unpacked(reading, NULL);
		return RS_EPROTOCOL;
	}
	err = complete(reading);
	if (err != RS_OK) {
		readsync__reading__free_unpacked(reading, NULL);
		return err;
	}
	*ret_reading = reading;
	return RS_OK;
}

int
reading_unpack_fetch(struct bytes value, Readsync__Fetch **ret_fetch)
{
	ProtobufCMessage *message;
	Readsync__Fetch *fetch;
	int err;

	err = value_unpack(&readsync__fetch__descriptor, value, &message);
	if (err != RS_OK)
		return err;
	fetch = (Readsync__Fetch *)message;
	if (fetch->item.len != HASH_NAME_LEN ||
	    (fetch->page.len != 0 && fetch->page.len != HASH_CONTENT_LEN)) {
		readsync__fetch__free_unpacked(fetch, NULL);
		return RS_EPROTOCOL;
	}
	*ret_fetch = fetch;
	return RS_OK;
}

/* --------------------------------------------------------------------- fetches */

static int
check_item(struct replica *replica, struct bytes item)
{
	int64_t shown;

	if (item.len != HASH_NAME_LEN)
		return RS_EINVAL;
	return database_lookup(&replica->database, "SELECT 1 FROM item"
	    " WHERE item = ? AND (shown OR head IS NOT NULL)",
	    VALUES(DB_BYTES(item)), &shown);
}

int
reading_put_fetch(struct replica *replica, const uint8_t id[HASH_NAME_LEN],
    const Readsync__Fetch *fetch, struct bytes page)
{
	Readsync__Fetch stored = *fetch;
	uint8_t hash[HASH_CONTENT_LEN];
	int err;

	/* It is read back by the rules for what a peer sends: see unpack.h. */
	if (!utf8_valid(bytes_of_text(fetch->url)) ||
	    !utf8_valid(bytes_of_text(fetch->final_url)) ||
	    !utf8_valid(bytes_of_text(fetch->content_type)) ||
	    !utf8_valid(bytes_of_text(fetch->referrer_policy)) ||
	    (fetch->page.len != 0 && fetch->page.len != HASH_CONTENT_LEN))
		return RS_EINVAL;
	err = check_item(replica, bytes_of(fetch->item.data, fetch->item.len));
	if (err == RS_OK && page.len > 0) {
		err = blob_put_packed(replica, page, hash);
		stored.page = (ProtobufCBinaryData){ sizeof(hash), hash };
		stored.page_size = page.len;
	}
	if (err == RS_OK)
		err = value_write(replica, RECORD_FETCH, id, "fetch", &stored.base);
	return err;
}

int
reading_add_fetch(struct replica *replica, const Readsync__Fetch *fetch, struct bytes page,
    uint8_t ret_id[HASH_NAME_LEN])
{
	Readsync__Fetch fresh = *fetch;
	uint8_t id[HASH_NAME_LEN];
	int err;

	fresh.page = (ProtobufCBinaryData){ 0, NULL };
	fresh.page_size = 0;
	random_fill(replica->random, id, sizeof(id));
	err = reading_put_fetch(replica, id, &fresh, page);
	if (err == RS_OK)
		memcpy(ret_id, id, sizeof(id));
	return err;
}

int
reading_get_fetch(struct replica *replica, const uint8_t *id, Readsync__Fetch **ret_fetch)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_FETCH, id, bytes_of_text("fetch"), &value, NULL);
	if (err == RS_OK)
		err = reading_unpack_fetch(buffer_bytes(&value), ret_fetch);
	buffer_release(&value);
	return err;
}

/* -------------------------------------------------------------- adding a reading */

/* What a reading points to, cut to what a register can hold. */
struct parts {
	char title[TEXT_MAX_LEN + 1];
	char site_name[NAME_MAX_LEN + 1];
	char excerpt[TEXT_MAX_LEN + 1];
	char refusal[TEXT_MAX_LEN + 1];
	char language[NAME_MAX_LEN + 1];
	char canonical_url[URL_MAX_LEN + 1];
	char author[AUTHORS_MAX][NAME_MAX_LEN + 1];
	char *authors[AUTHORS_MAX];
	Readsync__Verdict verdict;
	uint8_t article[HASH_CONTENT_LEN];
};

/* Copy as much of ${text} as fits ${size} into ${out}, as one line of whole characters. */
static char *
cut(char *out, size_t size, const char *text)
{
	struct bytes all = bytes_of_text(text);
	uint32_t point;
	size_t len, at = 0;

	while (at < all.len && (len = utf8_character(all, at, &point)) > 0 && at + len < size) {
		memcpy(out + at, all.data + at, len);
		/* Of U+0080 to U+009F, two bytes, both become spaces. */
		if (point < 0x20 || (point >= 0x7f && point < 0xa0))
			memset(out + at, ' ', len);
		at += len;
	}
	out[at] = '\0';
	return out;
}

static void
fill_from_article(Readsync__Reading *reading, const Readsync__Article *article,
    struct parts *parts)
{
	reading->title = cut(parts->title, sizeof(parts->title), article->title);
	reading->site_name = cut(parts->site_name, sizeof(parts->site_name), article->site_name);
	reading->excerpt = cut(parts->excerpt, sizeof(parts->excerpt), article->excerpt);
	reading->language = cut(parts->language, sizeof(parts->language), article->language);
	/* A URL that is cut is another URL. */
	if (strlen(article->canonical_url) <= URL_MAX_LEN)
		reading->canonical_url = cut(parts->canonical_url, sizeof(parts->canonical_url),
		    article->canonical_url);
	reading->n_authors = article->n_authors < AUTHORS_MAX ? article->n_authors : AUTHORS_MAX;
	for (size_t i = 0; i < reading->n_authors; i++)
		parts->authors[i] = cut(parts->author[i], sizeof(parts->author[i]),
		    article->authors[i]);
	reading->authors = parts->authors;
	reading->published_ms = article->published_ms;
	reading->words = article_words(article);
}

static int
store_article(struct replica *replica, const Readsync__Article *article,
    uint8_t hash[HASH_CONTENT_LEN], uint64_t *ret_size)
{
	struct buffer packed;
	int err;

	buffer_init(&packed, ARTICLE_PACKED_MAX);
	err = article_pack(article, &packed);
	if (err == RS_OK)
		err = blob_put_packed(replica, buffer_bytes(&packed), hash);
	if (err == RS_OK)
		*ret_size = packed.len;
	buffer_release(&packed);
	return err;
}

void
reading_name(const uint8_t *fetch, uint32_t extractor, uint8_t ret_id[HASH_NAME_LEN])
{
	uint8_t version[4] = { (uint8_t)extractor, (uint8_t)(extractor >> 8),
	    (uint8_t)(extractor >> 16), (uint8_t)(extractor >> 24) };
	struct bytes parts[] = { bytes_of_text("reading"), bytes_of(fetch, HASH_NAME_LEN),
	    bytes_of(version, sizeof(version)) };

	hash_name(bytes_of(NULL, 0), parts, 3, ret_id);
}

/* Fill in ${reading} what the verdict and the article add to it, and store the article. */
static int
fill(struct replica *replica, Readsync__Reading *reading, const Readsync__Article *article,
    const Readsync__Verdict *verdict, struct parts *parts)
{
	int err;

	parts->verdict = *verdict;
	if (parts->verdict.n_evidence > EVIDENCE_MAX)
		parts->verdict.n_evidence = EVIDENCE_MAX;
	reading->verdict = &parts->verdict;
	if (article == NULL)
		return RS_OK;
	fill_from_article(reading, article, parts);
	if (article->n_blocks == 0)
		return RS_OK;
	err = store_article(replica, article, parts->article, &reading->article_size);
	reading->article = (ProtobufCBinaryData){ HASH_CONTENT_LEN, parts->article };
	return err;
}

static bool
has_image(const Readsync__Article *article)
{
	for (size_t i = 0; i < article->n_blocks; i++) {
		if (article->blocks[i]->kind == READSYNC__BLOCK__KIND__IMAGE)
			return true;
	}
	return false;
}

/* What an archive keeps, it fetches the images of. */
static int
owe_images(struct replica *replica, const uint8_t *id, const Readsync__Article *article)
{
	int err;

	if (!has_image(article))
		return RS_OK;
	err = image_inherit(replica, id, article);
	return err == RS_OK ? image_work_queue(replica, id) : err;
}

int
reading_add(struct replica *replica, const uint8_t *fetch, uint32_t extractor,
    const Readsync__Article *article, const Readsync__Verdict *verdict, const char *refusal,
    uint8_t ret_id[HASH_NAME_LEN])
{
	Readsync__Reading reading = READSYNC__READING__INIT;
	Readsync__Fetch *got = NULL;
	uint8_t id[HASH_NAME_LEN];
	struct parts parts;
	int err;

	err = reading_get_fetch(replica, fetch, &got);
	if (err != RS_OK)
		return err;
	reading_name(fetch, extractor, id);
	reading.item = got->item;
	reading.fetch = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)fetch };
	reading.extractor = extractor;
	reading.at_ms = clock_now_ms(replica->clock);
	reading.refusal = cut(parts.refusal, sizeof(parts.refusal),
	    refusal == NULL ? "" : refusal);
	err = fill(replica, &reading, article, verdict, &parts);
	if (err == RS_OK)
		err = value_write(replica, RECORD_READING, id, "reading", &reading.base);
	if (err == RS_OK && replica->role == REPLICA_ARCHIVE && reading.article.len > 0 &&
	    verdict->copy > READSYNC__COPY__COPY_BLOCKED)
		err = alias_claim(replica, got->item.data, got->url, got->final_url,
		    reading.canonical_url);
	if (err == RS_OK && replica->role == REPLICA_ARCHIVE && article != NULL)
		err = owe_images(replica, id, article);
	readsync__fetch__free_unpacked(got, NULL);
	if (err == RS_OK)
		memcpy(ret_id, id, sizeof(id));
	return err;
}

int
reading_put(struct replica *replica, const Readsync__Reading *reading, struct bytes article)
{
	Readsync__Reading stored = *reading;
	uint8_t hash[HASH_CONTENT_LEN], id[HASH_NAME_LEN];
	int err = RS_OK;

	if (reading->item.len != HASH_NAME_LEN || reading->fetch.len != HASH_NAME_LEN ||
	    (reading->article.len != 0 && reading->article.len != HASH_CONTENT_LEN))
		return RS_EINVAL;
	if (article.len > 0) {
		err = blob_put_packed(replica, article, hash);
		stored.article = (ProtobufCBinaryData){ sizeof(hash), hash };
		stored.article_size = article.len;
	}
	reading_name(reading->fetch.data, reading->extractor, id);
	if (err == RS_OK)
		err = value_write(replica, RECORD_READING, id, "reading", &stored.base);
	return err;
}

/* --------------------------------------------------------------------- questions */

bool
reading_better(Readsync__Copy copy, uint32_t words, Readsync__Copy best_copy,
    uint32_t longest)
{
	if (copy != best_copy)
		return copy > best_copy;
	return (uint64_t)words * 100 >= (uint64_t)longest * READING_KEEP_PERCENT;
}

int
reading_get(struct replica *replica, const uint8_t *id, Readsync__Reading **ret_reading)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_READING, id, bytes_of_text("reading"), &value, NULL);
	if (err == RS_OK)
		err = reading_unpack(buffer_bytes(&value), ret_reading);
	buffer_release(&value);
	return err;
}

/* Tell of the readings of ${fetch} whether there is one, and the latest version that made one. */
static int
newest_extractor(struct replica *replica, const uint8_t *fetch, bool *ret_any,
    uint32_t *ret_extractor)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT reading FROM reading WHERE fetch = ?",
	    VALUES(DB_BLOB(fetch, HASH_NAME_LEN)));
	Readsync__Reading *reading;

	*ret_any = false;
	*ret_extractor = 0;
	while (database_next(&rows)) {
		rows.err = reading_get(replica, database_blob(&rows, 0).data, &reading);
		if (rows.err != RS_OK)
			break;
		*ret_any = true;
		if (reading->extractor > *ret_extractor)
			*ret_extractor = reading->extractor;
		readsync__reading__free_unpacked(reading, NULL);
	}
	return database_end(&rows);
}

int
reading_stale(struct replica *replica, uint32_t extractor, const uint8_t *after,
    uint8_t ret_fetch[HASH_NAME_LEN])
{
	uint8_t fetch[HASH_NAME_LEN];
	uint32_t newest = extractor;
	bool any = false;
	struct rows rows = database_query(&replica->database,
	    "SELECT fetch FROM fetch JOIN item ON item.id = fetch.item"
	    " JOIN blob ON blob.hash = fetch.page AND blob.received = blob.size"
	    " WHERE fetch > ? AND shown ORDER BY fetch",
	    VALUES(DB_BLOB(after, HASH_NAME_LEN)));

	while ((!any || newest >= extractor) && database_next(&rows)) {
		memcpy(fetch, database_blob(&rows, 0).data, sizeof(fetch));
		rows.err = newest_extractor(replica, fetch, &any, &newest);
	}
	if (database_end(&rows) != RS_OK)
		return rows.err;
	if (!any || newest >= extractor)
		return RS_ENOTFOUND;
	memcpy(ret_fetch, fetch, sizeof(fetch));
	return RS_OK;
}

/* As reading_get, with the reader's own verdict in place of that which was given. */
static int
get_marked(struct replica *replica, const uint8_t *id, Readsync__Reading **ret_reading)
{
	Readsync__Copy marked;
	int err = reading_marked(replica, id, &marked);

	if (err == RS_OK)
		err = reading_get(replica, id, ret_reading);
	if (err == RS_OK && marked != READSYNC__COPY__COPY_UNKNOWN)
		(*ret_reading)->verdict->copy = marked;
	return err;
}

int
reading_best(struct replica *replica, const uint8_t *item, Readsync__Reading **ret_reading)
{
	uint8_t id[HASH_NAME_LEN];
	struct rows rows = database_query(&replica->database,
	    "SELECT reading.reading FROM item JOIN reading ON reading.id = item.best"
	    " WHERE item.id = (SELECT coalesce(head, id) FROM item WHERE item = ?)",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	bool found = database_next(&rows);

	if (found)
		memcpy(id, database_blob(&rows, 0).data, sizeof(id));
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? get_marked(replica, id, ret_reading) : RS_ENOTFOUND;
}

/* What the register of the reader's own verdict says. */
static const char *const marks[] = {
	[READSYNC__COPY__COPY_UNKNOWN] = "none",
	[READSYNC__COPY__COPY_BLOCKED] = "blocked",
	[READSYNC__COPY__COPY_TEASER] = "teaser",
	[READSYNC__COPY__COPY_PARTIAL] = "partial",
	[READSYNC__COPY__COPY_FULL] = "full"
};

int
reading_marked(struct replica *replica, const uint8_t *id, Readsync__Copy *ret_copy)
{
	struct buffer value;
	int copy = READSYNC__COPY__COPY_FULL, err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_READING, id, bytes_of_text("verdict"), &value, NULL);
	if (err == RS_OK || err == RS_ENOTFOUND) {
		while (copy > 0 && !bytes_equal(buffer_bytes(&value), bytes_of_text(marks[copy])))
			copy--;
		*ret_copy = (Readsync__Copy)copy;
		err = RS_OK;
	}
	buffer_release(&value);
	return err;
}

int
reading_judged(struct replica *replica, const Readsync__Reading *best,
    Readsync__Copy *ret_marked, Readsync__Copy *ret_judged)
{
	uint8_t id[HASH_NAME_LEN];
	Readsync__Reading *reading = NULL;
	int err;

	reading_name(best->fetch.data, best->extractor, id);
	err = reading_get(replica, id, &reading);
	if (err == RS_OK)
		err = reading_marked(replica, id, ret_marked);
	if (err == RS_OK)
		*ret_judged = reading->verdict->copy;
	readsync__reading__free_unpacked(reading, NULL);
	return err;
}

int
reading_mark(struct replica *replica, const uint8_t *id, Readsync__Copy copy)
{
	int64_t there;
	int err = database_lookup(&replica->database, "SELECT 1 FROM reading WHERE reading = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), &there);

	if (err != RS_OK)
		return err;
	return replica_write(replica, RECORD_READING, id, "verdict", bytes_of_text(marks[copy]));
}

int
reading_list(struct replica *replica, const uint8_t *item,
    bool (*on_reading)(void *context, const Readsync__Reading *reading, bool best), void *context)
{
	Readsync__Reading *reading;
	bool more = true;
	struct rows rows = database_query(&replica->database,
	    "SELECT reading.reading, reading.id = item.best FROM item"
	    " JOIN reading ON reading.item = item.id"
	    " WHERE item.id = (SELECT coalesce(head, id) FROM item WHERE item = ?)"
	    " ORDER BY reading.at_ms DESC, reading.reading DESC",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));

	while (more && database_next(&rows)) {
		rows.err = reading_get(replica, database_blob(&rows, 0).data, &reading);
		if (rows.err != RS_OK)
			break;
		more = on_reading(context, reading, database_integer(&rows, 1) != 0);
		readsync__reading__free_unpacked(reading, NULL);
	}
	return database_end(&rows);
}

int
reading_preferred(struct replica *replica, const uint8_t *item, struct buffer *out)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT value FROM register JOIN origin ON origin.id = register.origin"
	    " WHERE kind = 1 AND field = CAST('prefer' AS BLOB) AND entity IN"
	    " (SELECT item FROM item"
	    " WHERE id = (SELECT coalesce(head, id) FROM item WHERE item = ?1)"
	    " UNION ALL SELECT item FROM item"
	    " WHERE head = (SELECT coalesce(head, id) FROM item WHERE item = ?1))"
	    " AND value <> x'' ORDER BY register.clock DESC, origin.origin DESC LIMIT 1",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	struct bytes value;
	bool any = database_next(&rows);
	int err;

	if (any) {
		value = database_blob(&rows, 0);
		rows.err = buffer_append(out, value.data, value.len);
	}
	err = database_end(&rows);
	return err == RS_OK && !any ? RS_ENOTFOUND : err;
}

int
reading_fetches(struct replica *replica, const uint8_t *item,
    bool (*on_fetch)(void *context, const uint8_t *id, const Readsync__Fetch *fetch),
    void *context)
{
	Readsync__Fetch *fetch;
	bool more = true;
	struct rows rows = database_query(&replica->database,
	    "SELECT fetch FROM fetch"
	    " WHERE item = (SELECT coalesce(head, id) FROM item WHERE item = ?)"
	    " ORDER BY at_ms DESC, fetch DESC",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));

	while (more && database_next(&rows)) {
		const uint8_t *id = database_blob(&rows, 0).data;

		rows.err = reading_get_fetch(replica, id, &fetch);
		if (rows.err != RS_OK)
			break;
		more = on_fetch(context, id, fetch);
		readsync__fetch__free_unpacked(fetch, NULL);
	}
	return database_end(&rows);
}

int
reading_article(struct replica *replica, const Readsync__Reading *reading,
    Readsync__Article **ret_article)
{
	struct buffer packed;
	int err;

	if (reading->article.len != HASH_CONTENT_LEN)
		return RS_ENOTFOUND;
	buffer_init(&packed, ARTICLE_PACKED_MAX);
	err = blob_get_packed(replica, reading->article.data, &packed);
	if (err == RS_OK)
		err = article_unpack(buffer_bytes(&packed), ret_article);
	buffer_release(&packed);
	return err;
}
