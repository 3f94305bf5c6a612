#include <inttypes.h>
#include <stdio.h>

#include <jansson.h>

#include "daemon/feed/feed_json.h"
#include "daemon/feed/feed_result.h"

/* Return a member that is a text, or "". */
static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* Version 1 asks that an id of another type be read as a text. */
static int
set_id(const json_t *item, const char *url, Readsync__FeedEntry *entry)
{
	const json_t *id = json_object_get(item, "id");
	char number[32];

	if (json_is_integer(id)) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(id));
		return feed_result_id(entry, number, url);
	}
	return feed_result_id(entry, text_of(item, "id"), url);
}

static int
set_tags(const json_t *item, Readsync__FeedEntry *entry)
{
	const json_t *tags = json_object_get(item, "tags");
	const char *tag;
	size_t i;
	int err = RS_OK;

	for (i = 0; i < json_array_size(tags) && err == RS_OK; i++) {
		tag = json_string_value(json_array_get(tags, i));
		if (tag != NULL)
			err = feed_result_tag(entry, tag);
	}
	return err;
}

static int
read_item(const json_t *item, const char *url, Readsync__JobResult *result)
{
	Readsync__FeedEntry *entry;
	int err;

	if (!json_is_object(item))
		return RS_OK;
	if ((err = feed_result_add(result, &entry)) != RS_OK ||
	    (err = set_id(item, url, entry)) != RS_OK ||
	    (err = feed_result_link(entry, text_of(item, "url"), url)) != RS_OK ||
	    (err = feed_result_link(entry, text_of(item, "external_url"), url)) != RS_OK ||
	    (err = feed_result_title(&entry->title, text_of(item, "title"), false)) != RS_OK ||
	    (err = set_tags(item, entry)) != RS_OK)
		return err;
	feed_result_date(text_of(item, "date_published"), &entry->published_ms);
	feed_result_date(text_of(item, "date_modified"), &entry->updated_ms);
	return feed_result_finish(entry);
}

int
feed_json_read(struct bytes text, const char *url, Readsync__JobResult *result,
    struct rs_err_detail *detail)
{
	json_error_t error;
	json_t *feed, *items;
	size_t i;
	int err;

	feed = json_loadb((const char *)text.data, text.len, JSON_ALLOW_NUL, &error);
	if (feed == NULL && json_error_code(&error) == json_error_out_of_memory)
		return RS_ENOMEM;
	if (feed == NULL) {
		rs_err_detail_set(detail, "not a feed: JSON broken in line %d: %.100s",
		    error.line, error.text);
		return RS_ENOTPAGE;
	}
	items = json_object_get(feed, "items");
	if (!json_is_array(items)) {
		rs_err_detail_set(detail, "not a feed: JSON without \"items\"");
		json_decref(feed);
		return RS_ENOTPAGE;
	}
	err = feed_result_title(&result->feed_title, text_of(feed, "title"), false);
	for (i = 0; i < json_array_size(items) && err == RS_OK; i++)
		err = read_item(json_array_get(items, i), url, result);
	json_decref(feed);
	/* A feed with more has told its newest entries all the same. */
	return err == RS_ELIMIT ? RS_OK : err;
}
