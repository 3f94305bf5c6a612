/*
 * Which items a list shows, as the options of `readsync list` say.
 */
#ifndef CLIENT_SELECTION_H
#define CLIENT_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/replica/item.h"

enum selection_state {
	SELECTION_UNREAD,
	SELECTION_ARCHIVED,
	SELECTION_ALL
};

struct selection {
	enum selection_state state;
	const char *const *tags;	/* an item must have all of these */
	size_t tag_count;
	bool any_copy;
	Readsync__Copy copy;		/* unless any_copy */
	unsigned limit;			/* 0: all */
};

/**
 * selection_list(replica, selection, on_item, context, ret_more):
 * Hand the items of ${selection}, newest saved first, to on_item(context, item), and
 * tell in ${ret_more} whether the limit kept one back.
 */
int selection_list(struct replica *replica, const struct selection *selection,
    bool (*on_item)(void *context, const struct item *item), void *context, bool *ret_more);

#endif
