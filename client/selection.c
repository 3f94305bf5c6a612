#include <string.h>

#include "client/selection.h"

/* A list on its way. */
struct selecting {
	const struct selection *selection;
	bool (*on_item)(void *context, const struct item *item);
	void *context;
	unsigned count;
	bool more;
};

static bool
has_tag(const char *tags, const char *tag)
{
	size_t len;

	for (; *tags != '\0'; tags += len + (tags[len] == '\n')) {
		len = strcspn(tags, "\n");
		if (strlen(tag) == len && memcmp(tags, tag, len) == 0)
			return true;
	}
	return false;
}

static bool
matches(const struct selection *selection, const struct item *item)
{
	size_t i;

	if (selection->state == SELECTION_ARCHIVED && item->state != ITEM_ARCHIVED)
		return false;
	if (!selection->any_copy && item->copy != selection->copy)
		return false;
	for (i = 0; i < selection->tag_count; i++) {
		if (!has_tag(item->tags, selection->tags[i]))
			return false;
	}
	return true;
}

static bool
on_item(void *context, const struct item *item)
{
	struct selecting *selecting = context;
	const struct selection *selection = selecting->selection;

	if (!matches(selection, item))
		return true;
	if (selection->limit != 0 && selecting->count == selection->limit) {
		selecting->more = true;
		return false;
	}
	selecting->count++;
	return selecting->on_item(selecting->context, item);
}

int
selection_list(struct replica *replica, const struct selection *selection,
    bool (*each)(void *context, const struct item *item), void *context, bool *ret_more)
{
	struct selecting selecting = { selection, each, context, 0, false };
	/* The index knows the state and one tag; the rest is looked at here, item by item. */
	struct item_filter filter = {
		.archived = selection->state != SELECTION_UNREAD,
		.unread_only = selection->state == SELECTION_UNREAD,
		.tag = selection->tag_count == 0 ? NULL : selection->tags[0]
	};
	int err = item_list(replica, &filter, on_item, &selecting);

	if (err == RS_OK)
		*ret_more = selecting.more;
	return err;
}
