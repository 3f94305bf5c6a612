/*
 * Sealing of one unit of a vault: a page of the database, or a frame of its log.
 *
 * A unit is sealed with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, as
 * libsodium has it) under the vault's data key and a nonce of its own, and bound
 * to what it is: the vault's id and the bytes that the caller names (kind of
 * file, position).  A sealed unit is as long as its text plus SEAL_RESERVE_LEN:
 *
 *     text in ciphertext ‖ nonce (24) ‖ tag (16)
 *
 * The nonce is 20 random bytes and a 4-byte *note* of the caller, big endian.  The
 * note is public and authenticated like all of the nonce.  160 random bits
 * leave no chance of a repeated nonce: at 2^48 units it is below 2^-64.
 *
 * Not for two threads at once, but for seal_open and seal_note.  After a fork the child
 * draws nonces of its own.
 */
#ifndef PROTO_VAULT_SEAL_H
#define PROTO_VAULT_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"

enum {
	SEAL_ID_LEN = 16,	/* the vault's id */
	SEAL_KEY_LEN = 32,	/* its data key */
	SEAL_NONCE_LEN = 24,
	SEAL_TAG_LEN = 16,
	SEAL_RESERVE_LEN = SEAL_NONCE_LEN + SEAL_TAG_LEN,
	SEAL_BOUND_MAX = 48	/* bytes that a unit can be bound to */
};

struct seal;

/**
 * seal_new(id, key, random, ret_seal):
 * Make a sealer for the vault ${id} with a copy of its data key ${key} and with
 * nonces from ${random}, which must outlive it.  RS_EINVAL when ${key} is not
 * SEAL_KEY_LEN bytes, RS_ENOMEM.
 */
int seal_new(const uint8_t id[SEAL_ID_LEN], const struct secret *key,
    const struct random *random, struct seal **ret_seal);

/**
 * seal_free(seal):
 * Wipe the key and free; NULL is ignored.
 */
void seal_free(struct seal *seal);

/**
 * seal_lock(seal, bound, note, text, len, sealed):
 * Seal the ${len} bytes at ${text}, bound to ${bound} (at most SEAL_BOUND_MAX
 * bytes), with a fresh nonce that carries ${note}, into the ${len} +
 * SEAL_RESERVE_LEN bytes at ${sealed}.  ${sealed} may be ${text}.
 */
void seal_lock(struct seal *seal, struct bytes bound, uint32_t note, const uint8_t *text,
    size_t len, uint8_t *sealed);

/**
 * seal_open(seal, bound, sealed, len):
 * Open what seal_lock made of ${len} bytes of text, in place, and put zeros
 * where nonce and tag were.  RS_EDAMAGED when it does not authenticate; the
 * bytes at ${sealed} are then of no use.
 */
int seal_open(struct seal *seal, struct bytes bound, uint8_t *sealed, size_t len);

/**
 * seal_note(sealed, len):
 * Return the note of the unit at ${sealed}, whose text is ${len} bytes long.  Only
 * seal_open can tell whether it is genuine.
 */
uint32_t seal_note(const uint8_t *sealed, size_t len);

#endif
