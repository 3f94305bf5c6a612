/*
 * The daemon as a whole: starts its parts in order, reloads, and stops them in
 * the opposite order with nothing lost.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/config/config.h"
#include "proto/replica/device.h"
#include "proto/replica/home.h"

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
 * daemon_vault(settings, argc, argv):
 * Run "readsyncd vault": the command that the words ${argv} make, see upkeep_run, on the
 * vault in the home of ${settings}, opened with what the configuration says.  Returns
 * the exit status.
 */
int daemon_vault(const struct daemon_settings *settings, int argc, char *argv[]);

/**
 * daemon_join(settings, token):
 * Run "readsyncd join": make the archive in the home of ${settings}, which must have
 * nothing in it yet, one of the library that the invitation ${token} is from ("-": read
 * it from standard input).  Returns the exit status.
 */
int daemon_join(const struct daemon_settings *settings, const char *token);

/**
 * daemon_reextract(settings, json):
 * Run "readsyncd reextract": read again each stored page of which no reading of this version
 * of the extractor, or a later one, is here.  Each is kept in a commit of its own, so that a
 * run which was ended goes on where it was.  Returns the exit status.
 */
int daemon_reextract(const struct daemon_settings *settings, bool json);

/**
 * daemon_open(settings, config, ret_replica):
 * Open the replica in the daemon's home, see daemon_home.  Tells a failure on standard
 * error.
 */
int daemon_open(const struct daemon_settings *settings, const struct config *config,
    struct replica **ret_replica);

/**
 * daemon_introduce(replica, config, ret_name, ret_identity):
 * Give this archive its key, freed with secret_free, and its place on the list of devices
 * under its name: that in ${config}, else the machine's.  Tells a failure on standard
 * error.
 */
int daemon_introduce(struct replica *replica, const struct config *config,
    char ret_name[DEVICE_NAME_MAX + 1], struct secret **ret_identity);

/**
 * daemon_configure(settings, ret_config):
 * Read the configuration, and tell every error in it on standard error.
 */
int daemon_configure(const struct daemon_settings *settings, struct config **ret_config);

/**
 * daemon_home(settings, config, ret_home, ret_passphrase):
 * Say where the daemon's home is and what opens it: what ${config} names, else the key
 * file readsync.key in $CREDENTIALS_DIRECTORY, if it is there, else the home's.  The
 * caller frees ${ret_passphrase}, which may be NULL, behind ${ret_home}.  Tells a failure
 * on standard error.
 */
int daemon_home(const struct daemon_settings *settings, const struct config *config,
    struct home_settings *ret_home, struct secret **ret_passphrase);

/**
 * daemon_fail(err, what, detail):
 * Tell on standard error that ${what} failed, by ${detail}, or by ${err} where that is NULL
 * or empty; return ${err}.  The log's form comes with the log.
 */
int daemon_fail(int err, const char *what, const struct rs_err_detail *detail);

/**
 * daemon_check(settings):
 * Only read the configuration and say what is wrong in it.  Returns the exit
 * status.
 */
int daemon_check(const struct daemon_settings *settings);

#endif
