#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/cells.h"
#include "client/view/terminal.h"
#include "proto/replica/reading.h"

#define TEXT_COLUMNS 80		/* longer lines are hard to read */

/* Why there is nothing to read, and what to do. */
static int
tell_missing(struct client *client, const char *prefix, const Readsync__Reading *reading)
{
	if (reading == NULL)
		fprintf(stderr, "readsync read: item '%s' is not here yet: the archive still has to fetch it, "
		    "or this device to sync\n", prefix);
	else if (reading->article.len == 0)
		fprintf(stderr, "readsync read: item '%s' has no article: %s (readsync why %s tells more)\n",
		    prefix, reading->refusal[0] == '\0' ? "the page held none" : reading->refusal, prefix);
	else
		fprintf(stderr, "readsync read: the article of item '%s' is not on this device yet; "
		    "readsync sync fetches it\n", prefix);
	(void)client;
	return rs_err_exit_status(RS_ENOTFOUND);
}

/* On a terminal, a pager shows it; what the reader set, else less. */
static FILE *
open_pager(const struct client *client)
{
	const char *pager = getenv("PAGER");

	if (!isatty(STDOUT_FILENO) || client->options.quiet)
		return NULL;
	return popen(pager == NULL || pager[0] == '\0' ? "less -FRX" : pager, "w");
}

static void
show(const struct client *client, const Readsync__Reading *reading,
    const Readsync__Article *article)
{
	struct terminal_style style = { .colour = client->colour };
	FILE *pager = open_pager(client);

	style.columns = client->options.width != 0 ? client->options.width : cells_terminal(TEXT_COLUMNS);
	terminal_print(pager == NULL ? stdout : pager, reading, article, &style);
	if (pager != NULL)
		pclose(pager);
}

static int
run(struct client *client, int argc, char **argv)
{
	Readsync__Reading *reading = NULL;
	Readsync__Article *article = NULL;
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
	if (err == RS_ENOTFOUND)
		status = tell_missing(client, argv[0], reading);
	else if (err != RS_OK)
		status = client_fail(client, err, "item '%s'", argv[0]);
	else if (client->options.json)
		json_print_article(reading, article);
	else
		show(client, reading, article);
	readsync__article__free_unpacked(article, NULL);
	readsync__reading__free_unpacked(reading, NULL);
	return status;
}

const struct command command_read = {
	.name = "read",
	.arguments = "ITEM",
	.summary = "read an article",
	.description = "Shows an article, wrapped to the terminal, with its links as numbered notes at the end.\n"
	    "Works without a network. On a terminal it goes through PAGER, else less.\n",
	.options = "Wjq",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run
};
