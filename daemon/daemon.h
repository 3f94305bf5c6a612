/*
 * The daemon as a whole: starts its parts in order, reloads, and stops them in
 * the opposite order with nothing lost.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stddef.h>

#include "daemon/config.h"

struct daemon_settings {
	const char *home;		/* all state is below it */
	/* NULL: HOME/readsyncd.conf, /etc/readsync/readsyncd.conf */
	const char *config_path;
	const char *listen[CONFIG_LISTEN_MAX];	/* in place of the configuration's */
	size_t listen_count;
	const char *control;		/* NULL: the configuration's, else HOME/control.sock */
};

/**
 * daemon_run(settings):
 * Run until SIGTERM or SIGINT; SIGHUP reads the configuration again.  Returns the
 * exit status: 0 after a clean stop, else as rs_err_exit_status says, and one line on
 * standard error has told why.
 */
int daemon_run(const struct daemon_settings *settings);

/**
 * daemon_check(settings):
 * Only read the configuration and say what is wrong in it.  Returns the exit
 * status.
 */
int daemon_check(const struct daemon_settings *settings);

#endif
