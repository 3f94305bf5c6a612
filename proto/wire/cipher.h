/*
 * The CipherState of the Noise Protocol Framework, revision 34, section 5.1,
 * with its ChaChaPoly (section 12.3): ChaCha20-Poly1305 (RFC 8439) under a
 * 96-bit nonce of 32 zero bits and a 64-bit little-endian counter.
 *
 * The counter starts at 0 and rises with every success, so that a message
 * lost, repeated, reordered or changed fails to open.
 */
#ifndef PROTO_WIRE_CIPHER_H
#define PROTO_WIRE_CIPHER_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buffer.h"

enum {
	CIPHER_KEY_LEN = 32,
	CIPHER_TAG_LEN = 16
};

/* Holds a key: lives in the memory of a struct secret. */
struct cipher {
	uint8_t key[CIPHER_KEY_LEN];
	uint64_t nonce;		/* of the next message; 2^64 - 1 is never used */
	bool has_key;		/* without one, bytes pass as they are */
};

/**
 * cipher_init(cipher, key):
 * Noise's InitializeKey: take ${key} and begin at nonce 0.
 */
void cipher_init(struct cipher *cipher, const uint8_t key[CIPHER_KEY_LEN]);

/**
 * cipher_seal(cipher, associated, plain, out):
 * Noise's EncryptWithAd: append ${plain}, encrypted and authenticated together
 * with ${associated}, and its tag to ${out}; without a key, ${plain} itself.
 * RS_ELIMIT when all nonces are used or ${out} has no room, RS_ENOMEM; nothing has
 * then changed.
 */
int cipher_seal(struct cipher *cipher, struct bytes associated, struct bytes plain,
    struct buffer *out);

/**
 * cipher_open(cipher, associated, sealed, out):
 * Noise's DecryptWithAd: the reverse.  RS_EPROTOCOL when ${sealed} is not what
 * the holder of the key sealed with this nonce and ${associated}; else as
 * cipher_seal.
 */
int cipher_open(struct cipher *cipher, struct bytes associated, struct bytes sealed,
    struct buffer *out);

#endif
