/*
 * Items: what the reader saved.  Reads come from the derived table, writes are
 * registers of the item: url, title, state, saved, starred, waits, present, prefer, tag/NAME,
 * extra/KEY.
 *
 * Items that are aliases (alias.h) are seen as one here: the id of each names it, lists
 * show it once, and what is written is written to each.
 */
#ifndef PROTO_REPLICA_ITEM_H
#define PROTO_REPLICA_ITEM_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum item_state {
	ITEM_UNREAD = 0,
	ITEM_ARCHIVED = 1
};

enum {
	ITEM_TAG_MAX = 100,		/* bytes of a tag */
	ITEM_TITLE_MAX = 1000,
	ITEM_WAITS_MAX = 300,
	ITEM_EXTRA_KEY_MAX = 194	/* with its prefix, a field's name */
};

/* One item as lists show it; all texts are borrowed for the call. */
struct item {
	uint8_t id[HASH_NAME_LEN];
	const char *url;
	const char *title;		/* the reader's, else the best reading's, else "" */
	const char *site_name;
	enum item_state state;
	bool starred;
	int64_t saved_ms;
	const char *waits;		/* why the archive does not fetch it now, or "" */
	const char *tags;		/* sorted, separated by "\n"; "" for none */
	Readsync__Copy copy;		/* of the best reading; UNKNOWN when there is none */
	uint32_t words;
	bool held;			/* the article's blob is here and can be read */
	bool annotated;			/* it has a note or highlights */
	bool away;			/* there is an article, and it is not here */
};

struct item_filter {
	bool archived;			/* these too, beside the unread */
	bool unread_only;		/* ignored when archived */
	const char *tag;		/* NULL: any */
	unsigned limit;			/* 0: all */
	unsigned offset;
};

/* What a save may say beside the URL; NULL, 0 or empty leaves it out. */
struct item_save {
	const char *title;
	int64_t saved_ms;		/* 0: now */
	const char *const *tags;
	size_t tag_count;
	bool only_new;			/* leave an item alone that is here or was removed */
	bool archived;			/* put it away as read */
	bool renew;			/* say of an item that is here that it is to be */
};

/**
 * item_save(replica, url, save, ret_id, ret_new, detail):
 * Save ${url}, without the user that it may name: the item of its canonical form is made if it is
 * new or was removed, the tags are added, and it is put away if ${save->archived}.  An item that
 * exists keeps its title, time, and else its state.  With ${save->only_new}, which is for lists
 * that name the same links at every look, one that was ever saved is left as the reader has it by
 * now: tags that were taken off stay off, and what was removed stays removed.  With ${save->renew},
 * which is for what the reader says here and now, an item that is here is saved anew as it is: so
 * it comes back, as a new one with what ${save} says, where another device has removed it before,
 * and this one has not heard of that.  What is known to be an alias of an item that is there
 * becomes one more address of it.  RS_EINVAL with ${detail} for what is no web address.
 */
int item_save(struct replica *replica, const char *url, const struct item_save *save,
    uint8_t ret_id[HASH_NAME_LEN], bool *ret_new, struct rs_err_detail *detail);

/**
 * item_find(replica, prefix, ret_id):
 * Resolve ${prefix}, the first hexadecimal digits of an id (at least 1).
 * Of aliases each id names the item that is shown for them.  RS_EINVAL when it is not
 * hexadecimal, RS_ENOTFOUND, RS_EAMBIGUOUS.
 */
int item_find(struct replica *replica, const char *prefix, uint8_t ret_id[HASH_NAME_LEN]);

/**
 * item_prefix_length(replica):
 * Return how many hexadecimal digits name each item apart from the others, at
 * least 4.
 */
unsigned item_prefix_length(struct replica *replica);

/**
 * item_list(replica, filter, on_item, context):
 * Hand items, newest saved first, to on_item(context, item) until it returns
 * false.
 */
int item_list(struct replica *replica, const struct item_filter *filter,
    bool (*on_item)(void *context, const struct item *item), void *context);

/**
 * item_get(replica, id, on_item, context):
 * Hand the one item to on_item.  RS_ENOTFOUND.
 */
int item_get(struct replica *replica, const uint8_t *id,
    bool (*on_item)(void *context, const struct item *item), void *context);

/**
 * item_set_state(replica, id, state), item_tag(replica, id, tag, present),
 * item_remove(replica, id):
 * Write the register.  RS_ENOTFOUND; RS_EINVAL for a tag that is empty, too
 * long, not UTF-8, or has control characters.
 */
int item_set_state(struct replica *replica, const uint8_t *id, enum item_state state);
/** Put a tag on an item, or take it off; see above. */
int item_tag(struct replica *replica, const uint8_t *id, const char *tag, bool present);
/** Remove an item, and all that is known of it (erase.h), on every device; see above. */
int item_remove(struct replica *replica, const uint8_t *id);

/**
 * item_set_title(replica, id, title), item_star(replica, id, starred):
 * Write the register: the reader's own title, "" for none; or whether the item is
 * starred.  RS_ENOTFOUND; RS_EINVAL for a title that could not be shown.
 */
int item_set_title(struct replica *replica, const uint8_t *id, const char *title);
/** Star an item, or not; see above. */
int item_star(struct replica *replica, const uint8_t *id, bool starred);

/**
 * item_prefer(replica, id, reading):
 * Have ${reading} shown of the item, whatever else there is; NULL: none in particular.
 * RS_ENOTFOUND.
 */
int item_prefer(struct replica *replica, const uint8_t *id, const uint8_t *reading);

/**
 * item_set_waits(replica, id, why):
 * For an archive: tell all devices that ${id} waits for the reader, or another try, and why, in a
 * line of at most ITEM_WAITS_MAX bytes; "" when it does not (any more).  RS_ENOTFOUND, RS_EINVAL.
 */
int item_set_waits(struct replica *replica, const uint8_t *id, const char *why);

/**
 * item_split(replica, id, url, detail):
 * Make the item with the address ${url} one of its own again, which was seen as one with
 * ${id}, for ever.  Each keeps its own tags and state, with what was changed of both while
 * they were one; notes and highlights stay with the one that they were made on.
 * RS_ENOTFOUND when ${url} is no address of ${id}; RS_EINVAL when it is the only one, or no
 * web address; ${detail} tells which.
 */
int item_split(struct replica *replica, const uint8_t *id, const char *url,
    struct rs_err_detail *detail);

/**
 * item_add_address(replica, id, url, detail):
 * Make ${url} one more address of the item ${id}, as where it was exported from.  It is
 * saved as an item of its own where the two cannot be seen as one (alias.h).
 * RS_ENOTFOUND; RS_EINVAL with ${detail} for what is no web address.
 */
int item_add_address(struct replica *replica, const uint8_t *id, const char *url,
    struct rs_err_detail *detail);

/**
 * item_addresses(replica, id, on_address, context):
 * Hand every address of the item but the one that it is shown with to
 * on_address(context, url), until it returns false.
 */
int item_addresses(struct replica *replica, const uint8_t *id,
    bool (*on_address)(void *context, const char *url), void *context);

/**
 * item_set_extra(replica, id, key, value):
 * Keep what another program said of the item, and this one does not understand:
 * ${value}, a JSON text, under ${key}.  RS_ENOTFOUND; RS_EINVAL for a key that is no line
 * of 1 to ITEM_EXTRA_KEY_MAX bytes, RS_ELIMIT for a value that no register can hold.
 */
int item_set_extra(struct replica *replica, const uint8_t *id, const char *key,
    struct bytes value);

/**
 * item_extras(replica, id, on_extra, context):
 * Hand each of these to on_extra(context, key, value), in the order of their keys, until
 * it returns false.  They may come from any device: ${value} need not be JSON.
 */
int item_extras(struct replica *replica, const uint8_t *id,
    bool (*on_extra)(void *context, const char *key, struct bytes value), void *context);

#endif
