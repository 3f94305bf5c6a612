#include <string.h>
#include <strings.h>

#include "client/jsonl/extra.h"
#include "client/jsonl/line.h"
#include "client/jsonl/line_image.h"
#include "client/jsonl/line_notes.h"
#include "client/jsonl/message.h"
#include "proto/base/clock.h"
#include "proto/base/encode.h"
#include "proto/base/utf8.h"
#include "proto/record/article.h"
#include "proto/record/article_text.h"
#include "proto/record/copy_name.h"
#include "proto/replica/blob.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"

/* The line that is being made. */
struct writing {
	struct replica *replica;
	json_t *object;
	json_t *list;		/* of fetches, then of readings */
	bool paged;		/* has `html` */
	struct line_image_files files;
	int err;
};

static void
set(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

static void
set_id(json_t *object, const char *key, struct bytes id)
{
	char text[2 * HASH_CONTENT_LEN + 1];

	encode_hex(id, text);
	set(object, key, text);
}

/* As clock_format, with the milliseconds that there are. */
static void
set_time(json_t *object, int64_t ms)
{
	char text[21 + sizeof(".000")];
	int64_t part = (ms % 1000 + 1000) % 1000;

	clock_format(ms, text);
	if (part != 0 && text[0] != '\0')
		snprintf(text + 19, sizeof(text) - 19, ".%03dZ", (int)part);
	set(object, "saved_at", text);
}

static void
set_tags(json_t *object, const char *tags)
{
	json_t *array = json_array();

	while (*tags != '\0') {
		size_t len = strcspn(tags, "\n");

		json_array_append_new(array, json_stringn(tags, len));
		tags += len + (tags[len] == '\n');
	}
	json_object_set_new(object, "tags", array);
}

/* ------------------------------------------------------------ fetches and pages */

static bool
is_html(const Readsync__Fetch *fetch, struct bytes page)
{
	const char *type = fetch->content_type;

	return (strncasecmp(type, "text/html", 9) == 0 ||
	    strncasecmp(type, "application/xhtml+xml", 21) == 0) && utf8_valid(page) &&
	    memchr(page.data, 0, page.len) == NULL;
}

/* Put the page beside ${object}: as the line's own, where a text can hold it. */
static int
set_page(struct writing *writing, const Readsync__Fetch *fetch, struct bytes page,
    json_t *object)
{
	struct buffer coded;
	int err;

	if (!writing->paged && is_html(fetch, page)) {
		writing->paged = true;
		json_object_set_new(object, "html", json_true());
		json_object_set_new(writing->object, "html",
		    json_stringn_nocheck((const char *)page.data, page.len));
		return RS_OK;
	}
	buffer_init(&coded, 2 * BLOB_MAX);
	err = encode_base64(page, &coded);
	if (err == RS_OK)
		set(object, "page_base64", buffer_text(&coded));
	buffer_release(&coded);
	return err;
}

static bool
write_fetch(void *context, const uint8_t *id, const Readsync__Fetch *fetch)
{
	struct writing *writing = context;
	Readsync__Fetch shown = *fetch;
	struct buffer page;
	json_t *object;

	shown.item = (ProtobufCBinaryData){ 0, NULL };
	object = message_to_json(&shown.base);
	set_id(object, "id", bytes_of(id, HASH_NAME_LEN));
	buffer_init(&page, BLOB_MAX);
	if (fetch->page.len > 0) {
		writing->err = blob_get_packed(writing->replica, fetch->page.data, &page);
		if (writing->err == RS_OK && page.len > 0)
			writing->err = set_page(writing, fetch, buffer_bytes(&page), object);
		if (writing->err == RS_ENOTFOUND)
			writing->err = RS_OK;
	}
	buffer_release(&page);
	json_array_append_new(writing->list, object);
	return writing->err == RS_OK;
}

/* -------------------------------------------------------- readings and articles */

/* What a peer sent may be no article: then there is none to show. */
static int
get_article(struct replica *replica, const Readsync__Reading *reading,
    Readsync__Article **ret_article)
{
	int err = reading_article(replica, reading, ret_article);

	return err == RS_ENOTPAGE || err == RS_EINVAL || err == RS_ELIMIT ? RS_ENOTFOUND : err;
}

static int
set_text(json_t *object, const Readsync__Article *article)
{
	struct buffer plain;
	int err;

	buffer_init(&plain, ARTICLE_TEXT_MAX + ARTICLE_BLOCKS_MAX);
	err = article_text(article, &plain);
	if (err == RS_OK)
		set(object, "text", buffer_text(&plain));
	buffer_release(&plain);
	return err;
}

static int
set_register(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field, json_t *object, const char *key)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, kind, entity, bytes_of_text(field), &value, NULL);
	if (err == RS_OK && value.len > 0 && kind == RECORD_READING)
		json_object_set_new(object, key, json_stringn(buffer_text(&value), value.len));
	else if (err == RS_OK && value.len == HASH_NAME_LEN)
		set_id(object, key, buffer_bytes(&value));
	buffer_release(&value);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

static bool
write_reading(void *context, const Readsync__Reading *reading, bool best)
{
	struct writing *writing = context;
	Readsync__Reading shown = *reading;
	Readsync__Article *article;
	uint8_t id[HASH_NAME_LEN];
	json_t *object;
	int err;

	shown.item = (ProtobufCBinaryData){ 0, NULL };
	object = message_to_json(&shown.base);
	json_array_append_new(writing->list, object);
	reading_name(reading->fetch.data, reading->extractor, id);
	writing->err = set_register(writing->replica, RECORD_READING, id, "verdict", object,
	    "reader_verdict");
	if (writing->err == RS_OK)
		writing->err = line_image_write(writing->replica, id, &writing->files, object);
	if (writing->err != RS_OK)
		return false;
	/* In place of the hash of its blob, which is that of another compression. */
	err = get_article(writing->replica, reading, &article);
	if (err == RS_OK) {
		json_object_set_new(object, "article", message_to_json(&article->base));
		if (best)
			err = set_text(writing->object, article);
		readsync__article__free_unpacked(article, NULL);
	}
	writing->err = err == RS_ENOTFOUND ? RS_OK : err;
	return writing->err == RS_OK;
}

/* ---------------------------------------------------------------------- the line */

static void
begin(json_t *object, const struct item *item)
{
	set(object, "url", item->url);
	set(object, "title", item->title);
	set_tags(object, item->tags);
	set_time(object, item->saved_ms);
	set(object, "state", item->state == ITEM_ARCHIVED ? "archived" : "unread");
	json_object_set_new(object, "starred", json_boolean(item->starred));
	if (item->copy != READSYNC__COPY__COPY_UNKNOWN)
		set(object, "copy", copy_name(item->copy));
}

static bool
write_address(void *context, const char *url)
{
	json_array_append_new(context, json_string(url));
	return true;
}

static int
set_addresses(struct replica *replica, const uint8_t *item, json_t *object)
{
	json_t *array = json_array();
	int err = item_addresses(replica, item, write_address, array);

	if (json_array_size(array) > 0)
		json_object_set(object, "addresses", array);
	json_decref(array);
	return err;
}

/* What comes from another device may claim a key that is ours. */
static bool
write_extra(void *context, const char *key, struct bytes value)
{
	if (!line_known(key))
		extra_write(key, value, context);
	return true;
}

static int
write_readings(struct writing *writing, const uint8_t *item)
{
	int err;

	writing->list = json_array();
	err = reading_fetches(writing->replica, item, write_fetch, writing);
	if (json_array_size(writing->list) > 0)
		json_object_set(writing->object, "fetches", writing->list);
	json_decref(writing->list);
	if (err != RS_OK || writing->err != RS_OK)
		return err != RS_OK ? err : writing->err;
	writing->list = json_array();
	err = reading_list(writing->replica, item, write_reading, writing);
	if (json_array_size(writing->list) > 0)
		json_object_set(writing->object, "readings", writing->list);
	json_decref(writing->list);
	return err != RS_OK ? err : writing->err;
}

int
line_write(struct replica *replica, const struct item *item, FILE *out)
{
	struct writing writing = { .replica = replica, .object = json_object() };
	int err;

	begin(writing.object, item);
	err = set_addresses(replica, item->id, writing.object);
	if (err == RS_OK)
		err = set_register(replica, RECORD_ITEM, item->id, "prefer", writing.object,
		    "prefer");
	if (err == RS_OK)
		err = line_notes_write(replica, item->id, writing.object);
	if (err == RS_OK)
		err = write_readings(&writing, item->id);
	if (err == RS_OK) {
		fputc('{', out);
		json_dumpf(writing.object, out, JSON_COMPACT | JSON_EMBED);
		err = item_extras(replica, item->id, write_extra, out);
		fputs("}\n", out);
	}
	json_decref(writing.files.names);
	json_decref(writing.object);
	return err;
}
