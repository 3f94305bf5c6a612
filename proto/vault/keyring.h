/*
 * The kernel's keyring, which holds the key of a vault for a while, so that a passphrase is
 * typed once and not with every command.
 *
 * The key is of type "user" (keyrings(7)), is called "readsync:" and the vault's id in
 * hexadecimal, and is the data key itself: no slot opens it, and no change of slots ends it.
 * It lies in the *user keyring*, which all sessions of a user and their services share; in
 * a session keyring the follower, which systemd starts, would not find it.  So whatever
 * runs as the same user can read it, as it can the memory of these programs and a key file.
 * The kernel does not swap it out, drops it when its time is over, and forgets it with the
 * machine's power.
 *
 * Containers often forbid these calls, and give a user namespace a keyring of its own.
 */
#ifndef PROTO_VAULT_KEYRING_H
#define PROTO_VAULT_KEYRING_H

#include <stdint.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "proto/vault/keys.h"

/**
 * keyring_hold(id, key, seconds, detail):
 * Have the data key ${key} of the vault ${id} held for ${seconds} from now on, in place of one
 * that is.  Never is it held without an end, also when this is killed.  RS_EREFUSED when the
 * system has no keyring for us, RS_ELIMIT when it is full; ${detail} (or NULL) says so.
 */
int keyring_hold(const uint8_t id[VAULT_ID_LEN], const struct secret *key, unsigned seconds,
    struct rs_err_detail *detail);

/**
 * keyring_find(id, ret_key):
 * Give the data key that is held for the vault ${id}; the caller frees it.  RS_ENOTFOUND when
 * there is none, or no keyring; RS_ENOMEM.
 */
int keyring_find(const uint8_t id[VAULT_ID_LEN], struct secret **ret_key);

/**
 * keyring_drop(id):
 * End that a key of the vault ${id} is held, for every program that has not read it yet.
 * RS_ENOTFOUND when there is none, or no keyring; RS_EREFUSED when it cannot be ended.
 */
int keyring_drop(const uint8_t id[VAULT_ID_LEN]);

#endif
