#include "client/command.h"
#include "proto/replica/item.h"

/* Set or take away all tags on one item, in one transaction. */
static int
run(struct client *client, int argc, char **argv, bool present)
{
	uint8_t id[HASH_NAME_LEN];
	int i, err = client_open(client);

	if (err == RS_OK)
		err = client_find(client, argv[0], id);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = replica_begin(client->replica);
	if (err != RS_OK)
		return client_fail_code(client, err, "nothing was changed");
	for (i = 1; i < argc; i++) {
		err = item_tag(client->replica, id, argv[i], present);
		if (err != RS_OK) {
			replica_rollback(client->replica);
			return client_fail(client, err, "tag '%s': %s; nothing was changed",
			    argv[i], err == RS_EINVAL ?
			    "a tag is 1 to 100 bytes of UTF-8 without control characters" :
			    replica_err_text(client->replica, err));
		}
	}
	err = replica_commit(client->replica);
	return err == RS_OK ? 0 : client_fail_code(client, err, "nothing was changed");
}

static int
run_tag(struct client *client, int argc, char **argv)
{
	return run(client, argc, argv, true);
}

static int
run_untag(struct client *client, int argc, char **argv)
{
	return run(client, argc, argv, false);
}

const struct command command_tag = {
	.name = "tag",
	.arguments = "ITEM TAG ...",
	.summary = "give an item tags",
	.description =
	    "Gives an item tags of up to 100 bytes each. Works without a network.\n",
	.options = "",
	.min_arguments = 2,
	.max_arguments = -1,
	.run = run_tag
};

const struct command command_untag = {
	.name = "untag",
	.arguments = "ITEM TAG ...",
	.summary = "take tags from an item",
	.description =
	    "Takes tags from an item; one that it does not have changes nothing.\n",
	.options = "",
	.min_arguments = 2,
	.max_arguments = -1,
	.run = run_untag
};
