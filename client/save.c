#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/listing.h"
#include "proto/base/file.h"
#include "proto/record/canonical_url.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"
#include "proto/replica/text.h"

/* A page that a reader saves may hold its pictures (SingleFile). */
#define PAGE_MAX_BYTES (32 * 1024 * 1024)

/* Read --page; returns an error after telling it. */
static int
read_page(const struct client *client, struct buffer *out)
{
	const char *path = client->options.page;
	bool is_stdin = strcmp(path, "-") == 0;
	int err;

	errno = 0;
	err = is_stdin ? client_read_stdin(out) : file_read(path, out);
	if (err == RS_OK && out->len == 0) {
		err = RS_ENOTPAGE;
		client_fail(client, err, "--page %s: it is empty", path);
	} else if (err == RS_ELIMIT) {
		client_fail(client, err, "--page %s: it is larger than %d MB", path,
		    PAGE_MAX_BYTES >> 20);
	} else if (err != RS_OK) {
		client_fail(client, err, "--page %s: %s", path,
		    errno != 0 ? strerror(errno) : rs_err_text(err));
	}
	return err;
}

/* The page goes along as a fetch of the reader's own; the archive reads it. */
static int
add_page(struct client *client, const uint8_t *item, const char *url, struct bytes page)
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	uint8_t id[HASH_NAME_LEN];

	fetch.item.data = (uint8_t *)item;
	fetch.item.len = HASH_NAME_LEN;
	fetch.url = (char *)url;
	fetch.final_url = (char *)url;
	fetch.at_ms = clock_now_ms(replica_clock(client->replica));
	fetch.content_type = (char *)"text/html";
	fetch.session = READSYNC__SESSION__SESSION_UNKNOWN;
	return reading_add_fetch(client->replica, &fetch, page, id);
}

static int
save(struct client *client, const char *url, struct bytes page, uint8_t id[HASH_NAME_LEN],
    struct rs_err_detail *detail)
{
	struct item_save what = {
		.title = client->options.title,
		.tags = client->options.tags,
		.tag_count = client->options.tag_count,
		.archived = client->options.archived,
		.renew = true
	};
	bool fresh;
	int err = replica_begin(client->replica);

	if (err != RS_OK)
		return err;
	err = item_save(client->replica, url, &what, id, &fresh, detail);
	if (err == RS_OK && client->options.page != NULL)
		err = add_page(client, id, url, page);
	if (err == RS_OK)
		return replica_commit(client->replica);
	replica_rollback(client->replica);
	return err;
}

/* A title that could not be kept must not get lost in silence. */
static int
check_title(const struct client *client)
{
	const char *title = client->options.title;

	if (title == NULL ||
	    (strlen(title) <= ITEM_TITLE_MAX && text_is_line(bytes_of_text(title))))
		return RS_OK;
	client_fail(client, RS_EINVAL, "--title takes at most %d bytes of UTF-8 without control "
	    "characters", ITEM_TITLE_MAX);
	return RS_EINVAL;
}

static int
print_saved(struct client *client, const uint8_t *id)
{
	struct listing listing;

	if (client->options.json)
		return item_get(client->replica, id, json_item, NULL);
	listing_init(&listing, client->replica, client->colour);
	return item_get(client->replica, id, listing_item, &listing);
}

static int
run(struct client *client, int argc, char **argv)
{
	struct rs_err_detail detail = { "" };
	uint8_t id[HASH_NAME_LEN];
	struct buffer page;
	bool named_user;
	int err = check_title(client), status;

	(void)argc;
	canonical_url_drop_user(argv[0], &named_user);
	if (named_user)
		fprintf(stderr, "readsync: user and password are left out of the address; a site's "
		    "are given by: readsync site login\n");
	buffer_init(&page, PAGE_MAX_BYTES);
	if (err == RS_OK && client->options.page != NULL)
		err = read_page(client, &page);
	if (err == RS_OK)
		err = client_open(client);
	status = rs_err_exit_status(err);
	if (err == RS_OK) {
		err = save(client, argv[0], buffer_bytes(&page), id, &detail);
		if (err == RS_OK)
			err = print_saved(client, id);
		if (err != RS_OK)
			status = client_fail_detail(client, err, argv[0], &detail);
	}
	buffer_release(&page);
	return status;
}

const struct command command_save = {
	.name = "save",
	.arguments = "URL",
	.summary = "save an article to read",
	.description =
	    "Saves the article at URL, an http or https address. Works without a network;\n"
	    "the archive fetches it after the next sync. With --page, the page is one\n"
	    "that your own browser saved: what it shows is kept, whatever the site would\n"
	    "show to others.\n",
	.options = "Tajpt",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run
};
