#include <stdlib.h>
#include <string.h>

#include "client/jsonl/extra.h"
#include "client/jsonl/field.h"
#include "client/jsonl/line_parts.h"
#include "client/jsonl/message.h"
#include "client/jsonl/plain.h"
#include "proto/base/encode.h"
#include "proto/record/article.h"
#include "proto/record/canonical_url.h"
#include "proto/record/copy_name.h"
#include "proto/replica/blob.h"
#include "proto/replica/text.h"

enum {
	/* Room for what zstd adds to bytes that do not shrink. */
	PAGE_MAX = BLOB_MAX - (BLOB_MAX >> 6),
	/* Less what is only known when the line is kept: the ids and hashes. */
	MESSAGE_MAX = RECORD_VALUE_MAX - 128
};

static const char *const keys[] = { "url", "addresses", "title", "tags", "saved_at",
	"state", "starred", "copy", "text", "html", "fetches", "readings", "prefer", "notes",
	"highlights" };

bool
line_known(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(key, keys[i]) == 0)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------ plain values */

static int
read_saved(struct line *line, struct rs_err_detail *detail)
{
	const char *text = NULL;
	int err = field_text(line->root, "saved_at", &text, detail);

	if (err == RS_OK && text != NULL && !field_time(text, &line->saved_ms))
		err = field_refuse(detail, "saved_at",
		    "a time of ISO 8601, as 2026-01-31T12:00:00Z");
	return err;
}

static int
read_state(struct line *line, struct rs_err_detail *detail)
{
	const char *text = "unread";
	int err = field_text(line->root, "state", &text, detail);

	line->archived = strcmp(text, "archived") == 0;
	if (err == RS_OK && !line->archived && strcmp(text, "unread") != 0)
		err = field_refuse(detail, "state", "\"unread\" or \"archived\"");
	return err;
}

/* A text that somebody has is the whole, unless the line knows better. */
static int
read_copy(struct line *line, struct rs_err_detail *detail)
{
	const char *text = "full";
	int err = field_text(line->root, "copy", &text, detail);

	if (err == RS_OK && !copy_of_name(text, &line->copy))
		err = field_refuse(detail, "copy", "full, partial, teaser, blocked or unknown");
	return err;
}

static int
read_title(struct line *line, struct rs_err_detail *detail)
{
	const char *text = "";
	int err = field_text(line->root, "title", &text, detail);

	if (err != RS_OK)
		return err;
	if (strlen(text) > ITEM_TITLE_MAX) {
		rs_err_detail_set(detail, "\"title\" has more than %d bytes", ITEM_TITLE_MAX);
		return RS_ELIMIT;
	}
	line->title = strdup(text);
	if (line->title == NULL)
		return RS_ENOMEM;
	plain_clean(line->title);
	return RS_OK;
}

static int
read_tags(struct line *line, struct rs_err_detail *detail)
{
	const json_t *tags = field_get(line->root, "tags");
	size_t i;

	if (tags == NULL)
		return RS_OK;
	if (!json_is_array(tags) || json_array_size(tags) > LINE_TAGS_MAX)
		return field_refuse(detail, "tags", "an array of at most 1000 texts");
	line->tags = calloc(json_array_size(tags) + 1, sizeof(*line->tags));
	if (line->tags == NULL)
		return RS_ENOMEM;
	for (i = 0; i < json_array_size(tags); i++) {
		const char *tag = json_string_value(json_array_get(tags, i));
		struct bytes text = bytes_of_text(tag);

		if (tag == NULL || text.len == 0 || text.len > ITEM_TAG_MAX || !text_is_line(text))
			return field_refuse(detail, "tags", "made of texts of 1 to 100 bytes "
			    "without control characters");
		line->tags[line->tag_count++] = tag;
	}
	return RS_OK;
}

static int
check_url(const char *url, struct rs_err_detail *detail)
{
	struct buffer canonical;
	int err;

	buffer_init(&canonical, 3 * CANONICAL_URL_MAX);
	err = canonical_url_make(url, &canonical, detail);
	buffer_release(&canonical);
	return err;
}

static int
read_addresses(struct line *line, struct rs_err_detail *detail)
{
	const json_t *array = field_get(line->root, "addresses");
	size_t i;

	if (array == NULL)
		return RS_OK;
	if (!json_is_array(array) || json_array_size(array) > LINE_ADDRESSES_MAX)
		return field_refuse(detail, "addresses", "an array of at most 2 addresses");
	for (i = 0; i < json_array_size(array); i++) {
		const char *url = json_string_value(json_array_get(array, i));

		if (url == NULL || check_url(url, detail) != RS_OK)
			return field_refuse(detail, "addresses", "made of http or https addresses");
		line->addresses[line->address_count++] = url;
	}
	return RS_OK;
}

static int
read_url(struct line *line, struct rs_err_detail *detail)
{
	int err;

	err = field_text(line->root, "url", &line->url, detail);
	if (err == RS_OK && line->url == NULL) {
		rs_err_detail_set(detail, "it has no \"url\"");
		err = RS_EINVAL;
	}
	return err == RS_OK ? check_url(line->url, detail) : err;
}

static int
read_extras(struct line *line, struct rs_err_detail *detail)
{
	struct extra_member member;
	size_t at = 0;
	const char *key;
	json_t *value;

	/* An object of jansson has its members in the order of the text. */
	json_object_foreach(line->root, key, value) {
		bool there = extra_next(line->text, &at, &member);
		size_t len = strlen(key);

		if (!there || line_known(key))
			continue;
		if (len == 0 || len > ITEM_EXTRA_KEY_MAX || !text_is_line(bytes_of_text(key))) {
			rs_err_detail_set(detail, "a key is empty, longer than %d bytes, or has "
			    "control characters: \"%.40s\"", ITEM_EXTRA_KEY_MAX, key);
			return RS_EINVAL;
		}
		if (member.value.len > RECORD_VALUE_MAX) {
			rs_err_detail_set(detail, "\"%.80s\" has more than %d bytes", key,
			    RECORD_VALUE_MAX);
			return RS_ELIMIT;
		}
	}
	return RS_OK;
}

/* ---------------------------------------------------------- fetches and readings */

static int
check_message(const ProtobufCMessage *message, struct rs_err_detail *detail)
{
	if (protobuf_c_message_get_packed_size(message) <= MESSAGE_MAX)
		return RS_OK;
	rs_err_detail_set(detail, "a %s is larger than a register holds",
	    message->descriptor->short_name);
	return RS_ELIMIT;
}

/* Read the page of a fetch: the line's own, or one in base64. */
static int
read_page(const struct line *line, const json_t *object, struct line_fetch *into,
    struct rs_err_detail *detail)
{
	const char *coded = NULL;
	bool own = false;
	int err = field_boolean(object, "html", &own, detail);

	if (err == RS_OK)
		err = field_text(object, "page_base64", &coded, detail);
	if (err != RS_OK)
		return err;
	if (own) {
		into->page = bytes_of(line->html, line->html_len);
	} else if (coded != NULL) {
		err = encode_base64_read(coded, &into->decoded);
		into->page = buffer_bytes(&into->decoded);
	}
	if (err == RS_EINVAL)
		return field_refuse(detail, "page_base64", "base64url without padding");
	if (err == RS_ELIMIT || into->page.len > PAGE_MAX) {
		rs_err_detail_set(detail, "a page has more than %d bytes", PAGE_MAX);
		return RS_ELIMIT;
	}
	return err;
}

static int
read_fetch(const struct line *line, const json_t *value, struct line_fetch *into,
    struct rs_err_detail *detail)
{
	json_t *object = json_copy((json_t *)value);
	ProtobufCMessage *message;
	const char *id = "";
	int err;

	buffer_init(&into->decoded, PAGE_MAX);
	err = field_text(value, "id", &id, detail);
	if (err == RS_OK && !message_read_hex(id, into->id, sizeof(into->id)))
		err = field_refuse(detail, "id", "32 hexadecimal digits");
	if (err == RS_OK)
		err = read_page(line, value, into, detail);
	json_object_del(object, "id");
	json_object_del(object, "html");
	json_object_del(object, "page_base64");
	if (err == RS_OK)
		err = message_from_json(object, &readsync__fetch__descriptor, &message, detail);
	json_decref(object);
	if (err != RS_OK)
		return err;
	into->fetch = (Readsync__Fetch *)message;
	if (into->fetch->page.len != 0 && into->fetch->page.len != HASH_CONTENT_LEN)
		return field_refuse(detail, "page", "a hash of 64 hexadecimal digits");
	return check_message(message, detail);
}

static int
read_article(json_t *value, struct buffer *packed, struct rs_err_detail *detail)
{
	ProtobufCMessage *message;
	int err = message_from_json(value, &readsync__article__descriptor, &message, detail);

	if (err != RS_OK)
		return err;
	err = article_pack((Readsync__Article *)message, packed);
	protobuf_c_message_free_unpacked(message, NULL);
	if (err == RS_EINVAL || err == RS_ELIMIT)
		rs_err_detail_set(detail, "\"article\": %s", rs_err_text(err));
	return err;
}

static int
check_reading(const struct line_reading *into, struct rs_err_detail *detail)
{
	const Readsync__Reading *reading = into->reading;
	Readsync__Copy copy;

	if (reading->fetch.len != HASH_NAME_LEN)
		return field_refuse(detail, "fetch", "32 hexadecimal digits");
	if (reading->article.len != 0 && reading->article.len != HASH_CONTENT_LEN)
		return field_refuse(detail, "article",
		    "an article, or a hash of 64 hexadecimal digits");
	if (into->verdict != NULL && !copy_of_name(into->verdict, &copy))
		return field_refuse(detail, "reader_verdict", "full, partial, teaser or blocked");
	return check_message(&reading->base, detail);
}

static int
read_reading(const json_t *value, struct line_reading *into, struct rs_err_detail *detail)
{
	json_t *object = json_copy((json_t *)value), *article = field_get(value, "article");
	ProtobufCMessage *message;
	int err;

	buffer_init(&into->article, ARTICLE_PACKED_MAX);
	err = field_text(value, "reader_verdict", &into->verdict, detail);
	json_object_del(object, "reader_verdict");
	if (err == RS_OK)
		err = line_image_parse(field_get(value, "images"), &into->image, detail);
	json_object_del(object, "images");
	if (err == RS_OK && json_is_object(article)) {
		err = read_article(article, &into->article, detail);
		json_object_del(object, "article");
	}
	if (err == RS_OK)
		err = message_from_json(object, &readsync__reading__descriptor, &message, detail);
	json_decref(object);
	if (err != RS_OK)
		return err;
	into->reading = (Readsync__Reading *)message;
	return check_reading(into, detail);
}

/* Make room for as many as the array ${key} holds, and one that plain text makes. */
static int
read_array(const struct line *line, const char *key, size_t size, json_t **ret_array,
    void **ret_room, struct rs_err_detail *detail)
{
	json_t *array = field_get(line->root, key);

	if (array != NULL &&
	    (!json_is_array(array) || json_array_size(array) > LINE_FETCHES_MAX))
		return field_refuse(detail, key, "an array of at most 1000");
	*ret_room = calloc(json_array_size(array) + 2, size);
	*ret_array = array;
	return *ret_room != NULL ? RS_OK : RS_ENOMEM;
}

static int
read_arrays(struct line *line, struct rs_err_detail *detail)
{
	json_t *fetches = NULL, *readings = NULL;
	void *room = NULL;
	size_t i;
	int err;

	err = read_array(line, "fetches", sizeof(*line->fetches), &fetches, &room, detail);
	if (err != RS_OK || room == NULL)
		return err;
	line->fetches = room;
	room = NULL;
	err = read_array(line, "readings", sizeof(*line->readings), &readings, &room, detail);
	if (err != RS_OK || room == NULL)
		return err;
	line->readings = room;
	for (i = 0; i < json_array_size(fetches) && err == RS_OK; i++)
		err = read_fetch(line, json_array_get(fetches, i),
		    &line->fetches[line->fetch_count++], detail);
	for (i = 0; i < json_array_size(readings) && err == RS_OK; i++)
		err = read_reading(json_array_get(readings, i),
		    &line->readings[line->reading_count++], detail);
	return err;
}

/* ------------------------------------------------- a line from another program */

/* Make a fetch of ${content}; the same content of the same address gives the same id. */
static int
make_fetch(struct line *line, const char *kind, struct bytes content, const char *type,
    struct line_fetch **ret_fetch)
{
	struct bytes parts[] = { bytes_of_text("import"), bytes_of_text(kind),
	    bytes_of_text(line->url), bytes_of_text(""), content };
	struct line_fetch *into = &line->fetches[line->fetch_count++];
	Readsync__Fetch *fetch = malloc(sizeof(*fetch));

	buffer_init(&into->decoded, PAGE_MAX);
	if (fetch == NULL)
		return RS_ENOMEM;
	readsync__fetch__init(fetch);
	into->fetch = fetch;
	hash_name(bytes_of(NULL, 0), parts, sizeof(parts) / sizeof(parts[0]), into->id);
	fetch->url = strdup(line->url);
	fetch->content_type = strdup(type);
	fetch->at_ms = line->saved_ms;
	if (fetch->url == NULL || fetch->content_type == NULL)
		return RS_ENOMEM;
	canonical_url_drop_user(fetch->url, NULL);
	fetch->final_url = strdup(fetch->url);
	if (fetch->final_url == NULL)
		return RS_ENOMEM;
	*ret_fetch = into;
	return RS_OK;
}

/* What is imported was judged elsewhere; the evidence says no more than that. */
static int
make_verdict(Readsync__Reading *reading, Readsync__Copy copy)
{
	Readsync__Verdict *verdict = malloc(sizeof(*verdict));
	Readsync__Evidence *evidence = malloc(sizeof(*evidence));

	reading->verdict = verdict;
	if (verdict == NULL || evidence == NULL) {
		reading->verdict = NULL;
		free(verdict);
		free(evidence);
		return RS_ENOMEM;
	}
	readsync__verdict__init(verdict);
	readsync__evidence__init(evidence);
	verdict->copy = copy;
	verdict->evidence = malloc(sizeof(*verdict->evidence));
	evidence->id = strdup("imported");
	if (verdict->evidence == NULL || evidence->id == NULL) {
		readsync__evidence__free_unpacked(evidence, NULL);
		return RS_ENOMEM;
	}
	verdict->evidence[0] = evidence;
	verdict->n_evidence = 1;
	return RS_OK;
}

/* Make a reading of the version 0, which no extractor has, of ${article}. */
static int
make_reading(struct line *line, const struct line_fetch *fetch, const Readsync__Article *article)
{
	struct line_reading *into = &line->readings[line->reading_count++];
	Readsync__Reading *reading = malloc(sizeof(*reading));
	int err;

	buffer_init(&into->article, ARTICLE_PACKED_MAX);
	if (reading == NULL)
		return RS_ENOMEM;
	readsync__reading__init(reading);
	into->reading = reading;
	reading->at_ms = line->saved_ms;
	reading->words = article->words;
	reading->title = strdup(article->title);
	reading->fetch.data = malloc(HASH_NAME_LEN);
	if (reading->title == NULL || reading->fetch.data == NULL)
		return RS_ENOMEM;
	memcpy(reading->fetch.data, fetch->id, HASH_NAME_LEN);
	reading->fetch.len = HASH_NAME_LEN;
	err = make_verdict(reading, line->copy);
	return err == RS_OK ? article_pack(article, &into->article) : err;
}

static int
read_plain_text(struct line *line, struct rs_err_detail *detail)
{
	Readsync__Article *article = NULL;
	struct line_fetch *fetch;
	const char *text = NULL;
	int err = field_text(line->root, "text", &text, detail);

	if (err != RS_OK || text == NULL || line->reading_count > 0)
		return err;
	err = plain_article(line->title, text, &article);
	if (err == RS_OK && article->n_blocks > 0) {
		err = make_fetch(line, "text", bytes_of_text(text), "text/plain", &fetch);
		if (err == RS_OK)
			err = make_reading(line, fetch, article);
	}
	readsync__article__free_unpacked(article, NULL);
	if (err == RS_ELIMIT || err == RS_EINVAL)
		rs_err_detail_set(detail, "\"text\" is larger than an article may be");
	return err;
}

static int
read_plain_html(struct line *line)
{
	struct bytes page = bytes_of(line->html, line->html_len);
	struct line_fetch *fetch;
	int err;

	if (page.len == 0 || line->fetch_count > 0)
		return RS_OK;
	/* A text of JSON is Unicode, whatever the page says that it was. */
	err = make_fetch(line, "html", page, "text/html; charset=utf-8", &fetch);
	if (err == RS_OK)
		fetch->page = page;
	return err;
}

/* ----------------------------------------------------------------------- a line */

static int
read_html(struct line *line, struct rs_err_detail *detail)
{
	const json_t *value = field_get(line->root, "html");

	if (value == NULL)
		return RS_OK;
	if (!json_is_string(value))
		return field_refuse(detail, "html", "a text");
	line->html = json_string_value(value);
	line->html_len = json_string_length(value);
	if (line->html_len <= PAGE_MAX)
		return RS_OK;
	rs_err_detail_set(detail, "\"html\" has more than %d bytes", PAGE_MAX);
	return RS_ELIMIT;
}

static int
read_prefer(struct line *line, struct rs_err_detail *detail)
{
	const char *text = NULL;
	int err = field_text(line->root, "prefer", &text, detail);

	if (err != RS_OK || text == NULL)
		return err;
	line->prefers = true;
	return message_read_hex(text, line->prefer, sizeof(line->prefer)) ? RS_OK :
	    field_refuse(detail, "prefer", "32 hexadecimal digits");
}

static int
read_notes(struct line *line, struct rs_err_detail *detail)
{
	return line_notes_read(&line->notes, line->root, line->url, line->saved_ms, detail);
}

static int
read_all(struct line *line, struct rs_err_detail *detail)
{
	static int (*const parts[])(struct line *line, struct rs_err_detail *detail) = {
		read_url, read_addresses, read_title, read_tags, read_saved, read_state, read_copy,
		read_html, read_prefer, read_extras, read_arrays, read_plain_text,
		read_notes
	};
	int err = field_boolean(line->root, "starred", &line->starred, detail);
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && err == RS_OK; i++)
		err = parts[i](line, detail);
	return err;
}

int
line_parse(struct bytes text, struct line **ret_line, struct rs_err_detail *detail)
{
	struct line *line = calloc(1, sizeof(*line));
	json_error_t error;
	int err;

	if (line == NULL)
		return RS_ENOMEM;
	line->text = text;
	line->root = extra_load(text, &error);
	if (!json_is_object(line->root)) {
		rs_err_detail_set(detail, "not a JSON object: %s", line->root == NULL ? error.text :
		    "it is an array");
		err = RS_EINVAL;
	} else {
		/* An item that has only fetches in the line may have html that is none's. */
		err = read_all(line, detail);
		if (err == RS_OK && field_get(line->root, "fetches") == NULL)
			err = read_plain_html(line);
	}
	if (err == RS_OK)
		*ret_line = line;
	else
		line_free(line);
	return err;
}

void
line_free(struct line *line)
{
	size_t i;

	if (line == NULL)
		return;
	for (i = 0; i < line->fetch_count; i++) {
		readsync__fetch__free_unpacked(line->fetches[i].fetch, NULL);
		buffer_release(&line->fetches[i].decoded);
	}
	for (i = 0; i < line->reading_count; i++) {
		readsync__reading__free_unpacked(line->readings[i].reading, NULL);
		buffer_release(&line->readings[i].article);
		line_image_free(line->readings[i].image);
	}
	line_notes_release(&line->notes);
	free(line->fetches);
	free(line->readings);
	free(line->tags);
	free(line->title);
	json_decref(line->root);
	free(line);
}
