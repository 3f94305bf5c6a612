#include <stdio.h>
#include <string.h>

#include "client/view/cells.h"
#include "client/view/listing.h"
#include "proto/base/encode.h"
#include "proto/replica/search.h"

#define COPY_WIDTH 7
#define TITLE_MIN 20
#define EXCERPT_INDENT 4

struct listing {
	bool colour;
	size_t columns;
	unsigned prefix_len;
};

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

static void
print_coloured(const struct listing *listing, const char *colour, const char *text, int width)
{
	if (listing->colour)
		printf("%s%-*s\033[0m", colour, width, text);
	else
		printf("%-*s", width, text);
}

/* The tags, "#a #b", into ${text}, cut at its size. */
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

static bool
print_item(void *context, const struct item *item)
{
	const struct listing *listing = context;
	const struct copy_mark *mark = &copy_marks[READSYNC__COPY__COPY_UNKNOWN];
	char id[2 * HASH_NAME_LEN + 1], tags[256];
	size_t left = listing->columns, used, side;

	if ((size_t)item->copy < sizeof(copy_marks) / sizeof(copy_marks[0]))
		mark = &copy_marks[item->copy];
	encode_hex(bytes_of(item->id, sizeof(item->id)), id);
	printf("%.*s ", (int)listing->prefix_len, id);
	print_coloured(listing, mark->colour, mark->word, COPY_WIDTH);
	printf("%s", item->state == ITEM_ARCHIVED ? " x " : item->starred ? " * " : "   ");
	left -= listing->prefix_len + 1 + COPY_WIDTH + 3;

	join_tags(item->tags, tags, sizeof(tags));
	side = cells_width(item->site_name) + cells_width(tags) + 2;
	used = cells_print(stdout, item->title[0] == '\0' ? item->url : item->title,
	    left > side + TITLE_MIN ? left - side : left);
	if (left >= used + side && side > 2) {
		fputs("  ", stdout);
		cells_print(stdout, item->site_name, left);
		if (listing->colour)
			fputs("\033[36m", stdout);
		cells_print(stdout, tags, left);
		if (listing->colour)
			fputs("\033[0m", stdout);
	}
	putchar('\n');
	return true;
}

static void
listing_init(struct listing *listing, struct replica *replica, bool colour)
{
	listing->colour = colour;
	listing->columns = cells_terminal(0);
	listing->prefix_len = item_prefix_length(replica);
}

int
listing_print(struct replica *replica, const struct item_filter *filter, bool colour)
{
	struct listing listing;

	listing_init(&listing, replica, colour);
	return item_list(replica, filter, print_item, &listing);
}

int
listing_print_one(struct replica *replica, const uint8_t *id, bool colour)
{
	struct listing listing;

	listing_init(&listing, replica, colour);
	return item_get(replica, id, print_item, &listing);
}

/* The excerpt on one line, its hits in bold. */
static bool
print_hit(void *context, const struct item *item, const char *excerpt)
{
	const struct listing *listing = context;
	size_t left = listing->columns - EXCERPT_INDENT, len;

	print_item(context, item);
	printf("%*s", EXCERPT_INDENT, "");
	for (; *excerpt != '\0' && left > 1; excerpt += len) {
		int cells = cells_next(excerpt, &len);

		if (*excerpt == '\x01' || *excerpt == '\x02') {
			if (listing->colour)
				fputs(*excerpt == '\x01' ? "\033[1m" : "\033[0m", stdout);
			continue;
		}
		if (cells < 0)
			putchar(' ');
		else
			fwrite(excerpt, 1, len, stdout);
		left -= cells < 0 ? 1 : (size_t)cells < left ? (size_t)cells : left;
	}
	puts(listing->colour ? "\033[0m" : "");
	return true;
}

int
listing_print_hits(struct replica *replica, const char *query, unsigned limit, bool colour,
    struct rs_err_detail *detail)
{
	struct listing listing;

	listing_init(&listing, replica, colour);
	return search(replica, query, limit, print_hit, &listing, detail);
}
