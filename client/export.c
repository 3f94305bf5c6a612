#include <stdio.h>
#include <unistd.h>

#include "client/command.h"
#include "client/jsonl/line.h"
#include "client/view/figure.h"
#include "client/view/html.h"
#include "client/view/markdown.h"
#include "proto/replica/blob.h"
#include "proto/replica/image.h"
#include "proto/replica/offline.h"
#include "proto/replica/reading.h"

#define PROGRESS_EACH 1000	/* items */

enum { PAGE_MAX = 1024 * 1024 * 1024 };	/* bytes: 100 images of 8 MiB, in base64 */

struct exporting {
	struct replica *replica;
	unsigned long count;
	unsigned long away;		/* of them, whose articles are not here */
	bool progress;
	int err;
};

static bool
export_item(void *context, const struct item *item)
{
	struct exporting *exporting = context;

	exporting->err = line_write(exporting->replica, item, stdout);
	exporting->count++;
	exporting->away += item->away;
	if (exporting->progress && exporting->count % PROGRESS_EACH == 0)
		fprintf(stderr, "\r%lu items\033[K", exporting->count);
	/* A disk that is full stays so: main tells what happened to standard output. */
	return exporting->err == RS_OK && ferror(stdout) == 0;
}

static int
export_lines(struct client *client)
{
	struct item_filter filter = { .archived = true };
	struct exporting exporting = {
		.replica = client->replica,
		/* Lines on the terminal are progress enough. */
		.progress = !client->options.quiet && isatty(STDERR_FILENO) &&
		    !isatty(STDOUT_FILENO)
	};
	int err = item_list(client->replica, &filter, export_item, &exporting);

	if (exporting.progress && exporting.count >= PROGRESS_EACH)
		fputs("\r\033[K", stderr);
	if (err == RS_OK)
		err = exporting.err;
	if (err != RS_OK)
		return client_fail_code(client, err, "the items");
	return exporting.away == 0 ? 0 : client_fail(client, RS_ENOTFOUND, "articles that are not "
	    "on this device, and left out: %lu; readsync offline everything and readsync sync "
	    "bring them", exporting.away);
}

/* --------------------------------------------------- one item, as HTML or Markdown */

/* An article that becomes a page, and the file of the image at hand. */
struct page {
	struct replica *replica;
	bool markdown;
	Readsync__Reading *reading;
	Readsync__Article *article;
	Readsync__Images *images;
	struct annotation annotation;
	struct buffer file;
	char words[FIGURE_WORDS_SIZE];
	unsigned absent;		/* images that the archive has and this device has not */
	struct buffer out;
	int err;
};

static int
find_image(void *context, const Readsync__Block *block, struct article_html_image *ret_image)
{
	struct page *page = context;
	const Readsync__Image *image = image_find(page->images, block->source);
	const char *type = image == NULL ? NULL : image_media_type(image->kind);
	int err;

	ret_image->hidden = figure_is_hidden(image);
	figure_words(image, page->words);
	ret_image->problem = image == NULL ? "not fetched yet" : page->words;
	if (type == NULL || image->blob.len == 0)
		return RS_OK;
	buffer_clear(&page->file);
	err = blob_get(page->replica, image->blob.data, &page->file);
	if (err == RS_ENOTFOUND) {
		page->absent++;
		ret_image->problem = "not on this device";
		return RS_OK;
	}
	ret_image->type = type;
	ret_image->content = buffer_bytes(&page->file);
	return err;
}

static bool
is_marked(void *context, size_t block, size_t at)
{
	return annotation_at(&((struct page *)context)->annotation, block, at);
}

static bool
make_page(void *context, const struct item *item)
{
	struct page *page = context;
	const struct article_html_parts parts = { find_image, is_marked, page };

	page->err = page->markdown ?
	    markdown_page(item->url, page->reading, page->article, &page->out) :
	    html_page(item->url, page->reading, page->article, &page->annotation, &parts,
	    &page->out);
	return false;
}

static int
load_page(struct page *page, const uint8_t *id)
{
	int err = reading_best(page->replica, id, &page->reading);

	if (err == RS_OK)
		err = reading_article(page->replica, page->reading, &page->article);
	if (err == RS_OK)
		err = image_list_of(page->replica, page->reading, &page->images);
	if (err == RS_OK)
		err = annotation_load(page->replica, id, page->article, &page->annotation);
	if (err == RS_OK)
		err = item_get(page->replica, id, make_page, page);
	return err == RS_OK ? page->err : err;
}

static int
export_page(struct client *client, const char *prefix)
{
	struct page page = { .replica = client->replica, .markdown = client->options.markdown };
	uint8_t id[HASH_NAME_LEN];
	int err = client_find(client, prefix, id), status;

	if (err != RS_OK)
		return rs_err_exit_status(err);
	buffer_init(&page.file, BLOB_MAX);
	buffer_init(&page.out, PAGE_MAX);
	err = load_page(&page, id);
	if (err == RS_OK) {
		fwrite(page.out.data, 1, page.out.len, stdout);
		status = 0;
	} else if (err == RS_ENOTFOUND) {
		status = client_fail(client, err, "the article of item '%s' is not here; readsync "
		    "%s %s tells more", prefix, page.reading != NULL &&
		    page.reading->article.len > 0 ? "read" : "why", prefix);
	} else {
		status = client_fail_code(client, err, prefix);
	}
	if (err == RS_OK && page.absent > 0)
		fprintf(stderr, "readsync export: images that are not on this device: %u; %s\n",
		    page.absent, offline_policy(client->replica)->images ?
		    "readsync sync brings them" : "its offline policy says 'images no'");
	buffer_release(&page.out);
	buffer_release(&page.file);
	annotation_release(&page.annotation);
	readsync__images__free_unpacked(page.images, NULL);
	readsync__article__free_unpacked(page.article, NULL);
	readsync__reading__free_unpacked(page.reading, NULL);
	return status;
}

static int
run(struct client *client, int argc, char **argv)
{
	bool one = client->options.html || client->options.markdown;
	int err;

	if (client->options.jsonl + client->options.html + client->options.markdown != 1)
		return client_fail(client, RS_EINVAL, "name one format: --jsonl, JSON Lines of "
		    "all items, or --html or --markdown, one item as a page");
	if (one != (argc == 1))
		return client_fail(client, RS_EINVAL, one ? "%s wants an item: readsync export %s "
		    "ITEM" : "--jsonl takes no item: it writes all",
		    client->options.html ? "--html" : "--markdown",
		    client->options.html ? "--html" : "--markdown");
	err = client_open(client);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	return one ? export_page(client, argv[0]) : export_lines(client);
}

const struct command command_export = {
	.name = "export",
	.arguments = "[ITEM]",
	.summary = "write all that is held here as JSON Lines, or one item as HTML or Markdown",
	.description =
	    "With --jsonl, writes every item to standard output, one JSON object a line,\n"
	    "newest first: address, title, tags, state, when it was saved, and the texts,\n"
	    "pages and images that this device holds. 'readsync import' reads it back.\n"
	    "With --html, writes the article of ITEM as one page that holds its images and\n"
	    "loads nothing, for any browser; with --markdown, as Markdown, which has links to\n"
	    "its images. What is written is not encrypted. Exits with 3\n"
	    "when articles are not on this device: with --jsonl, their items are written\n"
	    "without them. Works without a network.\n",
	.options = "lMmq",
	.min_arguments = 0,
	.max_arguments = 1,
	.run = run
};
