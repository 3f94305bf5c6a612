/*
 * The images of an article: what became of each of them.
 *
 * An archive fetches the images that the blocks of a reading's article name
 * (image_work.h) and notes of each, in the register `images` of the reading, the blob
 * that holds it and what it is, or why it is not here.  An image is named by the source
 * of the blocks that show it, so the article itself stays as it was packed, and
 * images that come late, or not at all, change nothing of it.  An image of which
 * nothing is noted was not fetched yet.
 */
#ifndef PROTO_REPLICA_IMAGE_H
#define PROTO_REPLICA_IMAGE_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum {
	IMAGE_COUNT_MAX = 100,		/* of one reading */
	IMAGE_PROBLEM_MAX = 100		/* bytes of a problem */
};

/**
 * image_name(source, ret_name):
 * Set ${ret_name} to what names the image with the URL ${source}.
 */
void image_name(const char *source, uint8_t ret_name[HASH_NAME_LEN]);

/**
 * image_unpack(value, ret_images):
 * Read the value of a register; freed with readsync__images__free_unpacked(images,
 * NULL).  RS_EPROTOCOL when it is not one: more than IMAGE_COUNT_MAX of them, a name or a
 * hash that has not its length, a size without a blob or above BLOB_MAX, a problem that is
 * too long or no line.  RS_ENOMEM.
 */
int image_unpack(struct bytes value, Readsync__Images **ret_images);

/**
 * image_list(replica, reading, ret_images):
 * Read what is noted of the images of the reading with the id ${reading}: none, when
 * nothing is.  Freed as above.
 */
int image_list(struct replica *replica, const uint8_t *reading, Readsync__Images **ret_images);

/**
 * image_list_of(replica, reading, ret_images):
 * The same for a reading that was read back.
 */
int image_list_of(struct replica *replica, const Readsync__Reading *reading,
    Readsync__Images **ret_images);

/**
 * image_find(images, source):
 * Return what ${images} say of the image with the URL ${source}, NULL for nothing; it is
 * theirs.
 */
const Readsync__Image *image_find(const Readsync__Images *images, const char *source);

/**
 * image_media_type(kind):
 * Return the media type of an image that is kept, NULL for any other and for a kind that is
 * not known here.
 */
const char *image_media_type(Readsync__Image__Kind kind);

/**
 * image_put(replica, reading, source, image, content):
 * Note ${image}, whose source, blob and size are set here, as the one with the URL
 * ${source}, in place of what was noted of it before.  ${content} becomes its blob, unless
 * it is empty; then ${image}'s own blob and size stand.  Equal content is stored once.
 * RS_ENOTFOUND when the reading is not there, or its item is not (any more); RS_ELIMIT past
 * IMAGE_COUNT_MAX or BLOB_MAX; RS_EINVAL when image_unpack would not read it back.
 */
int image_put(struct replica *replica, const uint8_t *reading, const char *source,
    const Readsync__Image *image, struct bytes content);

/**
 * image_inherit(replica, reading, article):
 * For reading_add: note of the new ${reading}, whose article is ${article}, what other
 * readings of its item have of the same images and is here, so that it need not be
 * fetched again, nor missed meanwhile.
 */
int image_inherit(struct replica *replica, const uint8_t *reading,
    const Readsync__Article *article);

/**
 * image_derive(replica, reading, value):
 * For derive.c: the register `images` of ${reading} says ${value} now.  Brings the table
 * `image`, and what is wanted, in line with it.
 */
int image_derive(struct replica *replica, const uint8_t *reading, struct bytes value);

#endif
