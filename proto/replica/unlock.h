/*
 * What opens a home's vault: the passphrase, the key file, or the recovery key.
 */
#ifndef PROTO_REPLICA_UNLOCK_H
#define PROTO_REPLICA_UNLOCK_H

#include <stdbool.h>

#include "proto/replica/home.h"
#include "proto/vault/keys.h"

struct unlock {
	struct vault_unlock with;	/* for vault_keys_open */
	struct secret *owned;		/* what of it was read or made here, or NULL */
	bool made_key_file;
};

/**
 * unlock_find(settings, make, ret_unlock, detail):
 * Take the passphrase of ${settings}, else the key file, which is made where it is
 * missing and ${make} says that the vault is new; else ask.  A passphrase that reads as
 * a recovery key (recovery.h) is one.  RS_EKEY when there is nothing; fails like
 * vault_key_file_read.  Freed with unlock_release, also after a failure.
 */
int unlock_find(const struct home_settings *settings, bool make, struct unlock *ret_unlock,
    struct rs_err_detail *detail);

/**
 * unlock_held(settings, keys, id, ret_key):
 * Where unlock_find would have to ask: give the id of the vault whose slots are the file
 * ${keys}, and its data key, if the kernel's keyring holds that (keyring.h); the caller frees
 * it.  RS_ENOTFOUND where it does not, or where there is a passphrase or a key file.
 */
int unlock_held(const struct home_settings *settings, const char *keys,
    uint8_t id[VAULT_ID_LEN], struct secret **ret_key);

/**
 * unlock_of_text(text, ret_unlock):
 * Make what a person gives as a passphrase, which is borrowed, into what it opens: the
 * slot of a recovery key, where it reads as one.  RS_ENOMEM.
 */
int unlock_of_text(const struct secret *text, struct unlock *ret_unlock);

/**
 * unlock_release(unlock):
 * Wipe and free what was read.
 */
void unlock_release(struct unlock *unlock);

#endif
