#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/annotation.h"
#include "client/view/cells.h"
#include "client/view/pager.h"
#include "client/view/terminal.h"
#include "proto/replica/image.h"
#include "proto/replica/offline.h"
#include "proto/replica/reading.h"

#define TEXT_COLUMNS 80		/* longer lines are hard to read */

/* Why there is nothing to read, and what to do. */
static int
tell_missing(struct client *client, const char *prefix, const Readsync__Reading *reading)
{
	bool wanted = false;

	if (reading == NULL)
		return client_fail(client, RS_ENOTFOUND, "item '%s' is not here yet: the archive "
		    "still has to fetch it, or this device to sync", prefix);
	if (reading->article.len == 0)
		return client_fail(client, RS_ENOTFOUND, "item '%s' has no article: %s (readsync "
		    "why %s tells more)", prefix,
		    reading->refusal[0] == '\0' ? "the page held none" : reading->refusal, prefix);
	if (offline_wants(client->replica, reading->article.data, &wanted) == RS_OK && !wanted)
		return client_fail(client, RS_ENOTFOUND, "the article of item '%s' is not on this "
		    "device, by its offline policy; readsync sync --fetch %s brings it", prefix,
		    prefix);
	return client_fail(client, RS_ENOTFOUND, "the article of item '%s' is not on this device "
	    "yet; readsync sync brings it", prefix);
}

static bool
copy_url(void *context, const struct item *item)
{
	*(char **)context = strdup(item->url);
	return false;
}

static void
show(struct client *client, const char *url, const Readsync__Reading *reading,
    const Readsync__Article *article, const Readsync__Images *images,
    const struct annotation *annotation)
{
	struct terminal_style style = { client->options.width, client->colour };
	size_t columns = cells_columns();
	FILE *pager = client->options.quiet ? NULL : pager_open();

	if (style.columns == 0)
		style.columns = columns == 0 || columns > TEXT_COLUMNS ? TEXT_COLUMNS : columns;
	if (pager != NULL) {
		terminal_print(pager, url, reading, article, images, annotation, &style);
		if (pager_close(pager) == 0)
			return;
	}
	terminal_print(stdout, url, reading, article, images, annotation, &style);
}

/* The vault is closed before a person begins to read, for others to use. */
static int
print(struct client *client, const uint8_t *id, const Readsync__Reading *reading,
    const Readsync__Article *article, const struct annotation *annotation)
{
	Readsync__Images *images = NULL;
	char *url = NULL;
	int err;

	if (client->options.json)
		return json_print_article(client->replica, id, reading, article, annotation);
	err = item_get(client->replica, id, copy_url, &url);
	if (err == RS_OK && url == NULL)
		err = RS_ENOMEM;
	if (err == RS_OK)
		err = image_list_of(client->replica, reading, &images);
	if (err == RS_OK) {
		replica_close(client->replica);
		client->replica = NULL;
		show(client, url, reading, article, images, annotation);
	}
	readsync__images__free_unpacked(images, NULL);
	free(url);
	return err;
}

static int
run(struct client *client, int argc, char **argv)
{
	Readsync__Reading *reading = NULL;
	Readsync__Article *article = NULL;
	struct annotation annotation = { .note_count = 0 };
	uint8_t id[HASH_NAME_LEN];
	int status = 0, err = client_open(client);

	(void)argc;
	if (err == RS_OK)
		err = client_find(client, argv[0], id);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = reading_best(client->replica, id, &reading);
	if (err == RS_OK)
		err = reading_article(client->replica, reading, &article);
	if (err == RS_ENOTFOUND) {
		status = tell_missing(client, argv[0], reading);
	} else {
		if (err == RS_OK)
			err = annotation_load(client->replica, id, article, &annotation);
		if (err == RS_OK)
			err = print(client, id, reading, article, &annotation);
		if (err != RS_OK)
			status = client_fail(client, err, "item '%s': %s", argv[0],
			    replica_err_text(client->replica, err));
	}
	annotation_release(&annotation);
	readsync__article__free_unpacked(article, NULL);
	readsync__reading__free_unpacked(reading, NULL);
	return status;
}

const struct command command_read = {
	.name = "read",
	.arguments = "ITEM",
	.summary = "read an article",
	.description =
	    "Shows an article, wrapped to the terminal (at most 80 columns, unless\n"
	    "--width says otherwise), with its links as numbered notes at the end. On a\n"
	    "terminal it goes through PAGER, else less; --quiet goes without. What you\n"
	    "highlighted is marked, and stands below it with your note. Works without a\n"
	    "network. Exits with 3 when the article is not here.\n",
	.options = "Wjq",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run
};
