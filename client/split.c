#include "client/command.h"
#include "proto/replica/item.h"

static int
run(struct client *client, int argc, char **argv)
{
	struct rs_err_detail detail = { "" };
	uint8_t id[HASH_NAME_LEN];
	int err = client_open(client);

	(void)argc;
	if (err == RS_OK)
		err = client_find(client, argv[0], id);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = replica_begin(client->replica);
	if (err == RS_OK) {
		err = item_split(client->replica, id, argv[1], &detail);
		if (err == RS_OK)
			err = replica_commit(client->replica);
		else
			replica_rollback(client->replica);
	}
	if (err == RS_OK)
		return 0;
	return detail.text[0] != '\0' ? client_fail_detail(client, err, argv[1], &detail) :
	    client_fail_code(client, err, "nothing was changed");
}

const struct command command_split = {
	.name = "split",
	.arguments = "ITEM URL",
	.summary = "make one address of an item an item of its own",
	.description =
	    "Addresses that a site redirects to one another, or whose pages name the same\n"
	    "canonical address, are seen as one item; readsync why ITEM lists them. Where that\n"
	    "is wrong, this makes the one with the address URL an item of its own again, on\n"
	    "every device and for good. Works without a network.\n",
	.options = "",
	.min_arguments = 2,
	.max_arguments = 2,
	.run = run
};
