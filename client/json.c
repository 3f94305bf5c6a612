#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "client/json.h"
#include "client/view/advice.h"
#include "proto/base/encode.h"
#include "proto/base/utf8.h"
#include "proto/record/article.h"
#include "proto/record/article_text.h"
#include "proto/record/copy_name.h"
#include "proto/record/evidence_reason.h"
#include "proto/replica/blob.h"
#include "proto/replica/image.h"

/* Texts come from pages and peers; a byte that is not UTF-8 must not lose the rest. */
static json_t *
text_of(struct bytes value)
{
	json_t *string = json_stringn((const char *)value.data, value.len);
	struct buffer mended;
	uint32_t point;
	size_t at, len;

	if (string != NULL)
		return string;
	buffer_init(&mended, 3 * value.len + 1);
	for (at = 0; at < value.len; at += len == 0 ? 1 : len) {
		len = utf8_character(value, at, &point);
		if (len > 0)
			(void)buffer_append(&mended, value.data + at, len);
		else
			(void)buffer_append_text(&mended, "\xef\xbf\xbd");	/* U+FFFD */
	}
	string = json_stringn(buffer_text(&mended), mended.len);
	buffer_release(&mended);
	return string;
}

static json_t *
text(const char *value)
{
	return text_of(bytes_of_text(value));
}

static json_t *
time_text(int64_t ms)
{
	char iso[21];

	if (ms == 0)
		return json_null();
	clock_format(ms, iso);
	return json_string(iso);
}

static void
set_number(json_t *object, const char *key, json_int_t number)
{
	json_object_set_new(object, key, json_integer(number));
}

static void
set_id(json_t *object, const uint8_t *id)
{
	char hex[2 * HASH_NAME_LEN + 1];

	encode_hex(bytes_of(id, HASH_NAME_LEN), hex);
	json_object_set_new(object, "id", json_string(hex));
}

/* Print and free ${value}. */
static void
print(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(value);
}

/* -------------------------------------------------------------------- items */

static json_t *
tags_array(const char *tags)
{
	json_t *array = json_array();

	while (*tags != '\0') {
		size_t len = strcspn(tags, "\n");

		json_array_append_new(array, text_of(bytes_of(tags, len)));
		tags += len + (tags[len] == '\n');
	}
	return array;
}

static json_t *
item_object(const struct item *item)
{
	json_t *object = json_object();

	set_id(object, item->id);
	json_object_set_new(object, "url", text(item->url));
	json_object_set_new(object, "title", text(item->title));
	json_object_set_new(object, "site", text(item->site_name));
	json_object_set_new(object, "state",
	    json_string(item->state == ITEM_ARCHIVED ? "archived" : "unread"));
	json_object_set_new(object, "starred", json_boolean(item->starred));
	json_object_set_new(object, "saved", time_text(item->saved_ms));
	json_object_set_new(object, "tags", tags_array(item->tags));
	json_object_set_new(object, "copy", json_string(copy_name(item->copy)));
	set_number(object, "words", item->words);
	json_object_set_new(object, "held", json_boolean(item->held));
	json_object_set_new(object, "annotated", json_boolean(item->annotated));
	json_object_set_new(object, "away", json_boolean(item->away));
	json_object_set_new(object, "waits", text(item->waits));
	return object;
}

bool
json_item(void *context, const struct item *item)
{
	(void)context;
	print(item_object(item));
	return false;
}

/*
 * An array is written as its items come: a long list as a tree takes ten times its text.
 */
static void
print_member(struct json_list *list, json_t *value)
{
	fputs(list->any ? ",\n" : "[\n", stdout);
	json_dumpf(value, stdout, JSON_INDENT(2));
	json_decref(value);
	list->any = true;
}

bool
json_list_item(void *context, const struct item *item)
{
	print_member(context, item_object(item));
	return true;
}

/* Excerpts mark their hits for a terminal; a script gets the plain text. */
bool
json_list_hit(void *context, const struct item *item, const char *excerpt)
{
	json_t *object = item_object(item);
	char *plain = strdup(excerpt), *to = plain;
	const char *from;

	if (plain != NULL) {
		for (from = excerpt; *from != '\0'; from++) {
			if (*from != '\x01' && *from != '\x02')
				*to++ = *from;
		}
		*to = '\0';
		json_object_set_new(object, "excerpt", text(plain));
		free(plain);
	}
	print_member(context, object);
	return true;
}

void
json_list_end(struct json_list *list)
{
	fputs(list->any ? "\n]\n" : "[]\n", stdout);
}

/* ---------------------------------------------- invitation, devices and sync */

void
json_print_token(const Readsync__Response *response)
{
	json_t *object = json_object();

	json_object_set_new(object, "token", text(response->token));
	json_object_set_new(object, "expires", time_text(response->expires_ms));
	print(object);
}

void
json_print_devices(const struct device *devices, size_t count)
{
	char key[2 * DEVICE_KEY_LEN + 1];
	json_t *list = json_array(), *object;
	size_t i;

	for (i = 0; i < count; i++) {
		object = json_object();
		encode_hex(bytes_of(devices[i].key, sizeof(devices[i].key)), key);
		json_object_set_new(object, "key", json_string(key));
		json_object_set_new(object, "name", text(devices[i].name));
		json_object_set_new(object, "archive", json_boolean(devices[i].archive));
		json_object_set_new(object, "revoked", json_boolean(devices[i].revoked));
		json_array_append_new(list, object);
	}
	print(list);
}

static const char *
site_session_name(const Readsync__Site *site)
{
	switch (site->session) {
	case READSYNC__SITE__SESSION__UNTRIED: return "untried";
	case READSYNC__SITE__SESSION__WORKS: return "works";
	case READSYNC__SITE__SESSION__BROKEN: return "broken";
	default: return "none";
	}
}

static const char *
metered_name(const Readsync__Site *site)
{
	switch (site->metered) {
	case READSYNC__SITE__METERED__ALLOW: return "allow";
	case READSYNC__SITE__METERED__NEVER: return "never";
	default: return "ask";
	}
}

static json_t *
site_object(const Readsync__Site *site)
{
	json_t *object = json_object();

	json_object_set_new(object, "site", text(site->name));
	json_object_set_new(object, "session", json_string(site_session_name(site)));
	json_object_set_new(object, "since", time_text(site->since_ms));
	json_object_set_new(object, "seen", time_text(site->seen_ms));
	json_object_set_new(object, "problem", text(site->problem));
	json_object_set_new(object, "held", json_boolean(site->held));
	json_object_set_new(object, "user", text(site->user));
	json_object_set_new(object, "http_auth", json_boolean(site->http_auth));
	json_object_set_new(object, "agent", text(site->agent));
	json_object_set_new(object, "test_url", text(site->test_url));
	json_object_set_new(object, "busy", json_boolean(site->busy));
	json_object_set_new(object, "outcome", text(site->outcome));
	json_object_set_new(object, "told", json_boolean(site->told));
	json_object_set_new(object, "meters", json_boolean(site->meters));
	json_object_set_new(object, "metered", json_string(metered_name(site)));
	set_number(object, "allowed", site->allowed);
	set_number(object, "views", site->views);
	set_number(object, "cookies", (json_int_t)site->cookies);
	set_number(object, "waiting", (json_int_t)site->waiting);
	set_number(object, "incomplete", (json_int_t)site->incomplete);
	return object;
}

void
json_print_sites(Readsync__Site *const *sites, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, site_object(sites[i]));
	print(list);
}

void
json_print_sync(const struct sync_counts *counts, const struct offline_released *released,
    const struct link_traffic *traffic, int64_t ms)
{
	json_t *object = json_object();

	set_number(object, "sent_bytes", (json_int_t)traffic->sent_bytes);
	set_number(object, "received_bytes", (json_int_t)traffic->received_bytes);
	set_number(object, "items", (json_int_t)counts->items_received);
	set_number(object, "readings", (json_int_t)counts->readings_received);
	set_number(object, "blobs", (json_int_t)counts->blobs_received);
	set_number(object, "denied", (json_int_t)counts->blobs_denied);
	set_number(object, "released", (json_int_t)released->blobs);
	set_number(object, "released_bytes", (json_int_t)released->bytes);
	set_number(object, "ms", ms);
	print(object);
}

/* ------------------------------------------------------------------- offline */

void
json_print_offline(const struct policy *policy, const char *text,
    const struct offline_counts *counts)
{
	json_t *object = json_object(), *tags = json_array();

	for (size_t i = 0; i < policy->tag_count; i++)
		json_array_append_new(tags, json_string(policy->tags[i]));
	json_object_set_new(object, "policy", json_string(text));
	json_object_set_new(object, "everything", json_boolean(policy->everything));
	json_object_set_new(object, "unread", json_boolean(policy->unread));
	json_object_set_new(object, "starred", json_boolean(policy->starred));
	json_object_set_new(object, "tags", tags);
	set_number(object, "newest_days", policy->newest_days);
	json_object_set_new(object, "images", json_boolean(policy->images));
	set_number(object, "bytes_max", (json_int_t)policy->bytes_max);
	set_number(object, "articles", (json_int_t)counts->articles);
	set_number(object, "articles_here", (json_int_t)counts->articles_here);
	set_number(object, "missing", (json_int_t)counts->missing);
	set_number(object, "spare", (json_int_t)counts->spare);
	set_number(object, "bytes", (json_int_t)counts->bytes);
	print(object);
}

/* -------------------------------------------------------------------- status */

static json_t *
queues_array(const Readsync__Response *response)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < response->n_queues; i++) {
		const Readsync__QueueStatus *status = response->queues[i];
		json_t *queue = json_object();

		json_object_set_new(queue, "name", text(status->name));
		json_object_set_new(queue, "type", text(status->kind));
		json_object_set_new(queue, "polled", time_text(status->polled_ms));
		json_object_set_new(queue, "next", time_text(status->next_ms));
		set_number(queue, "entries", status->entries);
		json_object_set_new(queue, "problem", text(status->problem));
		json_array_append_new(array, queue);
	}
	return array;
}

static json_t *
archives_array(const Readsync__Response *response)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < response->n_archives; i++) {
		const Readsync__PeerStatus *status = response->archives[i];
		json_t *archive = json_object();

		json_object_set_new(archive, "name", text(status->name));
		json_object_set_new(archive, "connected", json_boolean(status->connected));
		json_object_set_new(archive, "seen", time_text(status->seen_ms));
		json_object_set_new(archive, "problem", text(status->problem));
		json_array_append_new(array, archive);
	}
	return array;
}

static json_t *
daemon_object(const Readsync__Response *response)
{
	json_t *object = json_object();

	json_object_set_new(object, "version", text(response->version));
	json_object_set_new(object, "started", time_text(response->started_ms));
	set_number(object, "items", (json_int_t)response->items);
	set_number(object, "readings", (json_int_t)response->readings);
	set_number(object, "waiting", (json_int_t)response->waiting);
	set_number(object, "failing", (json_int_t)response->failing);
	set_number(object, "waiting_for_reader", (json_int_t)response->held);
	set_number(object, "sites_stopped", response->sites_stopped);
	set_number(object, "waiting_images", (json_int_t)response->waiting_images);
	set_number(object, "blobs", (json_int_t)response->blobs);
	set_number(object, "stored_bytes", (json_int_t)response->stored_bytes);
	set_number(object, "peers", response->peers);
	json_object_set_new(object, "queues", queues_array(response));
	json_object_set_new(object, "archives", archives_array(response));
	return object;
}

void
json_print_status(const struct statistics *statistics, const char *archive_name,
    const Readsync__Response *response)
{
	json_t *object = json_object();

	set_number(object, "items", (json_int_t)statistics->items);
	set_number(object, "unread", (json_int_t)statistics->unread);
	set_number(object, "readings", (json_int_t)statistics->readings);
	set_number(object, "full", (json_int_t)statistics->full);
	set_number(object, "blobs", (json_int_t)statistics->blobs);
	set_number(object, "blobs_wanted", (json_int_t)statistics->blobs_wanted);
	set_number(object, "stored_bytes", (json_int_t)statistics->stored_bytes);
	json_object_set_new(object, "archive",
	    archive_name == NULL ? json_null() : text(archive_name));
	json_object_set_new(object, "daemon",
	    response == NULL ? json_null() : daemon_object(response));
	print(object);
}

/* ------------------------------------------------------- article and verdict */

/* The item that an article or a verdict is about. */
static bool
add_about(void *context, const struct item *item)
{
	json_t *object = context;

	set_id(object, item->id);
	json_object_set_new(object, "url", text(item->url));
	json_object_set_new(object, "title", text(item->title));
	return false;
}

static const char *
image_state(const Readsync__Image *image)
{
	if (image == NULL)
		return "waiting";
	if (image->kind == READSYNC__IMAGE__KIND__PIXEL)
		return "pixel";
	return image_media_type(image->kind) == NULL ? "missing" : "kept";
}

static int
add_image(struct replica *replica, const Readsync__Block *block, const Readsync__Images *images,
    json_t *array)
{
	const Readsync__Image *image = image_find(images, block->source);
	const char *type = image == NULL ? NULL : image_media_type(image->kind);
	json_t *object = json_object();
	bool held = false;
	int err = type == NULL || image->blob.len == 0 ? RS_OK :
	    blob_held(replica, image->blob.data, &held);

	json_object_set_new(object, "source", text(block->source));
	json_object_set_new(object, "text", text(block->text));
	json_object_set_new(object, "state", json_string(image_state(image)));
	json_object_set_new(object, "type", type == NULL ? json_null() : json_string(type));
	set_number(object, "size", type == NULL ? 0 : (json_int_t)image->size);
	set_number(object, "width", image == NULL ? 0 : image->width);
	set_number(object, "height", image == NULL ? 0 : image->height);
	json_object_set_new(object, "held", json_boolean(held));
	json_object_set_new(object, "problem", text(image == NULL ? "" : image->problem));
	json_array_append_new(array, object);
	return err;
}

/* Add the images in the order in which the article shows them. */
static int
add_images(struct replica *replica, const Readsync__Reading *reading,
    const Readsync__Article *article, json_t *object)
{
	json_t *array = json_array();
	Readsync__Images *images;
	int err = image_list_of(replica, reading, &images);

	json_object_set_new(object, "images", array);
	if (err != RS_OK)
		return err;
	for (size_t i = 0; i < article->n_blocks && err == RS_OK; i++) {
		if (article->blocks[i]->kind == READSYNC__BLOCK__KIND__IMAGE)
			err = add_image(replica, article->blocks[i], images, array);
	}
	readsync__images__free_unpacked(images, NULL);
	return err;
}

static json_t *
notes_array(const struct annotation *annotation)
{
	json_t *array = json_array(), *object;
	size_t i;

	for (i = 0; i < annotation->note_count; i++) {
		object = json_object();
		set_id(object, annotation->notes[i].id);
		json_object_set_new(object, "text", text(annotation->notes[i].text));
		json_object_set_new(object, "device", text(annotation->notes[i].device));
		json_object_set_new(object, "written", time_text(annotation->notes[i].at_ms));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
highlights_array(const struct annotation *annotation)
{
	json_t *array = json_array(), *object;
	size_t i;

	for (i = 0; i < annotation->passage_count; i++) {
		const struct annotation_passage *passage = &annotation->passages[i];

		object = json_object();
		set_number(object, "number", (json_int_t)i + 1);
		set_id(object, passage->id);
		json_object_set_new(object, "quote", text(passage->quote));
		json_object_set_new(object, "comment", text(passage->comment));
		json_object_set_new(object, "device", text(passage->device));
		json_object_set_new(object, "made", time_text(passage->at_ms));
		json_object_set_new(object, "start", passage->found ?
		    json_integer((json_int_t)passage->start) : json_null());
		json_object_set_new(object, "end", passage->found ?
		    json_integer((json_int_t)passage->end) : json_null());
		json_array_append_new(array, object);
	}
	return array;
}

void
json_print_notes(const struct annotation *annotation)
{
	print(notes_array(annotation));
}

void
json_print_highlights(const struct annotation *annotation)
{
	print(highlights_array(annotation));
}

int
json_print_article(struct replica *replica, const uint8_t *id, const Readsync__Reading *reading,
    const Readsync__Article *article, const struct annotation *annotation)
{
	json_t *object = json_object(), *authors = json_array();
	struct buffer plain;
	size_t i;
	int err;

	err = item_get(replica, id, add_about, object);
	for (i = 0; i < article->n_authors; i++)
		json_array_append_new(authors, text(article->authors[i]));
	json_object_set_new(object, "authors", authors);
	/* The item's title may be the reader's; the article has its own. */
	if (article->title[0] != '\0')
		json_object_set_new(object, "title", text(article->title));
	json_object_set_new(object, "site", text(article->site_name));
	json_object_set_new(object, "published", time_text(article->published_ms));
	json_object_set_new(object, "language", text(article->language));
	set_number(object, "words", article->words);
	json_object_set_new(object, "copy", json_string(copy_name(reading->verdict->copy)));
	if (err == RS_OK)
		err = add_images(replica, reading, article, object);
	buffer_init(&plain, ARTICLE_TEXT_MAX);
	if (err == RS_OK)
		err = article_text(article, &plain);
	if (err == RS_OK) {
		json_object_set_new(object, "text", text(buffer_text(&plain)));
		json_object_set_new(object, "notes", notes_array(annotation));
		json_object_set_new(object, "highlights", highlights_array(annotation));
		print(object);
	} else {
		json_decref(object);
	}
	buffer_release(&plain);
	return err;
}

static const char *
gated_name(Readsync__Gated gated)
{
	return gated == READSYNC__GATED__GATED_YES ? "yes" :
	    gated == READSYNC__GATED__GATED_NO ? "no" : "unknown";
}

static const char *
kind_name(Readsync__GateKind kind)
{
	switch (kind) {
	case READSYNC__GATE_KIND__GATE_KIND_NONE: return "none";
	case READSYNC__GATE_KIND__GATE_KIND_METERED: return "metered";
	case READSYNC__GATE_KIND__GATE_KIND_REGISTRATION: return "registration";
	case READSYNC__GATE_KIND__GATE_KIND_HARD: return "hard";
	default: return "unknown";
	}
}

static const char *
session_name(Readsync__Session session)
{
	return session == READSYNC__SESSION__SESSION_IN ? "in" :
	    session == READSYNC__SESSION__SESSION_OUT ? "out" : "unknown";
}

static json_t *
evidence_array(const Readsync__Verdict *verdict)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < verdict->n_evidence; i++) {
		json_t *piece = json_object();

		json_object_set_new(piece, "id", text(verdict->evidence[i]->id));
		set_number(piece, "weight", verdict->evidence[i]->weight);
		json_object_set_new(piece, "reason",
		    text(evidence_reason(verdict->evidence[i]->id)));
		json_object_set_new(piece, "excerpt", text(verdict->evidence[i]->excerpt));
		json_array_append_new(array, piece);
	}
	return array;
}

static bool
add_address(void *context, const char *url)
{
	json_array_append_new(context, text(url));
	return true;
}

void
json_print_history(const struct history *history)
{
	json_t *list = json_array(), *object;
	size_t i;

	for (i = history->count; i-- > 0;) {
		const Readsync__Reading *reading = history->entries[i].reading;

		object = json_object();
		set_number(object, "number", (json_int_t)i + 1);
		json_object_set_new(object, "best", json_boolean(history->entries[i].best));
		json_object_set_new(object, "read", time_text(reading->at_ms));
		json_object_set_new(object, "copy",
		    json_string(copy_name(reading->verdict->copy)));
		json_object_set_new(object, "marked",
		    json_string(copy_name(history->entries[i].marked)));
		json_object_set_new(object, "preferred",
		    json_boolean(history->entries[i].preferred));
		json_object_set_new(object, "gated",
		    json_string(gated_name(reading->verdict->gated)));
		json_object_set_new(object, "session",
		    json_string(session_name(reading->verdict->session)));
		set_number(object, "words", reading->words);
		json_object_set_new(object, "title", text(reading->title));
		json_object_set_new(object, "refusal", text(reading->refusal));
		json_array_append_new(list, object);
	}
	print(list);
}

static int
set_advice(json_t *object, const Readsync__Verdict *verdict)
{
	struct buffer advice;
	int err;

	buffer_init(&advice, ADVICE_MAX);
	err = advice_append(verdict, json_string_value(json_object_get(object, "url")), &advice);
	if (err == RS_OK)
		json_object_set_new(object, "advice", text(buffer_text(&advice)));
	buffer_release(&advice);
	return err;
}

int
json_print_verdict(struct replica *replica, const uint8_t *id, const Readsync__Reading *reading,
    Readsync__Copy marked, Readsync__Copy judged)
{
	static const Readsync__Verdict none = READSYNC__VERDICT__INIT;
	const Readsync__Verdict *verdict = reading == NULL ? &none : reading->verdict;
	json_t *object = json_object();
	json_t *addresses = json_array();
	int err;

	err = item_get(replica, id, add_about, object);
	if (err == RS_OK)
		err = item_addresses(replica, id, add_address, addresses);
	json_object_set_new(object, "addresses", addresses);
	json_object_set_new(object, "copy", json_string(copy_name(verdict->copy)));
	json_object_set_new(object, "marked", json_string(copy_name(marked)));
	json_object_set_new(object, "judged", json_string(copy_name(judged)));
	json_object_set_new(object, "gated", json_string(gated_name(verdict->gated)));
	json_object_set_new(object, "kind", json_string(kind_name(verdict->kind)));
	json_object_set_new(object, "session", json_string(session_name(verdict->session)));
	json_object_set_new(object, "read", time_text(reading == NULL ? 0 : reading->at_ms));
	set_number(object, "words", reading == NULL ? 0 : reading->words);
	json_object_set_new(object, "refusal", text(reading == NULL ? "" : reading->refusal));
	json_object_set_new(object, "evidence", evidence_array(verdict));
	if (err == RS_OK)
		err = set_advice(object, verdict);
	if (err == RS_OK)
		print(object);
	else
		json_decref(object);
	return err;
}
