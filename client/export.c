#include <stdio.h>
#include <unistd.h>

#include "client/command.h"
#include "client/jsonl/line.h"

#define PROGRESS_EACH 1000	/* items */

struct exporting {
	struct replica *replica;
	unsigned long count;
	bool progress;
	int err;
};

static bool
export_item(void *context, const struct item *item)
{
	struct exporting *exporting = context;

	exporting->err = line_write(exporting->replica, item, stdout);
	exporting->count++;
	if (exporting->progress && exporting->count % PROGRESS_EACH == 0)
		fprintf(stderr, "\r%lu items\033[K", exporting->count);
	/* A disk that is full stays so: main tells what happened to standard output. */
	return exporting->err == RS_OK && ferror(stdout) == 0;
}

static int
run(struct client *client, int argc, char **argv)
{
	struct item_filter filter = { .archived = true };
	struct exporting exporting = {
		/* Lines on the terminal are progress enough. */
		.progress = !client->options.quiet && isatty(STDERR_FILENO) &&
		    !isatty(STDOUT_FILENO)
	};
	int err;

	(void)argc;
	(void)argv;
	if (!client->options.jsonl)
		return client_fail(client, RS_EINVAL, "name the format: --jsonl, JSON Lines");
	err = client_open(client);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	exporting.replica = client->replica;
	err = item_list(client->replica, &filter, export_item, &exporting);
	if (exporting.progress && exporting.count >= PROGRESS_EACH)
		fputs("\r\033[K", stderr);
	if (err == RS_OK)
		err = exporting.err;
	return err == RS_OK ? 0 : client_fail_code(client, err, "the items");
}

const struct command command_export = {
	.name = "export",
	.arguments = "",
	.summary = "write all that is held here as JSON Lines",
	.description =
	    "Writes every item to standard output, one JSON object a line, newest first:\n"
	    "address, title, tags, state, when it was saved, and the texts and pages that\n"
	    "this device holds. 'readsync import' reads it back. What it writes is not\n"
	    "encrypted. Works without a network.\n",
	.options = "lq",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
