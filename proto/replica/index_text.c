#include <string.h>

#include "proto/record/article.h"
#include "proto/record/article_text.h"
#include "proto/replica/blob.h"
#include "proto/replica/index_text.h"
#include "proto/replica/internal.h"

/* Append the text of a packed article, in whichever thread. */
static int
text_of_frame(struct pack *pack, struct bytes frame, struct buffer *text)
{
	Readsync__Article *article;
	struct buffer packed;
	int err;

	buffer_init(&packed, ARTICLE_PACKED_MAX);
	err = pack_decompress(pack, frame, &packed);
	if (err == RS_OK)
		err = article_unpack(buffer_bytes(&packed), &article);
	buffer_release(&packed);
	if (err == RS_OK) {
		err = article_text(article, text);
		readsync__article__free_unpacked(article, NULL);
	}
	/* Another device packed it: what is no article has no text, and of a long one it ends. */
	return err == RS_ENOTPAGE || err == RS_EINVAL || err == RS_ELIMIT ? RS_OK : err;
}

/* Read a blob that an item names as held. */
static int
read_frame(struct replica *replica, const uint8_t *hash, struct buffer *frame)
{
	int err = blob_get(replica, hash, frame);

	return err == RS_ENOTFOUND ? RS_EDAMAGED : err;
}

int
index_text_make(struct replica *replica, const uint8_t *hash, struct buffer *text)
{
	struct buffer frame;
	int err;

	buffer_init(&frame, BLOB_MAX);
	err = read_frame(replica, hash, &frame);
	if (err == RS_OK)
		err = text_of_frame(replica->pack, buffer_bytes(&frame), text);
	buffer_release(&frame);
	return err;
}

/* ------------------------------------------------------------------------ reading ahead */

void
index_text_begin(struct index_text *texts, struct replica *replica)
{
	memset(texts, 0, sizeof(*texts));
	texts->replica = replica;
	texts->items = database_query(&replica->database,
	    "SELECT item.id, item.article FROM temp.reindex JOIN item ON item.id = reindex.item"
	    " WHERE shown AND item.article IS NOT NULL ORDER BY reindex.item", NO_VALUES);
	texts->more = true;
	helper_init(&texts->helper);
	for (size_t i = 0; i < INDEX_TEXT_AHEAD; i++) {
		buffer_init(&texts->ahead[i].frame, INDEX_TEXT_FRAME_MAX);
		buffer_init(&texts->ahead[i].text, INDEX_TEXT_MAX);
	}
	buffer_init(&texts->text, INDEX_TEXT_MAX);
}

void
index_text_end(struct index_text *texts)
{
	helper_stop(&texts->helper);
	(void)database_end(&texts->items);
	pack_free(texts->pack);
	for (size_t i = 0; i < INDEX_TEXT_AHEAD; i++) {
		buffer_release(&texts->ahead[i].frame);
		buffer_release(&texts->ahead[i].text);
	}
	buffer_release(&texts->text);
}

/* In the helper's thread. */
static void
work(struct helper_job *job)
{
	struct index_text_job *ours = (struct index_text_job *)job;

	buffer_clear(&ours->text);
	ours->err = text_of_frame(ours->pack, buffer_bytes(&ours->frame), &ours->text);
}

static struct index_text_job *
at(struct index_text *texts, size_t i)
{
	return &texts->ahead[(texts->first + i) % INDEX_TEXT_AHEAD];
}

/* Give the helper the article in the blob ${hash}, unless it is large. */
static int
give(struct index_text *texts, int64_t item, const uint8_t *hash)
{
	struct index_text_job *job = at(texts, texts->count);
	int err = texts->pack == NULL ? pack_new(&texts->pack) : RS_OK;

	buffer_clear(&job->frame);
	if (err == RS_OK)
		err = read_frame(texts->replica, hash, &job->frame);
	if (err != RS_OK || pack_size(buffer_bytes(&job->frame)) > INDEX_TEXT_CONTENT_MAX)
		return err == RS_ELIMIT ? RS_OK : err;
	job->job.work = work;
	job->pack = texts->pack;
	job->item = item;
	texts->count++;
	helper_give(&texts->helper, &job->job);
	return RS_OK;
}

/* Read ahead, of those that come after ${item}. */
static int
fill(struct index_text *texts, int64_t item)
{
	struct bytes hash;
	int err = RS_OK;

	while (err == RS_OK && texts->count < INDEX_TEXT_AHEAD &&
	    (texts->more = database_next(&texts->items))) {
		hash = database_blob(&texts->items, 1);
		if (database_integer(&texts->items, 0) > item && hash.len == HASH_CONTENT_LEN)
			err = give(texts, database_integer(&texts->items, 0), hash.data);
	}
	return err == RS_OK ? texts->items.err : err;
}

int
index_text_next(struct index_text *texts, int64_t item, const uint8_t *hash,
    struct bytes *ret_text)
{
	struct buffer *text = &texts->text;
	int err = RS_OK;

	/* One that was not asked for is the helper's all the same, until it is done. */
	for (; texts->count > 0 && at(texts, 0)->item < item; texts->count--) {
		helper_wait(&texts->helper, &at(texts, 0)->job);
		texts->first = (texts->first + 1) % INDEX_TEXT_AHEAD;
	}
	/* Many at a time, or each would wake the helper. */
	if (texts->more && texts->count <= INDEX_TEXT_AHEAD / 2)
		err = fill(texts, item);
	if (err != RS_OK)
		return err;
	if (texts->count > 0 && at(texts, 0)->item == item) {
		helper_wait(&texts->helper, &at(texts, 0)->job);
		text = &at(texts, 0)->text;
		err = at(texts, 0)->err;
	} else {
		buffer_clear(text);
		err = index_text_make(texts->replica, hash, text);
	}
	if (err == RS_OK)
		*ret_text = buffer_bytes(text);
	return err;
}
