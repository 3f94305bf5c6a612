#include <stdio.h>

#include "client/command.h"
#include "client/json.h"
#include "client/selection.h"
#include "client/view/listing.h"
#include "proto/record/copy_name.h"

#define DEFAULT_LIMIT 50

static int
print_json(struct replica *replica, const struct selection *selection)
{
	struct json_list list = { false };
	bool more;
	int err = selection_list(replica, selection, json_list_item, &list, &more);

	if (err == RS_OK)
		json_list_end(&list);
	return err;
}

/* A list that was cut says so, lest a pipe take it for the whole. */
static int
print_lines(struct client *client, const struct selection *selection)
{
	struct listing listing;
	bool more;
	int err;

	listing_init(&listing, client->replica, client->colour);
	err = selection_list(client->replica, selection, listing_item, &listing, &more);
	if (err == RS_OK && more && !client->options.limit_given) {
		fflush(stdout);
		fprintf(stderr, "readsync list: the newest %u are shown; --limit 0 shows all\n",
		    selection->limit);
	}
	return err;
}

static int
run(struct client *client, int argc, char **argv)
{
	const struct command_options *options = &client->options;
	struct selection selection = {
		.state = options->archived ? SELECTION_ARCHIVED : options->all ? SELECTION_ALL :
		    SELECTION_UNREAD,
		.tags = options->tags,
		.tag_count = options->tag_count,
		.any_copy = options->copy == NULL,
		.limit = options->limit
	};
	int err;

	(void)argc;
	(void)argv;
	if (options->copy != NULL && !copy_of_name(options->copy, &selection.copy))
		return client_fail(client, RS_EINVAL, "--copy takes full, partial, teaser, blocked "
		    "or unknown, not '%s'", options->copy);
	/* A person gets a screenful, a script everything. */
	if (!options->limit_given && !options->json)
		selection.limit = DEFAULT_LIMIT;
	err = client_open(client);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = options->json ? print_json(client->replica, &selection) :
	    print_lines(client, &selection);
	return err == RS_OK ? 0 : client_fail_code(client, err, "the list");
}

const struct command command_list = {
	.name = "list",
	.arguments = "",
	.summary = "show what you saved, newest first",
	.description =
	    "Shows the unread items, newest first, one a line: the beginning of the id,\n"
	    "how complete the copy is (full, part, teaser, blocked, or ... while it is\n"
	    "awaited; with a - behind it where an article is not on this device), + where\n"
	    "you wrote a note or highlighted, x for archived, title, site and tags. At most\n"
	    "50, unless --limit or --json is given; --limit 0 is all. Works without a\n"
	    "network.\n",
	.options = "Aacjnt",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
