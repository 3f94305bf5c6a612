#include <stdint.h>
#include <stdio.h>

#include "client/command.h"
#include "client/view/cells.h"
#include "proto/base/secret.h"
#include "proto/base/terminal.h"
#include "proto/replica/upkeep.h"

static void
say(void *context, const char *line)
{
	(void)context;
	cells_print(stdout, line, SIZE_MAX);
	putchar('\n');
}

static int
run(struct client *client, int argc, char **argv)
{
	struct upkeep_settings settings = { .say = say, .flush = terminal_flush,
		.progress = terminal_progress };
	struct secret *passphrase;
	struct rs_err_detail detail;
	int err = client_home(client, &settings.home, &passphrase);

	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = upkeep_run(&settings, argc, argv, &detail);
	secret_free(passphrase);
	return err == RS_OK ? 0 : client_fail_detail(client, err, NULL, &detail);
}

const struct command command_vault = {
	.name = "vault",
	.arguments = "COMMAND ...",
	.summary = "keys, soundness and backups of the vault",
	.description =
	    "Sees to the vault as a whole. The commands:\n\n"
	    UPKEEP_HELP,
	.options = "",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run
};
