#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "client/json.h"
#include "client/qr.h"
#include "client/view/cells.h"

static void
print_command(const struct client *client, const char *until)
{
	if (client->options.archive)
		printf("On the other archive's machine, as its daemon's user, until %s, once:\n\n"
		    "  readsyncd join ", until);
	else
		printf("On the other device, until %s, once:\n\n  readsync join ", until);
}

static void
print_invitation(const struct client *client, const Readsync__Response *response)
{
	time_t expires = (time_t)(response->expires_ms / 1000);
	struct tm local;
	char clock_text[6] = "";

	if (localtime_r(&expires, &local) != NULL)
		strftime(clock_text, sizeof(clock_text), "%H:%M", &local);
	/* A pipe gets the token alone. */
	if (isatty(STDOUT_FILENO)) {
		if (!client->options.quiet && !client->options.archive)
			qr_print(stdout, response->token, cells_columns(), client->colour);
		print_command(client, clock_text);
	}
	printf("%s\n", response->token);
}

static int
run(struct client *client, int argc, char **argv)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	Readsync__Response *response;
	int err;

	(void)argc;
	(void)argv;
	request.kind = READSYNC__REQUEST__KIND__INVITE;
	request.archive = client->options.archive;
	err = archive_link_request(client, &request, &response);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	if (client->options.json)
		json_print_token(response);
	else
		print_invitation(client, response);
	secret_wipe(response->token, strlen(response->token));
	readsync__response__free_unpacked(response, NULL);
	return 0;
}

const struct command command_invite = {
	.name = "invite",
	.arguments = "",
	.summary = "make an invitation for another device",
	.description =
	    "Asks the daemon of this machine for an invitation: a token that lets one\n"
	    "device join, once, within ten minutes. It is a secret until then. Needs\n"
	    "root, or the daemon's user. On a terminal it is shown as a QR code too; a\n"
	    "pipe gets the token alone.\n\n"
	    "With --archive it is for 'readsyncd join' on another machine: an archive more,\n"
	    "which keeps everything too, and may invite and revoke devices.\n",
	.options = "CjqV",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
