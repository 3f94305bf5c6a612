/*
 * A program's home: the directory with its vault, opened in one call.
 *
 *   HOME/vault.keys   the key slots
 *   HOME/vault.db     the sealed database, and its write-ahead log beside it
 *   HOME/key          the key file, where no passphrase is set
 *
 * While its vault gets a new key, there is more: see rekey.h; and while it is made of a
 * backup: see backup.h.  While a home is made, its keys are called vault.keys.first: a
 * first start that is killed at any point leaves a home which the next start completes, or
 * begins anew where nothing was sealed yet.
 */
#ifndef PROTO_REPLICA_HOME_H
#define PROTO_REPLICA_HOME_H

#include "proto/base/secret.h"
#include "proto/replica/replica.h"
#include "proto/vault/keys.h"

#define HOME_FIRST_KEYS "vault.keys.first"	/* the keys' name in a home that is being made */

/*
 * The key of a home's vault, kept from one opening to the next by a program that opens it
 * often: a passphrase costs half a second each time.  Begins as zeroes; freed with
 * secret_free(key.secret).
 */
struct home_key {
	uint8_t vault_id[VAULT_ID_LEN];
	struct secret *secret;		/* NULL: none yet */
};

struct home_settings {
	const char *directory;		/* made with mode 0700 when it is missing */
	const struct secret *passphrase;	/* or a recovery key; NULL: use the key file */
	const char *key_file;		/* NULL: HOME/key */
	/* How to ask for a passphrase where there is neither, as terminal_ask; may be NULL. */
	int (*ask)(const char *prompt, struct secret **ret_answer);
	const struct vault_cost *cost;	/* of a new passphrase; NULL: vault_cost_usual */
	struct home_key *keep;		/* NULL, or where to keep the key, and to find it again */
	unsigned wait_ms;		/* how long to wait for another holder */
	struct replica_settings replica;
};

/**
 * home_open(settings, ret_replica, ret_made_key_file, detail):
 * Open the replica in ${settings->directory}, or make a new vault there: with the
 * passphrase, or with a key file that is then made too, which
 * ${ret_made_key_file} tells, so that the program can warn.  RS_EDAMAGED where one
 * of vault.keys and vault.db is there without the other, or a restore was cut short: no new
 * vault is made beside what is left of one.  RS_EKEY where there is neither passphrase nor key
 * file.  Else fails like vault_keys_open, vault_open and replica_open.
 */
int home_open(const struct home_settings *settings, struct replica **ret_replica,
    bool *ret_made_key_file, struct rs_err_detail *detail);

/**
 * home_find(directory, detail):
 * See that there is a vault in ${directory}.  RS_ENOTFOUND where there is none, RS_EDAMAGED where
 * one of vault.keys and vault.db is there without the other, or what makes it has not come to its
 * end.
 */
int home_find(const char *directory, struct rs_err_detail *detail);

/* A home's vault alone, and what opened it. */
struct home_vault {
	struct sqlite3 *database;	/* or NULL, after it was given away */
	struct home_key key;
};

/**
 * home_open_vault(settings, ret_vault, detail):
 * Open the vault in ${settings->directory} without looking at what is in it.  RS_ENOTFOUND
 * where there is none; else fails like home_open.  ${ret_vault} is released with
 * home_close_vault.
 */
int home_open_vault(const struct home_settings *settings, struct home_vault *ret_vault,
    struct rs_err_detail *detail);
void home_close_vault(struct home_vault *vault);

/**
 * home_lock(directory, ret_fd, detail), home_share(directory, ret_fd, detail):
 * Wait until no other program makes a vault in ${directory} or changes its keys, and
 * keep others from it until ${ret_fd} is closed; home_share lets others share it, and
 * keeps vault.db as it is, see vfs.h.  RS_ENOTFOUND, RS_EIO.
 */
int home_lock(const char *directory, int *ret_fd, struct rs_err_detail *detail);
int home_share(const char *directory, int *ret_fd, struct rs_err_detail *detail);

/**
 * home_awaited(directory):
 * Tell whether another program is waiting to open the vault in ${directory}, which we hold.
 * Each that opens one has a lock on vault.keys until it has it, which costs less than the
 * wait does.
 */
bool home_awaited(const char *directory);

/**
 * home_give_way(directory):
 * The vault in ${directory} was closed for those who wait: return when each of them has
 * opened it, or does not wait any more.
 */
void home_give_way(const char *directory);

/**
 * home_settle(directory, detail):
 * Finish or take back what a rekey that was cut short has left, see rekey.h, give the
 * keys of a vault that is made their name, and clear away what a change of the keys has left;
 * home_open does so too.  Waits for one that runs.
 */
int home_settle(const char *directory, struct rs_err_detail *detail);

/**
 * home_key_is_shared(settings, warning):
 * Tell whether others than us and its owner may use the key file that opens the home
 * ${settings}, and say so in ${warning}.  False where a passphrase opens it.
 */
bool home_key_is_shared(const struct home_settings *settings, struct rs_err_detail *warning);

/**
 * home_make_directory(path, detail):
 * Make ${path}, and what is missing above it, with mode 0700.  RS_EIO, RS_EFULL.
 */
int home_make_directory(const char *path, struct rs_err_detail *detail);

/**
 * home_read_passphrase(path, ret_passphrase):
 * Read a passphrase: the first line of ${path}, without its end.  Freed with
 * secret_free.  RS_EINVAL when that line is empty; else fails like file_read.
 */
int home_read_passphrase(const char *path, struct secret **ret_passphrase);

#endif
