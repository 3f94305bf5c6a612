#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "proto/base/encode.h"
#include "proto/record/canonical_url.h"
#include "proto/replica/device.h"
#include "proto/replica/highlight.h"
#include "proto/replica/image.h"
#include "proto/replica/internal.h"
#include "proto/replica/item.h"
#include "proto/replica/note.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"
#include "tests/sim/reader.h"

enum {
	LINKS = 6,		/* few, so that devices meet over them */
	TAGS = 3,
	PAGE_MAX = 3000,
	IMAGES = 4,		/* few, so that articles share them */
	LARGE_PAGE_MAX = 140000,	/* goes over in several pieces */
	LARGE_VALUE_MIN = 20000	/* two of these do not go into one message */
};

static void
write_url(size_t number, char url[40])
{
	snprintf(url, 40, "https://example.org/%zu", number);
}

void
reader_save(struct host *host, size_t number)
{
	uint8_t item[HASH_NAME_LEN];
	char url[40];
	bool fresh;

	write_url(number, url);
	host_begin(host);
	WORLD_OK(host->world, item_save(host->replica, url, &(struct item_save){ 0 }, item, &fresh,
	    NULL));
	host_commit(host);
}

void
reader_remove(struct host *host, size_t number)
{
	uint8_t item[HASH_NAME_LEN];
	int err;

	reader_item(host, number, item);
	host_begin(host);
	err = item_remove(host->replica, item);
	WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot remove an item");
	host_commit(host);
}

void
reader_item(struct host *host, size_t number, uint8_t ret_item[HASH_NAME_LEN])
{
	struct buffer canonical;
	char url[40];

	write_url(number, url);
	buffer_init(&canonical, 3 * CANONICAL_URL_MAX);
	WORLD_OK(host->world, canonical_url_make(url, &canonical, NULL));
	canonical_url_item_id(buffer_bytes(&canonical), replica_library_secret(host->replica),
	    ret_item);
	buffer_release(&canonical);
}

void
reader_set(struct host *host, size_t number, const char *field, const char *value)
{
	uint8_t item[HASH_NAME_LEN];

	reader_item(host, number, item);
	host_write(host, RECORD_ITEM, item, field, bytes_of_text(value));
}

void
reader_value(struct host *host, size_t number, const char *field, char *text, size_t size)
{
	uint8_t item[HASH_NAME_LEN];
	struct buffer value;
	int err;

	reader_item(host, number, item);
	buffer_init(&value, size - 1);
	err = register_get(host->replica, RECORD_ITEM, item, bytes_of_text(field), &value, NULL);
	WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot read %s", field);
	memcpy(text, buffer_text(&value), value.len + 1);
	buffer_release(&value);
}

void
reader_expect(struct host *host, size_t number, const char *field, const char *value)
{
	char found[100];

	reader_value(host, number, field, found, sizeof(found));
	WORLD_REQUIRE(host->world, strcmp(found, value) == 0, "%s of %zu on %s is \"%s\", not "
	    "\"%s\"", field, number, host->name, found, value);
}

/* ----------------------------------------------------------- pages and readings */

/* Keep a page of the item as a fetch; false when the item is not shown here. */
static bool
fetch_page(struct host *host, const uint8_t *item, size_t page_len, uint8_t fetch_id[HASH_NAME_LEN])
{
	static uint8_t page[LARGE_PAGE_MAX];
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	int err;

	random_fill(&host->random, page, page_len);
	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	fetch.url = fetch.final_url = (char *)"https://example.org/";
	fetch.at_ms = clock_now_ms(&host->clock);
	fetch.content_type = (char *)"text/html";
	host_begin(host);
	err = reading_add_fetch(host->replica, &fetch, bytes_of(page, page_len), fetch_id);
	WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot keep a page");
	host_commit(host);
	return err == RS_OK;
}

/* Read a fetch, well or badly; sometimes there is no article in it. */
static void
read_fetch(struct host *host, const uint8_t *fetch, unsigned extractor, Readsync__Copy copy,
    size_t words)
{
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };
	uint8_t id[HASH_NAME_LEN];
	char text[200];
	size_t i;

	for (i = 0; i < words; i++)
		snprintf(text + i * 6, sizeof(text) - i * 6, "%05zu ",
		    world_draw(host->world, 99999));
	verdict.copy = copy;
	block.kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block.text = text;
	article.title = (char *)"What a page calls itself";
	article.blocks = blocks;
	article.n_blocks = 1;
	host_begin(host);
	WORLD_OK(host->world, reading_add(host->replica, fetch, extractor,
	    words == 0 ? NULL : &article, &verdict, words == 0 ? "there is no article" : NULL, id));
	host_commit(host);
}

void
reader_keep(struct host *host, size_t number, size_t page_len)
{
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN];

	reader_save(host, number);
	reader_item(host, number, item);
	if (fetch_page(host, item, page_len, fetch))
		read_fetch(host, fetch, 1, READSYNC__COPY__COPY_FULL, 12);
}

/* Pick the name of a row of the table ${table}, which is also its column. */
static bool
pick(struct host *host, const char *text, uint8_t ret_name[HASH_NAME_LEN])
{
	struct rows rows = database_query(&host->replica->database, text,
	    VALUES(DB_INTEGER(world_draw(host->world, 1000))));
	bool found = database_next(&rows);

	if (found)
		memcpy(ret_name, database_blob(&rows, 0).data, HASH_NAME_LEN);
	WORLD_OK(host->world, database_end(&rows));
	return found;
}

static bool
pick_fetch(struct host *host, uint8_t ret_fetch[HASH_NAME_LEN])
{
	return pick(host, "SELECT fetch FROM fetch ORDER BY fetch LIMIT 1"
	    " OFFSET ?1 % max(1, (SELECT count(*) FROM fetch))", ret_fetch);
}

static bool
pick_reading(struct host *host, uint8_t ret_reading[HASH_NAME_LEN])
{
	return pick(host, "SELECT reading FROM reading ORDER BY reading LIMIT 1"
	    " OFFSET ?1 % max(1, (SELECT count(*) FROM reading))", ret_reading);
}

/* --------------------------------------------------------- notes and highlights */

void
reader_writes_note(struct host *host, size_t number, const char *text, size_t most)
{
	uint8_t item[HASH_NAME_LEN];
	struct note_heads heads;
	int err;

	reader_item(host, number, item);
	WORLD_OK(host->world, note_heads(host->replica, item, &heads));
	if (heads.count > most)
		heads.count = most;
	host_begin(host);
	err = note_write(host->replica, item, text, &heads);
	WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot write a note");
	host_commit(host);
}

static bool
append_note(void *context, const struct note *note)
{
	return buffer_printf(context, "%s|", note->revision->text) == RS_OK;
}

void
reader_note(struct host *host, size_t number, char *text, size_t size)
{
	uint8_t item[HASH_NAME_LEN];
	struct buffer versions;

	reader_item(host, number, item);
	buffer_init(&versions, size - 1);
	WORLD_OK(host->world, note_list(host->replica, item, append_note, &versions));
	memcpy(text, buffer_text(&versions), versions.len + 1);
	buffer_release(&versions);
}

/* Mostly in place of what is seen; sometimes of what was seen before more came in. */
static void
write_note(struct host *host)
{
	size_t number = world_draw(host->world, LINKS);
	char text[40] = "";

	if (world_draw(host->world, 5) > 0)
		snprintf(text, sizeof(text), "note %zu\n\tof the sea", world_draw(host->world, 9999));
	reader_writes_note(host, number, text,
	    world_draw(host->world, 4) > 0 ? NOTE_REPLACES_MAX : world_draw(host->world, 2));
}

static bool
pick_highlight(struct host *host, uint8_t ret_highlight[HASH_NAME_LEN])
{
	return pick(host, "SELECT highlight FROM highlight ORDER BY highlight LIMIT 1"
	    " OFFSET ?1 % max(1, (SELECT count(*) FROM highlight))", ret_highlight);
}

static void
highlight(struct host *host)
{
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	uint8_t item[HASH_NAME_LEN], id[HASH_NAME_LEN];
	size_t act = world_draw(host->world, 4);
	int err;

	if (act > 1 && pick_highlight(host, id)) {
		host_begin(host);
		WORLD_OK(host->world, act == 2 ? highlight_remove(host->replica, id) :
		    highlight_comment(host->replica, id, world_draw(host->world, 2) == 0 ? "" :
		    "why the tide?"));
		host_commit(host);
		return;
	}
	reader_item(host, world_draw(host->world, LINKS), item);
	passage.quote = (char *)(world_draw(host->world, 2) == 0 ? "the tide" : "the rail");
	host_begin(host);
	err = highlight_add(host->replica, item, &passage, id);
	WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot highlight");
	host_commit(host);
}

/* ------------------------------------------------------------------ anything */

static void
tag(struct host *host)
{
	static const char *const fields[TAGS] = { "tag/rail", "tag/sea", "tag/tide" };
	size_t number = world_draw(host->world, LINKS);

	reader_set(host, number, fields[world_draw(host->world, TAGS)],
	    world_draw(host->world, 3) == 0 ? "" : "1");
}

static void
set_field(struct host *host)
{
	static const char *const writes[][2] = {
		{ "state", "archived" }, { "state", "archived" }, { "state", "unread" },
		{ "starred", "1" }, { "starred", "" }, { "title", "Mine" }, { "title", "" },
		{ "title", "not\na line" }, { "saved", "1700000000007" },
	};
	size_t number = world_draw(host->world, LINKS);
	size_t write = world_draw(host->world, 1 + sizeof(writes) / sizeof(writes[0]));

	if (write == 0)
		reader_remove(host, number);
	else
		reader_set(host, number, writes[write - 1][0], writes[write - 1][1]);
}

/* A reader's own copy on a laptop; what was fetched on an archive. */
static void
keep_page(struct host *host)
{
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN];
	size_t max = world_draw(host->world, 12) == 0 ? LARGE_PAGE_MAX : PAGE_MAX;

	reader_item(host, world_draw(host->world, LINKS), item);
	fetch_page(host, item, 1 + world_draw(host->world, max), fetch);
}

static void
read_page(struct host *host)
{
	uint8_t fetch[HASH_NAME_LEN];
	unsigned extractor = 1 + (unsigned)world_draw(host->world, 2);
	Readsync__Copy copy = (Readsync__Copy)(1 + world_draw(host->world, 4));

	if (pick_fetch(host, fetch))
		read_fetch(host, fetch, extractor, copy, world_draw(host->world, 12));
}

/* Note an image of a reading, that it cannot be had, or that it can after all. */
static void
fetch_image(struct host *host)
{
	static const char *const sources[] = { "https://example.org/1.png", "https://example.org/2.png" };
	Readsync__Image image = READSYNC__IMAGE__INIT;
	uint8_t reading[HASH_NAME_LEN], content[PAGE_MAX] = { 0 };
	bool missing = world_draw(host->world, 4) == 0;
	int err;

	if (!pick_reading(host, reading))
		return;
	image.kind = READSYNC__IMAGE__KIND__PNG;
	if (missing) {
		image.kind = READSYNC__IMAGE__KIND__NONE;
		image.problem = (char *)"not an image";
	}
	content[0] = (uint8_t)(1 + world_draw(host->world, IMAGES));
	host_begin(host);
	err = image_put(host->replica, reading, sources[world_draw(host->world, 2)], &image,
	    bytes_of(content, missing ? 0 : sizeof(content)));
	WORLD_REQUIRE(host->world, err == RS_OK || err == RS_ENOTFOUND, "cannot note an image");
	host_commit(host);
}

static void
judge(struct host *host)
{
	static const char *const verdicts[] = { "full", "partial", "teaser", "blocked", "" };
	uint8_t item[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	if (!pick_reading(host, reading))
		return;
	reader_item(host, world_draw(host->world, LINKS), item);
	if (world_draw(host->world, 2) == 0)
		host_write(host, RECORD_ITEM, item, "prefer", bytes_of(reading, HASH_NAME_LEN));
	else
		host_write(host, RECORD_READING, reading, "verdict",
		    bytes_of_text(verdicts[world_draw(host->world, 5)]));
}

/* What a page claims to be, which an archive notes; or the reader's word that it is not. */
static void
claim(struct host *host, bool archive)
{
	uint8_t item[HASH_NAME_LEN], other[HASH_NAME_LEN];
	char apart[sizeof("apart/") + 2 * HASH_NAME_LEN] = "apart/";

	reader_item(host, world_draw(host->world, LINKS), item);
	reader_item(host, world_draw(host->world, LINKS), other);
	if (archive) {
		host_write(host, RECORD_ITEM, item, "alias",
		    bytes_of(other, world_draw(host->world, 4) > 0 ? HASH_NAME_LEN : 0));
		return;
	}
	encode_hex(bytes_of(other, HASH_NAME_LEN), apart + strlen(apart));
	host_write(host, RECORD_ITEM, item, apart,
	    bytes_of_text(world_draw(host->world, 4) > 0 ? "1" : "0"));
}

/* What a later version writes, and much of it. */
static void
write_unknown(struct host *host)
{
	static const uint8_t value[RECORD_VALUE_MAX];
	uint8_t entity[HASH_NAME_LEN] = { (uint8_t)world_draw(host->world, 4) };
	size_t len = LARGE_VALUE_MIN + world_draw(host->world, RECORD_VALUE_MAX - LARGE_VALUE_MIN);
	bool item = world_draw(host->world, 2) == 0;

	if (item)
		reader_item(host, world_draw(host->world, LINKS), entity);
	host_write(host, item ? RECORD_ITEM : 77, entity, "of a later version",
	    bytes_of(value, len));
}

static void
tend_devices(struct host *host)
{
	uint8_t key[DEVICE_KEY_LEN] = { (uint8_t)world_draw(host->world, 3) };
	uint8_t entity[HASH_CONTENT_LEN];
	int err;

	if (world_draw(host->world, 3) > 0) {
		host_begin(host);
		err = device_add(host->replica, key, "a device", false);
		WORLD_REQUIRE(host->world, err == RS_OK || err == RS_EREFUSED,
		    "cannot add a device");
		host_commit(host);
		return;
	}
	hash_content(bytes_of(key, DEVICE_KEY_LEN), entity);
	host_write(host, RECORD_DEVICE, entity, "revoked", bytes_of_text("1"));
}

void
reader_acts(struct host *host)
{
	bool archive = host->role == REPLICA_ARCHIVE;
	size_t act = world_draw(host->world, 30);

	if (act < 5)
		reader_save(host, world_draw(host->world, LINKS));
	else if (act < 10)
		tag(host);
	else if (act < 16)
		set_field(host);
	else if (act < 18)
		judge(host);
	else if (act == 18)
		write_unknown(host);
	else if (act == 19 && archive)
		tend_devices(host);
	else if (act >= 28)
		claim(host, archive);
	else if (act >= 26)
		write_note(host);
	else if (act >= 24)
		highlight(host);
	else if (archive && act >= 22)
		fetch_image(host);
	else if (archive && act >= 20)
		read_page(host);
	else
		keep_page(host);
}
