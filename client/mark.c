#include <string.h>

#include "client/history.h"
#include "client/json.h"
#include "proto/record/copy_name.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"

/* Commit, or tell why not. */
static int
settle(struct client *client, const char *name, int err)
{
	err = replica_settle(client->replica, err);
	if (err != RS_OK)
		return client_fail(client, err, "item '%s': %s", name,
		    replica_err_text(client->replica, err));
	client->changed = true;
	return 0;
}

/* ----------------------------------------------------------------------- mark */

/* Write the reader's own verdict on one reading. */
static int
write_mark(struct client *client, const struct history *history, int argc, char **argv,
    Readsync__Copy copy)
{
	const struct history_entry *entry = history_best(history);
	int status = 0, err;

	if (argc > 2)
		status = history_find(client, history, argv[2], &entry);
	else if (entry == NULL)
		status = client_fail(client, RS_ENOTFOUND, "item '%s' has not been read yet",
		    argv[0]);
	if (status != 0)
		return status;
	err = replica_begin(client->replica);
	return settle(client, argv[0], err != RS_OK ? err :
	    reading_mark(client->replica, entry->id, copy));
}

static int
run_mark(struct client *client, int argc, char **argv)
{
	Readsync__Copy copy = READSYNC__COPY__COPY_UNKNOWN;
	struct history history;
	uint8_t item[HASH_NAME_LEN];
	int err, status;

	if (strcmp(argv[1], "none") != 0 && (!copy_of_name(argv[1], &copy) ||
	    copy == READSYNC__COPY__COPY_UNKNOWN))
		return client_fail(client, RS_EINVAL, "full, partial, teaser, blocked or none is "
		    "wanted, not '%s'", argv[1]);
	err = client_open(client);
	if (err == RS_OK)
		err = client_find(client, argv[0], item);
	if (err == RS_OK)
		err = history_read(client, item, &history);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	status = write_mark(client, &history, argc, argv, copy);
	history_release(&history);
	return status;
}

const struct command command_mark = {
	.name = "mark",
	.arguments = "ITEM full|partial|teaser|blocked|none [READING]",
	.summary = "say yourself how complete a copy is",
	.description =
	    "Puts your own verdict in place of the archive's on the copy that is shown, or on\n"
	    "READING, a number that readsync history shows; none takes it back. What is\n"
	    "shown follows from that, on every device.\n",
	.options = "",
	.min_arguments = 2,
	.max_arguments = 3,
	.run = run_mark
};

/* --------------------------------------------------------------------- prefer */

static int
run_prefer(struct client *client, int argc, char **argv)
{
	const struct history_entry *entry = NULL;
	struct history history;
	uint8_t item[HASH_NAME_LEN];
	int err = client_open(client), status = 0;

	(void)argc;
	if (err == RS_OK)
		err = client_find(client, argv[0], item);
	if (err == RS_OK)
		err = history_read(client, item, &history);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	if (strcmp(argv[1], "none") != 0)
		status = history_find(client, &history, argv[1], &entry);
	if (status == 0) {
		err = replica_begin(client->replica);
		status = settle(client, argv[0], err != RS_OK ? err :
		    item_prefer(client->replica, item, entry == NULL ? NULL : entry->id));
	}
	history_release(&history);
	return status;
}

const struct command command_prefer = {
	.name = "prefer",
	.arguments = "ITEM READING|none",
	.summary = "choose which reading of an item is shown",
	.description =
	    "Shows READING, a number that readsync history shows, whatever else there is or\n"
	    "comes, on every device; none leaves the choice to readsync again.\n",
	.options = "",
	.min_arguments = 2,
	.max_arguments = 2,
	.run = run_prefer
};
