#include <string.h>

#include "client/jsonl/extra.h"
#include "client/jsonl/line_parts.h"
#include "proto/base/clock.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"

/* The views of ids are put into copies: what was unpacked is freed as it was. */
static int
keep_fetch(struct replica *replica, const uint8_t *item, const struct line_fetch *from)
{
	Readsync__Fetch fetch = *from->fetch;
	bool there;
	int err = register_is_there(replica, RECORD_FETCH, from->id, "fetch", &there);

	if (err != RS_OK || there)
		return err;
	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	if (fetch.at_ms == 0)
		fetch.at_ms = clock_now_ms(replica_clock(replica));
	return reading_put_fetch(replica, from->id, &fetch, from->page);
}

static int
keep_images(struct replica *replica, const uint8_t *id, const struct line_reading *from)
{
	bool there;
	int err = register_is_there(replica, RECORD_READING, id, "images", &there);

	if (err != RS_OK || there || from->image == NULL)
		return err;
	return line_image_keep(replica, id, from->image);
}

static int
keep_reading(struct replica *replica, const uint8_t *item, struct line_reading *from)
{
	Readsync__Reading reading = *from->reading;
	uint8_t id[HASH_NAME_LEN];
	bool there;
	int err;

	reading_name(reading.fetch.data, reading.extractor, id);
	err = register_is_there(replica, RECORD_READING, id, "reading", &there);
	if (err != RS_OK || there)
		return err == RS_OK ? keep_images(replica, id, from) : err;
	reading.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	if (reading.at_ms == 0)
		reading.at_ms = clock_now_ms(replica_clock(replica));
	err = reading_put(replica, &reading, buffer_bytes(&from->article));
	if (err == RS_OK && from->verdict != NULL)
		err = replica_write(replica, RECORD_READING, id, "verdict",
		    bytes_of_text(from->verdict));
	return err == RS_OK ? keep_images(replica, id, from) : err;
}

static bool
note_key(void *context, const char *key, struct bytes value)
{
	(void)value;
	return json_object_set_new(context, key, json_true()) == 0;
}

static int
keep_extras(struct replica *replica, const uint8_t *item, const struct line *line)
{
	json_t *here = json_object(), *value;
	struct extra_member member;
	size_t at = 0;
	const char *key;
	int err = item_extras(replica, item, note_key, here);

	json_object_foreach(line->root, key, value) {
		if (extra_next(line->text, &at, &member) && !line_known(key) && err == RS_OK &&
		    json_object_get(here, key) == NULL)
			err = item_set_extra(replica, item, key, member.value);
	}
	json_decref(here);
	return err;
}

/* A title that the best reading gives is not the reader's own, and goes with it. */
static int
keep_title(struct replica *replica, const uint8_t *item, const struct line *line)
{
	Readsync__Reading *best = NULL;
	bool own = true;
	int err;

	if (line->title[0] == '\0')
		return RS_OK;
	err = reading_best(replica, item, &best);
	if (err == RS_OK)
		own = strcmp(best->title, line->title) != 0;
	readsync__reading__free_unpacked(best, NULL);
	if (err != RS_OK && err != RS_ENOTFOUND)
		return err;
	return own ? item_set_title(replica, item, line->title) : RS_OK;
}

static int
keep_new(struct replica *replica, const uint8_t *item, const struct line *line)
{
	int err = keep_title(replica, item, line);

	if (err == RS_OK && line->archived)
		err = item_set_state(replica, item, ITEM_ARCHIVED);
	if (err == RS_OK && line->starred)
		err = item_star(replica, item, true);
	if (err == RS_OK && line->prefers)
		err = replica_write(replica, RECORD_ITEM, item, "prefer",
		    bytes_of(line->prefer, sizeof(line->prefer)));
	return err;
}

int
line_keep(struct replica *replica, const struct line *line, bool *ret_new)
{
	struct item_save save = { .saved_ms = line->saved_ms, .tags = line->tags,
	    .tag_count = line->tag_count };
	uint8_t item[HASH_NAME_LEN];
	bool fresh;
	size_t i;
	int err;

	err = item_save(replica, line->url, &save, item, &fresh, NULL);
	for (i = 0; i < line->address_count && err == RS_OK; i++)
		err = item_add_address(replica, item, line->addresses[i], NULL);
	for (i = 0; i < line->fetch_count && err == RS_OK; i++)
		err = keep_fetch(replica, item, &line->fetches[i]);
	for (i = 0; i < line->reading_count && err == RS_OK; i++)
		err = keep_reading(replica, item, &line->readings[i]);
	if (err == RS_OK)
		err = line_notes_keep(&line->notes, replica, item);
	if (err == RS_OK)
		err = keep_extras(replica, item, line);
	if (err == RS_OK && fresh)
		err = keep_new(replica, item, line);
	if (err == RS_OK)
		*ret_new = fresh;
	return err;
}
