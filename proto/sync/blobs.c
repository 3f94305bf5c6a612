#include <string.h>

#include "proto/replica/blob.h"
#include "proto/replica/offline.h"
#include "proto/sync/blobs.h"
#include "proto/sync/draft.h"
#include "proto/wire/message.h"

void
blobs_init(struct blobs *blobs, struct replica *replica)
{
	*blobs = (struct blobs){ .replica = replica, .look = true };
	blob_table_init(&blobs->asked, BLOBS_WINDOW);
	blob_table_init(&blobs->absent, BLOBS_ABSENT_MAX);
	blob_table_init(&blobs->serving, BLOBS_WINDOW);
}

void
blobs_release(struct blobs *blobs)
{
	blob_table_release(&blobs->asked);
	blob_table_release(&blobs->absent);
	blob_table_release(&blobs->serving);
}

void
blobs_meet_archive(struct blobs *blobs, const uint8_t *archive)
{
	blobs->with_archive = true;
	memcpy(blobs->archive, archive, sizeof(blobs->archive));
}

/* The archive holds ${hash}. */
static int
note_held(struct blobs *blobs, const uint8_t *hash)
{
	return blobs->with_archive ? blob_set_archive(blobs->replica, hash, blobs->archive) :
	    RS_OK;
}

/* The archive does not hold ${hash}; if it said so before, and we believed it, tell. */
static int
note_missing(struct blobs *blobs, const uint8_t *hash)
{
	bool acknowledged, held;
	int err;

	if (!blobs->with_archive)
		return RS_OK;
	err = blob_on_archive(blobs->replica, hash, blobs->archive, &acknowledged);
	if (err != RS_OK || !acknowledged)
		return err;
	err = blob_held(blobs->replica, hash, &held);
	if (err == RS_OK && !held)
		blobs->total_denied++;
	return err == RS_OK ? blob_set_archive(blobs->replica, hash, NULL) : err;
}

/* ------------------------------------------------------- what we ask for */

void
blobs_look(struct blobs *blobs)
{
	blobs->look = true;
}

/* A Wants message in the making. */
struct asking {
	struct blobs *blobs;
	Readsync__Wants *wants;
	bool resumed;		/* some offset is not 0 */
	int err;
};

static bool
ask(struct asking *asking, const uint8_t *hash, uint64_t offset)
{
	struct blobs *blobs = asking->blobs;
	Readsync__Wants *wants = asking->wants;
	uint64_t *grown;

	if (blob_table_find(&blobs->asked, hash) != NULL ||
	    blob_table_find(&blobs->absent, hash) != NULL)
		return true;
	if (blobs->asked.count == BLOBS_WINDOW || wants->n_blobs == BLOBS_NAMED_MAX) {
		blobs->more = true;
		return false;
	}
	asking->err = blob_table_add(&blobs->asked, hash, offset);
	if (asking->err != RS_OK)
		return false;
	grown = draft_grow(wants->offsets, wants->n_offsets, sizeof(*grown));
	if (grown == NULL) {
		asking->err = RS_ENOMEM;
		return false;
	}
	wants->offsets = grown;
	wants->offsets[wants->n_offsets++] = offset;
	asking->resumed |= offset > 0;
	asking->err = draft_add_bytes(&wants->blobs, &wants->n_blobs, hash, HASH_CONTENT_LEN);
	return asking->err == RS_OK;
}

static bool
on_want(void *context, const uint8_t *hash, uint64_t offset)
{
	return ask(context, hash, offset);
}

/* Ask for the last byte of a blob that is here, at ${offset}. */
static bool
on_doubt(void *context, const uint8_t *hash, uint64_t offset)
{
	struct asking *asking = context;
	size_t before = asking->wants->n_blobs;
	bool more = ask(asking, hash, offset);
	struct blob_entry *entry;

	if (asking->wants->n_blobs > before) {
		entry = blob_table_find(&asking->blobs->asked, hash);
		entry->doubted = true;
		entry->size = offset + 1;
	}
	return more;
}

/*
 * A look at the want-list passes over all that was asked for: it is worth its
 * cost when the list changed, or when half of what may be asked for has come.
 */
static bool
worth_a_look(const struct blobs *blobs)
{
	if (blobs->absent.count == BLOBS_ABSENT_MAX || blobs->asked.count == BLOBS_WINDOW)
		return false;
	return blobs->look || (blobs->more && blobs->asked.count <= BLOBS_WINDOW / 2);
}

int
blobs_pack_wants(struct blobs *blobs, struct buffer *out, bool *ret_any)
{
	struct asking asking = { .blobs = blobs };
	Readsync__Message *draft;
	int err;

	if (!worth_a_look(blobs)) {
		*ret_any = false;
		return RS_OK;
	}
	draft = draft_new(READSYNC__MESSAGE__BODY_WANTS);
	if (draft == NULL)
		return RS_ENOMEM;
	asking.wants = draft->wants;
	blobs->look = blobs->more = false;
	blobs->wanted = blob_wanted(blobs->replica);
	err = blob_wants(blobs->replica, on_want, &asking);
	if (err == RS_OK && asking.err == RS_OK && blobs->with_archive)
		err = offline_doubts(blobs->replica, blobs->archive, on_doubt, &asking);
	if (err == RS_OK)
		err = asking.err;
	/* Offsets that are all 0 are left out. */
	if (!asking.resumed)
		draft->wants->n_offsets = 0;
	if (err != RS_OK || draft->wants->n_blobs == 0) {
		draft_free(draft);
		if (err == RS_OK)
			*ret_any = false;
		return err;
	}
	err = draft_finish(draft, out);
	if (err == RS_OK)
		*ret_any = true;
	return err;
}

static int
refuse(struct rs_err_detail *detail, const char *reason)
{
	rs_err_detail_set(detail, "%s", reason);
	return RS_EPROTOCOL;
}

/* The peer lacks what we asked for: that place in the window is free. */
static int
take_absence(struct blobs *blobs, const uint8_t *hash)
{
	int err = blobs->absent.count == BLOBS_ABSENT_MAX ? RS_OK :
	    blob_table_add(&blobs->absent, hash, 0);

	blob_table_remove(&blobs->asked, hash);
	return err == RS_OK ? note_missing(blobs, hash) : err;
}

/* A blob is here, and the peer has it: to be acknowledged. */
static int
take_whole(struct blobs *blobs, const struct blob_entry *entry)
{
	memcpy(blobs->received[blobs->received_count++], entry->hash, HASH_CONTENT_LEN);
	if (!entry->doubted) {
		blobs->total_received++;
		blobs->wanted -= blobs->wanted > 0;
	}
	return note_held(blobs, entry->hash);
}

/*
 * Store one piece.  What the blob is of may have been removed since it was asked for: then
 * it is not kept; and one that was asked about is not here any more.
 */
static int
store_piece(struct blobs *blobs, const struct blob_entry *entry, const Readsync__Chunk *chunk,
    bool *ret_complete)
{
	bool last = chunk->offset + chunk->data.len == chunk->size, held = true;
	int err = RS_OK;

	if (entry->doubted)
		err = blob_held(blobs->replica, entry->hash, &held);
	if (err == RS_OK && !held) {
		*ret_complete = true;
		return RS_OK;
	}
	if (err == RS_OK)
		err = blob_receive(blobs->replica, entry->hash, chunk->offset, chunk->size,
		    bytes_of(chunk->data.data, chunk->data.len), ret_complete);
	return err == RS_OK && last ? blob_unnamed(blobs->replica, entry->hash) : err;
}

int
blobs_receive_chunk(struct blobs *blobs, const Readsync__Chunk *chunk,
    struct rs_err_detail *detail)
{
	struct blob_entry *entry = blob_table_find(&blobs->asked, chunk->blob.data);
	bool first = entry != NULL && entry->size == 0, complete = false;
	int err;

	if (entry == NULL || entry->whole)
		return refuse(detail, "the peer sent a blob that it was not asked for");
	if (chunk->absent)
		return take_absence(blobs, chunk->blob.data);
	if (chunk->size > BLOB_MAX || (!first && chunk->size != entry->size))
		return refuse(detail, "the peer sent a blob of an impossible size");
	if (chunk->offset != entry->offset || (chunk->data.len == 0 && chunk->size > 0))
		return refuse(detail, "the peer sent a piece of a blob that is not the next");
	err = store_piece(blobs, entry, chunk, &complete);
	if (err == RS_EPROTOCOL)
		return refuse(detail, "the peer sent a blob that does not have its name");
	if (err != RS_OK)
		return err;
	entry->offset += chunk->data.len;
	entry->size = chunk->size;
	/* Whole here it may be by another peer's doing, while this one still sends. */
	entry->whole = entry->offset == entry->size;
	if (entry->whole && !complete)
		return refuse(detail, "the peer sent a blob that does not have its name");
	return entry->whole ? take_whole(blobs, entry) : RS_OK;
}

int
blobs_acknowledge(struct blobs *blobs, Readsync__Acknowledge *message)
{
	const uint8_t *hash;
	int err = RS_OK;

	while (err == RS_OK && blobs->received_count > 0 && message->n_blobs < BLOBS_NAMED_MAX) {
		hash = blobs->received[--blobs->received_count];
		err = draft_add_bytes(&message->blobs, &message->n_blobs, hash, HASH_CONTENT_LEN);
		blob_table_remove(&blobs->asked, hash);
	}
	/* Now that their sizes are known, there may be room for more. */
	if (message->n_blobs > 0 && blobs->asked.count == 0 &&
	    offline_policy(blobs->replica)->bytes_max > 0)
		blobs_look(blobs);
	return err;
}

/* ------------------------------------------------- what the peer asks for */

int
blobs_receive_wants(struct blobs *blobs, const Readsync__Wants *wants,
    struct rs_err_detail *detail)
{
	const uint8_t *hash;
	size_t i;
	int err;

	if (wants->n_blobs == 0 || (wants->n_offsets != 0 && wants->n_offsets != wants->n_blobs))
		return refuse(detail, "the peer asked for blobs in a malformed way");
	for (i = 0; i < wants->n_blobs; i++) {
		hash = wants->blobs[i].data;
		err = blob_table_add(&blobs->serving, hash,
		    wants->n_offsets == 0 ? 0 : wants->offsets[i]);
		if (err == RS_EEXIST || err == RS_ELIMIT)
			return refuse(detail,
			    "the peer asked for too many blobs, or for one twice");
		if (err != RS_OK)
			return err;
		memcpy(blobs->queue[(blobs->queue_head + blobs->queue_count) % BLOBS_WINDOW],
		    hash, HASH_CONTENT_LEN);
		blobs->queue_count++;
		err = note_missing(blobs, hash);
		if (err != RS_OK)
			return err;
	}
	return RS_OK;
}

static void
leave_queue(struct blobs *blobs)
{
	blobs->queue_head = (blobs->queue_head + 1) % BLOBS_WINDOW;
	blobs->queue_count--;
}

/* Read the next piece into ${chunk}; what is not here, wholly, is absent. */
static int
read_piece(struct blobs *blobs, struct blob_entry *entry, Readsync__Chunk *chunk)
{
	struct buffer piece;
	uint64_t size = 0;
	int err;

	buffer_init(&piece, MESSAGE_CHUNK_MAX);
	err = blob_read(blobs->replica, entry->hash, entry->offset, MESSAGE_CHUNK_MAX, &piece,
	    &size);
	if (err == RS_ENOTFOUND || (err == RS_OK && piece.len == 0 && size > 0)) {
		chunk->absent = true;
		err = RS_OK;
		goto out;
	}
	if (err == RS_OK)
		err = draft_set_bytes(&chunk->data, piece.data, piece.len);
	chunk->offset = entry->offset;
	chunk->size = size;
	entry->offset += piece.len;
	entry->whole = entry->offset >= size;
out:
	buffer_release(&piece);
	return err;
}

int
blobs_pack_chunk(struct blobs *blobs, struct buffer *out)
{
	const uint8_t *hash = blobs->queue[blobs->queue_head];
	struct blob_entry *entry = blob_table_find(&blobs->serving, hash);
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_CHUNK);
	int err;

	if (draft == NULL)
		return RS_ENOMEM;
	err = draft_set_bytes(&draft->chunk->blob, hash, HASH_CONTENT_LEN);
	if (err == RS_OK)
		err = read_piece(blobs, entry, draft->chunk);
	if (err != RS_OK) {
		draft_free(draft);
		return err;
	}
	if (draft->chunk->absent)
		blob_table_remove(&blobs->serving, hash);
	if (draft->chunk->absent || entry->whole)
		leave_queue(blobs);
	blobs->total_sent += !draft->chunk->absent && entry->whole;
	return draft_finish(draft, out);
}

int
blobs_receive_acknowledge(struct blobs *blobs, const uint8_t *hash)
{
	const struct blob_entry *entry = blob_table_find(&blobs->serving, hash);

	if (entry == NULL || !entry->whole)
		return RS_EPROTOCOL;
	blob_table_remove(&blobs->serving, hash);
	return note_held(blobs, hash);
}

bool
blobs_settled(const struct blobs *blobs)
{
	return blobs->asked.count == 0 && blobs->received_count == 0 && blobs->serving.count == 0;
}
