#include <stdio.h>

#include "daemon/daemon.h"
#include "proto/base/secret.h"
#include "proto/base/terminal.h"
#include "proto/replica/upkeep.h"

static void
say(void *context, const char *line)
{
	(void)context;
	puts(line);
}

int
daemon_vault(const struct daemon_settings *settings, int argc, char *argv[])
{
	struct upkeep_settings upkeep = { .say = say, .flush = terminal_flush,
		.progress = terminal_progress };
	struct rs_err_detail detail;
	struct config *config = NULL;
	struct secret *passphrase = NULL;
	int err = daemon_configure(settings, &config);

	if (err != RS_OK)
		return rs_err_exit_status(RS_EINVAL);
	err = daemon_home(settings, config, &upkeep.home, &passphrase);
	if (err == RS_OK) {
		upkeep.home.ask = terminal_ask;
		err = upkeep_run(&upkeep, argc, argv, &detail);
		if (err == RS_OK && fflush(stdout) != 0) {
			err = RS_EIO;
			rs_err_detail_set(&detail, "standard output: %s", rs_err_text(err));
		}
		if (err != RS_OK)
			fprintf(stderr, "readsyncd vault: %s\n", detail.text);
	}
	secret_free(passphrase);
	config_free(config);
	return rs_err_exit_status(err);
}
