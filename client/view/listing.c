#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "client/view/cells.h"
#include "client/view/listing.h"
#include "proto/base/encode.h"
#include "proto/replica/search.h"

#define COPY_WIDTH 7
#define TITLE_MIN 20		/* cells left to a title beside site and tags */
#define TITLE_LEAST 8		/* and by itself */
#define TAGS_MAX 256
#define GAP 2
#define HIT_BEGIN '\x01'		/* as search() marks them */
#define HIT_END '\x02'
#define EXCERPT_INDENT 4

static const struct copy_mark {
	const char *word;
	const char *colour;
} copy_marks[] = {
	[READSYNC__COPY__COPY_UNKNOWN] = { "...", "\033[2m" },
	[READSYNC__COPY__COPY_BLOCKED] = { "blocked", "\033[31m" },
	[READSYNC__COPY__COPY_TEASER] = { "teaser", "\033[33m" },
	[READSYNC__COPY__COPY_PARTIAL] = { "part", "\033[33m" },
	[READSYNC__COPY__COPY_FULL] = { "full", "\033[32m" },
};

void
listing_init(struct listing *listing, struct replica *replica, bool colour)
{
	listing->out = stdout;
	listing->colour = colour;
	listing->columns = cells_columns();
	listing->prefix_len = item_prefix_length(replica);
}

static void
set_colour(const struct listing *listing, const char *code)
{
	if (listing->colour)
		fputs(code, listing->out);
}

/* The tags as " #a #b", cut at the size of ${text}. */
static void
join_tags(const char *tags, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	while (*tags != '\0' && used < size) {
		size_t len = strcspn(tags, "\n");
		int put = snprintf(text + used, size - used, " #%.*s", (int)len, tags);

		used += (size_t)put;
		tags += len + (tags[len] == '\n');
	}
}

static void
print_mark(const struct listing *listing, const struct item *item)
{
	const struct copy_mark *mark = &copy_marks[READSYNC__COPY__COPY_UNKNOWN];

	if ((size_t)item->copy < sizeof(copy_marks) / sizeof(copy_marks[0]))
		mark = &copy_marks[item->copy];
	set_colour(listing, mark->colour);
	/* Of what is blocked there is mostly nothing to be had, and no room to say it. */
	fprintf(listing->out, "%s%-*s", mark->word, COPY_WIDTH - (int)strlen(mark->word),
	    item->away && strlen(mark->word) < COPY_WIDTH ? "-" : "");
	set_colour(listing, "\033[0m");
	putc(item->annotated ? '+' : ' ', listing->out);
	fputs(item->waits[0] != '\0' ? "! " : item->state == ITEM_ARCHIVED ? "x " :
	    item->starred ? "* " : "  ", listing->out);
}

/* Site and tags stand behind the title where a part of it worth reading stays beside them. */
static void
print_texts(const struct listing *listing, const struct item *item, size_t room)
{
	const char *title = item->title[0] == '\0' ? item->url : item->title;
	char tags[TAGS_MAX];
	size_t side;

	join_tags(item->tags, tags, sizeof(tags));
	side = cells_width(item->site_name) + cells_width(tags);
	if (side > 0)
		side += GAP;
	if (room != SIZE_MAX && side + TITLE_MIN > room) {
		cells_print(listing->out, title, room);
		return;
	}
	cells_print(listing->out, title, room == SIZE_MAX ? room : room - side);
	if (side == 0)
		return;
	fprintf(listing->out, "%*s", item->site_name[0] == '\0' ? GAP - 1 : GAP, "");
	cells_print(listing->out, item->site_name, SIZE_MAX);
	set_colour(listing, "\033[36m");
	cells_print(listing->out, tags, SIZE_MAX);
	set_colour(listing, "\033[0m");
}

bool
listing_item(void *context, const struct item *item)
{
	const struct listing *listing = context;
	size_t taken = listing->prefix_len + 1 + COPY_WIDTH + 3;
	char id[2 * HASH_NAME_LEN + 1];

	encode_hex(bytes_of(item->id, sizeof(item->id)), id);
	fprintf(listing->out, "%.*s ", (int)listing->prefix_len, id);
	print_mark(listing, item);
	/* A terminal that is narrower than this wraps. */
	print_texts(listing, item, listing->columns == 0 ? SIZE_MAX :
	    listing->columns > taken + TITLE_LEAST ? listing->columns - taken : TITLE_LEAST);
	putc('\n', listing->out);
	return true;
}

bool
listing_hit(void *context, const struct item *item, const char *excerpt)
{
	const struct listing *listing = context;
	size_t left = listing->columns == 0 ? SIZE_MAX :
	    listing->columns > EXCERPT_INDENT ? listing->columns - EXCERPT_INDENT : 0;
	struct cell cell;

	listing_item(context, item);
	fprintf(listing->out, "%*s", EXCERPT_INDENT, "");
	for (; *excerpt != '\0'; excerpt += cell.len) {
		cells_take(excerpt, &cell);
		if (*excerpt == HIT_BEGIN || *excerpt == HIT_END) {
			set_colour(listing, *excerpt == HIT_BEGIN ? "\033[1m" : "\033[0m");
			continue;
		}
		if (cell.width > left)
			break;
		fputs(cell.bytes, listing->out);
		left -= cell.width;
	}
	set_colour(listing, "\033[0m");
	putc('\n', listing->out);
	return true;
}
