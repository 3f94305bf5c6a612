#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/listing.h"
#include "proto/replica/search.h"

#define DEFAULT_LIMIT 20

/* The words of the query behind each other; false when they are too long. */
static bool
join_words(int argc, char **argv, char query[SEARCH_QUERY_MAX + 1])
{
	size_t len = 0;
	int i, put;

	for (i = 0; i < argc; i++) {
		put = snprintf(query + len, SEARCH_QUERY_MAX + 1 - len, "%s%s",
		    len == 0 ? "" : " ", argv[i]);
		if (put < 0 || (size_t)put > SEARCH_QUERY_MAX - len)
			return false;
		len += (size_t)put;
	}
	return true;
}

static int
run(struct client *client, int argc, char **argv)
{
	unsigned limit = client->options.limit_given ? client->options.limit : DEFAULT_LIMIT;
	struct rs_err_detail detail = { "" };
	struct json_list list = { false };
	char query[SEARCH_QUERY_MAX + 1];
	struct listing listing;
	int err;

	if (!join_words(argc, argv, query))
		return client_fail(client, RS_EINVAL, "the query is longer than %d bytes",
		    SEARCH_QUERY_MAX);
	err = client_open(client);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	if (client->options.json) {
		err = search(client->replica, query, limit, json_list_hit, &list, &detail);
		if (err == RS_OK)
			json_list_end(&list);
	} else {
		listing_init(&listing, client->replica, client->colour);
		err = search(client->replica, query, limit, listing_hit, &listing, &detail);
	}
	return err == RS_OK ? 0 : client_fail_detail(client, err, query, &detail);
}

const struct command command_search = {
	.name = "search",
	.arguments = "WORD ...",
	.summary = "find items by words of their title or text",
	.description =
	    "Finds the items that hold every WORD (words in double quotes as a phrase), best\n"
	    "first, archived ones too; then those with a word that begins like the last. At\n"
	    "most 20, unless --limit is given; --limit 0 is all. Works without a network.\n",
	.options = "jn",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run
};
