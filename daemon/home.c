#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/daemon.h"
#include "proto/wire/identity.h"

#define VAULT_WAIT_MS 2000

int
daemon_fail(int err, const char *what, const struct rs_err_detail *detail)
{
	fprintf(stderr, "readsyncd: %s: %s\n", what,
	    detail == NULL || detail->text[0] == '\0' ? rs_err_text(err) : detail->text);
	return err;
}

/* The key file that the service manager has for us (systemd.exec(5), CREDENTIALS), or NULL. */
static const char *
credential(void)
{
	static char path[PATH_MAX];
	const char *directory = getenv("CREDENTIALS_DIRECTORY");

	if (directory == NULL || directory[0] != '/')
		return NULL;
	snprintf(path, sizeof(path), "%s/readsync.key", directory);
	return access(path, F_OK) == 0 ? path : NULL;
}

int
daemon_home(const struct daemon_settings *settings, const struct config *config,
    struct home_settings *ret_home, struct secret **ret_passphrase)
{
	struct secret *passphrase = NULL;
	int err = config->passphrase_file == NULL ? RS_OK :
	    home_read_passphrase(config->passphrase_file, &passphrase);

	if (err != RS_OK)
		return daemon_fail(err, config->passphrase_file, NULL);
	*ret_home = (struct home_settings){
		.directory = settings->home,
		.passphrase = passphrase,
		.key_file = config->key_file != NULL ? config->key_file : credential(),
		.wait_ms = VAULT_WAIT_MS,
		.replica = { clock_system(), random_system(), REPLICA_ARCHIVE }
	};
	*ret_passphrase = passphrase;
	return RS_OK;
}

int
daemon_open(const struct daemon_settings *settings, const struct config *config,
    struct replica **ret_replica)
{
	struct home_settings home;
	struct secret *passphrase;
	struct rs_err_detail detail = { "" };
	bool made_key_file = false;
	int err = daemon_home(settings, config, &home, &passphrase);

	if (err != RS_OK)
		return err;
	err = home_open(&home, ret_replica, &made_key_file, &detail);
	if (err == RS_OK && home_key_is_shared(&home, &detail))
		LOG(LOG_LEVEL_WARNING, "key-file-shared", log_text("meaning", detail.text));
	secret_free(passphrase);
	if (err != RS_OK)
		return daemon_fail(err, settings->home, &detail);
	if (made_key_file)
		LOG(LOG_LEVEL_WARNING, "key-file-made", log_text("home", settings->home),
		    log_text("meaning",
		    "no passphrase is set; whoever reads this directory reads the vault"));
	return RS_OK;
}

static void
choose_name(const struct config *config, char name[DEVICE_NAME_MAX + 1])
{
	if (config->name != NULL)
		snprintf(name, DEVICE_NAME_MAX + 1, "%s", config->name);
	else if (gethostname(name, DEVICE_NAME_MAX) != 0 || name[0] == '\0')
		memcpy(name, "archive", sizeof("archive"));
	name[DEVICE_NAME_MAX] = '\0';
}

int
daemon_introduce(struct replica *replica, const struct config *config,
    char ret_name[DEVICE_NAME_MAX + 1], struct secret **ret_identity)
{
	struct secret *identity = NULL;
	uint8_t key[DEVICE_KEY_LEN];
	int err = replica_begin(replica);

	choose_name(config, ret_name);
	if (err != RS_OK)
		return daemon_fail(err, "vault", NULL);
	err = device_identity(replica, &identity);
	if (err == RS_OK) {
		identity_public(identity, key);
		err = device_add(replica, key, ret_name, true);
	}
	err = replica_settle(replica, err);
	if (err == RS_OK) {
		*ret_identity = identity;
		return RS_OK;
	}
	secret_free(identity);
	if (err == RS_EREFUSED) {
		fputs("readsyncd: another archive has revoked this one: make a new home, and join "
		    "again\n", stderr);
		return err;
	}
	return daemon_fail(err, "vault", NULL);
}
