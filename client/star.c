#include "client/command.h"
#include "proto/replica/item.h"

static int
set_starred(struct client *client, const uint8_t *id)
{
	return item_star(client->replica, id, true);
}

static int
set_unstarred(struct client *client, const uint8_t *id)
{
	return item_star(client->replica, id, false);
}

static int
run_star(struct client *client, int argc, char **argv)
{
	return client_each(client, argc, argv, set_starred);
}

static int
run_unstar(struct client *client, int argc, char **argv)
{
	return client_each(client, argc, argv, set_unstarred);
}

const struct command command_star = {
	.name = "star",
	.arguments = "ITEM ...",
	.summary = "star items",
	.description =
	    "Stars items. ITEM is the beginning of an id that 'readsync list' shows, where\n"
	    "starred items have a *. A policy of 'readsync offline' may keep those.\n",
	.options = "",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run_star
};

const struct command command_unstar = {
	.name = "unstar",
	.arguments = "ITEM ...",
	.summary = "take the star from items",
	.description =
	    "Takes the star from items. ITEM is the beginning of an id that 'readsync list'\n"
	    "shows.\n",
	.options = "",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run_unstar
};
