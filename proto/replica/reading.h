/*
 * Fetches and readings.  A fetch is what was got, when, and how; a reading is
 * the article and verdict that an extractor made of it.  Both are written once.
 *
 * The best reading of an item is shown: full > partial > teaser > blocked;
 * among equals the newer wins if it has at least 80 % of the words of the longest that was
 * the best before it (judges err, and a text may not dwindle step by step), else the older
 * stays.  The reader knows better: a register `verdict`
 * of a reading stands for what its verdict says, and the reading that the register
 * `prefer` of the item names is the best.
 */
#ifndef PROTO_REPLICA_READING_H
#define PROTO_REPLICA_READING_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum {
	READING_KEEP_PERCENT = 80	/* of the older one's words that a newer must have */
};

/**
 * reading_add_fetch(replica, fetch, page, ret_id):
 * Record ${fetch} (its item, url, final_url, at_ms, status, content_type and
 * session set; page and page_size are set here) and store ${page}, unless it is
 * empty, as a packed blob: blob_get_packed(fetch->page) gives it back.  RS_ENOTFOUND
 * when the item is not there (any more), RS_EINVAL when a text of ${fetch} is not UTF-8,
 * RS_ELIMIT when they are too long for a register.
 */
int reading_add_fetch(struct replica *replica, const Readsync__Fetch *fetch, struct bytes page,
    uint8_t ret_id[HASH_NAME_LEN]);

/**
 * reading_put_fetch(replica, id, fetch, page):
 * The same under the name ${id}, for a fetch that has one: of another library, or made of
 * what is imported.  ${fetch->page} stays as it is when ${page} is empty.  What is there
 * already under this name is written again.
 */
int reading_put_fetch(struct replica *replica, const uint8_t id[HASH_NAME_LEN],
    const Readsync__Fetch *fetch, struct bytes page);

/**
 * reading_fetches(replica, item, on_fetch, context):
 * Hand every fetch of ${item}, newest first, to on_fetch(context, id, fetch) until it
 * returns false.
 */
int reading_fetches(struct replica *replica, const uint8_t *item,
    bool (*on_fetch)(void *context, const uint8_t *id, const Readsync__Fetch *fetch),
    void *context);

/**
 * reading_get_fetch(replica, id, ret_fetch):
 * Read a fetch back; the caller frees it with
 * readsync__fetch__free_unpacked(fetch, NULL).  RS_ENOTFOUND.
 */
int reading_get_fetch(struct replica *replica, const uint8_t *id, Readsync__Fetch **ret_fetch);

/**
 * reading_add(replica, fetch, extractor, article, verdict, refusal, ret_id):
 * Record the reading that version ${extractor} made of the fetch with the id
 * ${fetch}: ${article} becomes a blob (NULL, or one without blocks: none), and
 * the search index and the item's best reading follow.  ${refusal} is NULL or
 * says in one line why there is no article.  Texts that a page made too long are
 * cut.  An archive notes what the page claims to be an alias of (alias.h), and that the
 * article's images are to be fetched (image_work.h).  The same
 * fetch and extractor name the same reading, which is then written again.  RS_ENOTFOUND
 * for an unknown fetch; RS_EINVAL, RS_ELIMIT for an ${article} that article_validate
 * refuses.
 */
int reading_add(struct replica *replica, const uint8_t *fetch, uint32_t extractor,
    const Readsync__Article *article, const Readsync__Verdict *verdict, const char *refusal,
    uint8_t ret_id[HASH_NAME_LEN]);

/**
 * reading_put(replica, reading, article):
 * Record a reading that was made elsewhere, as it is, but for its article: ${article},
 * packed by article_pack, or what ${reading} names when that is empty.  RS_EINVAL when an
 * id or hash has not its length, RS_ELIMIT.
 */
int reading_put(struct replica *replica, const Readsync__Reading *reading,
    struct bytes article);

/**
 * reading_name(fetch, extractor, ret_id):
 * Set ${ret_id} to the id of the reading that version ${extractor} makes of ${fetch}: two
 * archives that read the same page with the same version, or one that was killed and
 * reads it again, write one reading.
 */
void reading_name(const uint8_t *fetch, uint32_t extractor, uint8_t ret_id[HASH_NAME_LEN]);

/**
 * reading_unpack(value, ret_reading), reading_unpack_fetch(value, ret_fetch):
 * Read the value of a register; freed as below.  A reading always has a verdict,
 * an empty one if it came without.  RS_EPROTOCOL when it is not one, or an id or hash
 * in it has not its length (a hash may be absent).
 */
int reading_unpack(struct bytes value, Readsync__Reading **ret_reading);
int reading_unpack_fetch(struct bytes value, Readsync__Fetch **ret_fetch);

/**
 * reading_better(copy, words, best_copy, longest):
 * The rule above: tell whether a newer reading displaces the best one so far, of
 * ${best_copy}; ${longest} has most words of those of that copy that were the best.
 */
bool reading_better(Readsync__Copy copy, uint32_t words, Readsync__Copy best_copy,
    uint32_t longest);

/**
 * reading_get(replica, id, ret_reading):
 * Read a reading back; freed as below.  RS_ENOTFOUND.
 */
int reading_get(struct replica *replica, const uint8_t *id, Readsync__Reading **ret_reading);

/**
 * reading_stale(replica, extractor, after, ret_fetch):
 * Find the next fetch behind ${after}, in the order of their ids, whose page is here and was
 * read, but not by the version ${extractor} or a later one.  ${ret_fetch} may be ${after}.
 * RS_ENOTFOUND when there is none.
 */
int reading_stale(struct replica *replica, uint32_t extractor, const uint8_t *after,
    uint8_t ret_fetch[HASH_NAME_LEN]);

/**
 * reading_best(replica, item, ret_reading):
 * Return the best reading of ${item}; freed with
 * readsync__reading__free_unpacked(reading, NULL).  Its verdict's copy is what the reader has said
 * of it, if they have (reading_mark).  RS_ENOTFOUND when there is none.
 */
int reading_best(struct replica *replica, const uint8_t *item, Readsync__Reading **ret_reading);

/**
 * reading_mark(replica, id, copy):
 * Write the reader's own verdict on the reading ${id}; UNKNOWN takes it back.  RS_ENOTFOUND.
 */
int reading_mark(struct replica *replica, const uint8_t *id, Readsync__Copy copy);

/**
 * reading_marked(replica, id, ret_copy):
 * Set ${ret_copy} to the reader's own verdict on the reading ${id}; UNKNOWN when there is none.
 */
int reading_marked(struct replica *replica, const uint8_t *id, Readsync__Copy *ret_copy);

/**
 * reading_judged(replica, best, ret_marked, ret_judged):
 * Of a reading of reading_best: what the reader has said of it, as reading_marked does, and how
 * complete it was judged to be.
 */
int reading_judged(struct replica *replica, const Readsync__Reading *best,
    Readsync__Copy *ret_marked, Readsync__Copy *ret_judged);

/**
 * reading_list(replica, item, on_reading, context):
 * Hand every reading of ${item}, newest first, to on_reading(context, reading,
 * best) until it returns false.
 */
int reading_list(struct replica *replica, const uint8_t *item,
    bool (*on_reading)(void *context, const Readsync__Reading *reading, bool best), void *context);

/**
 * reading_preferred(replica, item, out):
 * Append to ${out} the id of the reading of ${item} that the reader prefers; of several items
 * that are seen as one the later word counts.  RS_ENOTFOUND when there is none.
 */
int reading_preferred(struct replica *replica, const uint8_t *item, struct buffer *out);

/**
 * reading_article(replica, reading, ret_article):
 * Return the article of ${reading}; freed with
 * readsync__article__free_unpacked(article, NULL).  RS_ENOTFOUND when its blob is not
 * here yet, or there is none; RS_ENOTPAGE, RS_EINVAL, RS_ELIMIT when the blob is
 * not packed, no valid article, or too large.
 */
int reading_article(struct replica *replica, const Readsync__Reading *reading,
    Readsync__Article **ret_article);

#endif
