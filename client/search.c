#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/listing.h"
#include "proto/replica/search.h"

#define DEFAULT_LIMIT 20
#define QUERY_MAX 2000

static int
run(struct client *client, int argc, char **argv)
{
	unsigned limit = client->options.limit == 0 ? DEFAULT_LIMIT : client->options.limit;
	struct rs_err_detail detail = { "" };
	char query[QUERY_MAX] = "";
	int i, err = client_open(client);

	if (err != RS_OK)
		return rs_err_exit_status(err);
	for (i = 0; i < argc; i++) {
		size_t len = strlen(query);

		if (snprintf(query + len, sizeof(query) - len, "%s%s", len == 0 ? "" : " ", argv[i]) >=
		    (int)(sizeof(query) - len))
			return client_fail(client, RS_ELIMIT, "the query");
	}
	err = client->options.json ? json_print_hits(client, query, limit, &detail) :
	    listing_print_hits(client->replica, query, limit, client->colour, &detail);
	return err == RS_OK ? 0 : client_fail_detail(client, err, query, &detail);
}

const struct command command_search = {
	.name = "search",
	.arguments = "WORD ...",
	.summary = "find items by words of their title or text",
	.description = "Finds the items that hold every WORD (the last one as the beginning of a word; words\n"
	    "in double quotes as a phrase), best first. Works without a network.\n",
	.options = "jn",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run
};
