#include <stdlib.h>
#include <string.h>

#include "proto/record/unpack.h"
#include "proto/replica/blob.h"
#include "proto/replica/image.h"
#include "proto/replica/internal.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"
#include "proto/replica/text.h"
#include "proto/replica/want.h"

enum {
	VALUE_MEMORY_MAX = 4 * 1024 * 1024,	/* of an unpacked register: see unpack.h */
	FOREBEARS_MAX = 8			/* readings that one inherits from, the newest */
};

void
image_name(const char *source, uint8_t ret_name[HASH_NAME_LEN])
{
	struct bytes parts[] = { bytes_of_text("image"), bytes_of_text(source) };

	hash_name(bytes_of(NULL, 0), parts, 2, ret_name);
}

/* ---------------------------------------------------------------- the register */

static bool
is_sound(const Readsync__Image *image)
{
	struct bytes problem = bytes_of_text(image->problem);

	return image->source.len == HASH_NAME_LEN &&
	    (image->blob.len == 0 || image->blob.len == HASH_CONTENT_LEN) &&
	    (image->blob.len == 0) == (image->size == 0) &&
	    image->size <= BLOB_MAX && problem.len <= IMAGE_PROBLEM_MAX && text_is_line(problem);
}

int
image_unpack(struct bytes value, Readsync__Images **ret_images)
{
	ProtobufCMessage *message;
	Readsync__Images *images;
	bool sound;
	int err = unpack_bounded(&readsync__images__descriptor, value, VALUE_MEMORY_MAX, &message);

	if (err != RS_OK)
		return err == RS_ENOMEM ? err : RS_EPROTOCOL;
	images = (Readsync__Images *)message;
	sound = images->n_images <= IMAGE_COUNT_MAX;
	for (size_t i = 0; sound && i < images->n_images; i++)
		sound = is_sound(images->images[i]);
	if (!sound) {
		readsync__images__free_unpacked(images, NULL);
		return RS_EPROTOCOL;
	}
	*ret_images = images;
	return RS_OK;
}

int
image_list(struct replica *replica, const uint8_t *reading, Readsync__Images **ret_images)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_READING, reading, bytes_of_text("images"), &value,
	    NULL);
	if (err == RS_OK || err == RS_ENOTFOUND)
		err = image_unpack(buffer_bytes(&value), ret_images);
	/* A value that makes no sense counts as if the register were absent. */
	if (err == RS_EPROTOCOL)
		err = image_unpack(bytes_of(NULL, 0), ret_images);
	buffer_release(&value);
	return err;
}

int
image_list_of(struct replica *replica, const Readsync__Reading *reading,
    Readsync__Images **ret_images)
{
	uint8_t id[HASH_NAME_LEN];

	reading_name(reading->fetch.data, reading->extractor, id);
	return image_list(replica, id, ret_images);
}

/* Return where the image called ${name} is in ${images}, or their number. */
static size_t
place_of(const Readsync__Images *images, const uint8_t *name)
{
	size_t i = 0;

	while (i < images->n_images &&
	    memcmp(images->images[i]->source.data, name, HASH_NAME_LEN) != 0)
		i++;
	return i;
}

const Readsync__Image *
image_find(const Readsync__Images *images, const char *source)
{
	uint8_t name[HASH_NAME_LEN];
	size_t i;

	image_name(source, name);
	i = place_of(images, name);
	return i < images->n_images ? images->images[i] : NULL;
}

const char *
image_media_type(Readsync__Image__Kind kind)
{
	switch ((int)kind) {
	case READSYNC__IMAGE__KIND__JPEG: return "image/jpeg";
	case READSYNC__IMAGE__KIND__PNG: return "image/png";
	case READSYNC__IMAGE__KIND__GIF: return "image/gif";
	case READSYNC__IMAGE__KIND__WEBP: return "image/webp";
	case READSYNC__IMAGE__KIND__AVIF: return "image/avif";
	case READSYNC__IMAGE__KIND__SVG: return "image/svg+xml";
	default: return NULL;
	}
}

static int
write_list(struct replica *replica, const uint8_t *reading, const Readsync__Images *images)
{
	size_t len = readsync__images__get_packed_size(images);
	struct buffer value;
	uint8_t *room;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = buffer_reserve(&value, len, &room);
	if (err == RS_OK) {
		buffer_commit(&value, readsync__images__pack(images, room));
		err = replica_write(replica, RECORD_READING, reading, "images",
		    buffer_bytes(&value));
	}
	buffer_release(&value);
	return err;
}

/* Write what is noted of ${reading} with ${image} in it, at the place of its name. */
static int
note(struct replica *replica, const uint8_t *reading, const Readsync__Image *image)
{
	Readsync__Image *list[IMAGE_COUNT_MAX];
	Readsync__Images *known, images = READSYNC__IMAGES__INIT;
	size_t place;
	int err = image_list(replica, reading, &known);

	if (err != RS_OK)
		return err;
	place = place_of(known, image->source.data);
	if (place == IMAGE_COUNT_MAX) {
		readsync__images__free_unpacked(known, NULL);
		return RS_ELIMIT;
	}
	images.n_images = place == known->n_images ? place + 1 : known->n_images;
	images.images = list;
	if (known->n_images > 0)
		memcpy(list, known->images, known->n_images * sizeof(*list));
	list[place] = (Readsync__Image *)image;
	err = write_list(replica, reading, &images);
	readsync__images__free_unpacked(known, NULL);
	return err;
}

int
image_put(struct replica *replica, const uint8_t *reading, const char *source,
    const Readsync__Image *image, struct bytes content)
{
	uint8_t name[HASH_NAME_LEN], hash[HASH_CONTENT_LEN];
	Readsync__Image stored = *image;
	int64_t shown;
	int err = database_lookup(&replica->database, "SELECT 1 FROM reading"
	    " JOIN item ON item.id = reading.item WHERE reading = ? AND shown",
	    VALUES(DB_BLOB(reading, HASH_NAME_LEN)), &shown);

	image_name(source, name);
	stored.source = (ProtobufCBinaryData){ sizeof(name), name };
	if (err == RS_OK && content.len > 0) {
		err = blob_put(replica, content, hash);
		stored.blob = (ProtobufCBinaryData){ sizeof(hash), hash };
		stored.size = content.len;
	}
	if (err != RS_OK)
		return err;
	return is_sound(&stored) ? note(replica, reading, &stored) : RS_EINVAL;
}

/* ------------------------------------------------------------------ inheriting */

/* What other readings of the item have noted. */
struct forebears {
	Readsync__Images *lists[FOREBEARS_MAX];
	size_t count;
};

static int
find_forebears(struct replica *replica, const uint8_t *reading, struct forebears *forebears)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT other.reading FROM reading AS one JOIN reading AS other"
	    " ON other.item = one.item AND other.reading <> one.reading"
	    " WHERE one.reading = ?1 AND EXISTS"
	    " (SELECT 1 FROM image WHERE image.reading = other.reading)"
	    " ORDER BY other.at_ms DESC LIMIT ?2",
	    VALUES(DB_BLOB(reading, HASH_NAME_LEN), DB_INTEGER(FOREBEARS_MAX)));

	while (database_next(&rows)) {
		rows.err = image_list(replica, database_blob(&rows, 0).data,
		    &forebears->lists[forebears->count]);
		forebears->count += rows.err == RS_OK;
	}
	return database_end(&rows);
}

/* Find the image ${source}, held here; NULL for ${ret_image} when nobody has it. */
static int
find_held(struct replica *replica, const struct forebears *forebears, const char *source,
    const Readsync__Image **ret_image)
{
	const Readsync__Image *image;
	bool held = false;
	int err = RS_OK;

	*ret_image = NULL;
	for (size_t i = 0; i < forebears->count && err == RS_OK && !held; i++) {
		image = image_find(forebears->lists[i], source);
		if (image != NULL && image->blob.len > 0)
			err = blob_held(replica, image->blob.data, &held);
		if (held)
			*ret_image = image;
	}
	return err;
}

/* Collect of the images of ${article} those that are held, each once. */
static int
collect_held(struct replica *replica, const struct forebears *forebears,
    const Readsync__Article *article, Readsync__Images *images)
{
	const Readsync__Image *image;
	int err = RS_OK;

	for (size_t i = 0; i < article->n_blocks && err == RS_OK &&
	    images->n_images < IMAGE_COUNT_MAX; i++) {
		const Readsync__Block *block = article->blocks[i];

		if (block->kind != READSYNC__BLOCK__KIND__IMAGE ||
		    image_find(images, block->source) != NULL)
			continue;
		err = find_held(replica, forebears, block->source, &image);
		if (image != NULL)
			images->images[images->n_images++] = (Readsync__Image *)image;
	}
	return err;
}

int
image_inherit(struct replica *replica, const uint8_t *reading,
    const Readsync__Article *article)
{
	Readsync__Image *list[IMAGE_COUNT_MAX];
	Readsync__Images *noted, images = READSYNC__IMAGES__INIT;
	struct forebears forebears = { .count = 0 };
	bool fresh;
	int err = image_list(replica, reading, &noted);

	if (err != RS_OK)
		return err;
	/* Read a second time, it has its own. */
	fresh = noted->n_images == 0;
	readsync__images__free_unpacked(noted, NULL);
	images.images = list;
	if (fresh)
		err = find_forebears(replica, reading, &forebears);
	if (err == RS_OK && forebears.count > 0)
		err = collect_held(replica, &forebears, article, &images);
	if (err == RS_OK && images.n_images > 0)
		err = write_list(replica, reading, &images);
	for (size_t i = 0; i < forebears.count; i++)
		readsync__images__free_unpacked(forebears.lists[i], NULL);
	return err;
}

/* ------------------------------------------------------------------- the table */

/* Return how large ${images} say that a blob is, the most that they say; 0 for nothing. */
static uint64_t
size_of(const Readsync__Images *images, const uint8_t *hash)
{
	const Readsync__Image *image;
	uint64_t size = 0;

	for (size_t i = 0; i < images->n_images; i++) {
		image = images->images[i];
		if (image->blob.len > 0 && memcmp(image->blob.data, hash, HASH_CONTENT_LEN) == 0)
			size = image->size > size ? image->size : size;
	}
	return size;
}

/* Take out of the table what ${images} do not name any more. */
static int
drop_rows(struct replica *replica, const uint8_t *reading, const Readsync__Images *images)
{
	uint8_t gone[IMAGE_COUNT_MAX][HASH_CONTENT_LEN];
	size_t count = 0;
	struct rows rows = database_query(&replica->database,
	    "SELECT blob FROM image WHERE reading = ?",
	    VALUES(DB_BLOB(reading, HASH_NAME_LEN)));
	int err;

	while (database_next(&rows)) {
		if (size_of(images, database_blob(&rows, 0).data) == 0)
			memcpy(gone[count++], database_blob(&rows, 0).data, HASH_CONTENT_LEN);
	}
	err = database_end(&rows);
	for (size_t i = 0; i < count && err == RS_OK; i++) {
		err = database_run(&replica->database,
		    "DELETE FROM image WHERE reading = ? AND blob = ?",
		    VALUES(DB_BLOB(reading, HASH_NAME_LEN),
		    DB_BLOB(gone[i], HASH_CONTENT_LEN)));
		if (err == RS_OK)
			err = want_refresh(replica, gone[i]);
		if (err == RS_OK)
			err = blob_unnamed(replica, gone[i]);
	}
	return err;
}

static int
add_rows(struct replica *replica, const uint8_t *reading, const Readsync__Images *images)
{
	const Readsync__Image *image;
	int err = RS_OK;

	for (size_t i = 0; i < images->n_images && err == RS_OK; i++) {
		image = images->images[i];
		if (image->blob.len == 0)
			continue;
		err = database_run(&replica->database,
		    "INSERT INTO image (reading, blob, size) VALUES (?, ?, ?)"
		    " ON CONFLICT DO UPDATE SET size = excluded.size WHERE size <> excluded.size",
		    VALUES(DB_BLOB(reading, HASH_NAME_LEN),
		    DB_BLOB(image->blob.data, HASH_CONTENT_LEN),
		    DB_INTEGER(size_of(images, image->blob.data))));
		if (err == RS_OK && database_changed(&replica->database) > 0)
			err = want_refresh(replica, image->blob.data);
	}
	return err;
}

int
image_derive(struct replica *replica, const uint8_t *reading, struct bytes value)
{
	Readsync__Images *images;
	int err = image_unpack(value, &images);

	if (err == RS_EPROTOCOL)
		err = image_unpack(bytes_of(NULL, 0), &images);
	if (err != RS_OK)
		return err;
	err = drop_rows(replica, reading, images);
	if (err == RS_OK)
		err = add_rows(replica, reading, images);
	readsync__images__free_unpacked(images, NULL);
	return err;
}
