#include <stdlib.h>
#include <string.h>

#include "client/jsonl/line_image.h"
#include "client/jsonl/message.h"
#include "proto/base/encode.h"
#include "proto/replica/blob.h"
#include "proto/replica/image.h"

struct line_image {
	struct buffer value;		/* of the register */
	struct buffer files[IMAGE_COUNT_MAX];
	size_t file_count;
};

/* ------------------------------------------------------------------- writing */

static int
write_file(struct replica *replica, const Readsync__Image *image, struct line_image_files *files,
    json_t *object)
{
	char name[2 * HASH_CONTENT_LEN + 1];
	struct buffer file, coded;
	int err;

	encode_hex(bytes_of(image->blob.data, image->blob.len), name);
	if (json_object_get(files->names, name) != NULL ||
	    image->size > LINE_IMAGE_FILES_MAX - files->bytes)
		return RS_OK;
	buffer_init(&file, BLOB_MAX);
	buffer_init(&coded, 2 * BLOB_MAX);
	err = blob_get(replica, image->blob.data, &file);
	/* Its size is what a peer says, until it is here. */
	if (err == RS_OK && file.len <= LINE_IMAGE_FILES_MAX - files->bytes) {
		err = encode_base64(buffer_bytes(&file), &coded);
		if (err == RS_OK)
			json_object_set_new(object, "file_base64",
			    json_stringn_nocheck(buffer_text(&coded), coded.len));
		files->bytes += file.len;
		json_object_set_new(files->names, name, json_true());
	}
	buffer_release(&coded);
	buffer_release(&file);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

int
line_image_write(struct replica *replica, const uint8_t *reading,
    struct line_image_files *files, json_t *object)
{
	Readsync__Images *images;
	json_t *array;
	int err = image_list(replica, reading, &images);

	if (err != RS_OK)
		return err;
	if (files->names == NULL)
		files->names = json_object();
	array = json_array();
	for (size_t i = 0; i < images->n_images && err == RS_OK; i++) {
		json_t *one = message_to_json(&images->images[i]->base);

		json_array_append_new(array, one);
		if (images->images[i]->blob.len > 0)
			err = write_file(replica, images->images[i], files, one);
	}
	if (images->n_images > 0)
		json_object_set(object, "images", array);
	json_decref(array);
	readsync__images__free_unpacked(images, NULL);
	return err;
}

/* ------------------------------------------------------------------- reading */

static int
read_file(const json_t *coded, const Readsync__Image *image, struct line_image *into,
    struct rs_err_detail *detail)
{
	struct buffer *file = &into->files[into->file_count++];
	uint8_t hash[HASH_CONTENT_LEN];
	int err = RS_EINVAL;

	buffer_init(file, BLOB_MAX);
	if (json_is_string(coded))
		err = encode_base64_read(json_string_value(coded), file);
	if (err == RS_EINVAL) {
		rs_err_detail_set(detail, "\"file_base64\" is not base64url without padding");
		return err;
	}
	hash_content(buffer_bytes(file), hash);
	if (err == RS_OK && !bytes_equal(bytes_of(image->blob.data, image->blob.len),
	    bytes_of(hash, sizeof(hash)))) {
		rs_err_detail_set(detail, "an image's \"blob\" is not the hash of its file");
		return RS_EINVAL;
	}
	return err;
}

/* Read one image into ${ret_image}, with its file if it has one. */
static int
read_image(const json_t *value, struct line_image *into, Readsync__Image **ret_image,
    struct rs_err_detail *detail)
{
	json_t *object = json_copy((json_t *)value), *coded;
	ProtobufCMessage *message;
	int err;

	if (!json_is_object(object)) {
		json_decref(object);
		rs_err_detail_set(detail, "\"images\" is not an array of objects");
		return RS_EINVAL;
	}
	json_object_del(object, "file_base64");
	err = message_from_json(object, &readsync__image__descriptor, &message, detail);
	json_decref(object);
	if (err != RS_OK)
		return err;
	coded = json_object_get(value, "file_base64");
	if (coded != NULL && !json_is_null(coded))
		err = read_file(coded, (Readsync__Image *)message, into, detail);
	if (err == RS_OK)
		*ret_image = (Readsync__Image *)message;
	else
		protobuf_c_message_free_unpacked(message, NULL);
	return err;
}

/* Pack ${images} as a register has them, and see whether it would be read again. */
static int
pack(const Readsync__Images *images, struct buffer *value, struct rs_err_detail *detail)
{
	Readsync__Images *again;
	uint8_t *room;
	int err = buffer_reserve(value, readsync__images__get_packed_size(images), &room);

	if (err == RS_OK) {
		buffer_commit(value, readsync__images__pack(images, room));
		err = image_unpack(buffer_bytes(value), &again);
	}
	if (err == RS_OK)
		readsync__images__free_unpacked(again, NULL);
	else if (err != RS_ENOMEM)
		rs_err_detail_set(detail, "\"images\" make no sense: a hash or a problem is not "
		    "as it must be, or they are too many");
	return err == RS_EPROTOCOL ? RS_EINVAL : err;
}

int
line_image_parse(const json_t *array, struct line_image **ret_image,
    struct rs_err_detail *detail)
{
	Readsync__Image *list[IMAGE_COUNT_MAX];
	Readsync__Images images = READSYNC__IMAGES__INIT;
	struct line_image *into;
	int err = RS_OK;

	if (array == NULL) {
		*ret_image = NULL;
		return RS_OK;
	}
	if (!json_is_array(array) || json_array_size(array) > IMAGE_COUNT_MAX) {
		rs_err_detail_set(detail, "\"images\" is not an array of at most %d",
		    IMAGE_COUNT_MAX);
		return RS_EINVAL;
	}
	into = calloc(1, sizeof(*into));
	if (into == NULL)
		return RS_ENOMEM;
	buffer_init(&into->value, RECORD_VALUE_MAX);
	images.images = list;
	for (size_t i = 0; i < json_array_size(array) && err == RS_OK; i++) {
		err = read_image(json_array_get(array, i), into, &list[images.n_images], detail);
		if (err == RS_OK)
			images.n_images++;
	}
	if (err == RS_OK)
		err = pack(&images, &into->value, detail);
	for (size_t i = 0; i < images.n_images; i++)
		readsync__image__free_unpacked(list[i], NULL);
	if (err == RS_OK)
		*ret_image = into;
	else
		line_image_free(into);
	return err;
}

void
line_image_free(struct line_image *image)
{
	if (image == NULL)
		return;
	for (size_t i = 0; i < image->file_count; i++)
		buffer_release(&image->files[i]);
	buffer_release(&image->value);
	free(image);
}

int
line_image_keep(struct replica *replica, const uint8_t *reading,
    const struct line_image *image)
{
	uint8_t hash[HASH_CONTENT_LEN];
	int err = RS_OK;

	for (size_t i = 0; i < image->file_count && err == RS_OK; i++)
		err = blob_put(replica, buffer_bytes(&image->files[i]), hash);
	return err != RS_OK ? err : replica_write(replica, RECORD_READING, reading, "images",
	    buffer_bytes(&image->value));
}
