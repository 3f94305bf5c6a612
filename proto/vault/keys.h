/*
 * The key slots of a vault: the file `vault.keys`.
 *
 * A vault is sealed under one random data key.  Each slot of this file holds that
 * key once more, wrapped under what a person or a machine has: a passphrase, a key
 * file or a printed recovery key.  So a slot can be added or removed without touching
 * the vault, and nothing here is of use without one of those.
 *
 * The file, version 1; numbers are big endian, 41 + 100 × slots bytes in all:
 *
 *     0   7  "RSVKEYS"
 *     7   1  version: 1
 *     8  16  vault id, random
 *    24   1  number of slots, 1 to 16
 *    25      the slots, each of 100 bytes:
 *             0   1  kind (enum vault_slot_kind)
 *             1   3  zero
 *             4   4  Argon2id passes (0 in a slot without a passphrase)
 *             8   4  Argon2id memory in KiB (likewise)
 *            12  16  salt, random; its first 4 bytes are the slot's name
 *            28  24  nonce, random
 *            52  48  the data key and its tag: XChaCha20-Poly1305 under the slot
 *                    key; associated data: file bytes 0 to 23 (what version
 *                    of what vault) and slot bytes 0 to 27
 *     …  16  hash_name of all bytes before, unkeyed: tells a damaged file from
 *            a wrong key, and nothing more
 *
 * The slot key of a passphrase is Argon2id v1.3 (RFC 9106, libsodium's
 * crypto_pwhash) with the slot's salt and costs; that of a key file or a recovery key
 * is BLAKE2b-256 keyed with its 32 or 16 bytes, over "readsync vault slot",
 * vault id and salt.  A slot of a kind that this version does not know is kept and
 * never tried.
 *
 * The file is replaced whole (file_replace), never changed in place.  Two programs
 * that change it at once are not kept apart here: see home_lock.
 */
#ifndef PROTO_VAULT_KEYS_H
#define PROTO_VAULT_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"

enum {
	VAULT_ID_LEN = 16,
	VAULT_KEY_LEN = 32,		/* of the data key */
	VAULT_KEY_FILE_LEN = 32,	/* of a key file */
	VAULT_RECOVERY_LEN = 16,	/* of a recovery key, see recovery.h */
	VAULT_SLOT_NAME_LEN = 4,
	VAULT_SLOTS_MAX = 16,
	VAULT_PASSPHRASE_MAX = 1024
};

enum vault_slot_kind {
	VAULT_SLOT_PASSPHRASE = 1,	/* the secret is 1 to VAULT_PASSPHRASE_MAX bytes */
	VAULT_SLOT_KEY_FILE = 2,	/* the secret is VAULT_KEY_FILE_LEN random bytes */
	VAULT_SLOT_RECOVERY = 3		/* the secret is VAULT_RECOVERY_LEN random bytes */
};

/* What opens a slot; the secret is borrowed. */
struct vault_unlock {
	enum vault_slot_kind kind;
	const struct secret *secret;
};

/* What a passphrase costs to try: Argon2id passes (1 to 64) and memory (8 to 4,194,304 KiB). */
struct vault_cost {
	uint32_t passes;
	uint32_t memory_kib;
};

/* What can be told of a slot without opening it. */
struct vault_slot {
	enum vault_slot_kind kind;	/* or a number unknown to this version */
	struct vault_cost cost;		/* of a passphrase */
	uint8_t name[VAULT_SLOT_NAME_LEN];	/* as long as the slot is there */
};

/**
 * vault_cost_usual(), vault_cost_least():
 * Return libsodium's MODERATE cost (3 passes over 256 MiB, under a second), for
 * every real vault; or the least that Argon2id takes, for tests alone.
 */
struct vault_cost vault_cost_usual(void);
/** Return the least cost that Argon2id allows, for tests. */
struct vault_cost vault_cost_least(void);

/**
 * vault_keys_create(path, unlock, cost, random, id, ret_key):
 * Draw a vault id and a data key, and create the file ${path} with one slot that
 * ${unlock} opens.  ${cost} is used for a passphrase; NULL means
 * vault_cost_usual().  The caller frees ${ret_key}.  RS_EEXIST when there is such
 * a file, RS_EINVAL for a secret or cost out of bounds, RS_ENOMEM, RS_EIO,
 * RS_EFULL.
 */
int vault_keys_create(const char *path, const struct vault_unlock *unlock,
    const struct vault_cost *cost, const struct random *random, uint8_t id[VAULT_ID_LEN],
    struct secret **ret_key);

/**
 * vault_keys_open(path, unlock, id, ret_key, detail):
 * Give the vault's id and its data key, which the caller frees.  RS_ENOTFOUND when
 * there is no such file, RS_ENOTVAULT when it is another kind of file,
 * RS_EVERSION, RS_EDAMAGED (cut, or changed), RS_EKEY when no slot opens with
 * ${unlock}, RS_EINVAL for a secret out of bounds, RS_ENOMEM, RS_EIO.
 */
int vault_keys_open(const char *path, const struct vault_unlock *unlock,
    uint8_t id[VAULT_ID_LEN], struct secret **ret_key, struct rs_err_detail *detail);

/**
 * vault_keys_add(path, key, unlock, cost, random):
 * Add a slot that ${unlock} opens, for the data key ${key} that vault_keys_open gave.
 * RS_ELIMIT when all slots are in use; else fails like vault_keys_open and
 * vault_keys_create.
 */
int vault_keys_add(const char *path, const struct secret *key,
    const struct vault_unlock *unlock, const struct vault_cost *cost,
    const struct random *random);

/**
 * vault_keys_change(path, unlock, fresh, cost, random, detail):
 * Put a slot that ${fresh} opens in the place of the one that ${unlock} opens, in one
 * step.  Where that is of another kind, the slot of ${fresh}'s kind is replaced:
 * somebody who forgot a passphrase comes with another key.  Where there is none of its
 * kind a slot is added; RS_EAMBIGUOUS where there are several.  ${cost} as in
 * vault_keys_create, so the same passphrase again brings an old slot's cost up to date.
 * Else fails like vault_keys_open and vault_keys_add.
 */
int vault_keys_change(const char *path, const struct vault_unlock *unlock,
    const struct vault_unlock *fresh, const struct vault_cost *cost,
    const struct random *random, struct rs_err_detail *detail);

/**
 * vault_keys_remove(path, slot, unlock, detail):
 * Remove slot number ${slot}, counted from 0 as vault_keys_list gives them; those
 * after it move down.  ${unlock} must open another one, so that nobody locks themselves
 * out: RS_EKEY when it does not.  RS_EREFUSED when it is the last that this version can
 * open, RS_ENOTFOUND when there is no such slot; else fails like
 * vault_keys_open.  Copies of the old file still open with the old secret: only a
 * new data key ends that.
 */
int vault_keys_remove(const char *path, size_t slot, const struct vault_unlock *unlock,
    struct rs_err_detail *detail);

/**
 * vault_keys_list(path, id, slots, ret_count):
 * Give the vault's id (unless ${id} is NULL) and describe the slots.  Fails like
 * vault_keys_open.
 */
int vault_keys_list(const char *path, uint8_t id[VAULT_ID_LEN],
    struct vault_slot slots[VAULT_SLOTS_MAX], size_t *ret_count);

/**
 * vault_slot_kind_text(kind):
 * Return what a person calls it: "passphrase", "key file", "recovery key", or "unknown
 * kind".
 */
const char *vault_slot_kind_text(enum vault_slot_kind kind);

/**
 * vault_key_file_make(path, random):
 * Create a key file of VAULT_KEY_FILE_LEN random bytes with mode 0600.  RS_EEXIST
 * when ${path} is there, RS_EIO, RS_EFULL.
 */
int vault_key_file_make(const char *path, const struct random *random);

/**
 * vault_key_file_read(path, ret_secret):
 * Read a key file; the caller frees ${ret_secret}.  RS_ENOTFOUND, RS_EIO, or
 * RS_EINVAL when its length is not VAULT_KEY_FILE_LEN.
 */
int vault_key_file_read(const char *path, struct secret **ret_secret);

#endif
