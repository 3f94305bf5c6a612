/*
 * Highlights: passages of an item's article that the reader marked, each with a comment
 * if there is one.
 *
 * A highlight holds the words themselves and what stands around them, so that it outlives
 * the copy that it was made in, and is found again in another (proto/record/quote.h).
 * It is an entity with three registers: `highlight`, written once; `comment`; `present`,
 * which is 0 when it was removed.  Then the other two are made empty, by whichever device first
 * has them and knows of it; nothing brings them back.
 */
#ifndef PROTO_REPLICA_HIGHLIGHT_H
#define PROTO_REPLICA_HIGHLIGHT_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum {
	HIGHLIGHT_QUOTE_MAX = 16000,	/* bytes */
	HIGHLIGHT_AROUND_MAX = 200,	/* of what stands before it, or behind it */
	HIGHLIGHT_COMMENT_MAX = 32000
};

/* One highlight; all is borrowed for the call. */
struct highlight {
	const uint8_t *id;
	const Readsync__Highlight *passage;
	const char *comment;
	const char *device;		/* the name of the device that made it, or "" */
};

/**
 * highlight_add(replica, item, passage, ret_id):
 * Highlight a passage of ${item}: the quote of ${passage}, and the three fields behind it;
 * the rest is set here.  RS_ENOTFOUND when the item is not there; RS_EINVAL,
 * RS_ELIMIT when highlight_check refuses it.
 */
int highlight_add(struct replica *replica, const uint8_t *item,
    const Readsync__Highlight *passage, uint8_t ret_id[HASH_NAME_LEN]);

/**
 * highlight_put(replica, id, passage):
 * Write a highlight that was made elsewhere, as it is, under its name; nothing when it was
 * removed since.
 */
int highlight_put(struct replica *replica, const uint8_t id[HASH_NAME_LEN],
    const Readsync__Highlight *passage);

/**
 * highlight_check(passage):
 * Check that ids in it have their length, and that its texts can be shown (RS_EINVAL), are
 * there and keep their bounds (RS_ELIMIT).
 */
int highlight_check(const Readsync__Highlight *passage);

/**
 * highlight_check_comment(comment):
 * RS_EINVAL for one that is not UTF-8 or has control characters other than line feed and
 * tab, RS_ELIMIT for one longer than HIGHLIGHT_COMMENT_MAX.
 */
int highlight_check_comment(const char *comment);

/**
 * highlight_comment(replica, id, comment), highlight_remove(replica, id):
 * Write the register; nothing when the highlight was removed.  Fails as
 * highlight_check_comment does.
 */
int highlight_comment(struct replica *replica, const uint8_t *id, const char *comment);
/** Remove a highlight and its words, on every device. */
int highlight_remove(struct replica *replica, const uint8_t *id);

/**
 * highlight_list(replica, item, on_highlight, context):
 * Hand every highlight of ${item} that was not removed, oldest first, to
 * on_highlight(context, highlight) until it returns false.
 */
int highlight_list(struct replica *replica, const uint8_t *item,
    bool (*on_highlight)(void *context, const struct highlight *highlight), void *context);

/**
 * highlight_derive(replica, record), highlight_derive_field(replica, record):
 * ${record}, of a register `highlight`, or of one of the other two, has become its value:
 * for derive.c.  When the highlight was removed, its words are taken back by a write.
 */
int highlight_derive(struct replica *replica, const struct record *record);
/** Bring in line the comment, or whether it is there; see above. */
int highlight_derive_field(struct replica *replica, const struct record *record);

#endif
